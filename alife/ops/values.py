"""What the words speak of: slots, loop counters, and values with the operators of arithmetic."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from alife.errors import UserError

if TYPE_CHECKING:
    from alife.ops.vocabulary import Operations

HALF_NAN = 0x7FFF  # bits of the one NaN that float16 rows hold, which is the one that GPUs make


@dataclass(frozen=True)
class Slot:
    """A named place in one of an agent's rows: `shape` = (..., length) values from column `start` on.

    half: its values lie there as float16: in a row of genes of that type one a column, elsewhere two.
    """

    kind: str
    name: str
    start: int
    shape: tuple[int, ...]
    half: bool = False

    @property
    def length(self) -> int:
        """Values one load or store moves."""
        return self.shape[-1]

    @property
    def rows(self) -> int:
        """How many loads the slot holds."""
        return math.prod(self.shape[:-1])

    @property
    def size(self) -> int:
        """Values in all."""
        return math.prod(self.shape)

    @property
    def columns(self) -> int:
        """Columns of its row that it takes."""
        return (self.size + 1) // 2 if self.half and self.kind != "genome" else self.size

    @property
    def first_half(self) -> int:
        """Of a half slot: its first value, counted in float16 from the beginning of the row."""
        return self.start if self.kind == "genome" else 2 * self.start


@dataclass(frozen=True)
class Index:
    """The counter of a compiled loop, `times` * counter + `plus`; whole numbers may scale and shift it."""

    name: str
    times: int = 1
    plus: int = 0

    def __add__(self, other: int) -> Index:
        return Index(self.name, self.times, self.plus + other)

    def __mul__(self, other: int) -> Index:
        return Index(self.name, self.times * other, self.plus * other)

    __radd__, __rmul__ = __add__, __mul__


@dataclass(frozen=True, eq=False)
class Value:
    """n float32 lanes of each agent; `data` is whatever the operations object `o` keeps for them."""

    o: Operations
    data: Any = field(repr=False)

    def __add__(self, other: Scalar) -> Value:
        return self.o.binary("add", self, self.o.value(other))

    def __radd__(self, other: float) -> Value:
        return self.o.value(other) + self

    def __sub__(self, other: Scalar) -> Value:
        return self.o.binary("sub", self, self.o.value(other))

    def __rsub__(self, other: float) -> Value:
        return self.o.value(other) - self

    def __mul__(self, other: Scalar) -> Value:
        return self.o.binary("mul", self, self.o.value(other))

    def __rmul__(self, other: float) -> Value:
        return self.o.value(other) * self

    def __truediv__(self, other: Scalar) -> Value:
        return self.o.binary("div", self, self.o.value(other))

    def __rtruediv__(self, other: float) -> Value:
        return self.o.value(other) / self

    def __neg__(self) -> Value:
        return self.o.unary("negate", self)

    def __abs__(self) -> Value:
        return self.o.unary("abs", self)

    def _undecided(self, *_: object) -> NoReturn:
        raise UserError("expected words, got Python deciding by a value of many lanes; write o.select(x, y, a, b)")

    __bool__ = __lt__ = __le__ = __gt__ = __ge__ = _undecided

    def __pow__(self, power: object) -> NoReturn:
        raise UserError("expected + - * /, got **; write x * x, or a word of alife.ops.derived")

    def __getitem__(self, index: object) -> NoReturn:
        raise UserError("expected words, got an index into a value; write o.lane(x, j)")


Scalar = Value | float
Row = int | Index | Value
