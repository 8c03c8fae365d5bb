"""NSGA-II: keeps an evenly spread front of genomes that are better in one objective only at the cost of another.

Needs a world that declares objectives beside fitness; all are maximized. Parents and children compete: genomes that
none dominates are the first front, genomes dominated by that front alone the second, and so on; of the front that does
not fit in whole, the genomes farthest from their neighbors stay. Parents win tournaments of two by front, then by
crowding distance. Deb, Pratap, Agarwal, Meyarivan, "A fast and elitist multiobjective genetic algorithm: NSGA-II", IEEE
Transactions on Evolutionary Computation 6(2), 2002, section III; fronts by the library `moocore`. Children are bred as
by strategy `ga`.

A genome's objectives are evaluated once: where episodes differ from generation to generation, a lucky genome stays.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import ModuleType
from typing import final

import numpy as np
import pydantic

from alife.backends.genome_arrays import joined, taken
from alife.config.schedule import Scheduled
from alife.errors import UserError
from alife.evolution.shared.base import Evaluation, Genomes, genome_ids, initial_fields
from alife.evolution.shared.breeding import Breeding, BreedingState, BreedingStrategy, make_children, select_parents
from alife.laws.saved_arrays import saved
from alife.world import Metric


class Params(Breeding):
    """Variation of children."""

    crossover: Scheduled = pydantic.Field(0.9, ge=0, le=1, description="share of children with two parents")
    mutation_rate: Scheduled = pydantic.Field(0.05, ge=0, le=1, description="probability that a gene is mutated")


@dataclass(frozen=True)
class State(BreedingState):
    """parent_ids: [N] int64 id of each genome's first parent, -1: none.

    The P genomes kept, at most N, in the order of front and crowding distance: held: [P, G] float32. held_ids: [P]
    int64. held_fitness: [P, K] float32 objectives. front: [1] int64 number of genomes in the first front.
    """

    parent_ids: np.ndarray = saved(low=-1, below="births")
    held: Genomes = saved("P")
    held_ids: np.ndarray = saved("P", low=-1, below="births")
    held_fitness: np.ndarray = saved("P", "K", low=-np.inf, finite=False)
    front: np.ndarray = saved(low=0, high=2**31)


def crowding(fitness: np.ndarray, fronts: np.ndarray) -> np.ndarray:
    """Returns the crowding distance of each row within its front, [N] float64: Deb et al., section III-B.

    fitness: [N, K]. fronts: [N] number of each row's front. The distance is the sum over objectives of the gap between
    both neighbors, as a share of the front's range; infinite at its ends.
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


def _library() -> ModuleType:
    """Returns the package moocore. Raises UserError where it is not installed."""
    try:
        import moocore
    except ImportError:
        raise UserError(
            "strategy nsga2: expected the package moocore, found none; write pip install '.[pareto]' in a clone",
            ("strategy",),
        ) from None
    module: ModuleType = moocore
    return module


@final
class Nsga2(BreedingStrategy[Params, State]):
    """Selection by front and crowding distance."""

    needs = frozenset({"objectives"})
    matrices = ("genomes", "held")
    columns = (Metric("front", "genomes", "number of genomes kept that none of them dominates"),)

    def init(self, seed: int, genomes: np.ndarray) -> State:
        """Returns the state before the first generation, which evaluates genomes [N, G].

        Raises:
            UserError: the package moocore is not installed.
        """
        _library()
        return State(
            **initial_fields(seed, genomes),
            genomes=np.array(genomes, np.float32),
            parent_ids=np.full(len(genomes), -1, np.int64),
            held=np.zeros((0, genomes.shape[1]), np.float32),
            held_ids=np.zeros(0, np.int64),
            held_fitness=np.zeros((0, 0), np.float32),
            front=np.zeros(1, np.int64),
        )

    def parent_ids(self, state: State, count: int) -> np.ndarray:
        """Returns [count] int64 ids of the first parents of the genomes that `ask` returns."""
        return state.parent_ids.copy()

    def metrics(self, state: State) -> dict[str, float | int]:
        """Returns a value for each of `columns`."""
        return {"front": int(state.front[0])}

    def _tell(self, state: State, evaluation: Evaluation) -> State:
        state, count = self._keep_best(state, evaluation), len(evaluation.order)
        pool = state.held if len(state.held_ids) else evaluation.genomes
        parents = select_parents(state, count, pool.shape[0], 2, self.params.crossover)
        ids = state.held_ids if len(state.held_ids) else genome_ids(state, np.arange(count), count)
        genomes = make_children(self.params, state, pool, parents, self.structure)
        return replace(state, genomes=genomes, parent_ids=ids[parents.mother])

    def _keep_best(self, state: State, evaluation: Evaluation) -> State:
        """Keeps the best N of the genomes held and evaluated."""
        count, new = len(evaluation.order), np.sort(evaluation.order[: evaluation.num_valid])
        fitness = evaluation.fitness.reshape(count, -1)[new]
        old = state.held_fitness.reshape(len(state.held_ids), fitness.shape[1])
        candidates = np.concatenate([old, fitness])
        if not len(candidates):
            return state
        fronts = np.asarray(_library().pareto_rank(candidates.astype(np.float64), maximise=True))
        best = np.lexsort((np.arange(len(candidates)), -crowding(candidates, fronts), fronts))[:count]
        ids = np.concatenate([state.held_ids, genome_ids(state, new, count)])[best]
        genomes = taken(joined(state.held, taken(evaluation.genomes, new)), best)
        first = np.array([(fronts[best] == fronts.min()).sum()], np.int64)
        return replace(state, held=genomes, held_ids=ids, held_fitness=candidates[best], front=first)
