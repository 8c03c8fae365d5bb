"""Colors by age."""

from __future__ import annotations

import numpy as np

from alife.viewer.coloring.value import Value
from alife.world import Scene


class Age(Value):
    """Colors agents by the steps since their birth."""

    title = "age"
    unit = "steps"

    def values(self, rows: np.ndarray, scene: Scene) -> np.ndarray:
        """Returns ages in steps: [N] slots -> [N]."""
        ages: np.ndarray = (self.life.steps - self.life.fields.rows("birth_step", rows)).astype(np.float64)
        return ages
