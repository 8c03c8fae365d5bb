"""Watching a shared world: its agents are born and die."""

from __future__ import annotations

import math
import time

from alife.experiment.run import Run
from alife.viewer.draw.camera import OPENING
from alife.viewer.draw.graph import History
from alife.viewer.keys import SHARED_KEYS
from alife.viewer.selection import SharedSelection, find_next, find_oldest
from alife.viewer.session import Session
from alife.world import SharedWorld

SHARE = 0.02  # of the time at most, for the metrics of the graph: those of a large world take long


class SharedSession(Session):
    """A run of a shared world being watched."""

    keys = SHARED_KEYS
    opening = OPENING

    run: Run
    selection: SharedSelection | None

    def __init__(self, run: Run, view: tuple[int, int]) -> None:
        """Looks at the life as it is. See `Session`."""
        world = run.simulation.world
        assert isinstance(world, SharedWorld)
        self._world, self._next_point = world, 0.0
        headline = [metric.name for metric in world.metrics if metric.headline]
        self._metric = headline[0] if headline else ""
        super().__init__(run, view, History(("agents", self._metric.replace("_", " ")), "step"))

    def look(self) -> None:
        """Reads the present state of the life, and what became of the selected agent."""
        super().look()
        process, chosen = self.run.simulation, self.selection
        if chosen and chosen.is_alive(process.fields):
            chosen.seen_step = process.steps
        elif chosen:
            chosen.find_death(process)

    def _add_point(self) -> None:
        """Adds the number of agents and the world's first headline metric to the graph."""
        process, now = self.run.simulation, time.perf_counter()
        if now < self._next_point or not self.history.is_due(process.steps):
            return
        value = math.nan
        if self._metric and self.living.size:
            value = self._world.metric_values(process.fields, self.living)[self._metric]
        self.history.add(process.steps, self.living.size, value)
        self._next_point = now + (time.perf_counter() - now) / SHARE

    @property
    def notice(self) -> tuple[str, ...]:
        """Words for an extinct world, with the causes of death."""
        if self.living.size:
            return ()
        process = self.run.simulation
        causes = ", ".join(f"{name} {count:,}" for name, count in process.death_causes.items() if count)
        return (
            "No agents left",
            f"The last agent has died. The run stands at step {process.steps:,}.",
            f"Deaths: {causes or 'none'}",
        )

    # ---- selection

    def select(self, row: int, move: bool = True) -> None:
        """Selects the agent in a slot. move: centers the camera on it."""
        self.selection = SharedSelection.of(self.life, row)
        place = self.selected_place()
        if move and place:
            self.camera.look_at(place[0], place[1])

    def select_oldest(self) -> None:
        """Selects the oldest agent, if there is one, and centers the camera on it."""
        if self.living.size:
            self.select(find_oldest(self.life, self.living))

    # ---- commands

    def next_agent(self) -> None:
        """Selects the living agent with the next higher id, and centers the camera on it."""
        if self.living.size:
            self.select(find_next(self.life, self.living, self.selection.id if self.selection else -1))

    def toggle_follow(self) -> None:
        """Follows the selected agent, or the oldest if none is selected; or stops to follow."""
        self.following = not self.following
        if self.following and not self.selected_place():
            self.select_oldest()
