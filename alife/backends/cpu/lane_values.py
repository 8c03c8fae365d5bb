"""Values of a law for several rows, or several turns of a loop, at once, as LLVM IR text: one lane each."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable

from alife.backends.cpu.lane_memory import LaneMemory
from alife.backends.cpu.lanes import ALL, LANES, MASK, vector
from alife.backends.cpu.literals import float_literal, splat
from alife.laws import ir
from alife.laws.types import F32, I32, I64, Scalar


class LanePrinter(LaneMemory):
    """Prints vectors of values; the base of `LaneStatements`."""

    @abstractmethod
    def _invoke(self, node: ir.Invoke, mask: str) -> list[str]:
        """Prints a call, inlined, and returns its results."""

    def value(self, node: ir.Expr, mask: str) -> str:
        """Returns the vector of an expression. mask: the lanes that evaluate it, so that others load nothing."""
        kind = node.type
        match node:
            case ir.Const():
                return self.const(node)
            case ir.Local(name=name):
                if name in self.slots:
                    return self.load(kind, self.slots[name])
                return self.values.get(name) or self.spread(kind, self.printer.value(node))
            case ir.Element():
                return self.element(node, mask)
            case ir.Size(array=array, axis=axis):
                length = self.new(f"trunc i64 %p.{self.array(array)}.n{axis} to i32")
                return self.spread(I32, length)
            case ir.InGroup(value=inner):
                return self.value(inner, mask)
            case ir.Logic(op=op, left=left, right=right):
                first = self.value(left, mask)
                inner_mask = self.both(mask, first if op == "and" else self.inverse(first))
                return self.new(f"{op} {MASK} {first}, {self.value(right, inner_mask)}")
            case ir.Choose(condition=condition, yes=yes, no=no):
                chosen = self.value(condition, mask)
                one = self.value(yes, self.both(mask, chosen))
                two = self.value(no, self.both(mask, self.inverse(chosen)))
                return self._select(kind, chosen, one, two)
            case ir.Invoke():
                return self._invoke(node, mask)[0]
        return self._operation(node, mask)

    def _operation(self, node: ir.Expr, mask: str) -> str:
        match node:
            case ir.Binary(op=op, type=kind, left=left, right=right):
                return self.binary(op, kind, self.value(left, mask), self.value(right, mask))
            case ir.Compare(op=op, left=left, right=right):
                return self.compare(op, left.type, self.value(left, mask), self.value(right, mask))
            case ir.Unary(op=op, type=kind, value=inner):
                return self.unary(op, kind, self.value(inner, mask))
            case ir.Cast(type=kind, value=inner):
                return self.cast(inner.type, kind, self.value(inner, mask))
            case ir.Word(name=name, type=kind, args=args):
                return self.call_word(name, kind, args[0].type, [self.value(each, mask) for each in args])
        raise TypeError(f"expected a value that `lane_rules` finds, got {type(node).__name__}")

    def cast(self, source: Scalar, target: Scalar, value: str) -> str:
        """Prints a conversion; see `Arithmetic.cast`. LLVM would convert these one by one."""
        if source is F32 and target is I32:
            return self._whole(value)
        if source is F32 and target is I64:
            low, high = (splat("float", float_literal(x)) for x in (-(2.0**31), 2.0**31))
            inside = self.both(self.compare(">", F32, value, low), self.compare("<", F32, value, high))
            return self._usually(inside, source, target, value, lambda: self.cast(I32, I64, self._whole(value)))
        if source is I64 and target is F32:
            short = self.cast(I64, I32, value)
            same = self.compare("==", I64, self.cast(I32, I64, short), value)
            return self._usually(same, source, target, value, lambda: self.cast(I32, F32, short))
        return super().cast(source, target, value)

    def _quotient(self, kind: Scalar, left: str, right: str) -> tuple[str, str]:
        """Prints quotient and remainder; see `Arithmetic._quotient`. Vectors of integers are divided one by one.

        A quotient of 32 bit integers is at least 1 / |right| away from a whole number, or equal to it; as float64 it is
        rounded by less.
        """
        if kind is not I32:
            return super()._quotient(kind, left, right)
        double = vector("double")
        above, below = (self.new(f"sitofp {vector(I32)} {value} to {double}") for value in (left, right))
        quotient = self.new(f"fptosi {double} {self.new(f'fdiv {double} {above}, {below}')} to {vector(I32)}")
        back = self.new(f"mul {vector(I32)} {quotient}, {right}")
        return quotient, self.new(f"sub {vector(I32)} {left}, {back}")

    def _whole(self, value: str) -> str:
        """Prints the conversion of floats to i32, which drops the fraction and saturates; NaN gives 0."""
        low, high, end = (splat("float", float_literal(x)) for x in (-(2.0**31), 2.0**31 - 128, 2.0**31))
        inside = self._select(F32, self.compare(">", F32, value, low), value, low)
        inside = self._select(F32, self.compare("<", F32, inside, high), inside, high)
        whole = self.new(f"fptosi {vector(F32)} {inside} to {vector(I32)}")
        whole = self._select(I32, self.compare(">=", F32, value, end), splat("i32", str(2**31 - 1)), whole)
        return self._select(I32, self.compare("==", F32, value, value), whole, splat("i32", "0"))

    def _usually(self, mask: str, source: Scalar, target: Scalar, value: str, quick: Callable[[], str]) -> str:
        """Prints a conversion in a quick form, right for the lanes of a mask, and in the plain one if others exist."""
        slot, (fast, slow, end) = self.printer.vector_slot(vector(target)), self.printer.labels("quick", "slow", "end")
        full = self.new(f"icmp eq i{LANES} {self.new(f'bitcast {MASK} {mask} to i{LANES}')}, -1")
        self.printer.line(f"br i1 {full}, label %{fast}, label %{slow}")
        for label, converted in ((fast, quick), (slow, lambda: super(LanePrinter, self).cast(source, target, value))):
            self.printer.label(label)
            self.printer.line(f"store {vector(target)} {converted()}, ptr {slot}, align 32")
            self.printer.jump(end)
        self.printer.label(end)
        return self.load(target, slot)

    def bits(self, mask: str) -> str:
        """Returns an i32 with a bit for each lane."""
        return self.new(f"zext i{LANES} {self.new(f'bitcast {MASK} {mask} to i{LANES}')} to i32")

    def both(self, left: str, right: str) -> str:
        """Returns the lanes of two masks."""
        return right if left == ALL else self.new(f"and {MASK} {left}, {right}")

    def inverse(self, mask: str) -> str:
        """Returns the lanes that a mask lacks."""
        return self.new(f"xor {MASK} {mask}, {ALL}")
