"""A stand-in for CuPy on the CPU, as far as this project uses CuPy: `install` puts it in CuPy's place.

It takes CuPy's calls (14.2) and raises its errors; any other attribute is an AttributeError. It is stricter than a
GPU: while a stream captures, nothing may be allocated, waited for, or copied from or to the host.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import cache, partial
from importlib.machinery import ModuleSpec
from types import MappingProxyType, ModuleType
from typing import Any

import pytest

from alife.backends.cuda import nvrtc
from tests.helpers import host_runtime
from tests.helpers.host_device import HostDevice
from tests.helpers.host_errors import CUDADriverError, CUDARuntimeError, OutOfMemoryError
from tests.helpers.host_kernels import RawModule, Text
from tests.helpers.host_streams import Event, Stream

NOTHING: Mapping[str, int] = MappingProxyType({})


def install(
    monkeypatch: pytest.MonkeyPatch, free: int = 2**34, devices: int = 1, fail: Mapping[str, int] = NOTHING
) -> HostDevice:
    """Puts the stand-in in CuPy's place, and the text of kernels in the place of their machine code.

    Args:
        free: bytes of device memory.
        devices: the number of GPUs.
        fail: see `HostDevice`.
    """
    device = HostDevice(free, devices, fail)
    for module in _modules(device):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(nvrtc, "cubin", lambda text, arch: text.encode())
    return device


def _modules(device: HostDevice) -> list[ModuleType]:
    calls = host_runtime.Runtime(device)
    runtime = _runtime(calls)
    memory = _module("cupy.cuda.memory", OutOfMemoryError=OutOfMemoryError, alloc=partial(_alloc, device))
    driver = _module("cupy.cuda.driver", CUDADriverError=CUDADriverError)
    cuda = _module(
        "cupy.cuda",
        runtime=runtime,
        driver=driver,
        memory=memory,
        alloc=memory.alloc,
        alloc_pinned_memory=partial(_pin, device),
        Stream=partial(Stream, calls),
        Event=partial(Event, calls),
        get_elapsed_time=calls.eventElapsedTime,
    )
    return [_cupy(device, cuda), cuda, runtime, driver, memory]


def _cupy(device: HostDevice, cuda: ModuleType) -> ModuleType:
    pool = Pool(device)
    return _module(
        "cupy",
        __version__="14.2.0",
        cuda=cuda,
        is_available=partial(_is_available, cuda.runtime),
        get_default_memory_pool=lambda: pool,
        RawModule=partial(RawModule, device, cache(Text)),
    )


def _runtime(calls: host_runtime.Runtime) -> ModuleType:
    kinds = {
        "memcpyHostToDevice": host_runtime.TO_DEVICE,
        "memcpyDeviceToHost": host_runtime.TO_HOST,
        "memcpyDeviceToDevice": host_runtime.ON_DEVICE,
    }
    functions = {name: getattr(calls, name) for name in host_runtime.SURFACE}
    return _module("cupy.cuda.runtime", CUDARuntimeError=CUDARuntimeError, **kinds, **functions)


def _module(name: str, **attributes: Any) -> ModuleType:
    module = ModuleType(name)
    module.__spec__ = ModuleSpec(name, None, is_package=True)
    module.__path__ = []
    vars(module).update(attributes)
    return module


def _is_available(runtime: ModuleType) -> bool:
    try:
        return bool(runtime.getDeviceCount() > 0)
    except CUDARuntimeError:
        return False


# ---- memory


class MemoryPointer:
    """Device memory, freed with this object."""

    def __init__(self, device: HostDevice, size: int) -> None:
        self._device, self._block, self._stream = device, device.allocate(size), device.current[-1]
        self.ptr = self._block.ptr

    def __del__(self) -> None:
        if hasattr(self, "_stream"):  # else the allocation failed
            self._device.free(self._block, self._stream)


def _alloc(device: HostDevice, size: int) -> MemoryPointer:
    try:
        return MemoryPointer(device, size)
    except CUDARuntimeError as error:
        if error.status != 2:
            raise
        raise OutOfMemoryError(size, device.memory.used) from None


def _pin(device: HostDevice, size: int) -> Any:
    device.call("hostAlloc")
    device.queues.forbid_capture()
    return device.memory.pin(size)


class Pool:
    """The pool in which CuPy keeps freed memory."""

    def __init__(self, device: HostDevice) -> None:
        self._memory = device.memory

    def free_bytes(self) -> int:
        return self._memory.pooled

    def used_bytes(self) -> int:
        return self._memory.used

    def total_bytes(self) -> int:
        return self._memory.used + self._memory.pooled

    def free_all_blocks(self) -> None:
        self._memory.pooled = 0
