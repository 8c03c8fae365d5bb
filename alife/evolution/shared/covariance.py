"""Covariance matrices of a search distribution: the full matrix with its axes, or its diagonal alone.

A covariance maps standard normals to steps and back, and adapts to weighted steps. It is kept as arrays in the State:
`FullCovariance(arrays)` continues from `arrays()` to the bit, because the axes are kept and not computed again.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from types import ModuleType
from typing import final

import numpy as np

from alife.errors import UserError
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


@final
class FullCovariance(Covariance):
    """The full matrix, sampled and adapted by the GaussFullSampler of N. Hansen's library `cma`.

    Its eigenvectors are LAPACK's and may differ in their last bits from one machine to another. They are renewed once
    the matrix has changed enough, about every 1 / (10 G (c_1 + c_mu)) generations (arXiv:1604.00772, B.2).
    """

    def __init__(self, arrays: dict[str, np.ndarray]) -> None:
        self._sampler = _library().GaussFullSampler(len(arrays["covariance"]), condition_limit=CONDITION)
        self._sampler.C, self._sampler.B = arrays["covariance"].copy(), arrays["axes"].copy()
        self._sampler.D = arrays["lengths"].copy()
        self._sampler.count_tell, self._sampler.last_update = (int(count) for count in arrays["updates"])

    @staticmethod
    def initial(genes: int) -> dict[str, np.ndarray]:
        """Returns the arrays of the unit matrix. Raises UserError where the package cma is not installed."""
        _library()
        eye = np.eye(genes)
        return {"covariance": eye, "axes": eye, "lengths": np.ones(genes), "updates": np.zeros(2, np.int64)}

    def arrays(self) -> dict[str, np.ndarray]:
        """Returns the matrix, its axes, their lengths and the numbers of updates."""
        sampler = self._sampler
        updates = np.array([sampler.count_tell, sampler.last_update])
        return {"covariance": sampler.C, "axes": sampler.B, "lengths": sampler.D, "updates": updates}

    def steps(self, noise: np.ndarray) -> np.ndarray:
        """Returns standard normals [N, G] as steps [N, G]: B D z."""
        steps: np.ndarray = (self._sampler.D * noise) @ self._sampler.B.T
        return steps

    def whiten(self, steps: np.ndarray) -> np.ndarray:
        """Returns B D^-1 B^T times each step: [G] or [K, G]."""
        sampler = self._sampler
        white: np.ndarray = (steps @ sampler.B / sampler.D) @ sampler.B.T
        return white

    def adapt(self, steps: np.ndarray, weights: np.ndarray, retained: float, gap: float) -> None:
        """Adapts the matrix [G, G], and renews the axes if they are due."""
        self._sampler.update(steps, weights, retained)
        self._sampler.update_now(gap)


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


def _library() -> ModuleType:
    """Returns the module cma.sampler. Raises UserError where the package is not installed."""
    try:
        from cma import sampler
    except ImportError:
        raise UserError(
            "strategy cmaes: expected the package cma for form full, found none; "
            "write pip install '.[cma]' in a clone, or strategy: {name: cmaes, form: separable}",
            ("strategy",),
        ) from None
    module: ModuleType = sampler
    return module
