"""Laws bound to arrays: many laws compiled into one piece of native code, each as a call ready to run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from alife.compile import llvm, native
from alife.compile.language import LISTS, Law
from alife.compile.types import Type, of_array
from alife.errors import UserError, suggestion

Namespace = Mapping[str, np.ndarray]


@dataclass
class Rows:
    """How many rows each kind of law runs over, and which.

    counts: [1] int64 arrays, read when a call begins. lists: [capacity] int32 slots, for the kinds in `LISTS`.
    """

    counts: dict[str, np.ndarray]
    lists: dict[str, np.ndarray]


def bind(
    laws: Sequence[Law], names: Namespace, rows: Rows, tables: Mapping[str, str] | None = None
) -> list[native.Call]:
    """One call for each law, compiled together.

    names: every array and scalar (an array without dimensions) a law may name. tables: the table of each field.

    Raises:
        UserError: a law names something that does not exist.
        LawError: a law is outside the language.
    """
    signature = tuple(typed(law, names, tables) for law in laws)
    symbols = [f"law{place}.{law.name}" for place, law in enumerate(laws)]
    addresses = native.load(_printed(signature), symbols)
    return [_call(law, addresses[symbol], names, rows) for law, symbol in zip(laws, symbols, strict=True)]


Typed = tuple[Law, tuple[tuple[str, Type], ...], tuple[tuple[str, str], ...] | None]


def typed(law: Law, names: Namespace, tables: Mapping[str, str] | None) -> Typed:
    """A law with the types of its parameters, and their tables where known."""
    pairs = list(zip(law.parameters, law.arguments, strict=True))
    if len(set(law.arguments)) < len(pairs):
        raise UserError(
            f"{law.name}: expected each parameter bound to a field of its own, got one twice; mend .on(...)"
        )
    types = tuple((parameter, _type(law, name, names)) for parameter, name in pairs)
    return law, types, None if tables is None else tuple((parameter, tables.get(name, "")) for parameter, name in pairs)


@lru_cache(maxsize=256)
def _printed(signature: tuple[Typed, ...]) -> str:
    """The IR of all laws as one module; simulations of one shape share it."""
    texts = [llvm.DECLARATIONS]
    for place, (law, types, tables) in enumerate(signature):
        function = law.translate(dict(types), None if tables is None else dict(tables))
        texts.append(llvm.print_law(function, f"law{place}.{law.name}", law.kind))
    return "\n".join(texts)


def _type(law: Law, name: str, names: Namespace) -> Type:
    if name not in names:
        code = law.function.__code__
        place = f"{code.co_filename}:{code.co_firstlineno}: {law.name}"
        raise UserError(f"{place}: expected a field, a Param or a constant, got {name}{suggestion(name, names)}")
    return of_array(names[name])


def _call(law: Law, address: int, names: Namespace, rows: Rows) -> native.Call:
    keep: list[object] = [names[name] for name in law.arguments]
    cells: list[int] = []
    if law.rows in LISTS:
        cells.append(rows.lists[law.rows].ctypes.data)
        keep.append(rows.lists[law.rows])
    for name in law.arguments:
        cells += native.pointer_cells(names[name])
    return native.Call(address, np.array(cells, np.int64), rows.counts[law.rows], keep, law.name)
