"""Genetic algorithm: the best genomes of a generation are the parents of the next. Maximizes fitness by rank.

Elites go on unchanged. Parents are drawn from the best share (truncation) or as winners of tournaments, and children
are bred as in `shared/breeding.py`. Ties go to the lower row; genomes whose fitness is not finite have no children.
`adaptive` mutation gives each genome its own sigma, which a child inherits times exp(tau N(0, 1)), tau = 1/sqrt(2 G):
Beyer and Schwefel, "Evolution strategies: a comprehensive introduction", Natural Computing 1, 2002, section 4.2. With
`aligned`, the units of a crossed child's father first take the places of the mother's units that they are most like:
Uriot and Izzo, "Safe crossover of neural networks through neuron alignment", GECCO 2020.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pydantic

from alife.backends.genome_arrays import fill, joined, rows, run_law
from alife.config.schedule import Scheduled
from alife.evolution.shared.base import Evaluation, Genomes, initial_fields, previous_ids
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
from alife.laws.law import per_row
from alife.laws.maths import clip, exp
from alife.laws.random import STEPS
from alife.laws.rows import Columns, Draws, Table
from alife.laws.saved_arrays import saved
from alife.world import WorldScalars


class Params(Breeding):
    """Choice of parents, elites, and variation of children."""

    elites: int = pydantic.Field(2, ge=0, le=2**20, description="number of best genomes that go on unchanged")
    selection: Literal["truncation", "tournament"] = pydantic.Field("truncation", description="how parents are chosen")
    truncation: Scheduled = pydantic.Field(
        0.2, gt=0, le=1, description="truncation: share of the population, from the best down, that may be parents"
    )
    tournament: int = pydantic.Field(3, ge=1, le=4, description="tournament: genomes drawn, of which the best wins")
    mutation: Literal["exponent", "gaussian", "adaptive"] = pydantic.Field(  # type: ignore[assignment]  # one word more
        "exponent",
        description="distribution of a gene's step; adaptive: gaussian, with a sigma that each genome inherits",
    )
    aligned: bool = pydantic.Field(
        False, description="align fathers' units to mothers' before crossover; for brains that can: dense with ReLU"
    )


@dataclass(frozen=True)
class State(BreedingState):
    """sigmas: [N] float32 standard deviation of each genome's steps, in units of a gene.

    parents: [N] int64 row of each genome's first parent in the generation before, -1: none.
    """

    sigmas: np.ndarray = saved(low=0)
    parents: np.ndarray = saved(low=-1, below="N")


class Parent(Columns, table="pool"):
    """A genome that children are bred from."""

    parent_sigma: float


class Adaptive(WorldScalars):
    """tau: standard deviation of the logarithm of a child's sigma over its mother's."""

    tau: float


@per_row("children", tables=POOL)
def vary_sigma(child: Child, pool: Table[Parent], world: Adaptive, draws: Draws) -> None:
    """Writes a child's sigma: its mother's times a log-normal number, within 1e-6 and 2."""
    child.sigma = clip(pool[child.mother].parent_sigma * exp(world.tau * draws.normal(STEPS, 0)), 1e-6, 2.0)


class Ga(BreedingStrategy[Params, State]):
    """Selection by rank among generations that replace each other."""

    @property
    def aligned(self) -> bool:
        """True if fathers' units are aligned to mothers'."""
        return self.params.aligned

    def init(self, seed: int, genomes: np.ndarray) -> State:
        """Returns the state before the first generation, which evaluates genomes [N, G]."""
        return State(
            **initial_fields(seed, genomes),
            genomes=np.ascontiguousarray(genomes, np.float32),
            sigmas=np.full(len(genomes), self.params.sigma, np.float32),
            parents=np.full(len(genomes), -1, np.int64),
        )

    def parent_ids(self, state: State, count: int) -> np.ndarray:
        """Returns [count] int64 ids of the first parents of the genomes that `ask` returns."""
        return previous_ids(state, state.parents)

    def _tell(self, state: State, evaluation: Evaluation) -> State:
        state, order = replace(state, genomes=evaluation.genomes), evaluation.order
        p, count, num_eligible = self.params, len(order), evaluation.num_valid or len(order)
        if p.selection == "tournament":
            places = select_parents(state, count, num_eligible, p.tournament, p.crossover)
        else:
            best = max(1, min(num_eligible, round(p.truncation * count)))
            places = select_parents(state, count, best, 1, p.crossover)
        parents = Parents(order[places.mother], order[places.father], places.crossed)
        sigmas = self._child_sigmas(state, parents.mother)
        pool, parents = self._aligned_fathers(state, parents) if p.aligned else (state.genomes, parents)
        genomes, mother = make_children(p, state, pool, parents, self.structure, sigmas), parents.mother
        elites = order[: min(p.elites, num_eligible)]
        fill(genomes, state.genomes, elites)
        sigmas[: len(elites)], mother[: len(elites)] = state.sigmas[elites], elites
        return replace(state, genomes=genomes, sigmas=sigmas, parents=mother)

    def _aligned_fathers(self, state: State, parents: Parents) -> tuple[Genomes, Parents]:
        """Returns the genomes followed by aligned fathers of crossed children, and parents that refer to these."""
        assert self.align is not None
        crossed = np.flatnonzero((parents.crossed != 0) & (parents.mother != parents.father))
        if not len(crossed):
            return state.genomes, parents
        pairs = (rows(state.genomes, each[crossed]) for each in (parents.mother, parents.father))
        extra = np.stack([self.align(*pair) for pair in zip(*pairs, strict=True)])
        father = parents.father.copy()
        father[crossed] = len(parents.mother) + np.arange(len(crossed))
        return joined(state.genomes, extra), parents._replace(father=father)

    def _child_sigmas(self, state: State, mother: np.ndarray) -> np.ndarray:
        """Returns [N] float32 sigmas of children of mothers [N]."""
        if self.params.mutation != "adaptive":
            return np.full_like(state.sigmas, self.params.sigma)
        sigmas = np.zeros_like(state.sigmas)
        names = {
            "sigma": sigmas, "parent_sigma": state.sigmas, "mother": mother.astype(np.int32),
            "tau": np.array((2.0 * state.genomes.shape[1]) ** -0.5, np.float32),
            "seed": state.seed.reshape(()), "step": state.generation.reshape(()),
        }  # fmt: skip
        run_law(vary_sigma, names, len(sigmas))
        return sigmas
