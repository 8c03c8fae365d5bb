"""Checks of the columns, lanes and scalars that a world declares: types, shapes, tables, and names that clash."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from alife.config.declarations import refuse, shown_item
from alife.config.source_lines import declared_names, place_of
from alife.errors import suggestion
from alife.laws.fields import Field
from alife.laws.rows import Columns
from alife.laws.scope import LANES
from alife.laws.types import DTYPES, SCALARS_OF

RESERVED = ("row", *LANES)  # of a row, beside its columns
_NONE = object()


def check_columns(columns: Sequence[type[Columns]], tables: Collection[str]) -> None:
    """Checks the columns of a world.

    Args:
        columns: their classes.
        tables: those that have rows.

    Raises:
        LocatedError: a column is not declared with `column(...)`, has a wrong type or shape, a table without rows, or
            a name that stands for two different columns.
    """
    found: dict[str, tuple[type[Columns], str, Field]] = {}
    for part in columns:
        _check_values(part)
        _refuse_twice(part)
        for name, field in part.columns().items():
            _check_field(part, name, field, tables)
            other = found.setdefault(field.name, (part, name, field))
            if other[2] != field:
                first = place_of(other[0], other[1])
                refuse(part, name, "one column of this name", f"another one at {first}", "another name")


def _check_values(part: type[Columns]) -> None:
    """Refuses a name with a type and a value that is no column."""
    for kind in part.__mro__:
        for name, annotation in vars(kind).get("__annotations__", {}).items():
            value = vars(kind).get(name, _NONE)
            if kind is Columns or value is _NONE or isinstance(value, Field) or "ClassVar" in str(annotation):
                continue
            dtype = "int32" if "int" in str(annotation) else "float32"
            text = getattr(annotation, "__name__", annotation)
            write = f'{name}: {text} = column("{dtype}", unit="...", meaning="...")'
            refuse(kind, name, "a column", shown_item(value), write)


def _refuse_twice(part: type[Columns]) -> None:
    """Refuses a column that one class declares twice, of which Python keeps the last."""
    names = declared_names(part)
    for name in part.columns():
        if names.count(name) > 1:
            refuse(part, name, "one column of this name", "two in one class", "another name")


def _check_field(part: type[Columns], name: str, field: Field, tables: Collection[str]) -> None:
    if name in RESERVED:
        refuse(part, name, "a name that is free", f"{name}, which every row has", "another name")
    if field.dtype not in DTYPES:
        hint = suggestion(str(field.dtype), DTYPES)
        refuse(
            part, name, f"a dtype of {', '.join(DTYPES)}", repr(field.dtype) + hint, f'column("{_like(field.dtype)}")'
        )
    shape = field.shape
    if not isinstance(shape, tuple) or not all(isinstance(size, int) and size > 0 for size in shape):
        write = f"({shape},)" if isinstance(shape, int) and shape > 0 else "(3,) for three values"
        refuse(part, name, "a shape of whole numbers above 0", repr(shape), write)
    if field.index and field.index not in tables:
        known = ", ".join(sorted(tables))
        got = f"{field.index!r}{suggestion(field.index, tables)}"
        refuse(part, name, f"index as a table, one of {known}", got, "its name")
    if field.table not in tables:
        known = ", ".join(sorted(tables))
        got = f"table {field.table!r}, which has none (those with rows: {known})"
        refuse(part, name, "a table with a number of rows", got, f'tables = {{"{field.table}": 10}} in the world')


def _like(dtype: object) -> str:
    return "float32" if "float" in str(dtype) else "int32"


def check_scalars(world: object, columns: Sequence[type[Columns]], constants: Mapping[str, Any]) -> None:
    """Checks the constants of a world, and that no column, Param and constant share a name.

    Args:
        world: it.
        columns: classes of its columns.
        constants: name -> value.

    Raises:
        LocatedError: a name stands for two things, or a constant is no number and no array.
    """
    params: Any = type(getattr(world, "params", None))
    scalars = getattr(params, "model_fields", {})
    for part in columns:
        for name, field in part.columns().items():
            if field.name in (*scalars, *constants, "step", "seed"):
                where = (
                    f" of Params at {place_of(params, name)}" if field.name in scalars else ", a scalar of the world"
                )
                refuse(part, name, "a name that is free", f"that{where}", "another name")
            if isinstance(field.high, str) and field.high not in scalars:
                got = f"{field.high!r}{suggestion(field.high, scalars)}"
                refuse(part, name, "high as a number or the name of a Param", got, "high=1.0")
    for name, value in constants.items():
        if name in (*scalars, "step", "seed"):
            refuse(
                type(world), "constants", "names that are free", f"{name}, which is a Param or scalar", "another one"
            )
        _check_constant(type(world), name, value)


def _check_constant(world: type, name: str, value: object) -> None:
    if isinstance(value, np.generic):
        refuse(world, "constants", "numbers and arrays", f"{type(value).__name__} for {name}", "value.item()")
    if not isinstance(value, bool | int | float | np.ndarray):
        write = f"np.array({value})" if isinstance(value, list | tuple) else "a number or an array"
        refuse(world, "constants", "numbers and arrays", f"{shown_item(value)} for {name}", write)
    if isinstance(value, np.ndarray) and value.dtype not in SCALARS_OF:
        got = f"an array of {value.dtype} for {name}"
        refuse(world, "constants", f"arrays of {', '.join(DTYPES)}", got, f'.astype("{_like(value.dtype.name)}")')
