"""The values that a brain names in a step, and its state, as strips of color."""

from __future__ import annotations

import numpy as np
import pygame

from alife.brains import Brain
from alife.viewer.draw import theme
from alife.viewer.draw.paper import Hint, Lines, Paper, Point

LABEL = 112  # points of the name of a strip
STRIP = (11, 22)  # points of a strip: least and most
HEADING = 17  # points of the heading of the strips
LANE = 0.75  # height of each row of a strip of several rows, in strips of one row

Strips = list[tuple[str, np.ndarray]]  # name, values [..., n]


def draw_strips(target: Paper, room: pygame.Rect, strips: Strips) -> None:
    """Draws the named values of the brain for the present observations, and its state, as strips of color."""
    top = room.top + HEADING
    target.write(room.topleft, "brain and memory", 11, theme.GREEN, "bold")
    target.write((room.right, room.top), "each strip relative to its largest value", 10, theme.MUTED, "right")
    lanes = _lanes(strips)
    unit = min(max((room.bottom - top) / max(sum(lanes), 1), STRIP[0]), STRIP[1])
    for (name, values), share in zip(strips, lanes, strict=True):
        high = int(unit * share)
        middle, short = top + high // 2 - 8, target.shorten(name.replace("_", " "), 10, LABEL - 4)
        target.write((room.left, middle), short, 10, theme.INK)
        if values.size == 1:
            value = theme.format_number(float(values.flat[0]))
            target.write((room.left + LABEL, middle), value, 10, theme.INK)
        else:
            box = pygame.Rect(room.left + LABEL, top, room.width - LABEL, high - 2)
            draw_heat(target, box, values)
            target.hints.append(_hint(box, name.replace("_", " "), values))
        top += high


def _lanes(strips: Strips) -> list[float]:
    """Returns the height of each strip in strips of one row."""
    return [max(1.0, LANE * min(_heat_rows(values).shape)) for _, values in strips]


def height_of_strips(strips: Strips) -> int:
    """Returns the points of height that strips need at least, with their heading."""
    return HEADING + sum(int(STRIP[0] * share) for share in _lanes(strips))


def strips_of(brain: Brain, state: np.ndarray, recorded: dict[str, np.ndarray]) -> Strips:
    """Returns names and values: those that a brain records, one value if all lanes agree, then its state.

    Args:
        brain: of the agent.
        state: [S].
        recorded: {name: [n or more]} of its last step.
    """
    strips = [
        (name, values[:1] if np.ptp(values) == 0 else values)
        for name, values in recorded.items()
        if not name.startswith("weights_")
    ]
    for name, (kind, _, _) in brain.layout.items():
        if kind == "state":
            strips.append((name, brain.values(name, state)))
    return strips


def _heat_rows(values: np.ndarray, turn: bool = True) -> np.ndarray:
    """Returns values as rows: [..., n] -> [m, n]. turn: the longer side across."""
    rows = values.reshape(-1, values.shape[-1])
    return rows.T if turn and rows.shape[0] > rows.shape[1] else rows


def _hint(box: pygame.Rect, name: str, values: np.ndarray) -> Hint:
    """Returns a hint that says the value under the pointer."""
    rows = _heat_rows(values)

    def say(at: Point) -> Lines:
        down, across = rows.shape
        row = min(max(int((at[1] - box.top) / box.height * down), 0), down - 1)
        lane = min(max(int((at[0] - box.left) / box.width * across), 0), across - 1)
        place = f"lane {lane + 1}" if down == 1 else f"row {row + 1}, lane {lane + 1}"
        return name, f"{place}: {rows[row, lane]:.3g}"

    return Hint(box, say)


def draw_heat(target: Paper, box: pygame.Rect, values: np.ndarray, turn: bool = True) -> None:
    """Draws values as a heat map, blue below 0 and clay above, relative to the largest.

    Args:
        target: picture to draw on.
        box: points to fill.
        values: [..., columns].
        turn: draws the longer side across.
    """
    values = _heat_rows(values.astype(float), turn)
    small = theme.to_surface(theme.diverging_colors(values / (np.nanmax(abs(values), initial=0.0) or 1.0)))
    target.stretch(small, box)
