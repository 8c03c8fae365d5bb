"""Pictures of an environment: the scene that its world describes, drawn as the window draws it."""

from __future__ import annotations

from typing import Any

import numpy as np

from alife.errors import UserError, suggestion
from alife.world import ArenaWorld, SharedWorld, View, World

MODES = ["rgb_array", "human"]


def check_mode(mode: str | None, world: World) -> str | None:
    """The mode itself. Raises UserError for an unknown one, and for a world that has no scene."""
    if mode is None:
        return None
    name = type(world).__name__.lower()
    if mode not in MODES:
        raise UserError(f"render_mode: expected one of {', '.join(MODES)}, came {mode}{suggestion(mode, MODES)}")
    if not world.has_scene():
        raise UserError(f"render_mode: expected a world that has a scene, and {name} has none; leave out render_mode")
    return mode


class Drawing:
    """Draws a world. mode: "rgb_array" into memory, "human" into a window."""

    def __init__(self, world: World, mode: str) -> None:
        self._world, self._mode = world, mode
        self._canvas: Any = None

    def draw(self, view: View, rows: np.ndarray) -> np.ndarray | None:
        """The picture [H, W, 3] uint8 of "rgb_array"; of "human" nothing. rows: [N] slots of the living."""
        from alife.viewer.draw.canvas import Canvas  # pygame is loaded once something is drawn

        scene = self._world.scene(view, rows)
        if self._canvas is None:
            self._canvas = Canvas(
                scene, shown=self._mode == "human", wild=isinstance(self._world, SharedWorld | ArenaWorld)
            )
        self._canvas.draw(scene)
        return None if self._mode == "human" else self._canvas.pixels()

    def close(self) -> None:
        """Close the window, if there is one."""
        if self._canvas is not None:
            self._canvas.close()
            self._canvas = None


class Drawn:
    """The part of an environment that is seen. world, render_mode: of the environment."""

    world: World
    render_mode: str | None

    def _draw_with(self, render_mode: str | None) -> None:
        """Say how. Raises UserError for an unknown mode, or a world that draws nothing."""
        self.render_mode = check_mode(render_mode, self.world)
        self._drawing = Drawing(self.world, render_mode) if render_mode else None

    def _scene(self) -> tuple[View, np.ndarray]:
        """What is drawn: the fields, and the rows of the agents."""
        raise TypeError(f"abstract: {type(self).__name__} must define _scene")

    def _show(self) -> None:
        if self._drawing and self.render_mode == "human":
            self.render()

    def render(self) -> np.ndarray | None:
        """A picture [H, W, 3] uint8, or, for people, the window drawn anew."""
        if self._drawing is None:
            raise UserError("render: expected a render mode, came none; write render_mode='rgb_array' where it is made")
        return self._drawing.draw(*self._scene())

    def close(self) -> None:
        """Close the window, if there is one."""
        if self._drawing:
            self._drawing.close()
