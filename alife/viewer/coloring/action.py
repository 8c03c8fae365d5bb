"""Colors by the value of one action in the last step."""

from __future__ import annotations

import numpy as np

from alife.viewer.coloring.value import Value
from alife.viewer.draw.palettes import DIVERGING
from alife.viewer.interface import Life
from alife.world import Scene


class Action(Value):
    """Colors agents by one of the world's actuators; an action of either sign is pale at 0."""

    def __init__(self, life: Life, number: int) -> None:
        """number: place of the actuator in `World.actuators`. life: the life that is shown."""
        super().__init__(life)
        actuator = life.world.actuators[number]
        self._number, self._actuator = number, actuator
        self.title, self.unit = f"action: {actuator.name}", actuator.unit
        self.meaning = actuator.meaning
        self.low, self.high = float(actuator.low), float(actuator.high)
        if actuator.low == -actuator.high:
            self.table = DIVERGING

    def values(self, rows: np.ndarray, scene: Scene) -> np.ndarray:
        """Returns actions in the actuator's unit: [N] slots -> [N]."""
        if self.life.steps <= self.life.begun:
            return np.full(len(rows), np.nan)
        raw = self.life.fields.rows("actions", rows)[:, self._number]
        values: np.ndarray = self._actuator.applied(raw)
        return values
