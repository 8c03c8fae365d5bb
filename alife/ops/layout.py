"""Finds the slots of a step by running it on values that hold nothing."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from alife.errors import UserError, suggestion
from alife.ops.slots import Index, Slot
from alife.ops.vocabulary import Body, Operations, Row, Scalar, Value

Step = Callable[[Operations], None]


class Layout(Operations):
    """Holds the layout in `slots` and `sizes` after `step(layout)`; checks rows, lanes and tables on the way.

    read_only: kinds of slots that may not be stored to.
    """

    read_only: tuple[str, ...] = ("genome", "input")

    def _nothing(self) -> Value:
        return Value(self, None)

    def load(self, slot: Slot, row: Row = 0, at: int = 0) -> Value:
        self.place(slot, row, at)
        return self._nothing()

    def store(self, slot: Slot, value: Value, row: Row = 0, at: int = 0, when: Value | None = None) -> None:
        if slot.kind in self.read_only:
            raise UserError(f"slot {slot.name}: expected a state or output to store to, got {slot.kind}; use o.state")
        if not isinstance(value, Value):
            raise UserError(f"slot {slot.name}: expected a value to store, got {value!r}; write o.const(...)")
        self.place(slot, row, at)

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

    def draw(self, stream: int, counter: int | Index = 0, fixed: bool = False) -> Value:
        for name in () if fixed else ("salt", "clock"):
            self.state(name, 1)
        return self._nothing()


def find_layout(step: Step, width: int, develop: Step | None = None) -> Layout:
    """The layout of a step of `width` lanes, and of `develop`, which runs before it at birth.

    Raises:
        UserError: the step uses the words wrongly; the message begins with its file and line.
    """
    layout = Layout(width)
    try:
        if develop:
            layout.read_only = ("genome", "phenotype", "input")
        step(layout)
        if develop:
            layout.read_only = ("genome", "input", "output")
            develop(layout)
    except (UserError, TypeError, AttributeError, ValueError, IndexError) as error:
        if isinstance(error, UserError) and error.key:
            raise
        raise UserError(f"{_location(error)}: {_describe(error)}") from error
    return layout


def _location(error: Exception) -> str:
    """File and line of the innermost call outside this folder."""
    frames = traceback.extract_tb(error.__traceback__)
    outside = [frame for frame in frames if Path(frame.filename).parent != Path(__file__).parent]
    return f"{outside[-1].filename}:{outside[-1].lineno}" if outside else "brain"


def _describe(error: Exception) -> str:
    """The error in one line that ends with what to write."""
    if isinstance(error, AttributeError) and isinstance(error.obj, Operations):
        words = [name for name in dir(Operations) if not name.startswith("_")]
        return f"expected a word of alife.ops, got o.{error.name}{suggestion(str(error.name), words)}"
    text = " ".join(str(error).split())
    return text if isinstance(error, UserError) else f"{text}; write it in the words of alife.ops"
