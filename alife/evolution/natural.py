"""Natural selection: births and deaths inside the world, no generations, no fitness but descendants.

A child's genome is its parent's, each gene mutated with a small probability. With `mating` some children have a second
parent, which the world names: each gene then comes from either, as a coin falls (uniform crossover: Syswerda, ICGA
1989), before it is mutated. Whatever else a child inherits is its first parent's. The champion is the living genome
nearest the mean of the largest living clade: what most of the living are variations of.
"""

from __future__ import annotations

import numpy as np
import pydantic

from alife.config import params
from alife.config.schedule import Scheduled
from alife.evolution.shared.mutation import mutated
from alife.evolution.shared.structural import drawn, inherited, restructured
from alife.laws.law import Law, per_newborn
from alife.laws.maths import i32
from alife.laws.random import BREEDING, SELECTION, uniform


class Params(params.Params):
    """How a child's genes differ from its parent's."""

    mutation_rate: Scheduled = pydantic.Field(0.05, ge=0.0, le=1.0, description="probability that a gene is mutated")
    mutation_precision: Scheduled = pydantic.Field(
        8.0, gt=0.0, le=40.0, description="natural logarithms over which step sizes spread below 2"
    )
    mating: float = pydantic.Field(
        0.0, ge=0.0, le=1.0, description="share of births with two parents, if a mate is near"
    )
    structural: float = pydantic.Field(
        0.0, ge=0, le=1, description="share of births with a move of the brain's own: genes that belong together"
    )


@per_newborn(apart=("genome",), columns="genome")
def breed(i, g, genome, parent_slot, id, mutation_rate, mutation_precision, seed, step):
    """Copy the parent's genes and mutate them."""
    gene = genome[parent_slot[i], g]
    genome[i, g] = mutated(gene, mutation_rate, mutation_precision, seed, BREEDING, step, id[i], g)


@per_newborn
def choose(i, mate_slot, mate, parent_slot, id, mating, seed, step):
    """Whether a child has a second parent: its parent's mate."""
    mate_slot[i] = mate[parent_slot[i]] if uniform(seed, SELECTION, step, id[i], 0) < mating else -1


@per_newborn(apart=("genome",), columns="genome")
def cross(i, g, genome, parent_slot, mate_slot, id, mutation_rate, mutation_precision, seed, step):
    """Copy each gene from either parent and mutate it."""
    both = i32(mate_slot[i] >= 0)
    gene = inherited(genome, parent_slot[i], mate_slot[i], both, seed, step, id[i], g)
    genome[i, g] = mutated(gene, mutation_rate, mutation_precision, seed, BREEDING, step, id[i], g)


@per_newborn
def be_alone(i, mate_slot):
    """A child of one parent, where children are restructured."""
    mate_slot[i] = -1


@per_newborn
def draw_moves(
    i, structure_move, structure_unit, genome, structure_moves, structure_genes, structural, parent_slot, mate_slot,
    id, seed, step
):  # fmt: skip
    """The move of a child and its unit."""
    both = i32(mate_slot[i] >= 0)
    m, u = drawn(
        genome, structure_moves, structure_genes, structural, parent_slot[i], mate_slot[i], both, seed, step, id[i]
    )
    structure_move[i] = m
    structure_unit[i] = u


@per_newborn(apart=("genome",), columns="genome")
def breed_structured(
    i, g, genome, parent_slot, mate_slot, id, mutation_rate, mutation_precision, seed, step, structure_moves,
    structure_genes, structure_owner, structure_place, structure_move, structure_unit
):  # fmt: skip
    """Copy each gene from its parents, make the child's move, and mutate it."""
    both = i32(mate_slot[i] >= 0)
    gene = restructured(
        genome, structure_moves, structure_genes, structure_owner, structure_place, structure_move[i],
        structure_unit[i], mutation_precision, parent_slot[i], mate_slot[i], both, seed, step, id[i], g
    )  # fmt: skip
    genome[i, g] = mutated(gene, mutation_rate, mutation_precision, seed, BREEDING, step, id[i], g)


class Natural:
    """Strategy without fitness: the world decides who lives."""

    def __init__(self, params: Params) -> None:
        self.params = params

    @property
    def mates(self) -> bool:
        """Whether children may have two parents, so that the world must name mates."""
        return self.params.mating > 0

    @property
    def breeding(self) -> tuple[Law, ...]:
        """The laws that give children their genes."""
        if self.params.structural:
            return choose if self.mates else be_alone, draw_moves, breed_structured
        return (choose, cross) if self.mates else (breed,)

    def champion(self, genomes: np.ndarray, clades: np.ndarray) -> int:
        """Index of the genome nearest the mean of the largest clade.

        Args:
            genomes: [N, G] genes of the living, N at least 1.
            clades: [N] founder each descends from; of equally large clades the oldest wins.
        """
        names, sizes = np.unique(clades, return_counts=True)
        members = np.flatnonzero(clades == names[np.argmax(sizes)])
        own = genomes[members].astype(np.float64)
        return int(members[np.argmin(((own - own.mean(axis=0)) ** 2).sum(axis=1))])
