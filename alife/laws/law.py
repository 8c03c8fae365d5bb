"""Laws: plain Python functions of one row of a table, compiled as they are written, or run as they are written.

    @per_agent
    def age(i, energy, years):
        years[i] += 1

A law may read anything and writes only row i, so that neither the order of rows nor the number of threads can change a
result. `per_agent` runs over the living agents, `per_newborn` over the children of this step, `per_parent` over their
parents, `per_slot` over every slot, `per_bin` over the bins of the ground, `per_row("patches")` over any table, and
`serial` once, without a row. Arguments are named after fields, Params and constants; an engine binds them, and
`law.on(values="bites")` renames some.

A field that a law writes may be read at row i only: another row could be read before or after its owner wrote it.
Options allow more:

    reads_other_rows=("genome",)  it also reads rows of this written field that no row writes, such as parents'
    reductions=("ledger",)        it adds integers to any element, in any order: `ledger[0, 2] += i64(eaten[i])`
    columns="genome"              it takes a row and a column, and runs for every column: `def breed(i, g, genome)`
    scatter=("log",)              it writes rows of its choice, each once, which is not checked: for placing agents
    period=8                      rows i, i + 8, i + 16 ... take the same branches: a GPU runs them side by side

On a GPU a serial law runs on one thread, unless it has a `Parallel` form.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from types import FunctionType
from typing import Any, Protocol, TypedDict, Unpack, overload

import numpy as np

from alife.errors import UserError, suggestion, unknown
from alife.laws import ir, maths
from alife.laws.bounds import LOG, Known, Shape, Site
from alife.laws.bounds_walk import checked
from alife.laws.checking import AccessSpec, LawError, LawFunction, source_of
from alife.laws.lowering import Translator
from alife.laws.nesting import within_depth
from alife.laws.resolve import resolve_function
from alife.laws.scope import EMPTY, Scope
from alife.laws.types import I32, Array, RowKind, Type

LISTS = ("living", "newborn", "parents")  # rows given by an int32 list of slots of agents
RANKS = ("deaths",)  # the first n rows of the table of agents, as places in a list
_TABLES = {**dict.fromkeys((*LISTS, *RANKS), "agents"), "always": "one"}  # of rows that are not named after a table
RowTable = str  # one of LISTS or RANKS, a table ("agents", "bins"), or "" for a law that runs once
PARTS = 256  # blocks of a pass that splits its work into as many parts


@dataclass(frozen=True)
class Pass:
    """One kernel of a `Parallel` law: CUDA C over the law's parameters, named by `abi.cuda_values`.

    over: the parameter whose length is the number of threads needed; "" for `PARTS` blocks, one per part. The body
    distributes its work over the threads of the launch, whole blocks of whole warps.
    """

    body: str
    over: str = ""


@dataclass(frozen=True)
class Parallel:
    """A serial law as kernels of many threads, which leave the same values; a test checks that.

    scratch: int32 arrays of its own, as (name, the parameter whose length it has, or the number of values).
    """

    passes: tuple[Pass, ...]
    scratch: tuple[tuple[str, str | int], ...] = ()


@dataclass(frozen=True, eq=False)
class Law:
    """A law: its function, the rows it runs over, and its options, which the module's docstring explains."""

    function: LawFunction
    rows: RowTable
    reads_other_rows: tuple[str, ...] = ()
    reductions: tuple[str, ...] = ()
    columns: str = ""
    scatter: tuple[str, ...] = ()
    period: int = 1
    parallel: Parallel | None = None
    renamed: tuple[tuple[str, str], ...] = ()  # (parameter, the name it is bound to)
    resolved: bool = False
    number: int = -1  # its place in a program whose indices are checked at run time; -1: they are not
    unchecked: Law | None = None  # the same law without these checks

    def on(self, **names: str) -> Law:
        """Returns the same law over other fields: `exclusive_scan.on(values="bin_count", offsets="bin_start")`."""
        return replace(self, renamed=tuple(names.items()))

    def numbered(self, number: int) -> Law:
        """Returns the same law with indices checked at run time, the same object for equal numbers; see `bounds`."""
        return _numbered(self, number)

    def within(self, scope: Scope) -> Law:
        """Returns the same law with one parameter for each column and scalar it touches; see `namespaces`.

        Args:
            scope: what the names of its namespaces stand for.

        Raises:
            LawError: it uses a namespace as what it is not, or a name that the namespace lacks.
        """
        return self if self.resolved else _resolved(self, scope)

    @cached_property
    def _array_form(self) -> Law:
        return self.within(EMPTY)

    @property
    def table(self) -> str:
        """The table whose rows the law writes; "" for a serial law."""
        return _TABLES.get(self.rows, self.rows)

    @property
    def name(self) -> str:
        """The name of its function."""
        return self.function.__name__

    @cached_property
    def kind(self) -> RowKind:
        """The meaning of its leading parameters."""
        if self._array_form is not self:
            return self._array_form.kind
        names = tuple(inspect.signature(self.function).parameters)
        return RowKind(names[: bool(self.rows) + bool(self.columns)], self.rows in LISTS, self.columns, self.period)

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """Its parameters after the row and column."""
        if self._array_form is not self:
            return self._array_form.parameters
        names = tuple(inspect.signature(self.function).parameters)[len(self.kind.place) :]
        return (*names, LOG) if self.number >= 0 else names

    @cached_property
    def arguments(self) -> tuple[str, ...]:
        """Names of the fields and scalars that its parameters are bound to."""
        if self._array_form is not self:
            return self._array_form.arguments
        renamed = dict(self.renamed)
        return tuple(renamed.get(name, name) for name in self.parameters)

    @cached_property
    def _plain(self) -> LawFunction:
        return as_plain_python(self._array_form.function)

    def __call__(self, *args: np.generic | np.ndarray) -> None:
        """Runs the law as plain Python over NumPy scalars: its own definition, one row at a time."""
        with np.errstate(all="ignore"):
            self._plain(*(each.view(Strict) if isinstance(each, np.ndarray) and each.ndim else each for each in args))

    def translate(
        self,
        types: Mapping[str, Type],
        tables: Mapping[str, str] | None = None,
        shapes: Mapping[str, Shape] | None = None,
    ) -> ir.Function:
        """Lowers the law to the typed tree at these types of its parameters.

        Args:
            types: of its parameters.
            tables: the table of each array parameter, where known; a law writes only its own table's rows.
            shapes: lengths of each array parameter, as far as known.

        Raises:
            LawError: the law is outside the language, or an index outside its array, with file, line and what to write
                instead.
        """
        if self._array_form is not self:
            return self._array_form.translate(types, tables, shapes)
        return self._checked(types, tables, shapes)[0]

    def sites(
        self, types: Mapping[str, Type], tables: Mapping[str, str], shapes: Mapping[str, Shape]
    ) -> tuple[Site, ...]:
        """Returns the places whose indices are not proven, in the order of their numbers. See `translate`."""
        if self._array_form is not self:
            return self._array_form.sites(types, tables, shapes)
        return self._checked(types, tables, shapes)[1]

    def _checked(
        self, types: Mapping[str, Type], tables: Mapping[str, str] | None, shapes: Mapping[str, Shape] | None
    ) -> tuple[ir.Function, tuple[Site, ...]]:
        return within_depth(self.function, lambda: self._walked(types, tables, shapes))

    def _walked(
        self, types: Mapping[str, Type], tables: Mapping[str, str] | None, shapes: Mapping[str, Shape] | None
    ) -> tuple[ir.Function, tuple[Site, ...]]:
        own = tuple((name, kind) for name, kind in types.items() if name != LOG)
        lowered = _lowered(self.unchecked or self, own, None if tables is None else tuple(tables.items()))
        known = Known(self.name, max(self.number, 0), tables or {}, shapes or {})
        safe = checked(lowered, self.kind, self.table, known)
        return safe if self.number >= 0 else lowered, tuple(known.sites)

    def lowered(self, types: Mapping[str, Type], tables: Mapping[str, str] | None) -> ir.Function:
        """Lowers the law as it is, without a look at its indices; see `translate`."""
        if self._array_form is not self:
            return self._array_form.lowered(types, tables)
        place = self.kind.place
        translator = Translator(self.function, {**dict.fromkeys(place, I32), **types}, self._access(types, tables))
        function = translator.translate()
        if function.returns:
            at = f"{translator.file}:{translator.offset + translator.definition.lineno}: {self.name}"
            raise LawError(f"{at}: expected a law that returns nothing, got a return of a value; write a.name = ...")
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


@lru_cache(maxsize=4096)
def _numbered(law: Law, number: int) -> Law:
    return replace(law, number=number, unchecked=law)


@lru_cache(maxsize=1024)
def _lowered(law: Law, types: tuple[tuple[str, Type], ...], tables: tuple[tuple[str, str], ...] | None) -> ir.Function:
    return law.lowered(dict(types), None if tables is None else dict(tables))


@lru_cache(maxsize=4096)
def _resolved(law: Law, scope: Scope) -> Law:
    place = bool(law.rows) + bool(law.columns)
    found = within_depth(law.function, lambda: resolve_function(law.function, place, law.table, scope))
    if found is None:
        return _with_known_names(replace(law, resolved=True))
    bound, held = dict(law.renamed), {field: parameter for parameter, field in found.touched.items()}

    def parameters(fields: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(held.get(field, field) for field in fields)

    made = replace(
        law,
        function=found.function,
        reads_other_rows=parameters(law.reads_other_rows),
        reductions=parameters(law.reductions),
        columns=held.get(law.columns, law.columns),
        scatter=parameters(law.scatter),
        renamed=(*law.renamed, *((parameter, bound.get(field, field)) for parameter, field in found.touched.items())),
        resolved=True,
    )
    return _with_known_names(made)


def _with_known_names(law: Law) -> Law:
    """Returns a resolved law. Raises LawError for an option that names what the law does not touch."""
    for option in ("reads_other_rows", "reductions", "scatter"):
        for name in getattr(law, option):
            if name not in law.parameters:
                definition, file, offset = source_of(law.function)
                place = f"{file}:{definition.lineno + offset}: {law.name}"
                raise LawError(
                    f"{place}: expected columns that the law touches in {option}, got {name}"
                    f"{suggestion(name, law.parameters)}; write those"
                )
    return law


class Strict(np.ndarray):
    """An array of a law that runs as plain Python: a negative index does not count from the end, but is outside."""

    def __getitem__(self, index: Any) -> Any:
        """Returns one element. Raises IndexError outside the array."""
        return super().__getitem__(_strict(index))

    def __setitem__(self, index: Any, value: Any) -> None:
        """Sets one element. Raises IndexError outside the array."""
        super().__setitem__(_strict(index), value)


def _strict(index: Any) -> Any:
    for part in index if isinstance(index, tuple) else (index,):
        if isinstance(part, int | np.integer) and part < 0:
            raise IndexError(f"expected an index from 0 on, got {part}; write len(...) - 1 for the last")
    return index


class LawOptions(TypedDict, total=False):
    """The options of the decorators; the module's docstring explains them."""

    reads_other_rows: tuple[str, ...]
    reductions: tuple[str, ...]
    columns: str
    scatter: tuple[str, ...]
    period: int
    parallel: Parallel


class LawDecorator(Protocol):
    """Makes a law of a function: `@per_agent`, or with options `@per_agent(reductions=("total",))`."""

    @overload
    def __call__(self, function: LawFunction, /) -> Law: ...

    @overload
    def __call__(self, **options: Unpack[LawOptions]) -> Callable[[LawFunction], Law]: ...


def _decorator(rows: RowTable, doc: str) -> LawDecorator:
    @overload
    def decorate(function: LawFunction, /) -> Law: ...

    @overload
    def decorate(**options: Unpack[LawOptions]) -> Callable[[LawFunction], Law]: ...

    def decorate(
        function: LawFunction | None = None, /, **options: Unpack[LawOptions]
    ) -> Law | Callable[[LawFunction], Law]:
        return per_row(rows, **options) if function is None else per_row(rows, **options)(function)

    decorate.__doc__ = doc
    return decorate


def per_row(table: RowTable, **options: Unpack[LawOptions]) -> Callable[[LawFunction], Law]:
    """Makes a law over the rows of a table of the world's own: `@per_row("patches")`.

    Raises:
        UserError: an option that laws do not have, or text in place of a tuple.
    """
    _check_options(options)
    return lambda function: Law(function, table, **options)


def _check_options(options: Mapping[str, object]) -> None:
    for name, value in options.items():
        if name not in LawOptions.__annotations__:
            raise unknown("option of a law", name, LawOptions.__annotations__)
        if name in ("reads_other_rows", "reductions", "scatter") and not isinstance(value, tuple):
            raise UserError(f"{name}: expected a tuple of names of columns, got {value!r}; write {name}=({value!r},)")


per_agent = _decorator("living", "Makes a law over the living agents.")
per_newborn = _decorator("newborn", "Makes a law over the children placed in this step.")
per_parent = _decorator("parents", "Makes a law over the agents whose child was placed in this step.")
per_slot = _decorator("agents", "Makes a law over every slot, living or free.")
per_bin = _decorator("bins", "Makes a law over the bins of a world's cell lists, and the ground they own.")
serial = _decorator("", "Makes a law that runs once a step, without a row, and may write anywhere.")


class _Literals(ast.NodeTransformer):
    """Turns every float literal and float global into a float32, as the language defines it."""

    def __init__(self, scope: Mapping[str, object]) -> None:
        self.scope = scope

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return _single(node) if isinstance(node.value, float) else node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        known = isinstance(node.ctx, ast.Load) and isinstance(self.scope.get(node.id), float)
        return _single(node) if known else node


def _single(node: ast.expr) -> ast.AST:
    call = ast.Call(func=ast.Name(id="__f32", ctx=ast.Load()), args=[node], keywords=[])
    return ast.copy_location(call, node)


def as_plain_python(function: LawFunction, done: dict[LawFunction, LawFunction] | None = None) -> LawFunction:
    """Returns the function for Python to run, with float literals as float32; likewise the functions it calls.

    done: the functions rewritten so far, which grows.
    """
    done = {} if done is None else done
    if function not in done:
        if function.__module__ == maths.__name__ and function.__name__ in _BUILTINS:
            return function
        definition, file, offset = source_of(function)
        definition.decorator_list = []
        local = {argument.arg for argument in definition.args.args}
        scope = dict(function.__globals__)
        rewritten = _Literals({name: value for name, value in scope.items() if name not in local}).visit(definition)
        module = ast.fix_missing_locations(ast.increment_lineno(ast.Module([rewritten], []), offset))
        scope["__f32"] = np.float32
        exec(compile(module, file, "exec"), scope)  # the law's own source, with typed literals
        done[function] = scope[function.__name__]
        for name in set(done[function].__code__.co_names):
            if isinstance(scope.get(name), FunctionType) and scope[name] is not done[function]:
                scope[name] = as_plain_python(scope[name], done)
    return done[function]


_BUILTINS = ("f32", "i32", "u32", "i64", "u64", "sqrt", "floor", "float_bits", "bits_float", "lane_of")
