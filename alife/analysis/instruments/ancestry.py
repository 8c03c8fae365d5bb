"""Ancestry: the course of a run: fitness, or agents, births and deaths; diversity, and what the world measures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from alife.analysis.instruments.shared.base import Instrument
from alife.analysis.instruments.shared.base import NoParams as Params
from alife.analysis.report.chart import Line, areas, lines
from alife.analysis.report.finding import Facts, Finding, NotApplicable
from alife.analysis.report.subject import Measurable, Subject, as_subject
from alife.experiment.records.metrics_csv import read_metrics
from alife.world import Metric

TOGETHER: dict[str, tuple[str, ...]] = {
    "fitness per generation": ("best", "mean", "median")
}  # title -> columns of metrics.csv that share a panel
SIDES = {  # the same for coevolution, by how the columns of the two sides end
    "best fitness of each side": "_best",
    "mean fitness of each side": "_mean",
    "mean fitness of each side against the other's hall of fame": "_ancestors",
}
ALONE = ("best_so_far", "agents", "generation", "diversity")  # with a panel of their own, before those of the world
FACTS = (
    "step",
    "best_so_far",
    "generation",
    "agents",
    "births",
    "births_refused",
    "evaluations",
    "refused",
    "agent_steps",
)
# drawn as a band, shown as a fact, or close to another column
NO_PANEL = ("step", "evaluations", "agent_steps", "refused", "sd", "births", "births_refused", "generation_max")
BIRTHS = 6  # color of births


@dataclass(frozen=True)
class Result:
    """The course of a run.

    columns: name of a column of metrics.csv -> [M] float64, a value for each row of an evaluated population. metrics:
    what these columns mean, those that the world and the strategy of the run declare. unit: of `step`, "generations" or
    "steps".
    """

    columns: dict[str, np.ndarray]
    metrics: tuple[Metric, ...]
    unit: str


class Ancestry(Instrument[Params]):
    """Curves of metrics.csv."""

    order = 2
    quick = True
    of_run = True
    definition = (
        "Curves of metrics.csv as they are; births and deaths are differences of its totals, divided by the steps "
        "between two rows. The band of a mean is one standard deviation over the population on both sides."
    )

    def measure(self, subject: Subject) -> Finding | None:
        """Returns the course of a run. Raises NotApplicable for a single genome."""
        return finding(measure(subject))


def measure(subject: Measurable) -> Result:
    """Reads the course of a run.

    Args:
        subject: a run.

    Raises:
        NotApplicable: a single genome.
    """
    subject = as_subject(subject)
    if subject.run is None:
        raise NotApplicable("a saved genome has no metrics.csv; name its run")
    return Result(_evaluated(read_metrics(subject.run.metrics)), subject.metrics, subject.unit)


def finding(result: Result) -> Finding:
    """Returns the course of a run as a section."""
    table = result.columns
    if not table:
        return Finding("The run", "metrics.csv has no complete row yet.")
    text = "How the population developed from its founders on."
    if "best" in table:
        text = "Fitness of every generation; the band is one standard deviation around the mean."
    elif "evaluations" in table:
        text = "Fitness of every generation of both sides, each evaluated against the other, which changes too."
    known = {metric.name: metric for metric in result.metrics}
    named = {"what the columns of metrics.csv mean": _meanings(table, known)}
    if len(table["step"]) < 2:
        step = f"{result.unit[:-1]} {int(table['step'][0])}"
        text = f"metrics.csv has a single row, of {step}: these figures."
        return Finding("The run", text, _facts(table), folded=named)
    headlines = [name for name in table if name in known and known[name].headline]
    shown = {**_shared(table), **_single(table, known, (*ALONE, *headlines))}
    folded = _single(table, known, [name for name in table if not name.startswith("deaths_")])
    charts = [*_turnover(table, result.unit), *_curves(table, shown, result.unit)]
    rest = {title: names for title, names in folded.items() if title not in shown}
    more = {"further columns of metrics.csv": [*_curves(table, rest, result.unit)]}
    return Finding("The run", text, _facts(table), charts=charts, more=more, folded=named)


def _evaluated(table: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Returns the table without the row before the first generation, which has no fitness yet."""
    if "evaluations" not in table or not table["evaluations"].any():
        return table
    return {name: values[table["evaluations"] > 0] for name, values in table.items()}


def _facts(table: dict[str, np.ndarray]) -> Facts:
    """Returns values of the last row, under the names of their columns."""
    last = {name: float(values[-1]) for name, values in table.items()}
    causes = {name: name.removeprefix("deaths_") for name in last if name.startswith("deaths_")}
    facts: Facts = {name: _rounded(last[name]) for name in (*FACTS, *causes) if name in last}
    if not last.get("agents", 1) and causes:
        facts["fate"] = f"extinct; most frequent cause of death: {causes[max(causes, key=last.__getitem__)]}"
    return facts


def _rounded(value: float) -> float | str:
    if not np.isfinite(value):
        return "none is finite"
    return int(value) if value.is_integer() else round(value, 4)


def _shared(table: dict[str, np.ndarray]) -> dict[str, tuple[str, ...]]:
    """Returns title -> columns of the panels with several columns that a run has."""
    known = {title: names for title, names in TOGETHER.items() if all(name in table for name in names)}
    if "evaluations" not in table or "best" in table:
        return known
    return known | {title: tuple(name for name in table if name.endswith(end)) for title, end in SIDES.items()}


def _single(
    table: dict[str, np.ndarray], known: Mapping[str, Metric], names: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """Returns title -> column of the panels of these columns, as far as the table has them and nothing else shows them.

    known: of the columns of such a run, by name.
    """
    elsewhere = {*NO_PANEL, *(name for together in _shared(table).values() for name in together)}
    found = [known.get(name, Metric(name, "", "")) for name in names if name in table and name not in elsewhere]
    return {_title(metric): (metric.name,) for metric in found}


def _title(metric: Metric) -> str:
    """Returns the name of a column with its meaning, and its unit unless the meaning names it."""
    meaning = f": {metric.meaning}" if metric.meaning else ""
    unit = "" if metric.unit in ("", "1") or metric.unit in meaning else f" ({metric.unit})"
    return f"{metric.name}{meaning}{unit}"


def _meanings(table: dict[str, np.ndarray], known: Mapping[str, Metric]) -> str:
    """Returns a line for each column of the table."""
    return "\n".join(_title(known.get(name, Metric(name, "", ""))) for name in table)


def _curves(table: dict[str, np.ndarray], panels: Mapping[str, tuple[str, ...]], unit: str) -> Iterator[str]:
    for title, names in panels.items():
        yield lines(title, table["step"], _lines(table, names), unit)


def _lines(table: dict[str, np.ndarray], names: Sequence[str]) -> list[Line]:
    spread = table.get("sd", np.zeros(len(table["step"])))
    bands = {"mean": (table["mean"] - spread, table["mean"] + spread)} if "mean" in names else {}
    return [Line(name, table[name], color, bands.get(name)) for color, name in enumerate(names)]


def _turnover(table: dict[str, np.ndarray], unit: str) -> Iterator[str]:
    """Yields births over deaths by cause, where agents are born and die."""
    causes = [name for name in table if name.startswith("deaths_")]
    if not causes or len(table["step"]) < 3:
        return
    rates = {name: np.diff(table[name]) / np.diff(table["step"]) for name in (*causes, "births")}
    stacked = [Line(name.removeprefix("deaths_"), rates[name], color) for color, name in enumerate(causes, 1)]
    births = Line("births", rates["births"], BIRTHS)
    yield areas("births (line) and deaths (areas) per step", table["step"][1:], stacked, births, unit)
