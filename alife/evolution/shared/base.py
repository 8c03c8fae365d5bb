"""Abstract classes of strategies: `GenerationalStrategy` selects by fitness, `NaturalStrategy` inside a shared world.

A generational strategy is a set of functions of a State: `init(seed, genomes) -> State`, `ask(state) -> genomes [N,
G]`, `tell(state, fitness [N]) -> State`, `best(state)`. A State is a frozen dataclass of arrays and holds all that a
strategy remembers, so that saving and resuming are loops over its fields; `tell` is a pure function of it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar, Generic, TypeAlias, TypeVar, final

import numpy as np

from alife.backends.genome_arrays import HOST, GenomeArrays, Matrix, rows, with_injected
from alife.config import params
from alife.evolution.shared import hooks
from alife.evolution.shared.numerics import LARGEST, WORST, cleaned, ranked
from alife.evolution.shared.structural import BrainGenes, Structure, make_structure
from alife.laws.law import Law
from alife.laws.saved_arrays import saved
from alife.world import Metric, Unit

Genomes: TypeAlias = np.ndarray | Matrix  # [N, G] float32, on the host or on a device


@dataclass(frozen=True)
class StrategyState:
    """First fields of every State. Its fields are saved in checkpoints under their own names.

    seed: [1] uint64. generation: [1] int64 generations completed. best_genome: [G] float32 the best genome evaluated so
    far. best_fitness: [1] float32 its fitness. refused: [1] int64 number of invalid evaluations so far.
    """

    seed: np.ndarray = saved(constant=True)
    generation: np.ndarray = saved(low=0)
    best_genome: np.ndarray = saved()
    best_fitness: np.ndarray = saved(low=-np.inf, high=LARGEST, finite=False)
    refused: np.ndarray = saved(low=0, below="evaluations")


@dataclass(frozen=True)
class Evaluation:
    """Results of one generation.

    genomes: [N, G] float32 as evaluated. fitness: [N] float32, higher is better, or [N, K] of all objectives where the
    strategy needs them; -inf in invalid rows. measures: [N, M] float32 in 0..1, each a share of its range, or None.
    order: [N] int64 rows from best to worst by (first) fitness. num_valid: the first `num_valid` rows of `order` have
    finite fitness and measures. num_injected: the last rows of `genomes`, which replaced as many of those asked for.
    episodes: [N, E] float32 fitness in each episode, the same episodes for all genomes, -inf in invalid rows; None
    where the strategy does not need it.
    """

    genomes: Genomes
    fitness: np.ndarray
    measures: np.ndarray | None
    order: np.ndarray
    num_valid: int
    num_injected: int = 0
    episodes: np.ndarray | None = None


P = TypeVar("P", bound=params.Params, covariant=True)
S = TypeVar("S", bound=StrategyState)


class Strategy(ABC, Generic[P]):
    """Abstract base of all strategies.

    unit: of a run's length, and of the worlds that the strategy fits: "step" where births and deaths in a shared world
    select, "generation" where fitness does.
    needs: results beside mean fitness, of "measures" and "objectives", which a world must declare, and "episodes",
    fitness in each of them, which worlds of one population have.
    """

    unit: ClassVar[Unit]
    needs: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, params: P) -> None:
        self.params = params

    @property
    def structural(self) -> float:
        """Share of children with a structural mutation, in 0..1; above 0 the brain must have moves."""
        return 0.0

    @property
    def aligned(self) -> bool:
        """True if the strategy aligns the units of fathers to mothers; the brain's units must be exchangeable."""
        return False

    @property
    def mates(self) -> bool:
        """True if children of a shared world may have two parents; the world must then choose mates."""
        return False

    @final
    def structure_for(self, brain: BrainGenes) -> Structure | None:
        """Returns the brain's moves as tables, or None if the strategy makes no structural mutations.

        Raises:
            UserError: structural mutations are on and the brain has no moves.
        """
        return make_structure(brain) if self.structural > 0 else None


class GenerationalStrategy(Strategy[P], Generic[P, S]):
    """Abstract base of strategies that evaluate a population of genomes in each generation.

    A subclass implements `init`, `ask` and `_tell`, and defines `needs`, `matrices`, `columns` with `metrics`, and
    `parent_ids` where the defaults do not hold.

    matrices: names of the fields of its State that are genomes [*, G] and may lie on a device.
    columns: the strategy's own columns of metrics.csv, which `metrics` returns.
    corrected_columns: what `corrected` returns.
    machine, align, structure, memory_genes: set by `bind`.
    """

    unit: ClassVar[Unit] = "generation"
    matrices: ClassVar[tuple[str, ...]] = ()
    columns: ClassVar[tuple[Metric, ...]] = ()
    corrected_columns: ClassVar[tuple[Metric, ...]] = ()

    machine: GenomeArrays = HOST
    align: Callable[[np.ndarray, np.ndarray], np.ndarray] | None = None
    structure: Structure | None = None
    memory_genes: np.ndarray | None = None

    @final
    def bind(self, arrays: GenomeArrays, brain: BrainGenes) -> None:
        """Prepares the strategy for a run; a strategy that is not bound works on the host and makes no moves.

        Args:
            arrays: the place of genomes, host or device.
            brain: the brain that the genomes are of.

        Raises:
            UserError: structural mutations are on and the brain has no moves.
        """
        self.machine, self.align, self.structure = arrays, brain.aligned, self.structure_for(brain)
        self.memory_genes = self.memory_genes_for(brain)

    def memory_genes_for(self, brain: BrainGenes) -> np.ndarray | None:
        """Returns which genes [G] bool memories use, or None if the strategy never leaves memories out."""
        return None

    @abstractmethod
    def init(self, seed: int, genomes: np.ndarray) -> S:
        """Returns the state before the first generation.

        Args:
            seed: of all draws of the strategy.
            genomes: [N, G] founders with genes in [-1, 1], N the population size.

        Raises:
            UserError: the strategy cannot work on such genomes, or a package is missing.
        """

    @abstractmethod
    def ask(self, state: S) -> Genomes:
        """Returns the genomes to evaluate, [N, G] float32; a pure function of the state."""

    @final
    def tell(
        self,
        state: S,
        fitness: np.ndarray,
        measures: np.ndarray | None = None,
        injected: np.ndarray | None = None,
        episodes: np.ndarray | None = None,
    ) -> S:
        """Returns the state after this generation.

        Args:
            state: the state that the genomes were asked of.
            fitness: [N], or [N, K] of K objectives, higher is better; rows that are not finite are invalid.
            measures: [N, M] in 0..1, for strategies that need them.
            injected: [K, G] genomes from elsewhere, evaluated instead of the last K asked for.
            episodes: [N, E] fitness in each episode, for strategies that need it.

        Raises:
            ValueError: the number of rows of fitness is not that of the genomes.
        """
        values, num_invalid = cleaned(fitness, measures)
        first = values.reshape(len(values), -1)[:, 0]
        order, genomes = ranked(first), with_injected(self.ask(state), injected)
        if len(values) != len(genomes):
            raise ValueError(f"fitness: expected one for each of the {len(genomes)} genomes asked, got {fitness.shape}")
        num_injected = 0 if injected is None else len(injected)
        needed = values if "objectives" in self.needs else first
        single = None if episodes is None else np.where((first > WORST)[:, None], episodes, WORST)
        evaluation = Evaluation(genomes, needed, measures, order, len(values) - num_invalid, num_injected, single)
        after, best = hooks.call(self, "_tell", state, evaluation), order[0]
        hooks.check_state(self, "_tell", after, StrategyState)
        if first[best] > state.best_fitness[0]:
            after = replace(after, best_genome=rows(genomes, order[:1])[0], best_fitness=first[best : best + 1].copy())
        done: S = replace(after, generation=state.generation + 1, refused=state.refused + num_invalid)
        return done

    @abstractmethod
    def _tell(self, state: S, evaluation: Evaluation) -> S:
        """Returns the state with the strategy's own fields updated; `tell` updates those of `StrategyState`."""

    @final
    def best(self, state: S) -> tuple[np.ndarray, float]:
        """Returns the best genome evaluated so far, [G] float32, and its fitness; -inf before the first generation."""
        return state.best_genome, float(state.best_fitness[0])

    def parent_ids(self, state: S, count: int) -> np.ndarray:
        """Returns [count] int64 ids of the first parents of the genomes that `ask` returns; -1: no parent is known.

        The id of a genome is N times its generation plus its row. The array is a new one.
        """
        return np.full(count, -1, np.int64)

    def metrics(self, state: S) -> dict[str, float | int]:
        """Returns a value for each of `columns`, by name and in order."""
        return {}

    def center(self, state: S) -> np.ndarray | None:
        """Returns the genome [G] in the middle of the search distribution, or None where there is none.

        At the end of a run it is a candidate for the champion: under noise the best of many samples is a lucky one,
        and the mean follows from all of them.
        """
        return None

    def last_center(self, before: S, after: S) -> np.ndarray | None:
        """Returns the `center` that a search ended with, if it began anew between two generations: [G], else None."""
        return None

    def archived(self, state: S) -> Genomes | None:
        """Returns the genomes [A, G] of an archive, which were evaluated once, or None where there is no archive.

        At the end of a run they are evaluated again, for `corrected`.
        """
        return None

    def corrected(self, state: S, fitness: np.ndarray, measures: np.ndarray | None) -> dict[str, float]:
        """Returns a value for each of `corrected_columns`, by name and in order.

        Args:
            state: whose archive it is.
            fitness: [A] float32 mean of each archived genome over held-out episodes.
            measures: [A, M] float32 likewise, as shares of their ranges; None where the world declares none.
        """
        return {}


class NaturalStrategy(Strategy[P]):
    """Abstract base of strategies whose laws breed the newborns of a shared world, which decides who lives."""

    unit: ClassVar[Unit] = "step"

    @property
    @abstractmethod
    def breeding(self) -> tuple[Law, ...]:
        """Laws over newborns, in order, that write `genome` of each child."""

    @abstractmethod
    def champion(self, genomes: np.ndarray, clades: np.ndarray) -> int:
        """Returns the row of the genome that stands for the population.

        Args:
            genomes: [N, G] genes of the living, N at least 1.
            clades: [N] int64 founder that each descends from.
        """


def initial_fields(seed: int, genomes: np.ndarray) -> dict[str, np.ndarray]:
    """Returns the fields of `StrategyState` before the first generation. genomes: [N, G] founders."""
    return {
        "seed": np.array([seed], np.uint64), "generation": np.zeros(1, np.int64), "refused": np.zeros(1, np.int64),
        "best_genome": np.array(genomes[0], np.float32), "best_fitness": np.array([WORST]),
    }  # fmt: skip


def genome_ids(state: StrategyState, rows: np.ndarray, count: int) -> np.ndarray:
    """Returns [K] int64 ids of rows [K] of the state's generation of `count` genomes; no id is used twice."""
    ids: np.ndarray = int(state.generation[0]) * count + rows
    return ids


def previous_ids(state: StrategyState, rows: np.ndarray) -> np.ndarray:
    """Returns [N] int64 ids of rows [N] of the generation before the state's, of N genomes; -1 stays -1."""
    return np.where(rows >= 0, rows + (int(state.generation[0]) - 1) * len(rows), -1)
