"""The four kinds of worlds, one of which a world file derives from."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import ClassVar, Protocol

import numpy as np

from alife.laws.fields import Fields
from alife.laws.law import Law
from alife.laws.scope import Lane, lanes_of
from alife.world.base import Unit, World
from alife.world.quantities import Measure, Metric, Milestone, Objective, Paint


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
        World._hooks
        | dict.fromkeys(("founding", "pairing", "birth"), Law)
        | {"metrics": Metric, "death_causes": str, "paints": Paint, "milestones": Milestone}
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

    @property
    def milestones(self) -> tuple[Milestone, ...]:
        """The moments of its life that are marked, beside crashes, takeovers by a clade and extinction."""
        return ()

    # ---- interventions from outside

    @classmethod
    def has_account(cls) -> bool:
        """True if agents can be placed and removed from outside: the world counts what they hold."""
        return cls.account is not SharedWorld.account

    def account(self, fields: Fields, rows: np.ndarray, placed: bool) -> None:
        """Counts in the world's pools what agents hold that were placed from outside, or are about to be removed.

        Optional: a world that does not define it refuses both. A world without pools defines it empty.

        Args:
            fields: the live columns, on the CPU.
            rows: [K] slots of these agents.
            placed: True if they were placed, False if they will be removed.
        """
        raise NotImplementedError(f"{type(self).__name__} defines no account")

    @property
    def paints(self) -> tuple[Paint, ...]:
        """The quantities of the ground that may be painted."""
        return ()

    def paint(self, fields: Fields, name: str, x: float, y: float, radius: float, value: float) -> None:
        """Sets one of `paints` in a disc, and counts in the world's pools what that adds or takes away.

        Args:
            fields: the live columns, on the CPU.
            name: of the paint.
            x, y, radius: of the disc, world units.
            value: in the unit of the paint, within its range.
        """
        raise NotImplementedError(f"{type(self).__name__} defines no paint")


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

    A simulator with an attribute `processes` has it set to the number of threads of the run, before the first episode;
    no result may depend on it.
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


class DrawnSimulator(ExternalSimulator, Protocol):
    """A simulator of one row that draws what it computes."""

    def picture(self) -> np.ndarray | None:
        """Returns a picture of the present state: [H, W, 3] uint8, or None if it cannot draw."""


class ExternalWorld(EvaluatedWorld):
    """A world computed by code outside the language of laws, on the host, each agent alone in its own copy."""

    kind = "external"
    runs_on_host = True

    @classmethod
    def can_be_watched(cls) -> bool:
        """True: the code of others may draw it, and else its numbers are shown."""
        return True

    @abstractmethod
    def simulator(self, count: int, seed: int) -> ExternalSimulator:
        """Returns what steps `count` rows. seed: of the run."""

    def drawn_simulator(self, seed: int) -> DrawnSimulator | None:
        """Returns what steps one row and draws it, or None if nothing draws this world. seed: of the run."""
        return None
