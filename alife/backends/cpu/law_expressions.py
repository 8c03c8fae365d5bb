"""Expressions of the typed tree as LLVM IR text.

Variables are stack slots that LLVM turns into registers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from alife.backends.abi import llvm_arguments
from alife.backends.cpu import half, jit
from alife.backends.cpu.law_arithmetic import Arithmetic
from alife.laws import ir
from alife.laws.bounds import INDEX_BITS, INDEX_MASK, LOG
from alife.laws.types import BOOL, F16, U8, Array, Scalar


def result_type(function: ir.Function) -> str:
    """Returns LLVM's return type of a function: void, a type, or a struct of several."""
    kinds = [kind.llvm for kind in function.returns]
    return "void" if not kinds else kinds[0] if len(kinds) == 1 else "{" + ", ".join(kinds) + "}"


class ValuePrinter(Arithmetic):
    """Prints the expressions of one function; the base of `FunctionPrinter`."""

    def __init__(self, function: ir.Function, symbol: str, symbols: dict[ir.Function, str]) -> None:
        """symbol: the name of its definition. symbols: those of the functions that it calls."""
        self.function, self.symbol, self.symbols = function, symbol, symbols
        self.lines: list[str] = []
        self.slots: list[str] = []  # stack slots of the entry block, where LLVM turns them into registers
        self.names = 0
        self.loops: list[tuple[str, str]] = []
        self.params = dict(function.params)
        self.own_row = ""  # of a law over rows, the parameter that numbers it

    def _slot(self, name: str, kind: Scalar) -> None:
        self.slots.append(f"  {name} = alloca {kind.llvm}")

    def vector_slot(self, kind: str) -> str:
        """Returns a new stack slot for a vector, which holds zeros at first."""
        self.names += 1
        self.slots.append(f"  %w{self.names} = alloca {kind}, align 32")
        self.slots.append(f"  store {kind} zeroinitializer, ptr %w{self.names}, align 32")
        return f"%w{self.names}"

    def line(self, text: str) -> None:
        """Prints an instruction."""
        self.lines.append("  " + text)

    def new(self, text: str) -> str:
        """Prints an instruction and returns the name of its value."""
        self.names += 1
        self.line(f"%t{self.names} = {text}")
        return f"%t{self.names}"

    def labels(self, *names: str) -> list[str]:
        self.names += 1
        return [f"{name}{self.names}" for name in names]

    def label(self, name: str) -> None:
        self.lines.append(f"{name}:")

    def jump(self, label: str) -> None:
        self.line(f"br label %{label}")

    def count_up(self, node: ir.For, by: int, body: Callable[[str], None]) -> None:
        """Prints a loop from the start of `node` to its stop. by: what is added after each turn."""
        test, inside, advance, end = self.labels("test", "body", "next", "end")
        kind = node.start.type
        assert isinstance(kind, Scalar)
        counter = f"%c{self.names}"
        start, stop = self.value(node.start), self.value(node.stop)
        self._slot(counter, kind)
        self.line(f"store {kind.llvm} {start}, ptr {counter}")
        self.jump(test)
        self.label(test)
        now = self.new(f"load {kind.llvm}, ptr {counter}")
        more = self.compare("<" if by > 0 else ">", kind, now, stop)
        self.line(f"br i1 {more}, label %{inside}, label %{end}")
        self.label(inside)
        self.loops.append((advance, end))
        body(now)
        self.loops.pop()
        self.jump(advance)
        self.label(advance)
        later = self.new(f"add {kind.llvm} {now}, {by}")
        self.line(f"store {kind.llvm} {later}, ptr {counter}")
        self.jump(test)
        self.label(end)

    @staticmethod
    def _type(node: ir.Expr) -> str:
        assert isinstance(node.type, Scalar)
        return node.type.llvm

    def value(self, node: ir.Expr) -> str:
        """Prints an expression and returns its value."""
        value: str = getattr(self, "_x_" + type(node).__name__.lower())(node)
        return value

    def _x_const(self, node: ir.Const) -> str:
        return self.const(node)

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
        within, out = self.labels("within", "outside")
        place = self._widen(node.value)
        length = str(node.count) if node.count else f"%p.{node.array}.n{node.axis}"
        inside = self.new(f"icmp ult i64 {place}, {length}")
        safe = self.new(f"select i1 {inside}, i64 {place}, i64 0")
        self.line(f"br i1 {inside}, label %{within}, label %{out}")
        self.label(out)
        low = self.new(f"and i64 {place}, {INDEX_MASK}")
        entry = self.new(f"or i64 {low}, {node.site << INDEX_BITS}")
        self.new(f"atomicrmw umax ptr %p.{LOG}, i64 {entry} monotonic")
        self.jump(within)
        self.label(within)
        return safe

    def _x_ingroup(self, node: ir.InGroup) -> str:
        return self.value(node.value)

    def _x_size(self, node: ir.Size) -> str:
        return self.new(f"trunc i64 %p.{node.array}.n{node.axis} to i32")

    def _x_unary(self, node: ir.Unary) -> str:
        return self.unary(node.op, node.type, self.value(node.value))

    def _x_binary(self, node: ir.Binary) -> str:
        return self.binary(node.op, node.type, self.value(node.left), self.value(node.right))

    def _x_compare(self, node: ir.Compare) -> str:
        left, right, kind = self.value(node.left), self.value(node.right), node.left.type
        assert isinstance(kind, Scalar)
        return self.compare(node.op, kind, left, right)

    def _x_logic(self, node: ir.Logic) -> str:
        if node.op == "and":
            return self._branches(node.left, node.right, ir.Const(BOOL, False), BOOL)
        return self._branches(node.left, ir.Const(BOOL, True), node.right, BOOL)

    def _x_choose(self, node: ir.Choose) -> str:
        return self._branches(node.condition, node.yes, node.no, node.type)

    def _branches(self, condition: ir.Expr, yes: ir.Expr, no: ir.Expr, kind: Scalar) -> str:
        labels = self.labels("when", "else", "join")
        slot = f"%b{self.names}"
        test = self.value(condition)
        self._slot(slot, kind)
        self.line(f"br i1 {test}, label %{labels[0]}, label %{labels[1]}")
        for label, side in zip(labels, (yes, no), strict=False):
            self.label(label)
            value = self.value(side)
            self.line(f"store {kind.llvm} {value}, ptr {slot}")
            self.jump(labels[2])
        self.label(labels[2])
        return self.new(f"load {kind.llvm}, ptr {slot}")

    def _x_cast(self, node: ir.Cast) -> str:
        value, source = self.value(node.value), node.value.type
        assert isinstance(source, Scalar)
        return self.cast(source, node.type, value)

    def _x_word(self, node: ir.Word) -> str:
        source = node.args[0].type
        assert isinstance(source, Scalar)
        return self.call_word(node.name, node.type, source, [self.value(argument) for argument in node.args])

    def _x_invoke(self, node: ir.Invoke) -> str:
        args: list[str] = []
        for (_, kind), argument in zip(node.function.params, node.args, strict=True):
            if isinstance(argument, str):
                args += llvm_arguments(argument, kind)
            else:
                args.append(f"{self._type(argument)} {self.value(argument)}")
        result = result_type(node.function)
        return self.new(f"call {result} @{self.symbols[node.function]}({', '.join(args)})")
