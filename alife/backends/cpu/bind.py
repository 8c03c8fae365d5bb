"""Binds laws to arrays: many laws compiled into one piece of native code, each as a call ready to run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from alife.backends.abi import KernelArgs, Params
from alife.backends.binding import Namespace, Rows, Typed, translated, typed
from alife.backends.cpu import jit, law_kernels
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
        _call(law, types, addresses[symbol], names, rows)
        for (law, types, *_), symbol in zip(signature, symbols, strict=True)
    ]


@lru_cache(maxsize=256)
def _print(signature: tuple[Typed, ...]) -> str:
    """Prints all laws as one module of LLVM IR; simulations of one shape share it."""
    checked = any(law.number >= 0 for law, *_ in signature)
    texts = [jit.QUICKLY * checked + law_kernels.DECLARATIONS]
    for place, each in enumerate(signature):
        law, shapes = each[0], None if each[0].scatter else dict(each[3])
        apart = each[2] is not None and not law.scatter
        texts.append(law_kernels.print_law(translated(each), f"law{place}.{law.name}", law.kind, shapes, apart))
    return "\n".join(texts)


def _call(law: ArrayLaw, types: Params, address: int, names: Namespace, rows: Rows) -> Call:
    listed = law.rows in LISTS
    args = KernelArgs(listed=listed, params=types).bind(
        rows=rows.lists[law.rows] if listed else None, params=[names[name] for name in law.arguments]
    )
    return Call(address, args, rows.counts[law.rows], law.name)
