"""Values of a law for several indices of a loop at once, as LLVM IR text: one lane each."""

from __future__ import annotations

import math
from collections.abc import Callable

from alife.backends.cpu.law_expressions import COMPARED, FLOAT, INTEGER, ORDERED, ValuePrinter
from alife.backends.cpu.literals import float_literal, integer_vector, splat
from alife.laws import ir
from alife.laws.types import BOOL, F32, I32, Scalar

LANES = 8  # a row of three bins seldom holds more


def vector(kind: Scalar | str) -> str:
    """Returns LLVM's type of a vector."""
    return f"<{LANES} x {kind if isinstance(kind, str) else kind.llvm}>"


MASK = vector(BOOL)
LANE = integer_vector(range(LANES))
INTRINSICS = (
    *(f"declare {vector(F32)} @llvm.{word}.v{LANES}f32({vector(F32)})" for word in ("sqrt", "floor", "fabs")),
    *(
        f"declare {vector(kind)} @llvm.masked.load.v{LANES}{kind.name}.p0(ptr align 4, {MASK}, {vector(kind)})"
        for kind in (F32, I32)
    ),
    "declare i32 @llvm.cttz.i32(i32, i1)",
)


def worst(op: str) -> str:
    """Returns the vector that all floats are better than: op < looks for the least, > for the greatest."""
    return splat("float", float_literal(math.inf if op == "<" else -math.inf))


class LanePrinter:
    """Prints vectors of values that `laws.filters` says can be computed so.

    Args:
        printer: of the function, to which the text goes.
        values: variable -> its vector; others are the same for all lanes, and read by the printer.
    """

    def __init__(self, printer: ValuePrinter, values: dict[str, str]) -> None:
        self.printer, self.values, self._new = printer, values, printer.new

    def value(self, node: ir.Expr, mask: str) -> str:
        """Returns the vector of an expression. mask: the lanes that evaluate it, so that others load nothing."""
        kind = node.type
        assert isinstance(kind, Scalar)
        match node:
            case ir.Const():
                return splat(kind.llvm, self.printer.value(node))
            case ir.Local(name=name):
                return self.values.get(name) or self.spread(kind, self.printer.value(node))
            case ir.Element(array=array, index=index):
                pointer = self.printer.address(array, index)
                name = f"llvm.masked.load.v{LANES}{kind.name}.p0"
                loaded = f"ptr align 4 {pointer}, {MASK} {mask}, {vector(kind)} zeroinitializer"
                return self._new(f"call {vector(kind)} @{name}({loaded})")
            case ir.Logic(op=op, left=left, right=right):
                first = self.value(left, mask)
                inner = self._both(mask, first if op == "and" else self._not(first))
                return self._new(f"{op} {MASK} {first}, {self.value(right, inner)}")
            case ir.Choose(condition=condition, yes=yes, no=no):
                chosen = self.value(condition, mask)
                one = self.value(yes, self._both(mask, chosen))
                two = self.value(no, self._both(mask, self._not(chosen)))
                return self._new(f"select {MASK} {chosen}, {vector(kind)} {one}, {vector(kind)} {two}")
            case ir.Invoke(function=function, args=args):
                given = [self.value(each, mask) for each in args if not isinstance(each, str)]
                return self._formula(function, given, mask)
        return self._operation(node, kind, lambda each: self.value(each, mask))

    def _operation(self, node: ir.Expr, kind: Scalar, value: Callable[[ir.Expr], str]) -> str:
        match node:
            case ir.Binary(op=op, left=left, right=right):
                word = (FLOAT if kind is F32 else INTEGER)[op]
                return self._new(f"{word} {vector(kind)} {value(left)}, {value(right)}")
            case ir.Compare(op=op, left=left, right=right):
                return self.compare(op, left.type, value(left), value(right))
            case ir.Unary(op=op, value=inner):
                if op == "not":
                    return self._not(value(inner))
                minus = "fneg {0} {1}" if kind is F32 else "sub {0} zeroinitializer, {1}"
                return self._new(minus.format(vector(kind), value(inner)))
            case ir.Cast(value=inner):
                return self._new(f"sitofp {vector(inner.type)} {value(inner)} to {vector(kind)}")
            case ir.Word(name="min" | "max" as name, args=(left, right)):
                first, second = value(left), value(right)
                other = self.compare("<" if name == "min" else ">", kind, second, first)
                return self._new(f"select {MASK} {other}, {vector(kind)} {second}, {vector(kind)} {first}")
            case ir.Word(name=name, args=(inner,)):
                word = {"abs": "fabs"}.get(name, name)
                return self._new(f"call {vector(kind)} @llvm.{word}.v{LANES}f32({vector(kind)} {value(inner)})")
        raise TypeError(f"expected a value that laws.filters finds, got {type(node).__name__}")

    def compare(self, op: str, kind: Scalar, left: str, right: str) -> str:
        """Returns the mask of a comparison of vectors."""
        if kind is F32:
            return self._new(f"fcmp {ORDERED[op]} {vector(kind)} {left}, {right}")
        sign = "" if op in ("==", "!=") else "s" if kind.is_signed else "u"
        return self._new(f"icmp {sign}{COMPARED[op]} {vector(kind)} {left}, {right}")

    def spread(self, kind: Scalar, value: str) -> str:
        """Returns a vector with one value in every lane."""
        one = self._new(f"insertelement {vector(kind)} poison, {kind.llvm} {value}, i32 0")
        lanes = f"{vector(kind)} poison, {vector('i32')} zeroinitializer"
        return self._new(f"shufflevector {vector(kind)} {one}, {lanes}")

    def bits(self, mask: str) -> str:
        """Returns an i32 with a bit for each lane."""
        return self._new(f"zext i{LANES} {self._new(f'bitcast {MASK} {mask} to i{LANES}')} to i32")

    def first_best(self, op: str, values: str, turns: str) -> str:
        """Returns the lane of the least, or greatest, of floats; of equal ones that of the least turn, from 0 on."""
        best = self._across(op, F32, values)
        equal = self.compare("==", F32, values, best)
        late = splat("i32", str(2**31 - 1))
        tried = self._new(f"select {MASK} {equal}, {vector(I32)} {turns}, {vector(I32)} {late}")
        first = self.compare("==", I32, tried, self._across("<", I32, tried))
        return self._new(f"call i32 @llvm.cttz.i32(i32 {self.bits(first)}, i1 true)")

    def _across(self, op: str, kind: Scalar, values: str) -> str:
        """Returns a vector with the least, or greatest, of all lanes in each of them."""
        for distance in (4, 2, 1):
            order = integer_vector([lane ^ distance for lane in range(LANES)])
            other = self._new(f"shufflevector {vector(kind)} {values}, {vector(kind)} poison, {vector(I32)} {order}")
            better = self.compare(op, kind, values, other)
            values = self._new(f"select {MASK} {better}, {vector(kind)} {values}, {vector(kind)} {other}")
        return values

    def _formula(self, function: ir.Function, given: list[str], mask: str) -> str:
        inner = LanePrinter(self.printer, dict(zip((name for name, _ in function.params), given, strict=True)))
        *assigned, last = function.body
        for each in assigned:
            assert isinstance(each, ir.Assign)
            inner.values[each.name] = inner.value(each.value, mask)
        assert isinstance(last, ir.Return)
        return inner.value(last.values[0], mask)

    def _both(self, left: str, right: str) -> str:
        return self._new(f"and {MASK} {left}, {right}")

    def _not(self, mask: str) -> str:
        return self._new(f"xor {MASK} {mask}, {splat('i1', 'true')}")
