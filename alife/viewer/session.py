"""A person at the window: speed, selection, view, and a method for each command.

Nothing here draws, and the life is changed by `Watchable.step` alone: a run is the same with its window open or closed.
"""

from __future__ import annotations

import sys
from abc import abstractmethod
from pathlib import Path
from typing import ClassVar

import numpy as np

from alife.errors import UserError
from alife.viewer.draw.camera import Camera
from alife.viewer.explaining import Explaining
from alife.viewer.frame import Frame
from alife.viewer.history import History
from alife.viewer.inside.relatives import Relatives
from alife.viewer.inside.witness import Witness
from alife.viewer.interface import Life, Watchable
from alife.viewer.keys import MOUSE, Key
from alife.viewer.picture import Picture
from alife.viewer.pins import Pins
from alife.viewer.selection import Selection
from alife.viewer.sheets.metrics import MetricsSheet
from alife.viewer.speed import Speed
from alife.world import Scene
from alife.world.base import scene_of

FOLLOW_SHARE = 0.25  # of the way to the followed agent, in each frame


class Session(Frame, Picture):
    """Base of both kinds of sessions.

    Attributes:
        table: the table of keys.
        keys: those of its rows that have something to do here.
        mouse: lines of the help page about the mouse: (action, effect).
        opening: pixels a world unit at first; 0 shows the whole world.
        run: what is watched.
        speed: steps a frame.
        selection: the selected agent.
        history: the curves of the graph.
        pins: agents that are compared with the selected one.
        until: the step that it runs to at full speed, to pause there; None to go on at the speed that is set.
        witness: the last steps of the selected agent.
        relatives: the genomes of parents.
        explaining: the page of `inspect` that is being written.
    """

    table: ClassVar[tuple[Key, ...]]
    opening: ClassVar[float] = 0.0
    mouse: tuple[tuple[str, str], ...] = MOUSE

    run: Watchable
    selection: Selection | None

    def __init__(self, run: Watchable, view: tuple[int, int], history: History) -> None:
        """Looks at the life as it is.

        Args:
            run: what is watched.
            view: width and height in pixels of the world's part of the window.
            history: an empty graph.
        """
        self.run, self.history = run, history
        self.paused = self.following = False
        self.show_graph = True
        self.pins, self.witness, self.relatives = Pins(), Witness(), Relatives()
        self.explaining = Explaining()
        self.begin_frame()
        self.begin_picture()
        self.keys = tuple(key for key in self.table if not key.needs or getattr(self, key.needs))
        self.speed = Speed()
        self.until: int | None = None
        self.selection = None
        self.look()
        self.camera = Camera(self.scene.width, self.scene.height, self.scene.wraps, view)
        self.camera.fit(self.opening)

    @property
    def life(self) -> Life:
        """The life that is shown."""
        return self.run.simulation

    def advance(self) -> None:
        """Takes the steps of one frame at the present speed, and looks at the result."""
        if told := self.explaining.poll():
            self.say(told)
        if not self.paused:
            for _ in (self.speed if self.until is None else self.speed.full()).due():
                if self.life.num_alive == 0:
                    break
                self._step()
                if self.until is not None and self.life.steps >= self.until:
                    self._arrive()
                    break
        self.look()
        place = self.selected_place()
        if self.following and place:
            self.camera.look_at(place[0], place[1], FOLLOW_SHARE)
        self._leave_trails()

    def _arrive(self) -> None:
        """Pauses at the step that it ran to."""
        self.until, self.paused = None, True
        self.say(f"Step {self.life.steps:,}, paused")

    def _step(self) -> None:
        """Takes one step, and looks at the selected agent before and after it."""
        self.witness.before(self.life, self.selection)
        self.run.step(1)
        self.witness.after(self.life, self.selection)

    def look(self) -> None:
        """Reads the present state of the life."""
        life = self.life
        self.living = life.living()
        self.scene = self._scene()
        self._color()
        self._add_point()

    def _scene(self) -> Scene:
        """Returns what the life looks like now."""
        return scene_of(self.life.world, self.life.fields, self.living)

    @abstractmethod
    def _add_point(self) -> None:
        """Adds the present state to the graph, if it is due."""

    @property
    def touched(self) -> str:
        """At which steps the run was changed by hand; "" for never."""
        return ""

    @property
    def notice(self) -> tuple[str, ...]:
        """Lines to show over the world: a title, then text; () for none."""
        return ()

    def end(self) -> None:
        """Ends what goes on beside the run that is shown; a page that is being written is waited for."""
        super().end()
        if page := self.explaining.page:
            print(f"alife: {page} is being written", file=sys.stderr)
            print(f"alife: {self.explaining.wait()}", file=sys.stderr)

    def hide_parts(self) -> bool:
        """Hides the network, if it is shown."""
        shown, self.show_network = self.show_network, False
        return shown

    # ---- selection

    @abstractmethod
    def select(self, row: int, move: bool = True) -> None:
        """Selects the agent in a slot. move: centers the camera on it."""

    @abstractmethod
    def select_oldest(self) -> None:
        """Selects the oldest agent, if there is one, and centers the camera on it."""

    def follow(self) -> None:
        """Follows the selected agent; where it has died, another one that is selected instead."""
        self.following = True

    def deselect(self) -> None:
        """Selects no agent."""
        self.selection, self.following = None, False

    def selected_place(self) -> tuple[float, float, float] | None:
        """Returns where the selected agent is, if it lives: x, y and radius in world units."""
        if self.selection and self.selection.is_alive(self.life.fields):
            return self.selection.place(self.scene)
        return None

    def click(self, pixel: tuple[float, float]) -> None:
        """Selects the agent under a pixel of the view, or none."""
        discs = self.scene.discs
        agents = np.flatnonzero(discs.row >= 0)
        found = self.camera.pick((discs.x[agents], discs.y[agents]), discs.radius[agents], pixel)
        if found is None:
            self.deselect()
        else:
            self.select(int(discs.row[agents[found]]), move=False)

    # ---- commands: the names in `alife.viewer.keys`

    def toggle_pause(self) -> None:
        """Pauses or resumes; what runs to a step stops there."""
        self.paused, self.until = not self.paused, None

    def single_step(self) -> None:
        """Takes one step and pauses."""
        self.paused, self.until = True, None
        if self.life.num_alive:
            self._step()

    def faster(self) -> None:
        """Sets the next higher speed."""
        self.speed.change(1)

    def toggle_full_speed(self) -> None:
        """Goes as fast as it can, or as before."""
        self.speed.toggle_full()

    def slower(self) -> None:
        """Sets the next lower speed."""
        self.speed.change(-1)

    def reset_view(self) -> None:
        """Shows the whole world."""
        self.following = False
        self.camera.fit()

    def toggle_graph(self) -> None:
        """Shows or hides the graph."""
        self.show_graph = not self.show_graph

    def toggle_pin(self) -> None:
        """Pins the selected agent, or pins it no more."""
        self.say(self.pins.toggle(self.selection))

    @abstractmethod
    def _save_genome(self) -> Path:
        """Saves the genome of the selected agent in the current folder. Raises UserError."""

    def inspect_agent(self) -> None:
        """Saves the genome of the selected agent, and has a page on it written beside it."""
        if self.explaining.page:
            self.say(f"{self.explaining.page} is still being written")
            return
        try:
            saved = self._save_genome()
            self.explaining.start(saved)
        except UserError as error:
            self.say(str(error))
        else:
            self.say(f"Saved {saved}; {self.explaining.page} is being written")

    def show_metrics(self) -> None:
        """Opens the list of metrics, or closes it."""
        self.open_sheet(MetricsSheet(self.history))

    def use_tool(self, phase: str, pixel: tuple[float, float]) -> None:
        """Uses the tool, where there is one. phase: "down", "drag" or "up". pixel: of the view."""
        return

    @property
    def tool_radius(self) -> float:
        """The radius of what the tool changes, world units."""
        return 0.0
