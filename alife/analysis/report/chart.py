"""Charts as HTML as wide as the page: shapes in an SVG that stretches with it, labels beside the SVG that do not.

Colors are classes of the page's style, c0 to c6, so that a chart turns dark with the page.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from alife.analysis.report.finding import Table
from alife.analysis.report.scale import Scale, label, linear, logarithmic
from alife.analysis.report.tables import evenly, numbers_html

SIZE = 1000  # width and height of a drawing, in units of its own
MOST = 800  # points of a line; more than there are pixels would not be seen


@dataclass(frozen=True)
class Line:
    """name: for the legend. y: [M]. color: 0..6. band: lower and upper edge of a band around it, [M] both, or None."""

    name: str
    y: np.ndarray
    color: int
    band: tuple[np.ndarray, np.ndarray] | None = None


def lines(title: str, x: np.ndarray, drawn: Sequence[Line], unit: str, logs: bool = False) -> str:
    """Returns a panel of lines over x: [M], ascending. unit: of x. logs: if True, the vertical scale is logarithmic."""
    values = np.concatenate([edge for line in drawn for edge in (line.y, *(line.band or ()))])
    across, up = (
        linear(0.0, max(float(x[-1]), 1.0), whole=True),
        (logarithmic if logs else linear)(*_span(values, logs)),
    )
    bands = [(*line.band, line.color) for line in drawn if line.band]
    shapes = [_band(across(x), up(low), up(high), color) for low, high, color in bands]
    shapes += [_line(across(x), up(line.y), line.color) for line in drawn]
    keys = [(line.name, line.color, float(line.y[-1])) for line in drawn]
    return panel(title, shapes, across, up, unit, keys, _numbers(x, drawn, unit))


def areas(title: str, x: np.ndarray, stacked: Sequence[Line], above: Line, unit: str) -> str:
    """Returns a panel of stacked areas over x, [M], ascending, and the line `above` over them. unit: of x."""
    tops = np.cumsum([line.y for line in stacked], axis=0)
    across = linear(0.0, max(float(x[-1]), 1.0), whole=True)
    up = linear(0.0, float(max(tops.max(), above.y.max(), 1e-9)))
    floors = [np.zeros(len(x)), *tops[:-1]]
    pairs = zip(floors, tops, stacked, strict=True)
    shapes = [_band(across(x), up(low), up(high), line.color, "area") for low, high, line in pairs]
    shapes.append(_line(across(x), up(above.y), above.color))
    every = (*stacked, above)
    keys = [(line.name, line.color, None) for line in every]
    return panel(title, shapes, across, up, unit, keys, _numbers(x, every, unit))


def panel(
    title: str,
    shapes: list[str],
    across: Scale,
    up: Scale,
    unit: str,
    legend: Sequence[tuple[str, int, float | None]],
    numbers: str = "",
) -> str:
    """Returns a panel of shapes with a title, a legend and the labels of its scales.

    Args:
        title: heading.
        shapes: SVG elements, the last in front.
        across, up: horizontal and vertical scale.
        unit: of the horizontal scale.
        legend: name, color and last value of each line; a single entry shows its value alone.
        numbers: HTML of what the panel draws, folded under it.
    """
    grid = "".join(f"M0 {SIZE - place:.0f}H{SIZE}" for place in up(up.ticks))
    keys = "".join(_key(*entry) for entry in legend) if len(legend) > 1 else _last(legend[0][2])
    return (
        f'<div class="panel"><h3>{html.escape(title)}</h3><p class="legend">{keys}</p><div class="plot">'
        f'<svg viewBox="0 0 {SIZE} {SIZE}" preserveAspectRatio="none" role="img" aria-label="{html.escape(title)}">'
        f'<path class="grid" d="{grid}"/>{"".join(shapes)}</svg>{_labels(up, "bottom")}</div>{axis(across, unit)}'
        f"{numbers}</div>"
    )


def _numbers(x: np.ndarray, drawn: Sequence[Line], unit: str) -> str:
    """Returns x: [M] and the lines over it, with the edges of their bands, as a folded table of some of the M rows."""
    columns = [(unit, x)]
    for line in drawn:
        columns.append((line.name or "value", line.y))
        columns += [(f"{line.name} {edge}", y) for edge, y in zip(("low", "high"), line.band or (), strict=False)]
    names, values = zip(*columns, strict=True)
    rows = evenly(len(x))
    shown = zip(*(column[rows].tolist() for column in values), strict=True)
    return numbers_html(Table("Numbers", names, tuple(shown)), len(x))


def axis(across: Scale, unit: str) -> str:
    """Returns the labels below a panel. unit: of the scale."""
    return f'<div class="axis">{_labels(across, "left")}<i>{html.escape(unit)}</i></div>'


def _labels(scale: Scale, side: str) -> str:
    places = zip(scale(scale.ticks), scale.ticks, strict=True)
    return "".join(f'<span style="{side}:{place * 100 / SIZE:.1f}%">{label(tick)}</span>' for place, tick in places)


def _key(name: str, color: int, last: float | None) -> str:
    return f'<span><b class="c{color}"></b>{html.escape(name)}{_last(last)}</span>'


def _last(value: float | None) -> str:
    return "" if value is None or not np.isfinite(value) else f" <em>{label(value)}</em>"


def _span(values: np.ndarray, logs: bool) -> tuple[float, float]:
    finite = values[np.isfinite(values)]
    if logs:
        return 1.0, float(finite.max(initial=1.0))
    return min(0.0, float(finite.min(initial=0.0))), float(finite.max(initial=0.0))


def _line(x: np.ndarray, y: np.ndarray, color: int) -> str:
    x, y = thinned(x, y)
    return f'<path class="line c{color}" d="{_path(x, y)}"/>' if len(x) else ""


def _band(x: np.ndarray, low: np.ndarray, high: np.ndarray, color: int, kind: str = "band") -> str:
    above, below = thinned(x, high), thinned(x, low)
    if not len(above[0]) or not len(below[0]):
        return ""
    outline = (np.append(above[0], below[0][::-1]), np.append(above[1], below[1][::-1]))
    return f'<path class="{kind} c{color}" d="{_path(*outline)}Z"/>'


def _path(x: np.ndarray, y: np.ndarray) -> str:
    points = [f"{across:.1f} {SIZE - up:.1f}" for across, up in zip(x, y, strict=True)]
    return f"M{'L'.join(points)}{'h0' if len(points) == 1 else ''}"  # round line caps draw a single point as a dot


def thinned(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns the points [K] of x and y [M] whose y is finite; of more than MOST, the extremes of each interval."""
    x, y = x[np.isfinite(y)], y[np.isfinite(y)]
    if len(x) <= MOST:
        return x, y
    cuts = np.linspace(0, len(x), MOST // 2 + 1).astype(int)
    pairs = zip(cuts[:-1], cuts[1:], strict=True)
    kept = {start + int(at(y[start:end])) for start, end in pairs for at in (np.argmin, np.argmax)} | {0, len(x) - 1}
    rows = np.array(sorted(kept))
    return x[rows], y[rows]
