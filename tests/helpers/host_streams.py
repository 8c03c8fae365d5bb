"""CuPy's streams, graphs and events over a card that is none, for tests."""

from __future__ import annotations

import time
from collections.abc import Sequence

from tests.helpers.host_card import NULL, HostCard, Work
from tests.helpers.host_runtime import Runtime


class Stream:
    """A stream that does not wait for the null stream, nor that one for it."""

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
        self._calls.card.current.append(self.ptr)
        return self

    def __exit__(self, *_: object) -> None:
        self._calls.card.current.pop()

    def synchronize(self) -> None:
        self._calls.streamSynchronize(self.ptr)

    def is_capturing(self) -> bool:
        return self._calls.card.queues.capturing(self.ptr)

    def begin_capture(self, mode: int | None = None) -> None:
        assert mode is None, "expected the mode that CuPy chooses"
        self._calls.streamBeginCapture(self.ptr)

    def end_capture(self) -> Graph:
        return Graph(self._calls, self._calls.streamEndCapture(self.ptr))


class Graph:
    """What a stream captured."""

    def __init__(self, calls: Runtime, nodes: Sequence[Work]) -> None:
        self._calls, self._nodes = calls, nodes

    def launch(self, stream: Stream | None = None) -> None:
        self._calls.graphLaunch(self._nodes, _pointer(self._calls.card, stream))


class Event:
    """A mark in a stream. stream: below 0 before it was recorded. time: seconds, 0 before the stream came to it."""

    def __init__(
        self, calls: Runtime, block: bool = False, disable_timing: bool = False, interprocess: bool = False
    ) -> None:
        assert not interprocess and not disable_timing, "expected an event of this process, with a time"
        self._calls, self.stream, self.time = calls, NULL - 1, 0.0

    def record(self, stream: Stream | None = None) -> None:
        self._calls.eventRecord(self, _pointer(self._calls.card, stream))

    def synchronize(self) -> None:
        self._calls.eventSynchronize(self)

    def mark(self) -> None:
        self.time = time.perf_counter()


def _pointer(card: HostCard, stream: Stream | None) -> int:
    return card.current[-1] if stream is None else stream.ptr
