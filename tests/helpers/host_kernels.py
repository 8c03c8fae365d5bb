"""CuPy's RawModule and RawKernel for a file that holds CUDA text instead of machine code, for tests."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tests.helpers.cuda_run import library
from tests.helpers.host_device import HostDevice
from tests.helpers.host_errors import CUDADriverError


class Text:
    """The text of a file, compiled."""

    def __init__(self, path: str) -> None:
        if not Path(path).is_file():
            raise CUDADriverError(301)
        self.text = Path(path).read_text()
        self.code = library(self.text)


class RawModule:
    """The kernels of a file. load: reads it when the first kernel is requested; once for each path, as CuPy does."""

    def __init__(self, device: HostDevice, load: Callable[[str], Text], code: str | None = None, *, path: str) -> None:
        assert code is None, "CuPy's own compile path flushes denormals to zero: expected a path alone"
        self._device, self._load, self._path = device, load, path

    def get_function(self, name: str) -> RawKernel:
        self._device.call("moduleLoad")
        text = self._load(self._path)
        self._device.call("moduleGetFunction")
        return RawKernel(self._device, text, name)


class RawKernel:
    """One kernel: `kernel(grid, block, (address of the count, the cells by value))`."""

    def __init__(self, device: HostDevice, text: Text, name: str) -> None:
        if not hasattr(text.code, f"{name}_launch"):
            raise CUDADriverError(500)
        self._device, self._code, self._name = device, text.code, name
        cells = re.search(rf"struct {name}_cells\s*{{[^}}]*\[(\d+)\]", text.text)
        bounds = re.search(rf"__launch_bounds__\((\d+)[^)]*\)\s*{name}\(", text.text)
        assert cells, f"{name}: expected a struct {name}_cells"
        self._cells, self._bounds = int(cells[1]), int(bounds[1]) if bounds else 1024

    def __call__(self, grid: tuple, block: tuple, args: tuple, *, shared_mem: int = 0) -> None:
        assert shared_mem == 0 and grid[1:] in ((), (1, 1)) and block[1:] in ((), (1, 1)), "expected one dimension"
        shape = max(1, grid[0]), max(1, block[0])  # as CuPy does
        if shape[1] > self._bounds:
            raise CUDADriverError(1)
        count, cells = args
        assert isinstance(count, (np.int64, np.uint64)), f"expected an address of 8 bytes, got {type(count)}"
        assert isinstance(cells, np.ndarray) and cells.shape == () and cells.dtype.names, "expected a struct by value"
        assert cells.nbytes == 8 * self._cells, f"{self._name}: expected {self._cells} cells, got {cells.nbytes / 8}"
        self._device.launch(self._code, self._name, int(count), np.frombuffer(cells.tobytes(), np.int64), shape)
