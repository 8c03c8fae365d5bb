"""The helper functions that the statements of an exported text call."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from alife.ops.statements import Compute, Draw, Load, Loop, Statement, every


def used_helpers(statements: Sequence[Statement], known: Iterable[str]) -> list[str]:
    """The names of the helpers that statements use, in the order of those known."""
    used = set().union(*map(_used, every(statements)))
    return [name for name in known if name in used]


def _used(one: Statement) -> set[str]:
    if isinstance(one, Compute):
        return {"whole" if one.word == "gather" else one.word}
    if isinstance(one, Draw):
        return {"draw"}
    if isinstance(one, Loop):
        return set()
    row = {"whole"} if isinstance(one.place.row, str) else set()
    return row | ({"load"} if isinstance(one, Load) else {"store", *["half"] * one.half})
