"""Ancestry: the course of a run: numbers, births and deaths, energy, diversity, traits."""

from __future__ import annotations

import csv

import numpy as np

from alife import params
from alife.instruments.finding import (
    COLORS,
    INK,
    LEAF,
    MUTED,
    RUST,
    SKY,
    Facts,
    Finding,
    Picture,
    drawing,
    grid,
    hide_unused,
    svg,
)
from alife.instruments.subject import Subject

CURVES = (  # panels: columns of metrics.csv that share one
    ("agents", ("agents",)),
    ("energy of an agent", ("energy",)),
    ("generation", ("generation",)),
    ("diversity of genomes", ("diversity",)),
    ("body size and diet", ("size", "diet")),
    ("standing plants, share of capacity", ("standing",)),
)


class Params(params.Params):
    """Nothing to set."""


class Ancestry:
    """Curves of metrics.csv."""

    order = 50

    def __init__(self, settings: Params) -> None:
        self.settings = settings

    def measure(self, subject: Subject) -> Finding | None:
        """The course of a run; None for a single genome."""
        if subject.run is None:
            return None
        table = read_metrics(subject)
        if not table:
            return Finding("The run", "It has not written a sound row of metrics yet.")
        text = "How the population fared from its founders on."
        pictures = [_curves(table), *_turnover(table)]
        return Finding("The run", text, _facts(table), pictures=pictures)


def read_metrics(subject: Subject) -> dict[str, np.ndarray]:
    """metrics.csv by column, up to a row that a kill cut short; empty before the first row."""
    if subject.run is None or not subject.run.metrics.exists():
        return {}
    lines = subject.run.metrics.read_text(encoding="utf-8", errors="replace")
    header, *rows = list(csv.reader(lines[: lines.rfind("\n") + 1].splitlines())) or [[]]
    sound = [numbers for row in rows if (numbers := _numbers(row)) and len(numbers) == len(header)]
    return dict(zip(header, np.array(sound).T, strict=True)) if sound and "step" in header else {}


def _numbers(row: list[str]) -> list[float]:
    try:
        return [float(value) for value in row]
    except ValueError:
        return []


def _facts(table: dict[str, np.ndarray]) -> Facts:
    last = {name: values[-1] for name, values in table.items()}
    causes = {name.removeprefix("deaths_"): int(value) for name, value in last.items() if name.startswith("deaths_")}
    counted = {name: name.replace("_", " ") for name in ("agents", "births", "births_refused") if name in last}
    facts: Facts = {"steps": int(last["step"]), **{words: int(last[name]) for name, words in counted.items()}}
    facts |= causes
    if not last.get("agents", 1) and causes:
        facts["fate"] = f"extinct; most died {max(causes, key=lambda name: causes[name])}"
    return {**facts, "generations": round(float(last["generation"]), 1)} if "generation" in last else facts


def _curves(table: dict[str, np.ndarray]) -> Picture:
    panels = [(title, names) for title, names in CURVES if all(name in table for name in names)]
    rows, columns = grid(max(len(panels), 1))
    with drawing(rows, columns, 1.75 * rows) as (figure, axes):
        for axis, (title, names) in zip(axes, panels, strict=False):
            for color, name in zip(COLORS, names, strict=False):
                axis.plot(table["step"], table[name], color=color, lw=1.3, label=name)
            axis.set(title=title, ylim=(min(0.0, float(table[names[0]].min())), None), xlim=_span(table))
            if len(names) > 1:
                axis.legend(fontsize=7)
        hide_unused(axes, len(panels))
        return Picture("The run, over its steps.", svg(figure))


def _turnover(table: dict[str, np.ndarray]) -> list[Picture]:
    """Deaths by cause with the births over them; nothing before the second row."""
    causes = [name for name in table if name.startswith("deaths_")]
    if len(table["step"]) < 2 or not causes:
        return []
    steps = table["step"][1:]
    rates = {name: np.diff(table[name]) / np.diff(table["step"]) for name in (*causes, "births")}
    labels = [name.removeprefix("deaths_") for name in causes]
    with drawing(1, 1, 1.9) as (figure, (axis,)):
        colors = (RUST, LEAF, SKY, MUTED)
        axis.stackplot(steps, [rates[name] for name in causes], labels=labels, colors=colors, alpha=0.85)
        axis.plot(steps, rates["births"], color=INK, lw=1, label="births")
        axis.set(title="births and deaths a step", xlim=_span(table), ylim=(0, None))
        axis.legend(fontsize=7, ncols=4)
        return [Picture("Deaths by cause (areas) and births (line).", svg(figure))]


def _span(table: dict[str, np.ndarray]) -> tuple[float, float]:
    return 0.0, float(max(table["step"][-1], 1))
