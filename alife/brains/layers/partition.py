"""Partitions of a layer's neurons: dropout that considers every neuron, with one draw each for P passes.

Keller and colleagues, networks of linear complexity: neuron i belongs to part floor(P xi_i), xi uniform, and pass k of
a cycle of P drops part k. P passes need n draws instead of P n, and each neuron is dropped exactly once in them. With
equal sizes the parts are a random permutation cut into P runs, so that no part is empty.
"""

from __future__ import annotations

import numpy as np

from alife.brains.layers.sampled_counts import draws
from alife.brains.shared.arguments import SEEDS
from alife.config.arguments import check_integer

PARTS = 0x5A5  # stream of draws
NEURONS = range(1, 2**31)


def partition(n: int, parts: int, seed: int, equal: bool = True) -> np.ndarray:
    """Returns the part of each neuron.

    `partition(n, P, seed) != k` is the mask of pass k, which drops part k; P / (P - 1) times its sum over the passes of
    a cycle is P for every neuron.

    Args:
        n: the number of neurons.
        parts: P, from 1 to n.
        seed: 64 bits; equal arguments give equal parts.
        equal: parts whose sizes differ by at most 1; False: floor(P xi), whose sizes are binomial.

    Returns:
        [n] int64, 0 to P - 1.

    Raises:
        UserError: no such number.
    """
    n = check_integer("n", n, NEURONS)
    parts, seed = check_integer("parts", parts, range(1, n + 1)), check_integer("seed", seed, SEEDS)
    drawn = draws(PARTS, 1, n, seed)[0]
    if not equal:
        own: np.ndarray = np.minimum((drawn * parts).astype(np.int64), parts - 1)
        return own
    found = np.empty(n, np.int64)
    found[np.argsort(drawn, kind="stable")] = np.arange(n) * parts // n
    return found
