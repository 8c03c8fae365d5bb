"""MAP-Elites: the best genome of every kind. A grid over what agents did keeps one elite a cell; elites have children.

Needs a world that declares measures. Each measure's range is cut into `cells` equal parts; what lies beyond is in the
outermost. A genome that is better than the elite of its cell takes its place; of equals the elder stays. Parents are
drawn evenly among all elites. Mouret and Clune, "Illuminating search spaces by mapping elites", arXiv:1504.04909,
2015; variation `iso_line`: Vassiliades and Mouret, "Discovering the elite hypervolume by leveraging interspecies
correlation", GECCO 2018, equation 1: x + sigma_iso N(0, I) + sigma_line (y - x) N(0, 1), y another elite.

An elite's fitness is as it was told once: where episodes differ from generation to generation, a lucky one stays.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pydantic

from alife.backends.genome_arrays import joined, machine_of, run_law, taken
from alife.config.schedule import Scheduled
from alife.errors import UserError
from alife.evolution.shared.base import Evaluation, Progress, Strategy, begun, ids_of
from alife.evolution.shared.breeding import Breeding, Parents, children, chosen
from alife.laws.law import per_row
from alife.laws.maths import clip, i64
from alife.laws.random import CHILDREN, STEPS, normal


class Params(Breeding):
    """How fine the grid is, and how children differ from elites."""

    cells: int = pydantic.Field(32, ge=1, le=1024, description="parts of each measure's range")
    variation: Literal["genes", "iso_line"] = pydantic.Field(
        "genes", description="some genes stepped, crossed or not; or all, and along the line to another elite"
    )
    sigma_iso: Scheduled = pydantic.Field(0.01, ge=0, le=2, description="iso_line: deviation of every gene's step")
    sigma_line: Scheduled = pydantic.Field(
        0.2, ge=0, le=2, description="iso_line: deviation of the step along the line"
    )
    qd_offset: float = pydantic.Field(0.0, description="fitness that counts as 0 in qd_score, the sum over elites")


@dataclass(frozen=True)
class State(Progress):
    """genomes: [N, G] to be tried. parent_ids: [N] id of each one's first parent, of when that was tried.

    cells: [A] int64 where elites are, ascending. elites: [A, G] float32. elite_ids: [A] of when they were tried.
    elite_fitness: [A] float32. elite_measures: [A, M] float32, low..high as 0..1.
    """

    genomes: np.ndarray
    parent_ids: np.ndarray
    cells: np.ndarray
    elite_ids: np.ndarray
    elites: np.ndarray
    elite_fitness: np.ndarray
    elite_measures: np.ndarray


@per_row("agents", columns="child")
def slide(i, g, child, genome, mother, father, iso, line, seed, step):
    """One gene of one child, off its mother and along the line to its father."""
    gene = genome[mother[i], g]
    along = line * normal(seed, STEPS, step, i64(i), 0)
    moved = gene + iso * normal(seed, CHILDREN, step, i64(i), g) + along * (genome[father[i], g] - gene)
    child[i, g] = clip(moved, -1.0, 1.0)


class MapElites(Strategy):
    """A grid of elites."""

    needs = frozenset({"measures"})
    matrices = ("genomes", "elites")

    def __init__(self, params: Params) -> None:
        super().__init__(params)

    def init(self, seed: int, genomes: np.ndarray) -> State:
        """Begin with genomes [N, G] in [-1, 1] and an empty grid."""
        return State(
            **begun(seed, genomes),
            genomes=np.array(genomes, np.float32),
            parent_ids=np.full(len(genomes), -1, np.int64),
            cells=np.zeros(0, np.int64),
            elite_ids=np.zeros(0, np.int64),
            elites=np.zeros((0, genomes.shape[1]), np.float32),
            elite_fitness=np.zeros(0, np.float32),
            elite_measures=np.zeros((0, 0), np.float32),
        )

    def ask(self, state: State) -> np.ndarray:
        """[N, G] genomes to be tried."""
        return state.genomes

    def _learn(self, state: State, trials: Evaluation) -> State:
        state, count = self._settled(state, trials), len(trials.order)
        pool = state.elites if len(state.cells) else trials.genomes
        parents = chosen(state, count, len(pool), 1, self.params.crossover)
        ids = state.elite_ids if len(state.cells) else ids_of(state, np.arange(count), count)
        return replace(state, genomes=self._varied(state, pool, parents), parent_ids=ids[parents.mother])

    def _settled(self, state: State, trials: Evaluation) -> State:
        """The grid with those that are the best of their cell."""
        new = np.sort(trials.order[: trials.fit])
        measures = told_measures(trials)[new].astype(np.float32)
        ids = np.concatenate([state.elite_ids, ids_of(state, new, len(trials.order))])
        cells = np.concatenate([state.cells, cells_of(measures, self.params.cells)])
        fitness = np.concatenate([state.elite_fitness, trials.fitness[new]])
        order = np.lexsort((np.arange(len(cells)), -fitness, cells))
        best = order[np.unique(cells[order], return_index=True)[1]]
        elders = state.elite_measures.reshape(len(state.cells), measures.shape[1])
        return replace(
            state,
            cells=cells[best],
            elite_ids=ids[best],
            elites=taken(joined(state.elites, taken(trials.genomes, new)), best),
            elite_fitness=fitness[best],
            elite_measures=np.concatenate([elders, measures])[best],
        )

    def _varied(self, state: State, pool: Any, parents: Parents) -> Any:
        """[N, G] children of genomes [P, G]."""
        p = self.params
        if p.variation == "genes":
            return children(p, state, pool, parents, self.structure)
        child = machine_of({"pool": pool}).zeros(state.genomes.shape)
        names = {
            "child": child, "genome": pool, "mother": parents.mother.astype(np.int32),
            "father": parents.father.astype(np.int32), "iso": np.array(p.sigma_iso, np.float32),
            "line": np.array(p.sigma_line, np.float32), "seed": state.seed.reshape(()),
            "step": state.generation.reshape(()),
        }  # fmt: skip
        run_law(slide, names, len(child))
        return child

    def metrics(self, state: State) -> dict[str, float | int]:
        """coverage: share of all cells that have an elite. qd_score: sum of their fitness less qd_offset."""
        measures, found = state.elite_measures.shape[1], len(state.cells)
        score = state.elite_fitness.sum(dtype=np.float64) - found * self.params.qd_offset
        return {"coverage": found / float(self.params.cells) ** measures, "qd_score": float(score)}


def told_measures(trials: Evaluation) -> np.ndarray:
    """[N, M] measures. Raises ValueError where none were told."""
    if trials.measures is None:
        raise ValueError("measures: expected what each genome did, [N, M], got none")
    return trials.measures


def cells_of(measures: np.ndarray, cells: int) -> np.ndarray:
    """[N] int64 cell of each row of measures [N, M], low..high of which are 0..1.

    Raises:
        UserError: there are more cells than int64 can number.
    """
    count = measures.shape[1]
    if cells**count >= 2**63:
        raise UserError(f"strategy.cells: expected cells^{count} below 2^63, got {cells}; write a smaller number")
    places = np.clip(np.floor(measures.astype(np.float64) * cells), 0, cells - 1).astype(np.int64)
    number = np.zeros(len(measures), np.int64)
    for column in places.T:
        number = number * cells + column
    return number
