"""Binds laws to arrays: many laws compiled into one piece of native code, each as a call ready to run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np

from alife.backends.abi import KernelArgs, Params
from alife.backends.binding import Namespace, Rows, Typed, translated, typed
from alife.backends.cpu import jit, law_kernels, visiting
from alife.backends.cpu.threads import Call
from alife.laws.law import LISTS, ArrayLaw, Law


def bind(laws: Sequence[Law], names: Namespace, rows: Rows, tables: Mapping[str, str] | None = None) -> list[Call]:
    """Returns one call for each law; the laws are compiled together.

    Args:
        laws: in order.
        names: every array, and every scalar (an array without dimensions), that a law may name.
        rows: the rows that each kind of law runs over.
        tables: the table of each field; None: a law may write to any array.

    Raises:
        UserError: a law names something that does not exist.
        LawError: a law is outside the language.
    """
    signature = tuple(typed(law, names, tables) for law in laws)
    symbols = [f"law{place}.{law.name}" for place, law in enumerate(laws)]
    addresses = jit.load(_print(signature), symbols)
    return [
        _call(law, types, addresses[symbol], names, _list(law, placed, names, rows), rows.counts[law.rows])
        for (law, types, *_), placed, symbol in zip(signature, visiting.by_place(signature), symbols, strict=True)
    ]


@lru_cache(maxsize=256)
def _print(signature: tuple[Typed, ...]) -> str:
    """Prints all laws as one module of LLVM IR; simulations of one shape share it."""
    checked = any(law.number >= 0 for law, *_ in signature)
    texts = [jit.QUICKLY * checked + law_kernels.DECLARATIONS]
    for place, (each, placed) in enumerate(zip(signature, visiting.by_place(signature), strict=True)):
        law, shapes = each[0], None if each[0].scatter else dict(each[3])
        apart, function = each[2] is not None and not law.scatter, translated(each)
        ahead = visiting.own_lines(function, dict(each[3])) if placed else {}
        texts.append(law_kernels.print_law(function, f"law{place}.{law.name}", law.kind, shapes, apart, ahead))
    return "\n".join(texts)


def _list(law: ArrayLaw, placed: bool, names: Namespace, rows: Rows) -> np.ndarray | None:
    """Returns the list of the rows that a law runs over; None if it runs over the first ones of a table."""
    return names[visiting.LIST] if placed else rows.lists[law.rows] if law.rows in LISTS else None


def _call(
    law: ArrayLaw, types: Params, address: int, names: Namespace, list_: np.ndarray | None, count: np.ndarray
) -> Call:
    args = KernelArgs(listed=list_ is not None, params=types).bind(
        rows=list_, params=[names[name] for name in law.arguments]
    )
    return Call(address, args, count, law.name)
