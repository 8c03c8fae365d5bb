"""What strategies by generations share: clean fitness, ranks, the best so far, draws, and children bred by a law.

Such a strategy has `init(seed, genomes) -> State`, `ask(state) -> genomes [N, G]`, `tell(state, fitness [N]) -> State`
and `best(state)`; a State is a frozen dataclass of arrays, so that saving and resuming are loops over its fields, and
tell is a function of it: nothing else is remembered.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from alife.backends.genome_arrays import HOST, GenomeArrays, rows, with_guests
from alife.evolution.shared.numerics import WORST, cleaned, ranked
from alife.evolution.shared.structural import Structure


@dataclass(frozen=True)
class Progress:
    """What every State begins with.

    seed: [1] uint64. generation: [1] int64 generations told. best_genome: [G] float32 best one told so far.
    best_fitness: [1] float32 its fitness. refused: [1] int64 genomes whose fitness or measures were no numbers.
    """

    seed: np.ndarray
    generation: np.ndarray
    best_genome: np.ndarray
    best_fitness: np.ndarray
    refused: np.ndarray


@dataclass(frozen=True)
class Evaluation:
    """One generation told.

    genomes: [N, G] float32 as asked. fitness: [N] float32, all -inf in the rows that are no numbers; where the strategy
    needs objectives [N] or [N, K].
    measures: [N, M] float32 or None. order: [N] indices from best to worst by (first) fitness. fit: the first `fit`
    indices of `order` are those whose fitness and measures are numbers. guests: the last so many rows of genomes came
    from elsewhere, and were tried instead of those asked.
    """

    genomes: np.ndarray
    fitness: np.ndarray
    measures: np.ndarray | None
    order: np.ndarray
    fit: int
    guests: int = 0


class Strategy:
    """Chores of a strategy: a subclass says `init`, `ask` and `_learn`.

    needs: what it must be told beside fitness: "measures", "objectives". matrices: fields of its State that may lie on
    a card. machine: where it makes matrices. structure: of the brain, where the Params say `structural`.
    """

    needs: ClassVar[frozenset[str]] = frozenset()
    matrices: ClassVar[tuple[str, ...]] = ()
    machine: GenomeArrays = HOST
    structure: Structure | None = None

    def __init__(self, params: Any) -> None:
        self.params = params

    def ask(self, state: Any) -> np.ndarray:
        """[N, G] float32 genomes to be tried."""
        raise NotImplementedError

    def tell(
        self,
        state: Any,
        fitness: np.ndarray,
        measures: np.ndarray | None = None,
        guests: np.ndarray | None = None,
    ) -> Any:
        """The state after this generation.

        Args:
            state: of this generation, as it was asked.
            fitness: [N], or [N, K] of several objectives, higher is better; what is not finite is the worst.
            measures: [N, M] what each did, for strategies that look at it.
            guests: [K, G] genomes from elsewhere, tried instead of the last K asked.
        """
        told, wrong = cleaned(fitness, measures)
        first = told.reshape(len(told), -1)[:, 0]
        order, genomes = ranked(first), with_guests(self.ask(state), guests)
        if len(told) != len(genomes):
            raise ValueError(f"fitness: expected one for each of the {len(genomes)} genomes asked, got {fitness.shape}")
        visitors = 0 if guests is None else len(guests)
        heard = told if "objectives" in self.needs else first
        after = self._learn(state, Evaluation(genomes, heard, measures, order, len(told) - wrong, visitors))
        best = order[0]
        if first[best] > state.best_fitness[0]:
            after = replace(after, best_genome=rows(genomes, order[:1])[0], best_fitness=first[best : best + 1].copy())
        return replace(after, generation=state.generation + 1, refused=state.refused + wrong)

    def _learn(self, state: Any, trials: Evaluation) -> Any:
        """The state, changed by what was told; the generation, the best and the refused are not its concern."""
        raise NotImplementedError

    def metrics(self, state: Any) -> dict[str, float | int]:
        """Columns of its own in metrics.csv: the same keys from the first row on."""
        return {}

    def best(self, state: Any) -> tuple[np.ndarray, float]:
        """The best genome told so far, [G], and its fitness."""
        return state.best_genome, float(state.best_fitness[0])


def begun(seed: int, genomes: np.ndarray) -> dict[str, np.ndarray]:
    """The fields of `Progress` before the first generation."""
    return {
        "seed": np.array([seed], np.uint64), "generation": np.zeros(1, np.int64), "refused": np.zeros(1, np.int64),
        "best_genome": np.array(genomes[0], np.float32), "best_fitness": np.array([WORST]),
    }  # fmt: skip


def ids_of(state: Progress, rows: np.ndarray, count: int) -> np.ndarray:
    """Ids of rows [K] of the generation that is being told, of `count` genomes; they are never used twice."""
    ids: np.ndarray = int(state.generation[0]) * count + rows
    return ids
