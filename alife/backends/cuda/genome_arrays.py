"""Matrices of genomes in device memory, and laws run over them there, one at a time.

The laws are compiled from their CUDA text, so that a strategy gives the same bits on GPU and host. Host arrays that a
law names are copied to the device for the call, and those that it writes are copied back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from alife.backends.binding import translated, typed
from alife.backends.cuda import law_expressions, law_statements
from alife.backends.cuda.device import Device, DeviceArray, Memory
from alife.laws.law import ArrayLaw, Law

BLOCK = 128  # threads
NAME = "evolution_law"


class DeviceMatrix(DeviceArray):
    """A matrix [N, G] in device memory, written once, by the law that makes it; converting it to an array copies it."""

    def __init__(
        self,
        arrays: DeviceGenomeArrays,
        ptr: int,
        shape: tuple[int, ...],
        strides: tuple[int, ...],
        dtype: np.dtype,
        owner: Memory | None,
    ) -> None:
        super().__init__(ptr, shape, strides, dtype, owner)
        self.arrays = arrays

    @property
    def ndim(self) -> int:
        """2."""
        return len(self.shape)

    def __len__(self) -> int:
        return self.shape[0]

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        """Returns a copy on the host, [N, G]."""
        array = np.zeros(self.shape, self.dtype)
        self.arrays.device.download(array, self.ptr)
        return array if dtype is None else array.astype(dtype)


class DeviceGenomeArrays:
    """Makes matrices in device memory, and runs laws over them."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self._kernels: dict[str, Any] = {}

    def matrix(self, array: np.ndarray) -> DeviceMatrix:
        """Copies [N, G] float32 values to the device."""
        made = self.zeros((array.shape[0], array.shape[1]))
        self.device.upload(made.ptr, np.ascontiguousarray(array, np.float32))
        return made

    def zeros(self, shape: tuple[int, int]) -> DeviceMatrix:
        """Returns a matrix of zeros, to be written by a law. Raises MemoryError if it does not fit."""
        memory = self.device.allocate(4 * shape[0] * shape[1])
        return DeviceMatrix(self, memory.ptr, shape, (4 * shape[1], 4), np.dtype(np.float32), memory)

    def at(self, ptr: int, array: np.ndarray) -> DeviceMatrix:
        """Returns the matrix at a device address, with the shape [N, G], strides and dtype of a host array."""
        return DeviceMatrix(self, ptr, array.shape, array.strides, array.dtype, None)

    def run(self, law: Law, names: Mapping[str, Any], count: int) -> None:
        """Runs a law over rows 0..count-1 on the device; scalars are arrays without dimensions."""
        form, function = law.array_form, translated(typed(law, names, None))
        laws = [(function, form.arguments)]
        args = law_statements.law_args(laws, form.kind, [name for name, array in names.items() if not array.ndim])
        kernel = self._kernel(law_statements.print_kernel(NAME, laws, form.kind, args))
        placed = {name: self._placed(names[name]) for name, _ in args.params if name not in args.constants}
        bound = args.bind(params=[placed.get(name, names[name]) for name, _ in args.params])
        total = self.device.to_device(np.array([count], np.int64))
        self.device.call(kernel, bound, total.ptr, self._threads(form, names, count), BLOCK)
        written = dict(zip(form.parameters, form.arguments, strict=True))
        for name in (written[parameter] for parameter in function.writes):
            if isinstance(names[name], np.ndarray):
                self.device.download(names[name], placed[name].ptr)
        self.device.synchronize()  # before the copies made for this call are freed

    def _placed(self, array: np.ndarray | DeviceMatrix) -> DeviceArray:
        return array if isinstance(array, DeviceMatrix) else self.device.to_device(array)

    def _kernel(self, text: str) -> Any:
        if text not in self._kernels:
            whole = "\n".join([law_expressions.INLINE, law_expressions.PRELUDE, text])
            self._kernels[text] = self.device.load(whole, [NAME])[NAME]
        return self._kernels[text]

    @staticmethod
    def _threads(law: ArrayLaw, names: Mapping[str, Any], count: int) -> int:
        bound = dict(zip(law.parameters, law.arguments, strict=True))
        return count * (names[bound[law.columns]].shape[1] if law.columns else 1)
