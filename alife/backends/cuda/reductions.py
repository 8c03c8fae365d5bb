"""Sums of whole numbers over a field that lies on the card: what statistics need of a million rows, in eight bytes."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from alife.backends.cuda import nvrtc
from alife.backends.cuda.device import Device, Memory
from alife.backends.cuda.law_expressions import INLINE

BLOCK, WAVES = 256, 4
TYPES = {"uint8": "unsigned char", "int32": "int", "int64": "long long"}

# Whole numbers need no order, so threads add in any; a block's threads that hold nothing add nothing.
KERNEL = """
struct {name}_cells {{ long long at[4]; }};  // address, columns, stride of a row in elements, where the sum goes
extern "C" __global__ void __launch_bounds__(256) {name}(const long long* count, const {name}_cells cells) {{
  const {kind}* const rows = (const {kind}*)cells.at[0];
  const long long columns = cells.at[1], values = *count * columns, step = (long long)gridDim.x * blockDim.x;
  long long sum = 0;
  for (long long k = (long long)blockIdx.x * blockDim.x + threadIdx.x; k < values; k += step)
    sum += rows[k / columns * cells.at[2] + k % columns];
  if (sum != 0) atomicAdd((unsigned long long*)cells.at[3], (unsigned long long)sum);
}}
"""


class FieldSums:
    """The sums of one card's fields."""

    def __init__(self, card: Device) -> None:
        self._card = card

    @cached_property
    def _kernels(self) -> dict[str, Any]:
        names = {dtype: f"alife_total_{dtype}" for dtype in TYPES}
        texts = [KERNEL.format(name=names[dtype], kind=kind) for dtype, kind in TYPES.items()]
        cubin = nvrtc.cubin("\n".join([INLINE, *texts]), self._card.arch)
        found = self._card.kernels(cubin, list(names.values()))
        return {dtype: found[name] for dtype, name in names.items()}

    @cached_property
    def _cells(self) -> Memory:
        return self._card.allocate(16)

    def total(self, array: np.ndarray, address: int) -> int:
        """Sum of all values of an array of the host's shape that lies at an address of the card, modulo 2**64."""
        length, columns = len(array), int(np.prod(array.shape[1:]))
        self._card.upload(self._cells.ptr, np.array([length, 0], np.int64))
        stride = array.strides[0] // array.itemsize
        cells = np.array(((address, columns, stride, self._cells.ptr + 8),), [("at", np.int64, (4,))])
        blocks = max(1, min(-(-length * columns // BLOCK), self._card.processors * WAVES))
        self._card.launch(self._kernels[array.dtype.name], blocks, BLOCK, self._cells.ptr, cells)
        result = np.zeros(1, np.int64)
        self._card.download(result, self._cells.ptr + 8)
        return int(result[0])
