"""Writes a step down as statements, with genes, phenotypes and all that follows from them alone as constants.

What depends on constants alone is computed at once, by `Reference`, so that it has the bits of every step. Fixed signs
and masks become products and selections, which give the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from alife.errors import UserError
from alife.ops import statements as listed
from alife.ops.reference import Reference, clamped_index
from alife.ops.sign_patterns import pattern
from alife.ops.slots import Index, Slot
from alife.ops.statements import Carry, Compute, Draw, Load, Loop, Operand, Statement, Store
from alife.ops.vocabulary import Body, Operations, Row, Scalar, Value

ARRAYS = {"input": listed.OBSERVATIONS, "state": listed.STATE, "output": listed.ACTIONS}


@dataclass(frozen=True)
class Named:
    """A value that is known only when the step runs. wide: False if it is one number."""

    name: str
    wide: bool


class Trace(Operations):
    """Holds the statements in `statements` and the constants in `constants` after `step(trace)`.

    A value's `data` is [n] float32 where it is a constant, else `Named`.

    Args:
        width: n, lanes.
        slots: of the step, each value in a column of its own: see `unpacked`.
        known: {"genome": [G] float32, "phenotype": [P] float32}, in these columns.

    Attributes:
        statements: in the order of the step.
        constants: {name: [...] float32, or [n] int64 for tables of lanes}.
    """

    def __init__(self, width: int, slots: Mapping[str, Slot], known: Mapping[str, np.ndarray]) -> None:
        super().__init__(width)
        self.adopt(slots, {kind: 0 for kind in self.sizes})
        self.known, self.statements = known, list[Statement]()
        self.constants: dict[str, np.ndarray] = {}
        self._fold = Reference(width, {"input": np.zeros((1, 1), np.float32)})
        self._names: dict[tuple[str, bytes], str] = {}
        self._values = self._loops = 0

    # --- slots -------------------------------------------------------------------------------------------------------

    def load(self, slot: Slot, row: Row = 0, at: int = 0) -> Value:
        place = self._place(slot, row, at)
        if slot.kind in self.known:
            numbers = self.known[slot.kind][slot.start : slot.start + slot.size]
            if isinstance(place.row, int):
                lanes = np.zeros(self.width, np.float32)
                first = place.row * slot.length
                lanes[at : at + slot.length] = numbers[first : first + slot.length]
                return Value(self, lanes)
            place = replace(place, array=self._constant(numbers), start=0)
        out = self._named(wide=True)
        self.statements.append(Load(out.name, place))
        return Value(self, out)

    def store(self, slot: Slot, value: Value, row: Row = 0, at: int = 0, when: Value | None = None) -> None:
        gate = None if when is None else self._operand(when)
        if slot.kind not in ("state", "output"):
            raise UserError(f"slot {slot.name}: expected a state or output to store to, got {slot.kind}; use o.state")
        self.statements.append(Store(self._place(slot, row, at), self._operand(value), gate, slot.half))

    def _place(self, slot: Slot, row: Row, at: int) -> listed.Place:
        self.place(slot, row, at)  # checks it
        if isinstance(row, Value):
            known = isinstance(row.data, np.ndarray)
            number: int | Index | str = int(clamped_index(row.data[:1], slot.rows)[0]) if known else row.data.name
        else:
            number = _plain(row)
        return listed.Place(ARRAYS.get(slot.kind, slot.kind), slot.start, slot.length, slot.rows, number, at)

    # --- words -------------------------------------------------------------------------------------------------------

    def const(self, numbers: float | Sequence[float] | np.ndarray) -> Value:
        return Value(self, np.array(self.lanes(numbers), np.float32))

    def binary(self, word: str, a: Value, b: Value) -> Value:
        return self._compute(word, (a, b), lambda x, y: self._fold.binary(word, x, y))

    def unary(self, word: str, x: Value) -> Value:
        return self._compute(word, (x,), lambda x: self._fold.unary(word, x))

    def select(self, x: Scalar, y: Scalar, a: Scalar, b: Scalar) -> Value:
        return self._compute("select", tuple(map(self.value, (x, y, a, b))), self._fold.select)

    def blend(self, mask: Sequence[bool] | np.ndarray, a: Scalar, b: Scalar) -> Value:
        return self.select(self.const(np.where(self.lanes(mask), 1.0, -1.0)), 0.0, a, b)

    def flip(self, x: Value, seed: int) -> Value:
        return x * self.const(np.where(pattern(seed, self.width), -1.0, 1.0))

    def wht(self, x: Value, block: int | None = None) -> Value:
        block = int(block or self.width)
        if not self._is_wide(x):
            x = self._compute("copy", (x,), lambda x: x, wide=True)
        return self._compute("wht", (x,), lambda x: self._fold.wht(x, block), block=block)

    def total(self, x: Value) -> Value:
        if not self._is_wide(x):
            return x * float(self.width)  # exact, as every sum of equal numbers is
        return self._compute("total", (x,), self._fold.total, wide=False)

    def permute(self, x: Value, table: Sequence[int] | np.ndarray) -> Value:
        lanes = np.array(self.lanes(table), np.int64)
        if isinstance(x.data, np.ndarray):
            return Value(self, x.data[lanes])
        return self._emit("permute", (x.data.name, self._constant(lanes)), True) if x.data.wide else x

    def lane(self, x: Value, index: int | Index) -> Value:
        if not self._is_wide(x):
            return x
        index = _plain(index)
        if isinstance(x.data, np.ndarray) and isinstance(index, int):
            return Value(self, np.full(self.width, x.data[index]))
        return self._emit("lane", (self._operand(x),), False, index=index)

    def gather(self, x: Value, index: Value) -> Value:
        return self._compute("gather", (x, index), self._fold.gather) if self._is_wide(x) else x

    def loop(self, count: int, body: Body, carries: Sequence[Value]) -> list[Value]:
        if count == 0:
            return list(carries)
        counter, outer = f"j{self._loops}", self.statements
        self._loops, self.statements = self._loops + 1, []
        inside = [self._named(wide=True) for _ in carries]
        ends = [self._operand(end) for end in body(Index(counter), [Value(self, name) for name in inside])]
        names = [one.name for one in inside]
        ends = [self._copied(end) if end in names and end != own else end for own, end in zip(names, ends, strict=True)]
        carried = map(Carry, names, map(self._operand, carries), ends)
        inner, self.statements = tuple(self.statements), outer
        self.statements.append(Loop(counter, int(count), tuple(carried), inner))
        return [Value(self, name) for name in inside]

    def draw(self, stream: int, counter: int | Index = 0, fixed: bool = False) -> Value:
        counter = _plain(counter)
        if fixed and isinstance(counter, int):
            return Value(self, self._fold.draw(stream, counter, fixed=True).data[0])
        zero = self.const(0.0)
        salt, clock = (zero if fixed else self.load(self.state(name, 1)) for name in ("salt", "clock"))
        out = self._named(wide=True)
        self.statements.append(Draw(out.name, self._operand(salt), self._operand(clock), int(stream), counter))
        return Value(self, out)

    # --- statements --------------------------------------------------------------------------------------------------

    def _compute(
        self, word: str, inputs: Sequence[Value], known: Callable[..., Value], wide: bool | None = None, **more: Any
    ) -> Value:
        """The result of a word: computed now if all its inputs are constants and the result is finite."""
        if all(isinstance(x.data, np.ndarray) for x in inputs):
            with np.errstate(all="ignore"):
                found = known(*(Value(self._fold, x.data[None]) for x in inputs)).data[0]
            if np.isfinite(found).all():
                return Value(self, found)
        wide = any(map(self._is_wide, inputs)) if wide is None else wide
        return self._emit(word, tuple(map(self._operand, inputs)), wide, **more)

    def _emit(self, word: str, inputs: tuple[Operand, ...], wide: bool, **more: Any) -> Value:
        out = self._named(wide)
        self.statements.append(Compute(out.name, word, inputs, wide, **more))
        return Value(self, out)

    def _copied(self, name: Operand) -> str:
        out = self._named(wide=True)
        self.statements.append(Compute(out.name, "copy", (name,)))
        return out.name

    def _named(self, wide: bool) -> Named:
        self._values += 1
        return Named(f"v{self._values - 1}", wide)

    def _is_wide(self, x: Value) -> bool:
        if isinstance(x.data, np.ndarray):
            bits = x.data.view(np.uint32)
            return bool((bits != bits[0]).any())
        return bool(x.data.wide)

    def _operand(self, x: Value) -> Operand:
        """A value as an operand. Raises UserError for a constant that is not finite."""
        if not isinstance(x.data, np.ndarray):
            return str(x.data.name)
        if not np.isfinite(x.data).all():
            raise UserError("export: expected constants that are finite, got one that is not; correct the brain")
        return self._constant(x.data) if self._is_wide(x) else float(x.data[0])

    def _constant(self, numbers: np.ndarray) -> str:
        key = numbers.dtype.str, numbers.tobytes()
        name = self._names.setdefault(key, f"c{len(self._names)}")
        self.constants[name] = numbers
        return name


def _plain(number: int | Index) -> int | Index:
    return number if isinstance(number, Index) else int(number)


def unpacked(slots: Mapping[str, Slot]) -> dict[str, Slot]:
    """The same slots, each value in a column of its own, also those of float16; in the order given."""
    sizes: dict[str, int] = {}
    found = {}
    for name, slot in slots.items():
        start = sizes.get(slot.kind, 0)
        found[name] = replace(slot, start=start)
        sizes[slot.kind] = start + slot.size
    return found
