"""What is promised of every input: an answer or one clear line, nothing written elsewhere, little time and memory."""

from __future__ import annotations

import os
import sys
import time
import traceback
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from alife.backends.cpu.cache_files import cache_folder
from alife.errors import UserError

SECONDS = 2.0  # of one input, beside compiling
SPARE = 8 << 20  # bytes that any input may take, and twice its size
WRITES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.truncate", "shutil.rmtree"}
FORBIDDEN = {"os.system", "os.exec", "os.posix_spawn", "subprocess.Popen", "socket.connect", "ctypes.dlopen"}


@dataclass
class Outcome:
    """What happened with one input. refused: the one line, "" if it was accepted. broken: the promises broken."""

    refused: str
    seconds: float
    peak: int
    broken: list[str]


class Watch:
    """Notes what is written outside the allowed folders, and processes and connections, while it is on.

    Python keeps an audit hook as long as the process lives, so there is one of these.
    """

    def __init__(self) -> None:
        self.allowed: tuple[str, ...] = ()
        self.seen: list[str] = []
        self._hooked = False

    def begin(self, *folders: Path) -> None:
        """Watches from now on; files in these folders and in the code cache may be written."""
        if not self._hooked:
            sys.addaudithook(self._note)
            self._hooked = True
        places = (*folders, cache_folder(), Path(os.devnull))
        self.allowed, self.seen = tuple(os.path.realpath(place) for place in places), []

    def end(self) -> list[str]:
        """Stops watching; returns what was noted."""
        self.allowed = ()
        return self.seen

    def _note(self, event: str, args: tuple[object, ...]) -> None:
        if not self.allowed:
            return
        if event in FORBIDDEN:
            self.seen.append(f"{event} {args[:1]}")
        path = args[0] if args else None
        written = event in WRITES or (event == "open" and _writes(args))
        if written and isinstance(path, str | bytes | os.PathLike):
            real = os.path.realpath(os.fsdecode(path))
            if not real.startswith(self.allowed) and "__pycache__" not in real:
                self.seen.append(f"{event} {real}")


def _writes(args: tuple[object, ...]) -> bool:
    _, mode, flags = args
    if isinstance(mode, str):
        return any(letter in mode for letter in "wax+")
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


WATCH = Watch()


def outcome(use: Callable[[], object], size: int, folder: Path, memory: bool = True) -> Outcome:
    """Uses one input and returns what happened.

    Args:
        use: reads it; a UserError is an answer, any other exception a broken promise.
        size: of the input, in bytes.
        folder: where it may write.
        memory: the peak is looked at, too; this costs time.
    """
    refused, broken, peak = "", list[str](), 0
    if memory:
        tracemalloc.start()
    WATCH.begin(folder)
    began = time.process_time()
    try:
        use()
    except UserError as error:
        refused = str(error)
        if "\n" in refused or not refused.isprintable() or len(refused) > 1500:
            broken.append(f"expected one printable line, got {refused[:300]!r}")
    except Exception:  # whatever else is raised is the finding
        broken.append(traceback.format_exc())
    seconds = time.process_time() - began
    broken += [f"outside: {event}" for event in dict.fromkeys(WATCH.end())]
    if memory:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        if peak > 2 * size + SPARE:
            broken.append(f"memory: {peak:,} bytes for an input of {size:,}")
    if seconds > SECONDS:
        broken.append(f"time: {seconds:.1f} s")
    return Outcome(refused, seconds, peak, broken)
