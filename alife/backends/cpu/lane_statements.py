"""Statements of a law for several rows, or several indices of a loop, at once, as LLVM IR text.

All lanes run the same statements. A mask says which of them take part: both sides of an `if` are printed one after the
other, each for the lanes that take it, and a variable or element keeps its value in the others. Functions are inlined.
"""

from __future__ import annotations

from collections.abc import Sequence

from alife.backends.cpu.lane_rules import returns_early, work
from alife.backends.cpu.lane_values import LanePrinter
from alife.backends.cpu.lanes import ALL, LANES, MASK, vector
from alife.backends.cpu.literals import splat
from alife.laws import ir
from alife.laws.types import BOOL, Scalar

LONG = 24  # operations; where no lane takes as many, a jump is cheaper than running them in vain


class LaneStatements(LanePrinter):
    """Prints the statements of one function, or of one loop in it, for all lanes."""

    results: Sequence[str] = ()  # stack slots of what the function returns
    returned = ""  # the stack slot of the lanes that have returned, of a function where some do so before others

    def body(self, function: ir.Function, mask: str) -> list[str]:
        """Prints a whole function for the lanes of a mask, and returns its results."""
        self.results = [self._slot(kind) for kind in function.returns]
        if returns_early(function):
            self.returned = self._slot(BOOL)
            self._write(self.returned, BOOL, "zeroinitializer")
        self.block(function.body, mask)
        return [self.load(kind, slot) for kind, slot in zip(function.returns, self.results, strict=True)]

    def block(self, statements: tuple[ir.Statement, ...], mask: str) -> None:
        """Prints statements for the lanes of a mask."""
        for each in statements:
            now = mask
            if self.returned:
                now = self.both(mask, self.inverse(self.load(BOOL, self.returned)))
            self._statement(each, now)

    def _statement(self, node: ir.Statement, mask: str) -> None:
        match node:
            case ir.Assign(name=name, value=value):
                self._set(name, value.type, self.value(value, mask), mask)
            case ir.Unpack(names=names, value=call):
                results = self._invoke(call, mask)
                for name, kind, result in zip(names, call.function.returns, results, strict=True):
                    self._set(name, kind, result, mask)
            case ir.Store(array=array, index=index, value=value):
                self.store(array, index, self.value(value, mask), mask)
            case ir.If(condition=condition, yes=yes, no=no):
                chosen = self.value(condition, mask)
                self._side(yes, self.both(mask, chosen))
                self._side(no, self.both(mask, self.inverse(chosen)))
            case ir.For():
                self._for(node, mask)
            case ir.Return(values=values):
                for slot, each in zip(self.results, values, strict=True):
                    self._keep(slot, each.type, self.value(each, mask), mask)
                if self.returned:
                    self._keep(self.returned, BOOL, ALL, mask)
            case _:
                raise TypeError(f"expected a statement that `lane_rules` finds, got {type(node).__name__}")

    def _side(self, statements: tuple[ir.Statement, ...], mask: str) -> None:
        """Prints one side of an `if`, and a jump over it if it is long."""
        if not statements:
            return
        if work(statements).operations < LONG:
            self.block(statements, mask)
            return
        some, after = self.printer.labels("some", "after")
        self._branch(mask, some, after)
        self.printer.label(some)
        self.block(statements, mask)
        self.printer.jump(after)
        self.printer.label(after)

    def _for(self, node: ir.For, mask: str) -> None:
        kind = node.start.type
        assert isinstance(kind, Scalar)
        if isinstance(node.start, ir.Const) and isinstance(node.stop, ir.Const):
            self.printer.count_up(node, node.step, lambda now: self._turn(node, self.spread(kind, now), mask))
        else:
            self._for_each_lane(node, kind, mask)

    def _turn(self, node: ir.For, now: str, mask: str) -> None:
        """Prints the body of a loop at a value of its variable, which is set in the loop only."""
        self.values[node.name] = now
        self.block(node.body, mask)
        del self.values[node.name]

    def _for_each_lane(self, node: ir.For, kind: Scalar, mask: str) -> None:
        """Prints a loop whose ends differ between lanes; it ends when no lane goes on."""
        test, inside, end = self.printer.labels("test", "body", "end")
        counter = self._slot(kind)
        first, stop = self.value(node.start, mask), self.value(node.stop, mask)
        self._write(counter, kind, first)
        self.printer.jump(test)
        self.printer.label(test)
        now = self.load(kind, counter)
        going = self.both(mask, self.compare("<" if node.step > 0 else ">", kind, now, stop))
        self._branch(going, inside, end)
        self.printer.label(inside)
        self._turn(node, now, going)
        step = splat(kind.llvm, str(node.step))
        self._write(counter, kind, self.new(f"add {vector(kind)} {now}, {step}"))
        self.printer.jump(test)
        self.printer.label(end)

    def _branch(self, mask: str, some: str, none: str) -> None:
        bits = self.new(f"bitcast {MASK} {mask} to i{LANES}")
        self.printer.line(f"br i1 {self.new(f'icmp ne i{LANES} {bits}, 0')}, label %{some}, label %{none}")

    def _invoke(self, node: ir.Invoke, mask: str) -> list[str]:
        function, values, arrays = node.function, dict[str, str](), dict[str, str]()
        for (name, _), given in zip(function.params, node.args, strict=True):
            if isinstance(given, str):
                arrays[name] = self.array(given)
            else:
                values[name] = self.value(given, mask)
        return LaneStatements(self.printer, values, None, arrays).body(function, mask)

    # ---- variables

    def _set(self, name: str, kind: Scalar, value: str, mask: str) -> None:
        if name not in self.slots:
            self.slots[name] = self._slot(kind)
        self._keep(self.slots[name], kind, value, mask)

    def _slot(self, kind: Scalar) -> str:
        """Returns a new stack slot of a vector, 0 until it is set."""
        return self.printer.vector_slot(vector(kind))

    def _keep(self, slot: str, kind: Scalar, value: str, mask: str) -> None:
        """Prints the store of the lanes of a mask."""
        if mask != ALL:
            value = self._select(kind, mask, value, self.load(kind, slot))
        self._write(slot, kind, value)

    def _write(self, slot: str, kind: Scalar, value: str) -> None:
        self.printer.line(f"store {vector(kind)} {value}, ptr {slot}, align 32")
