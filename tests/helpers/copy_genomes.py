"""Genomes written by hand that copy the sequences of world `recall`, from the definition of their brain.

walker: `wht` with walking keys. A layer whose two slopes are equal is y_i = c * sum over j of k_(i xor j) * u_j, and
the slopes are the transform of k: five numbers are the weights of the five outputs. clocked: `dense` with hashed keys
of a clock, r <- sign(Q r), which the delimiter restarts: its items disturb each other by the law of `error_share`.
"""

from __future__ import annotations

from math import erfc, exp, sqrt

import numpy as np

from alife.brains import Brain, make_brain
from alife.brains.shared.base import INPUT_FLIPS, MEMBER_FLIPS
from alife.ops.sign_patterns import pattern

ITEM, DELIMITER, ONE, RECALLED = range(4)  # input lanes of the walker; those of a clock lie before the last
ACTION, VALUE, GATE, ADVANCE, RESTART = range(5)  # its output lanes
CLOCK = 27  # lanes: an odd number, so that sums of this many signs are never 0
LARGE = 100.0  # a weight whose clipped product is 1 or -1


def walker(ablation: str = "none") -> tuple[Brain, np.ndarray]:
    """A brain with a memory of 128 bits, and its genes [G], all in [-1, 1]."""
    memory = {"keys": "walk", "bits": 128, "ablation": ablation}
    spec = {"name": "wht", "layers": 1, "projection": None, "injection": 0, "memory": memory}
    brain, n = make_brain(spec, 2, 1), 32
    sign = np.where(pattern(MEMBER_FLIPS + INPUT_FLIPS, n), -1.0, 1.0)  # of each input in the first layer
    kernel = np.zeros(n)
    kernel[VALUE ^ ITEM] = kernel[ADVANCE ^ ONE] = 8 * sign[ONE]  # one number for both
    kernel[ACTION ^ RECALLED] = 3 * sign[RECALLED] * sign[ONE] * sign[ITEM]  # the last two: signs of the value written
    kernel[GATE ^ ONE] = 2 * sign[ONE]
    kernel[RESTART ^ DELIMITER], kernel[RESTART ^ ONE] = 2 * sign[DELIMITER], -sign[ONE]
    places = np.arange(n)
    transform = 1.0 - 2.0 * (np.bitwise_count(places[:, None] & places[None]) % 2)
    return brain, np.tile(transform @ kernel / 16, 2).astype(np.float32)


def clocked(count: int, bits: int = 64) -> tuple[Brain, np.ndarray]:
    """A brain with hashed keys, and genes [N, G] of `count` agents, each with a clock of its own."""
    memory = {"bits": bits, "order": 3}  # keys at chance angles share 0.4^3 / lanes, not 0.4 / lanes
    spec = {"name": "dense", "width": 64, "recurrent": CLOCK, "memory": memory}
    brain, rng = make_brain(spec, 2, 1), np.random.default_rng(6)
    genes = np.zeros((count, brain.num_genes), np.float32)
    key_weights = rng.uniform(0.5, 1.0, (count, 1 + CLOCK))  # sums of unequal numbers are never 0, whatever their order
    for name in ("read_key_weights", "write_key_weights"):
        _slot(brain, genes, name)[:, ONE : ONE + 1 + CLOCK] = key_weights
    weights = _slot(brain, genes, "weights")[:, 0]
    first, last = weights[:, :64], weights[:, 65:]  # between them the biases; [N, inputs, units], [N, units, outputs]
    lanes, recalled = ONE + 1 + np.arange(CLOCK), ONE + 1 + CLOCK
    transition, start = rng.choice([-1.0, 1.0], (count, CLOCK, CLOCK)), rng.choice([-0.5, 0.5], (count, CLOCK))
    for half, side in enumerate((1.0, -1.0)):  # units come in pairs, one for each sign
        units = half * CLOCK + np.arange(CLOCK)
        first[:, lanes[:, None], units] = side * LARGE * transition
        first[:, ONE, units] = side * LARGE * start
        first[:, DELIMITER, units] = -LARGE * CLOCK * 2
        last[:, units, lanes] = side
        copying, storing = 2 * CLOCK + half, 2 * CLOCK + 2 + half
        first[:, recalled, copying], last[:, copying, ACTION] = side, side
        first[:, ITEM, storing], last[:, storing, VALUE], last[:, storing, GATE] = side * LARGE, side, 1.0
    return brain, genes


def _slot(brain: Brain, genes: np.ndarray, name: str) -> np.ndarray:
    """A view of one slot of all genomes: [N, *shape]."""
    _, start, shape = brain.layout[name]
    return genes[:, start : start + int(np.prod(shape))].reshape(-1, *shape)


def error_share(length: int, age: int, bits: int) -> float:
    """Expected share of wrong bits of an item after which `age` of `length` others were stored, with random keys.

    The value recalled is normal, of mean e^-a and variance (1 - e^-a)(1 - e^-T + e^-a), a = age / K and T = length / K;
    of the oldest item 1 - e^-T.
    """
    retained, load = exp(-age / bits), exp(-length / bits)
    variance = (1 - retained) * (1 - load + retained)
    return erfc(retained / sqrt(2 * variance)) / 2 if variance else 0.0
