"""Paper: a picture that the interface is drawn on, in points, so that text and lines grow with the display.

A point is one pixel at a scale of 1. Pictures that are blitted, and the world itself, are in pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pygame

from alife.viewer.draw import theme

Box = pygame.Rect | tuple[int, int, int, int]
Point = tuple[float, float]


Lines = tuple[str, ...]  # of text, the first one in bold letters


@dataclass(frozen=True)
class Hint:
    """A place of a picture with something to say.

    Attributes:
        box: around the place, points.
        lines: returns what is said at a point of the box; () for nothing.
    """

    box: pygame.Rect
    lines: Callable[[Point], Lines]


class Paper:
    """A picture with a scale.

    Attributes:
        surface: the picture, in pixels.
        scale: pixels a point.
        hints: what is said under the pointer.
    """

    def __init__(self, surface: pygame.Surface, scale: float = 1.0) -> None:
        """Draws on a surface. scale: pixels a point."""
        self.surface, self.scale = surface, scale
        self.hints: list[Hint] = []

    @classmethod
    def blank(cls, size: tuple[int, int], scale: float, color: theme.Color) -> Paper:
        """Returns a new picture of one color. size: width and height in points."""
        surface = pygame.Surface((max(round(size[0] * scale), 1), max(round(size[1] * scale), 1)), depth=32)
        surface.fill(color)
        return cls(surface, scale)

    @property
    def width(self) -> int:
        """Its width in points."""
        return int(self.surface.get_width() / self.scale)

    @property
    def height(self) -> int:
        """Its height in points."""
        return int(self.surface.get_height() / self.scale)

    @property
    def size(self) -> tuple[int, int]:
        """Its width and height in points."""
        return self.width, self.height

    def bounds(self) -> pygame.Rect:
        """Returns all of it, as a box in points."""
        return pygame.Rect((0, 0), self.size)

    def pixels(self, box: Box) -> pygame.Rect:
        """Returns the pixels of a box in points; boxes that touch stay so."""
        left, top, wide, high = box
        x, y = round(left * self.scale), round(top * self.scale)
        return pygame.Rect(x, y, round((left + wide) * self.scale) - x, round((top + high) * self.scale) - y)

    def part(self, box: Box) -> Paper:
        """Returns the part of the picture in a box, to be drawn on."""
        return Paper(self.surface.subsurface(self.pixels(box).clip(self.surface.get_rect())), self.scale)

    def hint(self, box: Box, *lines: str) -> None:
        """Has lines said where the pointer is over a box."""
        self.hints.append(Hint(pygame.Rect(box), lambda _: lines))

    # ---- shapes

    def rect(self, color: Sequence[int], box: Box, width: int = 0, radius: int = 0) -> None:
        """Draws a box, filled or, with a width, its outline. width, radius: of lines and corners, points."""
        thick = max(round(width * self.scale), 1) if width else 0
        pygame.draw.rect(self.surface, color, self.pixels(box), thick, round(radius * self.scale))

    def line(self, color: Sequence[int], start: Point, end: Point) -> None:
        """Draws a line of one point of width."""
        first, last = ((round(x * self.scale), round(y * self.scale)) for x, y in (start, end))
        pygame.draw.line(self.surface, color, first, last, max(round(self.scale), 1))

    def lines(self, color: Sequence[int], points: Sequence[Point]) -> None:
        """Draws smooth lines through points, about two points wide."""
        for shift in (0.0, 0.6 * self.scale, *([1.2, 1.8] if self.scale > 1.5 else [])):
            placed = [(x * self.scale, y * self.scale + shift) for x, y in points]
            pygame.draw.aalines(self.surface, color, False, placed)

    def polygon(self, color: Sequence[int], points: Sequence[Point]) -> None:
        """Fills a polygon."""
        pygame.draw.polygon(self.surface, color, [(x * self.scale, y * self.scale) for x, y in points])

    def circle(self, color: Sequence[int], center: Point, radius: float) -> None:
        """Fills a circle."""
        pygame.draw.aacircle(self.surface, color, [value * self.scale for value in center], radius * self.scale)

    # ---- pictures

    def blit(self, picture: pygame.Surface, at: Point) -> None:
        """Draws a picture of pixels. at: its top left corner, points."""
        self.surface.blit(picture, (round(at[0] * self.scale), round(at[1] * self.scale)))

    def stretch(self, picture: pygame.Surface, box: Box) -> None:
        """Draws a picture over a box, its pixels as squares."""
        place = self.pixels(box)
        self.surface.blit(pygame.transform.scale(picture, place.size), place.topleft)

    def smooth(self, picture: pygame.Surface, box: Box) -> None:
        """Draws a picture over a box, smoothed."""
        place = self.pixels(box)
        self.surface.blit(pygame.transform.smoothscale(picture, place.size), place.topleft)

    # ---- text

    def write(self, at: Point, text: str, size: int = 12, color: theme.Color = theme.INK, style: str = "") -> int:
        """Writes one line of text; see `theme.write`. at, size: points. Returns its width in points."""
        place = round(at[0] * self.scale), round(at[1] * self.scale)
        return round(theme.write(self.surface, place, text, round(size * self.scale), color, style) / self.scale)

    def length(self, text: str, size: int, bold: bool = False) -> int:
        """Returns the width in points of a line of text."""
        return round(theme.font(round(size * self.scale), bold).size(text)[0] / self.scale)

    def shorten(self, text: str, size: int, width: int, bold: bool = False) -> str:
        """Returns a text, cut with an ellipsis to fit a width in points."""
        return theme.shorten(text, round(size * self.scale), round(width * self.scale), bold)
