"""Breeding of children from selected parents, and the base class of strategies whose population is bred.

Parents are drawn evenly among the first of an order, or as winners of tournaments. A child of two parents has each gene
from either with equal probability; then each gene is mutated with a small probability, and a step that leaves [-1, 1]
is not taken. A share of the mutations, `deletion`, sets the gene to 0 instead: where an evolved sum of many inputs
decides, such as to move the head of a memory, it should depend on few of them, and steps alone leave the genes of a
population that drifts spread over all of [-1, 1]. Draws are a function of (seed, generation, row, gene).

Goldberg and Deb, "A comparative analysis of selection schemes", FOGA 1991; Syswerda, "Uniform crossover in genetic
algorithms", ICGA 1989; mutation: Rowe and Hidovic, "An evolution strategy using a continuous version of the Gray-code
neighbourhood distribution", GECCO 2004; rules of mutation that make genomes sparse: Friedlander, Mayo, Tlusty and Alon,
"Mutation rules and the evolution of sparseness and modularity in biological systems", PLoS ONE 8(8), 2013.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Literal, NamedTuple, TypeVar

import numpy as np
import pydantic

from alife.backends.genome_arrays import arrays_of, run_law
from alife.config import params
from alife.config.schedule import Scheduled
from alife.evolution.shared.base import GenerationalStrategy, Genomes, StrategyState
from alife.evolution.shared.mutation import mutate_exponent, mutate_gaussian
from alife.evolution.shared.numerics import below, draws
from alife.evolution.shared.structural import BredChild, Structure, StructureScalars, apply_move, drawn_moves, inherit
from alife.laws.law import per_row
from alife.laws.random import CHILDREN, SELECTION, unit
from alife.laws.rows import Draws, Table, Vector
from alife.laws.saved_arrays import saved
from alife.world import Agent


class Breeding(params.Params):
    """Variation of children: crossover and mutation."""

    crossover: Scheduled = pydantic.Field(0.5, ge=0, le=1, description="share of children with two parents")
    mutation: Literal["exponent", "gaussian"] = pydantic.Field(
        "exponent", description="distribution of a gene's step: +-2 exp(-U(0, mutation_precision)), or N(0, sigma^2)"
    )
    mutation_rate: Scheduled = pydantic.Field(0.11, ge=0, le=1, description="probability that a gene is mutated")
    mutation_precision: Scheduled = pydantic.Field(
        10.0, gt=0, le=40, description="exponent: natural logarithm of the largest over the smallest step"
    )
    deletion: Scheduled = pydantic.Field(
        0.0, ge=0, le=1, description="share of mutations that set the gene to 0 instead, so that sums have few addends"
    )
    sigma: Scheduled = pydantic.Field(
        0.3, gt=0, le=2, description="gaussian: standard deviation of a step, in units of a gene"
    )
    structural: float = pydantic.Field(
        0.0, ge=0, le=1, description="share of children with a structural move of genes that belong together"
    )


@dataclass(frozen=True)
class BreedingState(StrategyState):
    """genomes: [N, G] float32 to evaluate next."""

    genomes: Genomes = saved()


class Parents(NamedTuple):
    """mother, father: [N] int64 rows of the genomes bred from. crossed: [N] int32, 1 for a child of both parents."""

    mother: np.ndarray
    father: np.ndarray
    crossed: np.ndarray


def select_parents(state: StrategyState, count: int, num_eligible: int, tournament: int, crossover: float) -> Parents:
    """Draws the parents of `count` children, as places 0..num_eligible-1 in an order from best to worst.

    tournament: number of draws of which the best wins, 1 to 4; 1 draws evenly. crossover: probability of two parents.
    """
    seed, generation = int(state.seed[0]), int(state.generation[0])
    both = draws(seed, SELECTION, generation, 2 * count)
    mother, father = (below(both[half::2, :tournament], num_eligible).min(axis=1) for half in (0, 1))
    chance = draws(seed, SELECTION, generation, 3 * count)[2 * count :, 0]
    return Parents(mother, father, (chance < crossover * 2.0**32).astype(np.int32))


POOL = {"pool": "pool"}  # the namespace of the genomes bred from


class Child(BredChild):
    """A child. sigma: standard deviation of its steps."""

    genes: Vector[float]
    sigma: float


class BreedingScalars(StructureScalars):
    """by_exponent: 1 if `Breeding.mutation` is exponent, else 0."""

    by_exponent: int


def mutate(gene: float, sigma: float, p: Breeding, world: BreedingScalars, draws: Draws, g: int) -> float:
    """Returns a gene, mutated by either distribution, or deleted."""
    chance, size, sign, kind = draws.words(CHILDREN, g)
    if unit(chance) < p.mutation_rate and unit(kind) < p.deletion:
        return 0.0
    if world.by_exponent != 0:
        return mutate_exponent(gene, p.mutation_rate, p.mutation_precision, draws, CHILDREN, g)
    return mutate_gaussian(gene, p.mutation_rate, sigma, draws, CHILDREN, g)


@per_row("children", columns="genes", tables=POOL)
def breed(child: Child, g: int, pool: Table[Agent], p: Breeding, world: BreedingScalars, draws: Draws) -> None:
    """Writes one gene of one child."""
    gene = inherit(pool, child.mother, child.father, draws, g)
    child.genes[g] = mutate(gene, child.sigma, p, world, draws, g)


@per_row("children", columns="genes", tables=POOL)
def breed_structured(
    child: Child, g: int, pool: Table[Agent], p: Breeding, world: BreedingScalars, draws: Draws
) -> None:
    """Writes one gene of one child, after the child's move."""
    gene = apply_move(child, pool, child.mother, child.father, p.mutation_precision, world, draws, g)
    child.genes[g] = mutate(gene, child.sigma, p, world, draws, g)


def make_children(
    p: Breeding,
    state: StrategyState,
    genomes: Genomes,
    parents: Parents,
    structure: Structure | None,
    sigmas: np.ndarray | None = None,
) -> Genomes:
    """Returns [N, G] float32 children of genomes [P, G], on the same device.

    Args:
        p: rates of crossover and mutation.
        state: its seed and generation are those of the draws.
        genomes: the parents.
        parents: rows of `genomes` for each child.
        structure: moves for structural mutations; None: there are none.
        sigmas: [N] standard deviation of each child's steps where they are gaussian; None: `p.sigma`.
    """
    count = len(parents.mother)
    child: Genomes = arrays_of({"genomes": genomes}).zeros((count, genomes.shape[1]))
    lineage: dict[str, Any] = {
        "genome": genomes, "mother": parents.mother.astype(np.int32),
        "father": np.where(parents.crossed != 0, parents.father, -1).astype(np.int32),
        "seed": state.seed.reshape(()), "step": state.generation.reshape(()),
    }  # fmt: skip
    names: dict[str, Any] = {
        "genes": child, "sigma": np.full(count, p.sigma, np.float32) if sigmas is None else sigmas,
        "by_exponent": np.array(p.mutation == "exponent", np.int32),
        "mutation_rate": np.array(p.mutation_rate, np.float32),
        "mutation_precision": np.array(p.mutation_precision, np.float32),
        "deletion": np.array(p.deletion, np.float32),
    }  # fmt: skip
    if structure is None:
        run_law(breed, {**names, **lineage}, count)
    else:
        drawn = drawn_moves(structure, p.structural, **lineage)
        run_law(breed_structured, {**names, **lineage, **drawn}, count)
    return child


B = TypeVar("B", bound=Breeding)
T = TypeVar("T", bound=BreedingState)


class BreedingStrategy(GenerationalStrategy[B, T], Generic[B, T]):
    """Abstract base of strategies that keep the next generation in their State and breed it by `make_children`."""

    matrices: ClassVar[tuple[str, ...]] = ("genomes",)

    @property
    def structural(self) -> float:
        """Share of children with a structural mutation, in 0..1."""
        return self.params.structural

    def ask(self, state: T) -> Genomes:
        """Returns the genomes to evaluate, [N, G] float32."""
        return state.genomes
