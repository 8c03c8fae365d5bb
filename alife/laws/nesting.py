"""The error of an expression with more terms than Python's stack allows a walk over it."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TypeVar

from alife.laws.source_text import LawError, LawFunction, source_of

Made = TypeVar("Made")


def within_depth(function: LawFunction, make: Callable[[], Made]) -> Made:
    """Returns what a walk over the text of a law makes.

    Raises:
        LawError: an expression is nested too deeply.
    """
    try:
        return make()
    except RecursionError:
        definition, file, offset = source_of(function)
        longest = max(_statements(definition), key=_terms)
        place = f"{file}:{offset + longest.lineno}: {definition.name}"
        raise LawError(
            f"{place}: expected an expression of at most some hundred terms, got "
            f"about {_terms(longest)}; write it as several, with variables for its parts"
        ) from None


def _statements(definition: ast.FunctionDef) -> list[ast.stmt]:
    nodes = [node for node in ast.walk(definition) if isinstance(node, ast.stmt)]
    return [node for node in nodes if not hasattr(node, "body")] or nodes


def _terms(statement: ast.stmt) -> int:
    """Returns the number of operands of a statement; ast.walk needs no deep stack."""
    return 1 + sum(isinstance(node, ast.BinOp | ast.BoolOp | ast.IfExp) for node in ast.walk(statement))
