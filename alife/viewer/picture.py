"""The state of a session's picture: colors of agents, legend, trails and fields of view, with their commands."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np

from alife.viewer.coloring.base import Coloring
from alife.viewer.coloring.modes import colorings_of
from alife.viewer.draw.camera import Camera
from alife.viewer.draw.trails import Trails
from alife.viewer.interface import Life
from alife.viewer.selection import Selection
from alife.world import Scene

DIM, DIMMED = (122, 124, 112), 0.88  # color of agents beside a highlighted clade, and how far they go to it


class Picture(ABC):
    """Base of sessions: how the picture is drawn.

    Attributes:
        beside: True to show the legend beside the world, which then is smaller, instead of over it.
        living: [N] rows of the living.
        scene: what the world looks like.
        camera: the part of the world in view.
        colorings: the ways to color agents that apply.
        coloring: that in use.
        trails: places of the last frames, while they are shown.
        show_legend, show_trails, show_sight, show_network: True for what is drawn.
        highlighted: founder of the clade beside whose members other agents are dim; None for none.
    """

    beside: ClassVar[bool] = False
    living: np.ndarray
    scene: Scene
    camera: Camera
    selection: Selection | None
    colorings: tuple[Coloring, ...]
    coloring: Coloring
    trails: Trails
    show_legend: bool
    show_trails: bool
    show_sight: bool
    show_network: bool
    highlighted: int | None = None

    @property
    @abstractmethod
    def life(self) -> Life:
        """The life that is shown."""

    @abstractmethod
    def selected_place(self) -> tuple[float, float, float] | None:
        """Returns where the selected agent is, if it lives: x, y and radius in world units."""

    @abstractmethod
    def look(self) -> None:
        """Reads the present state of the life."""

    def begin_picture(self) -> None:
        """Starts with the world's own colors, and nothing over them."""
        self.show_legend = self.show_sight = self.show_trails = self.show_network = False
        self.colorings, self.trails = colorings_of(self.life), Trails()
        self.coloring = self.colorings[0]

    def _color(self) -> None:
        """Gives the living agents of the scene the colors of the coloring in use."""
        if self.coloring.life is not self.life:  # another one is shown, such as many genomes in the same episode
            number = self.colorings.index(self.coloring)
            self.colorings = colorings_of(self.life)
            self.coloring = self.colorings[min(number, len(self.colorings) - 1)]
            self.trails.clear()
        discs = self.scene.discs
        agents = np.flatnonzero(discs.row >= 0)
        if len(agents) != len(self.living):
            agents = agents[np.isin(discs.row[agents], self.living)]
        colors = self.coloring.colors(discs.row[agents], self.scene)
        if colors is not None:
            discs.color[agents if len(agents) < len(discs.row) else slice(None)] = colors
        if self.highlighted is not None:
            beside = agents[self.life.fields.rows("clade", discs.row[agents]) != self.highlighted]
            discs.color[beside] = (discs.color[beside] * (1 - DIMMED) + np.array(DIM) * DIMMED).astype(np.uint8)

    @property
    def has_colorings(self) -> bool:
        """True if there are several ways to color agents."""
        return len(self.colorings) > 1

    @property
    def has_legend(self) -> bool:
        """True if there is something to explain; the picture of another library's environment is its own."""
        return self.has_colorings or bool(self.life.world.legend)

    @property
    def has_trails(self) -> bool:
        """True if agents have a place in a plane."""
        return {"x", "y"} <= set(self.life.fields)

    @property
    def has_sights(self) -> bool:
        """True if the world declares fields of view."""
        return bool(self.life.world.sights)

    def _leave_trails(self) -> None:
        """Adds the present places to the trails, if these are shown."""
        if self.show_trails:
            chosen = self.selection
            place = self.selected_place()
            way = ((chosen.row, chosen.birth_step), place[:2]) if chosen and place else None
            self.trails.add(self.life.steps, self.scene.discs, self.camera, way)

    def make_room(self, view: tuple[int, int]) -> None:
        """Fits the view into other pixels, and keeps the whole world in view if it was. view: width and height."""
        if view != self.camera.view:
            fitted = self.camera.zoom <= self.camera.fit_zoom * 1.001
            self.camera.resize(view)
            if fitted:
                self.camera.fit()

    # ---- commands: the names in `alife.viewer.keys`

    def next_coloring(self) -> None:
        """Colors agents in the next way, and shows the legend."""
        self._recolor(1)

    def previous_coloring(self) -> None:
        """Colors agents in the way before, and shows the legend."""
        self._recolor(-1)

    def _recolor(self, by: int) -> None:
        self.coloring = self.colorings[(self.colorings.index(self.coloring) + by) % len(self.colorings)]
        self.show_legend = True
        self.look()

    def toggle_legend(self) -> None:
        """Shows or hides the legend."""
        self.show_legend = not self.show_legend

    def toggle_trails(self) -> None:
        """Shows or hides trails, which begin now."""
        self.show_trails = not self.show_trails
        self.trails.clear()

    def toggle_sight(self) -> None:
        """Shows or hides the fields of view of the selected agent."""
        self.show_sight = not self.show_sight

    def toggle_network(self) -> None:
        """Shows or hides the network of the selected agent."""
        self.show_network = not self.show_network
