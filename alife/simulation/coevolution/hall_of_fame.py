"""Ancestors: champions of earlier generations that are still met, so that no side forgets what it could do.

Rosin and Belew, "New methods for competitive coevolution", Evolutionary Computation 5(1), 1997: a hall of fame keeps
the best of every generation. Here it has a number of places; where it is full, the one goes whose neighbours in time
are nearest to each other, so that those who stay are spread over the whole run, first and last among them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

PREFIX = "ancestors."  # of its arrays in a checkpoint


@dataclass(frozen=True)
class HallOfFame:
    """Oldest first. genomes: [K, G]. generations: [K] int64 in which each was the best."""

    genomes: np.ndarray
    generations: np.ndarray

    def __len__(self) -> int:
        return len(self.generations)

    def followed_by(self, genome: np.ndarray, generation: int, most: int) -> HallOfFame:
        """With a new champion [G], and at most so many in all (2 or more)."""
        genomes = np.concatenate([self.genomes, genome[None].astype(self.genomes.dtype)])
        generations = np.append(self.generations, generation)
        if len(generations) > most:
            leaving = 1 + int(np.argmin(generations[2:] - generations[:-2]))
            genomes, generations = np.delete(genomes, leaving, axis=0), np.delete(generations, leaving)
        return HallOfFame(genomes, generations)

    def until(self, generation: int) -> HallOfFame:
        """Those of this generation and before."""
        known = self.generations <= generation
        return HallOfFame(self.genomes[known], self.generations[known])

    def arrays(self) -> dict[str, np.ndarray]:
        """As a checkpoint keeps them."""
        return {PREFIX + "genomes": self.genomes, PREFIX + "generations": self.generations}


def empty_hall_of_fame(genes: int, kind: np.dtype) -> HallOfFame:
    """Before the first generation, for genomes [G] of this type."""
    return HallOfFame(np.zeros((0, genes), kind), np.zeros(0, np.int64))


def restored(arrays: Mapping[str, np.ndarray]) -> HallOfFame:
    """As a checkpoint kept them."""
    return HallOfFame(np.array(arrays[PREFIX + "genomes"]), np.array(arrays[PREFIX + "generations"]))
