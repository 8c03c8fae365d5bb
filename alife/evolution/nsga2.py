"""NSGA-II: the front of what cannot be bettered in one objective but at the cost of another, spread evenly.

Needs a world that declares objectives beside fitness; all are maximised. Parents and children compete: what is
dominated by none is the first front, what is dominated by that alone the second, and so on; of the front that does not
fit in whole, those farthest from their neighbours stay. Parents win tournaments of two by front, then by distance. Deb,
Pratap, Agarwal, Meyarivan, "A fast and elitist multiobjective genetic algorithm: NSGA-II", IEEE Transactions on
Evolutionary Computation 6(2), 2002, section III; fronts by the library `moocore`. Variation is that of strategy ga.

What is held was told once: where episodes differ from generation to generation, a lucky one stays.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pydantic

from alife.backends.genome_arrays import joined, taken
from alife.config.schedule import Scheduled
from alife.errors import UserError
from alife.evolution.shared.base import Evaluation, Progress, Strategy, begun, ids_of
from alife.evolution.shared.breeding import Breeding, children, chosen


class Params(Breeding):
    """How children differ from their parents."""

    crossover: Scheduled = pydantic.Field(0.9, ge=0, le=1, description="share of children with two parents")
    mutation_rate: Scheduled = pydantic.Field(0.05, ge=0, le=1, description="probability that a gene is mutated")


@dataclass(frozen=True)
class State(Progress):
    """genomes: [N, G] to be tried. parent_ids: [N] id of each one's first parent, of when that was tried.

    held: [P, G] float32 best so far, P = N at most, in the order of front and distance. held_fitness: [P, K] float32.
    front: [1] int64 how many of them are dominated by none.
    """

    genomes: np.ndarray
    parent_ids: np.ndarray
    held: np.ndarray
    held_ids: np.ndarray
    held_fitness: np.ndarray
    front: np.ndarray


class Nsga2(Strategy):
    """Elites by front and crowding distance."""

    needs = frozenset({"objectives"})
    matrices = ("genomes", "held")

    def __init__(self, params: Params) -> None:
        super().__init__(params)

    def init(self, seed: int, genomes: np.ndarray) -> State:
        """Begin with genomes [N, G] in [-1, 1]. Raises UserError where the library is missing."""
        _library()
        return State(
            **begun(seed, genomes),
            genomes=np.array(genomes, np.float32),
            parent_ids=np.full(len(genomes), -1, np.int64),
            held_ids=np.zeros(0, np.int64),
            held=np.zeros((0, genomes.shape[1]), np.float32),
            held_fitness=np.zeros((0, 0), np.float32),
            front=np.zeros(1, np.int64),
        )

    def ask(self, state: State) -> np.ndarray:
        """[N, G] genomes to be tried."""
        return state.genomes

    def _learn(self, state: State, trials: Evaluation) -> State:
        state, count = self._kept(state, trials), len(trials.order)
        pool = state.held if len(state.held_ids) else trials.genomes
        parents = chosen(state, count, len(pool), 2, self.params.crossover)
        ids = state.held_ids if len(state.held_ids) else ids_of(state, np.arange(count), count)
        genomes = children(self.params, state, pool, parents, self.structure)
        return replace(state, genomes=genomes, parent_ids=ids[parents.mother])

    def _kept(self, state: State, trials: Evaluation) -> State:
        """The best of elders and children."""
        count, new = len(trials.order), np.sort(trials.order[: trials.fit])
        fitness = trials.fitness.reshape(count, -1)[new]
        elders = state.held_fitness.reshape(len(state.held), fitness.shape[1])
        every = np.concatenate([elders, fitness])
        if not len(every):
            return state
        fronts = np.asarray(_library().pareto_rank(every.astype(np.float64), maximise=True))
        best = np.lexsort((np.arange(len(every)), -crowding(every, fronts), fronts))[:count]
        ids = np.concatenate([state.held_ids, ids_of(state, new, count)])[best]
        genomes = taken(joined(state.held, taken(trials.genomes, new)), best)
        first = np.array([(fronts[best] == fronts.min()).sum()], np.int64)
        return replace(state, held=genomes, held_ids=ids, held_fitness=every[best], front=first)

    def metrics(self, state: State) -> dict[str, float | int]:
        """front: genomes held that are dominated by none."""
        return {"front": int(state.front[0])}


def crowding(fitness: np.ndarray, fronts: np.ndarray) -> np.ndarray:
    """[N] float64 crowding distance of each within its front: Deb et al., section III-B.

    The sum over objectives of the gap between both neighbours, as a share of the front's range; infinite at its ends.
    """
    distance = np.zeros(len(fitness))
    for front in np.unique(fronts):
        rows = np.flatnonzero(fronts == front)
        for column in fitness[rows].astype(np.float64).T:
            order = np.argsort(column, kind="stable")
            ordered, span = column[order], np.ptp(column)
            distance[rows[order[[0, -1]]]] = np.inf
            if span > 0:
                distance[rows[order[1:-1]]] += (ordered[2:] - ordered[:-2]) / span
    return distance


def _library() -> Any:
    try:
        import moocore
    except ImportError:
        raise UserError(
            "strategy nsga2: expected the package moocore, found none; write pip install 'walsh-life[pareto]'",
            ("strategy",),
        ) from None
    return moocore
