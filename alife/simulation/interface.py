"""The interface of everything that a run drives: a shared world, a population under selection, or two that coevolve."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from alife.backends.program import Engine, Stage
from alife.brains import Brain
from alife.laws.fields import Fields
from alife.simulation.elite_archive import EliteArchive
from alife.simulation.migrants import Migrants
from alife.simulation.pulse import Pulse
from alife.simulation.steering import Steering
from alife.world import Metric, Unit, World


@dataclass(frozen=True)
class Champion:
    """The best genome of a population.

    Attributes:
        params: [G] its genes, of the brain's gene type.
        step: steps or generations of the run when it was chosen.
        generation: its own.
        traits: values of the world's heritable columns.
        fitness: as selection saw it, -inf if it was not finite; None if the world scores nothing.
        held_out: mean fitness over episodes that no generation meets, -inf as above; None if it is unknown.
        facts: what else its genome file keeps: ids, counts, its role.
    """

    params: np.ndarray
    step: int
    generation: int
    traits: Mapping[str, float] = field(default_factory=dict)
    fitness: float | None = None
    held_out: float | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    def metadata(self) -> dict[str, Any]:
        """Everything but the genes, by the names that genome files use; no fitness that is not finite."""
        scores = {"fitness": self.fitness, "held_out": self.held_out}
        known = {name: value for name, value in scores.items() if value is not None and math.isfinite(value)}
        return {"traits": dict(self.traits), **self.facts, **known, "generation": self.generation, "step": self.step}


def fitness_text(fitness: float | None) -> str:
    """Returns fitness as a summary prints it."""
    return f"{fitness:.4g}" if fitness is not None and math.isfinite(fitness) else "no finite fitness"


def invalid_text(num_invalid: int, births: int) -> str:
    """Returns how many genomes had no finite fitness as a summary prints it; "" if none had."""
    said = f"of {births:,} genomes {num_invalid:,} had no finite fitness"
    return f"{said}{', so none is the best' * (num_invalid == births)}" if num_invalid else ""


class Duel(Protocol):
    """Comparisons across time between two populations that coevolve. A side is 0 or 1."""

    @property
    def roles(self) -> Sequence[str]:
        """Names of the sides."""

    @property
    def capacity(self) -> int:
        """Genomes of a side, and arenas."""

    def initial_genomes(self) -> list[np.ndarray]:
        """The random genomes that each side begins with where it has no founders: [N, G] each."""

    def past_champions(self, until: int) -> list[np.ndarray]:
        """Champions in the hall of fame of each side up to a generation: [K, G] each."""

    def compare(self, side: int, genomes: np.ndarray, opponents: np.ndarray, first: int) -> np.ndarray:
        """Returns the fitness of genomes in arenas of episodes of their own; these steps are not counted.

        Args:
            side: of the genomes.
            genomes: [C, G], placed in the arenas in turn.
            opponents: [K, G] of the other side, placed in the same way.
            first: number of the first episode.

        Returns:
            [A] fitness in each arena.
        """


class Process(Protocol):
    """One life of one world, which a run drives.

    Attributes:
        unit: what `steps` counts.
        brain: of every agent.
        seed: of every draw.
        capacity: slots, or genomes of a generation.
    """

    unit: Unit
    brain: Brain
    seed: int
    capacity: int

    @property
    def world(self) -> World:
        """The world."""

    @property
    def causes(self) -> tuple[str, ...]:
        """Names of causes of leaving, by their number in `deaths`."""

    @property
    def engine(self) -> Engine:
        """The engine that computes it."""

    def stages(self) -> tuple[Stage, ...]:
        """The program of a step or of an episode."""

    @property
    def fields(self) -> Fields:
        """The columns as they are now."""

    @property
    def steps(self) -> int:
        """Steps or generations done."""

    @property
    def begun(self) -> int:
        """The step at which it began here, 0 or that of a checkpoint: senses and actions before it are not kept."""

    @property
    def agent_steps(self) -> int:
        """Steps of single agents, in sum."""

    @property
    def num_alive(self) -> int:
        """Living agents, or genomes of a generation."""

    @property
    def births(self) -> int:
        """Agents born, or genomes evaluated, so far."""

    @property
    def death_causes(self) -> dict[str, int]:
        """Deaths, or genomes replaced, so far, by cause."""

    @property
    def pulse(self) -> Pulse:
        """Called while a step goes on that may take long; a step that it abandons leaves no trace."""

    @property
    def position(self) -> str:
        """Words for the place within the step under way, where that may take long; else ""."""

    @property
    def steering(self) -> Steering | None:
        """Carries out interventions; None where agents share no world, and on the GPU."""

    def say_not_finite(self) -> None:
        """Says, once, that agents hold numbers that are not finite, where nothing else tells it."""

    def close(self) -> None:
        """Gives back what code of others holds, such as environments; a further step takes it again."""

    @property
    def reached(self) -> bool:
        """True if a genome has reached the target fitness of the run, which ends it."""

    def has_ended(self, generations: int | None) -> bool:
        """True if nobody lives, or if the mean generation of the living is at least `generations`."""

    def step(self, count: int = 1) -> None:
        """Advances by `count` steps or generations, or fewer where one ends the run."""

    def living(self) -> np.ndarray:
        """Rows of the living: [N] int32, ascending."""

    # ---- populations, by role; a single one has the role ""

    def champions(self, judge: bool = True) -> dict[str, Champion]:
        """The best genome of each population.

        judge: False to leave a held-out fitness unknown that would have to be found by episodes.

        Raises:
            UserError: nobody lives, or no generation was evaluated.
        """

    def agent(self, id_: int) -> Champion | None:
        """The living agent of an id, as a champion; None if there is none, as in all worlds of episodes."""

    def samples(self, most: int) -> dict[str, dict[str, np.ndarray]]:
        """At most `most` genomes of each population, evenly by row: {"genome": [K, G], and heritable traits: [K]}."""

    def last_fitness(self) -> dict[str, np.ndarray]:
        """Fitness [N] of the last generation of each population; nothing where the world scores nothing."""

    def newest(self) -> np.ndarray:
        """The best genome of the last generation of each population: [R, G]."""

    @property
    def elites(self) -> EliteArchive | None:
        """The best genomes of the run so far; None where none are kept."""

    def corrected(self) -> dict[str, float]:
        """Metrics of an archive of the strategy, by held-out episodes of its genomes; nothing where there is none."""

    def judged_elites(self) -> EliteArchive | None:
        """The elites with every genome's held-out fitness, which orders genomes of equal fitness."""

    @property
    def duel(self) -> Duel | None:
        """Comparisons between two sides; None for a single population."""

    # ---- other populations

    def emigrants(self, count: int) -> Migrants:
        """At most `count` genomes for other populations; nothing changes here."""

    def immigrate(self, migrants: Migrants) -> None:
        """Takes in genomes of another population."""

    # ---- records

    def columns(self) -> tuple[Metric, ...]:
        """The columns of metrics.csv, in order."""

    def metrics(self) -> dict[str, float | int]:
        """One row of metrics.csv."""

    def progress(self, row: Mapping[str, float | int]) -> list[tuple[str, float | int]]:
        """Labels and values of the progress line. row: the last row of metrics."""

    def summary(self) -> str:
        """The state of the run, in one line."""

    @property
    def lineage_columns(self) -> tuple[str, ...]:
        """Names of the further columns of `deaths` and `genealogy`, which `records.lineage` asks for."""

    def deaths(self) -> dict[str, np.ndarray]:
        """Agents that left since the last call: id, parent_id, origin_time, destruction_time, cause: [D] each.

        Where agents mate also second_parent_id (-1: none); last the further columns.
        """

    def genealogy(self) -> dict[str, np.ndarray]:
        """The living: as `deaths`, without destruction_time and cause: [N] each."""

    def state(self) -> dict[str, np.ndarray]:
        """Every array that makes the life; `restore` takes them back."""

    def check(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Checks that `restore` takes these arrays [...], by name. Raises UserError."""

    def restore(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Continues from saved arrays [...], by name.

        Raises:
            UserError: the arrays are not those of this configuration.
        """

    def state_hash(self) -> str:
        """SHA-256 of `state`: equal on any number of threads, on CPU and GPU, resumed or not."""
