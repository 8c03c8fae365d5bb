"""A second implementation of the default brain, written from its page alone.

Comments such as `# 7` name the numbered line of the page that a piece follows. Nothing here is shared with the package,
so an agreement of the two, bit for bit, shows that the page defines the brain completely. One call computes one step of
one agent; a vector is an array [n] of float32.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
MASK = 2**64 - 1


@dataclass(frozen=True)
class Sizes:
    """Sizes of a brain, with the letters of the page beside them."""

    observations: int  # I
    actions: int  # O
    width: int = 32  # n
    layers: int = 3  # L
    rows: int = 4  # J
    bits: int = 64  # K
    values: int = 1  # V


@cache
def pattern(seed: int, n: int) -> NDArray[np.bool_]:
    """Returns which of n lanes a seed negates."""
    words = []
    for k in range(1, 1 + math.ceil(n / 64)):  # 6
        z = (seed + k * 0x9E3779B97F4A7C15) & MASK
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        words.append(z ^ (z >> 31))
    return np.array([(words[i // 64] >> (i % 64)) & 1 == 1 for i in range(n)])


def flip(x: Floats, seed: int) -> Floats:
    """Inverts the sign bit of the lanes that a seed negates."""
    return np.where(pattern(seed, len(x)), -x, x)  # 7


def wht(x: Floats) -> Floats:
    """Transforms the first axis: the lanes of a vector, or the vectors of an array [J, n]."""
    x, index, gap = x.copy(), np.arange(len(x)), 1
    while gap < len(x):  # 8, 9
        i = index[index & gap == 0]
        x[i], x[i + gap] = x[i] + x[i + gap], x[i] - x[i + gap]
        gap *= 2
    return x


def wide(vectors: Floats) -> Floats:
    """Transforms an array [J, n] over all its J n lanes."""
    return wht(np.stack([wht(x) for x in vectors]))  # 9


def total(x: Floats) -> np.float32:
    """Sums all lanes in the order of the page."""
    while len(x) > 1:  # 10
        h = len(x) // 2
        x = x[:h] + x[h:]
    return x[0]


def clip(a: Floats) -> Floats:
    """Limits numbers to [-1, 1]; NaN gives -1."""
    m = np.where(a >= -1, a, np.float32(-1))  # 3
    return np.where(m <= 1, m, np.float32(1))


def weights(projection: Floats, count: int) -> Floats:
    """Unfolds `count` vectors of weights from the projection genes [J, n]."""
    rows, n = projection.shape
    unfolded: list[Floats] = []
    for c in range(math.ceil(count / rows)):  # 11
        flipped = [flip(projection[j], 2**21 + 512 + c * rows + j) for j in range(rows)]
        unfolded.extend(wide(np.stack(flipped)) * np.float32(1 / math.sqrt(rows * n)))
    return np.stack(unfolded[:count])


def bits(z: Floats, count: int) -> Floats:
    """Hashes a vector to a key of `count` numbers, each +1 or -1."""
    blocks = []
    for j in range(count // len(z)):  # 13
        a = 2**20 + 16 + 2 * j
        d = wht(flip(wht(flip(z, a)), a + 1))
        blocks.append(np.where(d >= 0, np.float32(1), np.float32(-1)))
    return np.concatenate(blocks)


def dot(memory: Floats, key: Floats, n: int) -> Floats:
    """Returns the dot product of each row of the memory [V, K] with a key."""
    products = []
    for row in memory:  # 16
        e, *others = (row * key).reshape(-1, n)
        for e_j in others:
            e = e + e_j
        products.append(total(e))
    return np.array(products, np.float32)


def step(sizes: Sizes, genome: Floats, state: Floats, observations: Floats) -> tuple[Floats, Floats, np.float32]:
    """Computes one step of one agent; the state changes in place.

    Returns
    -------
    recalled : ndarray
        Values that the memory recalls [V].
    actions : ndarray
        Raw actions [O].
    gate : float32
        Gate of the memory, open above 0.
    """
    n, k, v = sizes.width, sizes.bits, sizes.values
    read_genes, write_genes, projection = genome[:n], genome[n : 2 * n], genome[2 * n :].reshape(sizes.rows, n)  # 4
    memory = state.reshape(v, k)  # 5, a view
    unfolded = iter(weights(projection, 2 * sizes.layers + sizes.layers // 2))  # 12

    start, end = sizes.observations + 1, sizes.observations + 1 + v
    u = np.zeros(n, np.float32)  # 14
    u[: start - 1] = observations
    u[start - 1] = 1
    masked = np.zeros(n, np.float32)  # 15
    masked[:start] = (read_genes * read_genes)[:start] * u[:start]
    recalled = clip(dot(memory, bits(masked, k), n))  # 15, 16
    u[start:end] = recalled  # 17, from here on u is x'
    x = u * (np.float32(math.sqrt(n)) / np.sqrt(total(u * u)))  # 18
    x[end:] = 0

    h = flip(x, 2**21)  # 19
    for layer in range(1, sizes.layers + 1):
        above, below = next(unfolded), next(unfolded)  # 12
        z = wht(h) * np.float32(math.sqrt(3 / n))  # 20
        h = np.where(z >= 0, above, below) * z
        if layer % 2 == 0:  # 21
            r = wht(flip(x, 2**21 + 256 + layer)) * np.float32(1 / math.sqrt(n))
            h = h + next(unfolded) * r

    o = wht(h) * np.float32(1 / math.sqrt(n))  # 22
    stored, gate = clip(o[sizes.actions : sizes.actions + v]), o[sizes.actions + v]  # 23

    if gate > 0:  # 25
        masked = np.zeros(n, np.float32)  # 24
        masked[:end] = (write_genes * write_genes)[:end] * x[:end]
        key = bits(masked, k)
        change = (stored - dot(memory, key, n)) * np.float32(1 / k)
        memory += change[:, None] * key  # 25
    return recalled, o[: sizes.actions], gate
