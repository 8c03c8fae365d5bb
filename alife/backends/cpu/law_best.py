"""The best of each of a few groups, in lanes: what a loop of `laws.filters` keeps, as LLVM IR text."""

from __future__ import annotations

from alife.backends.cpu.lane_statements import LaneStatements
from alife.backends.cpu.lane_values import LanePrinter
from alife.backends.cpu.lanes import LANE, LANES, MASK, vector, worst
from alife.backends.cpu.law_arithmetic import ORDERED
from alife.backends.cpu.law_expressions import ValuePrinter
from alife.backends.cpu.literals import splat
from alife.laws import ir
from alife.laws.filter_rules import Best
from alife.laws.types import F32, I32, Scalar


class BestPrinter(ValuePrinter):
    """Prints searches of one function: each lane keeps the best of each group, and the best lane is stored at the end.

    The turn of each is kept with it, so that of equal ones the one met first wins.
    """

    def _begin_best(self, best: Best, name: str) -> None:
        """Prints what begins a search: in each lane of each group, nothing kept yet."""
        self._slot(f"%{name}turn", I32)
        self.line(f"store i32 0, ptr %{name}turn")
        for group in range(best.count):
            for place, kind in self._kept(best, name, group):
                self.slots.append(f"  {place} = alloca {vector(kind)}, align 64")
                value = worst(best.op) if place.endswith("value") else "zeroinitializer"
                self.line(f"store {vector(kind)} {value}, ptr {place}, align 64")

    @staticmethod
    def _kept(best: Best, name: str, group: int) -> list[tuple[str, Scalar]]:
        """Returns the vectors of a group: the values compared, their turns, what else is kept of them."""
        others = [(f"%{name}{group}.{each.array}", each.type.element) for each in best.stores[1:]]
        return [(f"%{name}{group}.value", F32), (f"%{name}{group}.turn", I32), *others]

    def _keep_best(self, best: Best, name: str, lanes: LanePrinter, mask: str) -> None:
        """Prints, for each group, the lanes that are better than what was kept there before."""
        values = [lanes.value(each.value, mask) for each in best.stores]
        turn = self.new(f"load i32, ptr %{name}turn")
        self.line(f"store i32 {self.new(f'add i32 {turn}, {LANES}')}, ptr %{name}turn")
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
                self.line(f"store {vector(kind)} {kept}, ptr {place}, align 64")

    def _end_best(self, best: Best, name: str) -> None:
        """Prints, for each group, the stores of what was kept, where it is better than what is there."""
        lanes = LaneStatements(self)
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
                self.line(f"store {kind.llvm} {kept}, ptr {place}")
