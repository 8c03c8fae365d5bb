"""The text of a reduction: its form, and expressions and walks in place of its parameters."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import FunctionType
from typing import NoReturn

from alife.laws.generators import stored_in
from alife.laws.source_text import LawError, source_of
from alife.laws.trees import copied

_LOOPS = (ast.For, ast.While)


@lru_cache(maxsize=1024)
def walks_of(function: FunctionType) -> frozenset[str]:
    """Returns the parameters that a function loops over."""
    try:
        definition, _, _ = source_of(function)
    except LawError:
        return frozenset()
    looped = {_walk_of(loop) for loop in ast.walk(definition) if isinstance(loop, ast.For)}
    return frozenset(looped & {argument.arg for argument in definition.args.args})


def check_reduction(body: list[ast.stmt], name: str, walks: frozenset[str], refuse: Callable[..., NoReturn]) -> None:
    """Refuses a reduction whose text cannot stand in place of a call.

    Args:
        body: of the reduction, without its docstring.
        name: of the reduction.
        walks: parameters that it loops over.
        refuse: raises an error at the call: what is expected, what is there, what to write.
    """
    nodes = [each for part in body for each in ast.walk(part)]
    if any(isinstance(each, ast.Return) and each is not body[-1] for each in nodes):
        refuse(f"one return in {name}, as its last statement", "another", "one at the end")
    loops = [each for each in nodes if isinstance(each, ast.For) and _walk_of(each) in walks]
    inner = [each for loop in nodes if isinstance(loop, _LOOPS) for part in loop.body for each in ast.walk(part)]
    if len(loops) != len(walks) or any(loop in inner for loop in loops) or walks & stored_in(body):
        refuse(
            f"one loop in {name} over what it is given, in no other loop", "another form", "what it does in one loop"
        )


def _walk_of(loop: ast.For) -> str:
    return loop.iter.id if isinstance(loop.iter, ast.Name) else ""


class Substituted(ast.NodeTransformer):
    """Puts expressions in place of names, and in place of loops over walks those that `over` returns."""

    def __init__(
        self,
        given: Mapping[str, ast.expr],
        walks: Mapping[str, ast.expr] | None = None,
        over: Callable[[ast.For, ast.expr], ast.For] | None = None,
    ) -> None:
        self.given, self.walks, self.over = given, walks or {}, over

    def visit_Name(self, node: ast.Name) -> ast.expr:
        found = self.given.get(node.id)
        if found is None:
            return node
        return ast.copy_location(ast.Name(found.id, node.ctx) if isinstance(found, ast.Name) else copied(found), node)

    def visit_For(self, node: ast.For) -> ast.For:
        """Replaces the walk of a loop."""
        walk = self.walks.get(_walk_of(node))
        self.generic_visit(node)
        return node if walk is None or self.over is None else self.over(node, walk)
