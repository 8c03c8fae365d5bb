"""Colors by the number of agents nearby."""

from __future__ import annotations

import numpy as np

from alife.viewer.coloring.value import AGREED, Value
from alife.viewer.draw.graph import round_up
from alife.viewer.interface import Life
from alife.world import Scene

MEAN = 4.0  # agents in a square that is as dense as the whole world, about


class Density(Value):
    """Colors agents by the number of agents in the square that they are in."""

    title = "density"

    def __init__(self, life: Life) -> None:
        """See `Coloring`."""
        super().__init__(life)
        self.low, self._side = 1.0, 1.0

    def values(self, rows: np.ndarray, scene: Scene) -> np.ndarray:
        """Returns the numbers of agents in the squares of agents: [N] slots -> [N]."""
        if self._calls % AGREED == 0:
            self._side = round_up((MEAN * scene.width * scene.height / max(len(rows), 1)) ** 0.5)
            self.meaning = f"number of agents in a square {self._side:g} wide"
        side, agents = self._side, scene.discs.row >= 0
        across = int(scene.width / side) + 1
        column, row = (np.maximum(place[agents] / side, 0).astype(np.int64) for place in (scene.discs.x, scene.discs.y))
        square = row * across + column
        numbers: np.ndarray = np.bincount(square)[square].astype(np.float64)
        return numbers
