"""The graph: metrics over time, those of one unit on one axis, below each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pygame

from alife.viewer.draw import theme
from alife.viewer.draw.hover import draw_values
from alife.viewer.draw.paper import Paper
from alife.viewer.history import Event, History
from alife.viewer.keys import label_of
from alife.world import Metric

HEADER, TICKS, FOOT, GAP = 16, 42, 15, 5  # points above a plot, left of it, below the last, and between two
TICK = 13  # points between values of an axis at least
NEAR = 5  # points between the pointer and an event that it is at
Axis = tuple[float, float]  # values at the bottom and at the top


@dataclass(frozen=True)
class Plot:
    """A plot that was drawn. box: its area, points. metrics: of one unit. axis: values at its ends."""

    box: pygame.Rect
    metrics: Sequence[Metric]
    axis: Axis


def height_of(plots: int, room: int) -> int:
    """Returns the points of height of a number of plots. room: points that they should take."""
    return plots * (HEADER + _high(plots, room) + GAP) + FOOT + 6 if plots else HEADER + FOOT


def _high(plots: int, room: int) -> int:
    return max((room - FOOT) // plots - HEADER, 34)


def draw_graph(paper: Paper, box: pygame.Rect, history: History, room: int) -> list[Plot]:
    """Draws the metrics that are shown, and returns the plots.

    Args:
        paper: to draw on.
        box: whose height is `height_of`, points.
        history: of the run.
        room: points of height, as of `height_of`.
    """
    paper.rect(theme.CARD, box, radius=6)
    groups, top = history.plots(), box.top + 3
    if not groups:
        text = f"no metric chosen: {label_of('show_metrics')}, or click here"
        paper.write((box.left + 8, top + 4), text, 11, theme.MUTED)
    plots = []
    for metrics in groups:
        values = [value for one in metrics for value in history.values[one.name]]
        area = pygame.Rect(box.left + TICKS, top + HEADER, box.width - TICKS - 10, _high(len(groups), room))
        plot = Plot(area, metrics, axis_of(values))
        _draw_header(paper, pygame.Rect(area.left, top, area.width, HEADER), plot, history)
        _draw_plot(paper, plot, history)
        plots.append(plot)
        top = area.bottom + GAP
    if plots and history.steps:
        _draw_clock(paper, plots[-1].box, history)
    return plots


def color_of(name: str, history: History) -> theme.Color:
    """Returns the color of a metric that is shown."""
    return theme.CURVES[history.shown.index(name) % len(theme.CURVES)]


def _draw_header(paper: Paper, line: pygame.Rect, plot: Plot, history: History) -> None:
    """Draws the name and the last value of each curve, and the unit of the axis."""
    unit = plot.metrics[0].unit
    right = line.right - (paper.write((line.right, line.top), unit, 10, theme.MUTED, "right") + 8 if unit else 0)
    names = [one.name.replace("_", " ") for one in plot.metrics]
    valued = [f"{name} {_last(history.values[one.name])}" for name, one in zip(names, plot.metrics, strict=True)]
    each = (right - line.left) // len(names)
    shorter = [paper.shorten(name, 11, each - 8, bold=True) for name in names]
    fitting = (texts for texts in (valued, names) if _length(paper, texts) <= right - line.left)
    texts, left = next(fitting, shorter), line.left
    free = max(right - line.left - _length(paper, texts), 0) // len(texts)
    for one, text in zip(plot.metrics, texts, strict=True):
        left += paper.write((left, line.top - 1), text, 11, color_of(one.name, history), "bold") + 8 + free


def _length(paper: Paper, texts: Sequence[str]) -> int:
    """Returns the width of texts beside each other, points."""
    return sum(paper.length(text, 11, bold=True) + 8 for text in texts)


def _last(values: Sequence[float]) -> str:
    return theme.format_number(values[-1]) if values and np.isfinite(values[-1]) else "-"


def _draw_plot(paper: Paper, plot: Plot, history: History) -> None:
    """Draws the axis with its values, the events, and the curves."""
    box, (low, high) = plot.box, plot.axis
    middle = 0.0 if low < 0 < high else (low + high) / 2
    named = named_values(plot.axis, box.height)
    for value in (low, middle, high):
        y = round(_y_of(value, plot))
        paper.line(theme.LINE, (box.left, y), (box.right, y))
        if value in named:
            paper.write((box.left - 5, y - 7), theme.format_number(value), 9, theme.MUTED, "right")
    draw_marks(paper, box, history)
    for one in plot.metrics:
        _draw_curve(paper, plot, (history.steps, history.values[one.name]), color_of(one.name, history))


def named_values(axis: Axis, high: int) -> list[float]:
    """Returns the values that an axis names: 0 if it is inside, else the middle, and ends that are not too near it.

    high: points of the axis.
    """
    inside = axis[0] < 0 < axis[1]
    if not inside and high < 44:
        return list(axis)
    middle, tick = 0.0 if inside else (axis[0] + axis[1]) / 2, TICK / high * (axis[1] - axis[0])
    return [middle, *(end for end in axis if abs(end - middle) >= tick)]


def draw_marks(paper: Paper, box: pygame.Rect, history: History) -> None:
    """Draws marked events as lines down a box of the graph's width."""
    for event in history.marks:
        if (x := _x_of(event.step, box, history)) is not None:
            paper.line(theme.MUTED, (x, box.top), (x, box.bottom))
            paper.polygon(theme.MUTED, [(x - 3, box.top), (x + 3, box.top), (x, box.top + 5)])


def _x_of(step: float, box: pygame.Rect, history: History) -> float | None:
    """Returns where a step is, points; None outside of the axis."""
    if len(history.steps) < 2 or not history.steps[0] <= step <= history.steps[-1]:
        return None
    return box.left + (step - history.steps[0]) / (history.steps[-1] - history.steps[0]) * box.width


def step_at(x: float, wide: int, history: History) -> float:
    """Returns the step at a place of the axis. x: from its left end, points. wide: of the axis, points."""
    return history.steps[0] + x / wide * (history.steps[-1] - history.steps[0])


def _draw_clock(paper: Paper, box: pygame.Rect, history: History) -> None:
    """Draws the first, middle and last step below a plot."""
    first, last = history.steps[0], history.steps[-1]
    paper.write((box.left, box.bottom + 2), f"{history.clock} {first:,}", 10, theme.MUTED)
    if last > first:
        paper.write((box.right, box.bottom + 2), f"{last:,}", 10, theme.MUTED, "right")
        if last >= first + 10:
            paper.write((box.centerx, box.bottom + 2), f"{(first + last) // 2:,}", 10, theme.MUTED, "center")


def draw_hover(paper: Paper, plots: Sequence[Plot], history: History, at: tuple[float, float]) -> bool:
    """Draws the values at the step under the pointer; returns False if it is over no plot.

    Args:
        paper: to draw on.
        plots: as they were drawn.
        history: of the run.
        at: the pointer, points.
    """
    if len(history.steps) < 2 or not any(plot.box.collidepoint(at) for plot in plots):
        return False
    box = plots[0].box
    point = history.nearest(step_at(at[0] - box.left, box.width, history))
    assert point is not None
    x = _x_of(history.steps[point], box, history)
    assert x is not None
    lines = [f"{history.clock} {history.steps[point]:,}"]
    for plot in plots:
        paper.line(theme.MUTED, (x, plot.box.top), (x, plot.box.bottom))
        for one in plot.metrics:
            value = history.values[one.name][point]
            lines.append(f"{one.name.replace('_', ' ')} {_exact(value)} {one.unit}".rstrip())
            if np.isfinite(value):
                paper.circle(color_of(one.name, history), (x, _y_of(value, plot)), 3)
    lines += [event.text for event in events_at(history, x, box)]
    draw_values(paper, lines, (x, plots[-1].box.bottom + FOOT + 4))
    return True


def events_at(history: History, x: float, box: pygame.Rect) -> list[Event]:
    """Returns the events at a place of the axis, three at most."""
    near = ((event, _x_of(event.step, box, history)) for event in history.marks)
    return [event for event, place in near if place is not None and abs(place - x) <= NEAR][:3]


def _exact(value: float) -> str:
    """Returns a value in all digits that matter."""
    if not np.isfinite(value):
        return "unknown"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.5g}"


def axis_of(values: list[float]) -> Axis:
    """Returns round limits, at or beyond 0 and all finite values.

    Where values lie on both sides of 0, each side has a quarter of the other's length at least.
    """
    known = [value for value in values if np.isfinite(value)]
    low, high = min([0.0, *known]), max([0.0, *known])
    if low and high:
        low, high = min(low, -high / 4), max(high, -low / 4)
    return (-round_up(-low) if low else 0.0), (round_up(high) if high or not low else 0.0)


def _y_of(value: float, plot: Plot) -> float:
    return plot.box.bottom - (value - plot.axis[0]) / (plot.axis[1] - plot.axis[0]) * plot.box.height


def _draw_curve(paper: Paper, plot: Plot, series: tuple[list[int], list[float]], color: theme.Color) -> None:
    """Draws the known values of one curve, filled to 0 if it is alone on its axis."""
    known = np.isfinite(np.array(series[1], float))
    steps, values = np.array(series[0], float)[known], np.array(series[1], float)[known]
    if len(steps) < 2:
        return
    box = plot.box
    x = box.left + (steps - series[0][0]) / max(series[0][-1] - series[0][0], 1) * box.width
    points = list(zip(x.tolist(), _y_of_all(values, plot).tolist(), strict=True))
    if len(plot.metrics) == 1:
        pale = theme.mixed(color, 1 / 3, theme.CARD)
        zero = _y_of(0.0, plot)
        paper.polygon(pale, [(points[0][0], zero), *points, (points[-1][0], zero)])
    paper.lines(color, points)


def _y_of_all(values: np.ndarray, plot: Plot) -> np.ndarray:
    y: np.ndarray = plot.box.bottom - (values - plot.axis[0]) / (plot.axis[1] - plot.axis[0]) * plot.box.height
    return y


def round_up(value: float) -> float:
    """Returns the least number 1, 1.5, 2, 3, 5 or 7.5 times a power of ten that is at least `value`; 1 if not > 0."""
    if not value > 0:
        return 1.0
    scale = 10.0 ** np.floor(np.log10(value))
    return float(next(k for k in (1, 1.5, 2, 3, 5, 7.5, 10) if k * scale >= value * 0.999999) * scale)
