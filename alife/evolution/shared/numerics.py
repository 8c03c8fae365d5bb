"""Numbers that are the same to the last bit on every machine: ranks, sums in order, random words, exponentials."""

from __future__ import annotations

from typing import Any

import numpy as np

from alife.backends.genome_arrays import run_law
from alife.laws.law import Law, per_row
from alife.laws.maths import exp, log
from alife.ops.philox import philox

WORST = np.float32(-np.inf)


def cleaned(fitness: np.ndarray, measures: np.ndarray | None = None) -> tuple[np.ndarray, int]:
    """Fitness [N] or [N, K] with rows that are not finite, in it or in measures, made the worst; and how many."""
    with np.errstate(over="ignore"):
        single = np.asarray(fitness).astype(np.float32)
    wrong = ~np.isfinite(single.reshape(len(single), -1)).all(axis=1)
    if measures is not None:
        wrong |= ~np.isfinite(measures).all(axis=1)
    single[wrong] = WORST
    return single, int(wrong.sum())


def ranked(fitness: np.ndarray) -> np.ndarray:
    """[N] indices from best to worst; of equal ones the first comes first."""
    return np.argsort(-fitness.astype(np.float64), kind="stable")


def rank_utilities(values: np.ndarray, fitness: np.ndarray) -> np.ndarray:
    """[N] value of each one's rank (values[0]: the best's), shared by equals, so that flat fitness moves nothing."""
    _, place, count = np.unique(-fitness.astype(np.float64), return_inverse=True, return_counts=True)
    ends = np.cumsum(count)
    sums = np.add.reduceat(values, ends - count)
    mean: np.ndarray = (sums / count)[place]
    return mean


def draws(seed: int, stream: int, generation: int, count: int) -> np.ndarray:
    """[count, 4] uint32 words, a function of seed, stream, generation and row."""
    low, high = seed & 0xFFFFFFFF, seed >> 32 & 0xFFFFFFFF
    counter: list[Any] = [np.arange(count), 0, generation & 0xFFFFFFFF, generation >> 32]
    words = philox(counter, [low, high ^ stream << 16])
    return np.stack([np.broadcast_to(word, count) for word in words], axis=1).astype(np.uint32)


def below(words: np.ndarray, count: int | np.ndarray) -> np.ndarray:
    """Whole numbers in 0..count-1 from uint32 words, by multiply-high."""
    return (words.astype(np.uint64) * np.uint64(count) >> np.uint64(32)).astype(np.int64)


def weighted(weights: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """[G] float64 sum of weights [N] times rows [N, G], row by row: the order of additions is the same everywhere."""
    total = np.zeros(rows.shape[1])
    for weight, row in zip(weights, rows, strict=True):
        total += weight * row
    return total


def summed(values: np.ndarray) -> float:
    """Sum of [K] numbers, one after the other: the order of additions is the same everywhere."""
    return float(np.add.accumulate(values)[-1])


@per_row("agents")
def take_exponential(i, x, y):
    """e to the power of each number."""
    y[i] = exp(x[i])


@per_row("agents")
def take_logarithm(i, x, y):
    """The natural logarithm of each number."""
    y[i] = log(x[i])


def exponential(x: np.ndarray) -> np.ndarray:
    """e to the power of each number, [N] float64 with the accuracy of float32: the same on every machine."""
    return _each(take_exponential, x)


def logarithm(x: np.ndarray) -> np.ndarray:
    """Natural logarithm of each number above 0, [N] float64 with the accuracy of float32: the same on every machine."""
    return _each(take_logarithm, x)


def _each(law: Law, x: np.ndarray) -> np.ndarray:
    single = np.ascontiguousarray(x, np.float32)
    y = np.zeros_like(single)
    run_law(law, {"x": single, "y": y}, len(y))
    return y.astype(np.float64)
