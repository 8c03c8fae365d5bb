"""Savepoints: complete states of a run that are kept under a name; and the nearest state before a step of a run.

Those of a run with a folder are files in RUN/savepoints/, as checkpoints are; those of a run in memory last as long as
it does.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from alife.atomic_files import DamagedError, writing
from alife.errors import UserError, unknown
from alife.experiment.kept_states import EVENTS, KeptStates
from alife.experiment.later_writer import LaterWriter
from alife.experiment.records import checkpoint
from alife.experiment.records.checkpoint import Checkpoint
from alife.experiment.records.interventions_jsonl import read_interventions
from alife.experiment.records.run_folder import RunFolder
from alife.simulation.interventions import Intervention

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}")
READ = 4  # states in a folder that are looked through for the genome of an agent
FILE = re.compile(r"(step|event)-(\d{9,})-(.+)\.safetensors")  # kept by hand, or at an event


@dataclass(frozen=True)
class Savepoint:
    """A state with a name.

    Attributes:
        name: of the savepoint.
        step: steps or generations.
        path: its file; None in memory.
        reason: why it was kept.
        passing: True if it may be dropped for others.
        event: True if it was kept at an event.
    """

    name: str
    step: int
    path: Path | None = None
    reason: str = ""
    passing: bool = False
    event: bool = False

    @property
    def picture(self) -> Path | None:
        """The file for a small picture of the world at that moment, beside its own; None in memory."""
        return self.path.with_suffix(".png") if self.path else None


@dataclass(frozen=True)
class Start:
    """A state from which a run goes on in memory.

    Attributes:
        state: None for the beginning.
        interventions: the whole record of the life that it belongs to.
        folder: of the run whose checkpoints belong to this life, too.
        known: step up to which they do; None: that of the state.
    """

    state: Checkpoint | None
    interventions: Sequence[Intervention] = ()
    folder: Path | None = None
    known: int | None = None


class Savepoints:
    """The savepoints of one run, and the states that its past can be replayed from.

    Attributes:
        kept: the states in memory.
        later: writes those of events.
    """

    def __init__(self, folder: Path | None) -> None:
        """folder: of the run, or of the one it was opened from; None for a run in memory."""
        self._folder, self.kept, self.later = folder, KeptStates(), LaterWriter()

    def all(self) -> list[Savepoint]:
        """Returns those in the folder and those in memory, by step and name."""
        self.later.wait()
        kept = [
            Savepoint(name, one.state.meta.step, None, one.reason, one.passing, one.event)
            for name, one in self.kept.items()
        ]
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

    def nearest(self, step: int, known: int, record: Sequence[Intervention]) -> Start:
        """Returns the last state up to a step of the life with a record, to start from; else the beginning.

        known: step up to which the states in the folder are those of this life.
        """
        self.later.wait()
        stored = nearest(self._folder, min(step, known), len(record)) if self._folder else None
        kept = self.kept.nearest(step, record)
        if kept and (stored is None or kept.state.meta.step >= stored.meta.step):
            return Start(kept.state, record, known=kept.known)
        return Start(stored, record)

    def genome(self, id_: int, step: int, known: int, record: Sequence[Intervention]) -> np.ndarray | None:
        """Returns the genes [G] of an agent of the life with a record, of the last states that are kept of it.

        Args:
            id_: of the agent.
            step: up to which states are looked at.
            known: step up to which the states in the folder are those of this life.
            record: interventions of the life.

        Returns:
            None if no state in memory, and none of the last READ in the folder, has the agent alive.
        """
        kept = [one.state for one in self.kept.values() if one.state.meta.step <= step and one.is_of(record)]
        for state in sorted(kept, key=lambda one: -one.meta.step):
            if (found := _genome(state.arrays, id_)) is not None:
                return found
        files = _files(self._folder, min(step, known)) if self._folder else iter(())
        for path in islice(files, READ):
            try:
                found = _genome(checkpoint.load(path).arrays, id_)
            except UserError:
                continue
            if found is not None:
                return found
        return None

    def at(self, name: str, record: Sequence[Intervention]) -> Start:
        """Returns a savepoint, to start from, with what followed it in the life with a record.

        Raises:
            UserError: an unknown or damaged one.
        """
        self.later.wait()
        kept = self.kept.get(name)
        if kept is not None:
            return Start(kept.state, record if kept.is_of(record) else kept.record, known=kept.known)
        if self._folder and any(one.name == name for one in listed(self._folder)):
            return at_savepoint(self._folder, name)
        raise unknown("savepoint", str(name), [one.name for one in self.all()])


def _genome(arrays: Mapping[str, np.ndarray], id_: int) -> np.ndarray | None:
    """Returns the genes of a living agent in a state of a shared world; None if it is not there."""
    if not {"id", "genome", "alive"} <= set(arrays):
        return None
    rows = np.flatnonzero((arrays["id"] == id_) & (arrays["alive"] > 0))
    return np.array(arrays["genome"][rows[0]]) if rows.size else None


def listed(folder: Path) -> list[Savepoint]:
    """Returns the savepoints of a run folder, by step and name."""
    found = ((FILE.fullmatch(path.name), path) for path in RunFolder(folder).savepoints.glob("*-*.safetensors"))
    return sorted((_savepoint(match, path) for match, path in found if match), key=lambda one: (one.step, one.name))


def new_path(folder: Path, name: str, step: int, event: bool = False) -> Path:
    """Returns the file of a new savepoint. event: it is kept at an event."""
    return RunFolder(folder).savepoints / f"{'event' if event else 'step'}-{step:09d}-{name}.safetensors"


def event_name(text: str, step: int) -> str:
    """Returns the name of a savepoint that is kept at an event: "first predator" at step 40 is first-predator-40."""
    word = re.sub("[^A-Za-z0-9]+", "-", text).strip("-")[:40]
    return f"{word or 'event'}-{step}"


def drop_events(folder: Path) -> None:
    """Removes the files of savepoints kept at events, with their pictures, but for the last ones. Raises WriteError.

    A picture whose savepoint could not be written goes with those before it.
    """
    events = [one.path for one in listed(folder) if one.event and one.path]
    with writing(folder):
        for path in events[:-EVENTS]:
            path.unlink(missing_ok=True)
        for picture in RunFolder(folder).savepoints.glob("event-*.png") if len(events) >= EVENTS else ():
            if picture.stem < events[-EVENTS:][0].stem:
                picture.unlink(missing_ok=True)


def _savepoint(match: re.Match[str], path: Path) -> Savepoint:
    name, step, event = match[3], int(match[2]), match[1] == "event"
    reason = name.removesuffix(f"-{step}").replace("-", " ") if event else ""
    return Savepoint(name, step, path, reason, event, event)


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
