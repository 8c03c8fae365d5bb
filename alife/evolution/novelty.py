"""Novelty search: who does what none did before has the children; fitness is not looked at, or only weighed in.

Needs a world that declares measures. The novelty of a genome is the mean distance of what it did to its k nearest in
the archive and its generation. What is more novel than a threshold enters the archive; the threshold falls by 5 % where
2,500 evaluations brought nothing and rises by 20 % where one generation brought more than four. Lehman and Stanley,
"Abandoning objectives: evolution through the search for novelty alone", Evolutionary Computation 19(2), 2011.

Distances are Euclidean, with each measure's range as 1. The archive holds `archive` entries at most: then a new one
takes the place of the oldest. `fitness_weight` w orders by (1 - w) of the rank in novelty and w of that in fitness.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pydantic

from alife.config.schedule import Scheduled
from alife.evolution.map_elites import told_measures
from alife.evolution.shared.base import Evaluation, Progress, Strategy, begun
from alife.evolution.shared.breeding import Breeding, Parents, children, chosen
from alife.evolution.shared.numerics import rank_utilities, ranked


class Params(Breeding):
    """How novelty is told, and who has children."""

    neighbours: int = pydantic.Field(15, ge=1, le=1000, description="k, nearest that novelty is the mean distance to")
    threshold: float = pydantic.Field(0.05, gt=0, le=10, description="novelty that enters the archive, at first")
    archive: int = pydantic.Field(4096, ge=1, le=2**20, description="entries at most")
    truncation: Scheduled = pydantic.Field(0.2, gt=0, le=1, description="share of the population that may be parents")
    fitness_weight: Scheduled = pydantic.Field(0.0, ge=0, le=1, description="of the rank in fitness; 0: novelty alone")


PATIENCE, FALL, RISE, MANY = 2500, 0.95, 1.2, 4  # the paper's: evaluations, factors, entries of a generation
BLOCK = 2**22  # distances computed at once


@dataclass(frozen=True)
class State(Progress):
    """genomes: [N, G] to be tried. parents: [N] row of each one's parent in the generation before, -1: none.

    archive: [A, M] float32 measures, low..high as 0..1, the oldest first. threshold: [1] float64. idle: [1] int64
    evaluations since the last entry. entered: [1] int64 entries so far. novelty: [1] float64 mean of those told last.
    """

    genomes: np.ndarray
    parents: np.ndarray
    archive: np.ndarray
    threshold: np.ndarray
    idle: np.ndarray
    entered: np.ndarray
    novelty: np.ndarray


class Grown(NamedTuple):
    """An archive after a generation. See `State`."""

    archive: np.ndarray
    threshold: np.ndarray
    idle: np.ndarray
    entered: np.ndarray


class Novelty(Strategy):
    """Selection by how far what was done is from what was done before."""

    needs = frozenset({"measures"})
    matrices = ("genomes",)

    def __init__(self, params: Params) -> None:
        super().__init__(params)

    def init(self, seed: int, genomes: np.ndarray) -> State:
        """Begin with genomes [N, G] in [-1, 1] and an empty archive."""
        return State(
            **begun(seed, genomes),
            genomes=np.array(genomes, np.float32),
            parents=np.full(len(genomes), -1, np.int64),
            archive=np.zeros((0, 0), np.float32),
            threshold=np.array([self.params.threshold]),
            idle=np.zeros(1, np.int64),
            entered=np.zeros(1, np.int64),
            novelty=np.zeros(1),
        )

    def ask(self, state: State) -> np.ndarray:
        """[N, G] genomes to be tried."""
        return state.genomes

    def _learn(self, state: State, trials: Evaluation) -> State:
        fit = np.sort(trials.order[: trials.fit])
        if not len(fit):
            return self._bred(state, trials, trials.order)
        measures = told_measures(trials)[fit].astype(np.float32)
        elders = state.archive.reshape(len(state.archive), measures.shape[1])
        novelty = novelties(measures, np.concatenate([elders, measures]), self.params.neighbours)
        grown = self._grown(replace(state, archive=elders), measures, novelty, len(trials.order))
        state = replace(state, **grown._asdict(), novelty=np.array([novelty.mean()]))
        return self._bred(state, trials, fit[self._order(novelty, trials.fitness[fit])])

    def _order(self, novelty: np.ndarray, fitness: np.ndarray) -> np.ndarray:
        """[F] indices from best to worst."""
        weight, falling = self.params.fitness_weight, np.arange(len(novelty), 0.0, -1.0)
        return ranked((1 - weight) * rank_utilities(falling, novelty) + weight * rank_utilities(falling, fitness))

    def _bred(self, state: State, trials: Evaluation, order: np.ndarray) -> State:
        """The next generation. order: rows of those that may have children, from best to worst."""
        p, count = self.params, len(trials.order)
        places = chosen(state, count, max(1, min(len(order), round(p.truncation * count))), 1, p.crossover)
        parents = Parents(order[places.mother], order[places.father], places.crossed)
        genomes = children(p, state, trials.genomes, parents, self.structure)
        return replace(state, genomes=genomes, parents=parents.mother)

    def _grown(self, state: State, measures: np.ndarray, novelty: np.ndarray, tried: int) -> Grown:
        """The archive with what is novel enough, and the threshold that follows how many that are."""
        new = measures[novelty > state.threshold[0]]
        idle = np.zeros(1, np.int64) if len(new) else state.idle + tried
        factor = RISE if len(new) > MANY else FALL if idle[0] >= PATIENCE else 1.0
        idle = idle * (idle < PATIENCE)
        archive = np.concatenate([state.archive, new])[-self.params.archive :]
        return Grown(archive, state.threshold * factor, idle, state.entered + len(new))

    def metrics(self, state: State) -> dict[str, float | int]:
        """novelty: mean of the last generation. archive: entries. threshold: of entering."""
        told = {"novelty": float(state.novelty[0]), "archive": len(state.archive)}
        return {**told, "threshold": float(state.threshold[0])}


def novelties(measures: np.ndarray, others: np.ndarray, neighbours: int) -> np.ndarray:
    """[N] float64 mean distance of each row [N, M] to its nearest among others [P, M], in which it is once itself."""
    nearest, rows = min(neighbours, len(others) - 1), max(1, BLOCK // len(others))
    if not nearest:
        return np.zeros(len(measures))
    parts = [_nearest(measures[k : k + rows], others, nearest) for k in range(0, len(measures), rows)]
    return np.concatenate(parts)


def _nearest(measures: np.ndarray, others: np.ndarray, nearest: int) -> np.ndarray:
    """The mean over the nearest but itself: the first of the sorted distances is its own, 0."""
    square = np.zeros((len(measures), len(others)))
    for mine, theirs in zip(measures.T.astype(np.float64), others.T.astype(np.float64), strict=True):
        square += (mine[:, None] - theirs) ** 2
    least = np.sort(np.partition(square, nearest, axis=1)[:, : nearest + 1], axis=1)
    mean: np.ndarray = np.add.accumulate(np.sqrt(least), axis=1)[:, -1] / nearest
    return mean
