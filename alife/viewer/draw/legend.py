"""The legend: what colors, shapes and overlays mean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pygame

from alife.viewer.draw import sprites, theme
from alife.viewer.draw.paper import Paper
from alife.world import Mark

WIDTH = 246  # points of the sheet
MARGIN = 12  # points around the sheet
EDGE, GAP = 12, 5  # points around the text, and between entries
SWATCH = 36  # points of the color before an entry
TEXT = WIDTH - 2 * EDGE - SWATCH  # points of width of the text
BAR = 9  # points of height of a ramp
LINE = 15  # points of a line of text
REFRESH = 12  # frames between new pictures: numbers of agents change


@dataclass(frozen=True)
class Chapter:
    """A part of the legend: a title, a remark beside it, a note below it, and marks."""

    title: str
    marks: tuple[Mark, ...]
    remark: str = ""
    note: str = ""


class Legend:
    """Draws the legend, and keeps its picture for some frames."""

    def __init__(self) -> None:
        self._picture: pygame.Surface | None = None
        self._seen: tuple[object, ...] = ()
        self._age = 0

    def draw(self, target: Paper, right: int, seen: tuple[object, ...], chapters: Callable[[], list[Chapter]]) -> None:
        """Draws it at the top.

        Args:
            target: picture to draw on.
            right: pixel right of its margin.
            seen: what decides on its entries; another value has it drawn anew.
            chapters: returns the entries.
        """
        self._age += 1
        seen = (*seen, target.scale)
        if self._picture is None or seen != self._seen or self._age >= REFRESH:
            self._picture, self._seen, self._age = make_legend(chapters(), target.scale), seen, 0
        margin = round(MARGIN * target.scale)
        target.surface.blit(self._picture, (right - margin - self._picture.get_width(), margin))


def make_legend(chapters: list[Chapter], scale: float = 1.0) -> pygame.Surface:
    """Returns a picture of the legend, as high as its entries need. scale: pixels a point."""
    high = 2 * EDGE + sum(_height(chapter) for chapter in chapters)
    picture = pygame.Surface((round(WIDTH * scale), round(high * scale)), pygame.SRCALPHA)
    sheet = Paper(picture, scale)
    sheet.rect((*theme.PAPER, 240), sheet.bounds(), radius=10)
    sheet.rect(theme.LINE, sheet.bounds(), width=1, radius=10)
    top = EDGE
    for chapter in chapters:
        sheet.write((EDGE, top), chapter.title, 12, theme.GREEN, "bold")
        sheet.write((WIDTH - EDGE, top + 1), chapter.remark, 10, theme.MUTED, "right")
        top += LINE + GAP
        for line in _note(chapter):
            sheet.write((EDGE, top - 3), line, 11, theme.MUTED)
            top += LINE
        for mark in chapter.marks:
            _draw_mark(sheet, top, mark)
            top += _mark_height(mark) + GAP
        top += GAP
    return picture


def _height(chapter: Chapter) -> int:
    return LINE * (1 + len(_note(chapter))) + 2 * GAP + sum(_mark_height(mark) + GAP for mark in chapter.marks)


def _note(chapter: Chapter) -> list[str]:
    return wrapped(chapter.note, 11, WIDTH - 2 * EDGE) if chapter.note else []


def _mark_height(mark: Mark) -> int:
    ramp = BAR + 4 + (LINE if mark.low or mark.high else 0) if len(mark.colors) > 1 else 0
    return LINE * len(_lines(mark)) + ramp


def _lines(mark: Mark) -> list[str]:
    """Returns the lines of text of a mark's meaning, none for \"\"."""
    return wrapped(mark.meaning, 11, TEXT) if mark.meaning else []


def wrapped(text: str, size: int, width: int) -> list[str]:
    """Returns `text` as lines of at most `width` pixels, at a font size of `size` pixels."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and theme.font(size).size(longer)[0] > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return [theme.shorten(line, size, width) for line in lines]


def _draw_mark(sheet: Paper, top: int, mark: Mark) -> None:
    """Draws a swatch, the meaning, and below it a ramp with words at both ends."""
    left, lines = EDGE + SWATCH, _lines(mark)
    _draw_swatch(sheet, pygame.Rect(EDGE, top, SWATCH - 8, LINE), mark)
    for place, line in enumerate(lines):
        sheet.write((left, top + place * LINE - 1), line, 11, theme.INK)
    if len(mark.colors) > 1:
        _draw_ramp(sheet, pygame.Rect(left, top + len(lines) * LINE + 2, TEXT, BAR), mark)


def _draw_ramp(sheet: Paper, bar: pygame.Rect, mark: Mark) -> None:
    colors = np.array(mark.colors, float)
    at = np.linspace(0, len(colors) - 1, bar.width)
    row = np.stack([np.interp(at, np.arange(len(colors)), colors[:, k]) for k in range(3)], axis=1)
    sheet.stretch(theme.to_surface(np.tile(row.astype(np.uint8), (bar.height, 1, 1))), bar)
    sheet.rect(theme.MUTED, bar, width=1)
    low = sheet.write((bar.left, bar.bottom), mark.low, 11, theme.INK)
    high = sheet.shorten(mark.high, 11, bar.width - low - 10)
    sheet.write((bar.right, bar.bottom), high, 11, theme.INK, "right")


def _draw_swatch(sheet: Paper, box: pygame.Rect, mark: Mark) -> None:
    color = mark.colors[len(mark.colors) // 2]
    if mark.shape == "ground":
        sheet.rect(color, box, radius=3)
        sheet.rect(theme.MUTED, box, width=1, radius=3)
    elif mark.shape == "line":
        sheet.rect(theme.MUTED, (box.left, box.centery - 2, box.width, 5))  # a pale line is on paper, too
        sheet.rect(color, (box.left + 1, box.centery - 1, box.width - 2, 3))
    else:
        packed = int(sprites.pack_colors(np.array([color]))[0])
        radius = round(13 * sheet.scale)
        pictures = [sprites.body(radius, packed), *([sprites.face(radius, 0)] if mark.shape == "agent" else [])]
        for picture in pictures:
            sheet.surface.blit(picture, picture.get_rect(center=sheet.pixels(box).center))
