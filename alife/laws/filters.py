"""Loops of the typed tree that do something only where conditions hold, as searches among neighbors do.

    for k in range(begin, end):
        square = x[k] * x[k] + y[k] * y[k]
        if square < nearest:
            nearest = square
            ...

What comes before the condition depends on k alone, and the condition on this and on a bound, which the loop only
tightens: what fails it at an earlier bound would fail it at a later one. So many k can be tried at once, and the rest
of the loop run, in order, for those that pass; there the condition is evaluated again. The result is the same.

A loop that only keeps the best k, or only adds to variables what depends on k, has no such rest: each lane keeps its
best until all k are done, and sums take the lanes in order. It may read the law's own row and rows that it finds by k.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from alife.laws import ir
from alife.laws.bounds import Shape
from alife.laws.filter_rules import Filter, Finder
from alife.laws.ir_walk import Statements, mentions, walk
from alife.laws.types import I32

Found = tuple[ir.For, Filter, ir.Statement]  # a loop, how it is divided, and the loop around it that keeps its best


def find_filters(function: ir.Function, shapes: Mapping[str, Shape] | None = None) -> list[Found]:
    """Returns the loops of a function that can be divided, each with the outermost loop in which it may keep its best.

    Args:
        function: a law, or one that it calls.
        shapes: of a law over rows, the lengths of its array parameters.
    """

    def inside(block: Statements, around: Statements) -> Iterator[Found]:
        for each in block:
            found = find_filter(each, function, shapes) if isinstance(each, ir.For) else None
            if isinstance(each, ir.For) and found is not None:
                yield each, found, next(loop for loop in (*around, each) if _may_keep(loop, each, found))
                continue
            loops = (*around, each) if isinstance(each, ir.For | ir.While) else around
            for inner in ("yes", "no", "body"):
                yield from inside(getattr(each, inner, ()), loops)

    return list(inside(function.body, ()))


def _may_keep(region: ir.Statement, loop: ir.For, found: Filter) -> bool:
    """True if nothing in a region but this loop touches what it keeps, and nothing leaves the function there."""
    if region is loop or found.best is None:
        return region is loop
    outer, inner = mentions((region,)), mentions((loop,))
    same = all(outer[name] == inner[name] for name, _ in found.best.kept)
    return same and not any(isinstance(each, ir.Return) for each in walk((region,)))


def find_filter(loop: ir.For, function: ir.Function, shapes: Mapping[str, Shape] | None = None) -> Filter | None:
    """Returns how a loop of a function can be divided, or None; see `find_filters`."""
    ends = isinstance(loop.start, ir.Const) and isinstance(loop.stop, ir.Const)
    if ends or loop.step != 1 or loop.start.type is not I32:
        return None
    whole = Finder(loop, function, shapes, gathers=True).find()
    return whole or Finder(loop, function, shapes).find()
