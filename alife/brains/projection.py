"""Weights unfolded from a short genome by random projections: w_i = wht(flip_i(genes)) / sqrt(G).

The projection is orthogonal up to scale, so genes of variance v give weights of variance v; a mutation of one gene
moves every weight a little. O'Connor: Weight sharing using random projections (randomprojectionai.blogspot.com,
2018/02); Li et al.: Measuring the intrinsic dimension of objective landscapes (ICLR 2018).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from alife.operations.derived import wide_wht
from alife.operations.values import Value


def unfold(genes: Sequence[Value], rows: int, seed: int) -> list[Value]:
    """`rows` rows of n weights from G genes, given as G/n rows: one block of G weights after another, the last cut.

    Args:
        genes: G/n values, a power of two of them, nominally in [-1, 1].
        rows: how many rows of weights to make.
        seed: blocks use the flips from `seed` on, one for each row of genes.
    """
    return list(unfolding(genes, rows, seed))


def unfolding(genes: Sequence[Value], rows: int, seed: int) -> Iterator[Value]:
    """The rows of `unfold`, one after another."""
    scale = 1 / math.sqrt(len(genes) * genes[0].o.width)
    for first in range(0, rows, len(genes)):
        block = wide_wht([row.o.flip(row, seed + first + j) for j, row in enumerate(genes)])
        yield from (row * scale for row in block[: rows - first])
