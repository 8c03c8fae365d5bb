"""Ancestry: the course of a run: fitness, or agents, births and deaths; diversity, and what the world measures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from alife.analysis.instruments.shared.base import Instrument
from alife.analysis.instruments.shared.base import NoParams as Params
from alife.analysis.report.chart import Line, areas, lines
from alife.analysis.report.finding import Facts, Finding
from alife.analysis.report.subject import Subject
from alife.experiment.records.metrics_csv import read_metrics
from alife.world import Metric

PANELS = {  # title -> columns of metrics.csv that share the panel, where a run has all of them
    "fitness per generation": ("best", "mean", "median"),
    "best fitness so far": ("best_so_far",),
    "living agents": ("agents",),
    "mean generation of the living": ("generation",),
    "diversity: RMS difference of a gene between two genomes": ("diversity",),
}
SIDES = {  # the same for coevolution, by how the columns of the two sides end
    "best fitness of each side": "_best",
    "mean fitness of each side": "_mean",
    "mean fitness of each side against the other's hall of fame": "_ancestors",
}
# drawn as a band, shown as a fact, or close to another column
NO_PANEL = ("step", "evaluations", "agent_steps", "refused", "sd", "births", "births_refused", "generation_max")
COUNTS = {
    "agents": "living agents",
    "births": "births",
    "births_refused": "births without a free slot",
    "evaluations": "genomes evaluated",
    "refused": "invalid evaluations",
    "agent_steps": "agent-steps",
}
ROUNDED = {"best_so_far": "best fitness", "generation": "mean generation"}
BIRTHS = 6  # color of births


class Ancestry(Instrument[Params]):
    """Curves of metrics.csv."""

    order = 2
    quick = True

    def measure(self, subject: Subject) -> Finding | None:
        """Returns the course of a run; None for a single genome."""
        if subject.run is None:
            return None
        table = _evaluated(read_metrics(subject.run.metrics))
        if not table:
            return Finding("The run", "metrics.csv has no complete row yet.")
        text = "How the population developed from its founders on."
        if "best" in table:
            text = "Fitness of every generation; the band is one standard deviation around the mean."
        elif "evaluations" in table:
            text = "Fitness of every generation of both sides, each evaluated against the other, which changes too."
        if len(table["step"]) < 2:
            step = f"{subject.unit[:-1]} {int(table['step'][0])}"
            text = f"metrics.csv has a single row, of {step}: these figures."
            return Finding("The run", text, _facts(table, subject.unit))
        headlines = [metric for metric in subject.metrics if metric.headline]
        shown = {**_panels(table), **_further(table, headlines)}
        rest = [metric for metric in subject.metrics if not metric.headline]
        folded = _further(table, [*rest, *_undeclared(table, subject.metrics)])
        charts = [*_turnover(table, subject.unit), *_curves(table, shown, subject.unit)]
        more = {"further columns of metrics.csv": [*_curves(table, folded, subject.unit)]}
        return Finding("The run", text, _facts(table, subject.unit), charts=charts, more=more)


def _evaluated(table: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Returns the table without the row before the first generation, which has no fitness yet."""
    if "evaluations" not in table or not table["evaluations"].any():
        return table
    return {name: values[table["evaluations"] > 0] for name, values in table.items()}


def _facts(table: dict[str, np.ndarray], unit: str) -> Facts:
    last = {name: float(values[-1]) for name, values in table.items()}
    facts: Facts = {unit: int(last["step"])}
    facts |= {label: _rounded(last[name]) for name, label in ROUNDED.items() if name in last}
    facts |= {label: int(last[name]) for name, label in COUNTS.items() if name in last}
    causes = {name: name.removeprefix("deaths_") for name in last if name.startswith("deaths_")}
    facts |= {f"deaths: {cause}": int(last[name]) for name, cause in causes.items()}
    if not last.get("agents", 1) and causes:
        facts["fate"] = f"extinct; most frequent cause of death: {causes[max(causes, key=last.__getitem__)]}"
    return facts


def _rounded(value: float) -> float | str:
    return round(value, 4) if np.isfinite(value) else "none is finite"


def _panels(table: dict[str, np.ndarray]) -> dict[str, tuple[str, ...]]:
    """Returns title -> columns of the panels that every run of this kind has."""
    known = {title: names for title, names in PANELS.items() if all(name in table for name in names)}
    if "evaluations" not in table or "best" in table:
        return known
    return known | {title: tuple(name for name in table if name.endswith(end)) for title, end in SIDES.items()}


def _further(table: dict[str, np.ndarray], metrics: Sequence[Metric]) -> dict[str, tuple[str, ...]]:
    """Returns title -> column of a panel for each of the metrics that the table has."""
    return {_title(metric): (metric.name,) for metric in metrics if metric.name in table}


def _title(metric: Metric) -> str:
    """Returns the name of a metric with its meaning, and its unit unless the meaning names it."""
    meaning = f": {metric.meaning}" if metric.meaning else ""
    unit = "" if metric.unit == "1" or metric.unit in meaning else f" ({metric.unit})"
    return f"{metric.name.replace('_', ' ')}{meaning}{unit}"


def _undeclared(table: dict[str, np.ndarray], declared: Sequence[Metric]) -> list[Metric]:
    """Returns, under their names, the columns that nothing else shows: those of strategies, and of a missing world."""
    shown = {*NO_PANEL, *(name for names in (*PANELS.values(), *_panels(table).values()) for name in names)}
    shown |= {metric.name for metric in declared}
    return [Metric(name, "", "") for name in table if name not in shown and not name.startswith("deaths_")]


def _curves(table: dict[str, np.ndarray], panels: Mapping[str, tuple[str, ...]], unit: str) -> Iterator[str]:
    for title, names in panels.items():
        yield lines(title, table["step"], _lines(table, names), unit)


def _lines(table: dict[str, np.ndarray], names: Sequence[str]) -> list[Line]:
    spread = table.get("sd", np.zeros(len(table["step"])))
    bands = {"mean": (table["mean"] - spread, table["mean"] + spread)} if "mean" in names else {}
    return [Line(name.replace("_", " "), table[name], color, bands.get(name)) for color, name in enumerate(names)]


def _turnover(table: dict[str, np.ndarray], unit: str) -> Iterator[str]:
    """Yields births over deaths by cause, where agents are born and die."""
    causes = [name for name in table if name.startswith("deaths_")]
    if not causes or len(table["step"]) < 3:
        return
    rates = {name: np.diff(table[name]) / np.diff(table["step"]) for name in (*causes, "births")}
    stacked = [Line(name.removeprefix("deaths_"), rates[name], color) for color, name in enumerate(causes, 1)]
    births = Line("births", rates["births"], BIRTHS)
    yield areas("births (line) and deaths (areas) per step", table["step"][1:], stacked, births, unit)
