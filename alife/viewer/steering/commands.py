"""Commands that change the watched world, each recorded as an intervention."""

from __future__ import annotations

from typing import Any

import numpy as np

from alife.errors import UserError
from alife.experiment.run import Run
from alife.parts.barriers import WALL
from alife.viewer.history import History
from alife.viewer.keys import label_of
from alife.viewer.selection import SharedSelection
from alife.viewer.sheets.genomes import GenomesSheet
from alife.viewer.sheets.numbers import NumbersSheet
from alife.viewer.steering.past import Done
from alife.viewer.steering.saving import BUSY, Saving
from alife.viewer.steering.tools import RADII, Brush, Mover, Placer, Tool
from alife.viewer.steering.way_back import UNDO
from alife.viewer.steering.words import NEEDS_CPU, describe
from alife.world import Paint, SharedWorld

AMOUNT = 0.2  # of a paint's range that the brush gives
WALL_SIZE = RADII.index(1.0)  # of the brush for barriers
APART = 3.0  # world units between an agent and its clone


class SteeringCommands(Saving):
    """Steers a run of a shared world."""

    def __init__(self, run: Run, view: tuple[int, int], history: History) -> None:
        """Looks at the life as it is. See `Session`."""
        self._tool: Tool | None = None
        super().__init__(run, view, history)

    def intervene(self, kind: str, joined: bool = False, **values: Any) -> bool:
        """Changes the world, says so, and returns True; or says why it is refused.

        Args:
            kind: of the intervention.
            joined: it is undone together with the last one.
            values: as of `Run.intervene`.
        """
        if self.run.simulation.steering is None:
            self.say(NEEDS_CPU)
            return False
        if self.saving:
            self.say(BUSY)
            return False
        said = describe(kind, values)
        try:
            if not joined:
                self.remember(f"before: {said}")
            self.run.intervene(kind, **values)
        except UserError as error:
            self.say(str(error))
            return False
        if joined:
            self.past.join()
        else:
            self.past.append(Done(said, 1))
        self.say(f"{said[0].upper()}{said[1:]}; {UNDO} undoes it")
        self.look()
        return True

    def place_at(self, pixel: tuple[float, float]) -> tuple[float, float]:
        """Returns the place in the world at a pixel of the view, within the world's bounds."""
        sides = self.camera.width, self.camera.height
        places = zip(self.camera.to_world(*pixel), sides, strict=True)
        x, y = (float(min(max(at, 0.0), np.nextafter(np.float32(side), np.float32(0)))) for at, side in places)
        return x, y

    def apart(self, one: tuple[float, float], other: tuple[float, float]) -> float:
        """Returns the distance of two places in world units."""
        return float(np.hypot(*self.camera.nearest(one[0] - other[0], one[1] - other[1])))

    def remove_agent(self) -> None:
        """Removes the selected agent."""
        chosen = self._chosen("remove")
        if chosen and self.intervene("remove", id=chosen.id):
            chosen.cause = "removed by hand"

    def clone_agent(self) -> None:
        """Places a copy of the selected agent near it."""
        chosen = self._chosen("clone")
        place = self.selected_place()
        if chosen and place:
            x, y = self.camera.to_screen(place[0], place[1])
            x, y = self.place_at((float(x) + APART * self.camera.zoom, float(y)))
            self.intervene("clone", id=chosen.id, x=x, y=y)

    def _chosen(self, verb: str) -> SharedSelection | None:
        """Returns the selected agent if it lives, or says that there is none."""
        if self.selection and self.selection.is_alive(self.life.fields):
            return self.selection
        self.say(f"Select an agent to {verb}: click it, or press {label_of('next_agent')}")
        return None

    def show_numbers(self) -> None:
        """Opens the list of the world's numbers, or closes it."""
        if self.run.simulation.steering is None:
            self.say(NEEDS_CPU)
        else:
            self.open_sheet(NumbersSheet(self))

    # ---- tools

    def _take(self, tool: Tool) -> None:
        """Takes a tool, or puts it away if it is the same."""
        same = self.tool == tool.name
        self.put_away()
        if self.run.simulation.steering is None:
            self.say(NEEDS_CPU)
        elif not same:
            self._tool, self.tool, self.following = tool, tool.name, False
            self.say(tool.hint())

    def put_away(self) -> None:
        """Takes no tool: the mouse moves the view."""
        self._tool, self.tool = None, ""

    def use_tool(self, phase: str, pixel: tuple[float, float]) -> None:
        """Uses the tool. phase: "down", "drag" or "up". pixel: of the view."""
        if self._tool:
            getattr(self._tool, phase)(self, pixel)

    @property
    def tool_radius(self) -> float:
        """The radius of what the tool changes, world units."""
        return self._tool.radius() if self._tool else 0.0

    def take_mover(self) -> None:
        """Takes the tool that moves agents, or puts it away."""
        self._take(Mover())

    def take_paint(self) -> None:
        """Takes the brush that paints, or puts it away."""
        self._take_brush(AMOUNT)

    def take_eraser(self) -> None:
        """Takes the brush that erases, or puts it away."""
        self._take_brush(0.0)

    def _paints(self) -> dict[str, Paint]:
        world = self.run.simulation.world
        return {paint.name: paint for paint in world.paints} if isinstance(world, SharedWorld) else {}

    def _take_brush(self, amount: float) -> None:
        paints = [paint for name, paint in self._paints().items() if name != WALL]
        if not paints:
            name = self.run.simulation.world.entry_name()
            self.say(f"Nothing can be painted in {name}: it declares no paints")
            return
        paint = paints[0]
        self._take(Brush(paint.name, amount * paint.high, paint.unit))

    @property
    def has_barriers(self) -> bool:
        """True if there are barriers in this world, or can be."""
        return WALL in self._paints() or hasattr(self.run.simulation.world.params, "barriers")

    def take_wall(self) -> None:
        """Takes the brush that builds barriers, or puts it away."""
        self._take_wall(1.0)

    def take_opener(self) -> None:
        """Takes the brush that takes barriers away, or puts it away."""
        self._take_wall(0.0)

    def _take_wall(self, value: float) -> None:
        """Takes a brush for barriers; a run whose world is built without them goes on in one with them, in memory."""
        if self.run.simulation.steering is None:
            self.say(NEEDS_CPU)
            return
        had, left = WALL in self._paints(), self.run.out
        if not had:
            self._go_on(self.run.with_barriers, "the change to a world with barriers")
        if WALL in self._paints():
            self._take(Brush(WALL, value, "", WALL_SIZE))
        if not had and left:
            self.say(
                f"The world was built without barriers: it goes on with them, in memory; {left} is complete so far"
            )

    def smaller_brush(self) -> None:
        """Takes a smaller brush."""
        self._resize_brush(-1)

    def larger_brush(self) -> None:
        """Takes a larger brush."""
        self._resize_brush(1)

    def _resize_brush(self, by: int) -> None:
        if isinstance(self._tool, Brush):
            self._tool.resize(by)
            self.say(self._tool.hint())
        else:
            paint, erase, wall = (label_of(command) for command in ("take_paint", "take_eraser", "take_wall"))
            self.say(f"Take a brush first: {paint} paints, {erase} erases, {wall} builds barriers")

    def show_genomes(self) -> None:
        """Opens the list of genomes to place, or puts the placing tool away."""
        if self.tool == "place":
            self.put_away()
        elif self.run.simulation.steering is None:
            self.say(NEEDS_CPU)
        else:
            self.open_sheet(GenomesSheet(self))

    def take_placer(self, genome: str) -> None:
        """Takes the tool that places agents. genome: a file or the name of one."""
        self._take(Placer(genome))
