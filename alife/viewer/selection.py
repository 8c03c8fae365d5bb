"""Which agent is selected: by id, because slots are used again and ids never are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from alife.world import Scene


@dataclass
class Selection:
    """The selected agent: its slot and id, and when it was last seen alive."""

    row: int
    id: int
    birth_step: int
    seen_step: int
    fate: str = ""  # how it ended, once that is known

    @classmethod
    def of(cls, simulation: Any, row: int) -> Selection:
        """Select the agent that lives in a slot now."""
        fields = simulation.fields
        return cls(row, int(fields["id"][row]), int(fields["birth_step"][row]), simulation.steps)

    def is_alive(self, fields: Any) -> bool:
        """Whether it still lives."""
        return bool(fields["alive"][self.row]) and int(fields["id"][self.row]) == self.id

    def learn_fate(self, simulation: Any) -> None:
        """Read in the log of the dead how it ended; the log only holds those of the last steps."""
        fields = simulation.fields
        found = np.flatnonzero((fields["dead_id"] == self.id) & (fields["dead_step"] > 0))
        if found.size and not self.fate:
            cause = simulation.world.death_causes[int(fields["dead_cause"][found[0]])]
            self.seen_step = int(fields["dead_step"][found[0]])
            self.fate = f"{cause} at step {self.seen_step:,}"

    def place(self, scene: Scene) -> tuple[float, float, float] | None:
        """Where it is drawn: x, y and radius in world units; None where it is not."""
        discs = scene.discs
        found = np.flatnonzero(discs.row == self.row)
        if not found.size:
            return None
        return float(discs.x[found[0]]), float(discs.y[found[0]]), float(discs.radius[found[0]])


def oldest(simulation: Any, living: np.ndarray) -> int:
    """The slot of the living agent born first, the lowest id among equals. living: [N] slots, at least one."""
    fields = simulation.fields
    return int(living[np.lexsort((fields["id"][living], fields["birth_step"][living]))[0]])


def next_after(simulation: Any, living: np.ndarray, last: int) -> int:
    """The slot of the living agent with the next higher id, round and round. living: [N] slots, at least one."""
    ids = simulation.fields["id"][living]
    later = np.where(ids > last, ids, np.iinfo(np.int64).max) if (ids > last).any() else ids
    return int(living[np.argmin(later)])
