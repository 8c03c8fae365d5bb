"""Statements of the typed tree, one by one: what they set, and which arrays they name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from alife.laws import ir

Statements = tuple[ir.Statement, ...]
_SETTING = ir.Assign | ir.Unpack | ir.For


def walk(statements: Statements) -> Iterator[ir.Statement]:
    """Yields statements and those inside them, in order."""
    for each in statements:
        yield each
        for block in ("yes", "no", "body"):
            yield from walk(getattr(each, block, ()))


def set_before(block: Statements, loop: ir.For) -> set[str] | None:
    """Returns the variables that are set when a loop begins, and so may be read after it; None if it is not there."""
    names: set[str] = set()
    for each in block:
        if each is loop:
            return names
        for inner in ("yes", "no", "body"):
            found = set_before(getattr(each, inner, ()), loop)
            if found is not None:
                return names | found
        if not isinstance(each, ir.For | ir.While):  # what a loop sets is set in the loop only
            names |= {name for part in walk((each,)) for name in sets(part)}
    return None


def sets(node: ir.Statement) -> tuple[str, ...]:
    """Returns the variables that a statement itself sets."""
    if isinstance(node, ir.Unpack):
        return node.names
    return (node.name,) if isinstance(node, ir.Assign | ir.For) else ()


def mentions(node: object) -> Counter[str]:
    """Returns how often each array and each variable is named in statements or an expression."""
    if isinstance(node, tuple):
        return sum(map(mentions, node), Counter())
    if not is_dataclass(node) or isinstance(node, ir.Function):
        return Counter()
    here = Counter([node.array] if isinstance(node, ir.Element | ir.Store | ir.Add) else [])
    here.update([node.name] if isinstance(node, ir.Local) else sets(node) if isinstance(node, _SETTING) else ())
    if isinstance(node, ir.Invoke):
        here.update(each for each in node.args if isinstance(each, str))
    return here + sum((mentions(getattr(node, part.name)) for part in fields(node)), Counter())
