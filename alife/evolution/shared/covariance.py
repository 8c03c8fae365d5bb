"""What a covariance matrix of steps is made of: all of it, with its axes, or its diagonal alone.

Both turn standard normals into steps, steps into what they were made of, and learn from steps and weights. They live in
arrays: `Full(arrays)` goes on where `arrays()` was taken, to the bit, as the axes are kept and not computed again.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from alife.errors import UserError
from alife.evolution.shared.numerics import summed, weighted

CONDITION = 1e14  # largest variance over the smallest, as the library stops at


class Full:
    """All of the matrix, as `cma` samples from and adapts it: N. Hansen's GaussFullSampler.

    Its eigenvectors are LAPACK's, so they may differ in their last bits from one machine to another. They are renewed
    once the matrix has changed enough, about every 1 / (10 G (c1 + c_mu)) generations (arXiv:1604.00772, B.2).
    """

    def __init__(self, arrays: dict[str, np.ndarray]) -> None:
        self._sampler = _library().GaussFullSampler(len(arrays["covariance"]), condition_limit=CONDITION)
        self._sampler.C, self._sampler.B = arrays["covariance"].copy(), arrays["axes"].copy()
        self._sampler.D = arrays["lengths"].copy()
        self._sampler.count_tell, self._sampler.last_update = (int(count) for count in arrays["updates"])

    @staticmethod
    def new(genes: int) -> dict[str, np.ndarray]:
        """The unit matrix. Raises UserError where the library is missing."""
        _library()
        eye = np.eye(genes)
        return {"covariance": eye, "axes": eye, "lengths": np.ones(genes), "updates": np.zeros(2, np.int64)}

    def arrays(self) -> dict[str, np.ndarray]:
        """covariance, axes: [G, G]. lengths: [G] of the axes. updates: [2] so far, and when the axes were renewed."""
        own = self._sampler
        updates = np.array([own.count_tell, own.last_update])
        return {"covariance": own.C, "axes": own.B, "lengths": own.D, "updates": updates}

    def steps(self, noise: np.ndarray) -> np.ndarray:
        """[N, G] standard normals -> steps."""
        made: np.ndarray = (self._sampler.D * noise) @ self._sampler.B.T
        return made

    def whitened(self, steps: np.ndarray) -> np.ndarray:
        """[G] or [K, G] steps in units of the matrix: its inverse root times each."""
        own = self._sampler
        made: np.ndarray = (steps @ own.B / own.D) @ own.B.T
        return made

    def learn(self, steps: np.ndarray, weights: np.ndarray, lost: float, gap: float) -> None:
        """Move towards sum(w s s^T).

        Args:
            steps: [K, G].
            weights: [K], also below 0.
            lost: share of the matrix that stays beside 1 - sum(w).
            gap: updates between new axes.
        """
        self._sampler.update(steps, weights, lost)
        self._sampler.update_now(gap)


class Diagonal:
    """A variance for each gene. Sums are taken in order, so that they are the same on every machine."""

    def __init__(self, arrays: dict[str, np.ndarray]) -> None:
        self._arrays = arrays

    @staticmethod
    def new(genes: int) -> dict[str, np.ndarray]:
        """All variances 1."""
        nothing = {"axes": np.zeros((0, 0)), "updates": np.zeros(2, np.int64)}
        return {"covariance": np.ones(genes), "lengths": np.ones(genes), **nothing}

    def arrays(self) -> dict[str, np.ndarray]:
        """covariance: [G] variances. lengths: [G] their roots."""
        return self._arrays

    def steps(self, noise: np.ndarray) -> np.ndarray:
        """[N, G] standard normals -> steps."""
        made: np.ndarray = self._arrays["lengths"] * noise
        return made

    def whitened(self, steps: np.ndarray) -> np.ndarray:
        """[G] or [K, G] steps in units of the deviations."""
        scaled: np.ndarray = steps / self._arrays["lengths"]
        return scaled

    def learn(self, steps: np.ndarray, weights: np.ndarray, lost: float, gap: float) -> None:
        """Move towards sum(w s^2). weights: [K], none below 0. The others as of the full form."""
        kept = 1.0 + lost - summed(weights)
        variances = kept * self._arrays["covariance"] + weighted(weights, steps**2)
        variances = np.maximum(variances, variances.max() / CONDITION)
        self._arrays = {**self._arrays, "covariance": variances, "lengths": np.sqrt(variances)}


def _library() -> Any:
    try:
        from cma import sampler
    except ImportError:
        raise UserError(
            "strategy cmaes: expected the package cma for form full, found none; "
            "write pip install 'walsh-life[cma]', or strategy: {name: cmaes, form: separable}",
            ("strategy",),
        ) from None
    return sampler
