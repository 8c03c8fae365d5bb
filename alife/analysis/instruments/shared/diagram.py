"""The diagram of a network: strips of lanes, layers between them, loops beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from alife.analysis.report.drawing import COLORS, INK, LINE, MUTED, drawing, svg
from alife.brains.shared.plan import Lanes, Loop, Plan

LEFT, RIGHT = 0.30, 0.94  # of the strips, as shares of the width
LETTER = 0.0085  # width of a letter of a label, about, as a share of the width


def diagram(found: Plan) -> str:
    """Returns the diagram as SVG."""
    rows = len(found.layers) + 4
    colors = {name: COLORS[k % len(COLORS)] for k, name in enumerate(_names(found))}
    lane = (RIGHT - LEFT) / found.width
    over, under = (0.26 * max(0, *_levels(groups, lane), 1) - 0.26 for groups in (found.inputs, found.outputs))
    with drawing(1, 1, 0.55 * rows + 0.22 * len(found.loops) + 0.6 * (over + under)) as (figure, (axis,)):
        axis.set_axis_off()
        axis.set(xlim=(0, 1), ylim=(0.3 - rows - under, 0.75 + over))
        top, bottom = 0.0, -float(rows - 1)
        _strip(axis, found.inputs, found.width, top, colors, above=True)
        _strip(axis, found.outputs, found.width, bottom, colors, above=False)
        _box(axis, -1.0, found.before)
        for number, text in enumerate(found.layers):
            _box(axis, -2.0 - number, text)
            if number + 1 in found.injections:
                _injection(axis, -1.0, -2.0 - number)
        _box(axis, bottom + 1, found.after)
        for row in range(rows - 1):
            _arrow(axis, (_middle(), -row - 0.25), (_middle(), -row - 0.72))
        for number, loop in enumerate(found.loops):
            _loop(axis, number, loop, colors[loop.target], (bottom, top))
        return svg(figure)


def _names(found: Plan) -> list[str]:
    return list(dict.fromkeys(group.name for group in (*found.inputs, *found.outputs)))


def _middle() -> float:
    return (LEFT + RIGHT) / 2


def _strip(axis: Any, groups: Sequence[Lanes], width: int, y: float, colors: dict[str, str], above: bool) -> None:
    """Draws lanes with their names."""
    from matplotlib.patches import Rectangle

    lane, x = (RIGHT - LEFT) / width, LEFT
    axis.add_patch(Rectangle((LEFT, y - 0.22), RIGHT - LEFT, 0.44, fill=False, edgecolor=LINE, lw=1))
    for group, label, level in zip(groups, map(_label, groups), _levels(groups, lane), strict=True):
        axis.add_patch(Rectangle((x, y - 0.22), group.count * lane, 0.44, color=colors[group.name], alpha=0.75, lw=0))
        away = 0.36 + 0.26 * level
        axis.text(x, y + away if above else y - away, label, fontsize=7.5, va="center", color=INK)
        x += group.count * lane


def _label(group: Lanes) -> str:
    return f"{group.name}: {group.count}" if group.count > 1 else group.name


def _levels(groups: Sequence[Lanes], lane: float) -> list[int]:
    """Returns the line of each label, the nearest to the strip, from 0, on which it covers no other."""
    ends: list[float] = []
    levels, x = [], 0.0
    for group in groups:
        level = next((line for line, end in enumerate(ends) if end <= x), len(ends))
        ends[level : level + 1] = [x + LETTER * (len(_label(group)) + 1)]
        levels.append(level)
        x += group.count * lane
    return levels


def _box(axis: Any, y: float, text: str) -> None:
    from matplotlib.patches import FancyBboxPatch

    shape = FancyBboxPatch(
        (LEFT, y - 0.2),
        RIGHT - LEFT,
        0.4,
        boxstyle="round,pad=0,rounding_size=0.012",
        fill=False,
        edgecolor=MUTED,
        lw=1,
    )
    axis.add_patch(shape)
    axis.text(_middle(), y, text, ha="center", va="center", fontsize=8, color=INK)


def _arrow(axis: Any, start: tuple[float, float], end: tuple[float, float], color: str = MUTED) -> None:
    axis.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": color, "lw": 1, "shrinkA": 0, "shrinkB": 0})


def _injection(axis: Any, source: float, target: float) -> None:
    """Draws the line by which the input is added again, right of the layers."""
    x = RIGHT + 0.03
    axis.plot([RIGHT, x, x], [source, source, target - 0.1], color=MUTED, lw=1)
    _arrow(axis, (x, target - 0.1), (RIGHT, target - 0.1))
    axis.text(x + 0.008, (source + target) / 2, "again", rotation=90, fontsize=7, va="center", color=MUTED)


def _loop(axis: Any, number: int, loop: Loop, color: str, ends: tuple[float, float]) -> None:
    """Draws a loop left of the layers, with its text. ends: y of the outputs, y of the inputs."""
    bottom, top = ends
    x = LEFT - 0.035 - 0.03 * number
    bottom, top = bottom - 0.15 + 0.1 * number, top + 0.15 - 0.1 * number
    axis.plot([LEFT, x, x], [bottom, bottom, top], color=color, lw=1.4)
    _arrow(axis, (x, top), (LEFT, top), color)
    y = -1.0 - 1.15 * number
    words = loop.text.replace(": ", ":\n").replace(", ", "\n")
    axis.text(0.0, y, words, fontsize=7.5, va="top", color=color)
