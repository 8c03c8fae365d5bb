"""Small pictures of the world at savepoints, in memory, and beside the files of those that have one."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pygame

from alife.experiment.savepoints import Savepoint
from alife.viewer.draw import theme
from alife.viewer.draw.camera import Camera
from alife.viewer.draw.canvas import draw_scene
from alife.viewer.draw.ground import Ground, is_land
from alife.world import Scene, World

SIZE = (192, 120)  # pixels


class Thumbnails:
    """The pictures of the savepoints of one window, by name and step."""

    def __init__(self) -> None:
        """Has none yet."""
        self.blank = pygame.Surface(SIZE, depth=32)  # in the place of one that is missing
        self.blank.fill(theme.LINE)
        self._known: dict[tuple[str, int], pygame.Surface | None] = {}

    def take(self, savepoint: Savepoint, world: World, scene: Scene, camera: Camera) -> None:
        """Draws the part of a scene in view, and keeps it for a savepoint.

        A picture that cannot be written is in memory alone.
        """
        picture = pygame.Surface(camera.view, depth=32)
        draw_scene(picture, Ground(is_land(world), refresh=1), scene, camera)
        self._keep(savepoint, small(picture))

    def copy(self, old: Savepoint, new: Savepoint) -> None:
        """Keeps the picture of a savepoint, if there is one, for another one of the same state, too."""
        picture = self.of(old)
        if picture:
            self._keep(new, picture)

    def _keep(self, savepoint: Savepoint, picture: pygame.Surface) -> None:
        self._known[savepoint.name, savepoint.step] = picture
        if savepoint.picture:
            with contextlib.suppress(OSError, pygame.error):
                savepoint.picture.parent.mkdir(exist_ok=True)
                pygame.image.save(picture, savepoint.picture)

    def of(self, savepoint: Savepoint) -> pygame.Surface | None:
        """Returns the picture of a savepoint, or None if there is none."""
        key = savepoint.name, savepoint.step
        if key not in self._known:
            self._known[key] = _loaded(savepoint.picture) if savepoint.picture else None
        return self._known[key]


def small(world: pygame.Surface) -> pygame.Surface:
    """Returns the middle of a picture, of the shape of `SIZE` and as large."""
    box = pygame.Rect(0, 0, *SIZE).fit(world.get_rect())
    return pygame.transform.smoothscale(world.subsurface(box), SIZE)


def _loaded(path: Path) -> pygame.Surface | None:
    try:
        return pygame.transform.smoothscale(pygame.image.load(path).convert(32), SIZE)
    except (OSError, pygame.error):  # none, or damaged
        return None
