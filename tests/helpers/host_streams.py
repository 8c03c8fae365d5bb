"""CuPy's streams, graphs and events over a simulated GPU, for tests."""

from __future__ import annotations

import time
from collections.abc import Sequence

from tests.helpers.host_device import NULL, HostDevice, Work
from tests.helpers.host_runtime import Runtime


class Stream:
    """A stream that does not wait for the null stream, and for which the null stream does not wait."""

    def __init__(
        self,
        calls: Runtime,
        null: bool = False,
        non_blocking: bool = False,
        ptds: bool = False,
        priority: int | None = None,
    ) -> None:
        assert non_blocking and not null and not ptds and priority is None, "expected Stream(non_blocking=True)"
        self._calls, self.ptr = calls, calls.streamCreateWithFlags()

    def __enter__(self) -> Stream:
        self._calls.device.current.append(self.ptr)
        return self

    def __exit__(self, *_: object) -> None:
        self._calls.device.current.pop()

    def synchronize(self) -> None:
        self._calls.streamSynchronize(self.ptr)

    def is_capturing(self) -> bool:
        return self._calls.device.queues.capturing(self.ptr)

    def begin_capture(self, mode: int | None = None) -> None:
        assert mode is None, "expected the mode that CuPy chooses"
        self._calls.streamBeginCapture(self.ptr)

    def end_capture(self) -> Graph:
        return Graph(self._calls, self._calls.streamEndCapture(self.ptr))


class Graph:
    """The work that a stream captured."""

    def __init__(self, calls: Runtime, nodes: Sequence[Work]) -> None:
        self._calls, self._nodes = calls, nodes

    def launch(self, stream: Stream | None = None) -> None:
        self._calls.graphLaunch(self._nodes, _pointer(self._calls.device, stream))


class Event:
    """A mark in a stream. stream: below 0 before it is recorded. time: seconds, 0 before the stream reaches it."""

    def __init__(
        self, calls: Runtime, block: bool = False, disable_timing: bool = False, interprocess: bool = False
    ) -> None:
        assert not interprocess and not disable_timing, "expected an event of this process, with a time"
        self._calls, self.stream, self.time = calls, NULL - 1, 0.0

    def record(self, stream: Stream | None = None) -> None:
        self._calls.eventRecord(self, _pointer(self._calls.device, stream))

    def synchronize(self) -> None:
        self._calls.eventSynchronize(self)

    def mark(self) -> None:
        self.time = time.perf_counter()


def _pointer(device: HostDevice, stream: Stream | None) -> int:
    return device.current[-1] if stream is None else stream.ptr
