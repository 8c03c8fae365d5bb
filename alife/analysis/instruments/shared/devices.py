"""Weights as an imprecise device would hold them: pairs of memristors, or whole numbers of few bits."""

from __future__ import annotations

import numpy as np

from alife.brains import make_brain


def on_crossbar(weights: np.ndarray, draws: int, first: int, **devices: float) -> np.ndarray:
    """Returns weights as pairs of devices of the brain `crossbar` hold them, for several draws of devices.

    Each weight is the difference of two conductances, positive and negative column; the largest weight of the matrix is
    the whole range of a device. The devices are set and disturbed by the code of that brain.

    Args:
        weights: [n, m] float64, m at most 4 n + 3; n a width of brains.
        draws: D.
        first: number of the first draw; equal numbers are equal devices.
        devices: Params of the brain `crossbar`: low, levels, noise, kind, stuck; without them devices are exact.

    Returns:
        [D, n, m] float64.
    """
    n, m = weights.shape
    exact = {"noise": 0.0, "stuck": 0.0, "levels": 0}
    spec = {"name": "crossbar", "width": n, "layers": 3, "memory": None, **exact, **devices}
    brain = make_brain(spec, 1, 1, threads=1)
    size = max(float(np.abs(weights).max()), 1e-30)
    genome = np.zeros(brain.num_genes, np.float32)
    start = brain.slots["weights"].start
    genome[start : start + n * m] = (weights.T / size).ravel()
    states = brain.new_states(draws, first + np.arange(draws))
    born = brain.develop(np.repeat(genome[None], draws, axis=0), states)
    rows = brain.values("pairs", born).reshape(draws, -1)[:, : n * m]
    held: np.ndarray = rows.reshape(draws, m, n).transpose(0, 2, 1).astype(np.float64) * size
    return held


def quantized(weights: np.ndarray, bits: int) -> np.ndarray:
    """Returns the nearest weights of B bits: whole multiples, -q to q, of max |w| / q, q = 2^(B - 1) - 1.

    Args:
        weights: [n, m].
        bits: B, at least 2.
    """
    step = max(float(np.abs(weights).max()), 1e-30) / (2 ** (bits - 1) - 1)
    rounded: np.ndarray = np.round(weights / step) * step
    return rounded
