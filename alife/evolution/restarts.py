"""Genetic algorithm that begins anew with drawn genomes whenever it no longer improves; else as `ga`.

It no longer improves if the mean fitness of those that breed, which varies less between generations than that of the
best, set no record for `patience` generations. Of a task in which a population converges to a solution with probability
p, and else to a plateau, k populations one after the other solve it with probability 1 - (1 - p)^k. The best genomes of
all of them stay in the elite archive of the run, from which its champion is chosen in held-out episodes.

Luke, "When short runs beat long runs", GECCO 2001; restarts of an evolution strategy at stagnation: Auger and Hansen,
"A restart CMA evolution strategy with increasing population size", CEC 2005.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, final

import numpy as np
import pydantic

from alife.backends.genome_arrays import arrays_of, run_law
from alife.evolution import ga
from alife.evolution.shared.base import Evaluation
from alife.evolution.shared.breeding import Child
from alife.laws.law import per_row
from alife.laws.random import FOUNDING
from alife.laws.rows import Draws
from alife.laws.saved_arrays import saved
from alife.world import Metric


class Params(ga.Params):
    """Choice of parents, elites, variation of children, and when to begin anew."""

    patience: int = pydantic.Field(
        60, ge=1, le=10**6, description="generations without a record of the mean fitness of parents, after which all "
        "genomes are drawn anew"
    )  # fmt: skip


@dataclass(frozen=True)
class State(ga.State):
    """record: [1] float64 highest mean fitness of parents since the population began, in generation record_generation.

    record_generation, restarts: [1] int64; restarts counts those so far.
    """

    record: np.ndarray = saved(finite=False)
    record_generation: np.ndarray = saved(low=0)
    restarts: np.ndarray = saved(low=0)


@per_row("children", columns="genes")
def found(child: Child, g: int, draws: Draws) -> None:
    """Draws a gene, uniform in -1..1."""
    child.genes[g] = 2.0 * draws.uniform(FOUNDING, g) - 1.0


@final
class Restarts(ga.Ga):
    """Selection by rank in populations that follow each other."""

    params: Params
    columns: ClassVar[tuple[Metric, ...]] = (
        *ga.Ga.columns,
        Metric("restarts", "", "populations drawn anew, as the one before no longer improved"),
    )

    def init(self, seed: int, genomes: np.ndarray) -> State:
        """Returns the state before the first generation, which evaluates genomes [N, G]."""
        begun, zero = super().init(seed, genomes), np.zeros(1, np.int64)
        fields = {name: getattr(begun, name) for name in begun.__dataclass_fields__}
        return State(**fields, record=np.array([-np.inf]), record_generation=zero, restarts=zero)

    def metrics(self, state: ga.State) -> dict[str, float | int]:
        """Returns the values of the columns."""
        assert isinstance(state, State)
        return {**super().metrics(state), "restarts": int(state.restarts[0])}

    def _tell(self, state: ga.State, evaluation: Evaluation) -> State:
        after = super()._tell(state, evaluation)
        assert isinstance(after, State)
        mean = self._mean_of_parents(evaluation)
        if mean > after.record[0]:
            return replace(after, record=np.array([mean]), record_generation=after.generation.copy())
        if after.generation[0] - after.record_generation[0] < self.params.patience:
            return after
        return self._begun_anew(after)

    def _mean_of_parents(self, evaluation: Evaluation) -> float:
        """The mean fitness of those from whom children are drawn by truncation; -inf where none is valid."""
        most = round(self.params.truncation * len(evaluation.order))
        best = evaluation.order[: max(1, min(evaluation.num_valid, most))]
        return float(np.mean(evaluation.fitness[best], dtype=np.float64))

    def _begun_anew(self, state: State) -> State:
        """The state with a population that is drawn anew."""
        genomes = arrays_of({"genomes": state.genomes}).zeros((len(state.parents), state.genomes.shape[1]))
        names: dict[str, Any] = {"genes": genomes, "seed": state.seed.reshape(()), "step": state.generation.reshape(())}
        run_law(found, names, len(state.parents))
        return replace(
            state,
            genomes=genomes,
            sigmas=np.full_like(state.sigmas, self.params.sigma),
            parents=np.full_like(state.parents, -1),
            record=np.array([-np.inf]),
            record_generation=state.generation + 1,
            restarts=state.restarts + 1,
        )
