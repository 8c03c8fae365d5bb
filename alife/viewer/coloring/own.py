"""The colors of the world's own picture."""

from __future__ import annotations

import numpy as np

from alife.viewer.coloring.base import Coloring
from alife.world import Mark, Scene


class Own(Coloring):
    """Leaves the colors as the world chose them."""

    title = "the world's own"

    def colors(self, rows: np.ndarray, scene: Scene) -> None:
        """Returns None. rows: [N] slots."""

    def legend(self) -> tuple[Mark, ...]:
        """Returns the marks of agents in the world's legend."""
        return tuple(mark for mark in self.life.world.legend if mark.shape == "agent")
