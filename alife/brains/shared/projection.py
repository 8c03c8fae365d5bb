"""Weights unfolded from a short genome by random projections: w_i = wht(flip_i(genes)) / sqrt(G).

The projection is orthogonal up to scale, so genes of variance v give weights of variance v; a mutation of one gene
moves every weight a little. O'Connor: Weight sharing using random projections (randomprojectionai.blogspot.com,
2018/02); Li et al.: Measuring the intrinsic dimension of objective landscapes (ICLR 2018).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np

from alife.ops.derived import wide_wht
from alife.ops.philox import philox, uniform
from alife.ops.vocabulary import Value

OFFSET_KEY = 0x0FF5E7  # of the random numbers of fixed weights
Shape = Literal["linear", "square", "root"]


def offset_row(seed: int, width: int) -> np.ndarray:
    """[n] float32 fixed weights, uniform in [-1, 1); times the offset they are what genes of 0 unfold to."""
    words = philox([np.arange(width // 4), seed, 0, 0], [0, OFFSET_KEY])
    numbers: np.ndarray = 2 * uniform(np.stack(words, axis=1).reshape(width)) - 1
    return numbers


def unfold(
    genes: Sequence[Value], rows: int, seed: int, offset: float = 0.0, shape: Shape = "linear"
) -> Iterator[Value]:
    """Rows of n weights from G genes, one after another: one block of G weights after another, the last one cut.

    Args:
        genes: G/n values, a power of two of them, nominally in [-1, 1].
        rows: number of rows of weights.
        seed: blocks use the flips from `seed` on, one for each row of genes.
        offset: factor of the fixed weights that are added.
        shape: the function applied last, see `shaped`.
    """
    o = genes[0].o
    for at, row in enumerate(_linear(genes, rows, seed)):
        if offset:
            row = row + o.const(offset * offset_row(seed + at, o.width).astype(np.float64))
        yield shaped(row, shape)


def shaped(w: Value, shape: Shape) -> Value:
    """The weights as they are, or sign(w) w^2, of which few are large, or sign(w) sqrt(|w|), which are all near 1."""
    if shape == "square":
        return w * abs(w)
    if shape == "root":
        root = w.o.sqrt(abs(w))
        return w.o.select(w, 0.0, root, -root)
    return w


def _linear(genes: Sequence[Value], rows: int, seed: int) -> Iterator[Value]:
    scale = 1 / math.sqrt(len(genes) * genes[0].o.width)
    for first in range(0, rows, len(genes)):
        block = wide_wht([row.o.flip(row, seed + first + j) for j, row in enumerate(genes)])
        yield from (row * scale for row in block[: rows - first])
