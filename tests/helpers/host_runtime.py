"""CUDA's runtime as CuPy exposes it, over a simulated GPU, for tests."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from functools import partial, wraps
from typing import Any

from tests.helpers.host_device import NULL, HostDevice, Work
from tests.helpers.host_errors import CUDARuntimeError

TO_DEVICE, TO_HOST, ON_DEVICE = 1, 2, 3
SURFACE = (
    *("getDeviceCount", "getDeviceProperties", "driverGetVersion", "runtimeGetVersion", "memGetInfo"),
    *("memcpy", "memcpyAsync", "memsetAsync", "deviceSynchronize"),
)


def called(method: Callable[..., Any]) -> Callable[..., Any]:
    """Returns the method as a call that fails if the test wants it to."""

    @wraps(method)
    def call(self: Runtime, *args: Any) -> Any:
        self.device.call(method.__name__)
        return method(self, *args)

    return call


class Runtime:
    """The calls of the runtime. Those in `SURFACE` are CuPy's; the others take objects instead of handles."""

    def __init__(self, device: HostDevice) -> None:
        self.device, self._queues = device, device.queues

    # ---- the device

    @called
    def getDeviceCount(self) -> int:
        return self.device.devices

    @called
    def getDeviceProperties(self, device: int) -> dict[str, Any]:
        sizes = {"totalGlobalMem": self.device.memory.total, "l2CacheSize": 50 * 2**20}
        kind = {"name": b"Stand-in", "major": 9, "minor": 0, "multiProcessorCount": self.device.processors}
        return {**kind, **sizes}

    @called
    def driverGetVersion(self) -> int:
        return 13020

    @called
    def runtimeGetVersion(self) -> int:
        return 13020

    @called
    def memGetInfo(self) -> tuple[int, int]:
        memory = self.device.memory
        return memory.total - memory.used - memory.pooled, memory.total

    # ---- copies

    @called
    def memcpy(self, dst: int, src: int, size: int, kind: int) -> None:
        self._queues.forbid_capture()
        self._copy(dst, src, size, kind, NULL)
        self._queues.flush(NULL)

    @called
    def memcpyAsync(self, dst: int, src: int, size: int, kind: int, stream: int) -> None:
        self._copy(dst, src, size, kind, stream)

    def _copy(self, dst: int, src: int, size: int, kind: int, stream: int) -> None:
        if kind not in (TO_DEVICE, TO_HOST, ON_DEVICE):
            raise CUDARuntimeError(21)
        self.device.copy(dst, src, size, {TO_DEVICE: src, TO_HOST: dst}.get(kind), stream)

    @called
    def memsetAsync(self, ptr: int, value: int, size: int, stream: int) -> None:
        self.device.memory.expect(ptr, size)
        self._queues.add(stream, partial(ctypes.memset, ptr, value, size))

    # ---- waiting

    @called
    def deviceSynchronize(self) -> None:
        self._queues.forbid_capture()
        self.device.counts["synchronizations"] += 1
        self.device.check()

    @called
    def streamSynchronize(self, stream: int) -> None:
        self._queues.forbid_capture([stream])
        self.device.counts["synchronizations"] += 1
        self._queues.flush(stream)

    # ---- streams and captures

    @called
    def streamCreateWithFlags(self) -> int:
        return self._queues.new()

    @called
    def streamBeginCapture(self, stream: int) -> None:
        self._queues.begin(stream)

    @called
    def streamEndCapture(self, stream: int) -> list[Work]:
        return self._queues.end(stream)

    @called
    def graphLaunch(self, nodes: Sequence[Work], stream: int) -> None:
        self._queues.forbid_capture([stream])
        self.device.counts["graph launches"] += 1
        self._queues.add(stream, lambda: [node() for node in nodes])

    # ---- events

    @called
    def eventRecord(self, event: Any, stream: int) -> None:
        self._queues.forbid_capture([stream])
        event.stream, event.time = stream, 0.0
        self._queues.add(stream, event.mark)

    @called
    def eventSynchronize(self, event: Any) -> None:
        self.device.counts["synchronizations"] += 1
        if event.stream >= NULL:
            self._queues.flush(event.stream, lambda: event.time > 0)

    @called
    def eventElapsedTime(self, start: Any, end: Any) -> float:
        """Milliseconds."""
        if min(start.stream, end.stream) < NULL:
            raise CUDARuntimeError(400)
        if not (start.time and end.time):
            raise CUDARuntimeError(600)
        return float(end.time - start.time) * 1000
