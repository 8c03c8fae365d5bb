"""The words a brain is written in.

A brain is one function ``step(o)`` of an operations object. The same function is run by several objects, and each
gives the words another meaning: `Layout` finds the slots, `Reference` computes with NumPy (the definition), `Recorder`
also keeps what was named, `Count` counts, `Simd` writes LLVM IR, `Cuda` CUDA C. A value is one agent's vector of n
float32 lanes.

Arithmetic is IEEE float32, one rounding a word, in the order written: no contraction, no reassociation, no flush to
zero. So every object that computes gives the same bits. Words that follow from these are in `derived`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from alife.errors import UserError
from alife.ops.values import Index, Row, Scalar, Slot, Value

KINDS = ("genome", "phenotype", "state", "input", "output")
WIDTHS = (16, 32, 64, 128, 256)
Body = Callable[[Any, list[Value]], Sequence[Value]]


class Place(NamedTuple):
    """What a load or store reaches: a row of a slot, on lanes at..at+length.

    column: of the row's first value, of row 0 unless `row` is an int; of a half slot counted in float16.
    """

    slot: Slot
    row: Row
    at: int
    column: int

    @property
    def origin(self) -> int:
        """The column where lane 0 would lie; below 0 if the row begins left of lane `at`."""
        return self.column - self.at


class Operations(ABC):
    """The closed set of words. A subclass gives each its meaning; see `Reference` for what the meaning is."""

    def __init__(self, width: int) -> None:
        if width not in WIDTHS:
            raise UserError(f"width: expected one of {', '.join(map(str, WIDTHS))}, got {width}; write width: 32")
        self.width = width
        self.slots: dict[str, Slot] = {}
        self.sizes = dict.fromkeys(KINDS, 0)

    # --- slots: the first mention of a name makes the place, later ones find it -------------------------------------

    def genome(self, name: str, *shape: int, half: bool = False) -> Slot:
        """Inherited values, fixed for life, nominally in [-1, 1]. half: kept as float16, which then all genes are."""
        return self._slot("genome", name, shape, half)

    def phenotype(self, name: str, *shape: int, half: bool = False) -> Slot:
        """Values that `develop` writes at birth and `step` reads. half: kept as float16, rounded when stored."""
        return self._slot("phenotype", name, shape, half)

    def state(self, name: str, *shape: int, half: bool = False) -> Slot:
        """Values kept from step to step; zero at birth. half: kept as float16, rounded when stored."""
        return self._slot("state", name, shape, half)

    def input(self, name: str, *shape: int) -> Slot:
        """What the world gives."""
        return self._slot("input", name, shape)

    def output(self, name: str, *shape: int) -> Slot:
        """What the world takes."""
        return self._slot("output", name, shape)

    def _slot(self, kind: str, name: str, shape: tuple[int, ...], half: bool = False) -> Slot:
        known = self.slots.get(name)
        slot = Slot(kind, name, known.start if known else self.sizes[kind], shape, half)
        if known not in (None, slot):
            raise UserError(f"slot {name}: expected {known}, got {slot}; write another name for the second slot")
        if min(shape, default=0) < 1 or slot.length > self.width:
            raise UserError(
                f"slot {name}: expected rows of 1 to {self.width} values, got shape {shape}; split the rows"
            )
        if known is None:
            self._check_genes(slot)
            self.slots[name] = slot
            self.sizes[kind] += slot.columns
        return slot

    def adopt(self, slots: Mapping[str, Slot], sizes: Mapping[str, int]) -> None:
        """Know places beforehand, as another object found them: `develop` and `step` mention them in other orders."""
        self.slots, self.sizes = dict(slots), dict(sizes)

    def _check_genes(self, slot: Slot) -> None:
        other = next((known for known in self.slots.values() if known.kind == "genome"), slot)
        if slot.kind == "genome" and other.half != slot.half:
            raise UserError(
                f"slot {slot.name}: expected all genes kept alike, got float16 beside float32; write half={other.half}"
            )

    @property
    def half_genes(self) -> bool:
        """Whether genes are float16."""
        return any(slot.half for slot in self.slots.values() if slot.kind == "genome")

    def place(self, slot: Slot, row: Row = 0, at: int = 0) -> Place:
        """The place of a row, after checking that the row and its lanes exist; rows known at run time are not checked.

        Raises:
            UserError: the slot has no such row, or lanes are beyond the width.
        """
        first = 0 if isinstance(row, Index | Value) else row
        if not 0 <= first < slot.rows or not 0 <= at <= self.width - slot.length:
            limits = f"row 0..{slot.rows - 1}, at 0..{self.width - slot.length}"
            raise UserError(f"slot {slot.name}: expected {limits}, got row {first}, at {at}; correct the load or store")
        return Place(slot, row, at, (slot.first_half if slot.half else slot.start) + first * slot.length)

    def lanes(self, numbers: float | Sequence[float] | np.ndarray) -> np.ndarray:
        """Constant lanes as an array [n]: one number on all of them, or n numbers."""
        array = np.asarray(numbers)
        if array.shape not in ((), (self.width,)):
            raise UserError(
                f"constant lanes: expected 1 or {self.width} numbers, got shape {array.shape}; write {self.width}"
            )
        return np.broadcast_to(array, (self.width,))

    # --- words -------------------------------------------------------------------------------------------------------

    @abstractmethod
    def load(self, slot: Slot, row: Row = 0, at: int = 0) -> Value:
        """A row of a slot on lanes at..at+length, zero elsewhere. A value as row: floor of its lane 0, clamped."""

    @abstractmethod
    def store(self, slot: Slot, value: Value, row: Row = 0, at: int = 0, when: Value | None = None) -> None:
        """Keep lanes at..at+length as a row of the slot. With `when`, nothing moves unless its lane 0 is > 0."""

    @abstractmethod
    def const(self, numbers: float | Sequence[float] | np.ndarray) -> Value:
        """One number on all lanes, or n numbers."""

    @abstractmethod
    def binary(self, word: str, a: Value, b: Value) -> Value:
        """add, sub, mul, div: what the operators of `Value` call."""

    @abstractmethod
    def unary(self, word: str, x: Value) -> Value:
        """negate and abs (the sign bit alone), sqrt, floor, exp2i; the named words below call it."""

    @abstractmethod
    def select(self, x: Scalar, y: Scalar, a: Scalar, b: Scalar) -> Value:
        """a where x >= y, else b (so b where x or y is NaN)."""

    @abstractmethod
    def blend(self, mask: Sequence[bool] | np.ndarray, a: Scalar, b: Scalar) -> Value:
        """a on the lanes of a constant mask [n], b on the others; nothing is multiplied, so NaN and -0 pass."""

    @abstractmethod
    def flip(self, x: Value, seed: int) -> Value:
        """D x: sign bits changed by the fixed pattern `signs.pattern(seed, n)`."""

    @abstractmethod
    def wht(self, x: Value, block: int | None = None) -> Value:
        """Unscaled Walsh-Hadamard transform in natural order, of each `block` lanes: (a+b, a-b) at gap 1, 2, 4, ..."""

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
        the clock. fixed: both are 0, for all agents and for ever, and no state is needed.
        """

    def note(self, name: str, *values: Value) -> None:  # noqa: B027  # most objects have no use for names
        """Name a value, or several as one long row, for whoever looks on; changes nothing."""

    def value(self, x: Scalar) -> Value:
        """Numbers become constants."""
        return x if isinstance(x, Value) else self.const(x)

    def sqrt(self, x: Value) -> Value:
        """The correctly rounded square root."""
        return self.unary("sqrt", x)

    def floor(self, x: Value) -> Value:
        """The largest whole number not above x."""
        return self.unary("floor", x)

    def exp2i(self, k: Value) -> Value:
        """2^k for whole k, clamped to -126..127; NaN gives 2^-126."""
        return self.unary("exp2i", k)
