"""The interface of a way to color agents."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from alife.viewer.draw.palettes import LEVELS
from alife.viewer.interface import Life
from alife.world import RGB, Mark, Scene

STOPS = 9  # colors of a ramp in the legend


class Coloring(ABC):
    """A way to color agents.

    Attributes:
        title: a few words.
        meaning: a few words below the title of the legend.
        life: the life that is shown.
    """

    title: str
    meaning: str = ""

    def __init__(self, life: Life) -> None:
        """life: the life that is shown."""
        self.life = life

    @abstractmethod
    def colors(self, rows: np.ndarray, scene: Scene) -> np.ndarray | None:
        """Returns the colors of agents at the present step: [N, 3] uint8, or None for those of the scene.

        Args:
            rows: [N] slots of the agents that the scene shows, in the order of its discs.
            scene: what the world looks like.
        """

    @abstractmethod
    def legend(self) -> tuple[Mark, ...]:
        """Returns the meaning of the colors."""


def stops(table: np.ndarray) -> tuple[RGB, ...]:
    """Returns colors for a ramp of the legend. table: [LEVELS, 3] uint8."""
    chosen = table[np.linspace(0, LEVELS - 1, STOPS).round().astype(int)]
    return tuple((int(red), int(green), int(blue)) for red, green, blue in chosen)
