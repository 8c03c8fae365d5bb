"""Pictures of an environment: the scene of its world, drawn as in the window."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

import numpy as np

from alife.errors import UserError, suggestion
from alife.world import View, World
from alife.world.base import scene_of

if TYPE_CHECKING:
    from alife.viewer.draw.canvas import Canvas

MODES = ["rgb_array", "human"]


def check_mode(mode: str | None, world: World) -> str | None:
    """Returns a render mode.

    Raises:
        UserError: it is unknown, or the world has no scene.
    """
    if mode is None:
        return None
    if mode not in MODES:
        raise UserError(f"render_mode: expected one of {', '.join(MODES)}, got {mode}{suggestion(mode, MODES)}")
    if not world.has_scene():
        name = world.entry_name()
        raise UserError(f"render_mode: expected a world with a scene, got {name}, which has none; leave it out")
    return mode


class Renderer:
    """Draws a world into memory, or into a window of its own."""

    def __init__(self, world: World, mode: str) -> None:
        """Draws nothing yet.

        Args:
            world: the world.
            mode: "rgb_array" for memory, "human" for a window.
        """
        self._world, self._mode = world, mode
        self._canvas: Canvas | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy draws into memory, or a window, of its own."""
        return Renderer, (self._world, self._mode)

    def draw(self, view: View, rows: np.ndarray) -> np.ndarray | None:
        """Draws the present scene.

        Args:
            view: columns.
            rows: [N] slots of the living.

        Returns:
            [H, W, 3] uint8 for "rgb_array", None for "human".

        Raises:
            UserError: "human" without a display.
        """
        from alife.viewer.draw.canvas import Canvas  # pygame is imported with the first picture

        scene = scene_of(self._world, view, rows)
        if self._canvas is None:
            self._canvas = Canvas(self._world, scene, shown=self._mode == "human")
        self._canvas.draw(scene)
        return None if self._mode == "human" else self._canvas.pixels()

    def close(self) -> None:
        """Closes the window, if there is one."""
        if self._canvas is not None:
            self._canvas.close()
            self._canvas = None


class RenderMixin(ABC):
    """The pictures of an environment.

    Attributes:
        world: the world.
        render_mode: "rgb_array", "human", or None for no pictures.
    """

    world: World
    render_mode: str | None

    def _set_render_mode(self, render_mode: str | None) -> None:
        """Sets the mode. Raises UserError as `check_mode` does."""
        self.render_mode = check_mode(render_mode, self.world)
        self._renderer = Renderer(self.world, render_mode) if render_mode else None

    @abstractmethod
    def _view(self) -> tuple[View, np.ndarray]:
        """Returns the columns, and the rows [N] of the agents to draw."""

    def _render_for_human(self) -> None:
        """Draws the window, if the mode is "human"."""
        if self.render_mode == "human":
            self.render()

    def render(self) -> np.ndarray | None:
        """Returns a picture [H, W, 3] uint8; with mode "human", draws the window and returns None.

        Raises:
            UserError: no render mode was given.
        """
        if self._renderer is None:
            raise UserError("render: expected a render mode, got none; write render_mode='rgb_array' in make()")
        return self._renderer.draw(*self._view())

    def close(self) -> None:
        """Closes the window, if there is one."""
        if self._renderer:
            self._renderer.close()
