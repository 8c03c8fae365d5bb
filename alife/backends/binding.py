"""Laws bound to arrays: the rows that they run over, and the types of their parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from alife.backends.abi import Params
from alife.errors import UserError, suggestion
from alife.laws.law import Law
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


Typed = tuple[Law, Params, tuple[tuple[str, str], ...] | None]


def typed(law: Law, names: Namespace, tables: Mapping[str, str] | None) -> Typed:
    """Returns a law with the types of its parameters, and their tables if given.

    Args:
        law: any law.
        names: name -> array of any shape.
        tables: field -> its table.

    Raises:
        UserError: two parameters are bound to one name, or a name does not exist.
    """
    pairs = list(zip(law.parameters, law.arguments, strict=True))
    if len(set(law.arguments)) < len(pairs):
        raise UserError(
            f"{law.name}: expected each parameter bound to a field of its own, got one twice; mend .on(...)"
        )
    types = tuple((parameter, _type(law, name, names)) for parameter, name in pairs)
    return law, types, None if tables is None else tuple((parameter, tables.get(name, "")) for parameter, name in pairs)


def _type(law: Law, name: str, names: Namespace) -> Type:
    if name not in names:
        code = law.function.__code__
        place = f"{code.co_filename}:{code.co_firstlineno}: {law.name}"
        raise UserError(f"{place}: expected a field, a Param or a constant, got {name}{suggestion(name, names)}")
    return of_array(names[name])
