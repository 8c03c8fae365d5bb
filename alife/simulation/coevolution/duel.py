"""Comparisons across time between the two sides of a coevolution, in episodes of their own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from alife.simulation.coevolution.arena_evaluator import ArenaEvaluator
from alife.simulation.coevolution.hall_of_fame import HallOfFame
from alife.simulation.coevolution.side import Side


class ArenaDuel:
    """A duel of two sides as they are now, see `interface.Duel`.

    Attributes:
        roles: names of the sides.
        capacity: genomes of a side, and arenas.
    """

    def __init__(self, arenas: ArenaEvaluator, sides: Sequence[Side], halls: Sequence[HallOfFame]) -> None:
        """arenas: where genomes meet. sides, halls: the two roles and their halls of fame."""
        self._arenas, self._sides, self._halls = arenas, sides, halls
        self.roles, self.capacity = arenas.world.roles, arenas.arenas

    def initial_genomes(self) -> list[np.ndarray]:
        """The random genomes that each side begins with where it has no founders: [N, G] each."""
        return [self._arenas.brain.init(self.capacity, side.seed) for side in self._sides]

    def past_champions(self, until: int) -> list[np.ndarray]:
        """Champions in the hall of fame of each side up to a generation: [K, G] each."""
        return [hall.until(until).genomes for hall in self._halls]

    def compare(self, side: int, genomes: np.ndarray, opponents: np.ndarray, first: int) -> np.ndarray:
        """Returns the fitness of genomes in arenas of episodes of their own; these steps are not counted.

        Args:
            side: of the genomes, 0 or 1.
            genomes: [C, G], placed in the arenas in turn.
            opponents: [K, G] of the other side, placed in the same way.
            first: number of the first episode.

        Returns:
            [A] fitness in each arena.
        """
        pool, turn = np.concatenate([genomes, opponents]).astype(np.float32), np.arange(self.capacity)
        which = np.empty((self.capacity, 2), np.int64)
        which[:, side], which[:, 1 - side] = turn % len(genomes), len(genomes) + turn % len(opponents)
        with self._arenas.uncounted():
            return self._arenas.play(pool, which, first, apart=True)[:, side, 0]
