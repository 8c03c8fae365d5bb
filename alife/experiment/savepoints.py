"""Savepoints: complete states of a run that are kept under a name; and the nearest state before a step of a run.

Those of a run with a folder are files in RUN/savepoints/, as checkpoints are; those of a run in memory last as long as
it does.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import alife
from alife.atomic_files import DamagedError
from alife.errors import UserError, unknown
from alife.experiment.records import checkpoint
from alife.experiment.records.checkpoint import Checkpoint, Meta, Offsets
from alife.experiment.records.interventions_jsonl import read_interventions
from alife.experiment.records.run_folder import RunFolder
from alife.simulation.interventions import Intervention

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}")
FILE = re.compile(r"step-(\d{9,})-(.+)\.safetensors")


@dataclass(frozen=True)
class Savepoint:
    """A state with a name. step: steps or generations. path: its file; None in memory."""

    name: str
    step: int
    path: Path | None = None


@dataclass(frozen=True)
class Start:
    """A state from which a run goes on in memory.

    Attributes:
        state: None for the beginning.
        interventions: the whole record of the life that it belongs to.
        folder: of the run whose checkpoints belong to this life, too.
    """

    state: Checkpoint | None
    interventions: Sequence[Intervention] = ()
    folder: Path | None = None


class Savepoints:
    """The savepoints of one run, and the states that its past can be replayed from."""

    def __init__(self, folder: Path | None) -> None:
        """folder: of the run, or of the one it was opened from; None for a run in memory."""
        self._folder, self._kept = folder, dict[str, Checkpoint]()

    def all(self) -> list[Savepoint]:
        """Returns those in the folder and those in memory, by step and name."""
        kept = [Savepoint(name, one.meta.step) for name, one in self._kept.items()]
        return sorted([*kept, *(listed(self._folder) if self._folder else [])], key=lambda one: (one.step, one.name))

    def check_new(self, name: object) -> None:
        """Checks the name of a new savepoint. Raises UserError for one that is no file name, or taken."""
        if not isinstance(name, str) or not NAME.fullmatch(name):
            raise UserError(
                f"savepoint: expected a name of letters, digits, _ . and -, got {name!r}; write before-winter"
            )
        for one in self.all():
            if one.name == name:
                raise UserError(f"savepoint: expected a new name, got {name}, which is that of step {one.step:,}")

    def keep(self, name: str, step: int, arrays: Mapping[str, np.ndarray], facts: Mapping[str, float]) -> Savepoint:
        """Keeps a copy of a state in memory. arrays: by name, of any shape. facts: of its checkpoint."""
        known = {"format": checkpoint.FORMAT, "config": "", "package": alife.__version__, "step": step, **facts}
        meta = Meta.model_validate({**known, "offsets": Offsets(metrics=1, lineage=1)})  # no records are continued
        self._kept[name] = Checkpoint(Path(name), {key: array.copy() for key, array in arrays.items()}, meta)
        return Savepoint(name, step)

    def nearest(self, step: int, known: int, applied: int) -> Checkpoint | None:
        """Returns the last state up to a step that at most `applied` interventions have touched; None: the beginning.

        known: step up to which the states in the folder are those of this life.
        """
        found = nearest(self._folder, min(step, known), applied) if self._folder else None
        for one in self._kept.values():
            if one.meta.step <= step and one.meta.interventions <= applied:
                found = one if found is None or one.meta.step >= found.meta.step else found
        return found


def listed(folder: Path) -> list[Savepoint]:
    """Returns the savepoints of a run folder, by step and name."""
    found = ((FILE.fullmatch(path.name), path) for path in RunFolder(folder).savepoints.glob("step-*.safetensors"))
    return sorted((_savepoint(match, path) for match, path in found if match), key=lambda one: (one.step, one.name))


def new_path(folder: Path, name: str, step: int) -> Path:
    """Returns the file of a new savepoint."""
    return RunFolder(folder).savepoints / f"step-{step:09d}-{name}.safetensors"


def _savepoint(match: re.Match[str], path: Path) -> Savepoint:
    return Savepoint(match[2], int(match[1]), path)


def load(folder: Path, name: str) -> Checkpoint:
    """Loads a savepoint of a run folder. Raises UserError for an unknown or damaged one."""
    known = {one.name: one.path for one in listed(folder)}
    path = known.get(name)
    if path is None:
        raise unknown("savepoint", str(name), known)
    return checkpoint.load(path)


def nearest(folder: Path, step: int, applied: int) -> Checkpoint | None:
    """Returns the last sound state of a run folder up to a step that at most `applied` interventions have touched."""
    for path in _files(folder, step):
        try:
            found = checkpoint.load(path)
        except DamagedError as error:
            print(f"alife: {error}; using one before it", file=sys.stderr)
            continue
        if found.meta.interventions <= applied:
            return found
    return None


def _files(folder: Path, step: int) -> Iterator[Path]:
    """Yields the files of states up to a step, the last first."""
    states = [(checkpoint.step_of(path), path) for path in checkpoint.listed(RunFolder(folder).checkpoints)]
    states += [(one.step, one.path) for one in listed(folder) if one.path]
    for _, path in sorted((pair for pair in states if pair[0] <= step), reverse=True):
        yield path


def stored(root: Path) -> Start:
    """Returns the newest sound state of a run folder, with its record of interventions.

    Raises:
        UserError: every checkpoint is damaged, or the record.
    """
    return _in_record(root, checkpoint.load_last(RunFolder(root).checkpoints))


def at_savepoint(root: Path, name: str) -> Start:
    """Returns a savepoint of a run folder, with the run's record of interventions. Raises UserError."""
    return _in_record(root, load(root, name))


def _in_record(root: Path, state: Checkpoint | None) -> Start:
    record = RunFolder(root).interventions
    found = read_interventions(record)
    applied = state.meta.interventions if state else 0
    if len(found) < applied:
        raise UserError(
            f"{record}: expected the {applied} interventions that the checkpoint continues, got {len(found)}; put the "
            "file back, or start anew in another --out"
        )
    return Start(state, found, root)
