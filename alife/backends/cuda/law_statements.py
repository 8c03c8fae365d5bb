"""Statements of the typed tree as CUDA C text, and the kernel that runs laws over rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from alife.backends.abi import KernelArgs, Params, cuda_parameters, cuda_values
from alife.backends.cuda.law_expressions import UNSIGNED, ValuePrinter, scalar_of
from alife.laws import ir
from alife.laws.parallel import Pass
from alife.laws.types import RowKind


class FunctionPrinter(ValuePrinter):
    """Prints one function."""

    def text(self) -> str:
        """Returns its definition, to be inlined wherever it is called, after the struct of its results if several."""
        returns = self.function.returns
        fields = " ".join(f"{kind.c} r{place};" for place, kind in enumerate(returns))
        struct = f"struct {self.symbol}_result {{ {fields} }};\n" if len(returns) > 1 else ""
        head = f"ALIFE {self._result()} {self.symbol}({cuda_parameters(self.function.params)}) {{"
        variables = [f"  {kind.c} v_{name} = 0;" for name, kind in self.function.locals.items()]
        return struct + "\n".join([head, *variables, *self._block(self.function.body), "}", ""])

    def _result(self) -> str:
        kinds = [kind.c for kind in self.function.returns]
        return "void" if not kinds else kinds[0] if len(kinds) == 1 else f"{self.symbol}_result"

    def _block(self, statements: tuple[ir.Statement, ...]) -> list[str]:
        lines: list[str] = []
        for statement in statements:
            lines += getattr(self, "_s_" + type(statement).__name__.lower())(statement)
        return ["  " + line for line in lines]

    def _s_assign(self, node: ir.Assign) -> list[str]:
        return [f"v_{node.name} = {self._value(node.value)};"]

    def _s_unpack(self, node: ir.Unpack) -> list[str]:
        parts = [f"v_{name} = result.r{place};" for place, name in enumerate(node.names)]
        return [f"{{ const {self.symbols[node.value.function]}_result result = {self._value(node.value)};", *parts, "}"]

    def _s_store(self, node: ir.Store) -> list[str]:
        value = self._stored(node.type.element, self._value(node.value))
        return [f"{self._place(node.array, node.index)} = {value};"]

    def _s_add(self, node: ir.Add) -> list[str]:
        kind = UNSIGNED[node.type.element].c
        return [f"atomicAdd(({kind}*)&{self._place(node.array, node.index)}, ({kind}){self._value(node.value)});"]

    def _s_if(self, node: ir.If) -> list[str]:
        no = ["} else {", *self._block(node.no)] if node.no else []
        return [f"if ({self._value(node.condition)}) {{", *self._block(node.yes), *no, "}"]

    def _s_while(self, node: ir.While) -> list[str]:
        return [f"while ({self._value(node.condition)}) {{", *self._block(node.body), "}"]

    def _s_for(self, node: ir.For) -> list[str]:
        """Prints a loop. The variable keeps its last value, so the counter is another one; bounds are computed once."""
        kind = scalar_of(node.start)
        begin = f"{kind.c} now = {self._value(node.start)}, stop = {self._value(node.stop)}"
        later = self._wrapped("+", "now", f"({node.step})", kind)
        head = f"for ({begin}; now {'<' if node.step > 0 else '>'} stop; now = {later}) {{"
        return [head, f"  v_{node.name} = now;", *self._block(node.body), "}"]

    def _s_break(self, node: ir.Break) -> list[str]:
        return ["break;"]

    def _s_continue(self, node: ir.Continue) -> list[str]:
        return ["continue;"]

    def _s_return(self, node: ir.Return) -> list[str]:
        values = ", ".join(map(self._value, node.values))
        return [f"return {{{values}}};" if len(node.values) > 1 else f"return {values};"]


BLOCK = 256  # threads a block of a law's kernel, at most
RESIDENT = 4  # blocks that a multiprocessor must hold at a time: 64 registers a thread, so that none is spilled
BOUNDS = f"{BLOCK}, {RESIDENT}"
Bound = tuple[ir.Function, tuple[str, ...]]  # a law, and what its parameters after row and column are bound to


def law_args(laws: Sequence[Bound], rows: RowKind, constants: Collection[str] = ()) -> KernelArgs:
    """Declares the arguments of a kernel of laws over the same rows, each bound name once.

    constants: bound scalars that are passed by value.
    """
    params = {name: kind for law in laws for name, kind in _bound(*law, rows)}
    return KernelArgs(rows.listed, params=tuple(params.items()), constants=frozenset(params.keys() & set(constants)))


def _bound(function: ir.Function, names: Sequence[str], rows: RowKind) -> Params:
    """Returns the bound name and the type of each parameter after row and column."""
    kinds = [kind for _, kind in function.params[len(rows.place) :]]
    return tuple(zip(names, kinds, strict=True))


def print_kernel(kernel: str, laws: Sequence[Bound], rows: RowKind, args: KernelArgs) -> str:
    """Prints laws over the same rows as one kernel, `void kernel(const long long* count, const kernel_cells cells)`.

    Any number of blocks of at most `BLOCK` threads runs rows 0..*count-1, each row through all the laws in order.
    Compile the text after `law_expressions.INLINE` and `PRELUDE`.

    Args:
        kernel: the kernel's name, a name of C; all other names defined here begin with it.
        laws: at least one. None may read from other rows what another one writes.
        rows: the meaning of the laws' first parameters.
        args: `law_args` of these laws.
    """
    texts: list[str] = []
    calls = []
    for place, (function, names) in enumerate(laws):
        prefix = f"{kernel}_{place}"
        texts += law_functions(function, prefix)
        passed = [part for name, kind in _bound(function, names, rows) for part in cuda_values(name, kind)]
        calls.append(f"{prefix}_law({', '.join([*('row', 'column')[: len(rows.place)], *passed])});")
    return "\n".join([*texts, *args.cuda_head(kernel, BOUNDS), *_rows(laws, rows, calls), "}\n"])


def print_pass(kernel: str, args: KernelArgs, one: Pass) -> str:
    """Prints one pass of a law's parallel form. args: its columns and scalars, and the int32 scratch arrays."""
    head = args.cuda_head(kernel, BOUNDS)
    return "\n".join([*head, "  if (*count == 0) return;", one.body.strip("\n"), "}\n"])


def law_functions(function: ir.Function, prefix: str) -> list[str]:
    """Prints a law, `prefix_law`, with the functions it calls, all to be inlined.

    Its parameters are the row, the column if any, and `cuda_parameters`.
    """
    symbols: dict[ir.Function, str] = {}
    texts: list[str] = []
    _print_callees(function, prefix, symbols, texts)
    return [*texts, FunctionPrinter(function, f"{prefix}_law", symbols).text()]


def _print_callees(function: ir.Function, prefix: str, symbols: dict[ir.Function, str], texts: list[str]) -> None:
    for callee in function.calls:
        if callee not in symbols:
            _print_callees(callee, prefix, symbols, texts)
            symbols[callee] = f"{prefix}_{callee.name}_{len(symbols)}"
            texts.append(FunctionPrinter(callee, symbols[callee], symbols).text())


def _rows(laws: Sequence[Bound], rows: RowKind, calls: Sequence[str]) -> list[str]:
    """Prints the loop over rows, or over rows and columns, in which neighboring threads have neighboring columns."""
    function, names = laws[0]
    bound = dict(zip((name for name, _ in function.params[len(rows.place) :]), names, strict=True))
    width = f"p_{bound[rows.columns]}_n1" if rows.columns else ""
    number = f"k / {width}" if width else f"k % turns * {rows.period} + k / turns" if rows.period > 1 else "k"
    turns = [f"  const long long turns = (*count + {rows.period - 1}) / {rows.period};"] if rows.period > 1 else []
    total = f"*count * {width}" if width else f"turns * {rows.period}" if turns else "*count"
    return [
        *turns,
        f"  const long long total = {total}, step = (long long)gridDim.x * blockDim.x;",
        "  for (long long k = (long long)blockIdx.x * blockDim.x + threadIdx.x; k < total; k += step) {",
        *([f"    const int row = {f'list[{number}]' if rows.listed else f'(int)({number})'};"] if rows.place else []),
        *([f"    const int column = (int)(k % {width});"] if width else []),
        *(["    if (row >= *count) continue;"] if turns else []),
        *(f"    {call}" for call in calls),
        "  }",
    ]
