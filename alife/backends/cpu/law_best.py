"""The best of each of a few groups, in lanes: what a loop of `laws.filters` keeps, as LLVM IR text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from alife.backends.cpu.lane_statements import LaneStatements
from alife.backends.cpu.lane_values import LanePrinter
from alife.backends.cpu.lanes import LANE, LANES, MASK, vector, worst
from alife.backends.cpu.law_arithmetic import suffix
from alife.backends.cpu.law_expressions import ValuePrinter
from alife.backends.cpu.literals import integer_vector, splat
from alife.laws import ir
from alife.laws.filter_rules import Best
from alife.laws.types import F32, I32, Scalar

Kept = Sequence[str]  # the vectors of a group: values compared, their turns, what else is kept
ORDERS = [
    [integer_vector(np.array(order) + half) for half in (0, LANES >> place)]
    for place, order in enumerate(
        ((0, 1, 2, 3, 8, 9, 10, 11), (0, 1, 8, 9, 4, 5, 12, 13), (0, 2, 8, 10, 4, 6, 12, 14)), 1
    )
]  # of the lanes of two vectors: those that each stage compares


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
        others = [(f"%{name}{group}.{each}", kind) for each, kind in best.kept[1:]]
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
            here = mask
            if best.group:
                same = lanes.compare("==", I32, lanes.values[best.group], splat("i32", str(group)))
                here = self.new(f"and {MASK} {same}, {mask}")
            better = lanes.compare(best.op, F32, values[0], before[0])
            chosen = self.new(f"and {MASK} {here}, {better}")
            new = [values[0], turns, *values[1:]]
            for value, was, (place, kind) in zip(new, before, places, strict=True):
                kept = self.new(f"select {MASK} {chosen}, {vector(kind)} {value}, {vector(kind)} {was}")
                self.line(f"store {vector(kind)} {kept}, ptr {place}, align 64")

    def _end_best(self, best: Best, name: str) -> None:
        """Prints, for all groups at once, the stores of what was kept, where it is better than what is there."""
        kinds = [kind for _, kind in self._kept(best, name, 0)]
        groups: list[Kept] = [
            tuple(self.new(f"load {vector(kind)}, ptr {at}, align 64") for at, kind in self._kept(best, name, group))
            for group in range(best.count)
        ]
        value, _, *others = self._best_of_each(best.op, kinds, groups)
        if best.group:
            self._store_groups(best, [value, *others])
        else:
            self._set_variables(best, [value, *others])

    def _set_variables(self, best: Best, found: Kept) -> None:
        """Prints the assignments of what was kept, in lane 0, where it is better than what the variables hold."""
        better = ""
        for (name, kind), vectors in zip(best.kept, found, strict=True):
            new = self.new(f"extractelement {vector(kind)} {vectors}, i32 0")
            was = self.new(f"load {kind.llvm}, ptr %v.{name}")
            better = better or self.compare(best.op, kind, new, was)
            kept = self._select(kind, better, new, was)
            self.line(f"store {kind.llvm} {kept}, ptr %v.{name}")

    def _store_groups(self, best: Best, found: Kept) -> None:
        """Prints the stores of what was kept, lane by lane, where it is better than what is there."""
        lanes, stores = LaneStatements(self), [each for each in best.stores if isinstance(each, ir.Store)]
        index, first = (stores[0].index[0], ir.Const(I32, 0)), integer_vector(np.arange(LANES) < best.count, 1)
        better = ""
        for each, new in zip(stores, found, strict=True):
            kind, place = each.type.element, self.address(each.array, index)
            loaded = f"ptr align {kind.bits // 8} {place}, {MASK} {first}, {vector(kind)} zeroinitializer"
            was = self.new(f"call {vector(kind)} @llvm.masked.load.{suffix(kind, LANES)}.p0({loaded})")
            better = better or lanes.compare(best.op, kind, new, was)
            kept = self.new(f"select {MASK} {better}, {vector(kind)} {new}, {vector(kind)} {was}")
            self._store_first(kind, kept, best.count, place)

    def _store_first(self, kind: Scalar, value: str, count: int, place: str) -> None:
        """Prints the store of the first lanes of a vector, in parts: some processors take long for masked stores."""
        begin = 0
        for size in (part for part in (8, 4, 2, 1) if count & part):
            order = integer_vector(range(begin, begin + size))
            lanes = f"{vector(kind)} {value}, {vector(kind)} poison, <{size} x i32> {order}"
            at = self.new(f"getelementptr {kind.llvm}, ptr {place}, i64 {begin}")
            part = self.new(f"shufflevector {lanes}")
            self.line(f"store <{size} x {kind.llvm}> {part}, ptr {at}, align {kind.bits // 8}")
            begin += size

    def _best_of_each(self, op: str, kinds: Sequence[Scalar], groups: list[Kept]) -> Kept:
        """Returns vectors whose lane g is what the best lane of group g keeps: of equal ones that of the least turn.

        Halves of the vectors of two groups are joined and compared, then quarters of two of the results, then eighths.
        """
        last = len(groups) - 1
        pairs = [(groups[min(i, last)], groups[min(i + LANES // 2, last)]) for i in range(LANES // 2)]
        for low, high in ORDERS:
            found = [self._better(op, kinds, x, y, low, high) for x, y in pairs]
            pairs = list(zip(found[::2], found[1::2], strict=False))
        return found[0]

    def _better(self, op: str, kinds: Sequence[Scalar], x: Kept, y: Kept, low: str, high: str) -> Kept:
        """Returns what the better lanes keep, of two orders of the lanes of x and y."""
        lanes = LaneStatements(self)
        first, second = (
            [
                self.new(f"shufflevector {vector(kind)} {a}, {vector(kind)} {b}, {vector(I32)} {order}")
                for kind, a, b in zip(kinds, x, y, strict=True)
            ]
            for order in (low, high)
        )
        better = lanes.compare(op, F32, second[0], first[0])
        sooner = lanes.compare("<", I32, second[1], first[1])
        tie = self.new(f"and {MASK} {lanes.compare('==', F32, second[0], first[0])}, {sooner}")
        chosen = self.new(f"or {MASK} {better}, {tie}")
        return tuple(
            self.new(f"select {MASK} {chosen}, {vector(kind)} {b}, {vector(kind)} {a}")
            for kind, a, b in zip(kinds, first, second, strict=True)
        )
