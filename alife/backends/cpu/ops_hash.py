"""Signs of transforms of flipped lanes in LLVM IR, with the flips left to the end.

A flip costs an instruction a vector before a transform. Here a vector stands for itself times pending signs, which pass
through a stage as a constant factor of one of its two addends, for a fused multiply-add that rounds as the sum alone
does. A sum of negated floats is the negated sum, so all numbers but the signs of zeros are those of `Reference`; and
the signs of the results, all that is kept, are +1 for either zero.

Pending signs differ from vector to vector, and so do the constants of all sums: 13 KB of them at 256 lanes. A lean step
applies the signs before each transform.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alife.backends.cpu.literals import float_vector, integer_vector
from alife.backends.cpu.ops_lazy import Vectors
from alife.backends.cpu.vector_builder import VectorBuilder

# LLVM's name of instructions with an operand in memory for the constants, registers for both sums of a butterfly, and
# +1 or -1 by the class of a float. With AVX2 and its 16 registers this form is slower at 64 and 256 lanes.
NEEDED = "avx512f"
ZEROS = (float_vector([0.0]), "zeroinitializer")  # as a constant, and as lanes that a row does not have
# Classes of floats, from the lowest four bits of a table on: two of NaN, zero, one, -infinity, infinity, below 0, above
# 0; and the entries of a table that give -1 and +1. Intel, Software Developer's Manual, volume 2, VFIXUPIMMPS.
POSITIVE = (False, False, True, True, False, True, False, True)
NEGATIVE = (False, False, True, False, True, False, True, False)
MINUS_ONE, PLUS_ONE = 9, 10


@dataclass(frozen=True)
class Pending:
    """A vector times signs. text: its name, or None for zeros. flipped: [16] bool, lanes to be negated."""

    text: str | None
    flipped: np.ndarray


def hash_signs(b: VectorBuilder, vectors: Vectors, flips: list[list[np.ndarray]]) -> list[str]:
    """`Operations.hash_signs` of a group. flips: of each round, one [16] bool for each vector."""
    known = [vectors[c] for c in range(b.chunks)]
    lanes = [Pending(None if x in ZEROS else x, np.zeros(b.size, bool)) for x in known]
    for patterns in flips:
        flipped = [Pending(x.text, x.flipped ^ where) for x, where in zip(lanes, patterns, strict=True)]
        lanes = _transform(b, [_settled(b, x) for x in flipped] if b.lean else flipped)
    b.text.lean |= b.lean
    return [_signs(b, x) for x in lanes]


def _settled(b: VectorBuilder, x: Pending) -> Pending:
    """The vector with its pending signs applied."""
    if x.text is None or not x.flipped.any():
        return Pending(x.text, np.zeros(b.size, bool))
    return Pending(b.change_signs(x.text, x.flipped), np.zeros(b.size, bool))


def _transform(b: VectorBuilder, lanes: list[Pending]) -> list[Pending]:
    """The transform of all lanes of an agent: stages inside vectors, then between them."""
    gap = 1
    while gap < b.span:
        lanes, gap = [_inner_stage(b, x, gap) for x in lanes], 2 * gap
    gap = 1
    while gap < len(lanes):
        for i in (i for i in range(len(lanes)) if not i & gap):
            lanes[i], lanes[i + gap] = _butterfly(b, lanes[i], lanes[i + gap])
        gap *= 2
    return lanes


def _inner_stage(b: VectorBuilder, x: Pending, gap: int) -> Pending:
    """Lane i becomes its partner's value plus or minus its own."""
    if x.text is None:
        return x
    partners, minus = np.arange(b.size) ^ gap, (np.arange(b.size) & gap) > 0
    pending = x.flipped[partners]
    return Pending(_add(b, b.shuffle(x.text, partners), x.text, minus ^ x.flipped ^ pending), pending)


def _butterfly(b: VectorBuilder, x: Pending, y: Pending) -> tuple[Pending, Pending]:
    """x + y and x - y."""
    if y.text is None:
        return x, x
    if x.text is None:
        return y, Pending(y.text, ~y.flipped)
    minus = x.flipped ^ y.flipped
    return Pending(_add(b, x.text, y.text, minus), x.flipped), Pending(_add(b, x.text, y.text, ~minus), x.flipped)


def _add(b: VectorBuilder, x: str, y: str, minus: np.ndarray) -> str:
    """x - y on the lanes of a constant mask, x + y on the others."""
    if minus.all() or not minus.any():
        return b.text.let(f"{'fsub' if minus.any() else 'fadd'} {b.type} {x}, {y}")
    ones = float_vector(np.where(minus, -1.0, 1.0))
    return b.fma(y, ones, x)


def _signs(b: VectorBuilder, x: Pending) -> str:
    """+1 where x is at least 0, else -1, also for NaN."""
    if x.text is None:
        return float_vector([1.0] * b.size)
    tables = integer_vector(np.where(x.flipped, _table(NEGATIVE), _table(POSITIVE)).tolist())
    name, ints = f"llvm.x86.avx512.mask.fixupimm.ps.{32 * b.size}", f"<{b.size} x i32>"
    arguments = [(b.type, x.text), (b.type, x.text), (ints, tables), ("i32", "0"), (f"i{b.size}", "-1"), ("i32", "4")]
    return b.known_signs(b.text.call(b.type, name, arguments))


def _table(positive: tuple[bool, ...]) -> int:
    """A table of VFIXUPIMMPS as a signed integer. positive: for each class, True for +1 and False for -1."""
    bits = sum((PLUS_ONE if one else MINUS_ONE) << 4 * place for place, one in enumerate(positive))
    return bits - (1 << 32) if bits >> 31 else bits
