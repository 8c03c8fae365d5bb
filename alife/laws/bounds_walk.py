"""The walk over a law's typed tree that proves its indices or has them checked: statements and calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from alife.laws import ir
from alife.laws.bounds import LOG, LOG_TYPE, Known
from alife.laws.bounds_values import Values
from alife.laws.intervals import Range, of_type
from alife.laws.types import Array, RowKind, Scalar


def checked(function: ir.Function, rows: RowKind, table: str, known: Known) -> ir.Function:
    """Returns a law whose unproven indices are checked; `known.sites` lists them. The same law if there are none.

    Args:
        function: the law.
        rows: the meaning of its leading parameters.
        table: that of its rows; "" without one.
        known: what is known of it, with no sites yet.

    Raises:
        LawError: an index is outside wherever it is reached.
    """
    places: dict[str, Range] = {}
    ends = {"row": (f"rows of {table}", 0), "column": (rows.columns, 1)}
    for name, extent in zip(rows.place, ends.values(), strict=False):
        length = known.length(rows.columns, 1) if extent[1] else None
        places[name] = Range(0, (length or 2**31) - 1, frozenset({extent}))
    arrays = {name: name for name, kind in function.params if isinstance(kind, Array)}
    settings = {name for name, kind in function.params if name not in arrays and name not in (*places, "step")}
    return Walk(known, function, arrays, places, settings, 0).function_checked()


class Walk(Values):
    """One function, called with arguments of known ranges."""

    def __init__(
        self,
        known: Known,
        function: ir.Function,
        arrays: Mapping[str, str],
        ranges: Mapping[str, Range],
        settings: set[str],
        guarded: int,
    ) -> None:
        """Prepares the walk.

        Args:
            known: what is known of the law.
            function: the law, or one that it calls.
            arrays: array parameter -> the law's own parameter.
            ranges: of its other parameters, as far as known.
            settings: scalars that no step changes.
            guarded: above 0 where it depends on settings whether the function is called.
        """
        super().__init__(known, function, arrays)
        whole = {name: of_type(kind) for name, kind in function.params if isinstance(kind, Scalar)}
        self.ranges: dict[str, Range] = {**whole, **ranges}
        self.settings, self.guarded = set(settings), guarded
        self.returned: Range | None = None
        self.calls: list[ir.Function] = []
        self._set = Counter(_assigned(function.body))

    def function_checked(self) -> ir.Function:
        """Returns the function with checks and the log as its last parameter; the same function if it needs none."""
        before = len(self.known.sites)
        body = self._block(self.function.body)
        if len(self.known.sites) == before:
            return self.function
        params = (*self.function.params, (LOG, LOG_TYPE))
        writes = self.function.writes | {LOG}
        return replace(self.function, params=params, body=body, calls=tuple(self.calls), writes=writes)

    def call(self, node: ir.Invoke) -> tuple[ir.Invoke, Range]:
        """Walks a called function for this one call."""
        callee, passed = node.function, list(zip(node.function.params, node.args, strict=True))
        args: list[ir.Expr | str] = []
        ranges: dict[str, Range] = {}
        settings: set[str] = set()
        for (name, _), argument in passed:
            if isinstance(argument, str):
                args.append(argument)
                continue
            value, ranges[name] = self.value(argument)
            args.append(value)
            settings |= {name} if self.is_setting(argument) else set()
        arrays = {name: self.arrays[argument] for (name, _), argument in passed if isinstance(argument, str)}
        walk = Walk(self.known, callee, arrays, ranges, settings, self.guarded)
        done = walk.function_checked()
        if done not in self.calls:
            self.calls.append(done)
        found = of_type(node.type) if walk.returned is None else walk.returned
        return ir.Invoke(node.type, done, (*args, *((LOG,) if done is not callee else ()))), found

    def _block(self, statements: tuple[ir.Statement, ...]) -> tuple[ir.Statement, ...]:
        return tuple(getattr(self, "_s_" + type(each).__name__.lower())(each) for each in statements)

    def _branch(self, statements: tuple[ir.Statement, ...], depends: bool) -> tuple[ir.Statement, ...]:
        """Walks statements that run or not. depends: on settings alone, as then none of them may ever run."""
        self.guarded += depends
        out = self._block(statements)
        self.guarded -= depends
        return out

    def _s_assign(self, node: ir.Assign) -> ir.Statement:
        value, found = self.value(node.value)
        if self._set[node.name] == 1:
            self.ranges[node.name] = found
            self.settings |= {node.name} if self.is_setting(node.value) else set()
        return replace(node, value=value)

    def _s_unpack(self, node: ir.Unpack) -> ir.Statement:
        return replace(node, value=self.call(node.value)[0])

    def _s_store(self, node: ir.Store) -> ir.Statement:
        value, _ = self.value(node.value)
        return replace(node, value=value, index=self.index(node))

    def _s_add(self, node: ir.Add) -> ir.Statement:
        value, _ = self.value(node.value)
        return replace(node, value=value, index=self.index(node))

    def _s_if(self, node: ir.If) -> ir.Statement:
        condition, _ = self.value(node.condition)
        depends = self.is_setting(node.condition)
        yes, no = (self._branch(side, depends) for side in (node.yes, node.no))
        return ir.If(condition, yes, no)

    def _s_while(self, node: ir.While) -> ir.Statement:
        condition, _ = self.value(node.condition)
        return ir.While(condition, self._branch(node.body, self.is_setting(node.condition)))

    def _s_for(self, node: ir.For) -> ir.Statement:
        start, first = self.value(node.start)
        stop, end = self.value(node.stop)
        if node.step > 0:
            inside = Range(first.low, end.high - 1, end.below | end.up_to)
            runs = first.high < end.low
        else:
            inside = Range(end.low + 1, first.high, first.below, first.up_to)
            runs = first.low > end.high
        before = self.ranges.get(node.name)
        if node.name not in _assigned(node.body):
            self.ranges[node.name] = inside
        body = self._branch(node.body, not runs)
        if self._set[node.name] > 1:
            self.ranges[node.name] = before or of_type(node.start.type)
        return replace(node, start=start, stop=stop, body=body)

    def _s_break(self, node: ir.Break) -> ir.Statement:
        self.guarded += self.guarded > 0  # what follows may never run
        return node

    def _s_continue(self, node: ir.Continue) -> ir.Statement:
        self._s_break(ir.Break())
        return node

    def _s_return(self, node: ir.Return) -> ir.Statement:
        values = tuple(self.value(value) for value in node.values)
        self._s_break(ir.Break())
        if len(values) == 1:
            found = values[0][1]
            self.returned = found if self.returned is None else self.returned.joined(found)
        return ir.Return(tuple(value for value, _ in values))


def _assigned(statements: tuple[ir.Statement, ...]) -> list[str]:
    """Returns the names that statements set, once for each place."""
    names: list[str] = []
    for each in statements:
        if isinstance(each, ir.Assign | ir.For):
            names.append(each.name)
        elif isinstance(each, ir.Unpack):
            names += each.names
        for block in (getattr(each, "yes", ()), getattr(each, "no", ()), getattr(each, "body", ())):
            names += _assigned(block)
    return names
