"""Laws: plain Python functions over one row of a table, compiled as they stand, or run as they stand.

    @per_agent
    def age(i, energy, years):
        years[i] += 1

A law reads anything and writes only row i, so that no order of rows and no number of threads can change a result.
`per_agent` runs over the living agents, `per_newborn` over this step's children, `per_parent` over those who got one,
`per_slot` over every slot, `per_bin` over the bins of the ground, `per_row("patches")` over any table, `serial` once,
without a row. Arguments are named after fields, Params and constants; an engine binds them, and
`law.on(values="bites")` renames some.

A field that a law writes may be read at row i only: another row would be read before or after its owner wrote it.
What a law says beside that:

    reads_other_rows=("genome",)  of this written field it also reads rows that nobody writes, such as those of parents
    reductions=("ledger",)        it adds whole numbers to any element: `ledger[0, 2] += i64(eaten[i])`, in any order
    columns="genome"              it takes a row and a column, and runs for each column: `def breed(i, g, genome)`
    scatter=("log",)              it writes rows of its choice, each of them once: only for what places agents
    period=8                      rows i, i + 8, i + 16 ... do the same at the same time: side by side on a GPU

On a GPU a serial law runs on one thread, unless it brings its `Parallel` form.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import FunctionType
from typing import Any

import numpy as np

from alife.laws import ir, maths
from alife.laws.checking import AccessSpec, LawError, source_of
from alife.laws.lowering import Translator
from alife.laws.types import I32, Array, RowKind, Type

LISTS = ("living", "newborn", "parents")  # rows named one by one in an int32 list; all are slots of agents
RANKS = ("deaths",)  # rows of a list itself: the first so many of the table of agents
_TABLES = {**dict.fromkeys((*LISTS, *RANKS), "agents"), "always": "one"}  # of kinds of rows that are no table's name
RowTable = str  # one of LISTS or RANKS, a table ("agents", "bins"), or "" for once


PARTS = 256  # blocks of a pass that works on so many parts


@dataclass(frozen=True)
class Pass:
    """One kernel of a `Parallel` law: CUDA C over the law's parameters, named as in `cuda_values.flat_params`.

    over: the parameter whose length says how many threads have something to do; "" for `PARTS` blocks, one a part. The
    body spreads itself over the threads there are, whole blocks of whole warps.
    """

    body: str
    over: str = ""


@dataclass(frozen=True)
class Parallel:
    """A serial law as kernels for many threads, which leave the same values: a test holds them to that.

    scratch: int32 arrays of its own: name -> the parameter whose length it has, or how many values.
    """

    passes: tuple[Pass, ...]
    scratch: tuple[tuple[str, str | int], ...] = ()


@dataclass(frozen=True, eq=False)
class Law:
    """A law: its function, the rows it runs over, and what it may touch beside its own row. See the module."""

    function: Callable[..., Any]
    rows: RowTable
    reads_other_rows: tuple[str, ...] = ()
    reductions: tuple[str, ...] = ()
    columns: str = ""
    scatter: tuple[str, ...] = ()
    period: int = 1
    parallel: Parallel | None = None
    renamed: tuple[tuple[str, str], ...] = ()  # (parameter, the name it is bound to)

    def on(self, **names: str) -> Law:
        """The same law over other fields: `exclusive_scan.on(values="bin_count", offsets="bin_start")`."""
        return replace(self, renamed=tuple(names.items()))

    @property
    def table(self) -> str:
        """The table whose rows it writes; "" for a serial law."""
        return _TABLES.get(self.rows, self.rows)

    @property
    def name(self) -> str:
        return self.function.__name__

    @cached_property
    def kind(self) -> RowKind:
        """What its first parameters stand for."""
        names = tuple(inspect.signature(self.function).parameters)
        return RowKind(names[: bool(self.rows) + bool(self.columns)], self.rows in LISTS, self.columns, self.period)

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """Its parameters behind the row and column."""
        return tuple(inspect.signature(self.function).parameters)[len(self.kind.place) :]

    @cached_property
    def arguments(self) -> tuple[str, ...]:
        """Names of the fields and scalars its parameters are bound to."""
        renamed = dict(self.renamed)
        return tuple(renamed.get(name, name) for name in self.parameters)

    @cached_property
    def _plain(self) -> Callable[..., Any]:
        return plain(self.function)

    def __call__(self, *args: Any) -> Any:
        """Run it as plain Python over NumPy scalars: the law's own definition, one row at a time."""
        with np.errstate(all="ignore"):
            return self._plain(*args)

    def translate(self, types: Mapping[str, Type], tables: Mapping[str, str] | None = None) -> ir.Function:
        """The typed tree at these types of its parameters.

        tables: the table of each array parameter, where known; a law writes only its own table's rows.

        Raises:
            LawError: with file, line and what to write.
        """
        place = self.kind.place
        translator = Translator(self.function, {**dict.fromkeys(place, I32), **types}, self._access(types, tables))
        function = translator.translate()
        if self.rows:
            self._check_reads(translator)
        return function

    def _access(self, types: Mapping[str, Type], tables: Mapping[str, str] | None) -> AccessSpec | None:
        if not self.rows:
            return None
        arrays = [name for name, kind in types.items() if isinstance(kind, Array)]
        own = tuple(name for name in arrays if tables is None or tables.get(name) == self.table)
        return AccessSpec(self.kind.place, own, self.scatter, self.reductions)

    def _check_reads(self, translator: Translator) -> None:
        for name in sorted(translator.written & translator.read_elsewhere.keys() - set(self.reads_other_rows)):
            line = getattr(translator.read_elsewhere[name], "lineno", 1) + translator.offset
            raise LawError(
                f"{translator.file}:{line}: {self.name}: expected a written field to be read at row "
                f"{', '.join(self.kind.place)} only, got another row of {name}; "
                "write two laws with a field of its own between them"
            )


def _decorator(rows: RowTable, doc: str) -> Callable[..., Any]:
    def decorate(function: Callable[..., Any] | None = None, **says: Any) -> Any:
        if function is None:
            return lambda inner: Law(inner, rows, **says)
        return Law(function, rows, **says)

    decorate.__doc__ = doc
    return decorate


per_agent = _decorator("living", "A law over the living agents.")
per_newborn = _decorator("newborn", "A law over the children placed in this step.")
per_parent = _decorator("parents", "A law over the agents whose child was placed in this step.")
per_slot = _decorator("agents", "A law over every slot, living or free.")
per_bin = _decorator("bins", "A law over the bins of a world's cell lists, and the ground they own.")
serial = _decorator("", "Something that runs once a step, and may write anywhere.")


def per_row(table: RowTable, **says: Any) -> Callable[[Callable[..., Any]], Law]:
    """A law over the rows of a table of the world's own: `@per_row("patches")`."""
    return lambda function: Law(function, table, **says)


class _Literals(ast.NodeTransformer):
    """Makes every float literal and float global a float32, as the language has it."""

    def __init__(self, scope: Mapping[str, Any]) -> None:
        self.scope = scope

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return _single(node) if isinstance(node.value, float) else node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        known = isinstance(node.ctx, ast.Load) and isinstance(self.scope.get(node.id), float)
        return _single(node) if known else node


def _single(node: ast.expr) -> ast.AST:
    call = ast.Call(func=ast.Name(id="__f32", ctx=ast.Load()), args=[node], keywords=[])
    return ast.copy_location(call, node)


def plain(function: Callable[..., Any], done: dict[Any, Any] | None = None) -> Callable[..., Any]:
    """The function as Python runs it, with float literals as float32; the functions it calls likewise."""
    done = {} if done is None else done
    if function not in done:
        if function.__module__ == maths.__name__ and function.__name__ in _NATIVE_WORDS:
            return function
        definition, file, offset = source_of(function)
        definition.decorator_list = []
        local = {argument.arg for argument in definition.args.args}
        scope = dict(function.__globals__)
        rewritten = _Literals({name: value for name, value in scope.items() if name not in local}).visit(definition)
        module = ast.fix_missing_locations(ast.increment_lineno(ast.Module([rewritten], []), offset))
        scope["__f32"] = np.float32
        exec(compile(module, file, "exec"), scope)  # our own source, only with its literals typed
        done[function] = scope[function.__name__]
        for name in set(done[function].__code__.co_names):
            if isinstance(scope.get(name), FunctionType) and scope[name] is not done[function]:
                scope[name] = plain(scope[name], done)
    result: Callable[..., Any] = done[function]
    return result


_NATIVE_WORDS = ("f32", "i32", "u32", "i64", "u64", "sqrt", "floor", "float_bits", "bits_float")
