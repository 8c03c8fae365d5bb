"""Champions: the genomes that a run has saved: its elite archive, and the champion of each checkpoint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from alife.analysis.instruments.shared.base import Instrument
from alife.analysis.instruments.shared.base import NoParams as Params
from alife.analysis.report.finding import Finding, Link, NotApplicable, Table
from alife.analysis.report.subject import Measurable, Subject, as_subject
from alife.errors import UserError, as_shown
from alife.experiment.records.genome import load_genome

COLUMNS = {  # key of a genome file's metadata -> heading of its column, which is shown if any file has the key
    "fitness": "fitness",
    "held_out": "held-out fitness",
    "generation": "generation",
    "id": "id",
    "parents": "parents",
    "parent_id": "parent",
    "offspring": "offspring",
}
IDS = ("id", "parent_id")  # written without separators of thousands
SHOWN = 20  # champions, the first and the last among them


@dataclass(frozen=True)
class Result:
    """Saved genomes of a run: (file, its metadata) of each; the metadata of a damaged file is {}.

    champions: of the checkpoints, oldest first, at most 20, evenly spaced. elites: of the elite archive, best first.
    """

    champions: list[tuple[Path, dict[str, Any]]]
    elites: list[tuple[Path, dict[str, Any]]]


class Champions(Instrument[Params]):
    """Tables of genome files, with links."""

    order = 6
    quick = True
    of_run = True
    definition = (
        "fitness: as the run had it when it saved the genome; held-out fitness: mean over episodes that no generation "
        "was evaluated in. Elites are sorted by fitness, equal ones by held-out fitness."
    )

    def measure(self, subject: Subject) -> Finding | None:
        """Returns tables of the run's genome files. Raises NotApplicable for a single genome, and if there are none."""
        result = measure(subject)
        champions, elites = result.champions, result.elites
        tables = [_table("Elite archive: the best genomes of the run", elites), _table("Champions", champions)]
        text = (
            "Every file can be inspected and can found a run (run.founders); it holds the configuration of its run. "
            "Held-out fitness is the mean over episodes that no generation was evaluated in."
            if elites
            else "Every file can be inspected and watched, and can found a run (run.founders)."
        )
        return Finding("Saved genomes", text, tables=[table for table in tables if table.rows])


def measure(subject: Measurable) -> Result:
    """Lists the genomes that a run has saved.

    Args:
        subject: a run.

    Raises:
        NotApplicable: a single genome, or there are none.
    """
    subject = as_subject(subject)
    if subject.run is None:
        raise NotApplicable("a saved genome keeps no other ones; name its run, or a folder of genomes")
    champions = _read(_spread(sorted(subject.run.champions.glob("*.safetensors"))))
    if not champions:
        raise NotApplicable("the run has saved no genome")
    return Result(champions, sorted(_read(sorted(subject.run.hall.glob("*.safetensors"))), key=_rank))


def _spread(files: Sequence[Path]) -> list[Path]:
    """Returns at most SHOWN of the files, evenly spaced, with the first and the last."""
    return [files[at] for at in np.unique(np.linspace(0, len(files) - 1, SHOWN).round().astype(int))] if files else []


def _read(files: Sequence[Path]) -> list[tuple[Path, dict[str, Any]]]:
    """Returns each file with its metadata, {} for a damaged one."""
    found = []
    for file in files:
        try:
            found.append((file, load_genome(file).meta))
        except UserError:
            found.append((file, {}))
    return found


def _rank(entry: tuple[Path, dict[str, Any]]) -> tuple[float, float]:
    """Sorts by fitness, then by held-out fitness, highest first."""
    fitness, held_out = (entry[1].get(name) for name in ("fitness", "held_out"))
    return (np.inf if fitness is None else -fitness, np.inf if held_out is None else -held_out)


def _table(title: str, entries: list[tuple[Path, dict[str, Any]]]) -> Table:
    names = [name for name in COLUMNS if any(meta.get(name) is not None for _, meta in entries)]
    rows = tuple((Link(file), *(_cell(meta.get(name), name) for name in names)) for file, meta in entries)
    return Table(title, ("file", *(COLUMNS[name] for name in names)), rows)


def _cell(value: Any, name: str) -> Any:
    """Returns a number as it is, ids and lists of ids as text."""
    if name in IDS:
        return "none" if value == -1 else str(value)
    if isinstance(value, list):
        return as_shown(", ".join(map(str, value))) or "none"
    return "" if value is None else value
