"""Overlays of the world: the small map, the help page, a notice."""

from __future__ import annotations

import pygame

from alife.viewer.draw import theme
from alife.viewer.draw.agents import draw_pixels
from alife.viewer.draw.camera import Camera
from alife.viewer.panels.panel import draw_keycap
from alife.viewer.session import Session
from alife.world import Scene

MAP = 132  # pixels of the small map's longer side
REFRESH = 6  # frames between new pictures of the small map


class SmallMap:
    """The whole world in a corner, with a frame around the part in view, unless nearly all of it is in view."""

    def __init__(self) -> None:
        self._picture: pygame.Surface | None = None
        self._age = 0
        self._box: pygame.Rect | None = None  # its place in the view, where it is drawn
        self._held = False  # by the mouse

    def handle(self, event: pygame.Event, session: Session) -> bool:
        """Moves the view to where the map is clicked or dragged; returns True if the event was the map's."""
        if event.type == pygame.MOUSEBUTTONUP and event.button == 1 and self._held:
            self._held = False
            return True
        if event.type == pygame.MOUSEBUTTONDOWN and event.button == 1 and self._box:
            self._held = bool(self._box.collidepoint(event.pos))
        elif event.type != pygame.MOUSEMOTION:
            return False
        if self._held and self._box:
            session.following = False
            zoom = self._box.width / session.camera.width
            session.camera.look_at(*((at - edge) / zoom for at, edge in zip(event.pos, self._box.topleft, strict=True)))
        return self._held

    def draw(self, target: pygame.Surface, scene: Scene, camera: Camera) -> None:
        """Draws the map into the lower left corner."""
        self._box = None
        if camera.zoom < 1.25 * camera.fit_zoom:
            return
        self._age += 1
        if self._picture is None or self._age >= REFRESH:
            self._picture, self._age = _draw_map(scene), 0
        framed = self._picture.copy()
        _draw_frame(framed, scene, camera)
        corner = (14, target.get_height() - framed.get_height() - 14)
        self._box = framed.get_rect(topleft=corner)
        pygame.draw.rect(target, theme.INK, self._box.inflate(4, 4), border_radius=4)
        target.blit(framed, corner)


def _draw_map(scene: Scene) -> pygame.Surface:
    zoom = MAP / max(scene.width, scene.height)
    picture = pygame.Surface((round(scene.width * zoom), round(scene.height * zoom)), depth=32)
    picture.fill(theme.LAND)
    if scene.ground is not None:
        picture.blit(pygame.transform.smoothscale(theme.to_surface(scene.ground), picture.get_size()), (0, 0))
    draw_pixels(picture, (scene.discs.x * zoom, scene.discs.y * zoom), scene.discs.color, scene.discs.radius * zoom)
    return picture


def _draw_frame(picture: pygame.Surface, scene: Scene, camera: Camera) -> None:
    zoom = MAP / max(scene.width, scene.height)
    wide, high = (min(round(v / camera.zoom * zoom), s) for v, s in zip(camera.view, picture.get_size(), strict=True))
    left, top = round(camera.x * zoom - wide / 2), round(camera.y * zoom - high / 2)
    shifts = (-1, 0, 1) if camera.wraps else (0,)
    for x in shifts:
        for y in shifts:
            place = (left + x * picture.get_width(), top + y * picture.get_height())
            pygame.draw.rect(picture, theme.CARD, (*place, wide, high), width=1)


def _draw_sheet(target: pygame.Surface, size: tuple[int, int]) -> pygame.Rect:
    """Draws a sheet of paper with a soft shadow in the middle, and returns its place."""
    sheet = pygame.Rect((0, 0), size)
    sheet.center = target.get_rect().center
    shade = pygame.Surface(sheet.inflate(12, 12).size, pygame.SRCALPHA)
    pygame.draw.rect(shade, (30, 34, 24, 70), shade.get_rect(), border_radius=16)
    target.blit(shade, sheet.move(-6, -3).topleft)
    pygame.draw.rect(target, theme.PAPER, sheet, border_radius=12)
    return sheet


def draw_help(target: pygame.Surface, session: Session) -> None:
    """Draws every key and its effect."""
    rows = [*session.mouse, *((key.label, key.help) for key in session.keys)]
    wide = max(theme.font(13).size(text)[0] for _, text in rows)
    sheet = _draw_sheet(target, (wide + 128, 70 + 26 * len(rows)))
    theme.write(target, (sheet.left + 24, sheet.top + 16), "Keys and mouse", 18, theme.INK, "bold")
    for place, (label, text) in enumerate(rows):
        y = sheet.top + 52 + 26 * place
        draw_keycap(target, (sheet.left + 24, y), label)
        theme.write(target, (sheet.left + 104, y), text, 13, theme.INK)


def draw_notice(target: pygame.Surface, lines: tuple[str, ...]) -> None:
    """Draws a title, then lines of text."""
    sheet = _draw_sheet(target, (460, 64 + 24 * (len(lines) - 1)))
    theme.write(target, (sheet.centerx, sheet.top + 18), lines[0], 19, theme.INK, "bold center")
    for place, line in enumerate(lines[1:]):
        at = (sheet.centerx, sheet.top + 50 + 24 * place)
        theme.write(target, at, theme.shorten(line, 13, 436), 13, theme.INK, "center")
