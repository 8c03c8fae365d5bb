"""Checkpoints: the complete state of a run in one file, written whole or not at all, with a checksum.

The last two are kept, and compressed those at 1,000, 10,000, 100,000 ... steps and at the multiples of
`run.keep_checkpoints_every`. A damaged one is named and the one before used;
once the run goes on from there the damaged one is set aside as *.damaged, so that only sound ones count as kept.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pydantic

from alife.atomic_files import DamagedError, load_arrays, reading, save_arrays, writing
from alife.config.params import Params, parse_params
from alife.errors import UserError, as_shown
from alife.experiment.records.compressed import ENDING, compress, uncompressed

FORMAT = 1  # raise when an older file could no longer be continued
REMEDY = "move this file away to go on from the checkpoint before it"
MOST = 2**53  # steps: more are no count


class Offsets(Params):
    """Lengths of the logs, bytes."""

    metrics: int = pydantic.Field(ge=1)
    lineage: int = pydantic.Field(ge=1)
    tensorboard: int = pydantic.Field(0, ge=0)


class Meta(Params):
    """The description of a checkpoint.

    step: steps or generations. config: YAML. package: version that wrote it. migrations: times that genomes arrived.
        interventions: of the run's record, those that have taken effect.
        seconds: of the run's own work, where it has a budget of time.
    judged, measured: False where the champion's held-out fitness, or a row of metrics, was left out.
    """

    model_config = pydantic.ConfigDict(extra="ignore")

    format: int
    step: int = pydantic.Field(ge=0, le=MOST)
    offsets: Offsets
    config: str
    package: str
    migrations: int = pydantic.Field(0, ge=0, le=MOST)
    interventions: int = pydantic.Field(0, ge=0, le=MOST)
    seconds: float = pydantic.Field(0.0, ge=0, le=MOST)
    judged: bool = True
    measured: bool = True


@dataclass
class Checkpoint:
    """A loaded checkpoint. arrays: the state. damaged: newer files."""

    path: Path
    arrays: dict[str, np.ndarray]
    meta: Meta
    damaged: tuple[Path, ...] = ()

    @contextmanager
    def restoring(self, remedy: str = REMEDY) -> Iterator[None]:
        """Names this file, and what to do, in an error about its arrays. Raises UserError."""
        try:
            yield
        except UserError as error:
            raise UserError(f"{self.path}: {error}; {remedy}") from None


def save(
    folder: Path, arrays: Mapping[str, np.ndarray], meta: Mapping[str, Any], keep_every: int | None = None
) -> Path:
    """Writes the checkpoint of meta["step"], then removes those no longer kept. keep_every: see `prune`.

    Raises:
        WriteError: the disk refuses.
    """
    path = folder / f"step-{meta['step']:09d}.safetensors"
    write(path, arrays, meta)
    prune(folder, meta["step"], keep_every)
    return path


def write(path: Path, arrays: Mapping[str, np.ndarray], meta: Mapping[str, Any]) -> None:
    """Writes a checkpoint of this name. arrays: by name, of any shape. Raises WriteError."""
    save_arrays(path, arrays, {"format": FORMAT, **meta})


def prune(folder: Path, step: int, keep_every: int | None = None) -> None:
    """Removes the checkpoints up to this step that are no longer kept, and compresses older ones that are.

    keep_every: steps, at whose multiples they are kept, beside the milestones.

    Raises:
        WriteError: the disk refuses.
    """
    earlier = [old for old in listed(folder) if step_of(old) <= step]
    with writing(folder):
        for old in earlier[:-2]:
            if not _is_milestone(step_of(old)) and (not keep_every or step_of(old) % keep_every):
                old.unlink()
            elif old.suffix != ENDING:
                compress(old)


def set_aside(damaged: Iterable[Path]) -> None:
    """Rename damaged checkpoints, so that they no longer count. Raises WriteError."""
    for path in damaged:
        with writing(path):
            os.replace(path, path.with_name(path.name + ".damaged"))


def load(path: Path) -> Checkpoint:
    """Reads one checkpoint. Raises UserError naming what is wrong with it."""
    with reading(path), uncompressed(path) as content:
        arrays, meta = load_arrays(path, content)
    if meta.get("format") != FORMAT:
        raise UserError(f"{path}: expected checkpoint format {FORMAT}, got {as_shown(repr(meta.get('format')))}")
    try:
        return Checkpoint(path, arrays, parse_params(Meta, meta, str(path)))
    except UserError as error:
        raise UserError(f"{str(error).partition('; write ')[0]}; {REMEDY}") from None


def load_last(folder: Path) -> Checkpoint | None:
    """Loads the newest sound checkpoint; returns None if there is none at all.

    Raises:
        DamagedError: there are checkpoints, and every one is damaged.
        UserError: one cannot be read, or is of a newer format.
    """
    found = listed(folder)
    for path in reversed(found):
        try:
            return replace(load(path), damaged=tuple(found[found.index(path) + 1 :]))
        except DamagedError as error:
            if path != found[0]:
                print(f"alife: {error}; using the checkpoint before it", file=sys.stderr)
    if found:
        raise DamagedError(
            f"{folder}: expected a sound checkpoint, got {len(found)} damaged; start anew in another --out"
        )
    return None


def listed(folder: Path) -> list[Path]:
    """The checkpoint files of a folder, oldest first."""
    found = {step_of(path): path for ending in (ENDING, "") for path in folder.glob(f"step-*.safetensors{ending}")}
    return [path for _, path in sorted(found.items())]


def step_of(path: Path) -> int:
    """The step in the name of a checkpoint file."""
    digits = path.name.removeprefix("step-").removesuffix(ENDING).removesuffix(".safetensors")
    return int(digits) if digits.isdigit() else -1


def _is_milestone(step: int) -> bool:
    """1,000, 10,000, 100,000 ..."""
    return step >= 1000 and str(step).rstrip("0") == "1"
