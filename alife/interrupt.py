"""Ctrl-C and SIGTERM: what runs is left where nothing is lost by it, so that a run can be saved before it ends.

A signal is a request, which a run looks at between steps and, by its pulse, in steps that take long. A set-up, which
has nothing to save, is left at once; as an interrupt that is raised anywhere may be lost there, in a destructor for
example, the request stays.

Python calls no handler while compiled code runs, such as a law that loops for ever. So a thread is told of signals,
too: it says when one has to wait, and lets the next one end the process.
"""

from __future__ import annotations

import os
import select
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any

NUMBERS = (signal.SIGINT, signal.SIGTERM)
PATIENCE = 2.0  # seconds after which another signal no longer waits
ENDING = b"alife: ending at once; the last checkpoint stays\n"
DELAY = 0.5  # seconds by which the thread may learn of a signal later than Python handles it
WAITING = b"alife: waiting for the step under way to end; interrupt again to end at once\n"
INTERRUPTED = 130  # exit status of a process that a signal ended


class Interruption:
    """A context in which SIGINT and SIGTERM are requests.

    Another signal changes nothing for PATIENCE seconds; after them it ends what runs at once, unless that is `held`.

    Attributes:
        asked: True once a signal came.
        abandoned: True if the work was left where it does not allow it, so that it must not be saved.
    """

    def __init__(self) -> None:
        self.asked = self.abandoned = False
        self._since = 0.0
        self._handled = -DELAY  # when one was handled last
        self._at_once = self._held = 0  # how many contexts deep
        self._before: dict[int, Any] = {}
        self._wakeup: tuple[int, int] | None = None  # the end of a pipe that signals are written to; the one before it

    def __enter__(self) -> Interruption:
        if threading.current_thread() is threading.main_thread():
            for number in NUMBERS:
                self._before[number] = signal.signal(number, self._ask)
            if os.name == "posix":
                self._watched()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before.clear()
        if self._wakeup is not None:
            signal.set_wakeup_fd(self._wakeup[1])
            os.close(self._wakeup[0])
            self._wakeup = None

    def _watched(self) -> None:
        """Starts a thread that is told of signals while compiled code runs."""
        source, told = os.pipe()
        os.set_blocking(told, False)
        self._wakeup = told, signal.set_wakeup_fd(told, warn_on_full_buffer=False)
        threading.Thread(target=self._watch, args=(source,), daemon=True).start()

    def _watch(self, source: int) -> None:
        """Ends the process at a signal that comes when an earlier one has found no Python code for PATIENCE."""
        since, said = 0.0, False  # when the earliest signal came that was not handled; 0: none
        while True:
            if since and self._handled > since - DELAY:
                since, said = 0.0, False
            elif since and not said and time.monotonic() - since > PATIENCE:
                os.write(2, WAITING)
                said = True
            if not select.select([source], [], [], 0.1 if since else None)[0]:
                continue
            numbers = os.read(source, 64)
            if not numbers:
                os.close(source)
                return
            if any(number in NUMBERS for number in numbers):
                if said:
                    os.write(2, ENDING)
                    os._exit(INTERRUPTED)
                since = since or time.monotonic()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Lets no signal and no `poll` leave what runs, such as the writing of a checkpoint."""
        self.hold()
        try:
            yield
        finally:
            self._held -= 1

    def hold(self) -> None:
        """Lets no signal leave what runs from here on, as `held` does."""
        self._held += 1

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Raises KeyboardInterrupt wherever a signal comes, and at the end if it was lost on the way."""
        self._at_once += 1
        try:
            yield
        finally:
            self._at_once -= 1
        self.poll()

    def poll(self) -> None:
        """Raises KeyboardInterrupt if a signal came."""
        if self.asked and not self._held:
            raise KeyboardInterrupt

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self._handled = now = time.monotonic()
        if not self.asked:
            self.asked, self._since = True, now
        if self._held:
            return
        if self._at_once:
            raise KeyboardInterrupt
        if now - self._since > PATIENCE:
            self.abandoned = True
            os.write(2, ENDING)
            raise KeyboardInterrupt


def end_on_sigterm() -> None:
    """Lets SIGTERM end this process as Ctrl-C does: files that are being written are completed, and a line is said."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
