"""A member's weights in the order in which a network uses them: a cursor that loads rows of n weights."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import final

from alife.errors import UserError
from alife.ops.vocabulary import Row, Value


class Weights(ABC, Iterator[Value]):
    """The weights of a member of an ensemble; `next(weights)` loads the next row of n."""

    @abstractmethod
    def __next__(self) -> Value:
        """Loads the next row. Raises UserError if no row is left."""

    @abstractmethod
    def next_rows(self, count: int) -> Callable[[Row], Value]:
        """Advances by `count` rows. Returns a function that loads one of them by its number, which may be a loop index.

        Raises:
            UserError: fewer rows are left.
        """


@final
class RowWeights(Weights):
    """Weights that lie in `count` rows of n."""

    def __init__(self, load: Callable[[Row], Value], count: int) -> None:
        """load: loads a row by its number, 0 to count - 1."""
        self._load, self._count, self._used = load, count, 0

    def __next__(self) -> Value:
        return self.next_rows(1)(0)

    def next_rows(self, count: int) -> Callable[[Row], Value]:
        first, self._used = self._used, self._used + count
        if self._used > self._count:
            raise UserError(f"weights: expected at most {self._count} rows, got {self._used}; correct the rows")
        return lambda row: self._load(row if isinstance(row, Value) else row + first)


def lazy_rows(rows: Iterator[Value]) -> Callable[[Row], Value]:
    """A function that loads a row by its number and computes rows only up to that one.

    Few rows are then alive at a time, so that a compiler need not hold all of them in registers.
    """
    known: list[Value] = []

    def load(number: Row) -> Value:
        assert isinstance(number, int), "rows that unfold in a step cannot be indexed by a loop; set always_stored"
        known.extend(next(rows) for _ in range(number + 1 - len(known)))
        return known[number]

    return load
