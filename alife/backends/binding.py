"""Laws bound to arrays: the rows that they run over, and the types of their parameters."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from alife.backends.abi import Params
from alife.errors import LocatedError, UserError, suggestion
from alife.laws import ir
from alife.laws.bounds import GROWING, Shape, Site
from alife.laws.law import ArrayLaw, Law
from alife.laws.source_text import source_of
from alife.laws.types import Type, of_array

Namespace = Mapping[str, np.ndarray]


@dataclass
class Rows:
    """The rows that each kind of law runs over.

    counts: kind -> [1] int64, the number of rows, read when a call begins. lists: kind -> [capacity] int32 slots, for
    the kinds in `LISTS`.
    """

    counts: dict[str, np.ndarray]
    lists: dict[str, np.ndarray]


Typed = tuple[ArrayLaw, Params, tuple[tuple[str, str], ...] | None, tuple[tuple[str, Shape], ...]]


def typed(law: Law, names: Namespace, tables: Mapping[str, str] | None) -> Typed:
    """Returns a law in array form and the types of its parameters, and, if tables are given, these and array lengths.

    Args:
        law: any law.
        names: name -> array of any shape.
        tables: field -> its table.

    Raises:
        UserError: two parameters are bound to one name, or a name does not exist.
    """
    form = law.array_form
    pairs = list(zip(form.parameters, form.arguments, strict=True))
    if len(set(form.arguments)) < len(pairs):
        raise UserError(
            f"{law.name}: expected each parameter bound to a field of its own, got one twice; mend .on(...)"
        )
    types = tuple((parameter, _type(form, name, names)) for parameter, name in pairs)
    if tables is None:
        return form, types, None, ()
    shapes = tuple((parameter, _shape(names[name], tables.get(name, ""))) for parameter, name in pairs)
    return form, types, tuple((parameter, tables.get(name, "")) for parameter, name in pairs), shapes


@lru_cache(maxsize=1024)
def translated(signature: Typed) -> ir.Function:
    """Translates a law to a typed tree; simulations of one shape share it."""
    law, types, tables, shapes = signature
    return law.translate(dict(types), None if tables is None else dict(tables), dict(shapes))


@lru_cache(maxsize=1024)
def sites(signature: Typed) -> tuple[Site, ...]:
    """Returns the places of a law whose indices are not proven; simulations of one shape share them."""
    law, types, tables, shapes = signature
    return law.sites(dict(types), dict(tables or ()), dict(shapes))


def _shape(array: np.ndarray, table: str) -> Shape:
    """Returns the lengths of an array as far as all simulations with these types and columns share them."""
    return (None, *array.shape[1:]) if table in GROWING else array.shape


def _type(law: ArrayLaw, name: str, names: Namespace) -> Type:
    if name not in names:
        hint = suggestion(name, names) or f'; write {name}: float = column("float32") in a class of columns'
        raise LocatedError(f"{_place(law, name)}: expected a field, a Param or a constant, got {name}{hint}")
    return of_array(names[name])


def _place(law: ArrayLaw, name: str) -> str:
    """Returns file, line and name of a law, at the first line that names a column or scalar."""
    definition, file, offset = source_of(law.function)
    held = {parameter for parameter, bound in zip(law.parameters, law.arguments, strict=True) if bound == name}
    uses = [node.lineno for node in ast.walk(definition) if isinstance(node, ast.Name) and node.id in held]
    return f"{file}:{min(uses, default=definition.lineno) + offset}: {law.name}"
