"""The ground: the world's picture of its cells, as land with a grain of grass or as a board of squares."""

from __future__ import annotations

import numpy as np
import pygame

from alife.viewer.draw.camera import Camera
from alife.viewer.draw.theme import BACKDROP, CARD, LAND, LINE, to_surface
from alife.world import Scene, SharedWorld, World

REFRESH = 8  # frames until all of the ground is drawn anew while the camera rests: plants grow slowly
TILE = 256  # pixels of the grain's tile; it repeats without a seam
BLADES = 2600  # strokes a tile


def is_land(world: World) -> bool:
    """Returns True if the ground of a world is drawn as land: all agents of a shared world live on it."""
    return isinstance(world, SharedWorld)


def make_grass_tile() -> pygame.Surface:
    """Returns a seamless gray tile of short blades of grass, to multiply a picture by."""
    draw = np.random.default_rng(1)  # for decoration only
    four = pygame.Surface((2 * TILE, 2 * TILE), depth=32)  # two by two tiles, whose middle has no edge
    four.fill((236, 236, 236))
    places, lengths = draw.integers(0, TILE, (BLADES, 2)), draw.uniform(2, 7, BLADES)
    leans, tones = draw.normal(0, 0.45, BLADES), draw.integers(206, 256, BLADES)
    for (x, y), length, lean, tone in zip(places.tolist(), lengths, leans, tones.tolist(), strict=True):
        for root in ((x, y), (x + TILE, y), (x, y + TILE), (x + TILE, y + TILE)):
            pygame.draw.aaline(four, (tone, tone, tone), root, (root[0] + lean * length, root[1] - length))
    return four.subsurface((TILE // 2, TILE // 2, TILE, TILE)).copy()


class Ground:
    """Draws the ground, and while the camera rests keeps its picture, of which each frame renews one band."""

    def __init__(self, land: bool, refresh: int = REFRESH) -> None:
        """Draws the grain.

        Args:
            land: smooth and with a grain of grass; else a board of plain squares.
            refresh: frames until all bands are new.
        """
        self._land, self._tile, self._refresh = land, make_grass_tile(), refresh
        self._picture: pygame.Surface | None = None
        self._seen: tuple[object, ...] = ()
        self._band = 0

    def draw(self, target: pygame.Surface, scene: Scene, camera: Camera) -> None:
        """Fills `target` with the ground in the camera's view."""
        seen = (camera.x, camera.y, camera.zoom, camera.view)
        if self._picture is None or seen != self._seen:
            wide, high = camera.drawn()[2:]
            self._picture, self._seen = pygame.Surface((max(wide, 1), max(high, 1)), depth=32), seen
            self._band = self._refresh - 1
            for _ in range(self._refresh):
                self._renew(self._picture, scene, camera)
        else:
            self._renew(self._picture, scene, camera)
        target.fill(BACKDROP)
        target.blit(self._picture, camera.drawn()[:2])
        pygame.draw.rect(target, LINE, pygame.Rect(camera.drawn()).inflate(2, 2), width=1)

    def _renew(self, picture: pygame.Surface, scene: Scene, camera: Camera) -> None:
        """Renders the next band of the picture."""
        left, top, wide, high = camera.drawn()
        self._band = (self._band + 1) % self._refresh
        first, last = (high * band // self._refresh for band in (self._band, self._band + 1))
        if last > first and wide > 0:
            band = picture.subsurface((0, first, wide, last - first))
            self._render(band, scene, camera, (left, top + first, wide, last - first))

    def _render(self, ground: pygame.Surface, scene: Scene, camera: Camera, box: tuple[int, int, int, int]) -> None:
        """Draws a part of the ground. box: its left, top, width and height in the view, pixels."""
        left, top, wide, high = box
        ground.fill(LAND if self._land else CARD)
        if scene.ground is not None:
            rows, columns = scene.ground.shape[:2]
            wraps, zoom = scene.wraps, camera.zoom
            across = _span(left, wide, camera.x, (zoom, camera.view[0]), (camera.width, columns), wraps)
            down = _span(top, high, camera.y, (zoom, camera.view[1]), (camera.height, rows), wraps)
            ground.blit(*_stretched(scene, across, down, self._land or scene.smooth))
        if self._land:
            self._grain(ground, camera, (left, top))

    def _grain(self, ground: pygame.Surface, camera: Camera, corner: tuple[int, int]) -> None:
        """Multiplies by the blades, which move with the world."""
        origin = camera.view[0] / 2 - camera.x * camera.zoom, camera.view[1] / 2 - camera.y * camera.zoom
        x0, y0 = (round(origin[k] - corner[k]) % TILE - TILE for k in (0, 1))
        wide, high = ground.get_size()
        places = [(x, y) for y in range(y0, high, TILE) for x in range(x0, wide, TILE)]
        ground.fblits([(self._tile, place) for place in places], pygame.BLEND_RGB_MULT)


Span = tuple[np.ndarray, float, int]  # cells seen, pixel of the left edge of the first, pixels of all


def _span(start: int, size: int, center: float, view: tuple[float, int], world: tuple[float, int], wraps: bool) -> Span:
    """Returns the cells under some pixels along one axis; where they are smaller than pixels, only some of them.

    Args:
        start, size: first pixel and number of pixels.
        center: place of the camera, world units.
        view: zoom, and pixels of the view.
        world: length in world units, and in cells.
        wraps: the first cell follows the last one; else the last one is repeated.
    """
    every = max(int(world[1] / world[0] / view[0]), 1)  # the same cells wherever the camera is: no shimmer
    cell = every * world[0] / world[1] * view[0]  # pixels of a cell that is seen
    origin = view[1] / 2 - center * view[0]  # pixel of place 0
    first = int(np.floor((start - origin) / cell - 0.5))
    last = int(np.ceil((start + size - origin) / cell - 0.5))
    cells = np.arange(first, last + 1)
    cells_seen = every * cells % world[1] if wraps else np.clip(every * cells, 0, world[1] - 1)
    return cells_seen, origin + first * cell - start, max(round(len(cells) * cell), 1)


def _stretched(scene: Scene, across: Span, down: Span, smooth: bool) -> tuple[pygame.Surface, tuple[int, int]]:
    """Returns a picture of the cells in view, and the pixel of its top left corner.

    smooth: colors change gradually between the centers of cells; else each cell is a square of one color.
    """
    small = to_surface(scene.cells(down[0], across[0]))
    if not smooth:
        return pygame.transform.scale(small, (across[2], down[2])), (round(across[1]), round(down[1]))
    halves = [span[2] / len(span[0]) / 2 for span in (across, down)]
    size = [max(round(span[2] - 2 * half), 1) for span, half in zip((across, down), halves, strict=True)]
    place = (round(across[1] + halves[0]), round(down[1] + halves[1]))
    return pygame.transform.smoothscale(small, size), place
