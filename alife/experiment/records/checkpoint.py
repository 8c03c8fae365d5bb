"""Checkpoints: the complete state of a run in one file, written whole or not at all, with a checksum.

The last two are kept, and those at 1,000, 10,000, 100,000 ... steps. A damaged one is named and the one before used;
once the run goes on from there the damaged one is set aside as *.damaged, so that only sound ones count as kept.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from alife.atomic_files import DamagedError, load_arrays, save_arrays, writing
from alife.errors import UserError, as_shown

FORMAT = 1  # raise when an older file could no longer be continued


@dataclass
class Checkpoint:
    """A loaded checkpoint. arrays: the state. meta: step, lengths of the logs, versions. damaged: newer files."""

    arrays: dict[str, np.ndarray]
    meta: dict[str, Any]
    damaged: tuple[Path, ...] = ()


def save(folder: Path, arrays: Mapping[str, np.ndarray], meta: Mapping[str, Any]) -> Path:
    """Writes the checkpoint of meta["step"], then removes those no longer kept. Raises WriteError."""
    path = folder / f"step-{meta['step']:09d}.safetensors"
    save_arrays(path, arrays, {"format": FORMAT, **meta})
    prune(folder, meta["step"])
    return path


def prune(folder: Path, step: int) -> None:
    """Removes the checkpoints up to this step that are no longer kept. Raises WriteError."""
    earlier = [old for old in listed(folder) if step_of(old) <= step]
    with writing(folder):
        for old in earlier[:-2]:
            if not _is_milestone(step_of(old)):
                old.unlink()


def set_aside(damaged: Iterable[Path]) -> None:
    """Rename damaged checkpoints, so that they no longer count. Raises WriteError."""
    for path in damaged:
        with writing(path):
            os.replace(path, path.with_name(path.name + ".damaged"))


def load(path: Path) -> Checkpoint:
    """Reads one checkpoint. Raises UserError naming what is wrong with it."""
    arrays, meta = load_arrays(path)
    if meta.get("format") != FORMAT:
        raise UserError(f"{path}: expected checkpoint format {FORMAT}, got {as_shown(repr(meta.get('format')))}")
    return Checkpoint(arrays, meta)


def load_last(folder: Path) -> Checkpoint | None:
    """Loads the newest sound checkpoint; returns None if there is none at all.

    Raises:
        UserError: there are checkpoints, and every one is damaged; or one cannot be read, or is of a newer format.
    """
    found = listed(folder)
    for path in reversed(found):
        try:
            return replace(load(path), damaged=tuple(found[found.index(path) + 1 :]))
        except DamagedError as error:
            if path != found[0]:
                print(f"alife: {error}; using the checkpoint before it", file=sys.stderr)
    if found:
        raise UserError(f"{folder}: expected a sound checkpoint, got {len(found)} damaged; start anew in another --out")
    return None


def listed(folder: Path) -> list[Path]:
    """The checkpoint files of a folder, oldest first."""
    return sorted(folder.glob("step-*.safetensors"), key=step_of)


def step_of(path: Path) -> int:
    """The step in the name of a checkpoint file."""
    digits = path.stem.removeprefix("step-")
    return int(digits) if digits.isdigit() else -1


def _is_milestone(step: int) -> bool:
    """1,000, 10,000, 100,000 ..."""
    return step >= 1000 and str(step).rstrip("0") == "1"
