"""Recurrent lanes: output lanes that are input lanes of the next step, as they are or through a latch.

A latch keeps its value, r <- r + g (y - r), where its gate g is an output lane clipped to 0..1: exactly 0 below the
threshold 0, so that nothing leaks while it is closed. Reference: Hochreiter and Schmidhuber: Long short-term memory
(Neural Computation 9, 1997), whose constant error carousel it is, with a gate that closes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pydantic

from alife.config.params import Params
from alife.ops.derived import clip
from alife.ops.slots import Slot
from alife.ops.vocabulary import Operations, Value


class RecurrentParams(Params):
    """Recurrent lanes."""

    lanes: int = pydantic.Field(0, ge=0, le=128, description="output lanes that are inputs of the next step")
    gated: bool = pydantic.Field(
        False, description="each lane keeps its value unless its gate, one more output lane, is above 0"
    )

    @pydantic.model_serializer(mode="wrap")
    def _short(self, serialize: pydantic.SerializerFunctionWrapHandler) -> Any:
        """Writes lanes without gates as their number, as genomes and configurations of older versions do."""
        return serialize(self) if self.gated else self.lanes

    @property
    def num_outputs(self) -> int:
        """Output lanes: values, and their gates."""
        return self.lanes * (2 if self.gated else 1)


def from_number(value: Any) -> Any:
    """The short form: a number is that of the lanes, which have no gates."""
    return {"lanes": value} if isinstance(value, int | float | str) and not isinstance(value, bool) else value


def recurrent_slot(o: Operations, p: RecurrentParams) -> Slot:
    """The values of the recurrent lanes."""
    return o.state("recurrent", p.lanes)


def insert(o: Operations, p: RecurrentParams, u: Value, first: int) -> Value:
    """The input u with the recurrent lanes from lane `first` on."""
    lanes = np.arange(o.width)
    return o.blend(lanes >= first, o.load(recurrent_slot(o, p), at=first), u) if p.lanes else u


def keep(o: Operations, p: RecurrentParams, y: Value, first: int) -> None:
    """Stores what the output y says for the next step. first: the first recurrent lane of y; gates follow the lanes."""
    if not p.lanes:
        return
    slot, new = recurrent_slot(o, p), clip(y, -1.0, 1.0)
    if p.gated:
        lanes = np.arange(o.width)
        gate = clip(o.permute(y, (lanes + p.lanes) % o.width), 0.0, 1.0)
        old = o.load(slot, at=first)
        new = old + gate * (new - old)
    o.store(slot, new, at=first)
