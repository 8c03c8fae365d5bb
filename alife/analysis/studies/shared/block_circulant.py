"""Block-circulant matrices of any shape, and weights that are powers of two."""

from __future__ import annotations

import numpy as np


class Blocks:
    """Which entries of a matrix [m, n] share a weight: a diagonal of a block of k x k, as r[(p - q) mod k] of CirCNN.

    Blocks at the edges are cut off where k does not divide m or n.

    Attributes:
        owners: [m, n] the number of the weight of each entry.
        sizes: [W] entries of each weight.
    """

    def __init__(self, shape: tuple[int, int], block: int) -> None:
        p, q = np.arange(shape[0])[:, None], np.arange(shape[1])
        columns = -(-shape[1] // block)
        numbers = (p // block * columns + q // block) * block + (p - q) % block
        _, places, self.sizes = np.unique(numbers, return_inverse=True, return_counts=True)
        self.owners: np.ndarray = places.reshape(shape)

    def means(self, matrix: np.ndarray) -> np.ndarray:
        """Returns the weights [W] of the nearest such matrix, each the mean of its entries in `matrix` [m, n]."""
        found: np.ndarray = np.bincount(self.owners.ravel(), matrix.ravel(), len(self.sizes)) / self.sizes
        return found

    def matrix(self, weights: np.ndarray) -> np.ndarray:
        """Returns the matrix [m, n] of weights [W]."""
        found: np.ndarray = weights[self.owners]
        return found


def powers_of_two(weights: np.ndarray, bits: int, largest: int | None = None) -> np.ndarray:
    """Returns weights, each 0 or the nearest of 2^(bits - 1) - 1 powers of two with a sign.

    Args:
        weights: [W].
        bits: of a weight, at least 2: one code is 0, and one is left.
        largest: the exponent of the largest power; None: that with the least squared error.
    """
    top = largest_exponent(weights, bits) if largest is None else largest
    least = top - (2 ** (bits - 1) - 2)
    sizes = np.abs(weights)
    exponents = np.floor(np.log2(np.maximum(sizes, 1e-30) * 4 / 3))  # the nearest power is 2^e from 0.75 to 1.5 of it
    powers = 2.0 ** np.clip(exponents, least, top)
    nearest: np.ndarray = np.sign(weights) * np.where(sizes < 2.0**least / 2, 0.0, powers)
    return nearest


def largest_exponent(weights: np.ndarray, bits: int) -> int:
    """Returns the exponent of the largest power with which powers of two are nearest to weights [W]."""
    top = int(np.floor(np.log2(max(float(np.abs(weights).max()), 1e-30) * 4 / 3)))
    errors = {e: float(((powers_of_two(weights, bits, e) - weights) ** 2).sum()) for e in range(top, top - 4, -1)}
    return min(errors, key=errors.__getitem__)
