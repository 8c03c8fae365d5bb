"""Ancestry: the course of a run: fitness, or numbers, births and deaths, energy, diversity, traits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from alife.analysis.report.chart import Line, areas, lines
from alife.analysis.report.finding import Facts, Finding
from alife.analysis.report.subject import Subject
from alife.config import params
from alife.experiment.records.metrics_csv import read_metrics

PANELS = {  # columns of metrics.csv that share one, under a title
    "fitness of a generation": ("best", "mean", "median"),
    "best fitness so far": ("best_so_far",),
    "agents": ("agents",),
    "energy of an agent": ("energy",),
    "generation": ("generation",),
    "diversity of genomes": ("diversity",),
    "body size and diet": ("size", "diet"),
    "standing plants, share of capacity": ("standing",),
}
SIDES = {  # where two sides evolve: ends of their columns that share a panel
    "best fitness of each side": "_best",
    "mean fitness of each side": "_mean",
    "mean fitness of each side against ancestors of the other": "_ancestors",
}
TOLD = (
    "step",
    "evaluations",
    "agent_steps",
    "refused",
    "sd",
    "births",
    "births_refused",
    "generation_max",
)  # otherwise
COUNTED = {
    "agents": "agents",
    "births": "births",
    "births_refused": "births refused",
    "evaluations": "genomes tried",
    "refused": "refused: no number",
    "agent_steps": "agent-steps",
}
RATED = {"best_so_far": "best fitness", "generation": "generations"}
BORN = 6  # colour of births


class Params(params.Params):
    """Nothing to set."""


class Ancestry:
    """Curves of metrics.csv."""

    order = 2
    quick = True

    def __init__(self, settings: Params) -> None:
        self.settings = settings

    def measure(self, subject: Subject) -> Finding | None:
        """The course of a run; None for a single genome."""
        if subject.run is None:
            return None
        table = _tried(read_metrics(subject.run.metrics))
        if not table:
            return Finding("The run", "It has not written a sound row of metrics yet.")
        text = "How the population fared from its founders on."
        if "best" in table:
            text = "How well each generation did; the band is one standard deviation around the mean."
        elif "evaluations" in table:
            text = "How well each generation of both sides did; what one wins the other may lose."
        if len(table["step"]) < 2:
            step = f"{subject.unit[:-1]} {int(table['step'][0])}"
            text = f"There is a single row of metrics, that of {step}; these figures are of then."
            return Finding("The run", text, _facts(table, subject.unit))
        known = _panels(table)
        charts = [*_turnover(table, subject.unit), *_curves(table, known, subject.unit)]
        more = {"further columns of metrics.csv": [*_curves(table, _others(table, known), subject.unit)]}
        return Finding("The run", text, _facts(table, subject.unit), charts=charts, more=more)


def _tried(table: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Without the row before the first generation, where nothing was told yet."""
    if "evaluations" not in table or not table["evaluations"].any():
        return table
    return {name: values[table["evaluations"] > 0] for name, values in table.items()}


def _facts(table: dict[str, np.ndarray], unit: str) -> Facts:
    last = {name: float(values[-1]) for name, values in table.items()}
    facts: Facts = {unit: int(last["step"])}
    facts |= {words: round(last[name], 4) for name, words in RATED.items() if name in last}
    facts |= {words: int(last[name]) for name, words in COUNTED.items() if name in last}
    facts |= {name.removeprefix("deaths_"): int(last[name]) for name in last if name.startswith("deaths_")}
    causes = [name for name in last if name.startswith("deaths_")]
    if not last.get("agents", 1) and causes:
        facts["fate"] = f"extinct; most died {max(causes, key=last.__getitem__).removeprefix('deaths_')}"
    return facts


def _panels(table: dict[str, np.ndarray]) -> dict[str, tuple[str, ...]]:
    """The panels whose columns are all there."""
    known = {title: names for title, names in PANELS.items() if all(name in table for name in names)}
    if "evaluations" not in table or "best" in table:
        return known
    return known | {title: tuple(name for name in table if name.endswith(end)) for title, end in SIDES.items()}


def _others(table: dict[str, np.ndarray], known: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """A panel for each column that nothing else tells: those of a world or a strategy."""
    told = {*TOLD, *(name for names in (*PANELS.values(), *known.values()) for name in names)}
    others = [name for name in table if name not in told and not name.startswith("deaths_")]
    return {name.replace("_", " "): (name,) for name in others}


def _curves(table: dict[str, np.ndarray], panels: Mapping[str, tuple[str, ...]], unit: str) -> Iterator[str]:
    for title, names in panels.items():
        yield lines(title, table["step"], _lines(table, names), unit)


def _lines(table: dict[str, np.ndarray], names: Sequence[str]) -> list[Line]:
    spread = table.get("sd", np.zeros(len(table["step"])))
    bands = {"mean": (table["mean"] - spread, table["mean"] + spread)} if "mean" in names else {}
    return [Line(name.replace("_", " "), table[name], color, bands.get(name)) for color, name in enumerate(names)]


def _turnover(table: dict[str, np.ndarray], unit: str) -> Iterator[str]:
    """Deaths by cause with the births over them, where agents are born and die."""
    causes = [name for name in table if name.startswith("deaths_")]
    if not causes or len(table["step"]) < 3:
        return
    rates = {name: np.diff(table[name]) / np.diff(table["step"]) for name in (*causes, "births")}
    stacked = [Line(name.removeprefix("deaths_"), rates[name], color) for color, name in enumerate(causes, 1)]
    births = Line("births", rates["births"], BORN)
    yield areas("births (line) and deaths (areas) a step", table["step"][1:], stacked, births, unit)
