"""Which laws, and which loops of a law, are printed for several rows or indices at once, and pay there.

Rows of a law never meet: each writes its own row and reads of others only what no row writes. So rows may take turns
statement by statement as well as one after another. The same holds for a loop each of whose turns writes element k of
its arrays alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from functools import lru_cache

from alife.laws import ir
from alife.laws.ir_walk import Statements, set_before, sets, walk
from alife.laws.types import F16, I32, Array, Scalar

PAYS = 6  # operations for each element read or written; what mostly waits for memory gains nothing from lanes
DIVISION = 6  # operations that a division of 32 bit integers counts for, which lanes do as floats
_VARIES = 4  # turns that a loop of unknown length is taken to make
_NAMES: dict[type, tuple[str, ...] | None] = {}  # type of a node -> names of what it holds
_STATEMENTS = ir.Assign | ir.Unpack | ir.Store | ir.If | ir.For | ir.Return


@dataclass(frozen=True)
class Work:
    """Counts of what statements do for one row. accesses: elements read and written."""

    operations: int = 0
    accesses: int = 0

    def __add__(self, other: Work) -> Work:
        return Work(self.operations + other.operations, self.accesses + other.accesses)

    def times(self, count: int) -> Work:
        """Returns the work of several turns."""
        return Work(self.operations * count, self.accesses * count)

    @property
    def pays(self) -> bool:
        """True if it is mostly arithmetic."""
        return self.operations >= PAYS * self.accesses


def work(node: object) -> Work:
    """Returns the work of statements or of an expression, all branches taken together."""
    if isinstance(node, tuple):
        return sum(map(work, node), Work())
    inner = sum((work(getattr(node, name)) for name in _parts(node) or ()), Work())
    match node:
        case ir.For():
            return inner.times(_turns(node))
        case ir.Invoke(function=function):
            return inner + _body(function)
        case ir.Element() | ir.Store():
            return inner + Work(accesses=1)
        case ir.Binary(op="//" | "%", type=kind) if kind is I32:
            return inner + Work(operations=DIVISION)
        case ir.Binary() | ir.Compare() | ir.Unary() | ir.Choose() | ir.Logic() | ir.Cast() | ir.Word():
            return inner + Work(operations=1)
    return inner


@lru_cache(maxsize=1024)
def _body(function: ir.Function) -> Work:
    return work(function.body)


def _turns(loop: ir.For) -> int:
    if isinstance(loop.start, ir.Const) and isinstance(loop.stop, ir.Const):
        return len(range(int(loop.start.value), int(loop.stop.value), loop.step))
    return _VARIES


def returns_early(function: ir.Function) -> bool:
    """True if a function has a return that is not its last statement."""
    return any(isinstance(each, ir.Return) for part in function.body[:-1] for each in walk((part,))) or (
        bool(function.body)
        and not isinstance(function.body[-1], ir.Return)
        and any(isinstance(each, ir.Return) for each in walk((function.body[-1],)))
    )


def rows_fit(function: ir.Function) -> bool:
    """True if a law over rows, each of which writes its own only, can be printed for several rows, and pays there."""
    return _fits(function) and _body(function).pays


def loop_fits(loop: ir.For, function: ir.Function, lanes: int) -> bool:
    """True if a loop of a function can be printed for several indices at once, and pays there."""
    start, stop = loop.start, loop.stop
    if not (isinstance(start, ir.Const) and isinstance(stop, ir.Const) and loop.step == 1 and start.type is I32):
        return False
    before = set_before(function.body, loop) or set()
    own = {name for each in walk(loop.body) for name in sets(each)}
    whole = (int(stop.value) - int(start.value)) % lanes == 0 and int(stop.value) > int(start.value)
    apart = loop.name not in own | before and not own & before
    return whole and apart and _may_take_turns(loop, function) and work(loop.body).pays


def own_rows(loop: ir.For, row: str) -> dict[str, tuple[ir.Expr, ...]]:
    """Returns the arrays of which a loop's turn k touches element k of a row, and the index [row, k].

    row: the variable that numbers the row.
    """
    touched = (each for each in nodes(loop.body) if isinstance(each, ir.Element | ir.Store))
    places = {each.array: each.index for each in touched if [_name(part) for part in each.index] == [row, loop.name]}
    return dict(sorted(places.items()))


def _name(node: ir.Expr) -> str:
    return node.name if isinstance(node, ir.Local) else ""


def _may_take_turns(loop: ir.For, function: ir.Function) -> bool:
    """True if no turn of a loop touches what another one writes."""
    stores = [each for each in walk(loop.body) if isinstance(each, ir.Store)]
    written, places = {each.array for each in stores}, {each.index for each in stores}
    others = {name for each in walk(loop.body) for name in sets(each)} | {loop.name}
    if len(places) > 1 or not stores or not _statements_fit(loop.body, function):
        return False
    place = places.pop()
    *rows, last = place
    same = all(isinstance(each, ir.Const) or (isinstance(each, ir.Local) and each.name not in others) for each in rows)
    inside = list(nodes(loop.body))
    passed = {name for each in inside if isinstance(each, ir.Invoke) for name in each.args if isinstance(name, str)}
    return (
        same
        and isinstance(last, ir.Local)
        and last.name == loop.name
        and all(each.index == place for each in inside if isinstance(each, ir.Element) and each.array in written)
        and not written & passed
        and not any(isinstance(each, ir.Return) for each in walk(loop.body))
    )


@lru_cache(maxsize=1024)
def _fits(function: ir.Function) -> bool:
    return _statements_fit(function.body, function) and all(map(_fits, function.calls))


def _statements_fit(statements: Statements, function: ir.Function) -> bool:
    halves = {name for name, kind in function.params if isinstance(kind, Array) and kind.element is F16}
    for each in walk(statements):
        if not isinstance(each, _STATEMENTS) or (isinstance(each, ir.For) and not _counts_alone(each, function)):
            return False
    return all(_value_fits(each, halves) for each in nodes(statements))


def _counts_alone(loop: ir.For, function: ir.Function) -> bool:
    """True if nothing but a loop sets its variable."""
    inside = {name for each in walk(loop.body) for name in sets(each)}
    return loop.name not in inside | (set_before(function.body, loop) or set())


def _value_fits(node: object, halves: set[str]) -> bool:
    if isinstance(node, ir.Checked):
        return False
    if isinstance(node, ir.Element | ir.Store):
        return node.array not in halves
    return not isinstance(node, ir.Invoke) or _fits(node.function)


def nodes(node: object) -> Iterator[object]:
    """Yields the nodes of statements and expressions, functions that they call aside."""
    if isinstance(node, tuple):
        for each in node:
            yield from nodes(each)
    elif (parts := _parts(node)) is not None:
        yield node
        for name in parts:
            yield from nodes(getattr(node, name))


def _parts(node: object) -> tuple[str, ...] | None:
    """Returns the names of what a node holds; None for what is no statement or expression."""
    kind = type(node)
    if kind not in _NAMES:
        _NAMES[kind] = None
        if is_dataclass(node) and not isinstance(node, (ir.Function, Scalar, Array)):
            _NAMES[kind] = tuple(part.name for part in fields(node))
    return _NAMES[kind]
