"""Who meets whom in a generation of two sides.

In some episodes all of a side meet the same ancestor of the other side, the newest champion first, so that nobody wins
by what has been forgotten; in the others the two populations meet, each genome one of the other side, by a rotation
drawn for each episode. Every genome has equally many episodes.

Rosin and Belew, "New methods for competitive coevolution", Evolutionary Computation 5(1), 1997 (hall of fame).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from alife.backends.genome_arrays import joined
from alife.evolution.shared.base import below, draws
from alife.laws.random import MEETINGS
from alife.simulation.coevolution.hall_of_fame import HallOfFame
from alife.simulation.coevolution.side import Side


class Pairings:
    """The episodes of one generation after another.

    sides: those who meet. episodes: E, of each genome in a generation. share: of them against ancestors.
    """

    def __init__(self, sides: Sequence[Side], episodes: int, share: float) -> None:
        self._sides, self._episodes, self._share = sides, episodes, share
        self._arenas = sides[0].arenas
        self._count = self._arenas.arenas

    def hold(self, generation: int, genomes: Sequence[Any], ancestors: Sequence[HallOfFame]) -> np.ndarray:
        """Fill what both sides are told; [2] mean fitness of each against ancestors, NaN where it met none.

        genomes: [N, G] of each side. ancestors: of each side, as they were before this generation.
        """
        words = draws(self._arenas.seed, MEETINGS, generation, self._episodes)
        pool, first = _pool(genomes, ancestors), generation * self._episodes
        old = round(self._share * self._episodes) if len(ancestors[0]) else 0
        for side in self._sides:
            side.told[:] = 0
        for place in range(old):
            starts = self._places_of(ancestors, newest=place == 0, words=words[place])
            self._meet_ancestors(pool, first + place, starts)
        against = np.array([_mean(side.told, old) for side in self._sides])
        for place in range(old, self._episodes):
            self._meet_others(pool, first + place, int(below(words[place, :1], self._count)[0]))
        for side in self._sides:
            side.told /= np.float32(self._episodes)
        return against

    def _meet_others(self, pool: Any, number: int, turn: int) -> None:
        """The two populations meet, the second moved round by so many places."""
        own = np.arange(self._count)
        partner = (own + turn) % self._count
        found = self._arenas.play(pool, np.stack([own, self._count + partner], axis=1), number)
        self._sides[0].told += found[:, 0]
        self._sides[1].told[partner] += found[:, 1]

    def _meet_ancestors(self, pool: Any, number: int, rows: Sequence[int]) -> None:
        """Each population meets one ancestor of the other side, whose row of the pool is told."""
        for side in self._sides:
            which = np.empty((self._count, 2), np.int64)
            which[:, side.role] = side.role * self._count + np.arange(self._count)
            which[:, 1 - side.role] = rows[1 - side.role]
            side.told += self._arenas.play(pool, which, number)[:, side.role]

    def _places_of(self, ancestors: Sequence[HallOfFame], newest: bool, words: np.ndarray) -> list[int]:
        """Rows of the pool: one ancestor of each side, the newest or a drawn one."""
        start, rows = 2 * self._count, []
        for role, known in enumerate(ancestors):
            one = len(known) - 1 if newest else int(below(words[2 - role : 3 - role], len(known))[0])
            rows.append(start + one)
            start += len(known)
        return rows


def _pool(genomes: Sequence[Any], ancestors: Sequence[HallOfFame]) -> Any:
    """[M, G]: the two populations, then the ancestors of the first side, then those of the second."""
    both = joined(genomes[0], genomes[1])
    old = np.concatenate([each.genomes for each in ancestors]).astype(np.float32)
    return joined(both, old) if len(old) else both


def _mean(told: np.ndarray, episodes: int) -> float:
    return float(told[:, 0].mean(dtype=np.float64)) / episodes if episodes else float("nan")
