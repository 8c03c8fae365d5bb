"""Loops of `laws.filters` as LLVM IR text: conditions for several indices at once, the rest for each that passes."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from functools import cached_property

from alife.backends.cpu.law_expressions import ORDERED, ValuePrinter
from alife.backends.cpu.law_lanes import LANE, LANES, MASK, LanePrinter, vector, worst
from alife.backends.cpu.literals import splat
from alife.laws import ir
from alife.laws.bounds import Shape
from alife.laws.filters import Best, Filter, find_filters
from alife.laws.types import F32, I32, Scalar


class FilterPrinter(ValuePrinter):
    """Prints the loops of one function that try many indices at once; a base of `FunctionPrinter`."""

    shapes: Mapping[str, Shape] | None = None  # of a law over rows, the lengths of its arrays

    @abstractmethod
    def _statement(self, statement: ir.Statement) -> None:
        """Prints a statement."""

    @abstractmethod
    def _block(self, statements: tuple[ir.Statement, ...]) -> None:
        """Prints statements."""

    @cached_property
    def _filters(self) -> list[tuple[ir.For, Filter, ir.Statement]]:
        return find_filters(self.function, self.shapes)

    def _search(self, statement: ir.Statement) -> bool:
        """Prints a loop that tries many indices at once, and what goes before and after it; False if it is none."""
        inside = [(loop, found.best) for loop, found, region in self._filters if region is statement and found.best]
        mine = [found for loop, found, _ in self._filters if loop is statement]
        if not inside and not mine:
            return False
        for loop, best in inside:
            self._begin_best(best, f"{loop.name}.")
        if mine and isinstance(statement, ir.For):
            self._filtered(statement, mine[0])
        else:
            self._statement(statement)
        for loop, best in inside:
            self._end_best(best, f"{loop.name}.")
        return True

    def _filtered(self, loop: ir.For, found: Filter) -> None:
        """Prints a loop: `many` tries several indices from `first` on, `one` takes the next that passed."""
        many, one, taken, after, end = self._labels("many", "one", "taken", "after", "end")
        first, left = f"%first.{many}", f"%left.{many}"
        self._slot(first, I32)
        self._slot(left, I32)
        start, stop = self.value(loop.start), self.value(loop.stop)
        self._line(f"store i32 {start}, ptr {first}")
        self._line(f"br i1 {self.new(f'icmp slt i32 {start}, {stop}')}, label %{many}, label %{end}")
        self._label(many)
        now = self.new(f"load i32, ptr {first}")
        remaining = self.new(f"sub i32 {stop}, {now}")
        kept = self._try(loop, found, now, remaining, f"{many}.")
        self._line(f"store i32 {kept}, ptr {left}")
        self._jump(one)
        self._label(one)
        bits = self.new(f"load i32, ptr {left}")
        self._line(f"br i1 {self.new(f'icmp eq i32 {bits}, 0')}, label %{after}, label %{taken}")
        self._label(taken)
        lane = self.new(f"call i32 @llvm.cttz.i32(i32 {bits}, i1 true)")
        lower = self.new(f"sub i32 {bits}, 1")
        self._line(f"store i32 {self.new(f'and i32 {bits}, {lower}')}, ptr {left}")
        self._line(f"store i32 {self.new(f'add i32 {now}, {lane}')}, ptr %v.{loop.name}")
        for name, value in found.variables.items():
            element = self.new(f"getelementptr {self._type(value)}, ptr %{many}.{name}, i32 {lane}")
            self._line(
                f"store {self._type(value)} {self.new(f'load {self._type(value)}, ptr {element}')}, ptr %v.{name}"
            )
        self.loops.append((one, end))
        self._block(found.rest)
        self.loops.pop()
        self._jump(one)
        self._label(after)
        self._line(f"store i32 {self.new(f'add i32 {now}, {LANES}')}, ptr {first}")
        self._line(f"br i1 {self.new(f'icmp ugt i32 {remaining}, {LANES}')}, label %{many}, label %{end}")
        self._label(end)

    def _try(self, loop: ir.For, found: Filter, now: str, remaining: str, prefix: str) -> str:
        """Prints the conditions of indices from `now` on; returns the bits of those that pass."""
        self._line(f"store i32 {now}, ptr %v.{loop.name}")
        lanes = LanePrinter(self, {})
        place = self.new(f"add {vector(I32)} {lanes.spread(I32, now)}, {LANE}")
        mask = self.new(f"icmp ult {vector(I32)} {LANE}, {lanes.spread(I32, remaining)}")
        lanes.values[loop.name] = place
        for each in found.steps:
            if isinstance(each, ir.Assign):
                value = lanes.values[each.name] = lanes.value(each.value, mask)
                self._keep(each, value, prefix)
            else:
                mask = self.new(f"and {MASK} {mask}, {lanes.value(each, mask)}")
        if found.best is not None:
            self._keep_best(found.best, f"{loop.name}.", lanes, mask)
            return "0"
        if found.bound is not None:
            mask = self.new(f"and {MASK} {mask}, {lanes.value(found.bound, mask)}")
        return self.new(f"zext i{LANES} {self.new(f'bitcast {MASK} {mask} to i{LANES}')} to i32")

    def _keep(self, node: ir.Assign, value: str, prefix: str) -> None:
        """Puts a vector where the rest of the loop reads its lanes."""
        kind = self._type(node.value)
        self.slots.append(f"  %{prefix}{node.name} = alloca {vector(kind)}, align 64")
        self._line(f"store {vector(kind)} {value}, ptr %{prefix}{node.name}, align 64")

    def _begin_best(self, best: Best, name: str) -> None:
        """Prints what begins a search: in each lane of each group, nothing kept yet."""
        self._slot(f"%{name}turn", I32)
        self._line(f"store i32 0, ptr %{name}turn")
        for group in range(best.count):
            for place, kind in self._kept(best, name, group):
                self.slots.append(f"  {place} = alloca {vector(kind)}, align 64")
                value = worst(best.op) if place.endswith("value") else "zeroinitializer"
                self._line(f"store {vector(kind)} {value}, ptr {place}, align 64")

    @staticmethod
    def _kept(best: Best, name: str, group: int) -> list[tuple[str, Scalar]]:
        """Returns the vectors of a group: the values compared, their turns, what else is kept of them."""
        others = [(f"%{name}{group}.{each.array}", each.type.element) for each in best.stores[1:]]
        return [(f"%{name}{group}.value", F32), (f"%{name}{group}.turn", I32), *others]

    def _keep_best(self, best: Best, name: str, lanes: LanePrinter, mask: str) -> None:
        """Prints, for each group, the lanes that are better than what was kept there before."""
        values = [lanes.value(each.value, mask) for each in best.stores]
        turn = self.new(f"load i32, ptr %{name}turn")
        self._line(f"store i32 {self.new(f'add i32 {turn}, {LANES}')}, ptr %{name}turn")
        turns = self.new(f"add {vector(I32)} {lanes.spread(I32, turn)}, {LANE}")
        for group in range(best.count):
            places = self._kept(best, name, group)
            before = [self.new(f"load {vector(kind)}, ptr {place}, align 64") for place, kind in places]
            here = lanes.compare("==", I32, lanes.values[best.group], splat("i32", str(group)))
            better = lanes.compare(best.op, F32, values[0], before[0])
            chosen = self.new(f"and {MASK} {self.new(f'and {MASK} {here}, {mask}')}, {better}")
            new = [values[0], turns, *values[1:]]
            for value, was, (place, kind) in zip(new, before, places, strict=True):
                kept = self.new(f"select {MASK} {chosen}, {vector(kind)} {value}, {vector(kind)} {was}")
                self._line(f"store {vector(kind)} {kept}, ptr {place}, align 64")

    def _end_best(self, best: Best, name: str) -> None:
        """Prints, for each group, the stores of what was kept, where it is better than what is there."""
        lanes = LanePrinter(self, {})
        for group in range(best.count):
            found = [self.new(f"load {vector(kind)}, ptr {at}, align 64") for at, kind in self._kept(best, name, group)]
            lane = lanes.first_best(best.op, found[0], found[1])
            index = (best.stores[0].index[0], ir.Const(I32, group))
            better = ""
            for each, value in zip(best.stores, (found[0], *found[2:]), strict=True):
                kind, place = each.type.element, self.address(each.array, index)
                was = self.new(f"load {kind.llvm}, ptr {place}")
                new = self.new(f"extractelement {vector(kind)} {value}, i32 {lane}")
                better = better or self.new(f"fcmp {ORDERED[best.op]} float {new}, {was}")
                kept = self.new(f"select i1 {better}, {kind.llvm} {new}, {kind.llvm} {was}")
                self._line(f"store {kind.llvm} {kept}, ptr {place}")
