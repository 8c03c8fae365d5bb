"""Checks of the arguments of a brain's methods: numbers of rows, and arrays of the right shape and type."""

from __future__ import annotations

import numpy as np

from alife.errors import UserError, as_shown

ROWS = range(2**31)  # numbers of them
SEEDS = range(2**64)
SINGLE = np.dtype(np.float32)


def table(name: str, values: np.ndarray) -> np.ndarray:
    """Returns rows [N, K] of numbers; one row [K] is a table of one row. Raises UserError."""
    array = np.asarray(values)
    if array.dtype.kind not in "fiub":
        raise UserError(f"{name}: expected numbers, got {type(values).__name__}; write an array of float32")
    return array[None] if array.ndim == 1 else array


def repeated(params: np.ndarray, states: np.ndarray) -> np.ndarray:
    """Returns genomes [N, G]; one genome [G] is that of all agents of `states` [N, S], not copied. Raises UserError."""
    array = table("params", params)
    one = np.ndim(params) == 1 and np.ndim(states) == 2 and len(states) != 1
    return np.broadcast_to(array, (len(states), array.shape[1])) if one else array


def check(name: str, array: np.ndarray, shape: tuple[int, int]) -> None:
    """Checks that an array is one of this shape, [rows, columns]. Raises UserError."""
    if not isinstance(array, np.ndarray):
        raise UserError(f"{name}: expected an array of shape {list(shape)}, got {as_shown(repr(array))}")
    if array.shape != shape:
        raise UserError(f"{name}: expected shape {list(shape)}, got {list(array.shape)}; write an array of that shape")


def rows(array: np.ndarray, dtype: np.dtype = SINGLE) -> np.ndarray:
    """Returns the array [N, K] itself, or a copy if its rows are not contiguous values of this type."""
    size = dtype.itemsize
    fits = array.dtype == dtype and array.strides[1] == size and array.strides[0] % size == 0
    return array if fits else np.ascontiguousarray(array, dtype)
