"""Genetic algorithm: the better half has the children. Maximises fitness; NaN and infinities are the worst rank.

Elites go on unchanged. Parents are drawn from the best share (truncation) or as winners of tournaments; a child has
each gene from either of two parents where it is crossed, and then each gene is mutated with a small probability. Ranks
are whole numbers, ties go to the lower row, draws are a function of (seed, generation, row, gene).
Goldberg and Deb, "A comparative analysis of selection schemes", FOGA 1991; Syswerda, "Uniform crossover in genetic
algorithms", ICGA 1989; mutation: Rowe and Hidovic, GECCO 2004. Aligned crossover and self-adaptation are not here yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pydantic

from alife import params
from alife.compile.language import per_row
from alife.evolution.generational import WORST, below, cleaned, draws, ranked, run_law
from alife.evolution.operators import jolted, mutated
from alife.maths import i64
from alife.random import CHILDREN, CROSSING, SELECTION, words


class Params(params.Params):
    """Who has children, and how they differ."""

    elites: int = pydantic.Field(2, ge=0, le=2**20, description="best genomes that go on unchanged")
    selection: Literal["truncation", "tournament"] = pydantic.Field("truncation", description="how parents are chosen")
    truncation: float = pydantic.Field(0.2, gt=0, le=1, description="share of the population that may be parents")
    tournament: int = pydantic.Field(3, ge=1, le=4, description="genomes in a tournament")
    crossover: float = pydantic.Field(0.5, ge=0, le=1, description="share of children with two parents")
    mutation: Literal["exponent", "gaussian"] = pydantic.Field("exponent", description="law of a gene's step")
    mutation_rate: float = pydantic.Field(0.11, ge=0, le=1, description="probability that a gene is mutated")
    mutation_precision: float = pydantic.Field(10.0, gt=0, le=40, description="exponent: ln of the range of step sizes")
    sigma: float = pydantic.Field(0.3, gt=0, le=2, description="gaussian: standard deviation of a step")


@dataclass(frozen=True)
class State:
    """genomes: [N, G] to be tried. parents: [N] row of each one's first parent in the generation before, -1: none."""

    seed: np.ndarray
    generation: np.ndarray
    genomes: np.ndarray
    parents: np.ndarray
    best_genome: np.ndarray
    best_fitness: np.ndarray
    refused: np.ndarray


@per_row("agents", columns="child")
def breed(
    i, g, child, genome, mother, father, crossed, by_exponent, mutation_rate, mutation_precision, sigma, seed, step
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
        child[i, g] = jolted(gene, mutation_rate, sigma, seed, CHILDREN, step, i64(i), g)


class Ga:
    """Selection by rank among generations that replace each other."""

    def __init__(self, params: Params) -> None:
        self.params = params

    def init(self, seed: int, genomes: np.ndarray) -> State:
        """Begin with genomes [N, G] in [-1, 1]."""
        count, single = len(genomes), np.ascontiguousarray(genomes, np.float32)
        return State(
            seed=np.array([seed], np.uint64),
            generation=np.zeros(1, np.int64),
            genomes=single,
            parents=np.full(count, -1, np.int64),
            best_genome=single[0].copy(),
            best_fitness=np.array([WORST]),
            refused=np.zeros(1, np.int64),
        )

    def ask(self, state: State) -> np.ndarray:
        """[N, G] genomes to be tried."""
        return state.genomes

    def tell(self, state: State, fitness: np.ndarray, measures: np.ndarray | None = None) -> State:
        """The next generation, from the fitness [N] of this one."""
        told, wrong = cleaned(fitness)
        order, count = ranked(told), len(told)
        seed, generation = int(state.seed[0]), int(state.generation[0])
        mother, father, crossed = self._parents(order, seed, generation)
        genomes = self._children(state, mother, father, crossed)
        elites = order[: min(self.params.elites, count)]
        genomes[: len(elites)] = state.genomes[elites]
        mother[: len(elites)] = elites
        better = told[order[0]] > state.best_fitness[0]
        return State(
            seed=state.seed,
            generation=state.generation + 1,
            genomes=genomes,
            parents=mother,
            best_genome=state.genomes[order[0]].copy() if better else state.best_genome,
            best_fitness=told[order[:1]].copy() if better else state.best_fitness,
            refused=state.refused + wrong,
        )

    def best(self, state: State) -> tuple[np.ndarray, float]:
        """The best genome told so far, [G], and its fitness."""
        return state.best_genome, float(state.best_fitness[0])

    def _parents(self, order: np.ndarray, seed: int, generation: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Rows of both parents of each child, and whether it has two."""
        count, p = len(order), self.params
        both = [draws(seed, SELECTION, generation, 2 * count)[half::2] for half in (0, 1)]
        if p.selection == "tournament":
            places = [below(words[:, : p.tournament], count).min(axis=1) for words in both]
        else:
            places = [below(words[:, 0], max(1, round(p.truncation * count))) for words in both]
        chance = draws(seed, SELECTION, generation, 3 * count)[2 * count :, 0]
        crossed = (chance < p.crossover * 2.0**32).astype(np.int32)
        return order[places[0]], order[places[1]], crossed

    def _children(self, state: State, mother: np.ndarray, father: np.ndarray, crossed: np.ndarray) -> np.ndarray:
        p, child = self.params, np.zeros_like(state.genomes)
        names = {
            "child": child, "genome": state.genomes, "crossed": crossed, "seed": state.seed.reshape(()),
            "mother": mother.astype(np.int32), "father": father.astype(np.int32),
            "step": state.generation.reshape(()), "by_exponent": np.array(p.mutation == "exponent", np.int32),
            "mutation_rate": np.array(p.mutation_rate, np.float32), "sigma": np.array(p.sigma, np.float32),
            "mutation_precision": np.array(p.mutation_precision, np.float32),
        }  # fmt: skip
        run_law(breed, names, len(child))
        return child
