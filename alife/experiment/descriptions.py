"""One line about each world, brain, configuration, genome and run: for `list` and for the start page of the window."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from alife.brains import make_brain
from alife.config import registry
from alife.errors import UserError, as_shown
from alife.experiment.records.genome import load_genome
from alife.experiment.records.run_folder import RunFolder


def described(kind: str) -> dict[str, dict[str, Any]]:
    """Returns {name: {doc, file}} of a kind of the registry.

    A genome's doc has its world, brain and step; a brain has its sizes and costs beside it.

    Raises:
        UserError: an unknown kind.
    """
    entries: dict[str, dict[str, Any]] = {**registry.describe(kind)}
    for name, entry in entries.items():
        if kind == "genomes":
            entry["doc"] = genome_line(Path(entry["file"]))
        elif kind == "brains" and registry.is_shipped(kind, name):  # files of the user's own are not run
            entry |= _brain_costs(name)
    return entries


def _brain_costs(name: str) -> dict[str, Any]:
    """Of a brain with its defaults at width 32, 12 senses and 4 actions: weights, genes; operations, bytes a step."""
    counted = make_brain({"name": name, "width": 32}, 12, 4).count()
    return {key: counted[key] for key in ("weights", "genes", "operations", "bytes")}


def genome_line(path: Path) -> str:
    """Returns brain, genes, world and step of a genome file, or what is wrong with it."""
    try:
        genome = load_genome(path)
    except UserError as error:
        return str(error)
    meta = genome.meta
    brain, world, step = (as_shown(str(value)) for value in (genome.brain["name"], meta.get("world"), meta.get("step")))
    return f"{brain} of {len(genome.params)} genes from {world}, step {step}"


def run_line(root: Path) -> str:
    """Returns configuration, last step and time of a run, and if it was changed by hand, from its run.json."""
    folder = RunFolder(root)
    last = (folder.starts() or [{}])[-1]
    step = last.get("until")
    parts = [as_shown(folder.label), f"step {step:,}" if isinstance(step, int) else "no step recorded"]
    touched = ["changed by hand"] * folder.interventions.is_file()
    return ", ".join([*parts, *_started(last.get("time")), *touched])


def _started(time: object) -> Iterator[str]:
    """Yields when a start was, in local time; nothing for what is no time."""
    try:
        yield f"started {datetime.datetime.fromisoformat(str(time)).astimezone():%Y-%m-%d %H:%M}"
    except (ValueError, OverflowError):
        return


def find_runs(root: Path) -> list[Path]:
    """Returns the folders of runs at, in and in `runs` of a folder, those of islands and sweeps too, newest first."""
    roots = [root, *_folders(root), *_folders(root / "runs")]
    found = {one for folder in roots for one in _runs_of(folder)}
    return sorted(found, key=lambda one: (-RunFolder(one).config.stat().st_mtime, one))


def _folders(root: Path) -> list[Path]:
    """Returns the folders in a folder; none of one that is not there or cannot be read."""
    try:
        return [one for one in root.iterdir() if one.is_dir()]
    except OSError:
        return []


def _runs_of(folder: Path) -> list[Path]:
    """Returns a folder if it is a run, or the runs in it if it holds islands or a sweep; none if it cannot be read."""
    try:
        if RunFolder(folder).colony.is_file():
            return [path.parent for path in folder.glob("*/**/metrics.csv") if RunFolder(path.parent).is_run()]
        return [folder] if RunFolder(folder).is_run() else []
    except (OSError, UserError):
        return []
