"""Colors by how much the memories of an agent hold."""

from __future__ import annotations

import numpy as np

from alife.viewer.coloring.spread import Spread
from alife.viewer.coloring.value import Value
from alife.viewer.interface import Life
from alife.world import Scene


def memory_names(life: Life) -> list[str]:
    """Returns the names of the memories in a brain's state."""
    return [name for name, (kind, _, _) in life.brain.layout.items() if kind == "state" and name.endswith("memory")]


class MemoryLoad(Value):
    """Colors agents by the root mean square of the numbers in their memories: 0 at birth, more with what is stored."""

    title = "memory load"
    meaning = "root mean square of the stored numbers, 0 at birth"

    def __init__(self, life: Life) -> None:
        """See `Coloring`."""
        super().__init__(life)
        self._names, self._spread = memory_names(life), Spread(life, self._loads)

    def _loads(self, rows: np.ndarray) -> np.ndarray:
        """Returns the loads of agents: [K] slots -> [K]."""
        state = self.life.fields.rows("state", rows)
        held = [self.life.brain.values(name, state).reshape(len(rows), -1) for name in self._names]
        loads: np.ndarray = np.sqrt((np.concatenate(held, axis=1) ** 2).mean(axis=1))
        return loads

    def values(self, rows: np.ndarray, scene: Scene) -> np.ndarray:
        """Returns the loads that are known, those of some agents anew: [N] slots -> [N]."""
        return self._spread.values(rows, again=True)
