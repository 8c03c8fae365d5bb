"""Sums over lanes in LLVM IR: Walsh-Hadamard transforms and totals, in the order in which `Reference` adds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from alife.backends.cpu import jit
from alife.backends.cpu.literals import float_vector
from alife.backends.cpu.ops_lazy import Vectors, materialize
from alife.backends.cpu.vector_builder import VectorBuilder

TOGETHER = 16  # vectors that take their stages before the next vectors do: the registers hold them and their sums


def wht(b: VectorBuilder, value: Sequence[Vectors], block: int) -> list[Vectors]:
    """`Operations.wht`: stages inside vectors, then between them."""
    groups, gap = list(value), 1
    while gap < min(block, b.span):
        groups, gap = b.each(lambda v, gap=gap: _inner_stage(b, v, gap), groups), 2 * gap
    return [_outer_stages(b, materialize(vectors), gap // b.span, block // b.span) for vectors in groups]


def _inner_stage(b: VectorBuilder, v: str, gap: int) -> str:
    """Lane i becomes its partner's value plus or minus its own; a sum in either order is the same float.

    A flip is applied to the partners and to the own lanes separately: one vector is often flipped in several ways, and
    its partners are then shuffled once. A lean step shuffles the flipped lanes instead.
    """
    minus, partners = (np.arange(b.size) & gap) > 0, np.arange(b.size) ^ gap
    flip = None if b.lean else b.before_flip(v)
    if flip is None:
        return _plus_minus(b, b.shuffle(v, partners), v, minus)
    before, changed = flip
    partner = b.change_signs(b.shuffle(before, partners), changed[partners])
    return _plus_minus(b, partner, before, minus ^ changed)


def _plus_minus(b: VectorBuilder, x: str, y: str, minus: np.ndarray) -> str:
    """x - y on the lanes of a constant mask, x + y on the others. A product with 1 or -1 needs no rounding."""
    if jit.has("fma"):
        ones = float_vector(np.where(minus, -1.0, 1.0))
        return b.fma(y, ones, x)
    return b.text.let(f"fadd {b.type} {x}, {b.change_signs(y, minus)}")


def _outer_stages(b: VectorBuilder, vectors: list[str], gap: int, end: int) -> list[str]:
    """Stages between vectors, from one gap to another: all of a few vectors, then of the next few; in place."""
    while 0 < gap < end:
        top = min(gap * TOGETHER, end)
        for first in (i for i in range(len(vectors)) if i % top < gap):
            _butterflies(b, vectors, range(first, first + top, gap))
        gap = top
    return vectors


def _butterflies(b: VectorBuilder, vectors: list[str], places: range) -> None:
    """The transform of the vectors at these places, in place."""
    gap = 1
    while gap < len(places):
        for i in (i for i in range(len(places)) if not i & gap):
            x, y = vectors[places[i]], vectors[places[i + gap]]
            vectors[places[i]] = b.text.let(f"fadd {b.type} {x}, {y}")
            vectors[places[i + gap]] = b.text.let(f"fsub {b.type} {x}, {y}")
        gap *= 2


def total(b: VectorBuilder, vectors: Vectors) -> str:
    """The sum of vectors, then of lanes; adding partners both ways leaves the sum on every lane."""
    v, gap = _tree(b, vectors, 0, 1), b.span // 2
    while gap:
        v, gap = b.text.let(f"fadd {b.type} {v}, {b.shuffle(v, np.arange(b.size) ^ gap)}"), gap // 2
    return v


def _tree(b: VectorBuilder, vectors: Vectors, first: int, step: int) -> str:
    """The sum of every `step`-th vector from `first` on.

    Adding halves of halves ends with one addition of the sum of even vectors and the sum of odd ones. Each sum is
    complete before the other begins.
    """
    if step == len(vectors):
        return vectors[first]
    x, y = (_tree(b, vectors, start, 2 * step) for start in (first, first + step))
    return b.text.let(f"fadd {b.type} {x}, {y}")
