"""Differences of fitness between variants of a genome and the genome itself, in the same episodes, with intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alife.analysis.report.finding import NotApplicable
from alife.analysis.statistics import resampled_means


@dataclass(frozen=True)
class Paired:
    """Mean differences of V variants, with 95 % percentile bootstrap intervals over episodes.

    mean, low, high: [V] float64. episodes: E, those whose fitness is finite in every variant.
    """

    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    episodes: int

    @property
    def clear(self) -> np.ndarray:
        """[V] bool: True if the interval does not hold 0."""
        apart: np.ndarray = (self.low > 0) | (self.high < 0)
        return apart

    def text(self, variant: int) -> str:
        """Returns the mean and interval of one variant: "-0.25 [-0.3, -0.2]"."""
        return f"{self.mean[variant]:.3g} [{self.low[variant]:.3g}, {self.high[variant]:.3g}]"


def paired(fitness: np.ndarray, whole: np.ndarray) -> Paired:
    """Returns the differences of variants from the whole genome; an episode without a finite fitness is left out.

    Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13, on the differences of each episode.

    Args:
        fitness: [V, E] of the variants.
        whole: [E] of the genome, in the same episodes.

    Raises:
        NotApplicable: no episode has a finite fitness.
    """
    finite = np.isfinite(fitness).all(axis=0) & np.isfinite(whole)
    if not finite.any():
        raise NotApplicable("in none of its held-out episodes is fitness finite")
    differences = fitness[:, finite].astype(np.float64) - whole[finite]
    low, high = np.percentile(resampled_means(differences), [2.5, 97.5], axis=0)
    return Paired(differences.mean(axis=1), low, high, int(finite.sum()))
