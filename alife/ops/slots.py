"""Slots: the named places where a brain keeps values, and the table that lays them out in the rows of an agent."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from alife.errors import UserError

HALF_NAN = 0x7FFF  # bits of the only NaN that float16 rows hold, which is the one that GPUs produce


@dataclass(frozen=True)
class Slot:
    """A named place in one of an agent's rows: `shape` = (..., length) values from column `start` on.

    half: its values lie there as float16: one a column in a row of genes, which are then all float16, elsewhere two a
    column.
    """

    kind: str
    name: str
    start: int
    shape: tuple[int, ...]
    half: bool = False

    @property
    def length(self) -> int:
        """The number of values that one load or store moves."""
        return self.shape[-1]

    @property
    def rows(self) -> int:
        """The number of rows of `length` values."""
        return math.prod(self.shape[:-1])

    @property
    def size(self) -> int:
        """The number of values in all."""
        return math.prod(self.shape)

    @property
    def columns(self) -> int:
        """The number of columns that it takes in the agent's row."""
        return (self.size + 1) // 2 if self.half and self.kind != "genome" else self.size

    @property
    def first_half(self) -> int:
        """The place of a half slot's first value, counted in float16 from the beginning of the agent's row."""
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


class SlotTable:
    """The slots of a brain, laid out in the order in which they are first mentioned.

    Args:
        width: n, the largest length of a slot.
        kinds: the kinds of slots; an agent has one row of each kind.

    Attributes:
        slots: {slot name: slot}.
        sizes: {kind: columns of a row}.
    """

    def __init__(self, width: int, kinds: Sequence[str]) -> None:
        self.width = width
        self.slots: dict[str, Slot] = {}
        self.sizes = dict.fromkeys(kinds, 0)

    def declare(self, kind: str, name: str, shape: tuple[int, ...], half: bool = False) -> Slot:
        """The slot of that name, laid out if it is new.

        Raises:
            UserError: the name has another kind or shape already, the shape is empty or its last axis longer than n,
                or genes are kept both as float16 and as float32.
        """
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
        """Takes the layout that another table found, as `develop` and `step` mention slots in different orders."""
        self.slots, self.sizes = dict(slots), dict(sizes)

    @property
    def half_genes(self) -> bool:
        """True if genes are float16."""
        return any(slot.half for slot in self.slots.values() if slot.kind == "genome")

    def _check_genes(self, slot: Slot) -> None:
        other = next((known for known in self.slots.values() if known.kind == "genome"), slot)
        if slot.kind == "genome" and other.half != slot.half:
            raise UserError(
                f"slot {slot.name}: expected all genes of one type, got float16 beside float32; write half={other.half}"
            )
