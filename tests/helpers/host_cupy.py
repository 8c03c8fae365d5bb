"""A module that stands in for CuPy, as far as this project uses it, on the CPU: `install` puts it in CuPy's place.

It takes CuPy's calls (14.2) and raises its errors. It knows no more: any other attribute is an AttributeError.
Stricter than a card: while a stream captures, nothing may be allocated, waited for, or copied from or to the host.
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
from tests.helpers.host_card import HostCard
from tests.helpers.host_errors import CUDADriverError, CUDARuntimeError, OutOfMemoryError
from tests.helpers.host_kernels import RawModule, Text
from tests.helpers.host_streams import Event, Stream

NOTHING: Mapping[str, int] = MappingProxyType({})


def install(
    monkeypatch: pytest.MonkeyPatch, free: int = 2**34, devices: int = 1, fail: Mapping[str, int] = NOTHING
) -> HostCard:
    """Put the stand-in in CuPy's place, and the text of kernels in the place of their machine code.

    Args:
        free: bytes of the card.
        devices: how many cards there are.
        fail: see `HostCard`.
    """
    card = HostCard(free, devices, fail)
    for module in _modules(card):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(nvrtc, "cubin", lambda text, arch: text.encode())
    return card


def _modules(card: HostCard) -> list[ModuleType]:
    calls = host_runtime.Runtime(card)
    runtime = _runtime(calls)
    memory = _module("cupy.cuda.memory", OutOfMemoryError=OutOfMemoryError, alloc=partial(_alloc, card))
    driver = _module("cupy.cuda.driver", CUDADriverError=CUDADriverError)
    cuda = _module(
        "cupy.cuda",
        runtime=runtime,
        driver=driver,
        memory=memory,
        alloc=memory.alloc,
        alloc_pinned_memory=partial(_pin, card),
        Stream=partial(Stream, calls),
        Event=partial(Event, calls),
        get_elapsed_time=calls.eventElapsedTime,
    )
    return [_cupy(card, cuda), cuda, runtime, driver, memory]


def _cupy(card: HostCard, cuda: ModuleType) -> ModuleType:
    pool = Pool(card)
    return _module(
        "cupy",
        __version__="14.2.0",
        cuda=cuda,
        is_available=partial(_is_available, cuda.runtime),
        get_default_memory_pool=lambda: pool,
        RawModule=partial(RawModule, card, cache(Text)),
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
    """Memory of the card, freed with this object."""

    def __init__(self, card: HostCard, size: int) -> None:
        self._card, self._block, self._stream = card, card.allocate(size), card.current[-1]
        self.ptr = self._block.ptr

    def __del__(self) -> None:
        if hasattr(self, "_stream"):  # else the card refused
            self._card.free(self._block, self._stream)


def _alloc(card: HostCard, size: int) -> MemoryPointer:
    try:
        return MemoryPointer(card, size)
    except CUDARuntimeError as error:
        if error.status != 2:
            raise
        raise OutOfMemoryError(size, card.memory.used) from None


def _pin(card: HostCard, size: int) -> Any:
    card.call("hostAlloc")
    card.queues.forbid_capture()
    return card.memory.pin(size)


class Pool:
    """What CuPy keeps of freed memory."""

    def __init__(self, card: HostCard) -> None:
        self._memory = card.memory

    def free_bytes(self) -> int:
        return self._memory.pooled

    def used_bytes(self) -> int:
        return self._memory.used

    def total_bytes(self) -> int:
        return self._memory.used + self._memory.pooled

    def free_all_blocks(self) -> None:
        self._memory.pooled = 0
