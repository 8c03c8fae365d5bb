"""What lies over the meadow: the small map, the page of keys, the news that nobody lives here any more."""

from __future__ import annotations

import pygame

from alife.viewer.draw import theme
from alife.viewer.draw.agents import raster
from alife.viewer.draw.camera import Camera
from alife.viewer.panels.panel import keycap
from alife.viewer.session import Session
from alife.world import Scene

MAP = 132  # pixels of the small map's longer side
REFRESH = 6  # frames between new pictures of the small map


class SmallMap:
    """The whole world in a corner, with the part in view framed; nothing where all of it is in view anyway."""

    def __init__(self) -> None:
        self._picture: pygame.Surface | None = None
        self._age = 0

    def draw(self, target: pygame.Surface, scene: Scene, camera: Camera) -> None:
        """Draw the map into the lower left corner."""
        if camera.zoom < 1.25 * camera.whole:
            return
        self._age += 1
        if self._picture is None or self._age >= REFRESH:
            self._picture, self._age = _map(scene), 0
        framed = self._picture.copy()
        _frame(framed, scene, camera)
        corner = (14, target.get_height() - framed.get_height() - 14)
        pygame.draw.rect(target, theme.INK, framed.get_rect(topleft=corner).inflate(4, 4), border_radius=4)
        target.blit(framed, corner)


def _map(scene: Scene) -> pygame.Surface:
    zoom = MAP / max(scene.width, scene.height)
    picture = pygame.Surface((round(scene.width * zoom), round(scene.height * zoom)), depth=32)
    picture.fill((150, 172, 104))
    if scene.ground is not None:
        picture.blit(pygame.transform.smoothscale(theme.picture(scene.ground), picture.get_size()), (0, 0))
    raster(picture, (scene.discs.x * zoom, scene.discs.y * zoom), scene.discs.color, scene.discs.radius * zoom)
    return picture


def _frame(picture: pygame.Surface, scene: Scene, camera: Camera) -> None:
    zoom = MAP / max(scene.width, scene.height)
    wide, high = (min(round(v / camera.zoom * zoom), s) for v, s in zip(camera.view, picture.get_size(), strict=True))
    left, top = round(camera.x * zoom - wide / 2), round(camera.y * zoom - high / 2)
    shifts = (-1, 0, 1) if camera.wraps else (0,)
    for x in shifts:
        for y in shifts:
            place = (left + x * picture.get_width(), top + y * picture.get_height())
            pygame.draw.rect(picture, theme.CARD, (*place, wide, high), width=1)


def _card(target: pygame.Surface, size: tuple[int, int]) -> pygame.Rect:
    """A sheet of paper in the middle, with a soft shadow."""
    card = pygame.Rect((0, 0), size)
    card.center = target.get_rect().center
    shade = pygame.Surface(card.inflate(12, 12).size, pygame.SRCALPHA)
    pygame.draw.rect(shade, (30, 34, 24, 70), shade.get_rect(), border_radius=16)
    target.blit(shade, card.move(-6, -3).topleft)
    pygame.draw.rect(target, theme.PAPER, card, border_radius=12)
    return card


def draw_help(target: pygame.Surface, session: Session) -> None:
    """Every key and what it does."""
    rows = [*session.mouse, *((key.label, key.help) for key in session.keys)]
    card = _card(target, (380, 70 + 26 * len(rows)))
    theme.write(target, (card.left + 24, card.top + 16), "Keys and mouse", 18, theme.INK, "bold")
    for place, (label, text) in enumerate(rows):
        y = card.top + 52 + 26 * place
        keycap(target, (card.left + 24, y), label)
        theme.write(target, (card.left + 104, y), text, 13, theme.INK)


def draw_extinct(target: pygame.Surface, session: Session) -> None:
    """A calm word when the last agent is gone."""
    simulation = session.run.simulation
    causes = ", ".join(f"{name} {count:,}" for name, count in simulation.death_causes.items() if count)
    card = _card(target, (460, 112))
    theme.write(target, (card.centerx, card.top + 18), "It is quiet here", 19, theme.INK, "bold centre")
    lived = f"Nobody lives here any more. The clock stands at step {simulation.steps:,}."
    theme.write(target, (card.centerx, card.top + 50), lived, 13, theme.INK, "centre")
    theme.write(target, (card.centerx, card.top + 74), f"Deaths: {causes or 'none'}", 12, theme.MUTED, "centre")
