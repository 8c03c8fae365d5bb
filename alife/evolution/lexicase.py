"""Lexicase selection: each parent is the best in episodes taken one after the other, in an order of its own.

From all genomes those are kept that are within epsilon of the best of them in a first episode, of these in a second
one, and so on until one is left, or one is drawn among those left after the last. So a genome that alone masters a kind
of episode has children although its mean is low, and the population keeps several ways to do well, where selection by
the mean converges. Epsilon is the median absolute deviation of the fitness of all genomes in the episode. Selection by
the mean is sooner at its end where nothing hinders it, so that a share of the parents is drawn from the best by mean
fitness. Children are bred as in `shared/breeding.py`; the best by mean fitness go on unchanged.

Spector, "Assessment of problem modality by differential performance of lexicase selection in genetic programming",
GECCO 2012; La Cava, Spector and Danai, "Epsilon-lexicase selection for regression", GECCO 2016, with epsilon from the
whole population and the best of those left (semi-dynamic, La Cava, Helmuth, Spector and Moore, "A probabilistic and
multi-objective analysis of lexicase selection and epsilon-lexicase selection", Evolutionary Computation 27, 2019).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, final

import numpy as np
import pydantic

from alife.backends.genome_arrays import fill, run_law
from alife.config.schedule import Scheduled
from alife.evolution.shared import restarting
from alife.evolution.shared.base import Evaluation, StrategyState, initial_fields, previous_ids
from alife.evolution.shared.breeding import Breeding, BreedingState, BreedingStrategy, Parents, make_children
from alife.evolution.shared.numerics import below, draws
from alife.laws.law import per_row
from alife.laws.random import SELECTION
from alife.laws.rows import Columns, Table, Vector
from alife.laws.saved_arrays import saved
from alife.world import Metric, WorldScalars

BLOCK = 2**24  # places of the lists of those left that are filled at a time: 64 MiB


class Params(Breeding):
    """Choice of parents, elites, and variation of children."""

    elites: int = pydantic.Field(
        2, ge=0, le=2**20, description="number of genomes with the best mean fitness that go on unchanged"
    )
    by_mean: Scheduled = pydantic.Field(
        0.5, ge=0, le=1, description="share of parents that are drawn from the best by mean fitness instead"
    )
    truncation: Scheduled = pydantic.Field(
        0.2, gt=0, le=1, description="share of the population, from the best mean down, that these are drawn from"
    )
    epsilon: Scheduled = pydantic.Field(
        1.0, ge=0, le=100, description="distance from the best in an episode that counts as equal, in its deviations"
    )
    patience: int | None = pydantic.Field(
        None, ge=1, le=10**6, description="generations without a record of the mean fitness of the best, as many as "
        "`truncation` says, after which all genomes are drawn anew; null: never"
    )  # fmt: skip


@dataclass(frozen=True)
class State(BreedingState):
    """parents: [N] int64 row of each genome's first parent in the generation before, -1: none."""

    parents: np.ndarray = saved(low=-1, below="N")


@dataclass(frozen=True)
class RestartingState(restarting.RestartingState, State):
    """The State where `patience` is set."""


class Selection(Columns, table="selections"):
    """One choice of a parent. left: rows of the pool still in. order: of episodes. lot: a random number from 0."""

    left: Vector[int]
    order: Vector[int]
    lot: int
    chosen: int


class Scored(Columns, table="pool"):
    """A genome that may be chosen. scores: its fitness in each episode."""

    scores: Vector[float]


class Tolerance(WorldScalars):
    """epsilon: of each episode."""

    epsilon: Vector[float]


@per_row("selections", tables={"pool": "pool"})
def select(one: Selection, pool: Table[Scored], world: Tolerance) -> None:
    """Writes the row of the parent that one choice ends at."""
    count = len(one.left)
    for k in range(len(one.order)):
        episode = one.order[k]
        best = pool[one.left[0]].scores[episode]
        for i in range(count):
            best = max(best, pool[one.left[i]].scores[episode])
        least = best - world.epsilon[episode]
        kept = 0
        for i in range(count):
            row = one.left[i]
            if pool[row].scores[episode] >= least:
                one.left[kept] = row
                kept += 1
        count = kept
        if count == 1:
            break
    one.chosen = one.left[one.lot % count]


def deviations(scores: np.ndarray) -> np.ndarray:
    """Returns [E] float32 median absolute deviation of fitness [M, E] in each episode."""
    spread: np.ndarray = np.median(np.abs(scores - np.median(scores, axis=0)), axis=0)
    return spread.astype(np.float32)


def selected(scores: np.ndarray, epsilon: np.ndarray, orders: np.ndarray, lots: np.ndarray) -> np.ndarray:
    """Returns [S] int64 rows of the parents that S choices end at.

    Args:
        scores: [M, E] float32 finite fitness of each genome in each episode.
        epsilon: [E] float32.
        orders: [S, E] int32 episodes, as each choice takes them.
        lots: [S] int32 random numbers from 0.
    """
    block = max(1, BLOCK // len(scores))
    chosen = np.zeros(len(orders), np.int32)
    for low in range(0, len(orders), block):
        part = slice(low, min(low + block, len(orders)))
        left = np.tile(np.arange(len(scores), dtype=np.int32), (part.stop - low, 1))
        names = {"left": left, "order": orders[part], "lot": lots[part], "chosen": chosen[part]}
        run_law(select, {**names, "scores": scores, "epsilon": epsilon}, len(left))
    return chosen.astype(np.int64)


@final
class Lexicase(BreedingStrategy[Params, State]):
    """Selection by episodes in random order, among generations that replace each other."""

    needs = frozenset({"episodes"})
    columns: ClassVar[tuple[Metric, ...]] = (restarting.RESTARTS,)

    def __init__(self, params: Params) -> None:
        super().__init__(params)
        if params.patience is None:
            self.columns = ()  # type: ignore[misc]  # a run without restarts has no column of them

    def init(self, seed: int, genomes: np.ndarray) -> State:
        """Returns the state before the first generation, which evaluates genomes [N, G]."""
        state = State(
            **initial_fields(seed, genomes),
            genomes=np.ascontiguousarray(genomes, np.float32),
            parents=np.full(len(genomes), -1, np.int64),
        )
        return state if self.params.patience is None else RestartingState(**restarting.fields_before(state))

    def metrics(self, state: State) -> dict[str, float | int]:
        """Returns the values of the columns."""
        return {"restarts": int(state.restarts[0])} if isinstance(state, RestartingState) else {}

    def parent_ids(self, state: State, count: int) -> np.ndarray:
        """Returns [count] int64 ids of the first parents of the genomes that `ask` returns."""
        return previous_ids(state, state.parents)

    def _tell(self, state: State, evaluation: Evaluation) -> State:
        p, order, count = self.params, evaluation.order, len(evaluation.order)
        state, num_eligible = replace(state, genomes=evaluation.genomes), evaluation.num_valid
        parents = self._parents(state, evaluation) if num_eligible else _any(count)
        genomes, mother = make_children(p, state, state.genomes, parents, self.structure), parents.mother.copy()
        elites = order[: min(p.elites, num_eligible)]
        fill(genomes, state.genomes, elites)
        mother[: len(elites)] = elites
        return self._restarted(replace(state, genomes=genomes, parents=mother), evaluation)

    def _restarted(self, state: State, evaluation: Evaluation) -> State:
        """Returns the state, with a population drawn anew if it no longer improves and `patience` is set."""
        if self.params.patience is None or not isinstance(state, RestartingState):
            return state
        state = restarting.recorded(state, evaluation, self.params.truncation)
        if not restarting.is_stagnant(state, self.params.patience):
            return state
        return replace(restarting.begun_anew(state), parents=np.full_like(state.parents, -1))

    def _parents(self, state: StrategyState, evaluation: Evaluation) -> Parents:
        """Returns the parents of all children; some genomes must be valid."""
        if evaluation.episodes is None:
            raise ValueError("episodes: expected the fitness in each of them, [N, E], got none")
        p, order, count = self.params, evaluation.order, len(evaluation.order)
        pool = np.sort(order[: evaluation.num_valid])
        scores = np.ascontiguousarray(evaluation.episodes[pool], np.float32)
        episodes = scores.shape[1]
        words = draws(int(state.seed[0]), SELECTION, int(state.generation[0]), count * (max(episodes, 2) + 1))
        orders = words[: count * episodes, :2].reshape(2 * count, episodes).argsort(axis=1, kind="stable")
        last = words[-count:]
        lots = (last[:, :2].reshape(-1) >> np.uint32(1)).astype(np.int32)
        epsilon = deviations(scores) * np.float32(p.epsilon)
        chosen = pool[selected(scores, epsilon, orders.astype(np.int32), lots)]
        best = max(1, min(len(pool), round(p.truncation * count)))
        by_mean = order[below(words[: 2 * count, 2], best)]
        chosen = np.where(words[: 2 * count, 3] < p.by_mean * 2.0**32, by_mean, chosen)
        crossed = (last[:, 2] < p.crossover * 2.0**32).astype(np.int32)
        return Parents(chosen[:count], chosen[count:], crossed)


def _any(count: int) -> Parents:
    """Returns every genome as its own parent, where none is valid."""
    rows = np.arange(count)
    return Parents(rows, rows, np.zeros(count, np.int32))
