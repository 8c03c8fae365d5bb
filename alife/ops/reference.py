"""The definition: every word in NumPy, on arrays [N, n] of float32. Clear, slow, right."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from alife.ops.philox import philox, uniform
from alife.ops.sign_patterns import pattern
from alife.ops.slots import HALF_NAN, Slot
from alife.ops.vocabulary import Body, Operations, Row, Scalar, Value

_BINARY: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
}
_SIGN = np.uint32(1 << 31)


def _bits(x: np.ndarray) -> np.ndarray:
    return x.view(np.uint32)


def _exp2i(k: np.ndarray) -> np.ndarray:
    low = np.where(k >= -126, k, np.float32(-126))
    bounded = np.where(low <= 127, low, np.float32(127))
    return ((bounded.astype(np.int32) + 127) << 23).view(np.float32)


_UNARY: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "negate": lambda x: (_bits(x) ^ _SIGN).view(np.float32),
    "abs": lambda x: (_bits(x) & ~_SIGN).view(np.float32),
    "sqrt": np.sqrt,
    "floor": np.floor,
    "exp2i": _exp2i,
}


def clamped_index(x: np.ndarray, count: int) -> np.ndarray:
    """Returns indices [...] from float32: floor, clamped to 0..count-1; NaN gives 0."""
    low = np.where(x >= 0, x, np.float32(0))
    return np.floor(np.where(np.float32(count - 1) >= low, low, np.float32(count - 1))).astype(np.int64)


def _halves(x: np.ndarray) -> np.ndarray:
    """float32 as float16, rounded to nearest even; every NaN becomes `HALF_NAN`."""
    return np.where(np.isnan(x), HALF_NAN, x.astype(np.float16).view(np.uint16)).astype(np.uint16).view(np.float16)


class Reference(Operations):
    """Runs a step on rows of agents.

    Args:
        width: n, lanes.
        arrays: {kind of slot: rows [N, size of the kind] float32, or float16 for half genes}; what the step stores is
            changed in place.
    """

    def __init__(self, width: int, arrays: Mapping[str, np.ndarray]) -> None:
        super().__init__(width)
        self.arrays = arrays
        self.count = len(next(iter(arrays.values())))

    def _columns(self, slot: Slot, row: Row, at: int) -> np.ndarray:
        """[N or 1, length] columns of one row of a slot."""
        columns = self.place(slot, row, at).column + np.arange(slot.length)[None]
        return columns + clamped_index(row.data[:, :1], slot.rows) * slot.length if isinstance(row, Value) else columns

    def _rows(self, slot: Slot) -> np.ndarray:
        """The rows of a slot's kind, of a half slot as float16; NumPy widens and rounds as IEEE 754 defines."""
        rows = self.arrays[slot.kind]
        return rows.view(np.float16) if slot.half else rows

    def load(self, slot: Slot, row: Row = 0, at: int = 0) -> Value:
        x = np.zeros((self.count, self.width), np.float32)
        rows = np.arange(self.count)[:, None]
        x[:, at : at + slot.length] = self._rows(slot)[rows, self._columns(slot, row, at)]
        return Value(self, x)

    def _targets(self, slot: Slot, row: Row, at: int, when: Value | None) -> tuple[np.ndarray, np.ndarray]:
        """Rows [M] of the agents that store, and the columns [M, length] where each does."""
        columns = np.broadcast_to(self._columns(slot, row, at), (self.count, slot.length))
        agents = np.flatnonzero(when.data[:, 0] > 0) if when is not None else np.arange(self.count)
        return agents, columns[agents]

    def store(self, slot: Slot, value: Value, row: Row = 0, at: int = 0, when: Value | None = None) -> None:
        agents, columns = self._targets(slot, row, at, when)
        kept = value.data[agents, at : at + slot.length]
        self._rows(slot)[agents[:, None], columns] = _halves(kept) if slot.half else kept

    def const(self, numbers: float | Sequence[float] | np.ndarray) -> Value:
        return Value(self, np.tile(self.lanes(numbers).astype(np.float32), (self.count, 1)))

    def binary(self, word: str, a: Value, b: Value) -> Value:
        return Value(self, _BINARY[word](a.data, b.data))

    def unary(self, word: str, x: Value) -> Value:
        return Value(self, _UNARY[word](x.data))

    def select(self, x: Scalar, y: Scalar, a: Scalar, b: Scalar) -> Value:
        left, right, first, second = (self.value(v).data for v in (x, y, a, b))
        return Value(self, np.where(left >= right, first, second))

    def blend(self, mask: Sequence[bool] | np.ndarray, a: Scalar, b: Scalar) -> Value:
        return Value(self, np.where(self.lanes(mask)[None], self.value(a).data, self.value(b).data))

    def flip(self, x: Value, seed: int) -> Value:
        change = np.where(pattern(seed, self.width), _SIGN, np.uint32(0))
        return Value(self, (_bits(x.data) ^ change[None]).view(np.float32))

    def wht(self, x: Value, block: int | None = None) -> Value:
        data, gap = x.data, 1
        while gap < (block or self.width):
            pairs = data.reshape(self.count, self.width // (2 * gap), 2, gap)
            sums = np.empty_like(pairs)
            np.add(pairs[:, :, 0], pairs[:, :, 1], out=sums[:, :, 0])
            np.subtract(pairs[:, :, 0], pairs[:, :, 1], out=sums[:, :, 1])
            data, gap = sums.reshape(self.count, self.width), gap * 2
        return Value(self, data)

    def total(self, x: Value) -> Value:
        data = x.data
        while data.shape[1] > 1:
            half = data.shape[1] // 2
            data = data[:, :half] + data[:, half:]
        return Value(self, np.repeat(data, self.width, axis=1))

    def permute(self, x: Value, table: Sequence[int] | np.ndarray) -> Value:
        return Value(self, np.ascontiguousarray(x.data[:, self.lanes(table)]))

    def lane(self, x: Value, index: int) -> Value:  # type: ignore[override]  # its loop counters are plain ints
        return Value(self, np.repeat(x.data[:, index : index + 1], self.width, axis=1))

    def gather(self, x: Value, index: Value) -> Value:
        return Value(self, np.take_along_axis(x.data, clamped_index(index.data, self.width), axis=1))

    def loop(self, count: int, body: Body, carries: Sequence[Value]) -> list[Value]:
        values = list(carries)
        for j in range(count):
            values = list(body(j, values))
        return values

    def draw(self, stream: int, counter: int = 0, fixed: bool = False) -> Value:  # type: ignore[override]
        known = [self.const(0.0)] * 2 if fixed else [self.load(self.state(name, 1)) for name in ("salt", "clock")]
        salt, clock = (value.data[:, :1].astype(np.uint64) for value in known)
        words = philox([np.arange(self.width // 4), counter, clock, 0], [salt, stream])
        return Value(self, uniform(np.stack(words, axis=2).reshape(self.count, self.width)))
