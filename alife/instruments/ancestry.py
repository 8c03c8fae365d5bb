"""Ancestry: the course of a run, and how deep its lineages are."""

from __future__ import annotations

import csv

import numpy as np

from alife import params
from alife.instruments.finding import LEAF, MUTED, RUST, SKY, Facts, Finding, Picture, drawing, svg
from alife.instruments.subject import Subject

CURVES = (  # panels: columns of metrics.csv and how each is drawn
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
    """Curves of metrics.csv and the facts of lineage.csv."""

    order = 4

    def __init__(self, settings: Params) -> None:
        self.settings = settings

    def measure(self, subject: Subject) -> Finding | None:
        """The course of a run; None for a single genome."""
        if subject.run is None:
            return None
        table = read_metrics(subject)
        if not table:
            return Finding("The run", "It has not written a row of metrics yet.")
        text = "How the population fared from its founders on. Nothing was scored: who had young, had young."
        return Finding("The run", text, _facts(table), pictures=[_curves(table), _deaths(table)])


def read_metrics(subject: Subject) -> dict[str, np.ndarray]:
    """metrics.csv by column; empty before the first row."""
    if subject.run is None or not subject.run.metrics.exists():
        return {}
    with open(subject.run.metrics, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: np.array([float(row[name]) for row in rows]) for name in rows[0]} if rows else {}


def _facts(table: dict[str, np.ndarray]) -> Facts:
    last = {name: values[-1] for name, values in table.items()}
    causes = {name.removeprefix("deaths_"): int(value) for name, value in last.items() if name.startswith("deaths_")}
    facts: Facts = {"steps": int(last["step"]), "agents": int(last["agents"]), "births": int(last["births"])}
    facts |= causes
    if not last["agents"]:
        facts["fate"] = f"extinct; most died {max(causes, key=lambda name: causes[name])}"
    return {**facts, "generations": round(float(last["generation"]), 1)}


def _curves(table: dict[str, np.ndarray]) -> Picture:
    panels = [(title, names) for title, names in CURVES if all(name in table for name in names)]
    with drawing(-(-len(panels) // 2), 2, 1.75 * -(-len(panels) // 2)) as (figure, axes):
        for axis, (title, names) in zip(axes, panels, strict=False):
            for color, name in zip((SKY, RUST), names, strict=False):
                axis.plot(table["step"], table[name], color=color, lw=1.3, label=name)
            axis.set(title=title, ylim=(0, None), xlim=(0, max(table["step"][-1], 1)))
            if len(names) > 1:
                axis.legend(fontsize=7)
        return Picture("The run, over its steps.", svg(figure))


def _deaths(table: dict[str, np.ndarray]) -> Picture:
    names = [name for name in table if name.startswith("deaths_")]
    with drawing(1, 1, 1.9) as (figure, (axis,)):
        steps = np.diff(table["step"], prepend=table["step"][0])
        rates = [np.diff(table[name], prepend=0) / np.maximum(steps, 1) for name in names]
        labels = [name.removeprefix("deaths_") for name in names]
        axis.stackplot(table["step"], rates, labels=labels, colors=(RUST, LEAF, SKY, MUTED), alpha=0.85)
        axis.set(title="deaths a step", xlim=(0, max(table["step"][-1], 1)))
        axis.legend(fontsize=7, ncols=3)
        return Picture("Deaths by cause.", svg(figure))
