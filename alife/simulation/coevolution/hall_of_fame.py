"""The hall of fame: champions of earlier generations that still serve as opponents, so that no side forgets.

Rosin and Belew, "New methods for competitive coevolution", Evolutionary Computation 5(1), 1997, keep the best of every
generation. Here the hall has a number of places; where it is full, the champion goes whose neighbors in time are
nearest to each other, so that those that stay are spread over the whole run, the first and the last among them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from alife.errors import UserError
from alife.laws.saved_arrays import Saved, check_all

PREFIX = "ancestors."  # of its arrays in a checkpoint


@dataclass(frozen=True)
class HallOfFame:
    """Past champions, oldest first. genomes: [K, G]. generations: [K] int64 in which each was the best."""

    genomes: np.ndarray
    generations: np.ndarray

    def __len__(self) -> int:
        return len(self.generations)

    def followed_by(self, genome: np.ndarray, generation: int, most: int) -> HallOfFame:
        """Returns the hall with a new champion [G], of at most `most` places (2 or more)."""
        genomes = np.concatenate([self.genomes, genome[None].astype(self.genomes.dtype)])
        generations = np.append(self.generations, generation)
        if len(generations) > most:
            leaving = 1 + int(np.argmin(generations[2:] - generations[:-2]))
            genomes, generations = np.delete(genomes, leaving, axis=0), np.delete(generations, leaving)
        return HallOfFame(genomes, generations)

    def until(self, generation: int) -> HallOfFame:
        """Returns the champions up to a generation."""
        known = self.generations <= generation
        return HallOfFame(self.genomes[known], self.generations[known])

    def arrays(self) -> dict[str, np.ndarray]:
        """The arrays of a checkpoint."""
        return {PREFIX + "genomes": self.genomes, PREFIX + "generations": self.generations}

    def restored(self, arrays: Mapping[str, np.ndarray], generation: int) -> HallOfFame:
        """Returns the hall that a checkpoint holds as arrays [K, G] and [K].

        Raises:
            UserError: they are of another form, or the generations do not ascend up to before `generation`.
        """
        rules = {"genomes": Saved(("H",)), "generations": Saved(("H",), low=0, high=generation - 1)}
        check_all(self.arrays(), arrays, {PREFIX + name: rule for name, rule in rules.items()}, {})
        generations = np.array(arrays[PREFIX + "generations"])
        if (np.diff(generations) <= 0).any():
            raise UserError(f"expected {PREFIX}generations to ascend, got {generations.tolist()}")
        return HallOfFame(np.array(arrays[PREFIX + "genomes"]), generations)


def empty_hall_of_fame(genes: int, kind: np.dtype) -> HallOfFame:
    """Returns a hall without champions, for genomes [G] of this dtype."""
    return HallOfFame(np.zeros((0, genes), kind), np.zeros(0, np.int64))
