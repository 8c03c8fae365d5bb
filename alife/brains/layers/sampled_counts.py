"""Samples of plain arrays: rows of weights as whole numbers, for any matrix, outside brains.

The schemes are those of `alife.brains.layers.sampling`, in float64 and with a draw for each stratum, which are all
independent here.
"""

from __future__ import annotations

from typing import get_args

import numpy as np

from alife.brains.layers.sampling import Scheme
from alife.brains.shared.arguments import SEEDS
from alife.config.arguments import check_integer
from alife.errors import UserError, as_shown
from alife.ops.philox import philox

POINTS, ORDER = 0x5A3, 0x5A4  # streams of draws
SAMPLES = range(1, 2**31)  # of a row
MOST_POINTS = 2**26  # points of all rows that the scheme multinomial draws, and sorts


def sample(
    matrix: np.ndarray, samples: int, scheme: Scheme = "systematic", seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Returns N samples of the distribution of |w| in each row, as signed counts, and the scale of each row.

    `counts * scale[:, None]` stands for the matrix: it is the matrix in the mean over seeds, the sum of |w| of each row
    is kept, and at most N weights of a row are not 0. One distribution over a whole layer is a matrix of one row,
    `sample(matrix.reshape(1, -1), ...)`. The columns are taken in an order drawn from the seed, as equal weights whose
    inputs alternate would else be hit on one side alone.

    Args:
        matrix: [R, M] finite weights, a row for each neuron.
        samples: N, of each row, at least 1.
        scheme: systematic, stratified or multinomial, as of the brain `sampled`.
        seed: 64 bits; equal arguments give equal counts.

    Returns:
        counts: [R, M] int64, whose sizes are N in all in each row; 0 in a row of zeros.
        scale: [R] float64, the sum of |w| over N.

    Raises:
        UserError: an array that is no such matrix, no such number, scheme or seed.
    """
    weights = _checked(matrix, samples, scheme, seed)
    rows, columns = weights.shape
    order = np.argsort(draws(ORDER, 1, columns, seed)[0], kind="stable")
    sums = np.cumsum(np.abs(weights)[:, order], axis=1)
    total = sums[:, -1:]
    shares = sums / np.where(total > 0, total, 1.0)
    below = _BELOW[scheme](shares * samples, samples, seed)
    below = np.where(shares >= 1, float(samples), np.minimum(below, samples))
    counts = np.empty((rows, columns), np.int64)
    counts[:, order] = np.diff(below, axis=1, prepend=0.0)
    return np.where(weights < 0, -counts, counts), total[:, 0] / samples


def draws(stream: int, rows: int, columns: int, seed: int) -> np.ndarray:
    """Returns [rows, columns] float64 uniform in (0, 1), a function of (stream, row, column, seed)."""
    words = _words(stream, rows, np.arange(-(-columns // 4))[None], seed)
    drawn: np.ndarray = (words.reshape(rows, -1)[:, :columns] + 0.5) * 2.0**-32
    return drawn


def _drawn_at(stream: int, places: np.ndarray, seed: int) -> np.ndarray:
    """Returns what `draws` has in columns `places` [R, M], without the others: [R, M]."""
    words = _words(stream, len(places), places // 4, seed)
    drawn: np.ndarray = (np.take_along_axis(words, places[..., None] % 4, axis=2)[..., 0] + 0.5) * 2.0**-32
    return drawn


def _words(stream: int, rows: int, quads: np.ndarray, seed: int) -> np.ndarray:
    """Returns [R, Q, 4] uint32 words of fours of columns. quads: [R or 1, Q] their numbers."""
    counter: list[np.ndarray | int] = [np.arange(rows)[:, None], quads, 0, 0]
    return np.stack(philox(counter, [seed & 0xFFFFFFFF, seed >> 32 ^ stream << 16]), axis=2)


def _systematic(t: np.ndarray, samples: int, seed: int) -> np.ndarray:
    """The number of points i + u below t [R, M], one u a row."""
    below: np.ndarray = np.ceil(t - draws(POINTS, len(t), 1, seed))
    return below


def _stratified(t: np.ndarray, samples: int, seed: int) -> np.ndarray:
    """The number of points i + u_i below t [R, M]."""
    full = np.floor(t)
    stratum = np.minimum(full, samples - 1).astype(np.int64)
    below: np.ndarray = full + (_drawn_at(POINTS, stratum, seed) < t - full)
    return below


def _multinomial(t: np.ndarray, samples: int, seed: int) -> np.ndarray:
    """The number of points anywhere in 0..N that are below t [R, M]."""
    points = np.sort(draws(POINTS, len(t), samples, seed) * samples, axis=1)
    return np.stack([np.searchsorted(row, ends) for row, ends in zip(points, t, strict=True)]).astype(float)


_BELOW = {"systematic": _systematic, "stratified": _stratified, "multinomial": _multinomial}


def _checked(matrix: np.ndarray, samples: int, scheme: str, seed: int) -> np.ndarray:
    weights = np.asarray(matrix)
    if weights.ndim != 2 or weights.dtype.kind not in "fiu" or not weights.size or not np.isfinite(weights).all():
        got = f"{list(weights.shape)} of {weights.dtype}"
        raise UserError(f"matrix: expected finite numbers [R, M], got {got}; write a row for each neuron")
    with np.errstate(over="ignore"):
        sums = np.abs(weights.astype(np.float64)).sum(axis=1)
    if not np.isfinite(sums).all():
        raise UserError("matrix: expected rows whose sums of sizes are finite, got an infinite one; scale the weights")
    check_integer("samples", samples, SAMPLES)
    check_integer("seed", seed, SEEDS)
    if scheme not in get_args(Scheme):
        known = ", ".join(get_args(Scheme))
        raise UserError(f"scheme: expected one of {known}, got {as_shown(repr(scheme))}; write systematic")
    if scheme == "multinomial" and samples * len(weights) > MOST_POINTS:
        most = MOST_POINTS // len(weights)
        raise UserError(
            f"samples: expected at most {most} of each of {len(weights)} rows, got {samples}; write scheme='systematic'"
        )
    return weights.astype(np.float64)
