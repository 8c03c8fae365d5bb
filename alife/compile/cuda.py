"""From the typed tree to CUDA C text: a law's statements, and the kernel that runs it over rows."""

from __future__ import annotations

from alife.compile import tree
from alife.compile.cuda_values import ValuePrinter, flat_names, flat_params, scalar_of
from alife.compile.types import Scalar


class FunctionPrinter(ValuePrinter):
    """One function's C."""

    def text(self) -> str:
        """The definition, inlined wherever it is called, behind the struct it returns when it returns several."""
        returns = self.function.returns
        fields = " ".join(f"{kind.c} r{place};" for place, kind in enumerate(returns))
        struct = f"struct {self.symbol}_result {{ {fields} }};\n" if len(returns) > 1 else ""
        head = f"ALIFE {self._result()} {self.symbol}({', '.join(flat_params(self.function.params))}) {{"
        variables = [f"  {kind.c} v_{name} = 0;" for name, kind in self.function.locals.items()]
        return struct + "\n".join([head, *variables, *self._block(self.function.body), "}", ""])

    def _result(self) -> str:
        kinds = [kind.c for kind in self.function.returns]
        return "void" if not kinds else kinds[0] if len(kinds) == 1 else f"{self.symbol}_result"

    def _block(self, statements: tuple[tree.Statement, ...]) -> list[str]:
        lines: list[str] = []
        for statement in statements:
            lines += getattr(self, "_s_" + type(statement).__name__.lower())(statement)
        return ["  " + line for line in lines]

    def _s_assign(self, node: tree.Assign) -> list[str]:
        return [f"v_{node.name} = {self._value(node.value)};"]

    def _s_unpack(self, node: tree.Unpack) -> list[str]:
        parts = [f"v_{name} = result.r{place};" for place, name in enumerate(node.names)]
        return [f"{{ const {self.symbols[node.value.function]}_result result = {self._value(node.value)};", *parts, "}"]

    def _s_store(self, node: tree.Store) -> list[str]:
        value = self._stored(node.type.element, self._value(node.value))
        return [f"{self._place(node.array, node.index)} = {value};"]

    def _s_if(self, node: tree.If) -> list[str]:
        no = ["} else {", *self._block(node.no)] if node.no else []
        return [f"if ({self._value(node.condition)}) {{", *self._block(node.yes), *no, "}"]

    def _s_while(self, node: tree.While) -> list[str]:
        return [f"while ({self._value(node.condition)}) {{", *self._block(node.body), "}"]

    def _s_for(self, node: tree.For) -> list[str]:
        """The counter is apart from the variable, which keeps its last value; bounds are found once."""
        kind = scalar_of(node.start)
        begin = f"{kind.c} now = {self._value(node.start)}, stop = {self._value(node.stop)}"
        later = self._wrapped("+", "now", f"({node.step})", kind)
        head = f"for ({begin}; now {'<' if node.step > 0 else '>'} stop; now = {later}) {{"
        return [head, f"  v_{node.name} = now;", *self._block(node.body), "}"]

    def _s_break(self, node: tree.Break) -> list[str]:
        return ["break;"]

    def _s_continue(self, node: tree.Continue) -> list[str]:
        return ["continue;"]

    def _s_return(self, node: tree.Return) -> list[str]:
        values = ", ".join(map(self._value, node.values))
        return [f"return {{{values}}};" if len(node.values) > 1 else f"return {values};"]


def print_law_cuda(function: tree.Function, kernel: str, rows: bool, listed: bool) -> str:
    """A law and what it calls as CUDA C, and the kernel `void kernel(const long long* count, const long long* args)`.

    Any number of blocks and threads runs rows 0..*count-1. Compile it behind `cuda_values.INLINE` and `PRELUDE`.

    Args:
        function: the law at fixed types.
        kernel: the kernel's name, a name of C; everything else defined here begins with it.
        rows: the law takes a row index first; otherwise it runs once.
        listed: row k is element k of an int32 list, whose address is the first argument cell; then follow the cells
            of `native.pointer_cells` for each argument.
    """
    symbols: dict[tree.Function, str] = {}
    texts: list[str] = []
    _print_callees(function, kernel, symbols, texts)
    texts.append(FunctionPrinter(function, f"{kernel}_law", symbols).text())
    return "\n".join([*texts, _kernel(function, kernel, rows, listed)])


def _print_callees(function: tree.Function, prefix: str, symbols: dict[tree.Function, str], texts: list[str]) -> None:
    for callee in function.calls:
        if callee not in symbols:
            _print_callees(callee, prefix, symbols, texts)
            symbols[callee] = f"{prefix}_{callee.name}_{len(symbols)}"
            texts.append(FunctionPrinter(callee, symbols[callee], symbols).text())


def _kernel(function: tree.Function, kernel: str, rows: bool, listed: bool) -> str:
    params = function.params[1:] if rows else function.params
    row = ["list[k]" if listed else "(int)k"] if rows else []
    names = [part for name, kind in params for part in flat_names(name, kind)]
    scalars = {f"p_{name}" for name, kind in params if isinstance(kind, Scalar)}
    lines = [f'extern "C" __global__ void {kernel}(const long long* count, const long long* args) {{']
    lines += ["  const int* list = (const int*)args[0];"] if listed else []
    for cell, (declared, name) in enumerate(zip(flat_params(params), names, strict=True), int(listed)):
        kind = declared.replace(" __restrict__", "").rpartition(" ")[0]
        value = f"*(const {kind}*)args[{cell}]" if name in scalars else f"({kind})args[{cell}]"
        lines.append(f"  {kind} {name} = {value};")
    lines += [
        "  const long long rows = *count, step = (long long)gridDim.x * blockDim.x;",
        "  for (long long k = (long long)blockIdx.x * blockDim.x + threadIdx.x; k < rows; k += step)",
        f"    {kernel}_law({', '.join(row + names)});",
        "}",
    ]
    return "\n".join(lines) + "\n"
