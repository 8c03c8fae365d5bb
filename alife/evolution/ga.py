"""Genetic algorithm: the better half has the children. Maximises fitness; NaN and infinities have no children.

Elites go on unchanged. Parents are drawn from the best share (truncation) or as winners of tournaments; their children
are bred as `breeding.py` tells. Ranks are whole numbers, ties go to the lower row. A sigma of one's own, with
tau = 1/sqrt(2 G): Beyer and Schwefel, "Evolution strategies: a comprehensive introduction", Natural Computing 1, 2002,
section 4.2. With `aligned`, the units of a crossed child's father are first brought to the places of the mother's that
they are most like: Uriot and Izzo, "Safe crossover of neural networks through neuron alignment", GECCO 2020.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pydantic

from alife.backends.genome_arrays import fill, joined, rows, run_law
from alife.config.schedule import Scheduled
from alife.evolution.shared.base import Evaluation, Progress, Strategy, begun
from alife.evolution.shared.breeding import Breeding, Parents, children, chosen
from alife.laws.law import per_row
from alife.laws.maths import clip, exp, i64
from alife.laws.random import STEPS, normal


class Params(Breeding):
    """Who has children, and how they differ."""

    elites: int = pydantic.Field(2, ge=0, le=2**20, description="best genomes that go on unchanged")
    selection: Literal["truncation", "tournament"] = pydantic.Field("truncation", description="how parents are chosen")
    truncation: Scheduled = pydantic.Field(0.2, gt=0, le=1, description="share of the population that may be parents")
    tournament: int = pydantic.Field(3, ge=1, le=4, description="genomes in a tournament")
    mutation: Literal["exponent", "gaussian", "adaptive"] = pydantic.Field(  # type: ignore[assignment]  # one word more
        "exponent", description="law of a gene's step; adaptive: gaussian with a sigma of one's own, inherited"
    )
    aligned: bool = pydantic.Field(
        False, description="fathers' units change places to match mothers'; for brains that can: dense with ReLU"
    )


@dataclass(frozen=True)
class State(Progress):
    """genomes: [N, G] to be tried. sigmas: [N] float32 deviation of a step from each, in the units of a gene.

    parents: [N] row of each one's first parent in the generation before, -1: none.
    """

    genomes: np.ndarray
    sigmas: np.ndarray
    parents: np.ndarray


@per_row("agents")
def vary(i, own, sigmas, mother, tau, seed, step):
    """A child's sigma: its mother's, times a log-normal number."""
    own[i] = clip(sigmas[mother[i]] * exp(tau * normal(seed, STEPS, step, i64(i), 0)), 1e-6, 2.0)


class Ga(Strategy):
    """Selection by rank among generations that replace each other."""

    matrices = ("genomes",)
    align: Callable[[np.ndarray, np.ndarray], np.ndarray] | None = None  # mother, father -> father in her places

    def __init__(self, params: Params) -> None:
        super().__init__(params)

    def init(self, seed: int, genomes: np.ndarray) -> State:
        """Begin with genomes [N, G] in [-1, 1]."""
        return State(
            **begun(seed, genomes),
            genomes=np.ascontiguousarray(genomes, np.float32),
            sigmas=np.full(len(genomes), self.params.sigma, np.float32),
            parents=np.full(len(genomes), -1, np.int64),
        )

    def ask(self, state: State) -> np.ndarray:
        """[N, G] genomes to be tried."""
        return state.genomes

    def _learn(self, state: State, trials: Evaluation) -> State:
        return self._bred(replace(state, genomes=trials.genomes), trials.order, trials.fit)

    def _bred(self, state: State, order: np.ndarray, fit: int) -> State:
        """The next generation. order: [N] rows from best to worst; the first `fit` (if any) may have children."""
        p, able = self.params, fit or len(order)
        if p.selection == "tournament":
            places = chosen(state, len(order), able, p.tournament, p.crossover)
        else:
            places = chosen(state, len(order), max(1, min(able, round(p.truncation * len(order)))), 1, p.crossover)
        parents = Parents(order[places.mother], order[places.father], places.crossed)
        sigmas = self._sigmas(state, parents.mother)
        pool, parents = self._aligned(state, parents) if p.aligned else (state.genomes, parents)
        genomes, mother = children(p, state, pool, parents, self.structure, sigmas), parents.mother
        elites = order[: min(p.elites, able)]
        fill(genomes, state.genomes, elites)
        sigmas[: len(elites)], mother[: len(elites)] = state.sigmas[elites], elites
        return replace(state, genomes=genomes, sigmas=sigmas, parents=mother)

    def _aligned(self, state: State, parents: Parents) -> tuple[Any, Parents]:
        """The genomes, and behind them the fathers of crossed children, aligned to their mothers."""
        assert self.align is not None
        crossed = np.flatnonzero((parents.crossed != 0) & (parents.mother != parents.father))
        if not len(crossed):
            return state.genomes, parents
        pairs = (rows(state.genomes, each[crossed]) for each in (parents.mother, parents.father))
        extra = np.stack([self.align(*pair) for pair in zip(*pairs, strict=True)])
        father = parents.father.copy()
        father[crossed] = len(parents.mother) + np.arange(len(crossed))
        return joined(state.genomes, extra), parents._replace(father=father)

    def _sigmas(self, state: State, mother: np.ndarray) -> np.ndarray:
        """[N] of the children."""
        if self.params.mutation != "adaptive":
            return np.full_like(state.sigmas, self.params.sigma)
        own = np.zeros_like(state.sigmas)
        names = {
            "own": own, "sigmas": state.sigmas, "mother": mother.astype(np.int32),
            "tau": np.array((2.0 * state.genomes.shape[1]) ** -0.5, np.float32),
            "seed": state.seed.reshape(()), "step": state.generation.reshape(()),
        }  # fmt: skip
        run_law(vary, names, len(own))
        return own
