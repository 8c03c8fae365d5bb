"""The layout of a run folder, and the files written there once: config.yaml and run.json."""

from __future__ import annotations

import datetime
import errno
import json
import os
import platform
import re
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

import llvmlite
import numpy as np

import alife
from alife.atomic_files import exists, is_file, is_temporary, make_folder, parse_json, write_whole, writing
from alife.config.file_kinds import RUN, wrong_kind
from alife.config.models import Config
from alife.config.schema import dump_config, load_config
from alife.errors import UserError, as_shown

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

TESTED = "equal results are tested for equal versions only"  # said where versions differ
LOCK = ".lock"  # in a run's folder: held by the process that writes there
NO_LOCKS = (errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL)  # of file systems without locks


@dataclass(frozen=True)
class RunFolder:
    """The layout of one run's files under `root`."""

    root: Path

    @property
    def config(self) -> Path:
        """The resolved configuration, every default written out."""
        return self.root / "config.yaml"

    @property
    def facts(self) -> Path:
        """Versions, machine, backend and command of each start, and its last step."""
        return self.root / "run.json"

    @property
    def metrics(self) -> Path:
        """One row an interval."""
        return self.root / "metrics.csv"

    @property
    def lineage(self) -> Path:
        """The phylogeny."""
        return self.root / "lineage.csv"

    @property
    def interventions(self) -> Path:
        """Changes from outside while it ran; there is no such file if there were none."""
        return self.root / "interventions.jsonl"

    @property
    def savepoints(self) -> Path:
        """Complete states that were saved under a name."""
        return self.root / "savepoints"

    @property
    def champions(self) -> Path:
        """Genome files."""
        return self.root / "champions"

    def newest_champion(self, role: str = "") -> str | None:
        """The genome file of the newest champion, of a role if there are two; None if none was saved."""
        files = sorted(self.champions.glob(f"step-*{f'-{role}' if role else ''}.safetensors"))
        return str(files[-1]) if files else None

    @property
    def hall(self) -> Path:
        """The elite archive: the best genomes of a whole run that counts generations."""
        return self.root / "hall"

    @property
    def board(self) -> Path:
        """Event files for TensorBoard."""
        return self.root / "tensorboard"

    @property
    def checkpoints(self) -> Path:
        """Complete states."""
        return self.root / "checkpoints"

    @property
    def colony(self) -> Path:
        """The configurations of islands and sweeps, whose runs lie in folders below."""
        return self.root / "colony.json"

    def check_single(self) -> None:
        """Checks that this is one run, not islands or a sweep. Raises UserError that names one of them."""
        if is_file(self.colony):
            runs = sorted(path.parent.relative_to(self.root) for path in self.root.glob("*/**/metrics.csv"))
            first = f", such as {self.root / runs[0]}" if runs else ""
            raise UserError(f"{self.root}: expected a single run, got islands or a sweep; name one of its runs{first}")

    def is_run(self) -> bool:
        """True if a run was begun here."""
        return is_file(self.config)

    def is_unused(self) -> bool:
        """True for an empty folder, or one that holds only what a killed start leaves."""
        return self.root.is_dir() and all(path.name == LOCK or is_temporary(path) for path in self.root.iterdir())

    def begin(self, config: Config, backend: str) -> None:
        """Writes config.yaml, and a start into run.json after earlier ones. The folder must be locked.

        Raises:
            WriteError: the disk refuses.
        """
        with writing(self.root):
            self._sweep()
            write_whole(self.config, [dump_config(config).encode()])
            now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
            self._tell(config.label, [*self.starts(), {"time": now, **_facts(backend)}])

    def note(self, facts: Mapping[str, float | int]) -> None:
        """Writes how far the last start has come into run.json. Raises WriteError."""
        *before, last = self.starts() or [{}]
        with writing(self.facts):
            self._tell(self.label, [*before, {**last, **facts}])

    def starts(self) -> list[dict[str, Any]]:
        """Facts of each start in run.json: time, command, versions, the last step, seconds, agent_steps."""
        starts = _read(self.facts).get("starts", [])
        return [start for start in starts if isinstance(start, dict)] if isinstance(starts, list) else []

    @property
    def label(self) -> str:
        """The name of the configuration."""
        return str(_read(self.facts).get("label", self.root.name))

    def _tell(self, label: str, starts: list[dict[str, Any]]) -> None:
        text = json.dumps({"label": label, "starts": starts}, indent=2)
        write_whole(self.facts, [text.encode(), b"\n"])

    def _sweep(self) -> None:
        """Removes files that killed processes have left half written."""
        for path in filter(is_temporary, [*self.root.glob(".*"), *self.root.glob("*/.*")]):
            path.unlink()

    def load_config(self) -> Config:
        """The configuration of this run. Raises UserError where there is no run."""
        if not self.is_run():
            if self.root.is_file():
                raise wrong_kind(self.root, RUN)
            raise UserError(f"{self.root}: expected the folder of a run, which holds a config.yaml; there is none")
        return load_config(self.config, written=True).model_copy(update={"label": self.label})


def checked_root(out: object) -> Path:
    """Returns the folder that a program names for a run. Raises UserError for what names none."""
    if not isinstance(out, str | Path) or not str(out) or "\0" in str(out):
        raise UserError(f"out: expected the path of a folder, got {out!r}")
    return Path(out)


def lock(root: Path) -> BinaryIO:
    """Makes the folder and locks it for this process until the file is closed or the process ends.

    Raises:
        UserError: another process has locked it.
        WriteError: the disk refuses.
    """
    with writing(root):
        make_folder(root)
        file = (root / LOCK).open("ab")
    if fcntl is None:  # Windows refuses to rewrite files that are open elsewhere by itself
        return file
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in NO_LOCKS:
            _say_unlocked((error.strerror or str(error)).lower())
            return file
        file.close()
        raise UserError(f"{root}: expected a run that nobody else writes, and another process does; wait") from None
    return file


@cache
def _say_unlocked(reason: str) -> None:
    print(f"alife: this file system has no locks ({reason}); let no two processes write one run", file=sys.stderr)


def default_root(config: Config) -> Path:
    """Returns runs/<config>-<date>-<seed>."""
    return Path("runs") / f"{config.label}-{datetime.datetime.now():%Y%m%d-%H%M%S}-{config.seed}"


def newest_root(config: Config, colony: bool = False) -> Path:
    """Returns the newest run under runs/ of this configuration and seed, or the newest islands or sweep.

    Raises:
        UserError: there is none.
    """
    name = re.compile(re.escape(config.label) + f"-[0-9]{{8}}-[0-9]{{6}}-{config.seed}", re.DOTALL)
    runs = [
        RunFolder(path) for path in Path("runs").glob("*") if name.fullmatch(path.name) and RunFolder(path).is_run()
    ]
    found = sorted(folder.root for folder in runs if folder.colony.is_file() == colony)
    if not found:
        pattern = f"{config.label}-DATE-{config.seed}"
        raise UserError(
            f"--resume: expected a run in runs/{pattern}, and there is none; name its folder with --out DIR"
        )
    return found[-1]


def holds_run(root: Path) -> UserError:
    """Returns the error that a folder holds a run already."""
    return UserError(
        f"{root}: holds a run already; add --resume (in Python resume=True) to continue it, or name another --out"
    )


def check_unused(root: Path) -> None:
    """Checks that a new run may use a folder. Raises UserError unless `root` is absent or an unused folder."""
    if RunFolder(root).is_run():
        raise holds_run(root)
    if exists(root) and not root.is_dir():
        raise wrong_kind(root, "a new or empty folder", otherwise="name another --out")
    if exists(root) and not RunFolder(root).is_unused():
        raise UserError(f"{root}: expected a new or empty folder, got one with other content; name another --out")


def check_writable(root: Path) -> None:
    """Checks that the files of a run can be made in a folder, or that folder where it would be, and leaves nothing.

    Raises:
        WriteError: they cannot.
    """
    parent = next(path for path in (root, *root.parents) if exists(path))
    with writing(root):
        if not parent.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(parent))
        with tempfile.TemporaryFile(dir=parent):
            pass


def versions() -> dict[str, str]:
    """Versions of what computes a run, in this process."""
    python = platform.python_version()
    return {"package": alife.__version__, "numpy": np.__version__, "llvmlite": llvmlite.__version__, "python": python}


def other_versions(known: Mapping[str, object]) -> str:
    """Returns how the versions here differ from known ones, such as "numpy 2.1.0, here 2.4.2"; "" if they do not."""
    return ", ".join(
        f"{name} {as_shown(str(known[name]))}, here {here}"
        for name, here in versions().items()
        if known.get(name, here) != here
    )


def _facts(backend: str) -> dict[str, Any]:
    machine = {"machine": platform.machine(), "system": platform.system()}
    return {"command": sys.argv, "backend": backend, **versions(), **machine}


def _read(path: Path) -> dict[str, Any]:
    """Earlier facts; a damaged file counts as none, as nothing depends on it."""
    try:
        facts = parse_json(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}
