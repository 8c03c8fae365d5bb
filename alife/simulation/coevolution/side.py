"""Sides: the roles of an arena world, each with scores and a seed of its own."""

from __future__ import annotations

import numpy as np

from alife.evolution.shared.numerics import draws
from alife.laws.random import ROLES
from alife.simulation.coevolution.arena_evaluator import ArenaEvaluator
from alife.simulation.episode_laws import as_shares


class Side:
    """One role in the arenas.

    Attributes:
        role: 0 or 1. name: the world's name of it.
        seed: of this side's strategy.
        scores: [N, K] fitness, measures and objectives of its genomes in the last generation.
    """

    def __init__(self, arenas: ArenaEvaluator, role: int) -> None:
        self.arenas, self.role, self.name = arenas, role, arenas.world.roles[role]
        self.world, self.count = arenas.world, arenas.arenas
        first, second = (int(word) for word in draws(arenas.seed, ROLES, role, 1)[0, :2])
        self.seed = first << 31 | second >> 1
        self.scores = np.zeros((self.count, 1 + len(self.world.measures) + len(self.world.objectives)), np.float32)

    def owns(self, name: str) -> bool:
        """True if an array of a checkpoint belongs to this side."""
        return name.startswith(f"{self.name}.")

    @property
    def fitness(self) -> np.ndarray:
        """[N] float32."""
        return self.scores[:, 0]

    @property
    def measures(self) -> np.ndarray | None:
        """[N, M] float32 as shares of the way from low to high; None if none are declared."""
        measures = self.world.measures
        return as_shares(measures, self.scores[:, 1 : 1 + len(measures)]) if measures else None

    @property
    def objectives(self) -> np.ndarray:
        """[N, K - 1] float32 of the objectives beside fitness."""
        return self.scores[:, 1 + len(self.world.measures) :]
