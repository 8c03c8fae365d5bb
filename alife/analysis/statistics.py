"""Means with bootstrap intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

RESAMPLES = 10_000


class Mean(NamedTuple):
    """A mean, and the ends of its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3g} [{self.low:.3g}, {self.high:.3g}]"


def mean_of(values: Sequence[float]) -> Mean:
    """The mean of at least one value with its percentile bootstrap interval.

    Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13. The draws are always the same.
    """
    own = np.asarray(values, np.float64)
    drawn = np.random.default_rng(0).integers(0, len(own), (RESAMPLES, len(own)))
    low, high = np.percentile(own[drawn].mean(axis=1), [2.5, 97.5])
    return Mean(float(own.mean()), float(low), float(high))
