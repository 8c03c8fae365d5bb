"""Fields that live in the card's memory, with a copy on the host that is brought up to date where it is read."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Collection, Iterable

import numpy as np

from alife.backend import STAGE, Card, Memory, span
from alife.engine.totals import TYPES, Totals
from alife.population import Fields
from alife.registry import UserError


class ResidentFields(Fields):
    """The same fields, on a card. Reading one copies it here if the card may have changed it since."""

    def __init__(self, fields: Fields, card: Card) -> None:
        """Copy all fields to the card.

        Raises:
            UserError: they do not fit there.
        """
        self.table, self._arrays = fields.table, dict(fields)
        self._card = card
        self._stale: set[str] = set()
        self._totals = Totals(card)
        check_room(card, self._arrays.values())
        self._copies = {name: self._copy(array) for name, array in self._arrays.items()}
        ends = ((array.ctypes.data, name) for name, array in self._arrays.items())
        self._firsts = sorted(ends)  # where each field begins on the host
        self._others: dict[int, tuple[np.ndarray, Memory]] = {}  # what is no field: scalars, constants

    def _copy(self, array: np.ndarray) -> Memory:
        memory = self._card.allocate(span(array))
        self._card.upload(memory.ptr, array)
        return memory

    def address(self, array: np.ndarray) -> int:
        """Where an array of the host lies on the card; one that is part of no field is copied there once."""
        first = array.ctypes.data
        start, name = self._firsts[max(bisect(self._firsts, (first, "~")) - 1, 0)]
        if start <= first < start + max(span(self._arrays[name]), 1):
            return self._copies[name].ptr + first - start
        if first not in self._others:
            self._others[first] = array, self._copy(array)
        return self._others[first][1].ptr

    def __getitem__(self, name: str) -> np.ndarray:
        if name in self._stale:
            self._card.download(self._arrays[name], self._copies[name].ptr)
            self._stale.discard(name)
        return self._arrays[name]

    def rows(self, name: str, rows: np.ndarray) -> np.ndarray:
        """Copies of some rows of a field: [K] slots -> [K, ...]; only those rows are copied from the card."""
        array, first = self._arrays[name], self._copies[name].ptr
        size = span(array[:1])
        if name not in self._stale or not len(rows) or len(rows) * size > STAGE:
            return super().rows(name, rows)
        inside = np.zeros(len(rows) * size, np.uint8)
        self._card.gather([(first + int(row) * array.strides[0], size) for row in rows], inside)
        return inside.view(array.dtype).reshape(len(rows), *array.shape[1:])

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

    def moved_on(self) -> None:
        """The card may have changed every field."""
        self._stale.update(self._arrays)


def check_room(card: Card, arrays: Collection[np.ndarray]) -> None:
    """Refuse what the card cannot hold, before anything is copied."""
    needed, capacity, free = sum(map(span, arrays)), max(map(len, arrays)), card.free
    if needed > free:
        most = capacity * free // needed * 9 // 10
        raise UserError(
            f"run.capacity: expected what fits into {free:,} free bytes of the {card.name}, "
            f"came {capacity:,} slots, which need {needed:,}; write capacity: {most} or less"
        )
