"""A picture of a scene without panels: the whole world, and its facts below."""

from __future__ import annotations

import numpy as np
import pygame

from alife.errors import UserError
from alife.viewer.draw import agents, display, lines, theme
from alife.viewer.draw.camera import Camera
from alife.viewer.draw.ground import Ground, is_land
from alife.world import Scene, World

LONGEST = 600  # pixels of the world's longer side
COLUMNS, LINE = 3, 22  # columns of facts, and pixels of a line of them
INDENT, SIZE = 8, 12  # pixels before a fact, and of its letters


def draw_scene(target: pygame.Surface, ground: Ground, scene: Scene, camera: Camera) -> None:
    """Draws the part of a scene in the camera's view, with nothing over it."""
    ground.draw(target, scene, camera)
    lines.draw_lines(target, scene, camera)
    agents.draw_agents(target, scene, camera)


class Canvas:
    """Draws scenes of one world, into memory or in a window of its own."""

    def __init__(self, world: World, scene: Scene, shown: bool) -> None:
        """Makes room for a scene.

        Args:
            world: the world.
            scene: one of its scenes.
            shown: opens a window.

        Raises:
            UserError: a window is asked for, and there is no display.
        """
        if shown and not display.has_display():
            raise UserError("render_mode: expected a display for human, found none; write render_mode='rgb_array'")
        display.choose_display(headless=True)
        pygame.display.init()
        theme.open_fonts()
        zoom = LONGEST / max(scene.width, scene.height)
        view = (round(scene.width * zoom) // 2 * 2, round(scene.height * zoom) // 2 * 2)  # even, as films need it
        size = (view[0], view[1] + LINE * -(-len(scene.text) // COLUMNS))
        self._screen = pygame.display.set_mode(size) if shown else None
        if pygame.display.get_surface() is None:  # surfaces take the pixel format of the display
            pygame.display.set_mode(size, pygame.HIDDEN)
        self._surface, self._ground = pygame.Surface(size, depth=32), Ground(is_land(world), refresh=1)
        self._view = self._surface.subsurface((0, 0), view)
        self._camera = Camera(scene.width, scene.height, scene.wraps, view)
        self._camera.fit()

    def draw(self, scene: Scene) -> None:
        """Draws a scene, and shows it if there is a window."""
        self._surface.fill(theme.PAPER)
        draw_scene(self._view, self._ground, scene, self._camera)
        self._write(scene)
        if self._screen is not None:
            pygame.event.pump()
            self._screen.blit(self._surface, (0, 0))
            pygame.display.flip()

    def _write(self, scene: Scene) -> None:
        """Writes the facts below the world."""
        wide = self._surface.get_width() // COLUMNS
        for place, (name, value) in enumerate(scene.text.items()):
            at = (place % COLUMNS * wide + INDENT, self._view.get_height() + place // COLUMNS * LINE + 3)
            theme.write(self._surface, at, theme.shorten(f"{name}: {value}", SIZE, wide - 2 * INDENT), SIZE)

    @property
    def surface(self) -> pygame.Surface:
        """The present picture."""
        return self._surface

    def pixels(self) -> np.ndarray:
        """Returns a copy of the present picture: [H, W, 3] uint8."""
        return np.ascontiguousarray(pygame.surfarray.array3d(self._surface).swapaxes(0, 1))

    def close(self) -> None:
        """Closes the window, if there is one."""
        if self._screen is not None:
            pygame.display.quit()
            self._screen = None
