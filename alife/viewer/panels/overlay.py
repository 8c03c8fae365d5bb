"""Overlays of the world: the small map, the help page, a notice."""

from __future__ import annotations

import numpy as np
import pygame

from alife.viewer.draw import sight, theme
from alife.viewer.draw.agents import draw_pixels
from alife.viewer.draw.camera import Camera
from alife.viewer.draw.legend import wrapped
from alife.viewer.draw.paper import Paper
from alife.viewer.panels.panel import draw_keycap
from alife.viewer.session import Session
from alife.world import Scene

MAP = 132  # points of the small map's longer side
EDGE = 14  # points beside it
REFRESH = 6  # frames between new pictures of the small map


class SmallMap:
    """The whole world in a corner, with a frame around the part in view, unless nearly all of it is in view."""

    def __init__(self) -> None:
        self._picture: pygame.Surface | None = None
        self._age, self._scale = 0, 0.0
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

    @staticmethod
    def room(target: Paper) -> pygame.Rect:
        """Returns the place of a map in the lower left corner of the view, points."""
        return pygame.Rect(EDGE, target.height - EDGE - MAP, MAP, MAP)

    def draw(self, target: Paper, scene: Scene, camera: Camera, hidden: bool = False) -> None:
        """Draws the map into the lower left corner. hidden: something else is there."""
        self._box = None
        if hidden or camera.zoom < 1.25 * camera.fit_zoom:
            return
        self._age += 1
        if self._picture is None or self._age >= REFRESH or self._scale != target.scale:
            self._picture = _draw_map(scene, round(MAP * target.scale))
            self._age, self._scale = 0, target.scale
        framed = self._picture.copy()
        _draw_frame(framed, scene, camera)
        edge = round(EDGE * target.scale)
        self._box = framed.get_rect(bottomleft=(edge, target.surface.get_height() - edge))
        pygame.draw.rect(target.surface, theme.INK, self._box.inflate(4, 4), border_radius=4)
        target.surface.blit(framed, self._box)


def _draw_map(scene: Scene, longest: int) -> pygame.Surface:
    """Returns the map. longest: pixels of its longer side."""
    zoom = longest / max(scene.width, scene.height)
    picture = pygame.Surface((round(scene.width * zoom), round(scene.height * zoom)), depth=32)
    picture.fill(theme.LAND)
    if scene.ground is not None:
        down, across = (np.arange(0, side, max(side // longest, 1)) for side in scene.ground.shape[:2])
        small = theme.to_surface(scene.cells(down, across))
        picture.blit(pygame.transform.smoothscale(small, picture.get_size()), (0, 0))
    draw_pixels(picture, (scene.discs.x * zoom, scene.discs.y * zoom), scene.discs.color, scene.discs.radius * zoom)
    return picture


def _draw_frame(picture: pygame.Surface, scene: Scene, camera: Camera) -> None:
    zoom = max(picture.get_size()) / max(scene.width, scene.height)
    wide, high = (min(round(v / camera.zoom * zoom), s) for v, s in zip(camera.view, picture.get_size(), strict=True))
    left, top = round(camera.x * zoom - wide / 2), round(camera.y * zoom - high / 2)
    shifts = (-1, 0, 1) if camera.wraps else (0,)
    for x in shifts:
        for y in shifts:
            place = (left + x * picture.get_width(), top + y * picture.get_height())
            pygame.draw.rect(picture, theme.CARD, (*place, wide, high), width=1)


def draw_senses(target: pygame.Surface, session: Session) -> None:
    """Draws the fields of view of the selected agent, if the scene shows it."""
    life, row = session.life, session.selection.row if session.selection else -1
    if session.selection and not session.selection.has_acted(life):
        row = -1  # what it saw is not known
    discs = session.scene.discs
    for found in np.flatnonzero(discs.row == row)[:1]:
        place = (float(discs.x[found]), float(discs.y[found]), float(discs.heading[found]))
        values = life.fields.row("observations", row).tolist()
        senses = list(zip(life.world.sensors, values, strict=True))
        sight.draw_sights(target, session.camera, place, life.world.sights, senses, sight.colors_on(session.scene))


def draw_sheet(target: Paper, size: tuple[int, int]) -> pygame.Rect:
    """Draws a sheet of paper with a soft shadow in the middle, and returns its place."""
    sheet = pygame.Rect((0, 0), size)
    sheet.center = target.bounds().center
    shade = pygame.Surface(target.pixels(sheet.inflate(12, 12)).size, pygame.SRCALPHA)
    pygame.draw.rect(shade, (30, 34, 24, 70), shade.get_rect(), border_radius=round(16 * target.scale))
    target.blit(shade, sheet.move(-6, -3).topleft)
    target.rect(theme.PAPER, sheet, radius=12)
    return sheet


def draw_help(target: Paper, session: Session) -> None:
    """Draws every key and its effect, in two columns where one is too high."""
    rows = [*session.mouse, *((key.label, key.help) for key in session.keys)]
    pitch = 26 if 70 + 26 * len(rows) <= target.height else 21
    columns = 1 if 70 + pitch * len(rows) <= target.height else 2
    lines = -(-len(rows) // columns)
    pitch = max(min(pitch, (target.height - 84) // lines), 15)
    head = 52 if pitch >= 18 else 36  # points above the first row
    each = min(max(target.length(text, 13) for _, text in rows) + 104, (target.width - 44) // columns)
    sheet = draw_sheet(target, (24 + each * columns, head + 18 + pitch * lines))
    target.write((sheet.left + 24, sheet.top + head // 2 - 10), "Keys and mouse", 18, theme.INK, "bold")
    for place, (label, text) in enumerate(rows):
        x, y = sheet.left + 24 + place // lines * each, sheet.top + head + pitch * (place % lines)
        draw_keycap(target, (x, y), label, min(pitch - 1, 18))
        size = 13 if columns == 1 else min(pitch - 5, 12)
        target.write((x + 64, y), target.shorten(text, size, each - 76), size)


def draw_status(target: Paper, text: str) -> None:
    """Draws a text on a strip at the bottom of the world, in as many lines as it needs."""
    lines = wrapped(text, 13, target.width - 60)
    strip = pygame.Rect(0, 0, max(target.length(line, 13) for line in lines) + 28, 8 + 18 * len(lines))
    strip.midbottom = target.width // 2, target.height - 10
    target.rect(theme.PAPER, strip, radius=8)
    target.rect(theme.LINE, strip, width=1, radius=8)
    for place, line in enumerate(lines):
        target.write((strip.centerx, strip.top + 3 + 18 * place), line, 13, theme.INK, "center")


def draw_recording(target: Paper, seconds: float) -> None:
    """Draws a red dot and the length of a film in the upper left corner of the view."""
    text = f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
    box = pygame.Rect(12, 12, target.length(text, 12) + 34, 24)
    target.rect(theme.PAPER, box, radius=8)
    target.circle(theme.RED, (box.left + 13, box.centery), 5)
    target.write((box.left + 24, box.top + 3), text, 12)


def draw_notice(target: Paper, lines: tuple[str, ...]) -> None:
    """Draws a title, then lines of text."""
    sheet = draw_sheet(target, (min(460, target.width - 20), 64 + 24 * (len(lines) - 1)))
    title = target.shorten(lines[0], 19, sheet.width - 16, bold=True)
    target.write((sheet.centerx, sheet.top + 18), title, 19, theme.INK, "bold center")
    for place, line in enumerate(lines[1:]):
        at = (sheet.centerx, sheet.top + 50 + 24 * place)
        target.write(at, target.shorten(line, 13, sheet.width - 24), 13, theme.INK, "center")
