"""Counts the operations and bytes of one step of one agent."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from alife.ops.layout import Layout
from alife.ops.slots import Index, Slot
from alife.ops.vocabulary import Body, Row, Scalar, Value

FLOAT, HALF = 4, 2  # bytes


class Count(Layout):
    """A layout that counts.

    Attributes:
        operations: the number of float operations; flips and moves of lanes count as none.
        words: {word: number of uses}.
        bytes: {kind of slot: bytes loaded and stored}. Stores with `when` are counted separately, as kind + " when",
            since they move bytes only while their gate is open.
    """

    def __init__(self, width: int) -> None:
        super().__init__(width)
        self.operations = 0
        self.words: Counter[str] = Counter()
        self.bytes: Counter[str] = Counter()
        self._times = 1

    def _add(self, word: str, lanes_each: float) -> Value:
        self.words[word] += self._times
        self.operations += round(self._times * lanes_each)
        return self._nothing()

    def load(self, slot: Slot, row: Row = 0, at: int = 0) -> Value:
        self.bytes[slot.kind] += _bytes(slot) * self._times
        return super().load(slot, row, at)

    def store(self, slot: Slot, value: Value, row: Row = 0, at: int = 0, when: Value | None = None) -> None:
        super().store(slot, value, row, at)
        self.bytes[slot.kind + (" when" if when is not None else "")] += _bytes(slot) * self._times

    def binary(self, word: str, a: Value, b: Value) -> Value:
        return self._add(word, self.width)

    def unary(self, word: str, x: Value) -> Value:
        return self._add(word, self.width)

    def select(self, x: Scalar, y: Scalar, a: Scalar, b: Scalar) -> Value:
        return self._add("select", self.width)

    def wht(self, x: Value, block: int | None = None) -> Value:
        return self._add("wht", self.width * math.log2(block or self.width))

    def total(self, x: Value) -> Value:
        return self._add("total", self.width - 1)

    def draw(self, stream: int, counter: int | Index = 0, fixed: bool = False) -> Value:
        super().draw(stream, counter, fixed)
        return self._add("draw", 0)

    def loop(self, count: int, body: Body, carries: Sequence[Value]) -> list[Value]:
        self._times *= count
        values = super().loop(count, body, carries)
        self._times //= count
        return values


def _bytes(slot: Slot) -> int:
    """The number of bytes that one load or store moves."""
    return (HALF if slot.half else FLOAT) * slot.length
