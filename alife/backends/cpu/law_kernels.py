"""Kernels of laws as LLVM IR text: a law with the functions it calls, and the loop that runs it over rows."""

from __future__ import annotations

from collections.abc import Mapping

from alife.backends.abi import KernelArgs, llvm_arguments, llvm_parameters
from alife.backends.cpu.lane_rules import rows_fit
from alife.backends.cpu.lane_statements import LaneStatements
from alife.backends.cpu.lanes import ALL, INTRINSICS, LANE, LANES, MASK, vector, wide
from alife.backends.cpu.law_arithmetic import declarations
from alife.backends.cpu.law_statements import FunctionPrinter
from alife.backends.cpu.visiting import prefetches
from alife.laws import ir
from alife.laws.bounds import Shape
from alife.laws.types import I32, RowKind

DECLARATIONS = "\n".join([*declarations(1), *INTRINSICS, "declare i64 @llvm.umin.i64(i64, i64)"])


def print_law(
    function: ir.Function,
    kernel: str,
    rows: RowKind,
    shapes: Mapping[str, Shape] | None = None,
    rows_apart: bool = False,
    ahead: Mapping[str, int] | None = None,
) -> str:
    """Prints a law with the functions it calls, and the kernel that runs it over rows.

    The kernel's arguments are `law_args`. shapes: lengths of its arrays, for a law that writes its own row only.
    rows_apart: no row touches what another one writes. ahead: for a list of rows that are not in order, arrays whose
    later rows are prefetched, and the cache lines of a row of each.
    """
    if rows_apart and len(rows.place) == 1 and rows.period == 1 and wide() and rows_fit(function):
        return _law_of_rows(function, kernel) + _kernel(function, kernel, rows, LANES, ahead)
    law = law_function(function, kernel, shapes if rows.place else None, rows.period)
    return law + "\n" + _kernel(function, kernel, rows, 1, ahead)


def _law_of_rows(function: ir.Function, prefix: str) -> str:
    """Prints a law for several rows at once, `@prefix.law`; its first parameter is a vector of rows."""
    printer = FunctionPrinter(function, f"{prefix}.law", {})
    (row, _), *_ = function.params
    LaneStatements(printer, {row: f"%p.{row}"}).body(function, ALL)
    printer.line("ret void")
    params = llvm_parameters(function.params).replace(f"i32 %p.{row}", f"{vector(I32)} %p.{row}", 1)
    return f"define internal void @{printer.symbol}({params}) alwaysinline {printer.braces()}"


def law_function(function: ir.Function, prefix: str, shapes: Mapping[str, Shape] | None = None, period: int = 1) -> str:
    """Prints a law, `@prefix.law`, with the functions it calls, all to be inlined.

    Its parameters are the row, the column if any, and `llvm_parameters`.
    """
    symbols: dict[ir.Function, str] = {}
    texts: list[str] = []
    _print_callees(function, prefix, symbols, texts)
    printer = FunctionPrinter(function, f"{prefix}.law", symbols)
    printer.shapes, printer.period = shapes, period
    printer.own_row = "" if shapes is None else function.params[0][0]
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


def _kernel(
    function: ir.Function, kernel: str, rows: RowKind, lanes: int, ahead: Mapping[str, int] | None = None
) -> str:
    """Prints the loop over rows; lanes: rows that the law takes at once. Vectors beyond the end repeat their first."""
    args = law_args(function, rows)
    row_type = I32.llvm if lanes == 1 else vector(I32)
    place = [f"{row_type} %row", "i32 %column"][: len(rows.place)]
    passed = [text for name, kind in args.params for text in llvm_arguments(name, kind)]
    body = [f"  call void @{kernel}.law({', '.join([*place, *passed])})"]
    if rows.columns:
        body = for_each("column", "0", f"%p.{rows.columns}.n1", ["  %column = trunc i64 %column.k to i32", *body])
    first = ["  %at = getelementptr i32, ptr %list, i64 %row.k", "  %row = load i32, ptr %at"]
    if not rows.listed:
        first = ["  %row = trunc i64 %row.k to i32"]
    if lanes > 1:
        first = _rows_at_once(first, rows.listed)
    if ahead:
        first = [*prefetches(args.params, ahead, function.writes, lanes), *first]
    loop = for_each("row", "%lo", "%hi", [*(first if rows.place else []), *body], lanes)
    head = [f"define void @{kernel}(i64 %lo, i64 %hi, ptr %args) {{", "entry:"]
    read = [*(args.llvm_list() if args.listed else []), *args.llvm_params()]
    return "\n".join([*head, *read, *loop, "  ret void", "}"]) + "\n"


def _rows_at_once(first: list[str], listed: bool) -> list[str]:
    """Prints the vector of rows from one that `first` prints; beyond the end it is repeated, which changes nothing."""
    many = vector(I32)
    lines = [
        *(text.replace("%row =", "%row.0 =") for text in first),
        "  %row.left64 = sub i64 %hi, %row.k",
        f"  %row.some = call i64 @llvm.umin.i64(i64 %row.left64, i64 {LANES})",
        "  %row.left = trunc i64 %row.some to i32",
        f"  %row.left.1 = insertelement {many} poison, i32 %row.left, i32 0",
        f"  %row.lefts = shufflevector {many} %row.left.1, {many} poison, {many} zeroinitializer",
        f"  %row.mask = icmp ult {many} {LANE}, %row.lefts",
        f"  %row.first.1 = insertelement {many} poison, i32 %row.0, i32 0",
        f"  %row.first = shufflevector {many} %row.first.1, {many} poison, {many} zeroinitializer",
    ]
    if listed:
        name, place = f"llvm.masked.load.v{LANES}i32.p0", "ptr align 4 %at"
        return [*lines, f"  %row = call {many} @{name}({place}, {MASK} %row.mask, {many} %row.first)"]
    return [
        *lines,
        f"  %row.each = add {many} %row.first, {LANE}",
        f"  %row = select {MASK} %row.mask, {many} %row.each, {many} %row.first",
    ]


def for_each(name: str, first: str, end: str, body: list[str], step: int = 1) -> list[str]:
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
        f"  %{name}.k1 = add i64 %{name}.k, {step}",
        f"  br label %{name}.test",
        f"{name}.exit:",
    ]
