"""One step as a list of statements, each of which computes, loads, stores, draws or loops; as `Trace` writes it down.

A value is named once, "v12", and has n lanes, or one number where all lanes are equal; constants are named "c3". An
operand is such a name or a number, which stands for n equal lanes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from typing import NamedTuple

from alife.ops.slots import Index

Operand = str | float
OBSERVATIONS, STATE, ACTIONS = "observations", "state", "actions"  # arrays that are not constants


@dataclass(frozen=True)
class Place:
    """The target of a load or store: lanes at..at+length-1 are the values of an array from start + length * row on.

    Attributes:
        array: observations, state, actions, or the name of a constant.
        start, length, rows: of the slot in the array.
        row: a number, a loop's counter, or the name of a value, whose lane 0 is rounded down and clamped.
        at: the first lane.
    """

    array: str
    start: int
    length: int
    rows: int
    row: int | Index | str
    at: int


@dataclass(frozen=True)
class Compute:
    """A word of arithmetic: add, sub, mul, div, negate, abs, sqrt, floor, exp2i, select, wht, total, lane, permute,
    gather, or copy.

    Attributes:
        out: the name of the result.
        word: of `alife.ops.vocabulary`.
        inputs: operands; the second of permute is a constant of whole numbers.
        wide: False if the result is one number, the same on all lanes.
        block: lanes of a transform.
        index: the lane of `lane`.
    """

    out: str
    word: str
    inputs: tuple[Operand, ...]
    wide: bool = True
    block: int = 0
    index: int | Index = 0


@dataclass(frozen=True)
class Load:
    """n lanes from a place; the lanes beside it are 0."""

    out: str
    place: Place


@dataclass(frozen=True)
class Store:
    """Lanes of a value to a place, if `half` rounded to float16; with `when` only if its lane 0 is above 0."""

    place: Place
    value: Operand
    when: Operand | None
    half: bool


@dataclass(frozen=True)
class Draw:
    """n uniform numbers, see `Operations.draw`; salt and clock: operands, of which lane 0 counts."""

    out: str
    salt: Operand
    clock: Operand
    stream: int
    counter: int | Index


class Carry(NamedTuple):
    """A value of n lanes that a loop carries: the name in and after it, its value before, and at the end of a round.

    The end is this name itself or no carry of the same loop, so that carries can be assigned one after another.
    """

    name: str
    initial: Operand
    final: Operand


@dataclass(frozen=True)
class Loop:
    """Rounds of a body, with a counter 0..count-1."""

    counter: str
    count: int
    carries: tuple[Carry, ...]
    body: tuple[Statement, ...]


Statement = Compute | Load | Store | Draw | Loop


def read_names(statement: Statement) -> set[str]:
    """The names of values and constants that a statement reads; of a loop also those that its body makes."""
    if isinstance(statement, Loop):
        carried = {x for carry in statement.carries for x in (carry.initial, carry.final)}
        return _names(carried).union(*map(read_names, statement.body))
    if isinstance(statement, Compute):
        return _names(statement.inputs)
    if isinstance(statement, Draw):
        return _names((statement.salt, statement.clock))
    place = statement.place
    found = _names((place.array, place.row)) - {OBSERVATIONS, STATE, ACTIONS}
    return found | _names((statement.value, statement.when)) if isinstance(statement, Store) else found


def _names(operands: Iterable[object]) -> set[str]:
    return {one for one in operands if isinstance(one, str)}


def every(statements: Sequence[Statement]) -> Iterator[Statement]:
    """All statements, those of the bodies of loops after their loop."""
    for one in statements:
        yield one
        if isinstance(one, Loop):
            yield from every(one.body)


def narrow_names(statements: Sequence[Statement]) -> set[str]:
    """The names of values that are one number."""
    return {one.out for one in every(statements) if isinstance(one, Compute) and not one.wide}


def without_unused(statements: Sequence[Statement], wanted: Set[str] = frozenset()) -> tuple[Statement, ...]:
    """The statements that stores, or the values named in `wanted`, depend on."""
    kept: list[Statement] = []
    needed = set(wanted)
    for one in reversed(statements):
        if isinstance(one, Loop):
            one = _needed_part(one, needed)
            used = bool(one.body or one.carries)
        else:
            used = isinstance(one, Store) or one.out in needed
        if used:
            kept.append(one)
            needed |= read_names(one)
    return tuple(reversed(kept))


def _needed_part(loop: Loop, needed: Set[str]) -> Loop:
    """A loop without the carries that neither it nor what follows needs, and without what only those need."""
    names = {carry.name for carry in loop.carries} & needed
    while True:
        carries = tuple(carry for carry in loop.carries if carry.name in names)
        ends = _names(carry.final for carry in carries)
        body = without_unused(loop.body, ends)
        read = ends.union(*map(read_names, body)) & {carry.name for carry in loop.carries}
        if read <= names:
            return replace(loop, carries=carries, body=body)
        names |= read
