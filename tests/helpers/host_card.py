"""A card on the CPU, for tests: queues that run when they are waited for, captures, kernels built by g++.

Strict where a card would go wrong in silence. `host_cupy` puts CuPy's names over it.
"""

from __future__ import annotations

import ctypes
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping

import numpy as np

from tests.helpers.cuda_run import launch
from tests.helpers.host_errors import DRIVER_CALLS, CUDADriverError, CUDARuntimeError
from tests.helpers.host_memory import Block, Memory

NULL = 0  # the stream where no other is current
Work = Callable[[], object]


class Queues:
    """The work of each stream, which runs in order when something waits for it; or which a capture collects."""

    def __init__(self) -> None:
        self._waiting: dict[int, deque[Work]] = {NULL: deque()}
        self._captures: dict[int, list[Work] | None] = {}  # None: something was asked for that no capture allows

    def new(self) -> int:
        stream = 4096 * len(self._waiting)
        self._waiting[stream] = deque()
        return stream

    def add(self, stream: int, work: Work) -> None:
        if stream not in self._waiting:
            raise CUDARuntimeError(400)
        captured = self._captures.get(stream, self._waiting[stream])
        if captured is None:
            raise CUDARuntimeError(901)
        captured.append(work)

    def add_behind_capture(self, stream: int, work: Work) -> None:
        self._waiting[stream].append(work)

    def flush(self, stream: int, until: Callable[[], bool] = lambda: False) -> None:
        waiting = self._waiting[stream]
        while waiting and not until():
            waiting.popleft()()

    def flush_all(self) -> None:
        for stream in reversed(list(self._waiting)):  # no order is promised between streams
            self.flush(stream)

    def forbid_capture(self, streams: Iterable[int] | None = None) -> None:
        """Raises CUDARuntimeError where one of the streams (without a list: any) is capturing, and spoils it."""
        wrong = [stream for stream in self._captures if streams is None or stream in streams]
        self._captures.update(dict.fromkeys(wrong))
        if wrong:
            raise CUDARuntimeError(900)

    def capturing(self, stream: int) -> bool:
        return stream in self._captures

    def begin(self, stream: int) -> None:
        if stream in self._captures:
            raise CUDARuntimeError(401)
        self._captures[stream] = []

    def end(self, stream: int) -> list[Work]:
        if stream not in self._captures:
            raise CUDARuntimeError(401)
        captured = self._captures.pop(stream)
        if captured is None:
            raise CUDARuntimeError(901)
        return captured


class HostCard:
    """One card, for all that a test wants to set or to count.

    fail: the status with which a call fails, by the call's name in CUDA ("getDeviceCount": 35, "launchKernel": 700).
    reverse: the last threads and blocks run first. processors: multiprocessors, each of which may mean more blocks.
    counts: "launches" of kernels asked for one by one, "captured" ones, "graph launches", "kernels" that ran,
    "synchronisations", "copied bytes" between host and card.
    """

    def __init__(self, free: int, devices: int, fail: Mapping[str, int]) -> None:
        self.devices, self.fail, self.reverse, self.processors = devices, dict(fail), False, 1
        self.memory, self.queues = Memory(free), Queues()
        self.counts: Counter[str] = Counter()
        self._local = threading.local()

    def call(self, name: str) -> None:
        """Raises what the call is to fail with."""
        status = self.fail.get(name, 0 if self.devices or name.endswith("GetVersion") else 100)
        if status:
            raise CUDADriverError(status) if name in DRIVER_CALLS else CUDARuntimeError(status)

    @property
    def current(self) -> list[int]:
        """The streams that this thread has entered; the last is current."""
        streams: list[int] = vars(self._local).setdefault("streams", [NULL])
        return streams

    def allocate(self, size: int) -> Block:
        self.call("malloc")
        self.queues.forbid_capture()
        return self.memory.take(size)

    def free(self, block: Block, stream: int) -> None:
        """The work that is queued may still use it."""
        self.memory.release(block)
        self.queues.add_behind_capture(stream, block.poison)

    def copy(self, to: int, source: int, size: int, host: int | None, stream: int) -> None:
        """host: which of the two addresses is the host's. Memory that is not pinned is read at once, or waited for."""
        for address in {to, source} - {host}:
            self.memory.expect(address, size)
        if host is None:
            self.queues.add(stream, lambda: self._move(to, source, size))
            return
        self.queues.forbid_capture([stream])
        pinned = self.memory.pinned_at(host, size)
        copied = (
            pinned if pinned is not None or host == to else ctypes.create_string_buffer(ctypes.string_at(source, size))
        )
        begin = source if pinned is not None or host == to else ctypes.addressof(copied)
        self.queues.add(stream, lambda: self._cross(to, begin, size, copied))
        if pinned is None and host == to:
            self.queues.flush(stream)

    def _cross(self, to: int, source: int, size: int, _kept: object) -> None:
        self.counts["copied bytes"] += size
        self._move(to, source, size)

    @staticmethod
    def _move(to: int, source: int, size: int) -> None:
        ctypes.memmove(to, source, size)

    def launch(self, code: ctypes.CDLL, name: str, count: int, cells: np.ndarray, shape: tuple[int, int]) -> None:
        """Queue a kernel; its cells are as they are now."""
        self.call("launchKernel")
        self.memory.expect(count, 8)
        stream, values = self.current[-1], cells.copy()
        try:
            self.queues.add(stream, lambda: self._run(code, name, count, values, shape))
        except CUDARuntimeError as error:  # the driver is asked, not the runtime
            raise CUDADriverError(error.status) from None
        self.counts["captured" if self.queues.capturing(stream) else "launches"] += 1

    def _run(self, code: ctypes.CDLL, name: str, count: int, cells: np.ndarray, shape: tuple[int, int]) -> None:
        self.counts["kernels"] += 1
        launch(code, name, count, cells, shape, self.reverse)

    def check(self) -> None:
        """Finish all work. Raises AssertionError where a kernel wrote outside of what it was given."""
        self.queues.flush_all()
        self.memory.check()
