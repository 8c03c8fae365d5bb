"""Champions: the genomes that a run has saved: its hall of fame, and the champion of each checkpoint."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from alife.analysis.report.finding import Finding, Link, Table
from alife.analysis.report.subject import Subject
from alife.config import params
from alife.errors import UserError
from alife.experiment.records.genome import load_genome

COLUMNS = {  # of the tables: what a genome file tells -> its heading, where any file tells it
    "fitness": "fitness",
    "held_out": "held-out fitness",
    "generation": "generation",
    "id": "id",
    "parents": "parents",
    "parent_id": "parent",
    "offspring": "offspring",
}
IDS = ("id", "parent_id")  # names, not amounts
SHOWN = 20  # files of each folder, the first and the last among them


class Params(params.Params):
    """Nothing to set."""


class Champions:
    """Tables of genome files, with where to find them."""

    order = 6
    quick = True

    def __init__(self, settings: Params) -> None:
        self.settings = settings

    def measure(self, subject: Subject) -> Finding | None:
        """Tables of the run's genome files; None for a genome, and where a run has saved none."""
        if subject.run is None:
            return None
        hall = sorted(_told(sorted(subject.run.hall.glob("*.safetensors"))), key=_rank)
        champions = _told(_spread(sorted(subject.run.champions.glob("*.safetensors"))))
        tables = [_table("Hall of fame: the best of the whole run", hall), _table("Champions", champions)]
        text = (
            "Every file here can be inspected, can start a run (run.founders), and holds its configuration. Held-out "
            "fitness is the mean over episodes that no generation met."
            if hall
            else "Every file here can be inspected, watched, and can start a run (run.founders)."
        )
        return Finding("Saved genomes", text, tables=[table for table in tables if table.rows]) if champions else None


def _spread(files: Sequence[Path]) -> list[Path]:
    """At most SHOWN of them, evenly, with the first and the last."""
    return [files[at] for at in np.unique(np.linspace(0, len(files) - 1, SHOWN).round().astype(int))] if files else []


def _told(files: Sequence[Path]) -> list[tuple[Path, dict[str, Any]]]:
    """What each file tells; a damaged one tells nothing."""
    found = []
    for file in files:
        try:
            found.append((file, load_genome(file).meta))
        except UserError:
            found.append((file, {}))
    return found


def _rank(entry: tuple[Path, dict[str, Any]]) -> tuple[float, float]:
    return (-entry[1].get("fitness", -np.inf), -entry[1].get("held_out", -np.inf))


def _table(title: str, entries: list[tuple[Path, dict[str, Any]]]) -> Table:
    names = [name for name in COLUMNS if any(meta.get(name) is not None for _, meta in entries)]
    rows = tuple((Link(file), *(_cell(meta.get(name), name) for name in names)) for file, meta in entries)
    return Table(title, ("file", *(COLUMNS[name] for name in names)), rows)


def _cell(value: Any, name: str) -> Any:
    """Numbers as they are; parents as a list of their ids."""
    if name in IDS:
        return "none" if value == -1 else str(value)
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return "" if value is None else value
