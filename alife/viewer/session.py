"""What a person is doing at the window: the pace, the selection, the view; each command is a method.

Nothing here draws, and nothing here touches the life but `run.step`: a watched run is the run nobody watched.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from alife.viewer.draw.camera import OPENING, Camera
from alife.viewer.draw.graph import History
from alife.viewer.keys import KEYS, MOUSE
from alife.viewer.selection import Selection, next_after, oldest
from alife.viewer.speed import Speed
from alife.world import UNIT, Scene

FOLLOW_SHARE = 0.25  # of the way to the followed agent, each frame


def in_units(fields: Any, name: str, rows: Any) -> Any:
    """Values of a field as people read them: quanta as units. rows: a slot or an array of slots."""
    values = fields[name][rows]
    return values / UNIT if fields.table[name].unit == "quanta" else values


class Session:
    """A run being watched. run: an `alife.experiment.run.Run`; view: [2] pixels of the world's part of the window."""

    keys, mouse = KEYS, MOUSE
    wild = True  # the ground is open land, not a board
    opening = OPENING  # pixels a world unit at first

    def __init__(self, run: Any, view: tuple[int, int]) -> None:
        self.run = run
        self.paused = self.following = self.show_help = self.closed = self.wants_screenshot = False
        self.show_graph = True
        self.pace = Speed()
        self.selection: Selection | None = None
        self.history = self._new_history()
        self.look()
        self.camera = Camera(self.scene.width, self.scene.height, self.scene.wraps, view)
        self.camera.fit(self.opening)

    def advance(self) -> None:
        """Let the life go on for one frame at the present pace, and look at it."""
        if not self.paused:
            for _ in self.pace.due():
                if self.run.simulation.num_alive == 0:
                    break
                self._step()
        self.look()
        place = self.selected_place()
        if self.following and place:
            self.camera.look_at(place[0], place[1], FOLLOW_SHARE)

    def _new_history(self) -> History:
        """An empty graph."""
        return History()

    def _step(self) -> None:
        """One step of the life."""
        self.run.step(1)

    def look(self) -> None:
        """Take in the present state of the life."""
        simulation = self.run.simulation
        self.living: np.ndarray = simulation.living()
        self.scene: Scene = simulation.world.scene(simulation.fields, self.living)
        self._note()
        if self.selection and self.selection.is_alive(simulation.fields):
            self.selection.seen_step = simulation.steps
        elif self.selection:
            self.selection.learn_fate(simulation)

    def _note(self) -> None:
        """Into the graph."""
        self.history.add(self.run.simulation.steps, self.living.size, self._mean_energy())

    def _mean_energy(self) -> float:
        """Mean energy of the living; NaN where the world has none."""
        fields = self.run.simulation.fields
        return (
            float(np.mean(in_units(fields, "energy", self.living)))
            if "energy" in fields and self.living.size
            else np.nan
        )

    def selected_place(self) -> tuple[float, float, float] | None:
        """Where the selected agent is, if it lives: x, y and radius, world units."""
        if self.selection and self.selection.is_alive(self.run.simulation.fields):
            return self.selection.place(self.scene)
        return None

    def select(self, row: int, go_there: bool = True) -> None:
        """Select the agent in a slot, and move the camera to it."""
        self.selection = Selection.of(self.run.simulation, row)
        place = self.selected_place()
        if go_there and place:
            self.camera.look_at(place[0], place[1])

    def select_oldest(self) -> None:
        """Select the agent born first of all that live, and go there."""
        if self.living.size:
            self.select(oldest(self.run.simulation, self.living))

    def click(self, pixel: tuple[float, float]) -> None:
        """Select the agent under a pixel of the view, or none."""
        discs = self.scene.discs
        agents = np.flatnonzero(discs.row >= 0)
        found = self.camera.pick((discs.x[agents], discs.y[agents]), discs.radius[agents], pixel)
        if found is None:
            self.selection, self.following = None, False
        else:
            self.select(int(discs.row[agents[found]]), go_there=False)

    # Commands: the names in keys.KEYS

    def toggle_pause(self) -> None:
        """Stop the life, or let it go on."""
        self.paused = not self.paused

    def single_step(self) -> None:
        """One step of the life, then stand still."""
        self.paused = True
        if self.run.simulation.num_alive:
            self._step()

    def faster(self) -> None:
        """The next higher pace."""
        self.pace.change(1)

    def slower(self) -> None:
        """The next lower pace."""
        self.pace.change(-1)

    def next_agent(self) -> None:
        """Select the living agent with the next higher id, and go there."""
        if self.living.size:
            last = self.selection.id if self.selection else -1
            self.select(next_after(self.run.simulation, self.living, last))

    def toggle_follow(self) -> None:
        """Keep the camera on the selected agent (on the oldest where none is selected), or let it go."""
        self.following = not self.following
        if self.following and not self.selected_place():
            self.select_oldest()

    def reset_view(self) -> None:
        """See the whole world."""
        self.following = False
        self.camera.fit()

    def toggle_graph(self) -> None:
        """Show or hide the graph."""
        self.show_graph = not self.show_graph

    def take_screenshot(self) -> None:
        """Have the next frame saved."""
        self.wants_screenshot = True

    def toggle_help(self) -> None:
        """Show or hide the page of keys."""
        self.show_help = not self.show_help

    def quit(self) -> None:
        """Close the window."""
        self.closed = True
