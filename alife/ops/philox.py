"""Philox4x32-10 in NumPy integers: the definition of `draw` and of a founder's genes.

Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3 (SC 2011), section 3. `alife.laws.random` is the
same generator in the language of laws, with its constants written out; tests hold both to the published vectors.
"""

from __future__ import annotations

import numpy as np

MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
WEYL = (0x9E3779B9, 0xBB67AE85)
ROUNDS = 10
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)


def philox(counter: list[np.ndarray | int], key: list[np.ndarray | int]) -> list[np.ndarray]:
    """Four uint32 words for each counter, of the shape that all words broadcast to.

    Args:
        counter: four words below 2^32, of any shapes that broadcast together.
        key: two words below 2^32, likewise.
    """
    c = [np.asarray(word, np.uint64) for word in counter]
    k = [np.asarray(word, np.uint64) for word in key]
    for _ in range(ROUNDS):
        p, q = c[0] * np.uint64(MULTIPLIERS[0]), c[2] * np.uint64(MULTIPLIERS[1])
        c = [(q >> _HALF) ^ c[1] ^ k[0], q & _LOW, (p >> _HALF) ^ c[3] ^ k[1], p & _LOW]
        k = [(k[0] + np.uint64(WEYL[0])) & _LOW, (k[1] + np.uint64(WEYL[1])) & _LOW]
    shape = np.broadcast_shapes(*(word.shape for word in c))
    return [np.broadcast_to(word, shape).astype(np.uint32) for word in c]


def uniform(words: np.ndarray) -> np.ndarray:
    """Returns uint32 words [...] as float32 in 0..1, 1 excluded: the upper 24 bits times 2^-24, exact."""
    return (words >> np.uint32(8)).astype(np.float32) * np.float32(2.0**-24)
