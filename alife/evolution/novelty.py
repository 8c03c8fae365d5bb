"""Novelty search: genomes that do what none did before are the parents; fitness is ignored, or weighed in.

Needs a world that declares measures. The novelty of a genome is the mean distance of its measures to those of its k
nearest neighbors in the archive and its generation. A genome whose novelty exceeds a threshold enters the archive; the
threshold falls by 5 % after 2,500 evaluations without an entry and rises by 20 % after a generation with more than
four. Lehman and Stanley, "Abandoning objectives: evolution through the search for novelty alone", Evolutionary
Computation 19(2), 2011.

Distances are Euclidean, with each measure's range scaled to 1. The archive holds at most `archive` entries: beyond that
a new one replaces the oldest. `fitness_weight` w orders by (1 - w) of the rank in novelty plus w of that in fitness.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple, final

import numpy as np
import pydantic

from alife.config.schedule import Scheduled
from alife.evolution.map_elites import measures_of
from alife.evolution.shared.base import Evaluation, initial_fields, previous_ids
from alife.evolution.shared.breeding import (
    Breeding,
    BreedingState,
    BreedingStrategy,
    Parents,
    make_children,
    select_parents,
)
from alife.evolution.shared.numerics import rank_utilities, ranked
from alife.laws.saved_arrays import saved
from alife.world import Metric


class Params(Breeding):
    """Measure of novelty, choice of parents, and variation of children."""

    neighbours: int = pydantic.Field(
        15, ge=1, le=1000, description="k: number of nearest neighbors that novelty is the mean distance to"
    )
    threshold: float = pydantic.Field(
        0.05, gt=0, le=10, description="novelty above which a genome enters the archive, at first; ranges being 1"
    )
    archive: int = pydantic.Field(4096, ge=1, le=2**20, description="largest number of entries in the archive")
    truncation: Scheduled = pydantic.Field(
        0.2, gt=0, le=1, description="share of the population, from the best down, that may be parents"
    )
    fitness_weight: Scheduled = pydantic.Field(
        0.0, ge=0, le=1, description="weight of the rank in fitness against that in novelty; 0: novelty alone"
    )


# of the paper: evaluations without an entry until the threshold falls, factors, entries above which it rises
PATIENCE, FALL, RISE, MANY = 2500, 0.95, 1.2, 4
BLOCK = 2**22  # number of distances computed at once


@dataclass(frozen=True)
class State(BreedingState):
    """parents: [N] int64 row of each genome's parent in the generation before, -1: none.

    archive: [A, M] float32 measures in 0..1, the oldest first. threshold: [1] float64. idle: [1] int64 evaluations
    since the last entry. entered: [1] int64 entries so far. novelty: [1] float64 mean of the last generation.
    """

    parents: np.ndarray = saved(low=-1, below="N")
    archive: np.ndarray = saved("A", "M")
    threshold: np.ndarray = saved(low=0)
    idle: np.ndarray = saved(low=0)
    entered: np.ndarray = saved(low=0)
    novelty: np.ndarray = saved(finite=False)


class ArchiveUpdate(NamedTuple):
    """Fields of `State` that change as the archive grows."""

    archive: np.ndarray
    threshold: np.ndarray
    idle: np.ndarray
    entered: np.ndarray


def novelties(measures: np.ndarray, others: np.ndarray, neighbours: int) -> np.ndarray:
    """Returns the mean distance of each row of measures to its nearest neighbors, [N] float64.

    measures: [N, M]. others: [P, M], which contain each row of measures once. neighbours: k, at least 1.
    """
    nearest, rows = min(neighbours, len(others) - 1), max(1, BLOCK // len(others))
    if not nearest:
        return np.zeros(len(measures))
    parts = [_mean_distances(measures[k : k + rows], others, nearest) for k in range(0, len(measures), rows)]
    return np.concatenate(parts)


def _mean_distances(measures: np.ndarray, others: np.ndarray, nearest: int) -> np.ndarray:
    """Returns the mean over the nearest rows but itself: the first of the sorted distances is its own, 0."""
    square = np.zeros((len(measures), len(others)))
    for column, other in zip(measures.T.astype(np.float64), others.T.astype(np.float64), strict=True):
        square += (column[:, None] - other) ** 2
    least = np.sort(np.partition(square, nearest, axis=1)[:, : nearest + 1], axis=1)
    mean: np.ndarray = np.add.accumulate(np.sqrt(least), axis=1)[:, -1] / nearest
    return mean


@final
class Novelty(BreedingStrategy[Params, State]):
    """Selection by the distance of what was done from what was done before."""

    needs = frozenset({"measures"})
    columns = (
        Metric("novelty", "", "mean novelty of the last generation, the range of a measure being 1"),
        Metric("archive", "genomes", "number of entries in the archive"),
        Metric("threshold", "", "novelty above which a genome enters the archive"),
    )

    def init(self, seed: int, genomes: np.ndarray) -> State:
        """Returns the state before the first generation, which evaluates genomes [N, G]; its archive is empty."""
        return State(
            **initial_fields(seed, genomes),
            genomes=np.array(genomes, np.float32),
            parents=np.full(len(genomes), -1, np.int64),
            archive=np.zeros((0, 0), np.float32),
            threshold=np.array([self.params.threshold]),
            idle=np.zeros(1, np.int64),
            entered=np.zeros(1, np.int64),
            novelty=np.zeros(1),
        )

    def parent_ids(self, state: State, count: int) -> np.ndarray:
        """Returns [count] int64 ids of the first parents of the genomes that `ask` returns."""
        return previous_ids(state, state.parents)

    def metrics(self, state: State) -> dict[str, float | int]:
        """Returns a value for each of `columns`."""
        return {
            "novelty": float(state.novelty[0]), "archive": len(state.archive), "threshold": float(state.threshold[0])
        }  # fmt: skip

    def _tell(self, state: State, evaluation: Evaluation) -> State:
        valid = np.sort(evaluation.order[: evaluation.num_valid])
        if not len(valid):
            return self._breed(state, evaluation, evaluation.order)
        measures = measures_of(evaluation)[valid].astype(np.float32)
        old = state.archive.reshape(len(state.archive), measures.shape[1])
        novelty = novelties(measures, np.concatenate([old, measures]), self.params.neighbours)
        update = self._update_archive(replace(state, archive=old), measures, novelty, len(evaluation.order))
        state = replace(state, **update._asdict(), novelty=np.array([novelty.mean()]))
        return self._breed(state, evaluation, valid[self._order(novelty, evaluation.fitness[valid])])

    def _order(self, novelty: np.ndarray, fitness: np.ndarray) -> np.ndarray:
        """Returns [F] int64 indices from best to worst, by novelty [F] and fitness [F]."""
        weight, falling = self.params.fitness_weight, np.arange(len(novelty), 0.0, -1.0)
        return ranked((1 - weight) * rank_utilities(falling, novelty) + weight * rank_utilities(falling, fitness))

    def _breed(self, state: State, evaluation: Evaluation, order: np.ndarray) -> State:
        """Breeds the next generation. order: rows of genomes that may have children, from best to worst."""
        p, count = self.params, len(evaluation.order)
        best = max(1, min(len(order), round(p.truncation * count)))
        places = select_parents(state, count, best, 1, p.crossover)
        parents = Parents(order[places.mother], order[places.father], places.crossed)
        genomes = make_children(p, state, evaluation.genomes, parents, self.structure)
        return replace(state, genomes=genomes, parents=parents.mother)

    def _update_archive(
        self, state: State, measures: np.ndarray, novelty: np.ndarray, num_evaluations: int
    ) -> ArchiveUpdate:
        """Returns the archive with the rows that are novel enough, and the threshold that follows their number."""
        new = measures[novelty > state.threshold[0]]
        idle = np.zeros(1, np.int64) if len(new) else state.idle + num_evaluations
        factor = RISE if len(new) > MANY else FALL if idle[0] >= PATIENCE else 1.0
        idle = idle * (idle < PATIENCE)
        archive = np.concatenate([state.archive, new])[-self.params.archive :]
        return ArchiveUpdate(archive, state.threshold * factor, idle, state.entered + len(new))
