"""Sums and counts over fields on the GPU: statistics of a million rows cost a copy of eight bytes."""

from __future__ import annotations

from typing import Any

import numpy as np

from alife.backends.abi import KernelArgs
from alife.backends.cuda.device import Device, DeviceArray, Memory
from alife.backends.cuda.law_expressions import INLINE
from alife.cached import cached_property
from alife.laws.types import DTYPES, I64, Array

BLOCK, WAVES = 256, 4
INTEGERS = {"uint8": "value", "int32": "value", "int64": "value"}  # what each value adds: itself,
FLOATS = {"float32": "(value - value != 0)", "float16": "((value & 0x7c00) == 0x7c00)"}  # or 1 if it is not finite
TERMS = {**INTEGERS, **FLOATS}

# The order in which whole numbers are added does not matter, so threads add theirs in any order.
BODY = """
  const long long all = *count * p_values_n1, step = (long long)gridDim.x * blockDim.x;
  long long sum = 0;
  for (long long k = (long long)blockIdx.x * blockDim.x + threadIdx.x; k < all; k += step) {
    const auto value = p_values[k / p_values_n1 * p_values_s0 + k % p_values_n1];
    sum += TERM;
  }
  if (sum != 0) atomicAdd((unsigned long long*)p_sum, (unsigned long long)sum);
}
"""


def kernel_args(dtype: str) -> KernelArgs:
    """Declares values: [rows, columns] of a dtype in `TERMS`, and sum: [1] int64."""
    return KernelArgs(params=(("values", Array(DTYPES[dtype], 2)), ("sum", Array(I64, 1))))


def kernel_text(dtype: str) -> str:
    """Prints CUDA C of the kernel `kernel_name(dtype)`, which adds the terms of all values to the sum."""
    head = kernel_args(dtype).cuda_head(kernel_name(dtype), str(BLOCK))
    return "\n".join([*head, BODY.replace("TERM", TERMS[dtype])])


def kernel_name(dtype: str) -> str:
    """Returns the name of the kernel for a dtype."""
    return f"alife_total_{dtype}"


class FieldSums:
    """Computes sums over fields on one GPU."""

    def __init__(self, device: Device) -> None:
        self._device = device

    @cached_property
    def _kernels(self) -> dict[str, Any]:
        names = {dtype: kernel_name(dtype) for dtype in TERMS}
        found = self._device.load("\n".join([INLINE, *map(kernel_text, TERMS)]), list(names.values()))
        return {dtype: found[name] for dtype, name in names.items()}

    @cached_property
    def _cells(self) -> Memory:
        """The number of rows, and the sum."""
        return self._device.allocate(16)

    def total(self, array: np.ndarray, address: int) -> int:
        """Returns the sum of the terms of all values of an array on the GPU, modulo 2**64.

        Args:
            array: [N, ...] array of the host with its shape, strides and dtype.
            address: of the values on the GPU.
        """
        length, columns = len(array), int(np.prod(array.shape[1:]))
        self._device.upload(self._cells.ptr, np.array([length, 0], np.int64))
        dtype, strides = array.dtype, (array.strides[0], array.itemsize)
        values = DeviceArray(address, (length, columns), strides, dtype)
        result = np.zeros(1, np.int64)
        total = DeviceArray(self._cells.ptr + 8, result.shape, result.strides, result.dtype)
        args = kernel_args(dtype.name).bind(params=[values, total])
        self._device.call(self._kernels[dtype.name], args, self._cells.ptr, length * columns, BLOCK, WAVES)
        self._device.download(result, total.ptr)
        return int(result[0])
