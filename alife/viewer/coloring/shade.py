"""Colors by a column that the world declares for it."""

from __future__ import annotations

import numpy as np

from alife.viewer.coloring.value import Value
from alife.viewer.draw.palettes import CIRCLE
from alife.viewer.interface import Life
from alife.world import UNIT, Scene, Shade


class ShadeColors(Value):
    """Colors agents by one of `World.shades`."""

    def __init__(self, life: Life, shade: Shade) -> None:
        """shade: the column. life: the life that is shown."""
        super().__init__(life)
        field = life.fields.table[shade.name]
        self._name, self._scale = shade.name, UNIT if field.unit == "quanta" else 1.0
        self.title, self.words, self.meaning = shade.title, shade.words, shade.meaning
        self.unit = "units" if field.unit == "quanta" else field.unit
        self.low, self.high = shade.low or 0.0, shade.high
        if shade.circular:
            self.table = CIRCLE

    def values(self, rows: np.ndarray, scene: Scene) -> np.ndarray:
        """Returns the values of the column, in units where it holds quanta: [N] slots -> [N]."""
        values: np.ndarray = self.life.fields.rows(self._name, rows) / self._scale
        return values
