"""Natural selection: births and deaths inside a shared world, without generations or a fitness besides descendants.

A child has its parent's genome, each gene mutated with a small probability. With `mating` some children have a second
parent, which the world chooses: each gene then comes from either parent with equal probability (uniform crossover:
Syswerda, ICGA 1989) before it is mutated. All else that a child inherits is its first parent's. The champion is the
living genome nearest to the mean of the largest living clade, of which most of the living are variants.
"""

from __future__ import annotations

from typing import final

import numpy as np
import pydantic

from alife.config import params
from alife.config.schedule import Scheduled
from alife.evolution.shared.base import NaturalStrategy
from alife.evolution.shared.mutation import mutate_exponent
from alife.evolution.shared.structural import StructureScalars, apply_move, draw_newborn_moves, inherit
from alife.laws.law import Law, per_newborn
from alife.laws.random import BREEDING, SELECTION
from alife.laws.rows import Draws, Table
from alife.world import SharedAgent


class Params(params.Params):
    """Variation of children."""

    mutation_rate: Scheduled = pydantic.Field(0.05, ge=0.0, le=1.0, description="probability that a gene is mutated")
    mutation_precision: Scheduled = pydantic.Field(
        8.0, gt=0.0, le=40.0, description="natural logarithm of the largest over the smallest step; the largest is 2"
    )
    mating: float = pydantic.Field(
        0.0, ge=0.0, le=1.0, description="share of births with two parents, where a mate is near"
    )
    structural: float = pydantic.Field(
        0.0, ge=0, le=1, description="share of births with a structural move of genes that belong together"
    )


class Newborn(SharedAgent):
    """A child. mate_slot: its second parent's row, or -1. structure_move, structure_unit: as of `draw_move`."""

    mate_slot: int
    structure_move: int
    structure_unit: int


@per_newborn(reads_other_rows=("genome",), columns="genome")
def breed(child: Newborn, g: int, agents: Table[Newborn], p: Params, draws: Draws) -> None:
    """Copies the parent's genes and mutates them."""
    gene = agents[child.parent_slot].genome[g]
    child.genome[g] = mutate_exponent(gene, p.mutation_rate, p.mutation_precision, draws, BREEDING, g)


@per_newborn
def choose(child: Newborn, agents: Table[Newborn], p: Params, draws: Draws) -> None:
    """Makes the parent's mate the second parent of a share `mating` of the children."""
    child.mate_slot = agents[child.parent_slot].mate if draws.uniform(SELECTION, 0) < p.mating else -1


@per_newborn(reads_other_rows=("genome",), columns="genome")
def cross(child: Newborn, g: int, agents: Table[Newborn], p: Params, draws: Draws) -> None:
    """Copies each gene from either parent and mutates it."""
    gene = inherit(agents, child.parent_slot, child.mate_slot, draws, g)
    child.genome[g] = mutate_exponent(gene, p.mutation_rate, p.mutation_precision, draws, BREEDING, g)


@per_newborn
def clear_mate(child: Newborn) -> None:
    """Gives a child no second parent, where the strategy makes structural mutations but does not mate."""
    child.mate_slot = -1


@per_newborn(reads_other_rows=("genome",), columns="genome")
def breed_structured(
    child: Newborn, g: int, agents: Table[Newborn], p: Params, world: StructureScalars, draws: Draws
) -> None:
    """Copies each gene from the parents, makes the child's move, and mutates the gene."""
    gene = apply_move(child, agents, child.parent_slot, child.mate_slot, p.mutation_precision, world, draws, g)
    child.genome[g] = mutate_exponent(gene, p.mutation_rate, p.mutation_precision, draws, BREEDING, g)


@final
class Natural(NaturalStrategy[Params]):
    """Selection by survival and reproduction in the world."""

    @property
    def structural(self) -> float:
        """Share of children with a structural mutation, in 0..1."""
        return self.params.structural

    @property
    def mates(self) -> bool:
        """True if children may have two parents."""
        return self.params.mating > 0

    @property
    def breeding(self) -> tuple[Law, ...]:
        """Laws over newborns, in order, that write `genome` of each child."""
        if self.structural:
            return choose if self.mates else clear_mate, draw_newborn_moves, breed_structured
        return (choose, cross) if self.mates else (breed,)

    def champion(self, genomes: np.ndarray, clades: np.ndarray) -> int:
        """Returns the row of the genome nearest to the mean of the largest clade; of equally large clades the oldest.

        Args:
            genomes: [N, G] genes of the living, N at least 1.
            clades: [N] int64 founder that each descends from.
        """
        names, sizes = np.unique(clades, return_counts=True)
        members = np.flatnonzero(clades == names[np.argmax(sizes)])
        own = genomes[members].astype(np.float64)
        return int(members[np.argmin(((own - own.mean(axis=0)) ** 2).sum(axis=1))])
