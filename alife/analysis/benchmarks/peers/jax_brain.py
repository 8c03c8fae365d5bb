"""The default brain in JAX, as docs/default_brain.md defines it.

For one agent; `jax.vmap` makes a population of it. A transform is a product with the Hadamard matrix (`matmul`), into
which fixed flips of signs and scales are folded beforehand, or log2 n stages of sums and differences (`butterfly`).
Sums are not in the order of the definition, so results agree to rounding, not to the bit.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Literal

import jax.numpy as jnp
import numpy as np

from alife.brains.memory.hashing import KEY_FLIPS
from alife.brains.shared.base import INJECTION_FLIPS, INPUT_FLIPS, MEMBER_FLIPS, UNFOLD_FLIPS
from alife.ops.sign_patterns import pattern

Form = Literal["matmul", "butterfly"]


@dataclass(frozen=True)
class JaxBrain:
    """The brain `wht`, bare (no projection, memory or injection) or with the defaults for all that has no field here.

    width: n. layers: L. bare: leave out projection, memory and injection. form: how transforms are computed.
    """

    width: int
    num_observations: int
    num_actions: int
    form: Form = "matmul"
    bare: bool = False
    layers: int = 3
    bits: int = 64
    projection: int = 128
    injection: int = 2

    @property
    def first_recalled(self) -> int:
        """The lane of the recalled value, after observations and the constant."""
        return self.num_observations + 1

    def step(self, genome: Any, state: Any, observations: Any) -> tuple[Any, Any]:
        """Returns actions [O] and the next state [S] of an agent, from genome [G], state [S], observations [I]."""
        n = self.width
        u = jnp.concatenate([observations, jnp.ones(1), jnp.zeros(n - self.first_recalled)])
        if self.bare:
            y = self._network(genome.reshape(-1, n), self._scaled(u))
            return y[: self.num_actions], state
        used = jnp.arange(n) <= self.first_recalled
        recalled = jnp.clip(jnp.dot(state, self._key(genome[:n] * genome[:n] * u)), -1, 1)
        x = self._scaled(jnp.where(jnp.arange(n) == self.first_recalled, recalled, u))
        y = self._network(self._weights(genome[2 * n :]), x)
        key = self._key(jnp.where(used, genome[n : 2 * n] * genome[n : 2 * n] * x, 0))
        value, gate = jnp.clip(y[self.num_actions], -1, 1), y[self.num_actions + 1]
        delta = (value - jnp.dot(state, key)) / self.bits
        return y[: self.num_actions], state + jnp.where(gate > 0, delta, 0) * key

    def _scaled(self, x: Any) -> Any:
        return x * (math.sqrt(self.width) / jnp.sqrt(jnp.sum(x * x)))

    def _network(self, rows: Any, x: Any) -> Any:
        h, at, scale = x, 0, math.sqrt(3 / self.width)
        for layer in range(1, self.layers + 1):
            z = self._transform(h, [MEMBER_FLIPS + INPUT_FLIPS] if layer == 1 else (), scale)
            h, at = jnp.where(z >= 0, rows[at], rows[at + 1]) * z, at + 2
            if not self.bare and layer % self.injection == 0:
                seed = MEMBER_FLIPS + INJECTION_FLIPS + layer
                h, at = h + rows[at] * self._transform(x, [seed], 1 / math.sqrt(self.width)), at + 1
        return self._transform(h, (), 1 / math.sqrt(self.width))

    def _weights(self, genes: Any) -> Any:
        """The rows of the layers [R, n], unfolded from the projection genes in groups of J vectors."""
        n, rows = self.width, 2 * self.layers + self.layers // self.injection
        each = self.projection // n
        groups = math.ceil(rows / each)
        signs = np.stack([_signs(MEMBER_FLIPS + UNFOLD_FLIPS + j, n) for j in range(groups * each)])
        x = genes.reshape(1, each, n) * signs.reshape(groups, each, n)
        x = x @ hadamard(n) if self.form == "matmul" else butterfly(x)
        mixed = [sum(x[:, j] * sign for j, sign in enumerate(row)) for row in hadamard(each)]
        return jnp.stack(mixed, axis=1).reshape(-1, n)[:rows] * np.float32(1 / math.sqrt(self.projection))

    def _key(self, z: Any) -> Any:
        """The bits [K], +1 or -1, of a hash of z."""
        seeds = [[KEY_FLIPS + 2 * j, KEY_FLIPS + 2 * j + 1] for j in range(self.bits // self.width)]
        if self.form == "matmul":
            d = z @ np.hstack([_matrix(pair, self.width) for pair in seeds])
        else:
            d = jnp.concatenate([self._transform(z, pair, 1.0) for pair in seeds])
        return jnp.where(d >= 0, 1.0, -1.0)

    def _transform(self, x: Any, seeds: Sequence[int], scale: float) -> Any:
        """The transform of x, flipped by each seed before a transform of its own; scaled at the end."""
        if self.form == "matmul":
            return x @ (_matrix(seeds, self.width) * np.float32(scale))
        for seed in seeds:
            x = butterfly(x * _signs(seed, self.width))
        return (x if seeds else butterfly(x)) * np.float32(scale)


def hadamard(n: int) -> np.ndarray:
    """Returns the Hadamard matrix [n, n] in natural order, float32."""
    numbers = np.arange(n)
    signs: np.ndarray = 1 - 2 * (np.bitwise_count(numbers[:, None] & numbers) % 2).astype(np.float32)
    return signs


def butterfly(x: Any) -> Any:
    """Returns the transform of the last axis of x [..., n], by log2 n stages of sums and differences."""
    n, gap = x.shape[-1], 1
    while gap < n:
        pairs = x.reshape(*x.shape[:-1], n // (2 * gap), 2, gap)
        a, b = pairs[..., 0, :], pairs[..., 1, :]
        x, gap = jnp.stack([a + b, a - b], axis=-2).reshape(x.shape), gap * 2
    return x


def _signs(seed: int, n: int) -> np.ndarray:
    return np.where(pattern(seed, n), -1, 1).astype(np.float32)


def _matrix(seeds: Sequence[int], n: int) -> np.ndarray:
    """The matrix [n, n] of transforms one after another, each after the flip of its seed; no seed: one transform."""
    factors = [_signs(seed, n)[:, None] * hadamard(n) for seed in seeds] or [hadamard(n)]
    product: np.ndarray = reduce(np.matmul, factors)
    return product
