"""A graph of two curves over time."""

from __future__ import annotations

import numpy as np
import pygame

from alife.viewer.draw import theme

CAPACITY = 512  # points; a full history drops every second one and doubles its spacing


class History:
    """Two values at evenly spaced steps since the window opened.

    Attributes:
        labels: names of the filled curve and of the line; "" for no curve.
        clock: what `steps` counts.
        one_axis: True if both curves have the same axis.
        steps: [K] steps of the points.
        filled, line: [K] values of the curves; NaN where unknown.
    """

    def __init__(self, labels: tuple[str, str], clock: str, one_axis: bool = False) -> None:
        """Starts empty."""
        self.labels, self.clock, self.one_axis = labels, clock, one_axis
        self.steps: list[int] = []
        self.filled: list[float] = []
        self.line: list[float] = []
        self._spacing = 1

    def is_due(self, step: int) -> bool:
        """Returns True if a point at this step would be kept: it is at least the spacing after the last one."""
        return not self.steps or step >= self.steps[-1] + self._spacing

    def add(self, step: int, filled: float, line: float) -> None:
        """Adds a point if it is due."""
        if not self.is_due(step):
            return
        self.steps.append(step)
        self.filled.append(filled)
        self.line.append(line)
        if len(self.steps) >= CAPACITY:
            self.steps, self.filled, self.line = self.steps[::2], self.filled[::2], self.line[::2]
            self._spacing *= 2


def draw_graph(target: pygame.Surface, box: pygame.Rect, history: History) -> None:
    """Draws the first curve filled and the second as a line."""
    pygame.draw.rect(target, theme.CARD, box, border_radius=6)
    plot = box.inflate(-16, -38).move(0, 3)
    for share in (0.0, 0.5, 1.0):
        y = plot.bottom - round(share * plot.height)
        pygame.draw.line(target, theme.LINE, (plot.left, y), (plot.right, y))
    axes = [axis_of(history.filled), axis_of(history.line)]
    if history.one_axis:
        axes = [axis_of([*axes[0], *axes[1]])] * 2
    styles = ((history.filled, theme.GREEN, ""), (history.line, theme.CLAY, "right"))
    for (values, color, side), axis, label in zip(styles, axes, history.labels, strict=True):
        _draw_curve(target, plot, (history.steps, values), axis, color, filled=not side)
        known = history.steps and not all(np.isnan(values))
        text = f"{label}, {theme.format_number(axis[0])} to {theme.format_number(axis[1])}" if known else ""
        theme.write(target, ((box.right - 8) if side else box.left + 8, box.top + 3), text, 11, color, f"bold {side}")
    for step, side in ((history.steps[0], ""), (history.steps[-1], "right")) if history.steps else ():
        x = plot.right if side else plot.left
        theme.write(target, (x, box.bottom - 16), f"{history.clock} {step:,}", 10, theme.MUTED, side)


Axis = tuple[float, float]  # values at the bottom and at the top


def axis_of(values: list[float]) -> Axis:
    """Returns round limits, at or beyond 0 and all finite values."""
    known = [value for value in values if np.isfinite(value)]
    low, high = min([0.0, *known]), max([0.0, *known])
    return (-round_up(-low) if low else 0.0), (round_up(high) if high or not low else 0.0)


def _draw_curve(
    target: pygame.Surface, plot: pygame.Rect, series: tuple[list[int], list[float]], axis: Axis, color: theme.Color,
    filled: bool,
) -> None:  # fmt: skip
    """Draws the known values of one curve."""
    known = np.isfinite(np.array(series[1], float))
    steps, values = np.array(series[0], float)[known], np.array(series[1], float)[known]
    if len(steps) < 2:
        return
    x = plot.left + (steps - series[0][0]) / max(series[0][-1] - series[0][0], 1) * plot.width
    y = plot.bottom - (values - axis[0]) / (axis[1] - axis[0]) * plot.height
    points = list(zip(x.tolist(), y.tolist(), strict=True))
    if filled:
        pale = tuple((c + 2 * p) // 3 for c, p in zip(color, theme.CARD, strict=True))
        pygame.draw.polygon(target, pale, [(points[0][0], plot.bottom), *points, (points[-1][0], plot.bottom)])
    pygame.draw.aalines(target, color, False, points)
    pygame.draw.aalines(target, color, False, [(x, y + 0.6) for x, y in points])


def round_up(value: float) -> float:
    """Returns the least number 1, 1.5, 2, 3, 5 or 7.5 times a power of ten that is at least `value`; 1 if not > 0."""
    if not value > 0:
        return 1.0
    scale = 10.0 ** np.floor(np.log10(value))
    return float(next(k for k in (1, 1.5, 2, 3, 5, 7.5, 10) if k * scale >= value * 0.999999) * scale)
