"""Sides: the roles of an arena world, each a population of its own with a strategy of its own."""

from __future__ import annotations

import numpy as np

from alife.evolution.shared.base import draws
from alife.laws.fields import Fields
from alife.laws.random import ROLES
from alife.simulation.coevolution.arena_evaluator import ArenaEvaluator
from alife.simulation.episode_laws import as_shares


class Side:
    """One role in the arenas, with what `Generations` asks of a trial.

    seed: of this side's strategy. told: [N, K] fitness, measures and objectives of its genomes in the last generation.
    """

    def __init__(self, arenas: ArenaEvaluator, role: int) -> None:
        self.arenas, self.role, self.name = arenas, role, arenas.world.roles[role]
        self.world, self.brain, self.count, self.machine = arenas.world, arenas.brain, arenas.arenas, arenas.machine
        first, second = (int(word) for word in draws(arenas.seed, ROLES, role, 1)[0, :2])
        self.seed = first << 31 | second >> 1
        self.told = np.zeros((self.count, 1 + len(self.world.measures) + len(self.world.objectives)), np.float32)

    def owns(self, name: str) -> bool:
        """Whether an array of a checkpoint is this side's."""
        return name.startswith(f"{self.name}.")

    @property
    def fields(self) -> Fields:
        """The columns of the arenas."""
        return self.arenas.fields

    @property
    def measures(self) -> np.ndarray | None:
        """[N, M] float32 as shares of the way from low to high; None where there are none."""
        measures = self.world.measures
        return as_shares(measures, self.told[:, 1 : 1 + len(measures)]) if measures else None

    @property
    def objectives(self) -> np.ndarray:
        """[N, K - 1] float32 of what counts beside fitness."""
        return self.told[:, 1 + len(self.world.measures) :]
