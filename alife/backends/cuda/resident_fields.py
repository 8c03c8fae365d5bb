"""Fields that live in the card's memory, with a copy on the host that is brought up to date where it is read."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from alife.backends.cuda.device import STAGE, Device, DeviceArray, raw, span
from alife.backends.cuda.reductions import TYPES, FieldSums
from alife.errors import UserError
from alife.laws.fields import Fields, aligned


class ResidentFields(Fields):
    """The same fields, on a card. Reading one copies it here if the card may have changed it since."""

    def __init__(self, fields: Fields, card: Device) -> None:
        """Copy all fields to the card.

        Raises:
            UserError: they do not fit there.
        """
        self.table, self._arrays = fields.table, dict(fields)
        self._card = card
        self._stale: set[str] = set()
        self._totals = FieldSums(card)
        check_room(card, fields)
        self._copies = {name: card.to_device(array) for name, array in self._arrays.items()}
        ends = ((array.ctypes.data, name) for name, array in self._arrays.items())
        self._firsts = sorted(ends)  # where each field begins on the host
        self._others: dict[int, tuple[np.ndarray, DeviceArray]] = {}  # what is no field: scalars, constants

    def address(self, array: np.ndarray) -> int:
        """Where an array of the host lies on the card; one that is part of no field is copied there once."""
        first = array.ctypes.data
        start, name = self._firsts[max(bisect(self._firsts, (first, "~")) - 1, 0)]
        if start <= first < start + max(span(self._arrays[name]), 1):
            return self._copies[name].ptr + first - start
        if first not in self._others:
            self._others[first] = array, self._card.to_device(array)
        return self._others[first][1].ptr

    def __getitem__(self, name: str) -> np.ndarray:
        if name in self._stale:
            self._card.download(self._arrays[name], self._copies[name].ptr)
            self._stale.discard(name)
        return self._arrays[name]

    def rows(self, name: str, rows: np.ndarray) -> np.ndarray:
        """Copies of some rows of a field: [K] slots -> [K, ...]; only those rows are copied from the card."""
        array, first = self._arrays[name], self._copies[name].ptr
        size, step = span(array[:1]), array.strides[0]
        if name not in self._stale or not len(rows) or len(rows) * step > STAGE:
            return super().rows(name, rows)
        runs = np.split(rows, np.flatnonzero(np.diff(rows) != 1) + 1)
        pieces = [(first + int(run[0]) * step, (len(run) - 1) * step + size) for run in runs]
        inside = np.zeros(sum(length for _, length in pieces), np.uint8)
        self._card.gather(pieces, inside)
        return np.concatenate(list(_rows_within(array, inside, [len(run) for run in runs])))

    @property
    def stale(self) -> frozenset[str]:
        """Fields whose copy here is older than the card's."""
        return frozenset(self._stale)

    def total(self, name: str) -> int:
        """Sum over all values of a field of whole numbers; only the sum is copied from the card."""
        array = self._arrays[name]
        if name not in self._stale or array.dtype.name not in TYPES or not array.size:
            return super().total(name)
        return self._totals.total(array, self._copies[name].ptr)

    def push(self, names: Iterable[str]) -> None:
        """Copy fields that the host has changed to the card."""
        for name in names:
            self._card.upload(self._copies[name].ptr, self._arrays[name])
            self._stale.discard(name)

    def moved_on(self, names: Iterable[str]) -> None:
        """The card may have changed these fields."""
        self._stale.update(self._arrays.keys() & names)


def _rows_within(array: np.ndarray, copied: np.ndarray, runs: Sequence[int]) -> Iterator[np.ndarray]:
    """Runs of neighbouring rows out of what was copied of them, one run behind another."""
    size, step, at = span(array[:1]), array.strides[0], 0
    for count in runs:
        length = (count - 1) * step + size
        block = aligned(count, array.shape[1:], array.dtype.name)
        raw(block)[:] = copied[at : at + length]
        yield block
        at += length


def check_room(card: Device, fields: Fields) -> None:
    """Refuse what the card cannot hold, before anything is copied."""
    sizes = {name: span(array) for name, array in fields.items()}
    needed, free = sum(sizes.values()), card.free
    if needed > free:
        capacity = max(len(fields[name]) for name, table in fields.tables.items() if table == "agents")
        scaling = sum(size for name, size in sizes.items() if fields.tables[name] in ("agents", "log"))
        most = max((free - needed + scaling) * capacity // scaling * 9 // 10, 0)
        raise UserError(
            f"run.capacity: expected what fits into {free:,} free bytes of the {card.name}, "
            f"came {capacity:,} slots, which need {needed:,}; write capacity: {most} or less"
        )
