"""Permission to import code of others by a name in a configuration, a genome file or a command.

Files of the current folder, entry points of installed packages and environments of other packages than Gymnasium are
code of others. `--no-import`, or the variable `ALIFE_NO_IMPORT=1`, which worker processes and Python programs take,
too, forbids them. What is imported from the current folder or by an entry point is said, once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alife.errors import UserError, as_shown

VARIABLE = "ALIFE_NO_IMPORT"
OPTION = "--no-import"


class _Said:
    """Lines about imports: said so far, not yet said, and whether they are to wait, or never said."""

    def __init__(self) -> None:
        self.lines: set[str] = set()
        self.waiting: list[str] = []
        self.held = self.quiet = False


_said = _Said()


def forbidden() -> bool:
    """True if code of others must not be imported."""
    return os.environ.get(VARIABLE, "0") not in ("", "0")


def forbid() -> None:
    """Forbids the import of code of others in this process and those that it starts.

    Takes the current folder out of the path of modules, where `python -m` puts it, so that no library is found there
    that is imported later.
    """
    os.environ[VARIABLE] = "1"
    project = Path(__file__).resolve().parents[2]
    sys.path[:] = [entry for entry in sys.path if not _is_here(entry) or Path(entry).resolve() == project]


@contextmanager
def as_before() -> Iterator[None]:
    """Undoes `forbid` and `silence` at its end; forbids from the beginning if the variable says so."""
    before, path, quiet = os.environ.get(VARIABLE), list(sys.path), _said.quiet
    if forbidden():
        forbid()
    try:
        yield
    finally:
        _said.quiet = quiet
        if before is None and forbidden():
            del os.environ[VARIABLE]
            sys.path[:] = path


def refusal(what: str, expected: str, got: str, key: tuple[str, ...] = ()) -> UserError:
    """Returns the error of a name that leads to code of others where that is forbidden."""
    return UserError(f"{what}: expected {expected} with {OPTION}, got {got}; leave {OPTION} out if you trust it", key)


def say_imported(what: str, source: str) -> None:
    """Says on standard error, once, that code of others was imported; what: a file or a name."""
    line = f"alife: {as_shown(what)}: loaded from {as_shown(source)}"
    if line not in _said.lines:
        _said.lines.add(line)
        _said.waiting.append(line)
    if not _said.held:
        _say()


@contextmanager
def said_at_end() -> Iterator[None]:
    """Says what was imported at its end; after an error, whose line is then alone, the next time."""
    before, _said.held = _said.held, True
    try:
        yield
    finally:
        _said.held = before
    if not before:
        _say()


def silence() -> None:
    """Says nothing from now on."""
    _said.quiet = True


def _say() -> None:
    if not _said.quiet:
        print(*_said.waiting, sep="\n", end="\n" * bool(_said.waiting), file=sys.stderr)
    _said.waiting.clear()


def _is_here(entry: str) -> bool:
    """True for an entry of the path of modules that is the current folder."""
    try:
        return not entry or os.path.samefile(entry, os.curdir)
    except OSError:
        return False
