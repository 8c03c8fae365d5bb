"""The order in which a law visits the living agents: that of their slots, or that of their places in the world.

Agents that are close in the world are far from each other in memory: slots come by birth. A law that looks around an
agent, at its neighbors or at the cells of the ground, goes through the agents bin by bin, as the cell lists have them:
then most of what one of them looks at was read for the one before, and is still in the cache. The columns of its own
row are then not read in turn, so the kernel asks for those of an agent some visits ahead. Which order it is changes no
result, as a law writes its own row only.

The cell lists hold the living from where a program fills them to where it lists the living anew.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from alife.backends.abi import Params
from alife.backends.binding import Typed, translated
from alife.backends.cpu.lane_rules import nodes
from alife.backends.cpu.lanes import LANES
from alife.laws import ir
from alife.laws.bounds import Shape
from alife.laws.fields import ALIGNMENT
from alife.laws.ir_walk import Statements, mentions
from alife.laws.types import Array

LIST, STARTS, GROUND = "bin_slots", "bin_start", "bins"  # the fields of the cell lists; the table of the ground
LIVING = "living"
AHEAD = LANES  # agents between a visit and the one whose row is asked for
MOST = 4  # cache lines of a row of one column; more are left to the processor


def by_place(laws: Sequence[Typed]) -> tuple[bool, ...]:
    """Returns, for each law of a program, True if it visits agents in the order of the field `bin_slots`."""
    found, filled = [], False
    for each in laws:
        law, writes = each[0], _writes(each)
        found.append(filled and law.rows == LIVING and law.number < 0 and len(law.kind.place) == 1 and _around(each))
        filled = (filled or LIST in writes) and LIVING not in writes
    return tuple(found)


def _writes(each: Typed) -> set[str]:
    bound = dict(zip(each[0].parameters, each[0].arguments, strict=True))
    return {bound[name] for name in translated(each).writes}


def _around(each: Typed) -> bool:
    """True if a law walks the cell lists for every agent, or looks at several cells of the ground."""
    law, function, tables = each[0], translated(each), dict(each[2] or ())
    starts = {name for name, bound in zip(law.parameters, law.arguments, strict=True) if bound == STARTS}
    ground = {name for name, table in tables.items() if table == GROUND} & function.nonlocal_reads
    always = tuple(_always(function.body))
    loops = tuple(part for part in always if isinstance(part, ir.For))
    return bool(starts & mentions(always).keys() or ground & mentions(loops).keys())


def _always(statements: Statements) -> Iterator[ir.Statement]:
    """Yields the statements that no condition leaves out."""
    return (each for each in statements if not isinstance(each, ir.If))


def own_lines(function: ir.Function, shapes: Mapping[str, Shape]) -> dict[str, int]:
    """Returns the cache lines of a row of each array of which a law touches its own row.

    shapes: lengths of its arrays.
    """
    found = {}
    for name in sorted(_own(function, function.params[0][0])):
        kind = dict(function.params)[name]
        assert isinstance(kind, Array)
        bits = kind.element.bits * math.prod(length or 1 for length in shapes[name][1:])
        found[name] = -(-bits // (8 * ALIGNMENT))
    return {name: lines for name, lines in found.items() if lines <= MOST}


def _own(function: ir.Function, row: str) -> set[str]:
    """Returns the arrays of which a function touches the row that a variable numbers."""
    found: set[str] = set()
    for node in nodes(function.body):
        if isinstance(node, ir.Element | ir.Store) and _is(node.index[0], row):
            found.add(node.array)
        elif isinstance(node, ir.Invoke):
            passed = list(zip((name for name, _ in node.function.params), node.args, strict=True))
            inner = {each for name, value in passed if _is(value, row) for each in _own(node.function, name)}
            found |= {str(value) for name, value in passed if name in inner}
    return found


def _is(value: object, name: str) -> bool:
    return isinstance(value, ir.Local) and value.name == name


def prefetches(params: Params, lines: Mapping[str, int], writes: frozenset[str], lanes: int) -> list[str]:
    """Prints prefetches of the rows of later entries of a kernel's list, as many as the law takes at once.

    Args:
        params: of the kernel.
        lines: name of an array -> the cache lines of a row of it.
        writes: names of arrays that the law writes.
        lanes: rows that it takes at once.
    """
    kinds = dict(params)
    text = ["  %last.k = sub i64 %hi, 1"]
    for lane in range(lanes):
        later = f"%ahead{lane}"
        text += [
            f"  {later}.on = add i64 %row.k, {AHEAD + lane}",
            f"  {later}.k = call i64 @llvm.umin.i64(i64 {later}.on, i64 %last.k)",
            f"  {later}.at = getelementptr i32, ptr %list, i64 {later}.k",
            f"  {later}.slot = load i32, ptr {later}.at",
            f"  {later}.row = zext i32 {later}.slot to i64",
        ]
        for name, count in lines.items():
            kind = kinds[name]
            assert isinstance(kind, Array)
            step = f"%p.{name}.s0" if kind.ndim > 1 else "1"
            text += [
                f"  {later}.{name}.first = mul i64 {later}.row, {step}",
                f"  {later}.{name} = getelementptr {kind.element.llvm}, ptr %p.{name}, i64 {later}.{name}.first",
            ]
            for line in range(count):
                at, write = f"{later}.{name}.{line}", int(name in writes)
                text += [
                    f"  {at} = getelementptr i8, ptr {later}.{name}, i64 {line * ALIGNMENT}",
                    f"  call void @llvm.prefetch.p0(ptr {at}, i32 {write}, i32 3, i32 1)",
                ]
    return text
