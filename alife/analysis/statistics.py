"""Means with intervals, by Student's t and by the bootstrap, and the correlation of ranks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

RESAMPLES = 10_000
MANY = 10_000  # degrees of freedom, beyond which a series gives Student's t


class Mean(NamedTuple):
    """A mean and the ends of its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3g} [{self.low:.3g}, {self.high:.3g}]"


def bootstrap_mean(values: Sequence[float]) -> Mean:
    """Returns the mean of `values` with its 95 % percentile bootstrap interval.

    Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13. The resamples have a fixed seed: equal
    values give equal intervals.

    Args:
        values: [N], N at least 1.
    """
    sample = np.asarray(values, np.float64)
    low, high = np.percentile(_means_of_resamples(sample), [2.5, 97.5])
    return Mean(float(sample.mean()), float(low), float(high))


def bca_mean(values: Sequence[float]) -> Mean:
    """Returns the mean of `values` with its 95 % bias-corrected and accelerated bootstrap interval.

    Efron and Tibshirani, chapter 14: the ends by equation 14.10, bias by 14.14, acceleration by 14.15. The resamples
    have a fixed seed. Equal values give an interval of width 0.

    Args:
        values: [N], N at least 1.
    """
    sample = np.asarray(values, np.float64)
    mean, normal = float(sample.mean()), NormalDist()
    means = _means_of_resamples(sample)
    if len(sample) == 1 or means.min() == means.max() or not np.isfinite(mean):
        return Mean(mean, mean, mean)
    below = (np.sum(means < mean) + 0.5 * np.sum(means == mean)) / RESAMPLES
    bias = normal.inv_cdf(min(max(below, 0.5 / RESAMPLES), 1 - 0.5 / RESAMPLES))
    without = mean - (sample.sum() - sample) / (len(sample) - 1)  # jackknife: what each value adds
    acceleration = float(np.sum(without**3) / (6 * np.sum(without**2) ** 1.5))
    ends = []
    for share in (0.025, 0.975):
        z = bias + normal.inv_cdf(share)
        ends.append(normal.cdf(bias + z / (1 - acceleration * z)))
    low, high = np.quantile(means, ends)
    return Mean(mean, float(low), float(high))


def t_mean(values: Sequence[float]) -> Mean:
    """Returns the mean of `values` with its 95 % interval by Student's t distribution; for few, independent values.

    The interval covers the true mean in 95 % of cases if the values are normally distributed, however few they are. It
    is unbounded for a single value.

    Args:
        values: [N], N at least 1, each an independent draw.
    """
    sample = np.asarray(values, np.float64)
    mean = float(sample.mean())
    if len(sample) == 1:
        return Mean(mean, -math.inf, math.inf)
    half = t_quantile(0.975, len(sample) - 1) * float(sample.std(ddof=1)) / math.sqrt(len(sample))
    return Mean(mean, mean - half, mean + half)


def t_quantile(share: float, degrees: int) -> float:
    """Returns the quantile of Student's t distribution, to about 12 digits.

    The inverse, by bisection, of Abramowitz and Stegun, "Handbook of Mathematical Functions", 1964, equations 26.7.3
    and 26.7.4; for more than MANY degrees the first terms of 26.7.5, whose error is below their third power.

    Args:
        share: above 0.5 and below 1.
        degrees: of freedom, at least 1.
    """
    if degrees > MANY:
        z = NormalDist().inv_cdf(share)
        return z + (z**3 + z) / (4 * degrees) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * degrees**2)
    low, high = 0.0, 1.0
    while _t_within(high, degrees) < 2 * share - 1:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _t_within(middle, degrees) < 2 * share - 1 else (low, middle)
    return (low + high) / 2


def _t_within(t: float, degrees: int) -> float:
    """Returns the probability that a value of Student's t distribution lies between -t and t."""
    angle = math.atan(t / math.sqrt(degrees))
    cosine, term, total = math.cos(angle), 1.0, 0.0
    first = 1 if degrees % 2 else 0
    term = cosine if first else 1.0
    for power in range(first, degrees - 1, 2):
        total += term
        term *= cosine**2 * (power + 1) / (power + 2)
    return 2 / math.pi * (angle + math.sin(angle) * total) if first else math.sin(angle) * total


def spearman(x: Sequence[float], y: Sequence[float]) -> float:
    """Returns Spearman's rank correlation, -1 to 1, equal values at their mean rank; NaN if all of a side are equal.

    Args:
        x, y: [N] each, N at least 2.
    """
    ranks = []
    for values in (x, y):
        sample = np.asarray(values, np.float64)
        below, upto = (np.searchsorted(np.sort(sample), sample, side) for side in ("left", "right"))
        ranks.append(below + upto - len(sample))  # twice the rank, less the mean
    (a, b), sizes = ranks, [float(np.sum(each.astype(np.float64) ** 2)) for each in ranks]
    return float(np.sum(a * b)) / math.sqrt(sizes[0] * sizes[1]) if all(sizes) else math.nan


def resampled_means(rows: np.ndarray) -> np.ndarray:
    """Returns the means of bootstrap samples of many rows at once, all with the resamples of `bootstrap_mean`.

    Args:
        rows: [V, N], N at least 1.

    Returns:
        [RESAMPLES, V] float64.
    """
    count = rows.shape[1]
    drawn = _drawn(count)
    times = np.zeros((RESAMPLES, count))
    np.add.at(times, (np.arange(RESAMPLES)[:, None], drawn), 1.0)
    means: np.ndarray = times @ np.asarray(rows, np.float64).T / count
    return means


def _drawn(count: int) -> np.ndarray:
    """Returns the places [RESAMPLES, N] that resamples of N values take."""
    return np.random.default_rng(0).integers(0, count, (RESAMPLES, count))


def _means_of_resamples(sample: np.ndarray) -> np.ndarray:
    """Returns the means [RESAMPLES] of as many samples drawn from `sample` [N] with replacement."""
    drawn = _drawn(len(sample))
    means: np.ndarray = sample[drawn].mean(axis=1)
    return means
