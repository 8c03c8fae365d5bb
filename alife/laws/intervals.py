"""Ranges of whole numbers: what is known of a value of the language without running it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from alife.laws.types import Scalar

Extent = tuple[str, int]  # a length: an array, or a table for all of its arrays, and an axis


@dataclass(frozen=True)
class Range:
    """Numbers that a value may be: low..high, both included; empty if low > high, as in a loop that never runs.

    Attributes:
        below: lengths that it is less than.
        up_to: lengths that it does not exceed.
    """

    low: int
    high: int
    below: frozenset[Extent] = frozenset()
    up_to: frozenset[Extent] = frozenset()

    @property
    def is_empty(self) -> bool:
        """True if there is no such number."""
        return self.low > self.high

    def joined(self, other: Range) -> Range:
        """Returns what either may be."""
        most = (self.below | self.up_to) & (other.below | other.up_to)
        return Range(min(self.low, other.low), max(self.high, other.high), self.below & other.below, most)


def of_type(kind: Scalar) -> Range:
    """Returns all values of a type; those of floats are of no interest."""
    if not kind.is_integer:
        return Range(0, 1)
    low = -(1 << (kind.bits - 1)) if kind.is_signed else 0
    return Range(low, low + (1 << kind.bits) - 1)


def fitted(found: Range, kind: Scalar) -> Range:
    """Returns a range as values of a type, in which numbers that do not fit wrap around."""
    whole = of_type(kind)
    return found if whole.low <= found.low and found.high <= whole.high else whole


def minimum(a: Range, b: Range) -> Range:
    """Returns the range of the smaller of two."""
    return Range(min(a.low, b.low), min(a.high, b.high), a.below | b.below, a.up_to | b.up_to)


def maximum(a: Range, b: Range) -> Range:
    """Returns the range of the larger of two."""
    return replace(a.joined(b), low=max(a.low, b.low), high=max(a.high, b.high))


def binary(op: str, a: Range, b: Range, kind: Scalar) -> Range:
    """Returns the range of a whole-number operation of the language on values of one type."""
    if a.is_empty or b.is_empty:
        return Range(0, -1)
    return fitted(_OPERATIONS[op](a, b), kind) if op in _OPERATIONS else of_type(kind)


def _sum(a: Range, b: Range) -> Range:
    return _shifted(_shifted(Range(a.low + b.low, a.high + b.high), a, b), b, a)


def _shifted(found: Range, a: Range, by: Range) -> Range:
    """Adds the lengths of `a` that a number of `by` added to it leaves."""
    below = a.below if by.high <= 0 else frozenset[Extent]()
    below |= a.up_to if by.high < 0 else frozenset[Extent]()
    up_to = a.up_to if by.high <= 0 else a.below if by.high <= 1 else frozenset[Extent]()
    return replace(found, below=found.below | below, up_to=found.up_to | up_to)


def _difference(a: Range, b: Range) -> Range:
    return _shifted(Range(a.low - b.high, a.high - b.low), a, Range(-b.high, -b.low))


def _product(a: Range, b: Range) -> Range:
    ends = [x * y for x in (a.low, a.high) for y in (b.low, b.high)]
    return Range(min(ends), max(ends))


def _quotient(a: Range, b: Range) -> Range:
    if b.low < 1:
        return _UNKNOWN
    ends = [x // y for x in (a.low, a.high) for y in (b.low, b.high)]
    return Range(min(ends), max(ends), *((a.below, a.up_to) if a.low >= 0 else ()))


def _remainder(a: Range, b: Range) -> Range:
    if b.low < 1:
        return _UNKNOWN
    if a.low >= 0 and a.high < b.low:
        return a
    return Range(0, b.high - 1)


def _both_bits(a: Range, b: Range) -> Range:
    highs = [each.high for each in (a, b) if each.low >= 0]
    return Range(0, min(highs)) if highs else _UNKNOWN


_UNKNOWN = Range(-(1 << 64), 1 << 64)  # fits no type
_OPERATIONS = {
    "+": _sum,
    "-": _difference,
    "*": _product,
    "//": _quotient,
    "%": _remainder,
    "&": _both_bits,
}
