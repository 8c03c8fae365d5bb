"""The report of one genome or one run."""

from __future__ import annotations

from pathlib import Path

from alife.analysis.report.ancestors import along_ancestors
from alife.analysis.report.finding import Finding, NotApplicable, Table
from alife.analysis.report.form import Form
from alife.analysis.report.interventions import interventions_of, interventions_section
from alife.analysis.report.measuring import Measured, Selection, measure
from alife.analysis.report.subject import Subject
from alife.experiment.interventions import touched

PAGE = "report.html"  # in a run folder
LEFT = "Not in this report"


def single(subject: Subject, path: Path, selection: Selection) -> Form:
    """Returns the report of a subject; the page of a run's whole report lies in its folder. path: of the subject."""
    page = path / PAGE if subject.run and not selection.asked else None
    return Form(subject.name, subtitle(subject), page, lambda: _findings(subject, selection))


def subtitle(subject: Subject) -> str:
    """Returns what a subject is, and its world."""
    what = "run" if subject.run else "saved genome"
    what = f"{what} in the world {subject.config.names['world']}" if subject.config else what
    said = touched(interventions_of(subject))
    return f"{what}, {said}" if said else what


def _findings(subject: Subject, selection: Selection) -> list[Finding]:
    measured = measure(subject, selection)
    check_any(measured, selection, subject.name)
    found = list(measured.findings.values())
    if selection.asked and subject.run:
        found += along_ancestors(subject, measured, selection)
    return [*interventions_section(subject), *found, *left_out(measured)]


def check_any(measured: Measured, selection: Selection, name: str) -> None:
    """Checks that one of the instruments that were asked for applies. Raises NotApplicable with the reasons."""
    if selection.asked and not measured.findings:
        reasons = "; ".join(
            f"{instrument} does not apply to {name}: {why}" for instrument, why in measured.reasons.items()
        )
        raise NotApplicable(reasons)


def left_out(measured: Measured) -> list[Finding]:
    """Returns the last section: instruments that do not apply, and long ones that were not asked for; [] if none."""
    tables = []
    if measured.reasons:
        tables.append(Table("Does not apply", ("instrument", "why"), tuple(measured.reasons.items()), summary=True))
    if measured.left:
        rows = tuple((name, cost, f"--only {name}") for name, cost in measured.left.items())
        tables.append(Table("Long: measured if asked for", ("instrument", "cost", "add"), rows, summary=True))
    return [Finding(LEFT, "", tables=tables)] if tables else []
