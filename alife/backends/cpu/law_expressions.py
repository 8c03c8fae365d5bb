"""Expressions of the typed tree as LLVM IR text.

Variables are stack slots that LLVM turns into registers. Division, conversion and shifts are printed so that every
input has one defined result. Nothing carries a fast-math flag, so nothing is contracted or reordered.
"""

from __future__ import annotations

from collections.abc import Mapping

from alife.backends.abi import llvm_arguments
from alife.backends.cpu import half, jit
from alife.backends.cpu.literals import float_literal
from alife.laws import ir
from alife.laws.bounds import INDEX_BITS, INDEX_MASK, LOG
from alife.laws.types import BOOL, F16, F32, U8, Array, Scalar

INTEGER = {"+": "add", "-": "sub", "*": "mul", "&": "and", "|": "or", "^": "xor"}
FLOAT = {"+": "fadd", "-": "fsub", "*": "fmul", "/": "fdiv"}
ORDERED = {"<": "olt", "<=": "ole", ">": "ogt", ">=": "oge", "==": "oeq", "!=": "une"}
COMPARED = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==": "eq", "!=": "ne"}


def result_type(function: ir.Function) -> str:
    """Returns LLVM's return type of a function: void, a type, or a struct of several."""
    kinds = [kind.llvm for kind in function.returns]
    return "void" if not kinds else kinds[0] if len(kinds) == 1 else "{" + ", ".join(kinds) + "}"


class ValuePrinter:
    """Prints the expressions of one function; the base of `FunctionPrinter`."""

    def __init__(self, function: ir.Function, symbol: str, symbols: dict[ir.Function, str]) -> None:
        """symbol: the name of its definition. symbols: those of the functions that it calls."""
        self.function, self.symbol, self.symbols = function, symbol, symbols
        self.lines: list[str] = []
        self.slots: list[str] = []  # stack slots of the entry block, where LLVM turns them into registers
        self.count = 0
        self.loops: list[tuple[str, str]] = []
        self.params = dict(function.params)

    def _slot(self, name: str, kind: Scalar) -> None:
        self.slots.append(f"  {name} = alloca {kind.llvm}")

    def _line(self, text: str) -> None:
        self.lines.append("  " + text)

    def new(self, text: str) -> str:
        """Prints an instruction and returns the name of its value."""
        self.count += 1
        self._line(f"%t{self.count} = {text}")
        return f"%t{self.count}"

    def _labels(self, *names: str) -> list[str]:
        self.count += 1
        return [f"{name}{self.count}" for name in names]

    def _label(self, name: str) -> None:
        self.lines.append(f"{name}:")

    def _jump(self, label: str) -> None:
        self._line(f"br label %{label}")

    @staticmethod
    def _type(node: ir.Expr) -> str:
        assert isinstance(node.type, Scalar)
        return node.type.llvm

    def value(self, node: ir.Expr) -> str:
        """Prints an expression and returns its value."""
        value: str = getattr(self, "_x_" + type(node).__name__.lower())(node)
        return value

    def _x_const(self, node: ir.Const) -> str:
        if node.type is F32:
            return float_literal(float(node.value))
        return ("true" if node.value else "false") if node.type is BOOL else str(int(node.value))

    def _x_local(self, node: ir.Local) -> str:
        if node.name in self.params:
            return f"%p.{node.name}"
        return self.new(f"load {node.type.llvm}, ptr %v.{node.name}")

    def _x_element(self, node: ir.Element) -> str:
        kind = self.params[node.array]
        assert isinstance(kind, Array)
        value = self.new(f"load {kind.element.llvm}, ptr {self.address(node.array, node.index)}")
        if kind.element is F16:
            return half.widen(self.new, value, 1, jit.has("f16c"))
        return self.new(f"zext i8 {value} to i32") if kind.element is U8 else value

    def address(self, array: str, index: tuple[ir.Expr, ...], at: Mapping[str, str] | None = None) -> str:
        """Prints the address of an element. at: i32 values of variables that stand for others than they hold."""
        kind = self.params[array]
        assert isinstance(kind, Array)
        total = ""
        for axis, part in enumerate(index):
            given = at.get(part.name) if at and isinstance(part, ir.Local) else None
            place = self._widen(part) if given is None else self.new(f"sext i32 {given} to i64")
            if axis + 1 < kind.ndim:  # the last dimension is contiguous
                place = self.new(f"mul i64 {place}, %p.{array}.s{axis}")
            total = place if not total else self.new(f"add i64 {total}, {place}")
        return self.new(f"getelementptr {kind.element.llvm}, ptr %p.{array}, i64 {total}")

    def _widen(self, node: ir.Expr) -> str:
        value, kind = self.value(node), node.type
        assert isinstance(kind, Scalar)
        return value if kind.bits == 64 else self.new(f"{'sext' if kind.is_signed else 'zext'} i32 {value} to i64")

    def _x_checked(self, node: ir.Checked) -> str:
        """Prints an index that becomes 0 where it lies outside, which is noted first."""
        within, out = self._labels("within", "outside")
        place = self._widen(node.value)
        length = str(node.count) if node.count else f"%p.{node.array}.n{node.axis}"
        inside = self.new(f"icmp ult i64 {place}, {length}")
        safe = self.new(f"select i1 {inside}, i64 {place}, i64 0")
        self._line(f"br i1 {inside}, label %{within}, label %{out}")
        self._label(out)
        low = self.new(f"and i64 {place}, {INDEX_MASK}")
        entry = self.new(f"or i64 {low}, {node.site << INDEX_BITS}")
        self.new(f"atomicrmw umax ptr %p.{LOG}, i64 {entry} monotonic")
        self._jump(within)
        self._label(within)
        return safe

    def _x_ingroup(self, node: ir.InGroup) -> str:
        return self.value(node.value)

    def _x_size(self, node: ir.Size) -> str:
        return self.new(f"trunc i64 %p.{node.array}.n{node.axis} to i32")

    def _x_unary(self, node: ir.Unary) -> str:
        value = self.value(node.value)
        if node.op == "not":
            return self.new(f"xor i1 {value}, true")
        return self.new(f"fneg float {value}" if node.type is F32 else f"sub {node.type.llvm} 0, {value}")

    def _x_binary(self, node: ir.Binary) -> str:
        left, right, kind = self.value(node.left), self.value(node.right), node.type
        if kind is F32:
            return self.new(f"{FLOAT[node.op]} float {left}, {right}")
        if node.op in INTEGER:
            return self.new(f"{INTEGER[node.op]} {kind.llvm} {left}, {right}")
        if node.op in ("<<", ">>"):
            right = self.new(f"and {kind.llvm} {right}, {kind.bits - 1}")
            shift = "shl" if node.op == "<<" else "ashr" if kind.is_signed else "lshr"
            return self.new(f"{shift} {kind.llvm} {left}, {right}")
        return self._divide(node.op, kind, left, right)

    def _divide(self, op: str, kind: Scalar, left: str, right: str) -> str:
        """Prints // and % with Python's signs; a division by zero gives 0, the smallest integer by -1 wraps."""
        word = kind.llvm
        zero = self.new(f"icmp eq {word} {right}, 0")
        if not kind.is_signed:
            safe = self.new(f"select i1 {zero}, {word} 1, {word} {right}")
            value = self.new(f"{'udiv' if op == '//' else 'urem'} {word} {left}, {safe}")
            return self.new(f"select i1 {zero}, {word} 0, {word} {value}")
        minus = self.new(f"icmp eq {word} {right}, -1")
        risky = self.new(f"or i1 {zero}, {minus}")
        safe = self.new(f"select i1 {risky}, {word} 1, {word} {right}")
        quotient = self.new(f"sdiv {word} {left}, {safe}")
        rest = self.new(f"srem {word} {left}, {safe}")
        signs = self.new(f"xor {word} {rest}, {safe}")
        apart = self.new(f"icmp slt {word} {signs}, 0")
        some = self.new(f"icmp ne {word} {rest}, 0")
        down = self.new(f"and i1 {apart}, {some}")
        if op == "//":
            lower = self.new(f"sub {word} {quotient}, 1")
            value = self.new(f"select i1 {down}, {word} {lower}, {word} {quotient}")
            negated = self.new(f"sub {word} 0, {left}")
            value = self.new(f"select i1 {minus}, {word} {negated}, {word} {value}")
        else:
            shifted = self.new(f"add {word} {rest}, {safe}")
            value = self.new(f"select i1 {down}, {word} {shifted}, {word} {rest}")
            value = self.new(f"select i1 {minus}, {word} 0, {word} {value}")
        return self.new(f"select i1 {zero}, {word} 0, {word} {value}")

    def _x_compare(self, node: ir.Compare) -> str:
        left, right, kind = self.value(node.left), self.value(node.right), node.left.type
        assert isinstance(kind, Scalar)
        if kind is F32:
            return self.new(f"fcmp {ORDERED[node.op]} float {left}, {right}")
        sign = "" if node.op in ("==", "!=") else "s" if kind.is_signed else "u"
        return self.new(f"icmp {sign}{COMPARED[node.op]} {kind.llvm} {left}, {right}")

    def _x_logic(self, node: ir.Logic) -> str:
        if node.op == "and":
            return self._branches(node.left, node.right, ir.Const(BOOL, False), BOOL)
        return self._branches(node.left, ir.Const(BOOL, True), node.right, BOOL)

    def _x_choose(self, node: ir.Choose) -> str:
        return self._branches(node.condition, node.yes, node.no, node.type)

    def _branches(self, condition: ir.Expr, yes: ir.Expr, no: ir.Expr, kind: Scalar) -> str:
        labels = self._labels("when", "else", "join")
        slot = f"%b{self.count}"
        test = self.value(condition)
        self._slot(slot, kind)
        self._line(f"br i1 {test}, label %{labels[0]}, label %{labels[1]}")
        for label, side in zip(labels, (yes, no), strict=False):
            self._label(label)
            value = self.value(side)
            self._line(f"store {kind.llvm} {value}, ptr {slot}")
            self._jump(labels[2])
        self._label(labels[2])
        return self.new(f"load {kind.llvm}, ptr {slot}")

    def _x_cast(self, node: ir.Cast) -> str:
        value, source, target = self.value(node.value), node.value.type, node.type
        assert isinstance(source, Scalar)
        if target is F32:
            if source is BOOL:
                return self.new(f"uitofp i1 {value} to float")
            return self.new(f"{'sitofp' if source.is_signed else 'uitofp'} {source.llvm} {value} to float")
        if source is F32:
            word = "fptosi" if target.is_signed else "fptoui"
            return self.new(f"call {target.llvm} @llvm.{word}.sat.{target.llvm}.f32(float {value})")
        if source.bits == target.bits:
            return value
        if source.bits > target.bits:
            return self.new(f"trunc {source.llvm} {value} to {target.llvm}")
        return self.new(f"{'sext' if source.is_signed else 'zext'} {source.llvm} {value} to {target.llvm}")

    def _x_word(self, node: ir.Word) -> str:
        values, kind = [self.value(argument) for argument in node.args], node.type
        if node.name in ("min", "max"):
            sign = "olt" if kind is F32 else "slt" if kind.is_signed else "ult"
            sign = sign if node.name == "min" else sign.replace("lt", "gt")
            order = f"fcmp {sign} float" if kind is F32 else f"icmp {sign} {kind.llvm}"
            second = self.new(f"{order} {values[1]}, {values[0]}")
            return self.new(f"select i1 {second}, {kind.llvm} {values[1]}, {kind.llvm} {values[0]}")
        if node.name in ("float_bits", "bits_float"):
            source = node.args[0].type
            assert isinstance(source, Scalar)
            return self.new(f"bitcast {source.llvm} {values[0]} to {kind.llvm}")
        if node.name == "abs" and kind is not F32:
            return (
                self.new(f"call {kind.llvm} @llvm.abs.{kind.llvm}({kind.llvm} {values[0]}, i1 false)")
                if kind.is_signed
                else values[0]
            )
        return self.new(f"call float @llvm.{'fabs' if node.name == 'abs' else node.name}.f32(float {values[0]})")

    def _x_invoke(self, node: ir.Invoke) -> str:
        args: list[str] = []
        for (_, kind), argument in zip(node.function.params, node.args, strict=True):
            if isinstance(argument, str):
                args += llvm_arguments(argument, kind)
            else:
                args.append(f"{self._type(argument)} {self.value(argument)}")
        result = result_type(node.function)
        return self.new(f"call {result} @{self.symbols[node.function]}({', '.join(args)})")
