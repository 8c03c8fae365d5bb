"""Laws: plain Python functions of one row of a table, compiled as they are written, or run as they are written.

    @per_agent
    def age(a):
        a.years += 1

A law may read anything and writes only its own row, so that neither the order of rows nor the number of threads can
change a result. `per_agent` runs over the living agents, `per_newborn` over the children of this step, `per_parent`
over their parents, `per_slot` over every slot, `per_bin` over the bins of the ground, `per_row("patches")` over any
table, `per_row("living_places")` over the first n rows of agents, n of them alive, as places in a list of these, and
`serial` once, without a row. Its parameters are namespaces (`namespaces`). What is compiled is its array
form, `law.array_form`, with one parameter for each column, Param and constant that the text names. An engine binds
these to fields of their names, and `law.on(values="bites")` renames some.

A field that a law writes may be read at its own row only: another row could be read before or after its owner wrote it.
Options allow more:

    reads_other_rows=("genome",)  it also reads rows of this written field that no row writes, such as parents'
    reductions=("ledger",)        it adds integers to any element, in any order: `totals.ledger[2] += i64(a.eaten)`
    columns="genome"              it takes a row and a column, and runs for every column: `def breed(child, g, agents)`
    scatter=("dead_id",)          it writes rows of its choice, each once, which is not checked: for placing agents
    tables={"log": "log"}         further namespaces of tables, beside `agents`, `bins`, `totals` and the world's own
    period=8                      rows i, i + 8, i + 16 ... take the same branches: a GPU runs them side by side

On a GPU a serial law runs on one thread, unless it has a `Parallel` form.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from types import FunctionType
from typing import Protocol, TypedDict, Unpack, overload

import numpy as np

from alife.cached import cached_property
from alife.errors import UserError, suggestion, unknown
from alife.laws import ir
from alife.laws.bounds import LOG, Known, Shape, Site
from alife.laws.bounds_walk import checked
from alife.laws.checking import AccessSpec
from alife.laws.lowering import Translator
from alife.laws.nesting import within_depth
from alife.laws.parallel import Parallel
from alife.laws.plain import Strict, as_plain_python
from alife.laws.resolve import resolve_function
from alife.laws.scope import EMPTY, Scope
from alife.laws.source_text import LawError, LawFunction, place_of
from alife.laws.types import I32, Array, RowKind, Type

LISTS = ("living", "newborn", "parents")  # rows given by an int32 list of slots of agents
RANKS = ("deaths", "living_places")  # the first n rows of the table of agents, as places in a list
_TABLES = {**dict.fromkeys((*LISTS, *RANKS), "agents"), "always": "one"}  # of rows that are not named after a table
RowTable = str  # one of LISTS or RANKS, a table ("agents", "bins"), or "" for a law that runs once


@dataclass(frozen=True, eq=False)
class Law:
    """A law: its function, the rows it runs over, and its options, which the module's docstring explains."""

    function: LawFunction
    rows: RowTable
    reads_other_rows: tuple[str, ...] = ()
    reductions: tuple[str, ...] = ()
    columns: str = ""
    scatter: tuple[str, ...] = ()
    tables: Mapping[str, str] = field(default_factory=dict)
    period: int = 1
    parallel: Parallel | None = None
    renamed: tuple[tuple[str, str], ...] = ()  # (parameter, the name it is bound to)
    number: int = -1  # its place in a program whose indices are checked at run time; -1: they are not
    unchecked: Law | None = None  # the same law without these checks

    def on(self, **names: str) -> Law:
        """Returns the same law over other fields: `exclusive_scan.on(values="bin_count", offsets="bin_start")`.

        It is the same object for equal names, so that what is compiled of it is found again.
        """
        return _over(self, tuple(names.items()))

    def numbered(self, number: int) -> Law:
        """Returns the same law with indices checked at run time, the same object for equal numbers; see `bounds`."""
        return _numbered(self, number)

    def within(self, scope: Scope) -> ArrayLaw:
        """Returns the law in array form: one parameter for each column and scalar that it touches; see `namespaces`.

        Args:
            scope: what the names of its namespaces stand for.

        Raises:
            LawError: it uses a namespace as what it is not, or a name that the namespace lacks.
        """
        return _resolved(self, scope)

    @cached_property
    def array_form(self) -> ArrayLaw:
        """The law in array form; outside of a world a column, Param or constant is the field of its name.

        Raises:
            LawError: it uses a namespace as what it is not.
        """
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
    def _plain(self) -> LawFunction:
        return as_plain_python(self.array_form.function)

    def __call__(self, *args: np.generic | np.ndarray) -> None:
        """Runs the law as plain Python over NumPy scalars: its own definition, one row at a time."""
        with np.errstate(all="ignore"):
            self._plain(*(each.view(Strict) if isinstance(each, np.ndarray) and each.ndim else each for each in args))


@dataclass(frozen=True, eq=False)
class ArrayLaw(Law):
    """A law in array form: after the row and column, one parameter for each column and scalar that it touches.

    touched: (parameter, the name that the text gives it), where the text uses a namespace. `reads_other_rows`,
    `reductions`, `columns` and `scatter` name parameters.
    """

    touched: tuple[tuple[str, str], ...] = ()

    def within(self, scope: Scope) -> ArrayLaw:
        """Returns the law itself."""
        return self

    @cached_property
    def kind(self) -> RowKind:
        """The meaning of its leading parameters."""
        names = tuple(inspect.signature(self.function).parameters)
        return RowKind(names[: bool(self.rows) + bool(self.columns)], self.rows in LISTS, self.columns, self.period)

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """Its parameters after the row and column."""
        names = tuple(inspect.signature(self.function).parameters)[len(self.kind.place) :]
        return (*names, LOG) if self.number >= 0 else names

    @cached_property
    def arguments(self) -> tuple[str, ...]:
        """Names of the fields and scalars that its parameters are bound to."""
        renamed = dict(self.renamed)
        return tuple(renamed.get(name, name) for name in self.parameters)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names that its text, and that of its passes, gives its parameters."""
        touched = dict(self.touched)
        return tuple(touched.get(name, name) for name in self.parameters)

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
        return self._checked(types, tables, shapes)[0]

    def sites(
        self, types: Mapping[str, Type], tables: Mapping[str, str], shapes: Mapping[str, Shape]
    ) -> tuple[Site, ...]:
        """Returns the places whose indices are not proven, in the order of their numbers. See `translate`."""
        return self._checked(types, tables, shapes)[1]

    def _checked(
        self, types: Mapping[str, Type], tables: Mapping[str, str] | None, shapes: Mapping[str, Shape] | None
    ) -> tuple[ir.Function, tuple[Site, ...]]:
        return within_depth(self.function, lambda: self._walked(types, tables, shapes))

    def _walked(
        self, types: Mapping[str, Type], tables: Mapping[str, str] | None, shapes: Mapping[str, Shape] | None
    ) -> tuple[ir.Function, tuple[Site, ...]]:
        own = tuple((name, kind) for name, kind in types.items() if name != LOG)
        lowered = _lowered((self.unchecked or self).array_form, own, None if tables is None else tuple(tables.items()))
        known = Known(self.name, max(self.number, 0), tables or {}, shapes or {})
        safe = checked(lowered, self.kind, self.table, known)
        return safe if self.number >= 0 else lowered, tuple(known.sites)

    def lowered(self, types: Mapping[str, Type], tables: Mapping[str, str] | None) -> ir.Function:
        """Lowers the law as it is, without a look at its indices; see `translate`."""
        place = self.kind.place
        translator = Translator(self.function, {**dict.fromkeys(place, I32), **types}, self._access(types, tables))
        function = translator.translate()
        if function.returns:
            what = "expected a law that returns nothing, got a return of a value; write a.name = ..."
            raise LawError(f"{place_of(self.function)}: {what}")
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


@lru_cache(maxsize=1024)
def _over(law: Law, renamed: tuple[tuple[str, str], ...]) -> Law:
    return replace(law, renamed=renamed)


@lru_cache(maxsize=4096)
def _numbered(law: Law, number: int) -> Law:
    return replace(law, number=number, unchecked=law)


@lru_cache(maxsize=1024)
def _lowered(
    law: ArrayLaw, types: tuple[tuple[str, Type], ...], tables: tuple[tuple[str, str], ...] | None
) -> ir.Function:
    return law.lowered(dict(types), None if tables is None else dict(tables))


@lru_cache(maxsize=4096)
def _resolved(law: Law, scope: Scope) -> ArrayLaw:
    place = bool(law.rows) + bool(law.columns)
    within = scope.with_tables(law.tables)
    found = within_depth(law.function, lambda: resolve_function(law.function, place, law.table, within))
    options = {option.name: getattr(law, option.name) for option in fields(Law)}
    if found is None:
        return _with_known_names(ArrayLaw(**options))
    bound, held = dict(law.renamed), {name: parameter for parameter, name in found.touched.items()}

    def parameters(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(held.get(name, name) for name in names)

    options |= {
        "function": found.function,
        "reads_other_rows": parameters(law.reads_other_rows),
        "reductions": parameters(law.reductions),
        "columns": held.get(law.columns, law.columns),
        "scatter": parameters(law.scatter),
        "renamed": (*law.renamed, *((parameter, bound.get(name, name)) for parameter, name in found.touched.items())),
    }
    return _with_known_names(ArrayLaw(**options, touched=tuple(found.touched.items())))


def _with_known_names(law: ArrayLaw) -> ArrayLaw:
    """Returns the law. Raises LawError for an option that names what the law does not touch."""
    for option in ("reads_other_rows", "reductions", "scatter"):
        for name in getattr(law, option):
            if name not in law.parameters:
                raise LawError(
                    f"{place_of(law.function)}: expected columns that the law touches in {option}, got {name}"
                    f"{suggestion(name, law.parameters)}; write those"
                )
    return law


class LawOptions(TypedDict, total=False):
    """The options of the decorators; the module's docstring explains them."""

    reads_other_rows: tuple[str, ...]
    reductions: tuple[str, ...]
    columns: str
    scatter: tuple[str, ...]
    tables: Mapping[str, str]
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
    if not isinstance(table, str):
        raise UserError(f'per_row: expected the name of a table, got {_shown(table)}; write @per_row("agents")')

    def made(function: LawFunction) -> Law:
        if not isinstance(function, FunctionType):
            write = "one decorator of a law, and no other, above def name(a)"
            raise UserError(f"a law: expected a function written with def, got {_shown(function)}; write {write}")
        return Law(function, table, **options)

    return made


def _shown(value: object) -> str:
    if isinstance(value, Law):
        return f"the law {value.name}"
    name = getattr(value, "__name__", "")
    return (
        f"{'the class' if isinstance(value, type) else 'the function'} {name}" if name else f"a {type(value).__name__}"
    )


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
