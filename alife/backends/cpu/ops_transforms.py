"""Sums over lanes in vector IR: Walsh-Hadamard transforms and totals, in the order in which `Reference` adds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from alife.backends.cpu import jit
from alife.backends.cpu.llvm_text import floats
from alife.backends.cpu.ops_lazy import materialize
from alife.ops.values import Value

if TYPE_CHECKING:
    from alife.backends.cpu.ops import Simd, Vectors

TOGETHER = 16  # vectors whose stages are written before those of the next: as many as registers hold with their sums


def wht(o: Simd, x: Value, block: int) -> Value:
    """`Operations.wht`: stages inside vectors, then between them."""
    gap = 1
    while gap < min(block, o.span):
        x, gap = o.each(lambda v, gap=gap: _inner_stage(o, v, gap), x), 2 * gap
    return Value(o, [_outer_stages(o, materialize(v), gap // o.span, block // o.span) for v in x.data])


def _inner_stage(o: Simd, v: str, gap: int) -> str:
    """Lane i becomes its partner's value plus or minus its own; a sum in either order is the same float.

    Flips are told to partners and own lanes apart, as one vector is often flipped in several ways.
    """
    minus, partners = (np.arange(o.size) & gap) > 0, np.arange(o.size) ^ gap
    if v not in o.flipped:
        return _plus_minus(o, o.shuffle(v, partners), v, minus)
    before, changed = o.flipped[v]
    partner = o.change_signs(o.shuffle(before, partners), changed[partners])
    return _plus_minus(o, partner, before, minus ^ changed)


def _plus_minus(o: Simd, a: str, b: str, minus: np.ndarray) -> str:
    """a - b on the lanes of a constant mask, a + b on the others. A product with 1 or -1 needs no rounding."""
    if jit.has("fma"):
        ones = floats(np.where(minus, -1.0, 1.0))
        return o.text.call(o.type, f"llvm.fma.v{o.size}f32", [(o.type, x) for x in (b, ones, a)])
    return o.text.let(f"fadd {o.type} {a}, {o.change_signs(b, minus)}")


def _outer_stages(o: Simd, vectors: list[str], gap: int, end: int) -> list[str]:
    """Stages between vectors, from one gap to another: all of a few vectors, then of the next few; in place."""
    while 0 < gap < end:
        top = min(gap * TOGETHER, end)
        for first in (i for i in range(len(vectors)) if i % top < gap):
            _butterflies(o, vectors, range(first, first + top, gap))
        gap = top
    return vectors


def _butterflies(o: Simd, vectors: list[str], places: range) -> None:
    """The transform of the vectors at these places, in place."""
    gap = 1
    while gap < len(places):
        for i in (i for i in range(len(places)) if not i & gap):
            a, b = vectors[places[i]], vectors[places[i + gap]]
            vectors[places[i]] = o.text.let(f"fadd {o.type} {a}, {b}")
            vectors[places[i + gap]] = o.text.let(f"fsub {o.type} {a}, {b}")
        gap *= 2


def total(o: Simd, vectors: Vectors) -> str:
    """The sum of vectors, then of lanes; adding partners both ways leaves the sum on every lane."""
    v, gap = _tree(o, vectors, 0, 1), o.span // 2
    while gap:
        v, gap = o.text.let(f"fadd {o.type} {v}, {o.shuffle(v, np.arange(o.size) ^ gap)}"), gap // 2
    return v


def _tree(o: Simd, vectors: Vectors, first: int, step: int) -> str:
    """The sum of every `step`-th vector from `first` on: the last addition of halves of halves is of even and odd ones.

    Each is summed before the other is begun.
    """
    if step == len(vectors):
        return vectors[first]
    a, b = (_tree(o, vectors, start, 2 * step) for start in (first, first + step))
    return o.text.let(f"fadd {o.type} {a}, {b}")
