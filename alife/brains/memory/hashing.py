"""Hashed associative memory: K bits of a locality-sensitive hash address V values; one write makes recall exact.

Recall y = M b, write M += (v - M b) b^T / K: a delta rule of step one, since b.b = K. Bits are signs of random
projections, so keys at angle theta share E[b.b']/K = 1 - 2 theta/pi, and the product of r independent sets of bits
(1 - 2 theta/pi)^r. O'Connor: Associative memory by locality sensitive hashing (ai462qqq.blogspot.com, 2023/04); keys
gathered from the input through squared weights are his ComputeAM of 2018. Charikar: Similarity estimation (STOC 2002).
Here are the hashes; sources of keys are in `keys`, stores of M in `store` and `vector_store`, the wiring in `wiring`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import mul
from typing import Any

from alife.ops.derived import sign, wide_wht
from alife.ops.sign_patterns import splitmix64
from alife.ops.vocabulary import Value

# Seed of the hash's first flip. Both keys share one hash. Of 6,000 seeds this one gives keys of few lanes the most
# distinct bits (6 to 16 lanes: all 64 at widths 32 and 64; the mean over seeds is 54 of 64 at 8 lanes).
KEY_FLIPS = (1 << 20) + 16
PRIME = 4093  # the largest below 2^12: the square of a remainder is exact in float32

Key = list[Value]  # bits, +1 or -1: K/n values of n lanes
Keys = list[Any]  # a Key for each value, in the form `shared` the same V times; in `vector` one `HashRounds`


def hash_bits(z: Value, blocks: int, order: int, seed: int) -> Key:
    """A key of blocks * n bits, +1 or -1: in each block, signs of z after two rounds of flip and transform.

    Two rounds, because one maps few non-zero lanes to few distinct bits.

    Args:
        z: the input of the hash.
        blocks: K/n.
        order: r, independent sets of bits that are multiplied.
        seed: the first of 2 * blocks * order flips.
    """
    return [_block(z, [seed + 2 * (j * order + r) for r in range(order)]) for j in range(blocks)]


def _block(z: Value, seeds: Sequence[int]) -> Value:
    return product([z.o.hash_signs(z, seed) for seed in seeds])


def product(sets: Sequence[Value]) -> Value:
    """The lane-wise product of sets of bits."""
    return reduce(mul, sets)


def full_hash(key: Key, seed: int) -> Key:
    """The key hashed again: equal keys stay equal; of others, however near, half of the bits differ on average.

    A bit is +1 if the square of a signed sum of random numbers, one for each +1 of the key, has a remainder of at least
    half of PRIME. All are whole numbers below 2^24, so nothing is rounded. Uses K/n flips from `seed` on.
    """
    o, numbers = key[0].o, splitmix64(seed, len(key) * key[0].o.width)
    rows = []
    for j, b in enumerate(key):
        addends = [1.0 + number % (PRIME - 1) for number in numbers[j * o.width : (j + 1) * o.width]]
        rows.append(o.flip(o.select(b, 0.0, o.const(addends), 0.0), seed + j))
    sums = [_remainder(total) for total in wide_wht(rows)]
    return [sign(_remainder(m * m) - PRIME / 2) for m in sums]


def _remainder(x: Value) -> Value:
    return x - PRIME * x.o.floor(x * (1 / PRIME))
