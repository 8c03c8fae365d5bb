"""Laws bound to arrays: many laws compiled into one piece of native code, each as a call ready to run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np

from alife.backends.abi import pointer_cells
from alife.backends.binding import Namespace, Rows, Typed, typed
from alife.backends.cpu import jit, law_statements
from alife.backends.cpu.threads import Call
from alife.laws.law import LISTS, Law


def bind(laws: Sequence[Law], names: Namespace, rows: Rows, tables: Mapping[str, str] | None = None) -> list[Call]:
    """One call for each law, compiled together.

    names: every array and scalar (an array without dimensions) a law may name. tables: the table of each field.

    Raises:
        UserError: a law names something that does not exist.
        LawError: a law is outside the language.
    """
    signature = tuple(typed(law, names, tables) for law in laws)
    symbols = [f"law{place}.{law.name}" for place, law in enumerate(laws)]
    addresses = jit.load(_printed(signature), symbols)
    return [_call(law, addresses[symbol], names, rows) for law, symbol in zip(laws, symbols, strict=True)]


@lru_cache(maxsize=256)
def _printed(signature: tuple[Typed, ...]) -> str:
    """The IR of all laws as one module; simulations of one shape share it."""
    texts = [law_statements.DECLARATIONS]
    for place, (law, types, tables) in enumerate(signature):
        function = law.translate(dict(types), None if tables is None else dict(tables))
        texts.append(law_statements.print_law(function, f"law{place}.{law.name}", law.kind))
    return "\n".join(texts)


def _call(law: Law, address: int, names: Namespace, rows: Rows) -> Call:
    keep: list[object] = [names[name] for name in law.arguments]
    cells: list[int] = []
    if law.rows in LISTS:
        cells.append(rows.lists[law.rows].ctypes.data)
        keep.append(rows.lists[law.rows])
    for name in law.arguments:
        cells += pointer_cells(names[name])
    return Call(address, np.array(cells, np.int64), rows.counts[law.rows], keep, law.name)
