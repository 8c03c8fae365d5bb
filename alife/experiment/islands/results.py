"""What a colony leaves behind, beside the folders of its runs: a table, all rows of metrics, the last champions."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from alife.atomic_files import write_whole
from alife.experiment.islands.sweep import JobSpec
from alife.experiment.records.run_folder import RunFolder

TABLE, METRICS, CHAMPIONS = "results.csv", "metrics.csv", "champions"


def write_table(
    root: Path, members: Sequence[JobSpec], made: Sequence[Sequence[str]], results: Mapping[int, Mapping[str, Any]]
) -> None:
    """results.csv: one row for each run that has ended: its folder, what the sweep assigned, and how it ended.

    made: the assignments `key=value` of each group.
    """
    rows = []
    for number, result in sorted(results.items()):
        member = members[number]
        assigned = dict(line.split("=", 1) for line in made[member.group])
        place = {"island": member.place} if member.islands.count > 1 else {}
        rows.append({"run": member.folder, **assigned, **place, **result})
    write_rows(root / TABLE, rows)


def write_metrics(root: Path, members: Sequence[JobSpec]) -> None:
    """metrics.csv: the rows of all runs, with the folder of each."""
    rows = []
    for member in members:
        path = RunFolder(root / member.folder).metrics
        if path.is_file():
            with path.open(newline="") as file:
                rows += [{"run": member.folder, **row} for row in csv.DictReader(file)]
    write_rows(root / METRICS, rows)


def copy_champions(root: Path, members: Sequence[JobSpec]) -> None:
    """champions/: the last champion of each run, of each role where there are two, by the run's name."""
    for member in members:
        found = [
            (path.stem.split("-"), path)
            for path in RunFolder(root / member.folder).champions.glob("step-*.safetensors")
        ]
        last = max((int(step) for (_, step, *_), _ in found), default=0)
        for (_, step, *role), path in found:
            if int(step) == last:
                name = "-".join([member.folder.replace("/", "-"), *role])
                target = root / CHAMPIONS / f"{name}.safetensors"
                target.parent.mkdir(exist_ok=True)
                shutil.copyfile(path, target)


def write_rows(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows as CSV; columns in the order in which they first appear."""
    text = io.StringIO()
    columns = dict.fromkeys(name for row in rows for name in row)
    writer = csv.DictWriter(text, list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_whole(path, [text.getvalue().encode()])
