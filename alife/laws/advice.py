"""Advice for errors: an expression in place of one that has no single meaning in a law."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from alife.laws import maths
from alife.laws.source_text import written
from alife.laws.types import F32, SCALARS, Scalar


def cast_of(sides: Sequence[ast.expr], types: Sequence[Scalar]) -> str:
    """Returns the cast that gives two operands one type: of a whole number beside a float the whole number's.

    Args:
        sides: 2 operands.
        types: of each.
    """
    for side, own, other in zip(sides, types, reversed(types), strict=True):
        if own.is_integer and other is F32:
            return f"f32({written(side)})"
    return "a cast of one of them: f32() i32() u32() i64() u64()"


def operator_of(op: str, node: ast.BinOp) -> str:
    """Returns an expression that a type has for what an operator stands for. op: the text of the operator."""
    left, right = written(node.left), written(node.right)
    if op == "/":
        return f"f32({left}) / f32({right}), or {left} // {right} for a whole number"
    if op == "%":
        return "x - floor(x / y) * y for the remainder of floats"
    return "an operator of floats: + - * /, or cast both to whole numbers by i32()"


def name_of(name: str) -> str:
    """Returns how a function that its module does not have is made known. name: the function's."""
    if name in SCALARS or hasattr(maths, name):
        return f"from alife.world import {name}"
    return f"{name}(...) with {name} defined here or imported by name"
