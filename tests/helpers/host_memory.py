"""The memory of a simulated GPU, for tests: garbage when new, between guards, poison when freed."""

from __future__ import annotations

import ctypes
import weakref
from typing import Any

import numpy as np

from tests.helpers.host_errors import OutOfMemoryError

UNIT = 512  # bytes that CuPy's pools round to, and that their addresses are a multiple of
GARBAGE, POISON, GUARD = 0xA5, 0xDD, 0xC7  # what new memory holds, what freed memory holds, what lies around both


class Block:
    """A block of device memory. It stays in place when it is freed, so that what still uses it reads poison."""

    def __init__(self, size: int) -> None:
        around = np.full(size + 3 * UNIT, GUARD, np.uint8)
        first = UNIT + -around.ctypes.data % UNIT
        self.ptr, self.size, self.live, self._poisoned = around.ctypes.data + first, size, True, False
        self._before, self._data, self._after = around[:first], around[first : first + size], around[first + size :]
        self._data[:] = GARBAGE

    def holds(self, address: int, size: int) -> bool:
        return self.live and self.ptr <= address and address + size <= self.ptr + self.size

    def poison(self) -> None:
        self._data[:] = POISON
        self._poisoned = True

    def check(self) -> None:
        outside = (self._before != GUARD).any() or (self._after != GUARD).any()
        assert not outside, f"{self.size} bytes of device memory: something was written before or after them"
        late = self._poisoned and (self._data != POISON).any()
        assert not late, f"{self.size} bytes of device memory: something was written there after they were freed"


class Memory:
    """The blocks of a GPU with `total` bytes, and pinned memory of the host."""

    def __init__(self, total: int) -> None:
        self.total, self.used, self.pooled = total, 0, 0
        self._blocks: list[Block] = []
        self._pinned: weakref.WeakValueDictionary[int, Any] = weakref.WeakValueDictionary()

    def take(self, size: int) -> Block:
        """Allocates a block: memory in the pool is used first, and freed if there is not enough otherwise."""
        rounded = -(-size // UNIT) * UNIT
        if self.used + rounded > self.total:
            raise OutOfMemoryError(rounded, self.used + self.pooled)
        self.used += rounded
        self.pooled = min(max(self.pooled - rounded, 0), self.total - self.used)
        self._blocks.append(Block(size))
        return self._blocks[-1]

    def release(self, block: Block) -> None:
        block.live = False
        rounded = -(-block.size // UNIT) * UNIT
        self.used, self.pooled = self.used - rounded, self.pooled + rounded

    def pin(self, size: int) -> Any:
        """Returns pinned host memory as CuPy does: with the buffer protocol, but without length or elements."""
        fields = {
            "_fields_": [("_bytes", ctypes.c_ubyte * (-(-size // UNIT) * UNIT))],
            "ptr": property(ctypes.addressof),
        }
        pinned = type("PinnedMemoryPointer", (ctypes.Structure,), fields)()
        ctypes.memset(pinned.ptr, GARBAGE, ctypes.sizeof(pinned))
        self._pinned[pinned.ptr] = pinned
        return pinned

    def pinned_at(self, address: int, size: int) -> Any:
        """Returns the pinned memory that holds `size` bytes at an address, or None if they are other host memory."""
        for ptr, pinned in self._pinned.items():
            end = ptr + ctypes.sizeof(pinned)
            if ptr < address + size and address < end:
                assert ptr <= address and address + size <= end, f"{size} bytes reach outside of pinned memory"
                return pinned
        assert not any(block.holds(address, 1) for block in self._blocks), "expected an address of the host"
        return None

    def expect(self, address: int, size: int) -> None:
        """Raises AssertionError if no block holds these bytes."""
        held = any(block.holds(address, size) for block in reversed(self._blocks))
        assert held, f"{size} bytes at {address:#x} are outside of what is allocated on the device"

    def check(self) -> None:
        for block in self._blocks:
            block.check()
