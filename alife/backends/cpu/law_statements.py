"""Statements of the typed tree as LLVM IR text, and the kernel that runs a law over rows."""

from __future__ import annotations

from collections.abc import Mapping

from alife.backends.abi import KernelArgs, llvm_arguments, llvm_parameters
from alife.backends.cpu import half, jit
from alife.backends.cpu.law_expressions import result_type
from alife.backends.cpu.law_filters import FilterPrinter
from alife.backends.cpu.law_lanes import INTRINSICS
from alife.laws import ir
from alife.laws.bounds import Shape
from alife.laws.types import F16, U8, RowKind, Scalar


class FunctionPrinter(FilterPrinter):
    """Prints one function."""

    def text(self) -> str:
        """Returns its definition, to be inlined wherever it is called."""
        for name, kind in self.function.locals.items():
            self._slot(f"%v.{name}", kind)
            self._line(f"store {kind.llvm} zeroinitializer, ptr %v.{name}")
        self._block(self.function.body)
        self._line("ret void" if not self.function.returns else "unreachable")
        params = llvm_parameters(self.function.params)
        head = f"define internal {result_type(self.function)} @{self.symbol}({params}) alwaysinline"
        return head + " {\nentry:\n" + "\n".join(self.slots + self.lines) + "\n}\n"

    def _block(self, statements: tuple[ir.Statement, ...]) -> None:
        for statement in statements:
            if not self._search(statement):
                self._statement(statement)

    def _statement(self, statement: ir.Statement) -> None:
        getattr(self, "_s_" + type(statement).__name__.lower())(statement)

    def _after_jump(self) -> None:
        """Begins a block for what follows a jump: it is never reached, but LLVM requires one."""
        self._label(self._labels("dead")[0])

    def _s_assign(self, node: ir.Assign) -> None:
        value = self.value(node.value)
        self._line(f"store {self._type(node.value)} {value}, ptr %v.{node.name}")

    def _s_unpack(self, node: ir.Unpack) -> None:
        value, function = self.value(node.value), node.value.function
        packed, kinds = result_type(function), function.returns
        for place, (name, kind) in enumerate(zip(node.names, kinds, strict=True)):
            part = self.new(f"extractvalue {packed} {value}, {place}")
            self._line(f"store {kind.llvm} {part}, ptr %v.{name}")

    def _s_store(self, node: ir.Store) -> None:
        value = self.value(node.value)
        address = self.address(node.array, node.index)
        if node.type.element is U8:
            value = self.new(f"trunc i32 {value} to i8")
        elif node.type.element is F16:
            value = half.narrow(self.new, value, 1, jit.has("f16c"))
        self._line(f"store {node.type.element.llvm} {value}, ptr {address}")

    def _s_add(self, node: ir.Add) -> None:
        value, address = self.value(node.value), self.address(node.array, node.index)
        self.new(f"atomicrmw add ptr {address}, {node.type.element.llvm} {value} monotonic")

    def _s_if(self, node: ir.If) -> None:
        yes, no, end = self._labels("yes", "no", "end")
        condition = self.value(node.condition)
        self._line(f"br i1 {condition}, label %{yes}, label %{no}")
        for label, block in ((yes, node.yes), (no, node.no)):
            self._label(label)
            self._block(block)
            self._jump(end)
        self._label(end)

    def _s_while(self, node: ir.While) -> None:
        test, body, end = self._labels("test", "body", "end")
        self._jump(test)
        self._label(test)
        condition = self.value(node.condition)
        self._line(f"br i1 {condition}, label %{body}, label %{end}")
        self._label(body)
        self.loops.append((test, end))
        self._block(node.body)
        self.loops.pop()
        self._jump(test)
        self._label(end)

    def _s_for(self, node: ir.For) -> None:
        test, body, advance, end = self._labels("test", "body", "next", "end")
        kind = node.start.type
        assert isinstance(kind, Scalar)
        counter = f"%c{self.count}"
        start, stop = self.value(node.start), self.value(node.stop)
        self._slot(counter, kind)
        self._line(f"store {kind.llvm} {start}, ptr {counter}")
        self._jump(test)
        self._label(test)
        now = self.new(f"load {kind.llvm}, ptr {counter}")
        order = ("s" if kind.is_signed else "u") + ("lt" if node.step > 0 else "gt")
        more = self.new(f"icmp {order} {kind.llvm} {now}, {stop}")
        self._line(f"br i1 {more}, label %{body}, label %{end}")
        self._label(body)
        self._line(f"store {kind.llvm} {now}, ptr %v.{node.name}")
        self.loops.append((advance, end))
        self._block(node.body)
        self.loops.pop()
        self._jump(advance)
        self._label(advance)
        later = self.new(f"add {kind.llvm} {now}, {node.step}")
        self._line(f"store {kind.llvm} {later}, ptr {counter}")
        self._jump(test)
        self._label(end)

    def _s_break(self, node: ir.Break) -> None:
        self._jump(self.loops[-1][1])
        self._after_jump()

    def _s_continue(self, node: ir.Continue) -> None:
        self._jump(self.loops[-1][0])
        self._after_jump()

    def _s_return(self, node: ir.Return) -> None:
        values = [(self._type(value), self.value(value)) for value in node.values]
        if not values:
            self._line("ret void")
        elif len(values) == 1:
            self._line(f"ret {values[0][0]} {values[0][1]}")
        else:
            packed = "poison"
            for place, (kind, value) in enumerate(values):
                packed = self.new(f"insertvalue {result_type(self.function)} {packed}, {kind} {value}, {place}")
            self._line(f"ret {result_type(self.function)} {packed}")
        self._after_jump()


DECLARATIONS = "\n".join(
    [
        *INTRINSICS,
        "declare float @llvm.sqrt.f32(float)",
        "declare float @llvm.floor.f32(float)",
        "declare float @llvm.fabs.f32(float)",
        "declare i32 @llvm.abs.i32(i32, i1)",
        "declare i64 @llvm.abs.i64(i64, i1)",
        *(f"declare {word} @llvm.fpto{sign}i.sat.{word}.f32(float)" for sign in "su" for word in ("i32", "i64")),
    ]
)


def print_law(function: ir.Function, kernel: str, rows: RowKind, shapes: Mapping[str, Shape] | None = None) -> str:
    """Prints a law with the functions it calls, and the kernel that runs it over rows.

    The kernel's arguments are `law_args`. shapes: lengths of its arrays, for a law that writes its own row only.
    """
    return law_function(function, kernel, shapes if rows.place else None) + "\n" + _kernel(function, kernel, rows)


def law_function(function: ir.Function, prefix: str, shapes: Mapping[str, Shape] | None = None) -> str:
    """Prints a law, `@prefix.law`, with the functions it calls, all to be inlined.

    Its parameters are the row, the column if any, and `llvm_parameters`.
    """
    symbols: dict[ir.Function, str] = {}
    texts: list[str] = []
    _print_callees(function, prefix, symbols, texts)
    printer = FunctionPrinter(function, f"{prefix}.law", symbols)
    printer.shapes = shapes
    return "\n".join([*texts, printer.text()])


def _print_callees(function: ir.Function, prefix: str, symbols: dict[ir.Function, str], texts: list[str]) -> None:
    for callee in function.calls:
        if callee not in symbols:
            _print_callees(callee, prefix, symbols, texts)
            symbols[callee] = f"{prefix}.{callee.name}.{len(symbols)}"
            texts.append(FunctionPrinter(callee, symbols[callee], symbols).text())


def law_args(function: ir.Function, rows: RowKind) -> KernelArgs:
    """Declares the arguments of a law's kernel."""
    return KernelArgs(listed=rows.listed, params=function.params[len(rows.place) :])


def _kernel(function: ir.Function, kernel: str, rows: RowKind) -> str:
    args = law_args(function, rows)
    place = ["i32 %row", "i32 %column"][: len(rows.place)]
    passed = [text for name, kind in args.params for text in llvm_arguments(name, kind)]
    body = [f"  call void @{kernel}.law({', '.join([*place, *passed])})"]
    if rows.columns:
        body = for_each("column", "0", f"%p.{rows.columns}.n1", ["  %column = trunc i64 %column.k to i32", *body])
    row = ["  %row = trunc i64 %row.k to i32"] if rows.place else []
    if rows.listed:
        row = ["  %at = getelementptr i32, ptr %list, i64 %row.k", "  %row = load i32, ptr %at"]
    loop = for_each("row", "%lo", "%hi", [*row, *body])
    head = [f"define void @{kernel}(i64 %lo, i64 %hi, ptr %args) {{", "entry:"]
    read = [*(args.llvm_list() if args.listed else []), *args.llvm_params()]
    return "\n".join([*head, *read, *loop, "  ret void", "}"]) + "\n"


def for_each(name: str, first: str, end: str, body: list[str]) -> list[str]:
    """Prints a loop of %name.k from `first` to below `end`."""
    return [
        f"  br label %{name}.enter",
        f"{name}.enter:",
        f"  br label %{name}.test",
        f"{name}.test:",
        f"  %{name}.k = phi i64 [{first}, %{name}.enter], [%{name}.k1, %{name}.next]",
        f"  %{name}.more = icmp slt i64 %{name}.k, {end}",
        f"  br i1 %{name}.more, label %{name}.body, label %{name}.exit",
        f"{name}.body:",
        *body,
        f"  br label %{name}.next",
        f"{name}.next:",
        f"  %{name}.k1 = add i64 %{name}.k, 1",
        f"  br label %{name}.test",
        f"{name}.exit:",
    ]
