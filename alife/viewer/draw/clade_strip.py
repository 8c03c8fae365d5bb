"""The strip of clades: their shares of the living, stacked over time as in a Muller plot, on the axis of the graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pygame

from alife.viewer.clades import told_apart
from alife.viewer.draw import theme
from alife.viewer.draw.graph import TICKS, draw_marks, step_at
from alife.viewer.draw.paper import Paper
from alife.viewer.history import History

HEADER, HIGH, FOOT = 16, 66, 6  # points above the bands, of the bands, and below
GRAYS = ((150, 150, 146), (176, 176, 171))  # of clades without a color, in turn
REST, NOBODY = (206, 205, 199), theme.CARD  # of all other clades, and of no agents
PALE = 0.7  # of the way to paper, for clades beside the one that is highlighted
OTHERS = -1

HEIGHT = HEADER + HIGH + FOOT


@dataclass(frozen=True)
class CladeStrip:
    """A strip that was drawn.

    Attributes:
        box: its bands, points.
        clades: [H, W] founder of the clade at each point of the box; OTHERS for none of its own.
    """

    box: pygame.Rect
    clades: np.ndarray

    def clade_at(self, at: tuple[float, float]) -> int | None:
        """Returns the clade at a place, points; OTHERS for those together; None outside of the strip."""
        if not self.clades.size or not self.box.collidepoint(at):
            return None
        row, column = int(at[1]) - self.box.top, int(at[0]) - self.box.left
        return int(self.clades[row, column])


def draw_clades(
    paper: Paper,
    box: pygame.Rect,
    history: History,
    colors: Mapping[int, theme.Color],
    highlighted: int | None,
) -> CladeStrip:
    """Draws the strip, and returns it.

    Args:
        paper: to draw on.
        box: of HEIGHT points, as wide as the graph.
        history: of the run.
        colors: of clades that have one.
        highlighted: the clade beside which others are pale; None for none.
    """
    paper.rect(theme.CARD, box, radius=6)
    area = pygame.Rect(box.left + TICKS, box.top + HEADER, box.width - TICKS - 10, HIGH)
    paper.write((area.left, box.top + 1), "clades, share of the living", 11, theme.INK, "bold")
    if len(history.steps) < 2:
        return CladeStrip(area, np.zeros((0, 0), np.int64))
    paper.write((area.right, box.top + 2), "gray: others; click one", 10, theme.MUTED, "right")
    for share, text in ((0.0, "0"), (1.0, "100 %")):
        paper.write((area.left - 5, area.bottom - round(share * area.height) - 7), text, 9, theme.MUTED, "right")
    bands = told_apart(history.clades, list(colors))
    numbers = _bands(history, bands, area.size)
    palette = np.array([*_colors(bands, colors), REST, NOBODY], float)
    if highlighted is not None:
        pale = np.array([clade != highlighted for clade in (*bands, OTHERS, OTHERS)])
        palette[pale] += PALE * (np.array(theme.CARD) - palette[pale])
    paper.stretch(theme.to_surface(palette.astype(np.uint8)[numbers]), area)
    draw_marks(paper, area, history)
    return CladeStrip(area, np.array([*bands, OTHERS, OTHERS])[numbers])


def _colors(bands: Sequence[int], colors: Mapping[int, theme.Color]) -> list[theme.Color]:
    """Returns the color of each band: that of its clade, or a gray."""
    return [colors.get(clade, GRAYS[place % 2]) for place, clade in enumerate(bands)]


def _bands(history: History, bands: Sequence[int], size: tuple[int, int]) -> np.ndarray:
    """Returns the number of the band at each point, from the bottom up; that of the rest, and of no agents, after them.

    Args:
        history: with two points at least.
        bands: clades, from the bottom up.
        size: width and height, points.

    Returns:
        [H, W] int.
    """
    wide, high = size
    steps = [step_at(x + 0.5, wide, history) for x in range(wide)]
    shares = np.array([[count.share(clade) for count in history.clades] for clade in bands])
    all_of_them = np.array([[float(count.living > 0) for count in history.clades]])
    tops = np.concatenate([np.cumsum(shares, axis=0), all_of_them]) if bands else all_of_them
    level = (np.arange(high)[::-1] + 0.5) / high
    drawn = np.array([np.interp(steps, history.steps, top) for top in tops])
    numbers: np.ndarray = (level[:, None, None] >= drawn[None]).sum(axis=1)
    return numbers
