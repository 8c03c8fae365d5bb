"""Histories of observations: fixed filter banks in time, whose traces are input lanes. No weights, no genes.

delay: the observation 1, 2, ..., T steps ago. leaky: means that fade, h <- (1 - a) h + a x with a = 1/2, 1/4, ...,
2^-T. walsh: the Walsh-Hadamard transform, divided by sqrt(T), of the last T steps, this one among them. What lies
before birth is 0. Traces are never part of a key, so that two moments in which the same is seen have the same key.

References: Mozer: Neural net architectures for temporal sequence processing (1993), whose delay lines and exponential
traces these are; Voelker, Kajic, Eliasmith: Legendre memory units (NeurIPS 2019), for a fixed orthogonal basis in time.
"""

from __future__ import annotations

import math
from typing import Literal, Self

import numpy as np
import pydantic

from alife.config.params import Params
from alife.ops.slots import Slot
from alife.ops.vocabulary import Operations, Value


class HistoryParams(Params):
    """A filter bank in time."""

    kind: Literal["delay", "leaky", "walsh"] = pydantic.Field(
        "delay",
        description="traces of an observation. delay: its last values; leaky: means that fade at different rates; "
        "walsh: the transform of its last values",
    )
    taps: int = pydantic.Field(4, ge=1, le=64, description="T, traces of each observation")
    lanes: int | None = pydantic.Field(
        None, ge=1, le=256, description="the first observations that have traces; null: all"
    )

    @pydantic.model_validator(mode="after")
    def _fit(self) -> Self:
        """Checks that the transform exists."""
        if self.kind == "walsh" and self.taps & (self.taps - 1):
            raise ValueError(f"expected taps a power of two for kind: walsh, got {self.taps}; write taps: 4")
        return self


class History:
    """The traces of an agent: lane i T + j is trace j of observation i.

    Args:
        p: the filter bank.
        num_observations: I.
    """

    def __init__(self, p: HistoryParams, num_observations: int) -> None:
        self.p, self.count = p, min(p.lanes or num_observations, num_observations)

    @property
    def num_lanes(self) -> int:
        """The number of input lanes, and of values of the state."""
        return self.count * self.p.taps

    def insert(self, o: Operations, u: Value, seen: Value, first: int) -> Value:
        """Updates the traces, and returns the input u with them on its lanes from `first` on. seen: observations."""
        traces = self._after(o, seen)
        lanes = np.arange(o.width)
        moved = o.permute(traces, (lanes - first) % o.width)
        return o.blend((lanes >= first) & (lanes < first + self.num_lanes), moved, u)

    def _after(self, o: Operations, seen: Value) -> Value:
        """The traces of this step; stores what the next one needs."""
        slot = self._slot(o)
        old, taps, lanes = o.load(slot), self.p.taps, np.arange(o.width)
        spread = o.permute(seen, np.minimum(lanes // taps, o.width - 1))
        if self.p.kind == "leaky":
            rates = 2.0 ** -(1.0 + lanes % taps)
            traces = old + (spread - old) * o.const(np.where(lanes < self.num_lanes, rates, 0.0))
            o.store(slot, traces)
            return traces
        shifted = o.blend(lanes % taps == 0, spread, o.permute(old, np.maximum(lanes - 1, 0)))
        o.store(slot, shifted)
        if self.p.kind == "delay":
            return old
        return o.wht(shifted, block=taps) * (1 / math.sqrt(taps)) if taps > 1 else shifted

    def _slot(self, o: Operations) -> Slot:
        return o.state("history", self.num_lanes)
