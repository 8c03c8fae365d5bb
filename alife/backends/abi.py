"""The argument cells of kernels."""

from __future__ import annotations

import numpy as np


def pointer_cells(array: np.ndarray) -> list[int]:
    """The argument cells of an array: address, then (length, stride in elements) of each dimension."""
    cells = [array.ctypes.data]
    for length, stride in zip(array.shape, array.strides, strict=True):
        cells += [length, stride // array.itemsize]
    return cells
