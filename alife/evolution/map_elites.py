"""MAP-Elites: a grid over what agents do keeps the best genome of each cell, its elite; elites are the parents.

Needs a world that declares measures. The range of each measure is cut into `cells` equal parts; values outside it count
in the outermost cells. A genome that is better than the elite of its cell replaces it; of equals the older one stays.
Parents are drawn evenly among all elites. Mouret and Clune, "Illuminating search spaces by mapping elites",
arXiv:1504.04909, 2015; variation `iso_line`: Vassiliades and Mouret, "Discovering the elite hypervolume by leveraging
interspecies correlation", GECCO 2018, equation 1: x + sigma_iso N(0, I) + sigma_line (y - x) N(0, 1), y another elite.

An elite's fitness and measures are evaluated once: where episodes differ from generation to generation, a lucky elite
stays, and some stand in cells where luck put them. `coverage` and `qd_score` count all of them as they were told. So at
the end of a run all elites are evaluated again and put into a new grid, the corrected archive; its coverage and score
are comparable with those of other runs: Flageat and Cully, "Uncertain Quality-Diversity: evaluation methodology and new
methods for Quality-Diversity in uncertain domains", arXiv:2302.00463, 2023.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, final

import numpy as np
import pydantic

from alife.backends.genome_arrays import arrays_of, joined, run_law, taken
from alife.config.schedule import Scheduled
from alife.errors import UserError
from alife.evolution.shared.base import Evaluation, Genomes, genome_ids, initial_fields
from alife.evolution.shared.breeding import (
    POOL,
    Breeding,
    BreedingState,
    BreedingStrategy,
    Child,
    Parents,
    make_children,
    select_parents,
)
from alife.evolution.shared.numerics import cleaned, ranked
from alife.laws.law import per_row
from alife.laws.maths import clip
from alife.laws.random import CHILDREN, STEPS
from alife.laws.rows import Draws, Table
from alife.laws.saved_arrays import saved
from alife.world import Agent, Metric


class Params(Breeding):
    """Resolution of the grid, and variation of children."""

    cells: int = pydantic.Field(32, ge=1, le=1024, description="parts into which each measure's range is cut")
    variation: Literal["genes", "iso_line"] = pydantic.Field(
        "genes", description="genes: crossover and mutation of some genes; iso_line: all, and towards another elite"
    )
    sigma_iso: Scheduled = pydantic.Field(
        0.01, ge=0, le=2, description="iso_line: standard deviation of every gene's step, in units of a gene"
    )
    sigma_line: Scheduled = pydantic.Field(
        0.2, ge=0, le=2, description="iso_line: standard deviation of the step along the line, its length being 1"
    )
    qd_offset: float = pydantic.Field(
        0.0, description="fitness that counts as 0 in the metric qd_score, the sum of the fitness of all elites"
    )


@dataclass(frozen=True)
class State(BreedingState):
    """parent_ids: [N] int64 id of each genome's first parent, -1: none.

    The A elites, by ascending cell: cells: [A] int64. elite_ids: [A] int64. elites: [A, G] float32. elite_fitness: [A]
    float32. elite_measures: [A, M] float32 in 0..1.
    """

    parent_ids: np.ndarray = saved(low=-1, below="births")
    cells: np.ndarray = saved("A", low=0)
    elite_ids: np.ndarray = saved("A", low=-1, below="births")
    elites: Genomes = saved("A")
    elite_fitness: np.ndarray = saved("A")
    elite_measures: np.ndarray = saved("A", "M")


@per_row("children", columns="genes", tables=POOL)
def vary_along_line(child: Child, g: int, pool: Table[Agent], p: Params, draws: Draws) -> None:
    """Writes one gene of one child: its mother's, plus noise, plus a share of the way to its father's."""
    gene = pool[child.mother].genome[g]
    along = p.sigma_line * draws.normal(STEPS, 0)
    moved = gene + p.sigma_iso * draws.normal(CHILDREN, g) + along * (pool[child.father].genome[g] - gene)
    child.genes[g] = clip(moved, -1.0, 1.0)


def measures_of(evaluation: Evaluation) -> np.ndarray:
    """Returns the measures [N, M]. Raises ValueError where there are none."""
    if evaluation.measures is None:
        raise ValueError("measures: expected what each genome did, [N, M], got none")
    return evaluation.measures


def cells_of(measures: np.ndarray, cells: int) -> np.ndarray:
    """Returns [N] int64 cell numbers of measures [N, M], which are in 0..1, where each range has `cells` parts.

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


@final
class MapElites(BreedingStrategy[Params, State]):
    """A grid of elites, which are the parents."""

    needs = frozenset({"measures"})
    matrices = ("genomes", "elites")
    columns = (
        Metric("coverage", "", "share of all cells that have an elite"),
        Metric("qd_score", "fitness", "sum over all elites of fitness minus qd_offset"),
    )

    corrected_columns = (
        Metric("corrected_coverage", "", "coverage of the grid of all elites by their means over held-out episodes"),
        Metric("corrected_qd_score", "fitness", "qd_score of that grid"),
    )

    def init(self, seed: int, genomes: np.ndarray) -> State:
        """Returns the state before the first generation, which evaluates genomes [N, G]; its grid is empty."""
        return State(
            **initial_fields(seed, genomes),
            genomes=np.array(genomes, np.float32),
            parent_ids=np.full(len(genomes), -1, np.int64),
            cells=np.zeros(0, np.int64),
            elite_ids=np.zeros(0, np.int64),
            elites=np.zeros((0, genomes.shape[1]), np.float32),
            elite_fitness=np.zeros(0, np.float32),
            elite_measures=np.zeros((0, 0), np.float32),
        )

    def parent_ids(self, state: State, count: int) -> np.ndarray:
        """Returns [count] int64 ids of the first parents of the genomes that `ask` returns."""
        return state.parent_ids.copy()

    def metrics(self, state: State) -> dict[str, float | int]:
        """Returns a value for each of `columns`."""
        return dict(zip(("coverage", "qd_score"), self._scores(state), strict=True))

    def archived(self, state: State) -> Genomes | None:
        """Returns the elites [A, G]; None if there are none."""
        return state.elites if len(state.cells) else None

    def corrected(self, state: State, fitness: np.ndarray, measures: np.ndarray | None) -> dict[str, float]:
        """Returns coverage and score of a grid of the elites by held-out fitness [A] and measures [A, M]."""
        values, num_invalid = cleaned(fitness, measures)
        genomes = np.zeros((len(values), 0), np.float32)
        evaluation = Evaluation(genomes, values, measures, ranked(values), len(values) - num_invalid)
        anew = self._add_to_grid(replace(self.init(0, genomes), generation=state.generation), evaluation)
        names = (column.name for column in self.corrected_columns)
        return dict(zip(names, self._scores(anew), strict=True))

    def _scores(self, state: State) -> tuple[float, float]:
        """Share of all cells that have an elite, and the sum of the fitness of all elites over the offset."""
        measures, count = state.elite_measures.shape[1], len(state.cells)
        score = state.elite_fitness.sum(dtype=np.float64) - count * self.params.qd_offset
        return count / float(self.params.cells) ** measures, float(score)

    def _tell(self, state: State, evaluation: Evaluation) -> State:
        state, count = self._add_to_grid(state, evaluation), len(evaluation.order)
        pool = state.elites if len(state.cells) else evaluation.genomes
        parents = select_parents(state, count, pool.shape[0], 1, self.params.crossover)
        ids = state.elite_ids if len(state.cells) else genome_ids(state, np.arange(count), count)
        return replace(state, genomes=self._vary(state, pool, parents), parent_ids=ids[parents.mother])

    def _add_to_grid(self, state: State, evaluation: Evaluation) -> State:
        """Replaces the elites of cells for which the evaluation has a better genome, and fills empty cells."""
        new = np.sort(evaluation.order[: evaluation.num_valid])
        measures = measures_of(evaluation)[new].astype(np.float32)
        ids = np.concatenate([state.elite_ids, genome_ids(state, new, len(evaluation.order))])
        cells = np.concatenate([state.cells, cells_of(measures, self.params.cells)])
        fitness = np.concatenate([state.elite_fitness, evaluation.fitness[new]])
        order = np.lexsort((np.arange(len(cells)), -fitness, cells))
        best = order[np.unique(cells[order], return_index=True)[1]]
        old = state.elite_measures.reshape(len(state.cells), measures.shape[1])
        return replace(
            state,
            cells=cells[best],
            elite_ids=ids[best],
            elites=taken(joined(state.elites, taken(evaluation.genomes, new)), best),
            elite_fitness=fitness[best],
            elite_measures=np.concatenate([old, measures])[best],
        )

    def _vary(self, state: State, pool: Genomes, parents: Parents) -> Genomes:
        """Returns [N, G] children of genomes [P, G]."""
        p = self.params
        if p.variation == "genes":
            return make_children(p, state, pool, parents, self.structure)
        child: Genomes = arrays_of({"pool": pool}).zeros((state.genomes.shape[0], state.genomes.shape[1]))
        names = {
            "genes": child, "genome": pool, "mother": parents.mother.astype(np.int32),
            "father": parents.father.astype(np.int32), "sigma_iso": np.array(p.sigma_iso, np.float32),
            "sigma_line": np.array(p.sigma_line, np.float32), "seed": state.seed.reshape(()),
            "step": state.generation.reshape(()),
        }  # fmt: skip
        run_law(vary_along_line, names, child.shape[0])
        return child
