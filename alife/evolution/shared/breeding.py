"""Children of chosen parents: who they are, and what of each a child has. Shared by strategies that breed.

Parents are drawn among the first of an order, or as winners of tournaments; a child has each gene from either of two
parents where it is crossed, and then each gene is mutated with a small probability; a step out of [-1, 1] is not taken.
Draws are a function of (seed, generation, row, gene). Goldberg and Deb, "A comparative analysis of selection schemes",
FOGA 1991; Syswerda, "Uniform crossover in genetic algorithms", ICGA 1989; mutation: Rowe and Hidovic, GECCO 2004.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np
import pydantic

from alife.backends.genome_arrays import machine_of, run_law
from alife.config import params
from alife.config.schedule import Scheduled
from alife.evolution.shared.base import Progress
from alife.evolution.shared.mutation import jolted, mutated
from alife.evolution.shared.numerics import below, draws
from alife.evolution.shared.structural import Structure, by_generations, inherited, restructured
from alife.laws.law import per_row
from alife.laws.maths import i64
from alife.laws.random import CHILDREN, SELECTION


class Breeding(params.Params):
    """How children differ from their parents."""

    crossover: Scheduled = pydantic.Field(0.5, ge=0, le=1, description="share of children with two parents")
    mutation: Literal["exponent", "gaussian"] = pydantic.Field("exponent", description="law of a gene's step")
    mutation_rate: Scheduled = pydantic.Field(0.11, ge=0, le=1, description="probability that a gene is mutated")
    mutation_precision: Scheduled = pydantic.Field(
        10.0, gt=0, le=40, description="exponent: ln of the range of step sizes"
    )
    sigma: Scheduled = pydantic.Field(0.3, gt=0, le=2, description="gaussian: deviation of a step")
    structural: float = pydantic.Field(
        0.0, ge=0, le=1, description="share of children with a move of the brain's own: genes that belong together"
    )


class Parents(NamedTuple):
    """mother, father: [N] places among those that may have children. crossed: [N] int32, 1 for a child of both."""

    mother: np.ndarray
    father: np.ndarray
    crossed: np.ndarray


def chosen(state: Progress, count: int, able: int, tournament: int, crossover: float) -> Parents:
    """Parents of `count` children, among places 0..able-1 in an order from best to worst.

    tournament: the best of so many draws, at most 4; 1: any.
    """
    seed, generation = int(state.seed[0]), int(state.generation[0])
    both = draws(seed, SELECTION, generation, 2 * count)
    mother, father = (below(both[half::2, :tournament], able).min(axis=1) for half in (0, 1))
    chance = draws(seed, SELECTION, generation, 3 * count)[2 * count :, 0]
    return Parents(mother, father, (chance < crossover * 2.0**32).astype(np.int32))


def varied(gene, by_exponent, mutation_rate, mutation_precision, sigma, seed, step, id, g):
    """A gene as a child has it, mutated by either law."""
    if by_exponent != 0:
        return mutated(gene, mutation_rate, mutation_precision, seed, CHILDREN, step, id, g)
    return jolted(gene, mutation_rate, sigma, seed, CHILDREN, step, id, g)


@per_row("agents", columns="child")
def breed(
    i, g, child, genome, mother, father, crossed, own, by_exponent, mutation_rate, mutation_precision, seed, step
):
    """One gene of one child."""
    gene = inherited(genome, mother[i], father[i], crossed[i], seed, step, i64(i), g)
    child[i, g] = varied(gene, by_exponent, mutation_rate, mutation_precision, own[i], seed, step, i64(i), g)


@per_row("agents", columns="child")
def breed_structured(
    i, g, child, genome, mother, father, crossed, own, by_exponent, mutation_rate, mutation_precision, seed, step,
    structure_moves, structure_genes, structure_owner, structure_place, structure_move, structure_unit
):  # fmt: skip
    """One gene of one child, after the child's move."""
    gene = restructured(
        genome, structure_moves, structure_genes, structure_owner, structure_place, structure_move[i],
        structure_unit[i], mutation_precision, mother[i], father[i], crossed[i], seed, step, i64(i), g
    )  # fmt: skip
    child[i, g] = varied(gene, by_exponent, mutation_rate, mutation_precision, own[i], seed, step, i64(i), g)


def children(
    p: Breeding,
    state: Progress,
    genomes: Any,
    parents: Parents,
    structure: Structure | None,
    sigmas: np.ndarray | None = None,
) -> Any:
    """[N, G] children of genomes [P, G], where these are.

    structure: of the brain, for structural mutations; None: there are none. sigmas: [N] deviation of each child's
    steps; None: that of the Params.
    """
    count = len(parents.mother)
    own = np.full(count, p.sigma, np.float32) if sigmas is None else sigmas
    child = machine_of({"genomes": genomes}).zeros((count, genomes.shape[1]))
    names = {
        "child": child, "genome": genomes, "own": own,
        "mother": parents.mother.astype(np.int32), "father": parents.father.astype(np.int32),
        "crossed": parents.crossed, "by_exponent": np.array(p.mutation == "exponent", np.int32),
        "mutation_rate": np.array(p.mutation_rate, np.float32),
        "mutation_precision": np.array(p.mutation_precision, np.float32),
        "seed": state.seed.reshape(()), "step": state.generation.reshape(()),
    }  # fmt: skip
    if structure is None:
        run_law(breed, names, count)
        return child
    drawing = {key: names[key] for key in ("genome", "mother", "father", "crossed", "seed", "step")}
    run_law(breed_structured, {**names, **by_generations(structure, p.structural, **drawing)}, count)
    return child
