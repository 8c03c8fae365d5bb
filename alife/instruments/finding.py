"""What an instrument finds, as plain data: facts, tables and pictures, each with a sentence of what it means."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402  after the choice of a drawing without a display

Facts = dict[str, str | int | float]

INK, MUTED, LEAF, RUST, SKY = "#33312c", "#8a857a", "#4f8a3c", "#c2573a", "#3b6ea8"
COLORS = (SKY, RUST, LEAF, "#b08a2e", "#7a5c9e", "#4a9a94", MUTED)  # of lines in one picture, in turn
DIVERGING = matplotlib.colors.LinearSegmentedColormap.from_list("rust to sky", [RUST, "#f4efe4", SKY])
WARM = matplotlib.colors.LinearSegmentedColormap.from_list("paper to rust", ["#fbf8f1", "#e9b9a4", RUST])
STYLE: Any = {
    "font.family": "sans-serif",
    "font.size": 9,
    "svg.fonttype": "none",
    "svg.hashsalt": "alife",
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": "#cfc8b8",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "axes.titlesize": 9,
    "axes.titlelocation": "left",
    "legend.frameon": False,
    "figure.constrained_layout.use": True,
}


@dataclass(frozen=True)
class Table:
    """Rows of text and numbers under their column names."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class Picture:
    """An SVG drawing and what it shows."""

    caption: str
    svg: str


@dataclass
class Finding:
    """One section of a report. text: what it means, for a reader who has not read the code."""

    title: str
    text: str
    facts: Facts = field(default_factory=dict)
    tables: list[Table] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)


@contextmanager
def drawing(rows: int, columns: int, height: float) -> Iterator[tuple[Any, list[Any]]]:
    """A figure 7.6 inches wide and its axes in one list; closed afterwards."""
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
    """The figure as SVG text that scales with the page."""
    text = io.StringIO()
    figure.savefig(text, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return text.getvalue()[text.getvalue().index("<svg") :]


def strip(axis: Any, values: Any, title: str, ticks: Sequence[str] = ()) -> None:
    """Rows of numbers as strips of colour around zero: [rows, columns]."""
    size = max(float(abs(values).max()), 1e-9)
    axis.imshow(values, aspect="auto", cmap=DIVERGING, vmin=-size, vmax=size, interpolation="nearest")
    axis.set_title(f"{title}  (±{size:.2g})")
    axis.set_yticks(range(len(ticks)), ticks)
    axis.tick_params(length=0)
