"""The GPU: its memory, its stream, its kernels.

This is the only module that touches CuPy, which is imported when the GPU is first asked for. Kernels are compiled by
`nvrtc`, since CuPy's own compile path flushes denormals to zero.
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
    """Returns the first GPU of this machine.

    Raises:
        UserError: CuPy is missing or broken, no GPU answers, or the driver is too old.
    """
    if not installed():
        raise UserError(
            "backend gpu: expected CuPy, found none; write pip install '.[cuda13]' in a clone, or --backend cpu"
        )
    try:
        return Device()
    except UserError:
        raise
    except Exception as error:  # of CuPy, or of a library that it loads: each has kinds of its own
        raise broken(error) from None


def installed() -> bool:
    """Returns True if CuPy is installed, whether it loads or not."""
    try:
        return importlib.util.find_spec("cupy") is not None
    except ValueError:  # a module that was put in its place by hand
        return True


def broken(error: Exception) -> UserError:
    """Returns the error for a CuPy that fails where it must not."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return UserError(f"backend gpu: expected a CuPy that works, got: {lines[0]}; install it anew, or --backend cpu")


class Memory:
    """A piece of device memory. ptr: its address. size: bytes. owner: CuPy's object, which frees it."""

    def __init__(self, owner: Any, size: int) -> None:
        self.owner, self.ptr, self.size = owner, int(owner.ptr), size


class DeviceArray:
    """An array in device memory.

    Attributes:
        ptr: its address.
        shape, dtype: as those of a NumPy array.
        strides: in bytes.
    """

    def __init__(
        self, ptr: int, shape: tuple[int, ...], strides: tuple[int, ...], dtype: np.dtype, owner: Memory | None = None
    ) -> None:
        """owner: the memory to keep allocated as long as the array."""
        self.ptr, self.shape, self.strides, self.dtype, self._owner = ptr, shape, strides, dtype, owner

    @property
    def itemsize(self) -> int:
        """Bytes of an element."""
        return self.dtype.itemsize


@dataclass(frozen=True)
class Launch:
    """A kernel with its arguments, ready to run.

    Attributes:
        title: the laws in it.
        kernel: CuPy's object.
        blocks, threads: number of blocks, and of threads in each.
        count: address of its number of rows.
        cells: [], one field of int64: the packed arguments.
    """

    title: str
    kernel: Any
    blocks: int
    threads: int
    count: int
    cells: np.ndarray


class Device:
    """One NVIDIA GPU, used through one stream: work is done in the order in which it is queued.

    Attributes:
        name: of the model.
        arch: compute capability, such as "sm_90".
        processors: number of multiprocessors, each of which runs many blocks.
        driver, runtime: CUDA versions, such as 13020.
        checked: True once it has computed something right.
    """

    checked = False

    def __init__(self) -> None:
        """Opens the first GPU.

        Raises:
            UserError: no GPU answers, or the driver is too old.
            Exception: CuPy or a library of it is broken.
        """
        import cupy

        self._cupy, self._runtime = cupy, cupy.cuda.runtime
        self.driver, self.runtime = self._runtime.driverGetVersion(), self._runtime.runtimeGetVersion()
        with self._translated_errors():
            self._runtime.getDeviceCount()
            facts = self._runtime.getDeviceProperties(0)
            self._stream = cupy.cuda.Stream(non_blocking=True)
            self._stage = cupy.cuda.alloc_pinned_memory(STAGE)
        self.name = facts["name"].decode()
        self.arch = f"sm_{facts['major']}{facts['minor']}"
        self.processors = int(facts["multiProcessorCount"])

    @contextmanager
    def _translated_errors(self) -> Iterator[None]:
        """Turns CUDA's errors into UserErrors of one line, or into MemoryErrors."""
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
                raise UserError("backend gpu: expected an NVIDIA GPU, found none; write --backend cpu") from None
            if error.status == ILLEGAL_ADDRESS:
                raise UserError(
                    "backend gpu: expected laws that stay within their fields, got an index outside an array; correct "
                    "the law; the last checkpoint is intact"
                ) from None
            raise UserError(f"backend gpu: expected a GPU that answers, got {error}; write --backend cpu") from None

    def _old_driver(self) -> str:
        found, needed = (_version(number) for number in (self.driver, self.runtime))
        got = f"one for {found}" if self.driver else "none"
        return (
            f"backend gpu: expected a driver for CUDA {needed}, got {got}; "
            "update the driver, install the CuPy made for it, or write --backend cpu"
        )

    # ---- memory

    @property
    def free(self) -> int:
        """Bytes that can still be allocated."""
        with self._translated_errors():
            pool = self._cupy.get_default_memory_pool()
            return int(self._runtime.memGetInfo()[0]) + int(pool.free_bytes())

    def allocate(self, size: int) -> Memory:
        """Allocates `size` bytes, at least 1, and sets them to zero. Raises MemoryError."""
        with self._translated_errors(), self._stream:
            memory = Memory(self._cupy.cuda.alloc(max(size, 1)), max(size, 1))
            self._runtime.memsetAsync(memory.ptr, 0, memory.size, self._stream.ptr)
        return memory

    def to_device(self, array: np.ndarray) -> DeviceArray:
        """Copies a host array of any shape to the device, strides included. Raises MemoryError."""
        memory = self.allocate(span(array))
        self.upload(memory.ptr, array)
        return DeviceArray(memory.ptr, array.shape, array.strides, array.dtype, memory)

    def upload(self, to: int, array: np.ndarray) -> None:
        """Copies a host array of any shape, from its first value to its last, to a device address."""
        kind = self._runtime.memcpyHostToDevice
        with self._translated_errors():
            self._runtime.memcpyAsync(to, array.ctypes.data, span(array), kind, self._stream.ptr)
            self.synchronize()

    def download(self, array: np.ndarray, at: int) -> None:
        """Fills a host array of any shape, from its first value to its last, from a device address."""
        target = raw(array)
        for first in range(0, len(target), STAGE):
            piece = target[first : first + STAGE]
            self.gather([(at + first, len(piece))], piece)

    def gather(self, pieces: list[tuple[int, int]], into: np.ndarray) -> None:
        """Copies pieces of device memory, each (address, bytes), one after another to `into`: [at most STAGE] uint8."""
        at = 0
        with self._translated_errors():
            for address, size in pieces:
                to = self._stage.ptr + at
                kind = self._runtime.memcpyDeviceToHost
                self._runtime.memcpyAsync(to, address, size, kind, self._stream.ptr)
                at += size
            self.synchronize()
        into[:] = np.frombuffer(self._stage, np.uint8, at)

    def copy(self, to: int, at: int, size: int) -> None:
        """Copies bytes within device memory."""
        with self._translated_errors():
            self._runtime.memcpyAsync(to, at, size, self._runtime.memcpyDeviceToDevice, self._stream.ptr)

    def synchronize(self) -> None:
        """Waits until all queued work is done."""
        with self._translated_errors():
            self._stream.synchronize()

    # ---- kernels

    def load(self, text: str, names: Sequence[str]) -> dict[str, Any]:
        """Compiles (or fetches) CUDA C and returns each kernel in `names`.

        Raises:
            UserError: the driver cannot read the code, or the compiler does not know the GPU.
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
                    f"backend gpu: expected a driver that reads code for {self.arch}, got one for CUDA "
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
        """Binds a kernel to its arguments, ready to run.

        Args:
            kernel: one that `load` returned.
            args: its arguments.
            count: address of its number of rows.
            threads: number of threads that have something to do, at most.
            block: threads of a block.
            waves: blocks for each multiprocessor, at most; threads take further rows in turn.
            address: returns the device address of an array in `args`; by default these are `DeviceArray`.
            title: the laws in the kernel.
        """
        blocks = max(1, min(-(-threads // block), self.processors * waves))
        return Launch(title, kernel, blocks, block, count, args.device_cells(address))

    def launch(self, launch: Launch) -> None:
        """Queues a kernel."""
        with self._translated_errors(), self._stream:
            launch.kernel((launch.blocks,), (launch.threads,), (np.int64(launch.count), launch.cells))

    def call(
        self, kernel: Any, args: BoundArgs, count: int, threads: int, block: int = 128, waves: int = WAVES
    ) -> None:
        """Queues a kernel once, over device arrays; see `bind`."""
        self.launch(self.bind(kernel, args, count, threads, block, waves))

    def captured(self, work: Callable[[], None]) -> Callable[[], None]:
        """Captures what `work` launches as one graph, and returns a function that queues it; nothing runs yet."""
        with self._translated_errors(), self._stream:
            self._stream.begin_capture()
            try:
                work()
            finally:  # also after an interrupt: a stream that is left capturing can do nothing else
                graph = self._stream.end_capture()
        return lambda: graph.launch(self._stream)

    def seconds(self, work: Callable[[], None]) -> float:
        """Returns the seconds that the GPU takes for the work that `work` queues."""
        first, last = self._cupy.cuda.Event(), self._cupy.cuda.Event()
        with self._stream:
            first.record()
            work()
            last.record()
        last.synchronize()
        return float(self._cupy.cuda.get_elapsed_time(first, last)) / 1000


def span(array: np.ndarray) -> int:
    """Returns the bytes from the first value of an array of any shape to its last."""
    if not array.size:
        return 0
    steps = zip(array.shape, array.strides, strict=True)
    last: int = sum((length - 1) * stride for length, stride in steps)
    return last + array.itemsize


def raw(array: np.ndarray) -> np.ndarray:
    """Returns a view of the memory that an array of any shape spans, the padding of its rows included: [span] uint8."""
    first = np.lib.stride_tricks.as_strided(array, (1,), (array.itemsize,)).view(np.uint8)
    return np.lib.stride_tricks.as_strided(first, (span(array),), (1,))


def _version(number: int) -> str:
    return f"{number // 1000}.{number % 1000 // 10}"
