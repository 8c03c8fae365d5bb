"""Values under the pointer, in a box beside it."""

from __future__ import annotations

from collections.abc import Sequence

import pygame

from alife.viewer.draw import theme
from alife.viewer.draw.legend import wrapped
from alife.viewer.draw.paper import Hint, Lines, Paper, Point

BELOW = 18  # points from the pointer to the box below it
WIDEST = 300  # points of a line of text


def hint_at(hints: Sequence[Hint], at: Point) -> Lines:
    """Returns what the last hint says that has something to say at a point."""
    found = (hint.lines(at) for hint in reversed(hints) if hint.box.collidepoint(at))
    return next((lines for lines in found if lines), ())


def draw_hint(paper: Paper, hints: Sequence[Hint], at: Point, pointer: Point) -> None:
    """Draws what hints say, if anything, in a box below the pointer.

    Args:
        paper: to draw on.
        hints: of the picture that is under the pointer.
        at: the pointer in that picture, points.
        pointer: in `paper`, points.
    """
    if lines := hint_at(hints, at):
        draw_values(paper, lines, (pointer[0], pointer[1] + BELOW))


def draw_values(paper: Paper, lines: Sequence[str], at: Point) -> None:
    """Draws lines of text in a box below a place, or as low as it fits."""
    lines = [part for line in lines for part in wrapped(line, 11, WIDEST)]
    wide = max(paper.length(line, 11, bold=True) for line in lines) + 16
    left, high = max(min(at[0] - wide / 2, paper.width - wide - 4), 2), 15 * len(lines) + 8
    box = pygame.Rect(round(left), round(min(at[1], paper.height - high)), wide, high)
    paper.rect(theme.PAPER, box, radius=5)
    paper.rect(theme.MUTED, box, width=1, radius=5)
    for place, line in enumerate(lines):
        paper.write((box.left + 8, box.top + 3 + 15 * place), line, 11, theme.INK, "" if place else "bold")
