"""A folder of genomes as one table: what each is and how it did, and what instruments that were asked for find."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alife.analysis.report.figures import columns, facts_of, number
from alife.analysis.report.finding import Finding, Link, NotApplicable, Table
from alife.analysis.report.form import Form
from alife.analysis.report.measuring import Selection, measure
from alife.analysis.report.subject import load
from alife.errors import UserError, as_shown
from alife.experiment.records.genome import Genome, load_genome
from alife.experiment.records.run_folder import RunFolder

SHOWN = ("world", "role", "fitness", "held_out", "generation", "step", "seed")  # of a genome's metadata
TEXT = (
    "Every genome of the folder, of a run in it its newest champion. A click on the name of a column sorts by it, a "
    "second click the other way round."
)
PLAIN = ("seed",)  # numbers that are names


def genomes_in(folder: Path) -> dict[Path, Path]:
    """Returns entry -> genome file: of each genome file in a folder itself, of each run in it the newest champion."""
    found = {path: path for path in folder.glob("*.safetensors") if path.is_file()}
    for run in folder.iterdir():
        newest = RunFolder(run).newest_champion() if RunFolder(run).is_run() else None
        if newest:
            found[run] = Path(newest)
    return dict(sorted(found.items()))


def gallery(folder: Path, entries: dict[Path, Path], selection: Selection) -> Form:
    """Returns the report of a folder. entries: as `genomes_in` returns them; selection: of what was asked for."""
    subtitle = f"{len(entries):,} genomes in {folder}"
    return Form(folder.resolve().name, subtitle, None, lambda: _findings(folder, entries, selection))


def _findings(folder: Path, entries: dict[Path, Path], selection: Selection) -> list[Finding]:
    rows: list[dict[str, Any]] = []
    damaged: list[tuple[str, str]] = []
    every = []
    for place, (entry, file) in enumerate(entries.items()):
        try:
            row = row_of(entry, load_genome(file))
            if selection.asked:
                every.append(measure(load(file), selection.along(entry.stem, place, len(entries))))
                row |= facts_of(every[-1].findings)
            rows.append(row)
        except UserError as error:
            damaged.append((entry.name, str(error)))
    if not rows:
        raise UserError(f"{folder}: expected genomes, got {len(damaged)} other files; the first: {damaged[0][1]}")
    if selection.asked and not any(one.findings for one in every):
        reasons = every[0].reasons.items()
        raise NotApplicable("; ".join(f"{name} does not apply to any of them: {why}" for name, why in reasons))
    tables = [table_of(rows)]
    tables += [Table("Not read", ("file", "why"), tuple(damaged), summary=True)] if damaged else []
    return [Finding("Genomes", TEXT, tables=tables)]


_NAMES = tuple(name.replace("_", "-") for name in SHOWN)


def row_of(entry: Path, genome: Genome) -> dict[str, Any]:
    """Returns the columns of the table that a genome's file fills. entry: the file, or the folder of its run."""
    row: dict[str, Any] = {"genome": Link(entry), "brain": as_shown(str(genome.brain["name"]))}
    for key, name in zip(SHOWN, _NAMES, strict=True):
        value = genome.meta.get(key)
        if value is not None:
            row[name] = value if number(value) is not None and key not in PLAIN else as_shown(str(value))
    return {**row, "genes": len(genome.params)}


def table_of(rows: list[dict[str, Any]]) -> Table:
    """Returns the table of genomes. rows: of each its columns, those of `row_of` and what instruments found."""
    names = columns(rows)
    plain = [name for name in ("genome", *_NAMES[:4], "brain", "genes", *_NAMES[4:]) if name in names]
    found = [name for name in names if name not in plain]  # by instruments
    names = [*plain[:2], *found, *plain[2:]]
    cells = tuple(tuple(row.get(name, "") for name in names) for row in rows)
    return Table("All genomes", tuple(names), cells, sortable=True, summary=True)
