"""A scene as one picture, without panels: all of the world, and its facts below."""

from __future__ import annotations

import os
import sys

import numpy as np
import pygame

from alife.errors import UserError
from alife.viewer.draw import agents, display, lines, theme
from alife.viewer.draw.camera import Camera
from alife.viewer.draw.ground import Ground
from alife.world import Scene

LONGEST = 600  # pixels of the world's longer side
COLUMNS, LINE = 3, 22  # of the facts below it; pixels of a line of them
INDENT, SIZE = 8, 12  # pixels before a fact, and of its letters


class Canvas:
    """What scenes of one world are drawn on. shown: in a window of its own. wild: see `Ground`."""

    def __init__(self, scene: Scene, shown: bool, wild: bool) -> None:
        """Raises UserError where a window is asked for and there is no display."""
        _check_display(shown)
        display.choose(headless=True)
        pygame.display.init()
        pygame.font.init()
        zoom = LONGEST / max(scene.width, scene.height)
        view = (round(scene.width * zoom) // 2 * 2, round(scene.height * zoom) // 2 * 2)  # even, as films need it
        size = (view[0], view[1] + LINE * -(-len(scene.text) // COLUMNS))
        self._screen = pygame.display.set_mode(size) if shown else None
        if pygame.display.get_surface() is None:  # pictures take the form of pixels that a display has, also unseen
            pygame.display.set_mode(size, pygame.HIDDEN)
        self._surface, self._ground = pygame.Surface(size, depth=32), Ground(wild, refresh=1)
        self._view = self._surface.subsurface((0, 0), view)
        self._camera = Camera(scene.width, scene.height, scene.wraps, view)
        self._camera.fit()

    def draw(self, scene: Scene) -> None:
        """Draw a scene, and show it where there is a window."""
        self._surface.fill(theme.PAPER)
        self._ground.draw(self._view, scene, self._camera)
        lines.draw_lines(self._view, scene, self._camera)
        agents.draw_agents(self._view, scene, self._camera)
        self._write(scene)
        if self._screen is not None:
            pygame.event.pump()
            self._screen.blit(self._surface, (0, 0))
            pygame.display.flip()

    def _write(self, scene: Scene) -> None:
        """The facts, below the world."""
        wide = self._surface.get_width() // COLUMNS
        for place, (name, value) in enumerate(scene.text.items()):
            at = (place % COLUMNS * wide + INDENT, self._view.get_height() + place // COLUMNS * LINE + 3)
            theme.write(self._surface, at, theme.shorten(f"{name}: {value}", SIZE, wide - 2 * INDENT), SIZE)

    def pixels(self) -> np.ndarray:
        """The picture as it is now: [H, W, 3] uint8, a copy."""
        return np.ascontiguousarray(pygame.surfarray.array3d(self._surface).swapaxes(0, 1))

    def close(self) -> None:
        """Close its window."""
        if self._screen is not None:
            pygame.display.quit()
            self._screen = None


def _check_display(shown: bool) -> None:
    named = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"))
    if shown and sys.platform.startswith("linux") and not named:
        raise UserError("render_mode: expected a display for human, found none; write render_mode='rgb_array'")
