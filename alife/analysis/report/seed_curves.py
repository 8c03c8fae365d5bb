"""The course of a sweep's runs: the mean of each metric over the seeds of a configuration, with its interval."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from alife.analysis.report.chart import Line, lines
from alife.analysis.report.subject import load
from alife.analysis.statistics import bca_mean
from alife.errors import UserError
from alife.experiment.records.metrics_csv import read_metrics
from alife.experiment.records.run_folder import RunFolder

CURVES = ("best_so_far", "best", "mean", "agents", "generation", "diversity")  # columns of metrics.csv that are drawn
POINTS = 40  # steps of a curve that have an interval
COLORS = 6  # curves in one chart


@dataclass(frozen=True)
class Group:
    """Runs of one configuration. name: the values of the sweep but the seed. rows: of results.csv."""

    name: str
    rows: list[dict[str, str]]


def mean_curves(root: Path, groups: Sequence[Group]) -> list[str]:
    """Returns a chart for each metric: the mean over the seeds of each group, with its interval as a band.

    Runs whose metrics are not there any more are left out.
    """
    tables = {row["run"]: _metrics(root / row["run"]) for group in groups for row in group.rows}
    held = [Group(group.name, [row for row in group.rows if tables[row["run"]]]) for group in groups]
    drawn = [(color, group) for color, group in enumerate(held[:COLORS]) if group.rows]
    read = [table for table in tables.values() if table]
    common = read[0]["step"] if read else np.zeros(0)
    for other in read[1:]:
        common = np.intersect1d(common, other["step"])
    if len(common) < 2:
        return []
    x = common[np.unique(np.linspace(0, len(common) - 1, POINTS).round().astype(int))]
    charts = []
    for name in CURVES:
        if all(name in table for table in read):
            curves = [
                _curve(group.name, np.array([_at(tables[row["run"]], name, x) for row in group.rows]), color)
                for color, group in drawn
            ]
            charts.append(lines(f"{name}: mean over seeds, 95 % interval", x, curves, _unit(root, held)))
    return charts


def _metrics(root: Path) -> dict[str, np.ndarray]:
    """Returns the metrics of a run, none where they cannot be read."""
    try:
        return read_metrics(RunFolder(root).metrics)
    except (UserError, OSError):
        return {}


def _unit(root: Path, groups: Sequence[Group]) -> str:
    """Returns what the runs count."""
    for row in (row for group in groups for row in group.rows):
        with suppress(UserError):
            return load(root / row["run"]).unit
    return "steps"


def _at(table: Mapping[str, np.ndarray], name: str, x: np.ndarray) -> np.ndarray:
    """Returns a column at some of its steps: [K]."""
    values: np.ndarray = table[name][np.searchsorted(table["step"], x)]
    return values


def _curve(name: str, values: np.ndarray, color: int) -> Line:
    """Returns the mean of values [S, K] over S seeds with the interval of each of K steps."""
    means = [bca_mean(column) if np.isfinite(column).all() else None for column in values.T]
    y, low, high = (np.array([getattr(mean, key, math.nan) for mean in means]) for key in ("value", "low", "high"))
    return Line(name, y, color, (low, high) if len(values) > 1 else None)
