"""Two genomes or runs beside each other: facts in one table, figures in pairs, and what is found between them."""

from __future__ import annotations

import dataclasses
import html
import re
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

from alife.analysis.report.figures import number
from alife.analysis.report.finding import Facts, Finding, NotApplicable, Picture, Table
from alife.analysis.report.form import Form
from alife.analysis.report.measuring import Measured, Selection, compared, measure
from alife.analysis.report.single import check_any, left_out, subtitle
from alife.analysis.report.subject import Subject
from alife.analysis.report.tables import LONG, figure

HEADING = re.compile(r"(<h3>)")


def compare(pair: Sequence[Subject], paths: Sequence[Path], selection: Selection) -> Form:
    """Returns the report of two subjects. paths: as the user named them, for subjects of one name."""
    names = [subject.name for subject in pair]
    names = names if names[0] != names[1] else [str(path) for path in paths]
    told = dict.fromkeys(subtitle(subject) for subject in pair)
    return Form(" and ".join(names), " and ".join(told), None, lambda: _findings(pair, names, selection))


def _findings(pair: Sequence[Subject], names: Sequence[str], selection: Selection) -> list[Finding]:
    both = []
    for place, (subject, name) in enumerate(zip(pair, names, strict=True)):
        both.append(measure(subject, selection.along(name, place, len(pair))))
    if not any(measured.findings for measured in both):
        check_any(both[0], selection, names[0])
    found, refused = [], dict[str, str]()
    for name, instrument in selection.instruments.items():
        one, two = (measured.findings.get(name) for measured in both)
        if one and two:
            found.append(_merged(one, two, names))
            between = compared(instrument, *pair)
            if isinstance(between, NotApplicable):
                refused[f"{name}, between the two"] = str(between)
            elif between:
                found.append(between)
        elif one or two:
            found.append(_of_one(one or two, names[0 if one else 1]))
    reasons = {
        name: both[0].reasons[name] if both[0].reasons[name] == both[1].reasons[name] else _reasons(both, names, name)
        for name in both[0].reasons
        if name in both[1].reasons
    }
    return [*found, *left_out(Measured(reasons={**reasons, **refused}, left=both[0].left))]


def _reasons(both: Sequence[Measured], names: Sequence[str], instrument: str) -> str:
    return "; ".join(f"{name}: {measured.reasons[instrument]}" for name, measured in zip(names, both, strict=True))


def _of_one(finding: Finding | None, name: str) -> Finding:
    assert finding is not None
    return dataclasses.replace(finding, title=f"{finding.title}: {name} alone")


def _merged(one: Finding, two: Finding, names: Sequence[str]) -> Finding:
    """Returns one section of two findings of an instrument."""
    text = (
        one.text
        if one.text == two.text
        else "\n".join(f"{n}: {f.text}" for n, f in zip(names, (one, two), strict=True))
    )
    tables = [_facts(one, two, names)] if one.facts or two.facts else []
    for first, second in zip_longest(one.tables, two.tables):
        if first == second:
            tables.append(first)
        else:
            pairs = zip(names, (first, second), strict=True)
            tables += [dataclasses.replace(table, title=f"{table.title}: {name}") for name, table in pairs if table]
    return Finding(
        one.title,
        text,
        _long_facts(one, two, names),
        tables=tables,
        pictures=_paired(one.pictures, two.pictures, names),
        charts=[_titled(chart, name) for chart, name in _turns(one.charts, two.charts, names)],
        more={
            f"{name}: {key}": charts
            for name, finding in zip(names, (one, two), strict=True)
            for key, charts in finding.more.items()
        },
        folded={
            f"{name}: {key}": content
            for name, finding in zip(names, (one, two), strict=True)
            for key, content in finding.folded.items()
        },
        definition=one.definition,
    )


def _facts(one: Finding, two: Finding, names: Sequence[str]) -> Table:
    """Returns a row for each short fact, with the second less the first where both are numbers."""
    rows: list[tuple[Any, ...]] = []
    for name in dict.fromkeys([*one.facts, *two.facts]):
        if _is_long(name, one, two):
            continue
        values = [finding.facts.get(name, "") for finding in (one, two)]
        first, second = (number(value) for value in values)
        rows.append((name, *values, "" if first is None or second is None else second - first))
    return Table("Facts", ("", *names, "difference"), tuple(rows), summary=True)


def _is_long(name: str, *findings: Finding) -> bool:
    """True for a fact that would make the columns of the table uneven."""
    return any(len(figure(finding.facts.get(name, ""))) > LONG for finding in findings)


def _long_facts(one: Finding, two: Finding, names: Sequence[str]) -> Facts:
    """Returns the long facts, with the name of the subject; once where both have the same."""
    found: Facts = {}
    for name in dict.fromkeys([*one.facts, *two.facts]):
        values = [finding.facts.get(name, "") for finding in (one, two)]
        if _is_long(name, one, two):
            same = values[0] == values[1]
            found |= {name: values[0]} if same else {f"{name} of {n}": v for n, v in zip(names, values, strict=True)}
    return found


def _turns(one: Sequence[Any], two: Sequence[Any], names: Sequence[str]) -> list[tuple[Any, str]]:
    """Returns the items of both in turns, each with its name."""
    return [
        (item, name)
        for pair in zip_longest(one, two)
        for item, name in zip(pair, names, strict=True)
        if item is not None
    ]


def _paired(one: Sequence[Picture], two: Sequence[Picture], names: Sequence[str]) -> list[Picture]:
    return [
        dataclasses.replace(picture, caption=f"{name}: {picture.caption}") for picture, name in _turns(one, two, names)
    ]


def _titled(chart: str, name: str) -> str:
    """Returns a chart with a name before its title."""
    return HEADING.sub(lambda match: f"{match[1]}{html.escape(name)}: ", chart, count=1)
