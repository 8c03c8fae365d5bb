"""Loops of `laws.filters` as LLVM IR text: conditions for several indices at once, the rest for each that passes."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping

from alife.backends.cpu.lane_statements import LaneStatements
from alife.backends.cpu.lane_values import LanePrinter
from alife.backends.cpu.lanes import LANE, LANES, MASK, vector
from alife.backends.cpu.law_arithmetic import suffix
from alife.backends.cpu.law_best import BestPrinter
from alife.backends.cpu.literals import float_literal, splat
from alife.cached import cached_property
from alife.laws import ir
from alife.laws.bounds import Shape
from alife.laws.filter_rules import Filter
from alife.laws.filters import Found, find_filters
from alife.laws.types import F32, I32


class FilterPrinter(BestPrinter):
    """Prints the loops of one function that try many indices at once; a base of `FunctionPrinter`."""

    shapes: Mapping[str, Shape] | None = None  # of a law over rows, the lengths of its arrays

    @abstractmethod
    def _statement(self, statement: ir.Statement) -> None:
        """Prints a statement."""

    @abstractmethod
    def _block(self, statements: tuple[ir.Statement, ...]) -> None:
        """Prints statements."""

    def _x_size(self, node: ir.Size) -> str:
        """Prints a length, that of a row as a number where it is known."""
        known = (self.shapes or {}).get(node.array) if node.axis else None
        length = known[node.axis] if known else None
        return super()._x_size(node) if length is None else str(length)

    @cached_property
    def _filters(self) -> list[Found]:
        return find_filters(self.function, self.shapes)

    def _search(self, statement: ir.Statement) -> bool:
        """Prints a loop that tries many indices at once, and what goes before and after it; False if it is none."""
        mine = [(place, found) for place, (loop, found, _) in enumerate(self._filters) if loop is statement]
        kept = [
            (f"best{place}.", found.best)
            for place, (_, found, region) in enumerate(self._filters)
            if region is statement and found.best
        ]
        if not mine and not kept:
            return False
        for name, best in kept:
            self._begin_best(best, name)
        if mine and isinstance(statement, ir.For):
            self._filtered(statement, mine[0][1], f"best{mine[0][0]}.")
        else:
            self._statement(statement)
        for name, best in kept:
            self._end_best(best, name)
        return True

    def _filtered(self, loop: ir.For, found: Filter, name: str) -> None:
        """Prints a loop: `many` tries several indices from `first` on, `one` takes the next that passed."""
        many, one, taken, after, end = self.labels("many", "one", "taken", "after", "end")
        first, left = f"%first.{many}", f"%left.{many}"
        self._slot(first, I32)
        self._slot(left, I32)
        start, stop = self.value(loop.start), self.value(loop.stop)
        self.line(f"store i32 {start}, ptr {first}")
        self.line(f"br i1 {self.new(f'icmp slt i32 {start}, {stop}')}, label %{many}, label %{end}")
        self.label(many)
        now = self.new(f"load i32, ptr {first}")
        remaining = self.new(f"sub i32 {stop}, {now}")
        lanes, mask = self._try(loop, found, now, remaining, f"{many}.")
        if found.best is not None:
            self._keep_best(found.best, name, lanes, mask)
        elif found.sums:
            self._add_up(found, lanes, mask)
        else:
            self.line(f"store i32 {lanes.bits(mask)}, ptr {left}")
            self.jump(one)
            self.label(one)
            bits = self.new(f"load i32, ptr {left}")
            self.line(f"br i1 {self.new(f'icmp eq i32 {bits}, 0')}, label %{after}, label %{taken}")
            self.label(taken)
            lower = self.new(f"sub i32 {bits}, 1")
            self.line(f"store i32 {self.new(f'and i32 {bits}, {lower}')}, ptr {left}")
            self._take(loop, found, now, self.new(f"call i32 @llvm.cttz.i32(i32 {bits}, i1 true)"), f"{many}.")
            self.loops.append((one, end))
            self._block(found.rest)
            self.loops.pop()
            self.jump(one)
            self.label(after)
        self.line(f"store i32 {self.new(f'add i32 {now}, {LANES}')}, ptr {first}")
        self.line(f"br i1 {self.new(f'icmp ugt i32 {remaining}, {LANES}')}, label %{many}, label %{end}")
        self.label(end)

    def _add_up(self, found: Filter, lanes: LanePrinter, mask: str) -> None:
        """Prints sums of the lanes of a mask, floats in the order of the lanes; -0.0 leaves every float as it is."""
        for name, value in found.sums:
            kind = value.type
            total = self.new(f"load {kind.llvm}, ptr %v.{name}")
            nothing = splat("float", float_literal(-0.0)) if kind is F32 else "zeroinitializer"
            terms = f"{vector(kind)} {lanes.value(value, mask)}, {vector(kind)} {nothing}"
            chosen = f"{vector(kind)} {self.new(f'select {MASK} {mask}, {terms}')}"
            if kind is F32:
                later = self.new(f"call float @llvm.vector.reduce.fadd.{suffix(F32, LANES)}(float {total}, {chosen})")
            else:
                part = self.new(f"call i32 @llvm.vector.reduce.add.{suffix(I32, LANES)}({chosen})")
                later = self.new(f"add i32 {total}, {part}")
            self.line(f"store {kind.llvm} {later}, ptr %v.{name}")

    def _take(self, loop: ir.For, found: Filter, now: str, lane: str, prefix: str) -> None:
        """Prints the variables of one lane."""
        self.line(f"store i32 {self.new(f'add i32 {now}, {lane}')}, ptr %v.{loop.name}")
        for name, value in found.variables.items():
            kind = self._type(value)
            element = self.new(f"getelementptr {kind}, ptr %{prefix}{name}, i32 {lane}")
            self.line(f"store {kind} {self.new(f'load {kind}, ptr {element}')}, ptr %v.{name}")

    def _try(self, loop: ir.For, found: Filter, now: str, remaining: str, prefix: str) -> tuple[LanePrinter, str]:
        """Prints the conditions of indices from `now` on; returns the values, and the mask of those that pass."""
        self.line(f"store i32 {now}, ptr %v.{loop.name}")
        lanes = LaneStatements(self, runs={loop.name: now})
        lanes.values[loop.name] = self.new(f"add {vector(I32)} {lanes.spread(I32, now)}, {LANE}")
        mask = self.new(f"icmp ult {vector(I32)} {LANE}, {lanes.spread(I32, remaining)}")
        for each in found.steps:
            if isinstance(each, ir.Assign):
                lanes.values[each.name] = lanes.value(each.value, mask)
            else:
                mask = self.new(f"and {MASK} {mask}, {lanes.value(each, mask)}")
        if found.best is not None or found.sums:
            return lanes, mask
        for name, value in found.variables.items():
            self.slots.append(f"  %{prefix}{name} = alloca {vector(self._type(value))}, align 64")
            self.line(f"store {vector(self._type(value))} {lanes.values[name]}, ptr %{prefix}{name}, align 64")
        if found.bound is not None:
            mask = self.new(f"and {MASK} {mask}, {lanes.value(found.bound, mask)}")
        return lanes, mask
