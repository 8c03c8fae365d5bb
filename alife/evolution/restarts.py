"""Genetic algorithm that begins anew with drawn genomes whenever it no longer improves; else as `ga`.

When that is, why it helps, and references are in `shared/restarting.py`; the mean fitness that must set records is that
of the genomes that breed. `lexicase` begins anew likewise if `patience` is set.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, final

import numpy as np
import pydantic

from alife.evolution import ga
from alife.evolution.shared import restarting
from alife.evolution.shared.base import Evaluation
from alife.world import Metric


class Params(ga.Params):
    """Choice of parents, elites, variation of children, and when to begin anew."""

    patience: int = pydantic.Field(
        60, ge=1, le=10**6, description="generations without a record of the mean fitness of parents, after which all "
        "genomes are drawn anew"
    )  # fmt: skip


@dataclass(frozen=True)
class State(restarting.RestartingState, ga.State):
    """The fields of `ga`, and those of restarts."""


@final
class Restarts(ga.Ga):
    """Selection by rank in populations that follow each other."""

    params: Params
    columns: ClassVar[tuple[Metric, ...]] = (*ga.Ga.columns, restarting.RESTARTS)

    def init(self, seed: int, genomes: np.ndarray) -> State:
        """Returns the state before the first generation, which evaluates genomes [N, G]."""
        return State(**restarting.fields_before(super().init(seed, genomes)))

    def metrics(self, state: ga.State) -> dict[str, float | int]:
        """Returns the values of the columns."""
        assert isinstance(state, State)
        return {**super().metrics(state), "restarts": int(state.restarts[0])}

    def _tell(self, state: ga.State, evaluation: Evaluation) -> State:
        after = super()._tell(state, evaluation)
        assert isinstance(after, State)
        after = restarting.recorded(after, evaluation, self.params.truncation)
        if not restarting.is_stagnant(after, self.params.patience):
            return after
        sigmas, parents = np.full_like(after.sigmas, self.params.sigma), np.full_like(after.parents, -1)
        return replace(restarting.begun_anew(after), sigmas=sigmas, parents=parents)
