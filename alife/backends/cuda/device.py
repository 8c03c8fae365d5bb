"""Which part of the machine computes, "cpu" or "gpu"; and the card: its memory, its streams, its kernels.

The only module that touches CuPy, which is imported when a card is asked for and never before. Nothing here computes:
kernels come compiled (`compile.nvrtc`), since CuPy's own compile path flushes denormals to zero.
"""

from __future__ import annotations

import hashlib
import importlib.util
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from alife.backends.abi import BoundArgs
from alife.backends.cuda import nvrtc
from alife.errors import UserError

STAGE = 2**24  # bytes of pinned memory that copies to the host go through
WAVES = 16  # blocks for each multiprocessor, at most
OUT_OF_MEMORY = 2  # cudaErrorMemoryAllocation
INSUFFICIENT_DRIVER = 35
NO_DEVICE = 100
ILLEGAL_ADDRESS = 700


@cache
def first_device() -> Device:
    """The first card of this machine.

    Raises:
        UserError: CuPy is missing, no card answers, or the driver is too old.
    """
    if importlib.util.find_spec("cupy") is None:
        raise UserError(
            "backend gpu: expected CuPy, found none; write pip install 'walsh-life[cuda13]', or --backend cpu"
        )
    return Device()


class Memory:
    """A piece of the card's memory. ptr: its address there. size: bytes."""

    def __init__(self, owner: Any, size: int) -> None:
        self.owner, self.ptr, self.size = owner, int(owner.ptr), size


class DeviceArray:
    """An array in the card's memory. ptr: its address there. strides: in bytes. owner: keeps its memory allocated."""

    def __init__(
        self, ptr: int, shape: tuple[int, ...], strides: tuple[int, ...], dtype: np.dtype, owner: Memory | None = None
    ) -> None:
        self.ptr, self.shape, self.strides, self.dtype, self._owner = ptr, shape, strides, dtype, owner

    @property
    def itemsize(self) -> int:
        """Bytes of an element."""
        return self.dtype.itemsize


@dataclass(frozen=True)
class Launch:
    """A kernel with its arguments, ready to run.

    title: what it does. kernel: CuPy's. count: address of its number of rows. cells: [], one field of int64.
    """

    title: str
    kernel: Any
    blocks: int
    threads: int
    count: int
    cells: np.ndarray


class Device:
    """One NVIDIA card, through one stream of its own: what is asked of it is done in that order.

    name; arch: "sm_90" and the like; processors: multiprocessors, of which each runs many blocks; driver, runtime:
    versions such as 13020.
    """

    def __init__(self) -> None:
        try:
            import cupy
        except ImportError as error:
            said = str(error).strip().splitlines() or ["?"]
            raise UserError(f"backend gpu: expected a CuPy that loads, came: {said[0]}; install it anew") from None
        self._cupy, self._runtime = cupy, cupy.cuda.runtime
        self.driver, self.runtime = self._runtime.driverGetVersion(), self._runtime.runtimeGetVersion()
        with self._speaking():
            self._runtime.getDeviceCount()
            facts = self._runtime.getDeviceProperties(0)
            self._stream = cupy.cuda.Stream(non_blocking=True)
            self._stage = cupy.cuda.alloc_pinned_memory(STAGE)
        self.name = facts["name"].decode()
        self.arch = f"sm_{facts['major']}{facts['minor']}"
        self.processors = int(facts["multiProcessorCount"])

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        """CUDA's errors as one line that says what to do."""
        try:
            yield
        except self._cupy.cuda.memory.OutOfMemoryError as error:
            raise MemoryError(str(error)) from None
        except (self._runtime.CUDARuntimeError, self._cupy.cuda.driver.CUDADriverError) as error:
            if error.status == OUT_OF_MEMORY:
                raise MemoryError(str(error)) from None
            if error.status == INSUFFICIENT_DRIVER:
                raise UserError(self._old_driver()) from None
            if error.status == NO_DEVICE:
                raise UserError("backend gpu: expected an NVIDIA card, found none; write --backend cpu") from None
            if error.status == ILLEGAL_ADDRESS:
                raise UserError(
                    "backend gpu: expected laws that stay within their fields, came one that did not (an index outside "
                    "an array); the last checkpoint is intact"
                ) from None
            raise UserError(f"backend gpu: expected a card that answers, came {error}; write --backend cpu") from None

    def _old_driver(self) -> str:
        has, needs = (_version(number) for number in (self.driver, self.runtime))
        came = f"one for {has}" if self.driver else "none"
        return (
            f"backend gpu: expected a driver for CUDA {needs}, came {came}; "
            "update the driver, install the CuPy made for it, or write --backend cpu"
        )

    # ---- memory

    @property
    def free(self) -> int:
        """Bytes that can still be had."""
        with self._speaking():
            pool = self._cupy.get_default_memory_pool()
            return int(self._runtime.memGetInfo()[0]) + int(pool.free_bytes())

    def allocate(self, size: int) -> Memory:
        """So many bytes, at least 1, all zero. Raises MemoryError."""
        with self._speaking(), self._stream:
            memory = Memory(self._cupy.cuda.alloc(max(size, 1)), max(size, 1))
            self._runtime.memsetAsync(memory.ptr, 0, memory.size, self._stream.ptr)
        return memory

    def to_device(self, array: np.ndarray) -> DeviceArray:
        """A copy of an array there, strides included. Raises MemoryError."""
        memory = self.allocate(span(array))
        self.upload(memory.ptr, array)
        return DeviceArray(memory.ptr, array.shape, array.strides, array.dtype, memory)

    def upload(self, to: int, array: np.ndarray) -> None:
        """Copy an array's memory, from its first value to its last, to an address of the card."""
        kind = self._runtime.memcpyHostToDevice
        with self._speaking():
            self._runtime.memcpyAsync(to, array.ctypes.data, span(array), kind, self._stream.ptr)
            self.synchronize()

    def download(self, array: np.ndarray, at: int) -> None:
        """Fill an array's memory, from its first value to its last, from an address of the card."""
        target = raw(array)
        for first in range(0, len(target), STAGE):
            piece = target[first : first + STAGE]
            self.gather([(at + first, len(piece))], piece)

    def gather(self, pieces: list[tuple[int, int]], into: np.ndarray) -> None:
        """Copy pieces of the card's memory, each (address, bytes), one behind another into `into`: [<= STAGE] uint8."""
        at = 0
        with self._speaking():
            for address, size in pieces:
                to = self._stage.ptr + at
                kind = self._runtime.memcpyDeviceToHost
                self._runtime.memcpyAsync(to, address, size, kind, self._stream.ptr)
                at += size
            self.synchronize()
        into[:] = np.frombuffer(self._stage, np.uint8, at)

    def copy(self, to: int, at: int, size: int) -> None:
        """Copy bytes within the card's memory."""
        with self._speaking():
            self._runtime.memcpyAsync(to, at, size, self._runtime.memcpyDeviceToDevice, self._stream.ptr)

    def synchronize(self) -> None:
        """Wait until all is done that was asked for."""
        with self._speaking():
            self._stream.synchronize()

    # ---- kernels

    def load(self, text: str, names: Sequence[str]) -> dict[str, Any]:
        """Compiles (or fetches) CUDA C and returns its kernels of these names.

        Raises:
            UserError: the driver cannot read the code, or the compiler does not know the device.
        """
        cubin = nvrtc.cubin(text, self.arch)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{hashlib.sha256(cubin).hexdigest()}.cubin"
            path.write_bytes(cubin)
            try:
                module = self._cupy.RawModule(path=str(path))
                return {name: module.get_function(name) for name in names}
            except self._cupy.cuda.driver.CUDADriverError as error:
                raise UserError(
                    f"backend gpu: expected a driver that reads code for {self.arch}, came one for CUDA "
                    f"{_version(self.driver)} ({error}); update it, or install an older nvidia-cuda-nvrtc"
                ) from None

    def bind(
        self,
        kernel: Any,
        args: BoundArgs,
        count: int,
        threads: int,
        block: int = 128,
        waves: int = WAVES,
        address: Callable[[Any], int] = lambda array: array.ptr,
        title: str = "",
    ) -> Launch:
        """A kernel ready to run.

        Args:
            kernel: one that `load` returned.
            args: its arguments.
            count: address of its number of rows.
            threads: how many have something to do, at most.
            block: threads of a block.
            waves: blocks for each multiprocessor, at most: threads take further rows in turn.
            address: returns the address of an array that `args` is bound to; by default they are `DeviceArray`.
            title: what the kernel does.
        """
        blocks = max(1, min(-(-threads // block), self.processors * waves))
        return Launch(title, kernel, blocks, block, count, args.device_cells(address))

    def launch(self, launch: Launch) -> None:
        """Runs a kernel after all that was asked for before."""
        with self._speaking(), self._stream:
            launch.kernel((launch.blocks,), (launch.threads,), (np.int64(launch.count), launch.cells))

    def call(
        self, kernel: Any, args: BoundArgs, count: int, threads: int, block: int = 128, waves: int = WAVES
    ) -> None:
        """Runs a kernel once, over arrays of the device; see `bind`."""
        self.launch(self.bind(kernel, args, count, threads, block, waves))

    def captured(self, work: Callable[[], None]) -> Callable[[], None]:
        """What `work` launches, as one graph to be launched again and again; nothing runs yet."""
        with self._speaking(), self._stream:
            self._stream.begin_capture()
            try:
                work()
            finally:  # also where an interrupt came between: a stream left capturing could do nothing else
                graph = self._stream.end_capture()
        return lambda: graph.launch(self._stream)

    def seconds(self, work: Callable[[], None]) -> float:
        """How long the card takes for what `work` asks of it."""
        first, last = self._cupy.cuda.Event(), self._cupy.cuda.Event()
        with self._stream:
            first.record()
            work()
            last.record()
        last.synchronize()
        return float(self._cupy.cuda.get_elapsed_time(first, last)) / 1000


def span(array: np.ndarray) -> int:
    """Bytes from an array's first value to its last."""
    if not array.size:
        return 0
    steps = zip(array.shape, array.strides, strict=True)
    last: int = sum((length - 1) * stride for length, stride in steps)
    return last + array.itemsize


def raw(array: np.ndarray) -> np.ndarray:
    """The memory an array spans, the padding of its rows included, as a live view: [span] uint8."""
    first = np.lib.stride_tricks.as_strided(array, (1,), (array.itemsize,)).view(np.uint8)
    return np.lib.stride_tricks.as_strided(first, (span(array),), (1,))


def _version(number: int) -> str:
    return f"{number // 1000}.{number % 1000 // 10}"
