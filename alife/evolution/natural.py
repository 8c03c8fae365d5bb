"""Natural selection: births and deaths inside the world, no generations, no fitness but descendants.

A child's genome is its parent's, each gene mutated with a small probability. The champion is the living genome nearest
the mean of the largest living clade: what most of the living are variations of.
"""

from __future__ import annotations

import numpy as np
import pydantic

from alife import params
from alife.compile.language import Law, per_newborn
from alife.evolution.operators import mutated
from alife.random import BREEDING
from alife.schedule import Scheduled


class Params(params.Params):
    """How a child's genes differ from its parent's."""

    mutation_rate: Scheduled = pydantic.Field(0.05, ge=0.0, le=1.0, description="probability that a gene is mutated")
    mutation_precision: Scheduled = pydantic.Field(
        8.0, gt=0.0, le=40.0, description="natural logarithms over which step sizes spread below 2"
    )


@per_newborn(apart=("genome",), columns="genome")
def breed(i, g, genome, parent_slot, id, mutation_rate, mutation_precision, seed, step):
    """Copy the parent's genes and mutate them."""
    gene = genome[parent_slot[i], g]
    genome[i, g] = mutated(gene, mutation_rate, mutation_precision, seed, BREEDING, step, id[i], g)


class Natural:
    """Strategy without fitness: the world decides who lives."""

    breeding: tuple[Law, ...] = (breed,)

    def __init__(self, params: Params) -> None:
        self.params = params

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
