"""Fields in device memory, each with a host copy that is brought up to date when it is read."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from alife.backends.cuda.device import STAGE, Device, DeviceArray, raw, span
from alife.backends.cuda.reductions import FLOATS, INTEGERS, FieldSums
from alife.errors import UserError
from alife.laws.fields import Fields, aligned


class ResidentFields(Fields):
    """Fields that lie on a GPU. Reading one copies it to the host if the GPU may have changed it since."""

    def __init__(self, fields: Fields, device: Device) -> None:
        """Copies all fields to the GPU.

        Raises:
            UserError: they do not fit there.
        """
        self.table, self._arrays = fields.table, dict(fields)
        self._device = device
        self._stale: set[str] = set()
        self._sums = FieldSums(device)
        check_memory(device, fields)
        self._copies = {name: device.to_device(array) for name, array in self._arrays.items()}
        self._starts = sorted((array.ctypes.data, name) for name, array in self._arrays.items())  # on the host
        self._others: dict[int, tuple[np.ndarray, DeviceArray]] = {}  # scalars and constants, which are no fields

    def address(self, array: np.ndarray) -> int:
        """Returns the device address of a host array of any shape; one outside all fields is copied there once."""
        first = array.ctypes.data
        start, name = self._starts[max(bisect(self._starts, (first, "~")) - 1, 0)]
        if start <= first < start + max(span(self._arrays[name]), 1):
            return self._copies[name].ptr + first - start
        if first not in self._others:
            self._others[first] = array, self._device.to_device(array)
        return self._others[first][1].ptr

    def __getitem__(self, name: str) -> np.ndarray:
        if name in self._stale:
            self._device.download(self._arrays[name], self._copies[name].ptr)
            self._stale.discard(name)
        return self._arrays[name]

    def rows(self, name: str, rows: np.ndarray) -> np.ndarray:
        """Returns copies of some rows of a field, [K] slots -> [K, ...]; only those rows are copied from the GPU."""
        array, first = self._arrays[name], self._copies[name].ptr
        size, step = span(array[:1]), array.strides[0]
        if name not in self._stale or not len(rows) or len(rows) * step > STAGE:
            return super().rows(name, rows)
        runs = np.split(rows, np.flatnonzero(np.diff(rows) != 1) + 1)
        pieces = [(first + int(run[0]) * step, (len(run) - 1) * step + size) for run in runs]
        copied = np.zeros(sum(length for _, length in pieces), np.uint8)
        self._device.gather(pieces, copied)
        return np.concatenate(list(_split_rows(array, copied, [len(run) for run in runs])))

    @property
    def stale(self) -> frozenset[str]:
        """Names of the fields whose host copy is older than the GPU's."""
        return frozenset(self._stale)

    def total(self, name: str) -> int:
        """Returns the sum of all values of a field of whole numbers; only the sum is copied from the GPU."""
        array = self._arrays[name]
        if name not in self._stale or array.dtype.name not in INTEGERS or not array.size:
            return super().total(name)
        return self._sums.total(array, self._copies[name].ptr)

    def not_finite(self, name: str) -> int:
        """Returns the number of values of a field of floats that are not finite; only that is copied from the GPU."""
        array = self._arrays[name]
        if name not in self._stale or array.dtype.name not in FLOATS or not array.size:
            return super().not_finite(name)
        return self._sums.total(array, self._copies[name].ptr)

    def push(self, names: Iterable[str]) -> None:
        """Copies fields that the host has changed to the GPU."""
        for name in names:
            self._device.upload(self._copies[name].ptr, self._arrays[name])
            self._stale.discard(name)

    def moved_on(self, names: Iterable[str]) -> None:
        """Marks the host copies of these fields as stale, because the GPU may have changed the fields."""
        self._stale.update(self._arrays.keys() & names)


def _split_rows(array: np.ndarray, copied: np.ndarray, runs: Sequence[int]) -> Iterator[np.ndarray]:
    """Yields runs of consecutive rows of `array` from their bytes. runs: the number of rows of each."""
    size, step, at = span(array[:1]), array.strides[0], 0
    for count in runs:
        length = (count - 1) * step + size
        block = aligned(count, array.shape[1:], array.dtype.name)
        raw(block)[:] = copied[at : at + length]
        yield block
        at += length


def check_memory(device: Device, fields: Fields) -> None:
    """Checks that all fields fit into the free memory of a GPU, before anything is copied.

    Raises:
        UserError: they do not fit.
    """
    sizes = {name: span(array) for name, array in fields.items()}
    needed, free = sum(sizes.values()), device.free
    if needed > free:
        capacity = max(len(fields[name]) for name, table in fields.tables.items() if table == "agents")
        scaling = sum(size for name, size in sizes.items() if fields.tables[name] in ("agents", "log"))
        most = max((free - needed + scaling) * capacity // scaling * 9 // 10, 0)
        raise UserError(
            f"run.capacity: expected what fits into {free:,} free bytes of the {device.name}, "
            f"got {capacity:,} slots, which need {needed:,}; write capacity: {most} or less",
            ("run", "capacity"),
        )
