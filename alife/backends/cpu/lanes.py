"""Vectors of LLVM IR whose lanes are rows of a law, or turns of a loop: their length, types and intrinsics."""

from __future__ import annotations

import math

from alife.backends.cpu import jit
from alife.backends.cpu.law_arithmetic import declarations, suffix
from alife.backends.cpu.literals import float_literal, integer_vector, splat
from alife.laws.types import BOOL, F32, I32, I64, U8, Scalar

LANES = 8  # a row of three bins seldom holds more
LANE = integer_vector(range(LANES))
ALL = splat("i1", "true")  # the mask of all lanes


def vector(kind: Scalar | str) -> str:
    """Returns LLVM's type of a vector."""
    return f"<{LANES} x {kind if isinstance(kind, str) else kind.llvm}>"


MASK, POINTERS = vector(BOOL), vector("ptr")


def _memory(kind: Scalar) -> list[str]:
    name, one = suffix(kind, LANES), vector(kind)
    return [
        f"declare {one} @llvm.masked.load.{name}.p0(ptr, {MASK}, {one})",
        f"declare void @llvm.masked.store.{name}.p0({one}, ptr, {MASK})",
        f"declare {one} @llvm.masked.gather.{name}.v{LANES}p0({POINTERS}, {MASK}, {one})",
        f"declare void @llvm.masked.scatter.{name}.v{LANES}p0({one}, {POINTERS}, {MASK})",
    ]


INTRINSICS = (
    *declarations(LANES),
    *(text for kind in (F32, I32, I64, U8) for text in _memory(kind)),
    f"declare float @llvm.vector.reduce.fadd.{suffix(F32, LANES)}(float, {vector(F32)})",
    f"declare i32 @llvm.vector.reduce.add.{suffix(I32, LANES)}({vector(I32)})",
    "declare i32 @llvm.cttz.i32(i32, i1)",
    "declare void @llvm.prefetch.p0(ptr, i32, i32, i32)",
)


def wide() -> bool:
    """Returns True if the processor has instructions for as many lanes as are printed."""
    return jit.has("avx2")


def worst(op: str) -> str:
    """Returns the vector that all floats are better than: op < looks for the least, > for the greatest."""
    return splat("float", float_literal(math.inf if op == "<" else -math.inf))
