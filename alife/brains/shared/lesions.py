"""Partition dropout over a life: the neurons of a layer fall into P parts, and in each period another part is silent.

Each neuron is silent in one of P periods, or active in only one, so that evolution cannot come to depend on any one of
them. `drop_one` silences one part and scales the others by P / (P - 1); `keep_one` keeps one part and scales it by P.
Parts are balanced: a fixed permutation of the lanes cut into P runs, whose sizes differ by at most one. Over P periods
the mean of anything linear is as without lesions. After Keller's slides on networks of linear complexity.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pydantic

from alife.config.params import Params
from alife.ops.philox import philox
from alife.ops.vocabulary import Operations, Value

KEY = 0x1E510
MAX_AGE = 2.0**24  # steps that float32 counts exactly


class LesionParams(Params):
    """Number of parts, and how long each is silent."""

    parts: int = pydantic.Field(4, ge=2, le=64, description="P, parts of each layer, at most the width")
    period: int = pydantic.Field(100, ge=1, le=10**6, description="length of a period, in steps; P periods are a cycle")
    form: Literal["drop_one", "keep_one"] = pydantic.Field(
        "drop_one", description="drop_one: a period silences its part; keep_one: it silences all other parts"
    )


def lane_parts(width: int, count: int, layer: int, member: int) -> np.ndarray:
    """[n] int64: the part of each lane of a layer, 0 to count - 1."""
    words = philox([np.arange(width), layer, member, 0], [0, KEY])[0]
    order = np.argsort(words, kind="stable")
    parts = np.zeros(width, np.int64)
    parts[order] = np.arange(width) * count // width
    return parts


def current_part(o: Operations, p: LesionParams) -> Value:
    """The number of the part whose period it is, on every lane."""
    age = o.lane(o.load(o.state("age", 1)), 0)
    period = o.floor(age / float(p.period))
    return period - float(p.parts) * o.floor(period / float(p.parts))


def lesioned(o: Operations, h: Value, p: LesionParams, current: Value, layer: int, member: int) -> Value:
    """The output h of a layer with the lesions of the period of part `current`."""
    distance = abs(o.const(lane_parts(o.width, p.parts, layer, member).astype(np.float64)) - current)
    if p.form == "drop_one":
        return h * o.select(distance, 0.5, p.parts / (p.parts - 1), 0.0)
    return h * o.select(distance, 0.5, 0.0, float(p.parts))


def advance_age(o: Operations, p: LesionParams) -> None:
    """Adds one to the agent's age, which begins again at 0 after a whole number of cycles, before `MAX_AGE`."""
    cycle = p.parts * p.period
    last = float(max(1, int(MAX_AGE) // cycle) * cycle)
    age = o.load(o.state("age", 1)) + 1.0
    o.store(o.state("age", 1), o.select(age, last, 0.0, age))
