"""Random numbers as a pure function of (seed, stream, step, id, draw): Philox4x32-10, the same on every machine.

Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011. The key is
(seed low, seed high ^ stream << 16 ^ draw), the counter (id low, id high, step low, step high), so ids may pass 2**31
and steps 2**32. `stream` (below 2**15) names a purpose, one constant each; `draw` (below 2**16) counts within it. The
functions are in the language of laws: laws call them, and as Python they run on NumPy scalars.
"""

from __future__ import annotations

from alife.laws.maths import exp, f32, i64, normal_quantile, u32, u64

BREEDING, FOUNDING, BIRTHS, SALTS = 1, 2, 3, 4  # streams of this package; worlds number theirs from 16
SELECTION, CROSSING, CHILDREN, NOISE, STEPS = 5, 6, 7, 8, 9  # of generational strategies
MOVES, MOVED = 10, 11  # of structural mutations: which move, and its details
ROLES, MEETINGS = 12, 13  # of coevolution: seeds of the two sides; pairings
ISLANDS, MIGRATION = 14, 15  # of islands: their seeds; migrants and their destinations
FIRST_WORLD_STREAM = 16


def philox(k0: int, k1: int, c0: int, c1: int, c2: int, c3: int) -> tuple[int, int, int, int]:
    """Returns four uint32 words of Philox4x32-10 for key (k0, k1) and counter (c0, c1, c2, c3), all uint32."""
    a = c0
    b = c1
    c = c2
    d = c3
    x = k0
    y = k1
    for turn in range(10):
        if turn > 0:
            x = x + u32(0x9E3779B9)
            y = y + u32(0xBB67AE85)
        low = u64(a) * u64(0xD2511F53)
        high = u64(c) * u64(0xCD9E8D57)
        a = u32(high >> 32) ^ b ^ x
        c = u32(low >> 32) ^ d ^ y
        b = u32(high)
        d = u32(low)
    return a, b, c, d


def words(seed: int, stream: int, step: int, id: int, draw: int) -> tuple[int, int, int, int]:
    """Returns four independent uint32. seed: uint64. stream, draw: int32. step, id: int64."""
    k1 = u32(seed >> 32) ^ (u32(stream) << 16) ^ u32(draw)
    who = u64(i64(id))
    when = u64(i64(step))
    a, b, c, d = philox(u32(seed), k1, u32(who), u32(who >> 32), u32(when), u32(when >> 32))
    return a, b, c, d


def unit(word: int) -> float:
    """Converts a uint32 to a float32 in [0, 1), by its upper 24 bits."""
    return f32(word >> 8) * 5.9604645e-8


def open_unit(word: int) -> float:
    """Converts a uint32 to a float32 in (0, 1), never 0 or 1, by its upper 23 bits and a half."""
    return (f32(word >> 9) + 0.5) * 1.1920929e-7


def uniform(seed: int, stream: int, step: int, id: int, draw: int) -> float:
    """Returns a uniform float32 in [0, 1). Arguments as of `words`."""
    a, b, c, d = words(seed, stream, step, id, draw)
    return unit(a)


def normal(seed: int, stream: int, step: int, id: int, draw: int) -> float:
    """Returns a standard normal float32, by its quantile; |x| < 5.3. Arguments as of `words`."""
    a, b, c, d = words(seed, stream, step, id, draw)
    return normal_quantile(open_unit(a))


def exponent_step(word: int, sign: int, precision: float) -> float:
    """Returns +-2 exp(-U(0, precision)): a step whose size is uniform on a log scale.

    Rowe and Hidovic, "An evolution strategy using a continuous version of the Gray-code neighbourhood distribution",
    GECCO 2004. word, sign: uint32. precision: float32, width of the range in natural logarithms.
    """
    size = 2.0 * exp(-precision * unit(word))
    return size if (sign & 1) == 0 else -size


def below(word: int, count: int) -> int:
    """Returns an integer in 0..count-1 from a uint32, by multiply-high. count: int64, at least 1, below 2**31."""
    return i64((u64(word) * u64(count)) >> 32)


def stochastic_round(x: float, word: int) -> int:
    """Rounds a float32 to int64, up with the probability of its fraction; exact for 0 <= x < 2**23."""
    whole = i64(x)
    part = x - f32(whole)
    return whole + 1 if unit(word) < part else whole
