"""Rows of weights with few of them: sampled by their sizes, or pruned."""

from __future__ import annotations

import numpy as np

from alife.brains.layers import sampling
from alife.ops.reference import Reference
from alife.ops.vocabulary import Row, Value


def sampled(matrix: np.ndarray, samples: int, offsets: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Returns rows of N systematic samples of the distribution of |w|: whole counts times S / N with the signs of w.

    The counts are those of the brain `sampled` (`alife.brains.layers.sampling`).

    Args:
        matrix: [n, m] float64, a row for each of n neurons; n a width of brains.
        samples: N, of each row.
        offsets: [n] uniform numbers in [0, 1), where the samples of each row begin.
        order: [m] permutation in which inputs are sampled; equal weights whose inputs alternate would else be hit on
            one side alone.

    Returns:
        [n, m] float64; each row has the sum of |w| of its own, and a row of zeros stays zero.
    """
    o = Reference(len(matrix), {"genome": np.zeros((1, 1), np.float32)})
    rows = [Value(o, matrix[:, k].astype(np.float32)[None]) for k in order]
    counts = np.zeros(matrix.shape)

    def load(k: Row) -> Value:
        assert isinstance(k, int)
        return rows[k]

    def store(k: Row, count: Value) -> None:
        assert isinstance(k, int)
        counts[:, order[k]] = count.data[0]

    total = sampling.absolute_sum(o, load, len(order))
    uniform = Value(o, offsets.astype(np.float32)[None])
    counter = sampling.make_counter(o, lambda number: uniform, "systematic", samples)
    sampling.sample_counts(o, load, len(order), total, samples, counter, store)
    scaled: np.ndarray = counts * (np.abs(matrix).sum(axis=1, keepdims=True) / samples)
    return scaled


def pruned(matrix: np.ndarray, kept: np.ndarray, ranks: np.ndarray) -> np.ndarray:
    """Returns the rows with all but a number of their weights set to 0.

    Args:
        matrix: [n, m].
        kept: [n] number of weights that each row keeps.
        ranks: [n, m] importance; the highest are kept, of those whose weight is not 0.
    """
    importance = np.where(matrix != 0, ranks, -np.inf)
    place = np.argsort(np.argsort(-importance, axis=1, kind="stable"), axis=1, kind="stable")
    rows: np.ndarray = np.where(place < kept[:, None], matrix, 0.0)
    return rows
