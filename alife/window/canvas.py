"""A scene as one picture, without panels: all of the world, and its facts in a corner."""

from __future__ import annotations

import os
import sys

import numpy as np
import pygame

from alife.registry import UserError
from alife.window import agents, display, lines, theme
from alife.window.camera import Camera
from alife.window.ground import Ground
from alife.world import Scene

LONGEST = 600  # pixels of the longer side
MARGIN, LINE = 10, 18  # pixels from the corner to the facts, and of a line of them


class Canvas:
    """What scenes of one world are drawn on. shown: in a window of its own."""

    def __init__(self, scene: Scene, shown: bool) -> None:
        """Raises UserError where a window is asked for and there is no display."""
        _check_display(shown)
        display.choose(headless=True)
        pygame.display.init()
        pygame.font.init()
        zoom = LONGEST / max(scene.width, scene.height)
        self._size = (round(scene.width * zoom) // 2 * 2, round(scene.height * zoom) // 2 * 2)  # even, as films need it
        self._screen = pygame.display.set_mode(self._size) if shown else None
        if pygame.display.get_surface() is None:  # pictures take the form of pixels that a display has, also unseen
            pygame.display.set_mode(self._size, pygame.HIDDEN)
        self._surface, self._ground = pygame.Surface(self._size, depth=32), Ground()
        self._camera = Camera(scene.width, scene.height, scene.wraps, self._size)
        self._camera.fit()

    def draw(self, scene: Scene) -> None:
        """Draw a scene, and show it where there is a window."""
        self._ground.draw(self._surface, scene, self._camera)
        lines.draw_lines(self._surface, scene, self._camera)
        agents.draw_agents(self._surface, scene, self._camera)
        for place, (name, value) in enumerate(scene.text.items()):
            theme.write(self._surface, (MARGIN, MARGIN + LINE * place), f"{name}: {value}", 13)
        if self._screen is not None:
            pygame.event.pump()
            self._screen.blit(self._surface, (0, 0))
            pygame.display.flip()

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
