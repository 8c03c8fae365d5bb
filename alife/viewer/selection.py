"""The selected agent."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from alife.laws.fields import Fields
from alife.simulation.interface import Process
from alife.viewer.interface import Life
from alife.world import Scene


@dataclass
class Selection(ABC):
    """An agent that is selected.

    Attributes:
        row: its slot.
        birth_step: step of its birth; in an episode, of the start.
    """

    row: int
    birth_step: int

    @property
    def title(self) -> str:
        """The name of the agent."""
        return f"agent {self.row + 1}"

    @abstractmethod
    def is_alive(self, fields: Fields) -> bool:
        """Returns True if the agent is still in its row."""

    def has_acted(self, life: Life) -> bool:
        """Returns True if what the agent sensed and did in the last step is known, not before its first one."""
        return life.steps > max(self.birth_step, life.begun)

    def place(self, scene: Scene) -> tuple[float, float, float] | None:
        """Returns where the agent is drawn: x, y and radius in world units; None if the scene does not show it."""
        discs = scene.discs
        found = np.flatnonzero(discs.row == self.row)
        if not found.size:
            return None
        return float(discs.x[found[0]]), float(discs.y[found[0]]), float(discs.radius[found[0]])


@dataclass
class EpisodeSelection(Selection):
    """An agent of an episode, which keeps its row to the end, and after it is out."""

    def is_alive(self, fields: Fields) -> bool:
        """Returns True."""
        return True


@dataclass
class SharedSelection(Selection):
    """An agent of a shared world, known by its id: slots are reused, ids are not.

    Attributes:
        id: of the agent.
        seen_step: step at which it was last seen alive, or died.
        cause: of its death; "" until known.
    """

    id: int
    seen_step: int
    cause: str = ""

    @property
    def title(self) -> str:
        """The name of the agent."""
        return f"agent {self.id:,}"

    @classmethod
    def of(cls, life: Life, row: int) -> SharedSelection:
        """Selects the living agent in a slot."""
        fields = life.fields
        return cls(row, int(fields["birth_step"][row]), int(fields["id"][row]), life.steps)

    def is_alive(self, fields: Fields) -> bool:
        """Returns True if the agent lives."""
        return bool(fields["alive"][self.row]) and int(fields["id"][self.row]) == self.id

    def find_death(self, process: Process) -> None:
        """Looks for its death in the log of the dead, which holds only those of the last steps."""
        fields = process.fields
        found = np.flatnonzero((fields["dead_id"] == self.id) & (fields["dead_step"] > 0))
        if found.size and not self.cause:
            self.cause = process.causes[int(fields["dead_cause"][found[0]])]
            self.seen_step = int(fields["dead_step"][found[0]])


def find_oldest(life: Life, living: np.ndarray) -> int:
    """Returns the slot of the agent born first, the lowest id among equals. living: [N] slots, at least one."""
    fields = life.fields
    return int(living[np.lexsort((fields["id"][living], fields["birth_step"][living]))[0]])
