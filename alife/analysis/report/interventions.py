"""The section of a report on what was changed from outside while a run went on."""

from __future__ import annotations

from alife.analysis.report.finding import Finding, Table
from alife.analysis.report.subject import Subject
from alife.errors import as_shown
from alife.experiment.interventions import touched
from alife.experiment.records.interventions_jsonl import read_interventions
from alife.simulation.interventions import Intervention

SHOWN = 50  # rows of the table
TEXT = (
    "The run was changed from outside while it went on, so it shows what its configuration does only up to the first "
    "of these steps. Interventions are part of its record: resuming replays them."
)


def interventions_of(subject: Subject) -> list[Intervention]:
    """Returns the record of a run; nothing for a genome. Raises UserError for a damaged record."""
    return read_interventions(subject.run.interventions) if subject.run else []


def interventions_section(subject: Subject) -> list[Finding]:
    """Returns the section; [] for a run that was left alone."""
    found = interventions_of(subject)
    if not found:
        return []
    said = touched(found)
    rows = tuple((one.step, one.kind, _values(one)) for one in found[:SHOWN])
    table = Table("What was done", ("before step", "kind", "values"), rows, summary=True)
    return [Finding("Interventions", TEXT, {"interventions": len(found), "run": said}, [table])]


def _values(one: Intervention) -> str:
    values = {name: value for name, value in one.change.model_dump().items() if name not in ("genes", "dtype")}
    return as_shown(", ".join(f"{name} {value}" for name, value in values.items()), 100)
