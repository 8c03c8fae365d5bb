"""What a world is: its senses and actuators, its fields, its laws, and what to draw.

A world is a class in a file of its own under worlds/. It names its columns beside the population's (`fields`), and its
laws as tuples in the order in which they run:

    reset    once, on an empty field table: ground, founders   observe  fill `observations` of every living agent
    founding once, after given traits replaced drawn ones      step     what the actions do: move, eat, die, split
                                                               birth    where a child was placed, from both sides
    pairing  behind `step`, where the strategy mates: write `mate` of who wants a child, the slot of a living agent near
             it or -1

In a shared world all agents live together and reproduce. In a solo world (`kind = "solo"`) each lives alone in a copy
of its own for `lifetime` steps at most: all laws are per_agent and touch their own row only; they add to the field
`fitness` (higher is better) and set `done` when the episode is over; `id` is the episode's number, the same for all.
Where it declares `measures` (what an agent did), its laws also write the field `measures` [N, M] float32, zero at
first; where it declares further `objectives`, the field `objectives` [N, K - 1] float32, and what they add is summed as
fitness is. The laws of `fitness` run once after the last step: there a sum over steps becomes a mean.

In an arena world (`kind = "arena"`) agents of two `roles` meet in arenas, many of which are tried at once: `team` says
how many of each role stand in one, as clones of one genome each, so that two genomes meet in an arena. The laws are
those of a solo world, and may read rows of their own arena, which lie side by side: `seat[i]` is the place of row i in
its arena, from 0, first role first, and `role[i]` its role. `id` is the episode's number, the same for a whole arena,
so draws that differ within it count by the seat. `done` says that an agent is out; an episode always takes `lifetime`
steps. The fitness of a genome is the mean over its clones, from 0 to 1.

A law names what it touches: each of its arguments is a field, one of the world's Params or `constants`, `seed` or
`step`. A world never sees brains, strategies, windows or devices.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

import numpy as np

from alife.config.params import Params as BaseParams
from alife.errors import UserError
from alife.laws.cells import cell_list_fields as cell_list_fields
from alife.laws.cells import cell_lists
from alife.laws.fields import Field, Fields
from alife.laws.law import Law, per_agent, per_bin, per_newborn, per_parent, per_row, per_slot, serial
from alife.laws.maths import (
    PI,
    TWO_PI,
    atan2,
    bits_float,
    clip,
    cos,
    exp,
    exp2,
    f32,
    float_bits,
    floor,
    i32,
    i64,
    log,
    normal_quantile,
    power,
    sin,
    sqrt,
    u32,
    u64,
)  # fmt: skip
from alife.laws.random import (
    FIRST_WORLD_STREAM,
    below,
    exponent_step,
    normal,
    open_unit,
    stochastic_round,
    uniform,
    unit,
    words,
)  # fmt: skip
from alife.laws.scan import exclusive_scan
from alife.laws.torus import SECTORS, around, lane, sector_of, torus, turned, wrapped

__all__ = [
    "Actuator", "BaseParams", "Discs", "FIRST_WORLD_STREAM", "Field", "Fields", "ExternalSimulator", "Law", "Measure",
    "Objective", "PI", "SECTORS", "Scene", "Sensor", "TWO_PI", "UNIT", "UserError", "View", "World", "around",
    "atan2", "below", "bits_float", "cell_list_fields", "cell_lists", "clip", "cos", "exclusive_scan", "exp",
    "exp2", "exponent_step", "f32", "float_bits", "floor", "i32", "i64", "lane", "log", "normal",
    "normal_quantile", "open_unit", "per_agent", "per_bin", "per_newborn", "per_parent", "per_row", "per_slot",
    "power", "sector_of", "serial", "sin", "sqrt", "stochastic_round", "torus", "turned", "u32", "u64", "uniform",
    "unit", "words", "wrapped",
]  # fmt: skip

UNIT = 65536.0  # quanta of one unit, in fields whose unit is "quanta": what must close exactly is counted in those


@dataclass(frozen=True)
class Sensor:
    """One observation: low and high bound what a healthy world gives, unit and meaning say what it is."""

    name: str
    low: float
    high: float
    unit: str
    meaning: str


@dataclass(frozen=True)
class Actuator:
    """One action lane: a raw brain output a acts as low + (high - low) * (clip(a, -1, 1) + 1) / 2."""

    name: str
    low: float
    high: float
    unit: str
    meaning: str


@dataclass(frozen=True)
class Measure:
    """What an agent did in a solo world, averaged over its episodes: low and high bound what is told apart."""

    name: str
    low: float
    high: float
    unit: str
    meaning: str

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise UserError(f"measure {self.name}: expected low below high, got {self.low}, {self.high}", ("world",))


@dataclass(frozen=True)
class Objective:
    """What a solo world asks for beside fitness; higher is better."""

    name: str
    unit: str
    meaning: str


@dataclass
class Discs:
    """Bodies to draw. x, y, radius: [N] world units; heading: [N] radians; color: [N, 3] uint8.

    row: [N] slots of agents; -1 is a thing, such as food, which has no face and cannot be selected.
    """

    x: np.ndarray
    y: np.ndarray
    radius: np.ndarray
    heading: np.ndarray
    color: np.ndarray
    row: np.ndarray


@dataclass
class Scene:
    """What a world looks like, as plain data.

    width, height: world units; y points down. wraps: the plane is a torus. ground: [H, W, 3] uint8, row 0 at y = 0,
    stretched over the world, or None. lines: [K, 4] x0, y0, x1, y1 with line_color [K, 3]. text: short facts to print
    beside it.
    """

    width: float
    height: float
    wraps: bool
    ground: np.ndarray | None
    discs: Discs
    lines: np.ndarray = field(default_factory=lambda: np.zeros((0, 4), np.float32))
    line_color: np.ndarray = field(default_factory=lambda: np.zeros((0, 3), np.uint8))
    text: dict[str, str] = field(default_factory=dict)


View = Mapping[str, np.ndarray]  # field name -> array: a snapshot, or the live fields


class ExternalSimulator(Protocol):
    """A solo world outside the language of laws, with a copy for each of N rows.

    It runs through `alife.simulation.external_world`.
    """

    def reset(self, episodes: np.ndarray) -> np.ndarray:
        """Begin an episode in each row: [N] numbers, equal ones are equal episodes -> observations [N, I]."""

    def step(self, rows: np.ndarray, actions: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """One step of some rows: [K], raw actions [K, O] -> observations [K, I], rewards [K], whether over [K] bool."""


class World:
    """Base of every world; see the module's docstring for the meaning of the parts."""

    kind: ClassVar[str] = "shared"
    death_causes: ClassVar[tuple[str, ...]] = ("died",)  # `died` is 1 + the place in this
    roles: ClassVar[tuple[str, ...]] = ()  # of an arena world: names of the two
    heritable: ClassVar[tuple[str, ...]] = ()  # fields that a child has from its parent, beside the genome
    hosted: ClassVar[bool] = False  # a solo world that has a `host` instead of laws
    reset: tuple[Law, ...] = ()
    founding: tuple[Law, ...] = ()
    observe: tuple[Law, ...] = ()
    step: tuple[Law, ...] = ()
    pairing: tuple[Law, ...] = ()
    birth: tuple[Law, ...] = ()
    fitness: tuple[Law, ...] = ()

    def __init__(self, params: Any) -> None:
        self.params = params

    @property
    def sensors(self) -> tuple[Sensor, ...]:
        """The observations, in the order of their lanes."""
        raise TypeError(f"abstract: {type(self).__name__} must define sensors")

    @property
    def actuators(self) -> tuple[Actuator, ...]:
        """The actions, in the order of their lanes."""
        raise TypeError(f"abstract: {type(self).__name__} must define actuators")

    @property
    def num_founders(self) -> int:
        """Agents placed at the start."""
        raise TypeError(f"abstract: {type(self).__name__} must define num_founders")

    @property
    def lifetime(self) -> int:
        """Of a solo world: steps of an episode, at most; of an arena world: exactly."""
        raise TypeError(f"abstract: {type(self).__name__} must define lifetime")

    @property
    def team(self) -> tuple[int, ...]:
        """Of an arena world: agents of each role in one arena."""
        raise TypeError(f"abstract: {type(self).__name__} must define team")

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Of a solo world: what its agents did, in the order of the columns of `measures`."""
        return ()

    @property
    def objectives(self) -> tuple[Objective, ...]:
        """Of a solo world: what counts beside fitness, in the order of the columns of `objectives`."""
        return ()

    @property
    def reports(self) -> Mapping[str, tuple[str, ...]]:
        """Of a solo world: fields of which `inspect` tells the mean over fresh episodes, and what each column is."""
        return {}

    @property
    def fields(self) -> tuple[Field, ...]:
        """Columns of this world beside the population's."""
        return ()

    @property
    def tables(self) -> dict[str, int]:
        """Rows of this world's own tables, such as {"cells": 16384}."""
        return {}

    @property
    def constants(self) -> dict[str, Any]:
        """Further scalars and read-only arrays that laws may name beside Params."""
        return {}

    def host(self, count: int, seed: int) -> ExternalSimulator:
        """Of a hosted world: what steps so many rows. seed: of the run."""
        raise TypeError(f"abstract: {type(self).__name__} must define host")

    def scene(self, view: View, rows: np.ndarray) -> Scene:
        """What to draw. rows: [N] slots of the living agents."""
        raise TypeError(f"abstract: {type(self).__name__} must define scene")

    def metrics(self, view: Fields, rows: np.ndarray) -> dict[str, float | int]:
        """This world's columns of metrics.csv, always the same keys in the same order.

        view: the live fields; `view.total(name)` sums whole numbers wherever they are. rows: [N] living slots.
        """
        return {}
