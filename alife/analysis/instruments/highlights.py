"""Highlights: the few moments of a run worth looking at, most telling first and none twice.

A moment is a row of metrics.csv. It is telling if its columns differ from what they were in the rows before by more
than they usually do, and it is left out if a moment that is close in time, or in which the same columns changed in the
same direction, is shown already. The choice is that of extractive summaries: maximal marginal relevance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pydantic

from alife.analysis.instruments.shared.base import Instrument
from alife.analysis.instruments.shared.marginal_relevance import most_telling
from alife.analysis.report.drawing import COLORS, LINE, MUTED, drawing, svg
from alife.analysis.report.finding import Finding, NotApplicable, Picture, Table
from alife.analysis.report.subject import Measurable, Subject, as_subject
from alife.analysis.report.tables import figure as as_text
from alife.config import params
from alife.experiment.records.metrics_csv import read_metrics

CLOCKS = ("step", "agent_steps", "evaluations", "energy_total")  # columns that tell of no event
NORMAL = 1.4826  # standard deviations in a median absolute deviation of normal values
FEWEST = 8  # rows
MOST = 25.0  # a larger change counts as this, so that one column does not decide alone
LEAST = 2.0  # score of a change that is told
TOLD = 3  # changes that are told of a moment


class Params(params.Params):
    """Number of moments, and what they are compared with."""

    moments: int = pydantic.Field(5, ge=1, le=50, description="moments to show, at most")
    window: int = pydantic.Field(
        5, ge=1, le=1000, description="rows of metrics.csv before a moment, whose median it is compared with"
    )
    trade: float = pydantic.Field(
        0.5, ge=0, le=1, description="weight of how telling a moment is, against how unlike the others"
    )


@dataclass(frozen=True)
class Change:
    """One column in one moment. score: of the change, in robust standard deviations of the changes of its column."""

    column: str
    before: float
    after: float
    score: float

    def __str__(self) -> str:
        return f"{self.column} {as_text(self.before)} to {as_text(self.after)}"


@dataclass(frozen=True)
class Moment:
    """step: of the row. relevance: 0 to 1, of the most telling moment. changes: largest score first."""

    step: int
    relevance: float
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Result:
    """moments: in the order of choice. steps: [M]. columns: name -> [M] of those that vary, counters as their rates."""

    moments: tuple[Moment, ...]
    steps: np.ndarray
    columns: dict[str, np.ndarray]


class Highlights(Instrument[Params]):
    """Moments of metrics.csv, chosen by maximal marginal relevance."""

    order = 1
    quick = True
    of_run = True
    definition = (
        "change c of a column in a row = value - median of the rows before; d = (c - median c) / (1.4826 MAD of c)\n"
        "relevance = ln(1 + |d|) over all columns, as a share of the largest\n"
        "likeness of two moments = the larger of max(0, cos(d1, d2)) and exp(-10 |t1 - t2| / length of the run)\n"
        "next moment = argmax of trade * relevance - (1 - trade) * max likeness to those chosen\n"
        "Carbonell and Goldstein, The use of MMR, SIGIR 1998"
    )

    def measure(self, subject: Subject) -> Finding | None:
        """Returns the moments of a run."""
        found = measure(subject, self.params)
        if not found.moments:
            return Finding(TITLE, "Nothing stood out: no column changed more in one row than in the others.")
        unit = subject.unit.removesuffix("s")
        rows = tuple(
            (f"{place + 1}. {unit} {moment.step:,}", "; ".join(map(str, moment.changes)), round(moment.relevance, 2))
            for place, moment in enumerate(found.moments)
        )
        table = Table("Moments", ("moment", "what changed", "relevance"), rows, summary=True)
        return Finding(TITLE, TEXT, tables=[table], pictures=[_picture(found, subject.unit)])


TITLE = "Highlights"
TEXT = (
    "The rows of metrics.csv that differ most from the rows before them, in units of how much each column usually "
    "changes; each moment is unlike those above it. Columns that count up are shown as what each interval added."
)


def measure(subject: Measurable, params: Params | None = None) -> Result:
    """Chooses the moments of a run.

    Args:
        subject: a run.
        params: number of moments; None: the defaults.

    Raises:
        NotApplicable: no run, or one with fewer than 8 rows of metrics.
    """
    subject = as_subject(subject)
    if subject.run is None:
        raise NotApplicable("a saved genome has no metrics; name its run")
    return select(read_metrics(subject.run.metrics), params or Params())


def select(table: dict[str, np.ndarray], params: Params) -> Result:
    """Chooses moments of a table of metrics, {column: [M]} with the column `step`. See `measure`."""
    table = _complete(table)
    steps = table.get("step", np.zeros(0))
    if len(steps) < FEWEST:
        raise NotApplicable(
            f"it needs {FEWEST} rows of metrics, and the run has {len(steps)}; write a smaller run.metrics_every"
        )
    columns = {name: _rates(values) for name, values in table.items() if name not in CLOCKS}
    columns = {name: values for name, values in columns.items() if np.ptp(values) > 0}
    if not columns:
        return Result((), steps, columns)
    befores, scores = zip(*(_changes(values, params.window) for values in columns.values()), strict=True)
    d, before = np.array(scores).T, np.array(befores).T  # [M, columns]
    size = np.sqrt((d**2).sum(axis=1))
    if size.max() == 0:
        return Result((), steps, columns)
    relevance, names = np.log1p(size) / np.log1p(size.max()), list(columns)
    after = np.array(list(columns.values())).T
    moments = []
    for row in most_telling(relevance, _likeness(d, steps), params.moments, params.trade):
        largest = np.argsort(-np.abs(d[row]), kind="stable")
        changes = [Change(names[k], float(before[row, k]), float(after[row, k]), float(d[row, k])) for k in largest]
        told = [one for one in changes if abs(one.score) >= LEAST and as_text(one.before) != as_text(one.after)]
        if told:
            moments.append(Moment(int(steps[row]), float(relevance[row]), tuple(told[:TOLD])))
    return Result(tuple(moments), steps, columns)


def _complete(table: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Returns the rows in which all columns that end with a finite value have one; the row of generation 0 has not."""
    kept = {name: values for name, values in table.items() if np.isfinite(values[-1:]).all()}
    finite = np.all([np.isfinite(values) for values in kept.values()], axis=0) if kept else np.zeros(0, bool)
    return {name: values[finite] for name, values in kept.items()}


def _rates(values: np.ndarray) -> np.ndarray:
    """Returns a column; of one that only counts up from 0, what each row added."""
    added = np.diff(values, prepend=values[:1])
    return added if values[0] == 0 and (added >= 0).all() and values[-1] > 1 else values


def _changes(values: np.ndarray, window: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns the median of the rows before each row, and how unusual the row's distance from it is: [M] both."""
    before = np.array(
        [np.median(values[max(0, row - window) : row] if row else values[:1]) for row in range(len(values))]
    )
    change = values - before
    change -= np.median(change)  # of a column that drifts, each change but the usual
    usual = NORMAL * float(np.median(np.abs(change)))
    usual = max(usual, 1e-3 * float(np.ptp(values)))
    return before, np.clip(change / usual, -MOST, MOST)


def _likeness(d: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Returns how alike two rows are, in what changed or in time: [M, M] 0 to 1."""
    length = np.sqrt((d**2).sum(axis=1, keepdims=True))
    unit = d / np.where(length > 0, length, 1)
    near = np.exp(-10 * np.abs(steps[:, None] - steps) / max(float(np.ptp(steps)), 1))
    likeness: np.ndarray = np.maximum(np.clip(unit @ unit.T, 0, 1), near)
    return likeness


def _picture(found: Result, unit: str) -> Picture:
    names = list(dict.fromkeys(moment.changes[0].column for moment in found.moments))[:4]
    with drawing(len(names), 1, 0.5 + 1.25 * len(names)) as (figure, axes):
        for number, (axis, name) in enumerate(zip(axes, names, strict=True)):
            axis.plot(found.steps, found.columns[name], color=COLORS[number], lw=1.4)
            axis.set_title(name.replace("_", " "))
            for place, moment in enumerate(found.moments):
                axis.axvline(moment.step, color=LINE, lw=1, zorder=0)
                if not number:
                    where = {"xycoords": ("data", "axes fraction"), "ha": "center", "color": MUTED, "fontsize": 8}
                    axis.annotate(str(place + 1), (moment.step, 0.86), **where)
            axis.set_xlim(found.steps[0], found.steps[-1])
            axis.label_outer()
        axes[-1].set_xlabel(unit)
        caption = "The columns that changed most in these moments; the numbers above the lines are their places."
        heads = (unit.removesuffix("s"), *names)
        rows = zip(found.steps.astype(int).tolist(), *(found.columns[name].tolist() for name in names), strict=True)
        return Picture(caption, svg(figure), Table("Columns", heads, tuple(rows)))
