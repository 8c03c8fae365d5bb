"""What all brains have around their network: senses, memory, recurrent lanes, members of an ensemble, shared weights.

A brain file says how many rows of weights a member has and what one layer makes of its input (`rows`, `layer`); the
rest of a step is here: the input is u = [observations, 1, recurrent lanes], completed by what the memory recalls,
scaled to one length; layers follow, with the input given again between them; the outputs are actions, the values to be
stored, the gate, the recurrent lanes, those of keys. Members of an ensemble see the input through flips of their own,
and their outputs are averaged.

Input scaling, re-injection and ensembles by random views: O'Connor (see `wht`); memory and projection: those files.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import ClassVar, Literal

import numpy as np
import pydantic

from alife.brains.memory import ablation
from alife.brains.memory.hashing import Keys, MemoryParams
from alife.brains.memory.wiring import MemoryWiring
from alife.brains.shared import lesions, projection
from alife.brains.shared.lesions import LesionParams
from alife.brains.shared.projection import Shape
from alife.config.params import Params as BaseParams
from alife.errors import UserError
from alife.ops.derived import clip, first_lanes
from alife.ops.gene_groups import Move
from alife.ops.slots import Slot
from alife.ops.vocabulary import WIDTHS, Operations, Row, Value

# Where each part's flips begin; those of the memory's keys lie below.
MEMBER_FLIPS = 2 << 20
MEMBER = 1 << 16  # flips a member has to itself
INPUT, INJECT, UNFOLD, OWN = 0, 1 << 8, 1 << 9, 1 << 14  # and within a member; from OWN on they are the network's


class NetworkParams(BaseParams):
    """Size and parts of a brain, whatever its network."""

    width: int = pydantic.Field(32, ge=16, le=256, description="n, lanes: a power of two")
    layers: int = pydantic.Field(3, ge=1, le=64, description="L, layers of the network")
    projection: int | None = pydantic.Field(
        128, ge=16, le=65536, description="G, genes that a member's weights unfold from; null: each weight is a gene"
    )
    projection_offset: float = pydantic.Field(
        0.0, ge=0, le=4, description="fixed weights of this size that a projection's weights are added to"
    )
    projection_shape: Shape = pydantic.Field(
        "linear", description="of a projection's weights: square, root: of their sizes, signs kept"
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
    unfold: Literal["step", "birth"] = pydantic.Field(
        "step", description="when a projection's weights unfold: in each step, or once, to be kept: quicker, and larger"
    )
    lesions: LesionParams | None = pydantic.Field(
        None, description="parts of layers that are silent in turn; null: none"
    )


class Weights:
    """A member's rows of n weights, in the order of their use."""

    def __init__(self, load: Callable[[Row], Value], count: int) -> None:
        """load: a row by its number, 0 to count - 1."""
        self._load, self._count, self._at = load, count, 0

    def __iter__(self) -> Iterator[Value]:
        return self

    def __next__(self) -> Value:
        """The next row."""
        (row,) = self._next(1)
        return self._load(row)

    def table(self, count: int) -> Callable[[Row], Value]:
        """The next rows, each to be had by its place among them, which may be a loop's counter."""
        first = self._next(count)[0]
        return lambda row: self._load(row if isinstance(row, Value) else row + first)

    def _next(self, count: int) -> range:
        if self._at + count > self._count:
            raise UserError(f"weights: expected {self._count} rows at most, came {self._at + count}; say rows so many")
        self._at += count
        return range(self._at - count, self._at)


def when_asked(rows: Iterator[Value]) -> Callable[[Row], Value]:
    """Rows by their number, each computed when it is first asked for, or one behind it: no compiler need hold all."""
    known: list[Value] = []

    def row(number: Row) -> Value:
        assert isinstance(number, int), (
            "expected a row's number, as what unfolds in a step is no table; keep it at birth"
        )
        known.extend(next(rows) for _ in range(number + 1 - len(known)))
        return known[number]

    return row


class NetworkBase:
    """A brain but for its network; `step` is what one agent computes, `develop` what it computes once, at birth.

    stored: whether weights that unfold from few genes are kept from birth on whatever the Params say, as tables need.
    """

    stored: ClassVar[bool] = False
    params: NetworkParams

    def __init__(self, params: NetworkParams, num_observations: int, num_actions: int) -> None:
        self.params, self.num_observations, self.num_actions = params, num_observations, num_actions
        self.width = params.width
        self.num_values = params.memory.values if params.memory else 0
        self.gate_lane = num_actions + self.num_values
        self.recurrent_lane = self.gate_lane + (1 if params.memory else 0)
        self.memory = self._memory()
        self._check()

    # ---- said by the network

    @property
    def layer_rows(self) -> int:
        """Rows of n weights that a layer uses."""
        raise NotImplementedError

    @property
    def extra_rows(self) -> int:
        """Rows of n weights that a member uses before its layers and behind them."""
        return 0

    def layer(self, o: Operations, h: Value, weights: Weights, number: int, member: int) -> Value:
        """What layer `number`, from 1, of a member, from 0, makes of h."""
        raise NotImplementedError

    def begin(self, o: Operations, x: Value, weights: Weights, member: int) -> Value:
        """What goes into the first layer: the input, seen through the member's flips."""
        return o.flip(x, self.flips(member) + INPUT)

    one_sided: ClassVar[bool] = False  # whether layers give no values below 0, as ReLUs do

    def end(self, o: Operations, h: Value, weights: Weights) -> Value:
        """What comes out behind the last layer: its transform.

        Of values that are all above 0 the first lane would be their sum, never below: they are flipped first.
        """
        h = o.flip(h, MEMBER_FLIPS + OWN) if self.one_sided else h
        return o.wht(h) * (1 / math.sqrt(self.width))

    @property
    def moves(self) -> tuple[Move, ...]:
        """Changes to genes of the slot `weights` that belong together, where weights are genes."""
        return ()

    def check_own(self) -> None:
        """Refuse parameters of the network that do not fit. Raises UserError."""

    @property
    def draws(self) -> bool:
        """Whether it draws anew in each step."""
        return self.params.memory is not None and self.params.memory.ablation == "shuffled"

    # ---- sizes

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
    def rows(self) -> int:
        """Rows of n weights of a member."""
        return self.params.layers * self.layer_rows + len(self.injections) + self.extra_rows

    def first_row(self, number: int) -> int:
        """Row of a member where layer `number`, from 1, begins, or what comes behind the last; of networks that use
        no rows before their layers."""
        return (number - 1) * self.layer_rows + sum(layer < number for layer in self.injections)

    def of_members(self, units: np.ndarray) -> np.ndarray:
        """Units [U, K] of the first member -> [ensemble x U, K] of all: places in the slot `weights`."""
        keys = self.width * self.memory.addresses.genes if self.memory else 0
        each = (self.num_weights - keys) // self.params.ensemble
        return np.concatenate([units + member * each for member in range(self.params.ensemble)])

    @property
    def num_weights(self) -> int:
        """W: of all members, and the two keys'."""
        return self.width * (self.rows * self.params.ensemble + (self.memory.addresses.genes if self.memory else 0))

    def _check(self) -> None:
        n, p = self.width, self.params
        inputs = self.inputs
        key_lanes = self.memory.addresses.lanes if self.memory else 0
        outputs = self.recurrent_lane + p.recurrent + key_lanes
        require(n in WIDTHS, "width", f"one of {', '.join(map(str, WIDTHS))}", n, "width: 32")
        require(self.num_observations >= 1, "observations", "at least 1", self.num_observations, "a sensor")
        require(self.num_actions >= 1, "actions", "at least 1", self.num_actions, "an actuator")
        require(
            inputs <= n, "width", f"observations + constant + recurrent + memory.values <= {n}", inputs, _wider(inputs)
        )
        parts = "actions + memory.values + gate + recurrent" + (" + keys" if key_lanes else "")
        require(outputs <= n, "width", f"{parts} <= {n}", outputs, _wider(outputs))
        if p.projection:
            fits = _power_multiple(p.projection, n)
            require(fits, "projection", f"{n} times a power of two", p.projection, f"projection: {4 * n}")
        if p.memory:
            fix = f"bits: {max(n, 64)}"
            require(p.memory.bits % n == 0, "memory.bits", f"a multiple of the width {n}", p.memory.bits, fix)
        if p.lesions:
            require(p.lesions.parts <= n, "lesions.parts", f"at most the width {n}", p.lesions.parts, "parts: 4")
        self.check_own()

    @property
    def inputs(self) -> int:
        """Input lanes: observations, a constant, recurrent lanes, what the memory recalls."""
        return self.num_observations + 1 + self.params.recurrent + self.num_values

    def _memory(self) -> MemoryWiring | None:
        p, recalled = self.params, self.inputs - self.num_values
        if not p.memory:
            return None
        return MemoryWiring(p.memory, recalled, self.num_actions, self.recurrent_lane + p.recurrent, self.half)

    # ---- a step

    def step(self, o: Operations) -> None:
        """Sense, recall, think, act, remember."""
        held = self.memory.begin(o) if self.memory else None
        x, keys = self._senses(o), Keys()
        if self.memory and held:
            x, keys = self.memory.recall(o, x, held)
        x = first_lanes(x * (math.sqrt(self.width) / o.sqrt(o.total(x * x))), self.inputs)
        o.note("input", x)
        y = self._think(o, x)
        o.note("output", y)
        o.store(o.output("actions", self.num_actions), y)
        if self.params.recurrent:
            o.store(o.state("recurrent", self.params.recurrent), clip(y, -1.0, 1.0), at=self.recurrent_lane)
        if self.params.lesions:
            lesions.grow_older(o, self.params.lesions)
        if self.memory and held:
            self.memory.remember(o, x, y, held, keys)
        if self.draws:
            ablation.tick(o)

    def _senses(self, o: Operations) -> Value:
        """u = [observations, 1, recurrent lanes]."""
        lanes, first = np.arange(self.width), self.num_observations
        u = o.blend(lanes == first, 1.0, o.load(o.input("observations", first)))
        if not self.params.recurrent:
            return u
        return o.blend(lanes > first, o.load(o.state("recurrent", self.params.recurrent), at=first + 1), u)

    # ---- the network

    def _think(self, o: Operations, x: Value) -> Value:
        """The mean of the members' outputs."""
        outputs = [self._member(o, member, x) for member in range(self.params.ensemble)]
        total = outputs[0]
        for output in outputs[1:]:
            total = total + output
        return total if len(outputs) == 1 else total * (1 / len(outputs))

    def _member(self, o: Operations, member: int, x: Value) -> Value:
        """L layers, with the input given again between them. Notes weights_ tell what genes came to, not activity."""
        part, weights = self.part(member), self.weights(o, member)
        turn = lesions.period_of(o, self.params.lesions) if self.params.lesions else x
        h = self.begin(o, x, weights, member)
        for number in range(1, self.params.layers + 1):
            h = self.layer(o, h, weights, number, member)
            if number in self.injections:
                g = next(weights)
                o.note(f"weights_{part}injection_{number}", g)
                h = h + g * (o.wht(o.flip(x, self.flips(member) + INJECT + number)) * (1 / math.sqrt(self.width)))
            if self.params.lesions:
                h = lesions.lesioned(o, h, self.params.lesions, turn, number, member)
            o.note(f"{part}layer_{number}", h)
        return self.end(o, h, weights)

    @staticmethod
    def flips(member: int) -> int:
        """The first of a member's flips; from this plus `OWN` on they are the network's to use."""
        return MEMBER_FLIPS + member * MEMBER

    @staticmethod
    def part(member: int) -> str:
        """What notes of a member begin with."""
        return "" if member == 0 else f"member_{member + 1}_"

    # ---- weights

    def weights(self, o: Operations, member: int) -> Weights:
        """What a member's genes come to, as a step reads it."""
        if self.params.projection is None:
            slot = o.genome("weights", self.params.ensemble, self.rows, self.width, half=self.half)
        elif self._at_birth:
            slot = self._unfolded(o)
        else:
            return Weights(when_asked(self._unfold(o, member)), self.rows)
        return Weights(lambda row: o.load(slot, row if isinstance(row, Value) else row + member * self.rows), self.rows)

    @property
    def _at_birth(self) -> bool:
        return self.stored or self.params.unfold == "birth"

    def _unfolded(self, o: Operations) -> Slot:
        return o.phenotype("weights", self.params.ensemble, self.rows, self.width)

    def _unfold(self, o: Operations, member: int) -> Iterator[Value]:
        p = self.params
        count = (p.projection or 0) // self.width
        slot = o.genome("genes", p.ensemble, count, self.width, half=self.half)
        genes = [o.load(slot, member * count + row) for row in range(count)]
        return projection.unfolding(
            genes, self.rows, self.flips(member) + UNFOLD, p.projection_offset, p.projection_shape
        )

    def develop(self, o: Operations) -> None:
        """Once, at birth: unfold the weights that are kept."""
        if self._at_birth and self.params.projection is not None:
            for member in range(self.params.ensemble):
                for row, value in enumerate(self._unfold(o, member)):
                    o.store(self._unfolded(o), value, member * self.rows + row)


def require(holds: bool, key: str, expected: str, came: object, fix: str) -> None:
    """Raise UserError unless it holds: what was expected of brain.<key>, what came, what to write."""
    if not holds:
        raise UserError(f"brain.{key}: expected {expected}, got {came}; write {fix}", ("brain", *key.split(".")))


def _wider(lanes: int) -> str:
    """The narrowest width that holds so many lanes."""
    return next((f"width: {width}" for width in WIDTHS if width >= lanes), "fewer lanes")


def _power_multiple(number: int, width: int) -> bool:
    times, rest = divmod(number, width)
    return rest == 0 and times >= 1 and times & (times - 1) == 0
