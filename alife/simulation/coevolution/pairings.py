"""Pairings: which genomes of two sides meet in a generation.

In some episodes all genomes of a side meet the same champion from the other side's hall of fame, the newest one first,
so that nothing that was once learned can be forgotten unpunished; in the others the two populations meet, each genome
one of the other side, by a rotation drawn for each episode. Every genome has the same number of episodes.
Rosin and Belew, "New methods for competitive coevolution", Evolutionary Computation 5(1), 1997 (hall of fame).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from alife.backends.genome_arrays import Genomes, joined
from alife.evolution.shared.numerics import below, cleaned_mean, draws
from alife.laws.random import MEETINGS
from alife.simulation.coevolution.hall_of_fame import HallOfFame
from alife.simulation.coevolution.side import Side


class Pairings:
    """The episodes of one generation after another."""

    def __init__(self, sides: Sequence[Side], episodes: int, share: float) -> None:
        """sides: the two that meet. episodes: E, of a genome in a generation. share: of them against past champions."""
        self._sides, self._episodes, self._share = sides, episodes, share
        self._arenas = sides[0].arenas
        self._count = self._arenas.arenas

    def run(self, generation: int, genomes: Sequence[Genomes], halls: Sequence[HallOfFame]) -> np.ndarray:
        """Runs the episodes of a generation and fills the scores of both sides.

        Args:
            generation: its number.
            genomes: [N, G] of each side.
            halls: of each side, as they were before this generation.

        Returns:
            [2] mean fitness of each side against past champions, NaN where it met none or fitness is not finite.
        """
        words = draws(self._arenas.seed, MEETINGS, generation, self._episodes)
        pool, first = _pool(genomes, halls), generation * self._episodes
        old = round(self._share * self._episodes) if len(halls[0]) else 0
        for side in self._sides:
            side.scores[:] = 0
        for place in range(old):
            rows = self._draw_champions(halls, newest=place == 0, words=words[place])
            self._meet_champions(pool, first + place, rows)
        against = np.array([_mean(side.fitness, old) for side in self._sides])
        for place in range(old, self._episodes):
            self._meet_others(pool, first + place, int(below(words[place, :1], self._count)[0]))
        for side in self._sides:
            side.scores /= np.float32(self._episodes)
        return against

    def _meet_others(self, pool: Genomes, number: int, turn: int) -> None:
        """The two populations meet, the second rotated by `turn` places."""
        own = np.arange(self._count)
        partner = (own + turn) % self._count
        found = self._arenas.play(pool, np.stack([own, self._count + partner], axis=1), number)
        self._sides[0].scores += found[:, 0]
        self._sides[1].scores[partner] += found[:, 1]

    def _meet_champions(self, pool: Genomes, number: int, rows: Sequence[int]) -> None:
        """Each population meets one past champion of the other side. rows: of the pool, for each side."""
        for side in self._sides:
            which = np.empty((self._count, 2), np.int64)
            which[:, side.role] = side.role * self._count + np.arange(self._count)
            which[:, 1 - side.role] = rows[1 - side.role]
            side.scores += self._arenas.play(pool, which, number)[:, side.role]

    def _draw_champions(self, halls: Sequence[HallOfFame], newest: bool, words: np.ndarray) -> list[int]:
        """Rows of the pool: one past champion of each side, the newest or a drawn one."""
        start, rows = 2 * self._count, []
        for role, hall in enumerate(halls):
            one = len(hall) - 1 if newest else int(below(words[2 - role : 3 - role], len(hall))[0])
            rows.append(start + one)
            start += len(hall)
        return rows


def _pool(genomes: Sequence[Genomes], halls: Sequence[HallOfFame]) -> Genomes:
    """[M, G]: the two populations, then the past champions of the first side, then those of the second."""
    both = joined(genomes[0], genomes[1])
    old = np.concatenate([hall.genomes for hall in halls]).astype(np.float32)
    pool: Genomes = joined(both, old) if len(old) else both
    return pool


def _mean(fitness: np.ndarray, episodes: int) -> float:
    mean = cleaned_mean(fitness) / episodes if episodes else math.nan
    return mean if math.isfinite(mean) else math.nan
