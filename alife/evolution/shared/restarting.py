"""Restarts of a population that no longer improves, for strategies whose population is bred.

It no longer improves if the mean fitness of the best share, which varies less between generations than that of the
best, set no record for `patience` generations. Of a task in which a population converges to a solution with probability
p, and else to a plateau, k populations one after the other solve it with probability 1 - (1 - p)^k. The best genomes of
all of them stay in the elite archive of the run, from which its champion is chosen in held-out episodes.

Luke, "When short runs beat long runs", GECCO 2001; restarts of an evolution strategy at stagnation: Auger and Hansen,
"A restart CMA evolution strategy with increasing population size", CEC 2005.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np

from alife.backends.genome_arrays import arrays_of, run_law
from alife.evolution.shared.base import Evaluation, Genomes
from alife.evolution.shared.breeding import BreedingState, Child
from alife.laws.law import per_row
from alife.laws.random import FOUNDING
from alife.laws.rows import Draws
from alife.laws.saved_arrays import saved
from alife.world import Metric

RESTARTS = Metric("restarts", "", "populations drawn anew, as the one before no longer improved")


@dataclass(frozen=True)
class RestartingState(BreedingState):
    """record: [1] float64 highest mean fitness of the best since the population began, in generation record_generation.

    record_generation, restarts: [1] int64; restarts counts those so far.
    """

    record: np.ndarray = saved(finite=False)
    record_generation: np.ndarray = saved(low=0)
    restarts: np.ndarray = saved(low=0)


R = TypeVar("R", bound=RestartingState)


@per_row("children", columns="genes")
def found(child: Child, g: int, draws: Draws) -> None:
    """Draws a gene, uniform in -1..1."""
    child.genes[g] = 2.0 * draws.uniform(FOUNDING, g) - 1.0


def fields_before(state: BreedingState) -> dict[str, Any]:
    """Returns the fields of a restarting State before the first generation, from those of the State that it extends."""
    zero = np.zeros(1, np.int64)
    fields = {name: getattr(state, name) for name in state.__dataclass_fields__}
    return {**fields, "record": np.array([-np.inf]), "record_generation": zero, "restarts": zero}


def recorded(state: R, evaluation: Evaluation, truncation: float) -> R:
    """Returns the state with the record of its population, which the generation just evaluated may have set.

    truncation: share of the generation, from the best down, whose mean fitness counts.
    """
    most = round(truncation * len(evaluation.order))
    best = evaluation.order[: max(1, min(evaluation.num_valid, most))]
    mean = float(np.mean(evaluation.fitness[best], dtype=np.float64))
    if mean > state.record[0]:
        return replace(state, record=np.array([mean]), record_generation=state.generation.copy())
    return state


def is_stagnant(state: RestartingState, patience: int) -> bool:
    """Returns True if the population set no record for `patience` generations."""
    return int(state.generation[0] - state.record_generation[0]) >= patience


def begun_anew(state: R) -> R:
    """Returns the state with a population that is drawn anew."""
    count, num_genes = state.genomes.shape
    genomes: Genomes = arrays_of({"genomes": state.genomes}).zeros((count, num_genes))
    names: dict[str, Any] = {"genes": genomes, "seed": state.seed.reshape(()), "step": state.generation.reshape(())}
    run_law(found, names, count)
    return replace(
        state,
        genomes=genomes,
        record=np.array([-np.inf]),
        record_generation=state.generation + 1,
        restarts=state.restarts + 1,
    )
