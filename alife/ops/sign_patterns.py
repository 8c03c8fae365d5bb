"""Fixed sign patterns: the lanes that `flip` negates.

By splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014, figure 15), so that
neighboring seeds give unrelated patterns, unlike the linear congruential streams of the first fixed-filter-bank
programs.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

_WORD = (1 << 64) - 1


def splitmix64(seed: int, count: int) -> list[int]:
    """The first `count` 64-bit outputs of splitmix64 started at `seed`."""
    outputs = []
    for k in range(1, count + 1):
        z = (seed + k * 0x9E3779B97F4A7C15) & _WORD
        z = ((z ^ z >> 30) * 0xBF58476D1CE4E5B9) & _WORD
        z = ((z ^ z >> 27) * 0x94D049BB133111EB) & _WORD
        outputs.append(z ^ z >> 31)
    return outputs


@lru_cache(maxsize=4096)
def pattern(seed: int, length: int) -> np.ndarray:
    """Lanes to negate: [length] bool, read-only; lane i = bit i%64 of output i//64 of splitmix64(seed)."""
    words = np.array(splitmix64(seed, -(-length // 64)), np.uint64)
    bits = words[:, None] >> np.arange(64, dtype=np.uint64) & np.uint64(1)
    chosen = bits.reshape(-1)[:length].astype(bool)
    chosen.flags.writeable = False
    return chosen
