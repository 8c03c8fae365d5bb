"""Entropy and mutual information of discrete series by counting, with a correction of bias and a shuffled null.

Plug-in estimates use the shares of counts as probabilities. They are too low for entropies: by about (K - 1) / (2 T)
nats for K values seen in T steps, which is added (Miller, "Note on the bias of information estimates", 1955). No
correction helps where most values are seen once: H is then near log2 T whatever the source is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

NATS = float(np.log(2.0))  # of a bit


@dataclass(frozen=True)
class Shared:
    """Mutual information of M pairs of series, in bits, corrected; each beside its shuffled null.

    Attributes:
        bits: [M] estimates; below 0 where the correction exceeds what was counted.
        null: [M] mean of the same estimate after one series is shuffled in time.
        high: [M] 95th percentile of the shuffled estimates.
    """

    bits: np.ndarray
    null: np.ndarray
    high: np.ndarray


def quantized(values: np.ndarray, low: np.ndarray, high: np.ndarray, levels: int) -> np.ndarray:
    """Returns the numbers, 0 to levels - 1, of bins of equal width from low to high: [T, n] int64.

    Args:
        values: [T, n]; what lies outside is put into the first or last bin.
        low, high: [n] ends; where they are equal all values are in bin 0.
        levels: number of bins.
    """
    span = np.where(high > low, high - low, 1.0)
    bins: np.ndarray = np.clip((values - low) / span * levels, 0, levels - 1).astype(np.int64)
    return bins


def coded(rows: np.ndarray) -> np.ndarray:
    """Returns a number for each row of [T, n], 0 to K - 1, equal for equal rows: [T] int64."""
    if rows.shape[1] == 0:
        return np.zeros(len(rows), np.int64)
    numbers: np.ndarray = np.unique(rows, axis=0, return_inverse=True)[1].reshape(-1)
    return numbers


def entropy(codes: np.ndarray, corrected: bool = True) -> float:
    """Returns the entropy in bits of a series of codes [T]; 0 for a constant.

    corrected: adds (K - 1) / (2 T) nats.
    """
    counts = np.unique(codes, return_counts=True)[1]
    shares = counts / counts.sum()
    plug_in = -float(np.sum(shares * np.log2(shares)))
    return plug_in + corrected * (len(counts) - 1) / (2 * len(codes) * NATS)


def information(x: np.ndarray, y: np.ndarray, corrected: bool = True) -> float:
    """Returns I(X; Y) = H(X) + H(Y) - H(X, Y) in bits of two series of codes [T], each entropy corrected or none."""
    pair = x.astype(np.int64) * (int(y.max()) + 1) + y
    return entropy(x, corrected) + entropy(y, corrected) - entropy(pair, corrected)


def shared(pairs: list[tuple[np.ndarray, np.ndarray]], shuffles: int) -> Shared:
    """Returns the information that the series of each pair share, beside what remains after shuffling the second one.

    Args:
        pairs: M pairs of series of codes [T]; T may differ between pairs.
        shuffles: orders drawn for the null, by a fixed seed.
    """
    draws = np.random.default_rng(0)
    bits = np.array([information(x, y) for x, y in pairs])
    nulls = np.array([[information(x, draws.permutation(y)) for _ in range(shuffles)] for x, y in pairs])
    nulls = nulls.reshape(len(pairs), shuffles)
    return Shared(bits, nulls.mean(axis=1), np.percentile(nulls, 95, axis=1))
