"""What may go wrong while files are written: the process is killed, or the system refuses, at one call out of many.

The calls counted are those by which anything gets to the disk: write, fsync, replace, unlink, mkdir, open for writing.
"""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CALLS = ("write", "fsync", "replace", "unlink", "mkdir")

Action = Callable[[int, str, Callable[..., Any], tuple[Any, ...]], Any]


@contextmanager
def intercepted(action: Action) -> Iterator[None]:
    """Each of the calls becomes `action(number, name, call, arguments)`; numbers count from 0."""
    originals = {name: getattr(os, name) for name in CALLS}
    number = 0

    def wrapped(name: str) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            nonlocal number
            number += 1
            return action(number - 1, name, originals[name], arguments)

        return call

    try:
        for name in CALLS:
            setattr(os, name, wrapped(name))
        yield
    finally:
        for name, original in originals.items():
            setattr(os, name, original)


def calls_of(work: Callable[[], object]) -> list[tuple[str, str]]:
    """What `work` calls, in order: name of the call, name of the file."""
    seen: list[tuple[str, str]] = []

    def note(number: int, name: str, call: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        seen.append((name, file_of(arguments[0])))
        return call(*arguments)

    with intercepted(note):
        work()
    return seen


def file_of(target: Any) -> str:
    """Name of the file that a call is about, given as a path or an open file."""
    path = os.readlink(f"/proc/self/fd/{target}") if isinstance(target, int) else target
    return Path(path).name


def files(root: Path) -> dict[str, bytes]:
    """Everything in a run folder but what tells when and where it ran: two runs of one life have the same."""
    own = ("run.json", "report.html")
    found = [path for path in sorted(root.rglob("*")) if path.is_file() and path.name not in own]
    return {str(path.relative_to(root)): path.read_bytes() for path in found}


def killed(work: Callable[[], object], at: int, phase: str) -> bool:
    """Do `work` in a child that kills itself at call `at`; returns whether it came to that.

    phase: "before" the call, "half" of the bytes written, "after" it.
    """
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
        return os.WIFSIGNALED(status)
    _end(work, at, phase)


def _end(work: Callable[[], object], at: int, phase: str) -> None:
    """In the child: it must not come back into the tests."""

    def die(number: int, name: str, call: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        if number == at and phase == "half" and name == "write":
            call(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])
        if number == at and phase != "after":
            os.kill(os.getpid(), signal.SIGKILL)
        result = call(*arguments)
        if number == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    status = 1
    try:
        with intercepted(die):
            work()
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)
