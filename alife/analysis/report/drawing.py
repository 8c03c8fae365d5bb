"""Drawings of genomes and brains with matplotlib in the colors of the page; the first drawing imports matplotlib."""

from __future__ import annotations

import io
import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from alife.backends.cpu.cache_files import cache_folder

INK, MUTED, LEAF, RUST, SKY, LINE = "#33312c", "#8a857a", "#4f8a3c", "#c2573a", "#3b6ea8", "#cfc8b8"
COLORS = (SKY, RUST, LEAF, "#b08a2e", "#7a5c9e", "#4a9a94", MUTED)  # of the lines of a picture, in this order
ON_WARM = INK  # text on the colors of `warm`, which turn with the page
# color -> variable of the page's style
VARIABLES = {INK: "ink", MUTED: "muted", LEAF: "leaf", RUST: "rust", SKY: "sky", LINE: "line"}
VARIABLES |= dict(zip(COLORS[3:6], ("sand", "plum", "teal"), strict=True))
VARIABLES |= {"#000000": "ink", "#ffffff": "card"}  # that matplotlib takes where none is given
STYLE: Any = {
    "font.family": "sans-serif",
    "font.size": 9,
    "svg.fonttype": "none",
    "svg.hashsalt": "alife",
    "text.parse_math": False,  # a dollar sign in the name of a sensor is no formula
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": LINE,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "axes.titlesize": 9,
    "axes.titlelocation": "left",
    "legend.frameon": False,
    "figure.constrained_layout.use": True,
}


@contextmanager
def drawing(rows: int, columns: int, height: float) -> Iterator[tuple[Any, list[Any]]]:
    """Yields a figure, 7.6 inches wide, with its axes in one list; closes it at the end. height: inches."""
    folder = cache_folder()
    if folder is not None and "matplotlib" not in sys.modules:  # which makes folders at home else
        os.environ.setdefault("MPLCONFIGDIR", str(folder / "matplotlib"))
    import matplotlib

    matplotlib.use("Agg")  # draws without a display
    import matplotlib.pyplot as plt

    with matplotlib.rc_context(STYLE):
        figure, axes = plt.subplots(rows, columns, figsize=(7.6, height), squeeze=False)
        try:
            yield figure, list(axes.ravel())
        finally:
            plt.close(figure)


def grid(count: int) -> tuple[int, int]:
    """Returns the numbers of rows and columns for `count` panels, two side by side."""
    return -(-count // 2), 2


def hide_unused(axes: Sequence[Any], used: int) -> None:
    """Empties all panels after the first `used`."""
    for axis in axes[used:]:
        axis.axis("off")


def svg(figure: Any) -> str:
    """Returns the figure as SVG text that scales with the page and turns dark with it.

    The browser draws its text, so that signs which matplotlib's font lacks are no reason for a warning.
    """
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    for axis in (axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)):
        _without_formulas(axis)
    file = io.StringIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from")
        warnings.filterwarnings("ignore", "Matplotlib currently does not support .* natively")
        FigureCanvasSVG(figure)  # whose measures of text the layout takes
        figure.get_layout_engine().execute(figure)
        with matplotlib.rc_context({"figure.constrained_layout.use": False}):
            figure.set_layout_engine(None)  # else the figure is drawn once more, and thrown away, to be laid out
        figure.savefig(file, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    text = file.getvalue()
    for color, name in VARIABLES.items():
        text = text.replace(color, f"var(--{name})")
    return text[text.index("<svg") :]


def _without_formulas(axis: Any) -> None:
    """Lets powers of ten of a logarithmic axis be plain text, as dollar signs are."""
    from matplotlib.ticker import LogFormatter, LogFormatterMathtext

    base = getattr(axis.get_transform(), "base", 10.0)
    if isinstance(axis.get_major_formatter(), LogFormatterMathtext):
        axis.set_major_formatter(LogFormatter(base))
    if isinstance(axis.get_minor_formatter(), LogFormatterMathtext):
        axis.set_minor_formatter(LogFormatter(base, labelOnlyBase=True))


def diverging() -> Any:
    """Returns the color map of values around zero: red below, blue above."""
    return _colors("rust to sky", RUST, "#f4efe4", SKY)


def warm() -> Any:
    """Returns the color map of values from zero up."""
    return _colors("paper to rust", "#fbf8f1", "#e9b9a4", RUST)


def _colors(name: str, *colors: str) -> Any:
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list(name, colors)


def largest(values: Any) -> float:
    """Returns the largest finite size of values, [...]; 0 if there is none."""
    sizes = np.abs(np.asarray(values, np.float64))
    return float(sizes.max(initial=0.0, where=np.isfinite(sizes)))


def strip(axis: Any, values: Any, title: str, ticks: Sequence[str] = ()) -> None:
    """Draws values [rows, columns] as strips of color, symmetric around zero; NaN stays empty.

    ticks: names of the rows.
    """
    values = np.asarray(values, np.float64)  # of float32, differences of the largest overflow
    size = max(largest(values), 1e-9)
    axis.imshow(values, aspect="auto", cmap=diverging(), vmin=-size, vmax=size, interpolation="nearest")
    axis.set_title(f"{title}  (±{size:.2g})")
    axis.set_yticks(range(len(ticks)), ticks)
    axis.tick_params(length=0)
