"""Genetic algorithm: the better half has the children. Maximises fitness; NaN and infinities have no children.

Elites go on unchanged. Parents are drawn from the best share (truncation) or as winners of tournaments; a child has
each gene from either of two parents where it is crossed, and then each gene is mutated with a small probability; a
step out of [-1, 1] is not taken. Ranks are whole numbers, ties go to the lower row, draws are a function of (seed,
generation, row, gene). Aligned crossover, for brains whose units may be exchanged, is not here.
Goldberg and Deb, "A comparative analysis of selection schemes", FOGA 1991; Syswerda, "Uniform crossover in genetic
algorithms", ICGA 1989; mutation: Rowe and Hidovic, GECCO 2004; a sigma of one's own, with tau = 1/sqrt(2 G): Beyer and
Schwefel, "Evolution strategies: a comprehensive introduction", Natural Computing 1, 2002, section 4.2.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pydantic

from alife import params
from alife.compile.language import per_row
from alife.evolution.generational import Generational, Progress, Trials, begun, below, draws, run_law
from alife.evolution.operators import jolted, mutated
from alife.maths import clip, exp, i64
from alife.random import CHILDREN, CROSSING, SELECTION, STEPS, normal, words


class Params(params.Params):
    """Who has children, and how they differ."""

    elites: int = pydantic.Field(2, ge=0, le=2**20, description="best genomes that go on unchanged")
    selection: Literal["truncation", "tournament"] = pydantic.Field("truncation", description="how parents are chosen")
    truncation: float = pydantic.Field(0.2, gt=0, le=1, description="share of the population that may be parents")
    tournament: int = pydantic.Field(3, ge=1, le=4, description="genomes in a tournament")
    crossover: float = pydantic.Field(0.5, ge=0, le=1, description="share of children with two parents")
    mutation: Literal["exponent", "gaussian", "adaptive"] = pydantic.Field(
        "exponent", description="law of a gene's step; adaptive: gaussian with a sigma of one's own, inherited"
    )
    mutation_rate: float = pydantic.Field(0.11, ge=0, le=1, description="probability that a gene is mutated")
    mutation_precision: float = pydantic.Field(10.0, gt=0, le=40, description="exponent: ln of the range of step sizes")
    sigma: float = pydantic.Field(0.3, gt=0, le=2, description="gaussian, adaptive (at first): deviation of a step")


@dataclass(frozen=True)
class State(Progress):
    """genomes: [N, G] to be tried. sigmas: [N] float32 deviation of a step from each, in the units of a gene.

    parents: [N] row of each one's first parent in the generation before, -1: none.
    """

    genomes: np.ndarray
    sigmas: np.ndarray
    parents: np.ndarray


@per_row("agents")
def vary(i, own, sigmas, mother, adapts, tau, seed, step):
    """A child's sigma: its mother's, times a log-normal number."""
    sigma = sigmas[mother[i]]
    if adapts != 0:
        sigma = clip(sigma * exp(tau * normal(seed, STEPS, step, i64(i), 0)), 1e-6, 2.0)
    own[i] = sigma


@per_row("agents", columns="child")
def breed(
    i, g, child, genome, mother, father, crossed, own, by_exponent, mutation_rate, mutation_precision, seed, step
):
    """One gene of one child."""
    p = mother[i]
    if crossed[i] != 0:
        a, b, c, d = words(seed, CROSSING, step, i64(i), g)
        p = father[i] if (a & 1) != 0 else p
    gene = genome[p, g]
    if by_exponent != 0:
        child[i, g] = mutated(gene, mutation_rate, mutation_precision, seed, CHILDREN, step, i64(i), g)
    else:
        child[i, g] = jolted(gene, mutation_rate, own[i], seed, CHILDREN, step, i64(i), g)


class Ga(Generational):
    """Selection by rank among generations that replace each other."""

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

    def _learn(self, state: State, trials: Trials) -> State:
        return self._bred(replace(state, genomes=trials.genomes), trials.order, trials.fit)

    def _bred(self, state: State, order: np.ndarray, fit: int) -> State:
        """The next generation. order: [N] rows from best to worst; the first `fit` (if any) may have children."""
        able = fit or len(order)
        mother, father, crossed = self._parents(order, able, int(state.seed[0]), int(state.generation[0]))
        genomes, sigmas = self._children(state, mother, father, crossed)
        elites = order[: min(self.params.elites, able)]
        for array, kept in ((genomes, state.genomes[elites]), (sigmas, state.sigmas[elites]), (mother, elites)):
            array[: len(elites)] = kept
        return replace(state, genomes=genomes, sigmas=sigmas, parents=mother)

    def _parents(
        self, order: np.ndarray, able: int, seed: int, generation: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Rows of both parents of each child, and whether it has two."""
        count, p = len(order), self.params
        both = [draws(seed, SELECTION, generation, 2 * count)[half::2] for half in (0, 1)]
        if p.selection == "tournament":
            places = [below(words[:, : p.tournament], able).min(axis=1) for words in both]
        else:
            places = [below(words[:, 0], max(1, min(able, round(p.truncation * count)))) for words in both]
        chance = draws(seed, SELECTION, generation, 3 * count)[2 * count :, 0]
        crossed = (chance < p.crossover * 2.0**32).astype(np.int32)
        return order[places[0]], order[places[1]], crossed

    def _children(
        self, state: State, mother: np.ndarray, father: np.ndarray, crossed: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Genomes [N, G] and sigmas [N]."""
        p, child, own = self.params, np.zeros_like(state.genomes), np.zeros_like(state.sigmas)
        common = {"own": own, "mother": mother.astype(np.int32), "seed": state.seed.reshape(())}
        common["step"] = state.generation.reshape(())
        tau = np.array((2.0 * child.shape[1]) ** -0.5, np.float32)
        adapts = np.array(p.mutation == "adaptive", np.int32)
        run_law(vary, {**common, "sigmas": state.sigmas, "adapts": adapts, "tau": tau}, len(own))
        names = {
            "child": child, "genome": state.genomes, "father": father.astype(np.int32), "crossed": crossed,
            "by_exponent": np.array(p.mutation == "exponent", np.int32),
            "mutation_rate": np.array(p.mutation_rate, np.float32),
            "mutation_precision": np.array(p.mutation_precision, np.float32),
        }  # fmt: skip
        run_law(breed, {**common, **names}, len(child))
        return child, own
