"""Partition dropout over a life: the neurons of a layer fall into P parts, and in each period another part is silent.

Each neuron is lesioned exactly once in P periods, so that what evolves does not lean on any one of them. `drop_one`
silences a part and keeps the others, scaled by P / (P - 1); `keep_one` keeps a part alone, scaled by P. Parts are
balanced: a fixed permutation of the lanes cut into P runs, whose sizes differ by at most one. Over P periods the mean
of anything linear is as without lesions. After Keller's slides on networks of linear complexity.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pydantic

from alife.config.params import Params
from alife.ops.philox import philox
from alife.ops.vocabulary import Operations, Value

KEY = 0x1E510
LONGEST = 2.0**24  # steps counted; then the count begins anew


class LesionParams(Params):
    """How many parts, and for how long each is silent."""

    parts: int = pydantic.Field(4, ge=2, le=64, description="P, parts of each layer, at most the width")
    period: int = pydantic.Field(100, ge=1, le=10**6, description="steps of a period; after P periods it begins anew")
    form: Literal["drop_one", "keep_one"] = pydantic.Field("drop_one", description="what a period does to its part")


def parts_of(width: int, count: int, layer: int, member: int) -> np.ndarray:
    """[n] part of each lane of a layer, 0 to count - 1."""
    words = philox([np.arange(width), layer, member, 0], [0, KEY])[0]
    order = np.argsort(words, kind="stable")
    parts = np.zeros(width, np.int64)
    parts[order] = np.arange(width) * count // width
    return parts


def period_of(o: Operations, p: LesionParams) -> Value:
    """The part whose turn it is, on every lane."""
    age = o.lane(o.load(o.state("age", 1)), 0)
    turn = o.floor(age / float(p.period))
    return turn - float(p.parts) * o.floor(turn / float(p.parts))


def lesioned(o: Operations, h: Value, p: LesionParams, turn: Value, layer: int, member: int) -> Value:
    """What a layer gives in this period."""
    apart = abs(o.const(parts_of(o.width, p.parts, layer, member).astype(np.float64)) - turn)
    if p.form == "drop_one":
        return h * o.select(apart, 0.5, p.parts / (p.parts - 1), 0.0)
    return h * o.select(apart, 0.5, 0.0, float(p.parts))


def grow_older(o: Operations, p: LesionParams) -> None:
    """One step more; a whole number of cycles below 2**24, which float32 counts exactly."""
    whole = p.parts * p.period
    last = float(max(1, int(LONGEST) // whole) * whole)
    age = o.load(o.state("age", 1)) + 1.0
    o.store(o.state("age", 1), o.select(age, last, 0.0, age))
