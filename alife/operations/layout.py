"""Finds the slots of a step: runs it with values that hold nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from alife.operations.values import Index, Row, Scalar, Slot, Value
from alife.operations.words import Body, Operations

Step = Callable[[Operations], None]


class Layout(Operations):
    """After `step(layout)`, `slots` and `sizes` say where everything lies. Checks rows, lanes and tables on the way."""

    def _nothing(self) -> Value:
        return Value(self, None)

    def load(self, slot: Slot, row: Row = 0, at: int = 0) -> Value:
        self.column(slot, row if isinstance(row, int) else 0, at)
        return self._nothing()

    def store(self, slot: Slot, value: Value, row: Row = 0, at: int = 0, when: Value | None = None) -> None:
        self.column(slot, row if isinstance(row, int) else 0, at)

    def const(self, numbers: float | Sequence[float] | np.ndarray) -> Value:
        self.lanes(numbers)
        return self._nothing()

    def binary(self, word: str, a: Value, b: Value) -> Value:
        return self._nothing()

    def unary(self, word: str, x: Value) -> Value:
        return self._nothing()

    def select(self, x: Scalar, y: Scalar, a: Scalar, b: Scalar) -> Value:
        return self._nothing()

    def blend(self, mask: Sequence[bool] | np.ndarray, a: Scalar, b: Scalar) -> Value:
        self.lanes(mask)
        return self._nothing()

    def flip(self, x: Value, seed: int) -> Value:
        return self._nothing()

    def wht(self, x: Value, block: int | None = None) -> Value:
        return self._nothing()

    def total(self, x: Value) -> Value:
        return self._nothing()

    def permute(self, x: Value, table: Sequence[int] | np.ndarray) -> Value:
        self.lanes(table)
        return self._nothing()

    def lane(self, x: Value, index: int | Index) -> Value:
        return self._nothing()

    def gather(self, x: Value, index: Value) -> Value:
        return self._nothing()

    def loop(self, count: int, body: Body, carries: Sequence[Value]) -> list[Value]:
        return list(body(Index("j"), list(carries)))

    def draw(self, stream: int, counter: int | Index = 0) -> Value:
        for name in ("salt", "clock"):
            self.state(name, 1)
        return self._nothing()


def find_layout(step: Step, width: int) -> Layout:
    """The slots and sizes of a step of `width` lanes."""
    layout = Layout(width)
    step(layout)
    return layout
