"""Matrices in place of that of a layer: sums of transforms and plain decompositions, with examples or without."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from alife.brains.double import compile_matrix
from alife.brains.layers.transform_fit import second_moments
from alife.brains.layers.walsh_symmetry import walsh

Near = Callable[[np.ndarray, int, np.ndarray | None], np.ndarray]  # matrix [n, n], k, examples [E, n] -> [n, n]


def hadamard(n: int) -> np.ndarray:
    """Returns the transform as a matrix [n, n] that keeps lengths."""
    matrix: np.ndarray = walsh(n) / np.sqrt(n)
    return matrix


def bound(matrix: np.ndarray, k: int) -> float:
    """Returns the least error of k transforms: of the singular values of a matrix [n, n] over H that are left out."""
    sizes = np.linalg.svd(matrix / hadamard(len(matrix)), compute_uv=False)
    return float(np.sqrt(np.square(sizes[k:]).sum() / np.square(sizes).sum()))


def transforms(matrix: np.ndarray, k: int, inputs: np.ndarray | None = None) -> np.ndarray:
    """Returns the nearest sum of k transforms to a matrix [n, n], as a matrix. inputs: [E, n] examples."""
    after, before = compile_matrix(matrix, k, inputs)
    near: np.ndarray = hadamard(len(matrix)) * (after.T @ before)
    return near


def decomposition(matrix: np.ndarray, k: int, inputs: np.ndarray | None = None) -> np.ndarray:
    """Returns the nearest matrix [n, n] of rank k, of the entries, or of the outputs on examples [E, n].

    The second are the singular parts of T L, divided by L, with L L^T the mean of x x^T.
    """
    root = np.eye(len(matrix))
    if inputs is not None:
        root = np.linalg.cholesky(second_moments(inputs))
    left, sizes, right = np.linalg.svd(matrix @ root)
    near: np.ndarray = np.linalg.solve(root.T, ((left[:, :k] * sizes[:k]) @ right[:k]).T).T
    return near


def exchanged(near: Near, tries: int, seed: int) -> Near:
    """Returns a form whose rows and columns, the units of the two layers, first take the best order that was found.

    Pairs of rows or of columns are drawn and exchanged where that lowers the bound of k transforms.

    Args:
        near: the form.
        tries: pairs that are drawn.
        seed: draws them.
    """

    def found(matrix: np.ndarray, k: int, inputs: np.ndarray | None) -> np.ndarray:
        rng, n = np.random.default_rng(seed), len(matrix)
        orders, least = [np.arange(n), np.arange(n)], bound(matrix, k)
        for _ in range(tries):
            side, pair = rng.integers(2), rng.choice(n, 2, replace=False)
            tried = [each.copy() for each in orders]
            tried[side][pair] = tried[side][pair[::-1]]
            if (own := bound(matrix[np.ix_(*tried)], k)) < least:
                orders, least = tried, own
        placed = np.empty_like(matrix)
        seen = None if inputs is None else inputs[:, orders[1]]
        placed[np.ix_(*orders)] = near(matrix[np.ix_(*orders)], k, seen)
        return placed

    return found
