"""Results of many runs, beside their folders: a table, the rows of all metrics, the last champions."""

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
    root: Path, jobs: Sequence[JobSpec], made: Sequence[Sequence[str]], results: Mapping[int, Mapping[str, Any]]
) -> None:
    """Writes results.csv: one row for each run that has ended: its folder, the values of the sweep, and its results.

    made: the assignments `key=value` of each group.
    """
    rows = []
    for number, result in sorted(results.items()):
        job = jobs[number]
        assigned = dict(line.split("=", 1) for line in made[job.group])
        place = {"island": job.place} if job.islands.count > 1 else {}
        rows.append({"run": job.folder, **assigned, **place, **result})
    write_rows(root / TABLE, rows)


def write_metrics(root: Path, jobs: Sequence[JobSpec]) -> None:
    """Writes metrics.csv: the rows of all runs, with the folder of each."""
    rows = []
    for job in jobs:
        path = RunFolder(root / job.folder).metrics
        if path.is_file():
            with path.open(newline="") as file:
                rows += [{"run": job.folder, **row} for row in csv.DictReader(file)]
    write_rows(root / METRICS, rows)


def copy_champions(root: Path, jobs: Sequence[JobSpec]) -> None:
    """Copies the last champion of each run, or of each role, into champions/ under the run's name."""
    for job in jobs:
        found = [
            (path.stem.split("-"), path) for path in RunFolder(root / job.folder).champions.glob("step-*.safetensors")
        ]
        last = max((int(step) for (_, step, *_), _ in found), default=0)
        for (_, step, *role), path in found:
            if int(step) == last:
                name = "-".join([job.folder.replace("/", "-"), *role])
                target = root / CHAMPIONS / f"{name}.safetensors"
                target.parent.mkdir(exist_ok=True)
                shutil.copyfile(path, target)


def write_rows(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Writes rows as CSV, with columns in the order in which they first appear."""
    text = io.StringIO()
    columns = dict.fromkeys(name for row in rows for name in row)
    writer = csv.DictWriter(text, list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_whole(path, [text.getvalue().encode()])
