"""Drawings of genomes and brains by matplotlib, which is loaded with the first of them, in the colours of the page."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

INK, MUTED, LEAF, RUST, SKY, LINE = "#33312c", "#8a857a", "#4f8a3c", "#c2573a", "#3b6ea8", "#cfc8b8"
COLORS = (SKY, RUST, LEAF, "#b08a2e", "#7a5c9e", "#4a9a94", MUTED)  # of lines in one picture, in turn
ON_WARM = "#33312d"  # of words on colours that stay light when the page turns dark
VARIABLES = {INK: "ink", MUTED: "muted", LEAF: "leaf", RUST: "rust", SKY: "sky", LINE: "line"}  # of the page's style
VARIABLES |= dict(zip(COLORS[3:6], ("sand", "plum", "teal"), strict=True))
STYLE: Any = {
    "font.family": "sans-serif",
    "font.size": 9,
    "svg.fonttype": "none",
    "svg.hashsalt": "alife",
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
    """A figure 7.6 inches wide and its axes in one list; closed afterwards."""
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
    """Rows and columns of `count` panels, two side by side."""
    return -(-count // 2), 2


def hide_unused(axes: Sequence[Any], used: int) -> None:
    """Leave the panels behind the used ones empty."""
    for axis in axes[used:]:
        axis.axis("off")


def svg(figure: Any) -> str:
    """The figure as SVG text that scales with the page, and turns dark with it."""
    file = io.StringIO()
    figure.savefig(file, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    text = file.getvalue()
    for color, name in VARIABLES.items():
        text = text.replace(color, f"var(--{name})")
    return text[text.index("<svg") :]


def diverging() -> Any:
    """Colours from below zero to above it."""
    return _colors("rust to sky", RUST, "#f4efe4", SKY)


def warm() -> Any:
    """Colours from nothing to much."""
    return _colors("paper to rust", "#fbf8f1", "#e9b9a4", RUST)


def _colors(name: str, *colors: str) -> Any:
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list(name, colors)


def strip(axis: Any, values: Any, title: str, ticks: Sequence[str] = ()) -> None:
    """Rows of numbers as strips of colour around zero: [rows, columns]."""
    size = max(float(abs(values).max()), 1e-9)
    axis.imshow(values, aspect="auto", cmap=diverging(), vmin=-size, vmax=size, interpolation="nearest")
    axis.set_title(f"{title}  (±{size:.2g})")
    axis.set_yticks(range(len(ticks)), ticks)
    axis.tick_params(length=0)
