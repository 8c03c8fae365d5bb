"""A GPU simulated on the CPU, for tests: queues that run when they are waited for, captures, kernels built by g++.

It is strict where a GPU would go wrong silently. `host_cupy` gives it CuPy's interface.
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

NULL = 0  # the stream that is current by default
Work = Callable[[], object]


class Queues:
    """The work of each stream: it runs in order when something waits for it, or is collected by a capture."""

    def __init__(self) -> None:
        self._waiting: dict[int, deque[Work]] = {NULL: deque()}
        self._captures: dict[int, list[Work] | None] = {}  # None: spoiled by a call that no capture allows

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

    def add_after_capture(self, stream: int, work: Work) -> None:
        self._waiting[stream].append(work)

    def flush(self, stream: int, until: Callable[[], bool] = lambda: False) -> None:
        waiting = self._waiting[stream]
        while waiting and not until():
            waiting.popleft()()

    def flush_all(self) -> None:
        for stream in reversed(list(self._waiting)):  # no order is promised between streams
            self.flush(stream)

    def forbid_capture(self, streams: Iterable[int] | None = None) -> None:
        """Raises CUDARuntimeError if one of the streams (without a list: any) is capturing, and spoils the capture."""
        spoiled = [stream for stream in self._captures if streams is None or stream in streams]
        self._captures.update(dict.fromkeys(spoiled))
        if spoiled:
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


class HostDevice:
    """One simulated GPU, with what a test can set and count.

    Attributes:
        fail: CUDA's name of a call -> the status with which it fails ("getDeviceCount": 35, "launchKernel": 700).
        reverse: the last threads and blocks run first.
        processors: number of multiprocessors; more of them may mean more blocks.
        counts: "launches" of single kernels, "captured" kernels, "graph launches", "kernels" that ran,
            "synchronizations", "copied bytes" between host and device.
    """

    def __init__(self, free: int, devices: int, fail: Mapping[str, int]) -> None:
        self.devices, self.fail, self.reverse, self.processors = devices, dict(fail), False, 1
        self.memory, self.queues = Memory(free), Queues()
        self.counts: Counter[str] = Counter()
        self._local = threading.local()

    def call(self, name: str) -> None:
        """Raises the error with which the test lets the call fail."""
        status = self.fail.get(name, 0 if self.devices or name.endswith("GetVersion") else 100)
        if status:
            raise CUDADriverError(status) if name in DRIVER_CALLS else CUDARuntimeError(status)

    @property
    def current(self) -> list[int]:
        """The streams that this thread has entered; the last one is current."""
        streams: list[int] = vars(self._local).setdefault("streams", [NULL])
        return streams

    def allocate(self, size: int) -> Block:
        self.call("malloc")
        self.queues.forbid_capture()
        return self.memory.take(size)

    def free(self, block: Block, stream: int) -> None:
        """Frees a block after the work that is queued, which may still use it."""
        self.memory.release(block)
        self.queues.add_after_capture(stream, block.poison)

    def copy(self, to: int, source: int, size: int, host: int | None, stream: int) -> None:
        """Queues a copy. Host memory that is not pinned is read at once, or the copy to it is waited for.

        host: the one of the two addresses that is the host's, if any.
        """
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
        """Queues a kernel with the cells as they are now."""
        self.call("launchKernel")
        self.memory.expect(count, 8)
        stream, values = self.current[-1], cells.copy()
        try:
            self.queues.add(stream, lambda: self._run(code, name, count, values, shape))
        except CUDARuntimeError as error:  # a call of the driver, not of the runtime
            raise CUDADriverError(error.status) from None
        self.counts["captured" if self.queues.capturing(stream) else "launches"] += 1

    def _run(self, code: ctypes.CDLL, name: str, count: int, cells: np.ndarray, shape: tuple[int, int]) -> None:
        self.counts["kernels"] += 1
        launch(code, name, count, cells, shape, self.reverse)

    def check(self) -> None:
        """Finishes all work. Raises AssertionError if a kernel wrote outside of its memory."""
        self.queues.flush_all()
        self.memory.check()
