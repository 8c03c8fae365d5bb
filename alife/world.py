"""The one import of a world file: kinds of worlds, sensors and actuators, columns, laws, maths, random draws.

A world is a class in a file of its own, derived from one of four kinds. It names its sensors, its actuators, its
columns beside those that every agent has (`columns`), and its laws, as tuples in the order in which they run:

`SharedWorld`    All agents live together and reproduce; nothing is scored. A run counts steps.
`EpisodicWorld`  Each agent lives alone in its own copy of the world, for an episode that is scored. A run counts
                 generations, as in the two kinds below.
`ArenaWorld`     Agents of two roles meet in arenas, many of which run at once. Each role is a population of its own.
`ExternalWorld`  An episodic world that code outside the language of laws computes, on the host.

A law names what it touches: `a.x` is a column of its row, `p.name` one of the world's Params, `world.name` a constant,
`a.senses.name` a sensor; `alife.laws.namespaces` has all of it. A world never sees brains, strategies, windows or
devices.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Protocol, Self

import numpy as np

from alife.cached import cached_property
from alife.config import imports, registry
from alife.config.declarations import check_mapping as check_mapping
from alife.config.declarations import check_tuple as check_tuple
from alife.config.declarations import check_unlike as check_unlike
from alife.config.declarations import refuse, shown_item
from alife.config.declared_world import check_world
from alife.config.params import Params as BaseParams
from alife.config.source_lines import explained, place_of_error
from alife.errors import ExternalError, UserError
from alife.laws.cells import cell_list_fields as cell_list_fields
from alife.laws.cells import cell_lists, sort_positions
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
from alife.laws.neighbors import bins_around, members, neighbors
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
from alife.laws.rows import Columns, Draws, Table, Vector, WorldScalars, column
from alife.laws.scan import exclusive_scan
from alife.laws.scope import Lane, Scope, lanes_of
from alife.laws.torus import SECTORS, around, lane, sector_of, torus, turned, wrapped
from alife.ops.vocabulary import WIDTHS

__all__ = [
    "Actuator", "Agent", "ArenaAgent", "ArenaWorld", "BaseParams", "Columns", "Discs", "Draws", "EpisodicAgent",
    "EpisodicWorld", "EvaluatedWorld", "ExternalError", "ExternalSimulator", "ExternalWorld",
    "FIRST_WORLD_STREAM", "Field", "Fields", "Law", "MOST_LANES", "Measure", "Metric", "Objective", "PI",
    "SECTORS", "Scene", "Sensor", "SharedAgent", "SharedWorld", "TWO_PI", "Table", "UNIT", "Unit", "UserError",
    "Vector", "View", "World", "WorldScalars", "around", "atan2", "below", "bins_around", "bits_float",
    "cell_list_fields", "cell_lists", "clip", "column", "cos", "exclusive_scan", "exp", "exp2", "explained",
    "exponent_step", "f32", "float_bits", "floor", "i32", "i64", "imports", "interleaved", "lane", "log", "members",
    "neighbors", "normal", "normal_quantile", "open_unit", "per_agent", "per_bin", "per_newborn", "per_parent",
    "per_row", "per_slot", "place_of_error", "power", "sector_of", "sensor_group", "serial", "sin",
    "sort_positions", "sqrt", "stochastic_round", "torus", "turned", "u32", "u64", "uniform", "unit", "words",
    "wrapped",
]  # fmt: skip

MOST_LANES = WIDTHS[-1]  # of any brain: a world has no more actuators, and fewer sensors, as a brain adds a constant
UNIT = 65536.0  # quanta of one unit, in fields whose unit is "quanta": what must close exactly is counted in those


@dataclass(frozen=True)
class Sensor:
    """One observation, a lane that laws write by its name: `a.senses.energy`.

    low, high: bounds of what a healthy world gives, in `unit`. group: name of a group of equal sensors, which laws
    index: `a.senses.plants[k]`; see `sensor_group`.
    """

    name: str
    low: float
    high: float
    unit: str
    meaning: str
    group: str = ""


def sensor_group(
    name: str, labels: Iterable[object], low: float, high: float, unit: str, meaning: str
) -> tuple[Sensor, ...]:
    """Returns equal sensors that laws index, `a.senses.NAME[k]`: one for each label, called "NAME label"."""
    return tuple(Sensor(f"{name} {label}", low, high, unit, meaning, name) for label in labels)


def interleaved(*groups: tuple[Sensor, ...]) -> tuple[Sensor, ...]:
    """Returns sensors of groups of one length in turn: the first of each group, then the second of each."""
    return tuple(sensor for together in zip(*groups, strict=True) for sensor in together)


@dataclass(frozen=True)
class Actuator:
    """One action. A raw output a of a brain acts as low + (high - low) * (clip(a, -1, 1) + 1) / 2, in `unit`.

    Laws read it by name: `a.actions.turn` in `unit`, `a.outputs.turn` as the brain gave it. group: name of a group of
    equal actuators, which laws index: `a.outputs.say[k]`.
    """

    name: str
    low: float
    high: float
    unit: str
    meaning: str
    group: str = ""


@dataclass(frozen=True)
class Metric:
    """One of a world's own columns of metrics.csv.

    headline: shown in the progress line, in the window's graph and among the first curves of the report.
    """

    name: str
    unit: str
    meaning: str
    headline: bool = False


@dataclass(frozen=True)
class Measure:
    """A feature of behavior, averaged over an agent's episodes.

    low, high: bounds of the range that is told apart. group: name of a group of equal measures, which laws index.

    Raises:
        UserError: low is not below high.
    """

    name: str
    low: float
    high: float
    unit: str
    meaning: str
    group: str = ""

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise UserError(f"measure {self.name}: expected low below high, got {self.low}, {self.high}", ("world",))


@dataclass(frozen=True)
class Objective:
    """An objective beside fitness, summed over an agent's episodes as fitness is; higher is better."""

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
    """A picture of a world, as plain data.

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


def scene_of(world: World, view: View, rows: np.ndarray) -> Scene:
    """Returns what a world draws; view: columns, rows: [N] slots of the living agents.

    Raises:
        LocatedError: its `scene` returns something else.
    """
    scene = world.scene(view, rows)
    if not isinstance(scene, Scene):
        refuse(type(world), "scene", "a Scene", shown_item(scene), "return Scene(...)")
    return scene


View = Mapping[str, np.ndarray]  # column name -> array: a snapshot, or the live fields
Unit = Literal["step", "generation"]
Stage = Literal["reset", "founding", "observe", "step", "pairing", "birth", "fitness"]  # of laws


class Agent(Columns):
    """The columns that every agent has, and its lanes by name.

    Attributes:
        id: int64; of an agent of a shared world its own, in an episode the number of the episode.
        genome: [G] genes.
        senses: observations, by the names of `sensors`.
        actions: values of `actuators`, by their names, each in its unit.
        outputs: the same as the brain gave them.
    """

    id: int
    genome: Vector[float]
    senses: Any
    actions: Any
    outputs: Any


class SharedAgent(Agent):
    """The columns of an agent of a shared world.

    Attributes:
        birth_step: int64 step in which it was placed.
        generation: int32, 0 for a founder, else its parent's + 1.
        offspring: int32 children placed so far.
        died: uint8, which a law sets to 1 + the place of a cause in `death_causes`.
        wants_child: uint8, which a law sets to 1 for a child in this step.
        parent_slot: int32, of a newborn: its parent's row.
        mate: int32, in `pairing`: the row of a mate, or -1.
    """

    birth_step: int
    generation: int
    offspring: int
    died: int
    wants_child: int
    parent_slot: int
    mate: int


class EpisodicAgent(Agent):
    """The columns of an agent of an episode.

    Attributes:
        fitness: float32 sum, to which laws add; higher is better.
        done: uint8, which a law sets to 1 when the agent is out.
        taken: int32 steps taken in this episode.
        measures: sums over the episode, by the names of `measures`.
        objectives: sums over the episode, by the names of `objectives`.
    """

    fitness: float
    done: int
    taken: int
    measures: Any
    objectives: Any


class ArenaAgent(EpisodicAgent):
    """The columns of an agent of an arena.

    Attributes:
        seat: int32 place in its arena, from 0, the first role first.
        role: int32 place of its role in `roles`.
    """

    seat: int
    role: int


class World(ABC):
    """Base of the four kinds of worlds; a world file derives from one of them.

    Attributes:
        kind: name of the kind, for messages and pages.
        unit: what a run of this world counts.
        num_populations: populations that evolve in it, each with a strategy of its own.
        roles: names of the roles, if there are several.
        heritable: columns that a child has from its parent, beside the genome.
        runs_on_host: True if its laws cannot run on a GPU.
        reset: laws that run once, on an empty field table or at the start of an episode.
        observe: laws that fill `observations` of every living agent.
        step: laws that apply the actions: move, eat, die, split.
        columns: classes of its columns, beside those that every agent has.
        written: columns that every agent has and that laws may write.
    """

    kind: ClassVar[str]
    written: ClassVar[tuple[str, ...]] = ()
    num_populations: ClassVar[int] = 1
    roles: ClassVar[tuple[str, ...]] = ()
    heritable: ClassVar[tuple[str, ...]] = ()
    runs_on_host: ClassVar[bool] = False
    reset: tuple[Law, ...] = ()
    observe: tuple[Law, ...] = ()
    step: tuple[Law, ...] = ()
    columns: tuple[type[Columns], ...] = ()

    _hooks: ClassVar[dict[str, type]] = {
        **dict.fromkeys(("reset", "observe", "step"), Law),
        **{"sensors": Sensor, "actuators": Actuator, "columns": type, "fields": Field},
        **dict.fromkeys(("roles", "heritable"), str),
    }
    _counts: ClassVar[dict[str, int]] = {}
    _tables: ClassVar[tuple[str, ...]] = ("agents", "one")

    def __init__(self, params: Any) -> None:
        self.params = params

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Returns the world itself, which no step changes."""
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        """A world travels as its name and Params, or as its class where it is not found by a name."""
        if self.entry_name() in registry.names("worlds") and registry.find("worlds", self.entry_name()) is type(self):
            return _world_of, (self.entry_name(), self.params.model_dump())
        return type(self), (self.params,)

    def check(self) -> None:
        """Checks what the class declares, before anything is built of it.

        Raises:
            LocatedError: a declaration is of another type, or two do not fit each other; with file and line.
        """
        base = next(kind for kind in type(self).__mro__ if kind.__module__ == __name__)
        check_world(self, base, self._hooks, self._counts, self._tables)

    def stage(self, name: Stage) -> tuple[Law, ...]:
        """Returns the laws of a stage in array form, by this world's columns, Params, constants and lanes.

        Raises:
            LawError: a law uses a name that its namespace lacks.
        """
        laws: tuple[Law, ...] = getattr(self, name)
        return tuple(law.within(self.scope) for law in laws)

    @cached_property
    def scope(self) -> Scope:
        """The meaning of the names of namespaces in this world's laws."""
        owners = {field.name: field.table for field in self.fields}
        owners |= dict.fromkeys(type(self.params).model_fields, "p") | dict.fromkeys(self.constants, "world")
        declared = [(part.table, name, own.name) for part in self.columns for name, own in part.columns().items()]
        return Scope(
            tables=tuple({(part.namespace, part.table): None for part in self.columns}),
            columns=tuple({entry: None for entry in declared if entry[1] != entry[2]}),
            owners=tuple((owners | {"seed": "world", "step": "world"}).items()),
            lanes=self._lanes(),
            written=self.written,
        )

    def _lanes(self) -> tuple[tuple[str, str, Lane], ...]:
        sensors = [(each.name, each.group, each.low, each.high) for each in self.sensors]
        actuators = [(each.name, each.group, each.low, each.high) for each in self.actuators]
        return (*lanes_of("senses", sensors), *lanes_of("actions", actuators), *lanes_of("outputs", actuators))

    @property
    @abstractmethod
    def unit(self) -> Unit:
        """The unit in which the length of a run is counted; the four kinds define it."""

    @property
    @abstractmethod
    def sensors(self) -> tuple[Sensor, ...]:
        """The observations, in the order of their lanes."""

    @property
    @abstractmethod
    def actuators(self) -> tuple[Actuator, ...]:
        """The actions, in the order of their lanes."""

    @property
    def fields(self) -> tuple[Field, ...]:
        """Columns of this world beside those that every agent has: those of the classes in `columns`."""
        return tuple({own.name: own for part in self.columns for own in part.columns().values()}.values())

    @property
    def tables(self) -> dict[str, int]:
        """Rows of this world's own tables, such as {"cells": 16384}."""
        return {}

    @property
    def constants(self) -> dict[str, Any]:
        """Further scalars and read-only arrays that laws may name beside Params."""
        return {}

    @classmethod
    def entry_name(cls) -> str:
        """Returns the name by which it is found: that of `TmazeWalked` is "tmaze_walked"."""
        return re.sub("(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    @classmethod
    def has_scene(cls) -> bool:
        """True if the world can be drawn."""
        return cls.scene is not World.scene

    def scene(self, view: View, rows: np.ndarray) -> Scene:
        """Returns what to draw. Optional.

        Args:
            view: columns.
            rows: [N] slots of the living agents.
        """
        raise NotImplementedError(f"{type(self).__name__} defines no scene")


class SharedWorld(World):
    """A world in which all agents live together, reproduce and die.

    The world sets `died` to 1 + the place of a cause in `death_causes`, and `wants_child`; the strategy's law breeds
    the children that find a free slot.

    Attributes:
        death_causes: causes of death.
        founding: laws that run once, after given traits have replaced drawn ones.
        pairing: laws that run after `step` if the strategy mates: they write `mate` of each agent that wants a child,
            the slot of a living agent near it or -1.
        birth: laws that run where a child was placed, from both sides.
    """

    kind = "shared"
    unit: ClassVar[Unit] = "step"
    written = ("died", "wants_child", "mate")
    death_causes: ClassVar[tuple[str, ...]] = ("died",)
    founding: tuple[Law, ...] = ()
    pairing: tuple[Law, ...] = ()
    birth: tuple[Law, ...] = ()
    _hooks = (
        World._hooks | dict.fromkeys(("founding", "pairing", "birth"), Law) | {"metrics": Metric, "death_causes": str}
    )
    _counts = {"num_founders": 1}
    _tables = (*World._tables, "log")

    @property
    @abstractmethod
    def num_founders(self) -> int:
        """The number of agents placed at the start."""

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """This world's own columns of metrics.csv, in order."""
        return ()

    def metric_values(self, fields: Fields, rows: np.ndarray) -> dict[str, float | int]:
        """Returns the value of each of `metrics`, by name and in their order.

        Args:
            fields: the live columns; `fields.total(name)` sums whole numbers wherever they are.
            rows: [N] slots of the living agents.
        """
        return {}


def _world_of(name: str, params: Mapping[str, Any]) -> World:
    found: World = registry.find("worlds", name)(registry.find_params("worlds", name)(**params))
    return found


class EvaluatedWorld(World):
    """Base of the kinds of worlds whose agents are scored.

    All laws are per_agent and write only their own row. They add to the column `fitness` (higher is better), and set
    `done` when an agent is out. `id` is the number of the episode.

    Attributes:
        fitness: laws that run once after the last step; there a sum over steps becomes a mean.
    """

    unit: ClassVar[Unit] = "generation"
    written = ("fitness", "done")
    fitness: tuple[Law, ...] = ()
    _hooks = World._hooks | {"fitness": Law, "measures": Measure, "objectives": Objective}
    _counts = {"lifetime": 1}

    def _lanes(self) -> tuple[tuple[str, str, Lane], ...]:
        measures = [(measure.name, measure.group, measure.low, measure.high) for measure in self.measures]
        objectives = [(objective.name, "", 0.0, 0.0) for objective in self.objectives]
        return (*super()._lanes(), *lanes_of("measures", measures), *lanes_of("objectives", objectives))

    @property
    @abstractmethod
    def lifetime(self) -> int:
        """Steps of an episode: at most, or in an arena exactly."""

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Features of behavior, in the order of the column `measures` [N, M] float32, which laws write from 0 on."""
        return ()

    @property
    def objectives(self) -> tuple[Objective, ...]:
        """Objectives beside fitness, in the order of the column `objectives` [N, K - 1] float32, which laws write."""
        return ()

    @property
    def reports(self) -> Mapping[str, tuple[str, ...]]:
        """Columns whose mean over fresh episodes `inspect` prints, and the meaning of each of their lanes."""
        return {}


class EpisodicWorld(EvaluatedWorld):
    """A world in which each agent lives alone in its own copy, for `lifetime` steps at most.

    `id` is the number of the episode, the same for all agents of a generation.
    """

    kind = "episodic"


class ArenaWorld(EvaluatedWorld):
    """A world in which agents of two roles meet in arenas, many of which run at once.

    The agents of a role in one arena are clones of one genome, so two genomes meet in an arena. Laws may read rows of
    their own arena, which lie side by side: `a.seat` is the place of a row in its arena, from 0, first role first, and
    `a.role` its role. `a.id` is the number of the episode, the same for a whole arena, so draws that differ within an
    arena count by the seat. An episode always takes `lifetime` steps. The fitness of a genome is the mean over its
    clones, from 0 to 1.

    """

    kind = "arena"
    num_populations = 2
    _hooks = EvaluatedWorld._hooks | {"team": int}

    @property
    @abstractmethod
    def team(self) -> tuple[int, ...]:
        """Agents of each role in one arena."""


class ExternalSimulator(Protocol):
    """The code that computes an `ExternalWorld`: a copy of the world for each of N rows.

    What it returns is checked. A reward, or an observation that a brain would get, that is not finite ends the episode
    of its row, whose genome counts as invalid. What it raises ends the run, saved up to the last generation; an
    ExternalError is printed as it is, after the world, the episode and the step.

    Attributes:
        pulse: set by the engine; to be called between parts of `reset` and `step` that may take long, so that the
            run shows that it goes on and can be interrupted.
    """

    pulse: Callable[[], None]

    def reset(self, episodes: np.ndarray) -> np.ndarray:
        """Begins an episode in each row.

        Args:
            episodes: [N] their numbers; equal numbers are equal episodes.

        Returns:
            [N, I] observations.
        """

    def step(self, rows: np.ndarray, actions: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Takes one step of some rows.

        Args:
            rows: [K] rows.
            actions: [K, O] raw outputs of their brains.

        Returns:
            [K, I] observations, [K] rewards, and [K] bool, True if the episode is over.
        """

    def close(self) -> None:
        """Gives back what it holds; `reset` may come again."""


class ExternalWorld(EvaluatedWorld):
    """A world computed by code outside the language of laws, on the host, each agent alone in its own copy."""

    kind = "external"
    runs_on_host = True

    @property
    def title(self) -> str:
        """The name that errors have for what computes it."""
        return self.entry_name()

    @abstractmethod
    def simulator(self, count: int, seed: int) -> ExternalSimulator:
        """Returns what steps `count` rows. seed: of the run."""
