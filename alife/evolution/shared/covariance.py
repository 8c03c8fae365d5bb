"""Covariance matrices of a search distribution: the full matrix with its axes, or its diagonal alone.

A covariance maps standard normals to steps and back, and adapts to weighted steps. It is kept as arrays in the State:
`FullCovariance(arrays)` continues from `arrays()` to the bit, because the axes are kept and not computed again.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import final

import numpy as np

from alife.backends.cpu.matrices import eigenvectors, product
from alife.evolution.shared.numerics import ordered_sum, weighted_sum

CONDITION = 1e14  # largest ratio of variances, the limit of the library


class Covariance(ABC):
    """Abstract base of covariances of G genes.

    arrays: covariance: [G, G] matrix, or [G] variances. axes: [G, G] eigenvectors, or empty. lengths: [G] standard
    deviations along the axes. updates: [2] int64 number of updates, and that after which the axes were last renewed.
    """

    @abstractmethod
    def __init__(self, arrays: dict[str, np.ndarray]) -> None:
        """Continues from `arrays()`."""

    @staticmethod
    @abstractmethod
    def initial(genes: int) -> dict[str, np.ndarray]:
        """Returns the arrays of the unit matrix."""

    @abstractmethod
    def arrays(self) -> dict[str, np.ndarray]:
        """Returns the arrays that the covariance continues from."""

    @abstractmethod
    def steps(self, noise: np.ndarray) -> np.ndarray:
        """Returns standard normals [N, G] as steps [N, G] with this covariance."""

    @abstractmethod
    def whiten(self, steps: np.ndarray) -> np.ndarray:
        """Returns the inverse square root of the matrix times each step: [G] or [K, G]."""

    @abstractmethod
    def adapt(self, steps: np.ndarray, weights: np.ndarray, retained: float, gap: float) -> None:
        """Replaces C by (1 + retained - sum(w)) C + sum(w s s^T).

        Args:
            steps: [K, G].
            weights: [K]; the full form takes weights below 0, too.
            retained: share of C that is retained in addition to 1 - sum(w).
            gap: number of updates between renewals of the axes.
        """


def part_of(values: np.ndarray, genes: np.ndarray) -> np.ndarray:
    """Returns the values of some genes. values: [G], [G, G] or empty. genes: [G] bool."""
    if not values.size:
        return values
    part: np.ndarray = values[genes] if values.ndim == 1 else values[np.ix_(genes, genes)]
    return part


def put_back(values: np.ndarray, part: np.ndarray, genes: np.ndarray) -> np.ndarray:
    """Returns a copy of values in which those of some genes are others.

    Args:
        values: [G], [G, G] or empty.
        part: as `part_of` returns it, [V], [V, V] or empty.
        genes: [G] bool, V of them.
    """
    after = values.copy()
    if values.ndim == 1:
        after[genes] = part
    elif values.size:
        after[np.ix_(genes, genes)] = part
    return after


@final
class FullCovariance(Covariance):
    """The full matrix, adapted as by the GaussFullSampler of N. Hansen's library `cma`, to which tests hold it.

    Its products and axes have the same bits on every machine. The axes are renewed once the matrix has changed enough,
    about every 1 / (10 G (c_1 + c_mu)) generations (arXiv:1604.00772, B.2).
    """

    def __init__(self, arrays: dict[str, np.ndarray]) -> None:
        self._matrix, self._axes, self._lengths = arrays["covariance"], arrays["axes"], arrays["lengths"]
        self._count, self._renewed = (int(count) for count in arrays["updates"])

    @staticmethod
    def initial(genes: int) -> dict[str, np.ndarray]:
        """Returns the arrays of the unit matrix."""
        eye = np.eye(genes)
        return {"covariance": eye, "axes": eye, "lengths": np.ones(genes), "updates": np.zeros(2, np.int64)}

    def arrays(self) -> dict[str, np.ndarray]:
        """Returns the matrix, its axes, their lengths and the numbers of updates."""
        updates = np.array([self._count, self._renewed])
        return {"covariance": self._matrix, "axes": self._axes, "lengths": self._lengths, "updates": updates}

    def steps(self, noise: np.ndarray) -> np.ndarray:
        """Returns standard normals [N, G] as steps [N, G]: B D z."""
        return product(self._lengths * noise, self._axes.T)

    def whiten(self, steps: np.ndarray) -> np.ndarray:
        """Returns B D^-1 B^T times each step: [G] or [K, G]."""
        rows = np.atleast_2d(steps)
        return product(product(rows, self._axes) / self._lengths, self._axes.T).reshape(steps.shape)

    def adapt(self, steps: np.ndarray, weights: np.ndarray, retained: float, gap: float) -> None:
        """Adapts the matrix [G, G], and renews the axes if they are due.

        A weight below 0 is divided by the squared length of its step in units of the distribution, over G: equation 46.
        """
        kept = 1.0 + retained - ordered_sum(weights)
        lengths = np.add.accumulate((product(steps, self._axes) / self._lengths) ** 2, axis=1)[:, -1]
        scaled = np.where(weights < 0, weights * steps.shape[1] / (np.sqrt(lengths) + 1e-9) ** 2, weights)
        matrix = kept * self._matrix + product(scaled * steps.T, steps)
        self._matrix, self._count = (matrix + matrix.T) / 2, self._count + 1
        if self._count >= self._renewed + gap:
            self._renew()
            self._renewed = self._count

    def _renew(self) -> None:
        """Computes the axes and their lengths; variances are raised until all are above 0 and within `CONDITION`."""
        genes, least = len(self._matrix), self._lengths.min() ** 2
        variances, axes = eigenvectors(self._matrix, self._axes)
        while variances[0] <= 0:
            self._matrix = self._matrix + least * np.eye(genes)
            variances, axes = eigenvectors(self._matrix, axes)
        excess = max(0.0, (variances[-1] - CONDITION * variances[0]) / (CONDITION - 1))
        self._matrix = self._matrix + excess * np.eye(genes)
        self._axes, self._lengths = axes, np.sqrt(variances + excess)


@final
class DiagonalCovariance(Covariance):
    """One variance per gene. Sums are made in order, so that they have the same bits on every machine."""

    def __init__(self, arrays: dict[str, np.ndarray]) -> None:
        self._arrays = arrays

    @staticmethod
    def initial(genes: int) -> dict[str, np.ndarray]:
        """Returns variances of 1."""
        unused = {"axes": np.zeros((0, 0)), "updates": np.zeros(2, np.int64)}
        return {"covariance": np.ones(genes), "lengths": np.ones(genes), **unused}

    def arrays(self) -> dict[str, np.ndarray]:
        """Returns the variances and their square roots; `axes` is empty and `updates` unused."""
        return self._arrays

    def steps(self, noise: np.ndarray) -> np.ndarray:
        """Returns standard normals [N, G] as steps [N, G]."""
        steps: np.ndarray = self._arrays["lengths"] * noise
        return steps

    def whiten(self, steps: np.ndarray) -> np.ndarray:
        """Returns [G] or [K, G] steps in units of each gene's standard deviation."""
        white: np.ndarray = steps / self._arrays["lengths"]
        return white

    def adapt(self, steps: np.ndarray, weights: np.ndarray, retained: float, gap: float) -> None:
        """Adapts the variances to steps [K, G] with weights [K] of at least 0; `gap` is not used."""
        kept = 1.0 + retained - ordered_sum(weights)
        variances = kept * self._arrays["covariance"] + weighted_sum(weights, steps**2)
        variances = np.maximum(variances, variances.max() / CONDITION)
        self._arrays = {**self._arrays, "covariance": variances, "lengths": np.sqrt(variances)}
