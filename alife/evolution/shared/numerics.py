"""Arithmetic with the same bits on every machine: ranks, ordered sums, random words, exponentials and logarithms."""

from __future__ import annotations

import numpy as np

from alife.backends.genome_arrays import run_law
from alife.laws.law import Law, per_row
from alife.laws.maths import exp, log
from alife.laws.rows import Columns
from alife.ops.philox import philox

WORST = np.float32(-np.inf)  # fitness of an invalid row
LARGEST = float(np.finfo(np.float32).max)  # finite fitness


def cleaned(fitness: np.ndarray, measures: np.ndarray | None = None) -> tuple[np.ndarray, int]:
    """Returns fitness as float32, its invalid rows set to -inf, and the number of these.

    fitness: [N] or [N, K], higher is better. measures: [N, M]. A row is invalid if its fitness or its measures are not
    finite.
    """
    with np.errstate(over="ignore"):
        single = np.asarray(fitness).astype(np.float32)
    invalid = ~np.isfinite(single.reshape(len(single), -1)).all(axis=1)
    if measures is not None:
        invalid |= ~np.isfinite(measures).all(axis=1)
    single[invalid] = WORST
    return single, int(invalid.sum())


def cleaned_mean(fitness: np.ndarray) -> float:
    """Returns the mean of fitness [N] over episodes, -inf if one of them is not finite."""
    _, num_invalid = cleaned(fitness)
    return float(WORST) if num_invalid else float(fitness.mean(dtype=np.float64))


def ranked(fitness: np.ndarray) -> np.ndarray:
    """Returns [N] int64 indices of fitness [N] from best to worst; ties go to the lower index."""
    return np.argsort(-fitness.astype(np.float64), kind="stable")


def rank_utilities(values: np.ndarray, fitness: np.ndarray) -> np.ndarray:
    """Returns [N] float64 values of the ranks of fitness [N]; equal fitness shares the mean of its ranks' values.

    values: [N], best rank first. Sharing makes flat fitness move nothing.
    """
    _, place, count = np.unique(-fitness.astype(np.float64), return_inverse=True, return_counts=True)
    ends = np.cumsum(count)
    sums = np.add.reduceat(values, ends - count)
    mean: np.ndarray = (sums / count)[place]
    return mean


def draws(seed: int, stream: int, generation: int, count: int) -> np.ndarray:
    """Returns [count, 4] uint32 random words, a function of (seed, stream, generation, row)."""
    low, high = seed & 0xFFFFFFFF, seed >> 32 & 0xFFFFFFFF
    counter: list[np.ndarray | int] = [np.arange(count), 0, generation & 0xFFFFFFFF, generation >> 32]
    words = philox(counter, [low, high ^ stream << 16])
    return np.stack([np.broadcast_to(word, count) for word in words], axis=1).astype(np.uint32)


def below(words: np.ndarray, count: int | np.ndarray) -> np.ndarray:
    """Returns int64 numbers [...] in 0..count-1 from uint32 words of the same shape, by multiply-high."""
    return (words.astype(np.uint64) * np.uint64(count) >> np.uint64(32)).astype(np.int64)


def weighted_sum(weights: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Returns the [G] float64 sum of weights [N] times rows [N, G], added row by row, in the same order everywhere."""
    total = np.zeros(rows.shape[1])
    for weight, row in zip(weights, rows, strict=True):
        total += weight * row
    return total


def ordered_sum(values: np.ndarray) -> float:
    """Returns the sum of [K] numbers, K at least 1, added from first to last, in the same order everywhere."""
    return float(np.add.accumulate(values)[-1])


class Pair(Columns, table="pairs"):
    """An argument, and the value of a function there."""

    x: float
    y: float


@per_row("pairs")
def take_exponential(pair: Pair) -> None:
    """Writes e to the power of x."""
    pair.y = exp(pair.x)


@per_row("pairs")
def take_logarithm(pair: Pair) -> None:
    """Writes the natural logarithm of x."""
    pair.y = log(pair.x)


def exponential(x: np.ndarray) -> np.ndarray:
    """Returns e to the power of x, [N] float64 of float32 accuracy, with the same bits on every machine."""
    return _run_on(take_exponential, x)


def logarithm(x: np.ndarray) -> np.ndarray:
    """Returns the natural logarithm of x > 0, [N] float64 of float32 accuracy, with the same bits on every machine."""
    return _run_on(take_logarithm, x)


def _run_on(law: Law, x: np.ndarray) -> np.ndarray:
    single = np.ascontiguousarray(x, np.float32)
    y = np.zeros_like(single)
    run_law(law, {"x": single, "y": y}, len(y))
    return y.astype(np.float64)
