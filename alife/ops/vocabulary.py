"""The vocabulary of brains: every word that `step` may use.

A brain is one function ``step(o)``. It runs once per agent and time step, and all that it does goes through `o`:

    def step(o):
        x = o.load(o.input("x", 7))                # observations on lanes 0..6, zeros elsewhere
        weights = o.genome("weights", 7, o.width)  # 7 rows of n genes
        o.store(o.output("y", 3), tanh(matvec(o, weights, x)))  # lanes 0..2 are the actions

A value is one agent's vector of n float32 lanes, n = ``o.width``, one of 16, 32, 64, 128, 256. Below, x, y, a, b, k and
index are values. In arithmetic, `select` and `blend`, plain numbers stand for n equal lanes.

Slots: named places, declared by their first mention; later mentions find them. ``shape`` = (..., length) is an array of
rows of `length` values, length at most n. ``half=True`` keeps genes, phenotypes or states as float16.

    o.genome(name, *shape)      inherited, fixed for life, nominally in [-1, 1]
    o.phenotype(name, *shape)   written at birth by `develop`, read by `step`
    o.state(name, *shape)       kept from step to step, zero at birth
    o.input(name, *shape)       observations, written by the world
    o.output(name, *shape)      actions, read by the world

Loads and stores. ``row`` numbers the slot's rows: an int, a loop's counter, or a value whose lane 0 is rounded down and
clamped.

    o.load(slot, row=0, at=0)   the row's values on lanes at..at+length-1, 0 on the others
    o.store(slot, x, row=0, at=0, when=None)
                                lanes at..at+length-1 of x become the row; given `when`, only if its lane 0 is > 0

Lane by lane.

    x + y, x - y, x * y, x / y, -x, abs(x)
    o.const(numbers)            a constant: one number for all lanes, or n numbers
    o.sqrt(x), o.floor(x)       square root, correctly rounded; largest whole number not above x
    o.exp2i(k)                  2^k for whole k, clamped to -126..127; NaN gives 2^-126
    o.select(x, y, a, b)        a where x >= y, else b; so b where x or y is NaN
    o.blend(mask, a, b)         a where the constant mask [n] is true, else b
    o.flip(x, seed)             x with signs changed where a fixed pattern, numbered by `seed`, has a 1

Across lanes.

    o.wht(x, block=n)           unscaled Walsh-Hadamard transform, in natural order, of every `block` lanes
    o.hash_signs(x, seed)       +1 or -1: signs of x after two rounds of flip and transform, by `seed` and `seed` + 1
    o.total(x)                  the sum of all lanes, on every lane
    o.lane(x, j)                lane j on every lane; j an int or a loop's counter
    o.permute(x, table)         lane i takes lane table[i] of x; a constant table [n]
    o.gather(x, index)          lane i takes lane index[i] of x, rounded down and clamped to 0..n-1; NaN takes lane 0

Loops, random numbers, notes.

    o.loop(count, body, carries)
                                carries = body(j, carries) for j = 0..count-1; returns the last carries
    o.draw(stream, counter=0, fixed=False)
                                uniform numbers in [0, 1); they differ by stream, by counter and, unless `fixed`, by
                                two states: `salt`, set at birth, and `clock`, which the brain advances
    o.note(name, *values)       names values for the window and for `Brain.record`; changes nothing

Words made of these (`relu`, `tanh`, `exp2`, `sine`, `clip`, `mean`, `matvec`, ...) are functions in
`alife.ops.derived`. Python's `if`, `for` and `while` run when the step is compiled, so they may depend on Params and on
counts, but not on a value: ``if x > 0`` and ``x[0]`` are errors; write `o.select` and `o.lane`.

The same function is run by several objects, each of which gives the words another meaning: `Layout` finds the slots,
`Reference` computes with NumPy (the definition), `Recorder` also keeps what was noted, `Count` counts operations and
bytes, `Trace` writes it down as statements, `Simd` writes LLVM IR, `Cuda` writes CUDA C. Arithmetic is IEEE float32,
one rounding a word, in the order written: no contraction, no reassociation, no flush to zero. So every object that
computes gives the same bits.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from alife.errors import UserError
from alife.ops.operands import Vector
from alife.ops.slots import Index, Slot, SlotTable

KINDS = ("genome", "phenotype", "state", "input", "output")
WIDTHS = (16, 32, 64, 128, 256)


@dataclass(frozen=True, eq=False)
class Value(Vector):
    """n float32 lanes of each agent, with the operators of arithmetic.

    o: the operations object that made it. data: what that object keeps for it.
    """

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


Scalar = Value | float
Row = int | Index | Value
Body = Callable[[Any, list[Value]], Sequence[Value]]


class Place(NamedTuple):
    """The target of a load or store: a row of a slot, on lanes at..at+length-1.

    column: of the row's first value, for row 0 unless `row` is an int; of a half slot counted in float16.
    """

    slot: Slot
    row: Row
    at: int
    column: int

    @property
    def origin(self) -> int:
        """The column where lane 0 would lie, which may be left of the row."""
        return self.column - self.at


class Operations(SlotTable, ABC):
    """The closed set of words. A subclass gives each its meaning; `Reference` defines it.

    Args:
        width: n, lanes of a value.

    Raises:
        UserError: no such width.
    """

    def __init__(self, width: int) -> None:
        if width not in WIDTHS:
            raise UserError(f"width: expected one of {', '.join(map(str, WIDTHS))}, got {width}; write width: 32")
        super().__init__(width, KINDS)

    # --- slots -------------------------------------------------------------------------------------------------------

    def genome(self, name: str, *shape: int, half: bool = False) -> Slot:
        """Inherited values, fixed for life, nominally in [-1, 1]. half: keep all genes as float16."""
        return self.declare("genome", name, shape, half)

    def phenotype(self, name: str, *shape: int, half: bool = False) -> Slot:
        """Values that `develop` writes at birth and `step` reads. half: keep them as float16, rounded when stored."""
        return self.declare("phenotype", name, shape, half)

    def state(self, name: str, *shape: int, half: bool = False) -> Slot:
        """Values kept from step to step, zero at birth. half: keep them as float16, rounded when stored."""
        return self.declare("state", name, shape, half)

    def input(self, name: str, *shape: int) -> Slot:
        """Observations, written by the world before each step."""
        return self.declare("input", name, shape)

    def output(self, name: str, *shape: int) -> Slot:
        """Actions, read by the world after each step."""
        return self.declare("output", name, shape)

    # --- words -------------------------------------------------------------------------------------------------------

    @abstractmethod
    def load(self, slot: Slot, row: Row = 0, at: int = 0) -> Value:
        """A row of a slot on lanes at..at+length-1, zero elsewhere. A value as row: floor of its lane 0, clamped."""

    @abstractmethod
    def store(self, slot: Slot, value: Value, row: Row = 0, at: int = 0, when: Value | None = None) -> None:
        """Keeps lanes at..at+length-1 as a row of the slot. With `when`, does nothing unless its lane 0 is > 0."""

    @abstractmethod
    def const(self, numbers: float | Sequence[float] | np.ndarray) -> Value:
        """Returns one number on all lanes, or [n] numbers."""

    @abstractmethod
    def binary(self, word: str, a: Value, b: Value) -> Value:
        """add, sub, mul, div: called by the operators of `Value`."""

    @abstractmethod
    def unary(self, word: str, x: Value) -> Value:
        """negate and abs (the sign bit alone), sqrt, floor, exp2i: called by `Value` and by the named words below."""

    @abstractmethod
    def select(self, x: Scalar, y: Scalar, a: Scalar, b: Scalar) -> Value:
        """a where x >= y, else b (so b where x or y is NaN)."""

    @abstractmethod
    def blend(self, mask: Sequence[bool] | np.ndarray, a: Scalar, b: Scalar) -> Value:
        """a on the lanes of a constant mask [n], b on the others; nothing is multiplied, so NaN and -0 pass."""

    @abstractmethod
    def flip(self, x: Value, seed: int) -> Value:
        """D x: sign bits changed by the fixed pattern `sign_patterns.pattern(seed, n)`."""

    @abstractmethod
    def wht(self, x: Value, block: int | None = None) -> Value:
        """Unscaled Walsh-Hadamard transform in natural order, of each `block` lanes: (a+b, a-b) at gap 1, 2, 4, ..."""

    def hash_signs(self, x: Value, seed: int) -> Value:
        """Signs of wht(flip(wht(flip(x, seed)), seed + 1)): +1 for at least 0 (also -0), else -1 (also NaN)."""
        return self.select(self.wht(self.flip(self.wht(self.flip(x, seed)), seed + 1)), 0.0, 1.0, -1.0)

    @abstractmethod
    def total(self, x: Value) -> Value:
        """The sum of all lanes on every lane: lower half + upper half, then of the halves, and so on."""

    @abstractmethod
    def permute(self, x: Value, table: Sequence[int] | np.ndarray) -> Value:
        """Lane i takes lane table[i], a constant table [n]."""

    @abstractmethod
    def lane(self, x: Value, index: int | Index) -> Value:
        """One lane on every lane; the index may be a loop's counter."""

    @abstractmethod
    def gather(self, x: Value, index: Value) -> Value:
        """Lane i takes lane floor(index_i), clamped to 0..n-1; NaN takes lane 0."""

    @abstractmethod
    def loop(self, count: int, body: Body, carries: Sequence[Value]) -> list[Value]:
        """carries = body(j, carries) for j = 0..count-1; returns the last carries."""

    @abstractmethod
    def draw(self, stream: int, counter: int | Index = 0, fixed: bool = False) -> Value:
        """Uniforms in [0, 1), multiples of 2^-24: word i%4 of Philox4x32-10, key (salt, stream), counter
        (i//4, counter, clock, 0). `salt` and `clock` are state values, whole numbers below 2^24; the brain advances
        the clock. fixed: both are 0, for all agents at all times, and no state is needed.
        """

    def note(self, name: str, *values: Value) -> None:  # noqa: B027  # most objects have no use for names
        """Names a value, or several as one long row, for `Recorder`; changes nothing."""

    def sqrt(self, x: Value) -> Value:
        """The correctly rounded square root."""
        return self.unary("sqrt", x)

    def floor(self, x: Value) -> Value:
        """The largest whole number not above x."""
        return self.unary("floor", x)

    def exp2i(self, k: Value) -> Value:
        """2^k for whole k, clamped to -126..127; NaN gives 2^-126."""
        return self.unary("exp2i", k)

    # --- for subclasses: arguments checked and completed -------------------------------------------------------------

    def value(self, x: Scalar) -> Value:
        """A value as it is, a number as a constant."""
        return x if isinstance(x, Value) else self.const(x)

    def lanes(self, numbers: float | Sequence[float] | np.ndarray) -> np.ndarray:
        """Constant lanes as an array [n]: one number on all of them, or n numbers.

        Raises:
            UserError: another number of numbers.
        """
        array = np.asarray(numbers)
        if array.shape not in ((), (self.width,)):
            raise UserError(
                f"constant lanes: expected 1 or {self.width} numbers, got shape {array.shape}; write {self.width}"
            )
        return np.broadcast_to(array, (self.width,))

    def place(self, slot: Slot, row: Row = 0, at: int = 0) -> Place:
        """The place of a row, after checking that row and lanes exist; rows known only at run time are not checked.

        Raises:
            UserError: the slot has no such row, or lanes are beyond the width.
        """
        first = 0 if isinstance(row, Index | Value) else row
        if not 0 <= first < slot.rows or not 0 <= at <= self.width - slot.length:
            limits = f"row 0..{slot.rows - 1}, at 0..{self.width - slot.length}"
            raise UserError(f"slot {slot.name}: expected {limits}, got row {first}, at {at}; correct the load or store")
        return Place(slot, row, at, (slot.first_half if slot.half else slot.start) + first * slot.length)
