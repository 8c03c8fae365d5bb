"""The report of a sweep: each configuration's results as mean and interval over its seeds, and their course.

Runs of one configuration differ in their seed alone and know nothing of each other, so that their results are
independent samples. The interval is the bias-corrected and accelerated bootstrap's (Efron and Tibshirani 1993,
chapter 14), which `alife.analysis.statistics` computes.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from alife.analysis.report.figures import facts_of, number, numeric
from alife.analysis.report.finding import Finding, Link, Table
from alife.analysis.report.form import Form
from alife.analysis.report.measuring import Selection, measure
from alife.analysis.report.seed_curves import Group, mean_curves
from alife.analysis.report.single import PAGE
from alife.analysis.report.subject import load
from alife.analysis.statistics import bca_mean
from alife.atomic_files import parse_json
from alife.errors import LocatedError, UserError
from alife.experiment.islands.results import TABLE
from alife.experiment.records.run_folder import RunFolder

FIRST = ("held_out", "fitness", "best_so_far", "agents", "births", "generation", "diversity")  # in front, in this order
NO_RESULT = ("run", "seed", "island", "step", "state_hash", "evaluations", "refused")
COLUMNS = ("mean", "low 95 %", "high 95 %", "seeds", "lowest", "highest")
TEXT = (
    "Mean over seeds and its 95 % bootstrap interval (bias-corrected and accelerated) of every result. Two "
    "intervals that do not overlap show a difference; those of few seeds are too narrow."
)


def sweep_of(root: Path) -> list[list[str]]:
    """Returns the assignments of each run of a sweep; [] for a folder that is none."""
    try:
        made = parse_json(RunFolder(root).colony.read_bytes())["sweep"]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    fits = isinstance(made, list) and all(isinstance(one, list) and one for one in made)
    return made if fits and all(isinstance(line, str) for one in made for line in one) else []


def seeds(root: Path, made: Sequence[Sequence[str]], selection: Selection) -> Form:
    """Returns the report of a sweep.

    Args:
        root: its folder.
        made: as `sweep_of` returns it.
        selection: of instruments that were asked for; their facts become results, too.

    Raises:
        UserError: no run has ended, or results.csv is damaged.
    """
    keys = list(dict.fromkeys(line.partition("=")[0] for line in made[0]))
    rows = _rows(root)
    groups = _groups(rows, [key for key in keys if key != "seed"])
    subtitle = f"sweep of {len(rows)} runs over {', '.join(keys)}"
    page = None if selection.asked else root / PAGE
    return Form(root.resolve().name, subtitle, page, lambda: _findings(root, groups, keys, selection))


def _rows(root: Path) -> list[dict[str, str]]:
    """Returns the rows of results.csv; of islands of one run that with the best held-out fitness. Raises UserError."""
    path = root / TABLE
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = [row for row in csv.DictReader(file) if row.get("run") and None not in row.values()]
    except (OSError, ValueError, csv.Error):
        rows = []
    if not rows:
        raise UserError(f"{path}: expected results of runs that have ended, got none; continue the sweep with --resume")
    best: dict[str, dict[str, str]] = {}
    for row in rows:
        run = row["run"].partition("/")[0]
        if run not in best or _worth(row) > _worth(best[run]):
            best[run] = row
    return list(best.values())


def _worth(row: Mapping[str, str]) -> tuple[float, ...]:
    """Returns held-out fitness and fitness, minus infinity where there is none."""
    return tuple(
        -math.inf if math.isnan(value) else value for value in (_value(row.get(k)) for k in ("held_out", "fitness"))
    )


def _value(text: str | None) -> float:
    """Returns a cell of results.csv as a number; NaN for text and nothing."""
    try:
        return float(text or "nan")
    except ValueError:
        return math.nan


def _groups(rows: Sequence[dict[str, str]], keys: Sequence[str]) -> list[Group]:
    found: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        found.setdefault(", ".join(f"{key}={row.get(key, '')}" for key in keys) or "all seeds", []).append(row)
    return [Group(name, held) for name, held in found.items()]


def _findings(root: Path, groups: list[Group], keys: Sequence[str], selection: Selection) -> list[Finding]:
    if selection.asked:
        return [_measured(root, groups, selection), _runs(root, groups, keys)]
    names = [name for name in _results(groups) if name not in (*NO_RESULT, *keys)]
    first = [name for name in FIRST if name in names]
    order = [*first, *(name for name in names if name not in first)]
    table = {name: [[_value(row.get(name)) for row in group.rows] for group in groups] for name in order}
    return [_means("Results over seeds", TEXT, groups, table, mean_curves(root, groups)), _runs(root, groups, keys)]


def _results(groups: Sequence[Group]) -> list[str]:
    """Returns the columns of results.csv that hold a number in some row."""
    rows = [row for group in groups for row in group.rows]
    return [name for name in rows[0] if any(math.isfinite(_value(row.get(name))) for row in rows)]


def _means(
    title: str, text: str, groups: Sequence[Group], results: Mapping[str, list[list[float]]], charts: list[str]
) -> Finding:
    """Returns a section of results: with several groups a table for each of the first ones, and one of the others."""
    rows = {
        name: [_mean_row(group.name, held) for group, held in zip(groups, values, strict=True)]
        for name, values in results.items()
    }
    alone = [name for name in rows if name in FIRST or len(rows) <= len(FIRST)] if len(groups) > 1 else []
    tables = [
        Table(name, ("configuration", *COLUMNS), tuple(rows[name]), sortable=True, summary=place < 2)
        for place, name in enumerate(alone)
    ]
    rest = [(name, *row) for name in rows if name not in alone for row in rows[name]]
    if len(groups) == 1:
        short = tuple((name, *row) for name, _, *row in rest)
        tables.append(Table("Results", ("result", *COLUMNS), short, sortable=True, summary=True))
    elif rest:
        tables.append(Table("Further results", ("result", "configuration", *COLUMNS), tuple(rest), sortable=True))
    return Finding(title, text, {"configurations": len(groups)}, tables, charts=charts)


def _mean_row(name: str, values: Sequence[float]) -> tuple[Any, ...]:
    """Returns mean, interval, number and range of the finite values of a group; NaN where there is none."""
    finite = [value for value in values if math.isfinite(value)]
    if not finite:
        return (name, *[math.nan] * 3, 0, math.nan, math.nan)
    mean = bca_mean(finite)
    ends = (mean.low, mean.high) if len(finite) > 1 else (math.nan, math.nan)
    return (name, mean.value, *ends, len(finite), min(finite), max(finite))


def _measured(root: Path, groups: Sequence[Group], selection: Selection) -> Finding:
    """Returns the numbers that instruments find in the runs, as results over seeds, and which runs cannot be read.

    Raises:
        UserError: they find no number in any run.
    """
    total, place = sum(len(group.rows) for group in groups), 0
    facts: list[list[dict[str, Any]]] = []
    damaged: list[tuple[str, str]] = []
    for group in groups:
        facts.append([])
        for row in group.rows:
            try:
                found = measure(load(root / row["run"]), selection.along(row["run"], place, total))
                facts[-1].append(facts_of(found.findings))
            except LocatedError:
                raise
            except UserError as error:
                facts[-1].append({})
                damaged.append((row["run"], str(error)))
            place += 1
    known = numeric([one for held in facts for one in held if one])
    if not known:
        why = f"; the first: {damaged[0][1]}" if damaged else ""
        raise UserError(f"{root}: expected numbers that {', '.join(selection.instruments)} find, got none{why}")
    results = {name: [[_fact(one, name) for one in held] for held in facts] for name in known}
    out = _means("Instruments over seeds", TEXT, groups, results, [])
    if damaged:
        out.tables.append(Table("Not read", ("run", "why"), tuple(damaged), summary=True))
    return out


def _fact(facts: Mapping[str, Any], name: str) -> float:
    """Returns a fact as a number, NaN where a run has none."""
    value = number(facts.get(name))
    return math.nan if value is None else value


def _runs(root: Path, groups: Sequence[Group], keys: Sequence[str]) -> Finding:
    """Returns the section of all runs, with links to their pages."""
    rows = []
    known = _results(groups)
    names = [*keys, *(name for name in FIRST if name in known and name not in keys)]
    for row in (row for group in groups for row in group.rows):
        page = RunFolder(root / row["run"]).root / PAGE
        link = Link(page, row["run"]) if page.is_file() else row["run"]
        rows.append((link, *(_cell(row.get(name), name) for name in names)))
    table = Table("All runs", ("run", *names), tuple(rows), sortable=True)
    return Finding("Runs", "The runs of the sweep, each with its page.", tables=[table])


def _cell(text: str | None, name: str) -> Any:
    value = _value(text)
    return (text or "") if name == "seed" or math.isnan(value) else int(value) if value.is_integer() else value
