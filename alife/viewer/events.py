"""Events in the life of a watched shared world: a crash, the takeover by a clade, and the milestones of the world."""

from __future__ import annotations

from collections import deque

import numpy as np

from alife.simulation.interface import Process
from alife.world import Milestone, SharedWorld

CRASH, WINDOW = 0.5, 1000  # share of the most agents in the last steps that are left after a crash; steps
FEWEST = 20  # agents before a crash
TAKEOVER = 0.5  # share of the living above which a clade has taken over


class EventWatch:
    """Notices events in one life, as far as it is looked at."""

    def __init__(self, process: Process) -> None:
        """Takes what is so now for known: only what changes is an event."""
        world = process.world
        self._milestones: list[Milestone] = [*world.milestones] if isinstance(world, SharedWorld) else []
        self._counts: deque[tuple[int, int]] = deque()  # steps and numbers of agents
        self._extinct, self._leading = not process.num_alive, -1
        self.look(process, process.living())

    def look(self, process: Process, living: np.ndarray) -> list[str]:
        """Returns what has happened since the last look, each in a few words. living: [N] slots."""
        if not living.size:
            found = [] if self._extinct else ["population extinct"]
            self._extinct = True
            return found
        return [*self._crash(process.steps, len(living)), *self._takeover(process, living), *self._new(process, living)]

    def _crash(self, step: int, count: int) -> list[str]:
        while self._counts and self._counts[0][0] < step - WINDOW:
            self._counts.popleft()
        most = max((earlier for _, earlier in self._counts), default=0)
        crashed = most >= FEWEST and count < CRASH * most
        if crashed:
            self._counts.clear()
        self._counts.append((step, count))
        return ["population crash"] if crashed else []

    def _takeover(self, process: Process, living: np.ndarray) -> list[str]:
        clades, counts = np.unique(process.fields["clade"][living], return_counts=True)
        leads = int(clades[counts.argmax()])
        if counts.max() <= TAKEOVER * len(living) or leads == self._leading:
            return []
        self._leading = leads
        return [f"takeover by clade {leads}"]

    def _new(self, process: Process, living: np.ndarray) -> list[str]:
        reached = [one for one in self._milestones if one.reached(process.fields, living)]
        self._milestones = [one for one in self._milestones if one not in reached]
        return [one.name for one in reached]
