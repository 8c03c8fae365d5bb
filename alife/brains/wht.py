"""Fixed-filter-bank network of Walsh-Hadamard transforms and two-slope switches, with a hashed associative memory.

A layer is h <- switch(sqrt(3/n) wht(h)): the transform mixes all lanes at n log2 n additions and needs no weights; two
evolved slopes a unit are all there is to learn. The memory is read before the net and written after it, at addresses
gathered from the input, which makes the whole a small neural Turing machine.

References: O'Connor, Fixed-Filter-Bank-Neural-Networks (github.com/S6Regen); Greve, Jacobsen, Risi: Evolving neural
Turing machines for reward-based learning (GECCO 2016). Memory and projection: see those files.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Literal

import numpy as np
import pydantic

from alife.brains import memory, projection
from alife.brains.memory import MemoryParams
from alife.operations.derived import clip, switch
from alife.operations.values import Value
from alife.operations.words import WIDTHS, Operations
from alife.params import Params as BaseParams
from alife.registry import UserError

# Where each part's flips begin. Both keys share one hash; of 6,000 beginnings this one gives keys of few lanes the most
# distinct bits (6 to 16 lanes: all 64 at widths 32 and 64; on average over beginnings 54 of 64 at 8 lanes).
KEY_FLIPS, MEMBER_FLIPS = (1 << 20) + 16, 2 << 20
MEMBER = 1 << 16  # flips a member has to itself
INPUT, INJECT, UNFOLD = 0, 1 << 8, 1 << 9  # and within a member


class Params(BaseParams):
    """Size and parts of the network."""

    width: int = pydantic.Field(32, ge=16, le=256, description="n, lanes: a power of two")
    layers: int = pydantic.Field(3, ge=1, le=64, description="L, layers of transform and switch")
    projection: int | None = pydantic.Field(
        128, ge=16, le=65536, description="G, genes that a member's weights unfold from; null: each weight is a gene"
    )
    memory: MemoryParams | None = pydantic.Field(MemoryParams(), description="the memory; null: none")
    injection: int = pydantic.Field(
        2, ge=0, le=64, description="give the input again after every so many layers; 0: never"
    )
    recurrent: int = pydantic.Field(0, ge=0, le=128, description="output lanes fed back as input in the next step")
    ensemble: int = pydantic.Field(
        1, ge=1, le=64, description="members with own flips and weights; outputs are averaged"
    )
    storage: Literal["float32", "float16"] = pydantic.Field(
        "float32", description="how genes are kept; they are computed with as float32"
    )


class Wht:
    """The network for a number of observations and actions; `step` is what one agent computes."""

    def __init__(self, params: Params, num_observations: int, num_actions: int) -> None:
        self.params, self.num_observations, self.num_actions = params, num_observations, num_actions
        self.width = params.width
        self.num_values = params.memory.values if params.memory else 0
        self.gate_lane = num_actions + self.num_values
        self.recurrent_lane = self.gate_lane + (1 if params.memory else 0)
        self._check()

    def _check(self) -> None:
        n, p = self.width, self.params
        inputs = self.num_observations + 1 + p.recurrent + self.num_values
        outputs = self.recurrent_lane + p.recurrent
        _require(n in WIDTHS, "width", f"one of {', '.join(map(str, WIDTHS))}", n, "width: 32")
        _require(self.num_observations >= 1, "observations", "at least 1", self.num_observations, "a sensor")
        _require(self.num_actions >= 1, "actions", "at least 1", self.num_actions, "an actuator")
        _require(
            inputs <= n, "width", f"observations + constant + recurrent + memory.values <= {n}", inputs, _wider(inputs)
        )
        _require(outputs <= n, "width", f"actions + memory.values + gate + recurrent <= {n}", outputs, _wider(outputs))
        if p.projection:
            _require(
                _power_multiple(p.projection, n),
                "projection",
                f"{n} times a power of two",
                p.projection,
                f"projection: {4 * n}",
            )
        if p.memory:
            _require(
                p.memory.bits % n == 0,
                "memory.bits",
                f"a multiple of the width {n}",
                p.memory.bits,
                f"bits: {max(n, 64)}",
            )

    @property
    def half(self) -> bool:
        """Whether genes are kept as float16."""
        return self.params.storage == "float16"

    @property
    def injections(self) -> list[int]:
        """The layers, from 1, after which the input is given again."""
        p = self.params
        return [layer for layer in range(1, p.layers + 1) if p.injection and layer % p.injection == 0]

    @property
    def num_weights(self) -> int:
        """W: slopes and injection weights of all members, and the two keys' weights."""
        rows = 2 * self.params.layers + len(self.injections)
        return self.width * (rows * self.params.ensemble + (2 if self.params.memory else 0))

    def step(self, o: Operations) -> None:
        """Sense, recall, think, act, remember."""
        cells = self._memory_rows(o)
        u = self._senses(o)
        x = self._recall(o, u, cells)
        x = x * (math.sqrt(self.width) / o.sqrt(o.total(x * x)))
        o.note("input", x)
        y = self._think(o, x)
        o.note("output", y)
        o.store(o.output("actions", self.num_actions), y)
        if self.params.recurrent:
            o.store(o.state("recurrent", self.params.recurrent), clip(y, -1.0, 1.0), at=self.recurrent_lane)
        if cells:
            self._remember(o, x, y, cells)

    def _senses(self, o: Operations) -> Value:
        """u = [observations, 1, recurrent lanes]."""
        lanes, first = np.arange(self.width), self.num_observations
        u = o.blend(lanes == first, 1.0, o.load(o.input("observations", first)))
        if not self.params.recurrent:
            return u
        return o.blend(lanes > first, o.load(o.state("recurrent", self.params.recurrent), at=first + 1), u)

    def _memory_rows(self, o: Operations) -> memory.Rows:
        """What the memory holds; said first, so that its places begin at whole vectors."""
        p = self.params.memory
        if not p:
            return []
        for key in ("read_key", "write_key"):
            o.genome(f"{key}_weights", self.width, half=self.half)
        halves = p.storage == "float16"
        return memory.load(o, o.state("memory", p.values, p.bits // self.width, self.width, half=halves))

    def _key(self, o: Operations, name: str, z: Value) -> list[Value]:
        """bits(p^2 z), p the evolved weights of this key."""
        p = self.params.memory or MemoryParams()
        weights = o.load(o.genome(f"{name}_weights", self.width, half=self.half))
        key = memory.bits(weights * weights * z, p.bits // self.width, p.order, KEY_FLIPS)
        o.note(name, *key)
        return key

    def _recall(self, o: Operations, u: Value, cells: memory.Rows) -> Value:
        """x = [u, y], y what the memory holds at the read key."""
        if not cells:
            return u
        x, first = u, self.num_observations + 1 + self.params.recurrent
        for v, y in enumerate(memory.recall(cells, self._key(o, "read_key", u))):
            x = o.blend(np.arange(self.width) == first + v, clip(y, -1.0, 1.0), x)
        o.note("recall", x)
        return x

    def _think(self, o: Operations, x: Value) -> Value:
        """The mean of the members' outputs."""
        outputs = [self._member(o, member, x) for member in range(self.params.ensemble)]
        total = outputs[0]
        for output in outputs[1:]:
            total = total + output
        return total if len(outputs) == 1 else total * (1 / len(outputs))

    def _member(self, o: Operations, member: int, x: Value) -> Value:
        """L layers and a last transform. Notes that begin with weights_ tell what the genes came to, not activity."""
        part = "" if member == 0 else f"member_{member + 1}_"
        flips, gain = MEMBER_FLIPS + member * MEMBER, math.sqrt(3 / self.width)
        weights = self._weights(o, member)
        h = o.flip(x, flips + INPUT)
        for layer in range(1, self.params.layers + 1):
            above, below = next(weights), next(weights)
            h = switch(o.wht(h) * gain, above, below)
            o.note(f"weights_{part}layer_{layer}", above, below)
            if layer in self.injections:
                g = next(weights)
                o.note(f"weights_{part}injection_{layer}", g)
                h = h + g * (o.wht(o.flip(x, flips + INJECT + layer)) * (1 / math.sqrt(self.width)))
            o.note(f"{part}layer_{layer}", h)
        return o.wht(h) * (1 / math.sqrt(self.width))

    def _weights(self, o: Operations, member: int) -> Iterator[Value]:
        """Rows of n weights in the order of their use: two slopes a layer, and what an injection is weighted by."""
        p, n = self.params, self.width
        rows = 2 * p.layers + len(self.injections)
        if p.projection is None:
            slot = o.genome("weights", p.ensemble, rows, n, half=self.half)
            return iter([o.load(slot, member * rows + row) for row in range(rows)])
        count = p.projection // n
        slot = o.genome("genes", p.ensemble, count, n, half=self.half)
        genes = [o.load(slot, member * count + row) for row in range(count)]
        return iter(projection.unfold(genes, rows, MEMBER_FLIPS + member * MEMBER + UNFOLD))

    def _remember(self, o: Operations, x: Value, y: Value, cells: memory.Rows) -> None:
        """Where the gate is above 0, make the values what the write key recalls."""
        key = self._key(o, "write_key", x)
        values = [clip(o.lane(y, self.num_actions + v), -1.0, 1.0) for v in range(self.num_values)]
        gate = o.lane(y, self.gate_lane)
        o.note("gate", gate)
        memory.write(o.slots["memory"], cells, key, values, gate)


def _require(holds: bool, key: str, expected: str, came: int, fix: str) -> None:
    if not holds:
        raise UserError(f"brain.{key}: expected {expected}, got {came}; write {fix}", ("brain", *key.split(".")))


def _wider(lanes: int) -> str:
    """The narrowest width that holds so many lanes."""
    return next((f"width: {width}" for width in WIDTHS if width >= lanes), "fewer lanes")


def _power_multiple(number: int, width: int) -> bool:
    times, rest = divmod(number, width)
    return rest == 0 and times >= 1 and times & (times - 1) == 0
