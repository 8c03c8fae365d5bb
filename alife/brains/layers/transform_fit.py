"""Weights of a sum of transforms, each weighted before and after, fitted to a matrix on examples of its inputs.

The sum is the matrix M = H * (A B^T), entry by entry. The error is the mean square of (M - T) x over examples, that is
trace((M - T) C (M - T)^T) with C the mean of x x^T. It is quadratic in A alone and in each column of B alone, so that
alternating least squares, each step solved exactly, never increase it. Where C is the identity the singular parts of
T / H are the least error (Eckart and Young, Psychometrika 1, 1936); for another C there is no such formula.
"""

from __future__ import annotations

import numpy as np

SWEEPS = 20
QUIET = 1e-4  # share of the mean square of the examples that is added to each input: C is then regular


def fitted(
    matrix: np.ndarray, transform: np.ndarray, weights: tuple[np.ndarray, np.ndarray], inputs: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Returns weights whose error on examples is at most that of given ones.

    Args:
        matrix: T, [n, n] outputs by inputs.
        transform: H, [n, n], no entry 0.
        weights: A^T and B^T, [k, n] each, to begin with.
        inputs: [E, n] examples.

    Returns:
        A^T and B^T, [k, n] each.
    """
    moments = second_moments(inputs)
    after, before = weights[0].T.copy(), weights[1].T.copy()
    for _ in range(SWEEPS):
        for own in range(after.shape[1]):
            before[:, own] = _before(matrix, transform, after, before, own, moments)
        after = _after(matrix, transform, before, moments)
    return after.T, before.T


def second_moments(inputs: np.ndarray) -> np.ndarray:
    """Returns C, the mean of x x^T over examples [E, n], with so little added that it is regular: [n, n]."""
    moments: np.ndarray = inputs.T @ inputs / len(inputs)
    moments += max(QUIET * float(np.trace(moments)) / len(moments), 1e-30) * np.eye(len(moments))
    return moments


def _before(
    matrix: np.ndarray, transform: np.ndarray, after: np.ndarray, before: np.ndarray, own: int, moments: np.ndarray
) -> np.ndarray:
    """Returns the weights [n] before one transform with the least error, all others kept. after, before: [n, k]."""
    term = transform * after[:, own, None]
    others = np.delete(np.arange(after.shape[1]), own)
    missing = matrix - transform * (after[:, others] @ before[:, others].T)
    found: np.ndarray = _solved(moments * (term.T @ term), (term * (missing @ moments)).sum(axis=0))
    return found


def _after(matrix: np.ndarray, transform: np.ndarray, before: np.ndarray, moments: np.ndarray) -> np.ndarray:
    """Returns the weights [n, k] after all transforms with the least error: of each output for itself."""
    terms = transform[:, None] * before.T  # [n outputs, k, n inputs]
    seen = terms @ moments
    return _solved(seen @ terms.transpose(0, 2, 1), np.einsum("oki,oi->ok", seen, matrix))


def _solved(squares: np.ndarray, sides: np.ndarray) -> np.ndarray:
    """Returns x of positive equations [..., m, m] x = [..., m], with so little added that they are regular."""
    m = squares.shape[-1]
    sizes = np.maximum(np.trace(squares, axis1=-2, axis2=-1) / m, 1e-30)
    regular = squares + 1e-9 * sizes[..., None, None] * np.eye(m)
    found: np.ndarray = np.linalg.solve(regular, sides[..., None])[..., 0]
    return found
