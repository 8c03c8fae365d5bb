"""Literals of LLVM IR: floats, and vectors of floats or integers."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np


def float_literal(x: float) -> str:
    """A float32 constant: LLVM writes it as the hexadecimal bits of the equal float64."""
    return f"0x{struct.unpack('<Q', struct.pack('<d', np.float32(x)))[0]:016X}"


def float_vector(numbers: Sequence[float] | np.ndarray) -> str:
    """Returns a constant vector of floats [n]."""
    bits = np.asarray(numbers, np.float32).astype(np.float64).view(np.uint64)
    return _vector("float", [f"0x{x:016X}" for x in bits.tolist()])


def integer_vector(numbers: Sequence[int] | np.ndarray, bits: int = 32) -> str:
    """Returns a constant vector of integers [n], `bits` wide."""
    return _vector(f"i{bits}", [str(int(x)) for x in numbers])


def splat(kind: str, literal: str) -> str:
    """A constant vector that has one literal of a type on every lane."""
    return f"splat ({kind} {literal})"


def _vector(kind: str, literals: list[str]) -> str:
    if literals.count(literals[0]) == len(literals):
        return splat(kind, literals[0])
    return "<" + ", ".join(f"{kind} {literal}" for literal in literals) + ">"
