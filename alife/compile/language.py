"""Laws: plain Python functions over one row of a table, compiled as they stand, or run as they stand.

    @per_agent
    def age(i, energy, years):
        years[i] += 1

A law reads anything and writes only row i, so that no order of rows and no number of threads can change a result.
`per_agent` runs over the living agents, `per_newborn` over this step's children, `per_parent` over those who got one,
`per_slot` over every slot, `per_bin` over the bins of the ground, `serial` once, without a row. Arguments are
named after fields, Params and constants; `compile.kernels` binds them, and `law.on(values="bites")` renames some.

A field that a law writes may be read at row i only: another row would be read before or after its owner wrote it.
Where a law reads rows that it never writes (the parents of newborns), it says so: `@per_newborn(apart=("genome",))`.
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

from alife import maths
from alife.compile import tree
from alife.compile.expressions import LawError, source_of
from alife.compile.translate import Translator
from alife.compile.types import I32, Array, Type

LISTS = ("living", "newborn", "parents")  # rows named one by one in an int32 list; all are slots of agents
RowTable = str  # one of LISTS, a table ("agents", "bins"), or "" for once


@dataclass(frozen=True, eq=False)
class Law:
    """A law: its function, the rows it runs over, and the written fields whose other rows it may read."""

    function: Callable[..., Any]
    rows: RowTable
    apart: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()  # (parameter, the name it is bound to)

    def on(self, **names: str) -> Law:
        """The same law over other fields: `exclusive_scan.on(values="bin_count", offsets="bin_start")`."""
        return replace(self, renamed=tuple(names.items()))

    @property
    def table(self) -> str:
        """The table whose rows it writes; "" for a serial law."""
        return "agents" if self.rows in LISTS else self.rows

    @property
    def name(self) -> str:
        return self.function.__name__

    @property
    def parameters(self) -> tuple[str, ...]:
        """Its parameters behind the row."""
        names = tuple(inspect.signature(self.function).parameters)
        return names[1:] if self.rows else names

    @property
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

    def translate(self, types: Mapping[str, Type], tables: Mapping[str, str] | None = None) -> tree.Function:
        """The typed tree at these types of its parameters.

        tables: the table of each array parameter, where known; a law writes only its own table's rows.

        Raises:
            LawError: with file, line and what to write.
        """
        owned = None
        if self.rows:
            arrays = [name for name, kind in types.items() if isinstance(kind, Array)]
            owned = tuple(name for name in arrays if tables is None or tables.get(name) == self.table)
        row = next(iter(inspect.signature(self.function).parameters)) if self.rows else ""
        translator = Translator(self.function, {**({row: I32} if self.rows else {}), **types}, owned)
        function = translator.translate()
        if self.rows:
            self._check_reads(translator)
        return function

    def _check_reads(self, translator: Translator) -> None:
        for name in sorted(translator.written & translator.read_elsewhere.keys() - set(self.apart)):
            line = getattr(translator.read_elsewhere[name], "lineno", 1) + translator.offset
            raise LawError(
                f"{translator.file}:{line}: {self.name}: expected a written field to be read at row "
                f"{translator.row} only, got another row of {name}; write two laws with a field of its own between them"
            )


def _decorator(rows: RowTable, doc: str) -> Callable[..., Any]:
    def decorate(function: Callable[..., Any] | None = None, *, apart: tuple[str, ...] = ()) -> Any:
        if function is None:
            return lambda inner: Law(inner, rows, apart)
        return Law(function, rows, apart)

    decorate.__doc__ = doc + " apart: written fields of which it also reads rows that nobody writes."
    return decorate


per_agent = _decorator("living", "A law over the living agents.")
per_newborn = _decorator("newborn", "A law over the children placed in this step.")
per_parent = _decorator("parents", "A law over the agents whose child was placed in this step.")
per_slot = _decorator("agents", "A law over every slot, living or free.")


def per_bin(function: Callable[..., Any]) -> Law:
    """A law over the rows of the table "bins": the bins of a world's cell lists, and the ground they own."""
    return Law(function, "bins")


def serial(function: Callable[..., Any]) -> Law:
    """Something that runs once a step, and may write anywhere."""
    return Law(function, "")


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
