"""The field table, a struct of arrays: one declaration of a field allocates, saves, hashes and documents it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

BLOCK = 1 << 12  # rows that are looked at at once
Reading = Literal["number", "place", "flag", "bits", "hidden"]
ALIGNMENT = 64  # bytes: rows of two-dimensional fields start on a cache line


@dataclass(frozen=True)
class Field:
    """One column: an array [rows of its table, *shape].

    kept: part of the simulation's state, so saved and hashed; a field that each step fills before reading it is not.
    low, high: bounds of its values where a row is in use, and with one of them never NaN; high may name a Param of the
    world. index: the table whose rows it numbers; -1, if it is within low, stands for none. finite: never infinite or
    NaN. A checkpoint is held to these.

    reading: how the window shows a value of an agent: as a number with its unit; as the number of a "place", which
    counts from 0, from 1 on; as yes or no of a "flag"; as the places of the set "bits"; or "hidden", as for what
    belongs to a slot rather than to its agent. words: (value, words) of values that stand for something else. title: a
    few words for the column there, if its name is not plain.
    """

    name: str
    dtype: str
    shape: tuple[int, ...] = ()
    table: str = "agents"
    unit: str = ""
    meaning: str = ""
    kept: bool = True
    low: float | None = None
    high: float | str | None = None
    index: str = ""
    finite: bool = False
    words: tuple[tuple[int, str], ...] = ()
    reading: Reading = "number"
    title: str = ""


class Fields(Mapping[str, np.ndarray]):
    """The arrays of a field table: fields["energy"] is [N], fields["genome"] a view [N, G], of N slots."""

    def __init__(self, table: Iterable[Field], rows: Mapping[str, int]) -> None:
        """Allocates the arrays, all zero. rows: length of each table.

        Raises:
            ValueError: two fields have the same name.
        """
        self.table: dict[str, Field] = {}
        self._arrays: dict[str, np.ndarray] = {}
        for field in table:
            if field.name in self.table:
                raise ValueError(f"expected one field of each name, got {field.name} twice; rename one")
            self.table[field.name] = field
            self._arrays[field.name] = aligned(rows[field.table], field.shape, field.dtype)

    def __getitem__(self, name: str) -> np.ndarray:
        return self._arrays[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)

    @property
    def tables(self) -> dict[str, str]:
        """The name of each field's table."""
        return {name: field.table for name, field in self.table.items()}

    def row(self, name: str, row: int) -> np.ndarray:
        """Returns a copy of one row of a field: [...]."""
        copy: np.ndarray = self.rows(name, np.array([row]))[0]
        return copy

    def total(self, name: str) -> int:
        """Returns the sum of all values of an integer field. Cheap on host and GPU."""
        return int(self[name].sum(dtype=np.int64))

    def not_finite(self, name: str) -> int:
        """Returns the number of values of a field of floats that are infinite or NaN. Cheap on host and GPU."""
        array = self[name]
        blocks = (array[first : first + BLOCK] for first in range(0, len(array), BLOCK))
        return sum(block.size - int(np.isfinite(block).sum()) for block in blocks)

    def row_bytes(self, name: str) -> int:
        """Returns the bytes of one row of a field, without its padding."""
        array = self._arrays[name]
        return array.itemsize * int(np.prod(array.shape[1:]))

    def kept(self) -> dict[str, np.ndarray]:
        """Returns the arrays of the fields that are saved and hashed."""
        return {name: self[name] for name, field in self.table.items() if field.kept}

    def rows(self, name: str, rows: np.ndarray) -> np.ndarray:
        """Returns copies of some rows of a field: [K] slots -> [K, ...]. Cheap on host and GPU."""
        copies: np.ndarray = self[name][rows]
        return copies


def aligned(rows: int, shape: tuple[int, ...], dtype: str) -> np.ndarray:
    """Returns zeros [rows, *shape] whose rows start on cache lines if there is a second dimension."""
    kind = np.dtype(dtype)
    if not shape:
        return _aligned_flat(rows, kind)
    width = int(np.prod(shape))
    step = ALIGNMENT // kind.itemsize
    padded = -(-width // step) * step
    return _aligned_flat(rows * padded, kind).reshape(rows, padded)[:, :width].reshape(rows, *shape)


def _aligned_flat(length: int, kind: np.dtype) -> np.ndarray:
    raw = np.zeros(length * kind.itemsize + ALIGNMENT, np.uint8)
    start = -raw.ctypes.data % ALIGNMENT
    return raw[start : start + length * kind.itemsize].view(kind)
