"""Cart and pole in gymnax (R. Lange, "gymnax: A JAX-based reinforcement learning environment library", 2022).

Its fastest form of those tried on two cores: pmap(vmap(scan)) over CartPole-v1, each core with its share of the genomes
(jit(vmap(scan)) runs on one core alone); `step_env`, which does not begin another episode by itself (`step` does, and
was four times slower: it draws random numbers in every step); products as `@`; scan not unrolled. Of dense networks
with about as many weights as the default brain the one with three hidden layers of powers of two is the fastest. It has
no memory.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from alife.analysis.benchmarks.peers.contestant import STEPS
from alife.backends.cpu.threads import default_threads

LAYERS = (4, 16, 8, 8, 2)  # 306 weights, tanh between layers
GAINS = (0.1, 0.3, 2.0, 1.0)  # of x, v, angle, spin: their sum's sign holds the pole up


def dense(genomes: int) -> Callable[[], int]:
    """Every genome has weights of its own."""
    cores = math.gcd(genomes, default_threads())
    jax.config.update("jax_num_cpu_devices", cores)
    import gymnax  # only now: importing it starts JAX, whose devices are then as many as they are

    env, params = gymnax.make("CartPole-v1")

    def episode(weights: Any, key: Any) -> Any:
        def step(carry: Any, _: None) -> tuple[Any, None]:
            observation, state, lives, lived = carry
            action = jnp.argmax(_network(weights, observation))
            observation, state, _, done, _ = env.step_env(key, state, action, params)
            return (observation, state, lives * (1 - done), lived + lives), None

        begun = (*env.reset_env(key, params), jnp.int32(1), jnp.int32(0))
        return jax.lax.scan(step, begun, None, STEPS)[0][3]

    live = jax.pmap(jax.vmap(episode))
    given = _balancing(genomes), jax.random.split(jax.random.key(0), genomes)
    arguments = jax.tree.map(lambda array: array.reshape(cores, -1, *array.shape[1:]), given)
    return lambda: int(live(*arguments).block_until_ready().sum())


def _network(weights: Any, x: Any) -> Any:
    for product, bias in weights[:-1]:
        x = jnp.tanh(x @ product + bias)
    product, bias = weights[-1]
    return x @ product + bias


def _balancing(genomes: int) -> list[tuple[Any, Any]]:
    """Weights [genomes, from, to] and biases [genomes, to] of each layer: small and random, but for one path."""
    draw = np.random.default_rng(0)
    shapes = [(genomes, *ends) for ends in pairwise(LAYERS)]
    weights = [draw.normal(0, 0.01, shape).astype(np.float32) for shape in shapes]
    weights[0][:, :, 0] = GAINS
    for product in weights[1:-1]:
        product[:, 0, 0] = 2.0
    weights[-1][:, 0] = -5.0, 5.0
    return [(jnp.asarray(product), jnp.zeros(product.shape[::2], jnp.float32)) for product in weights]
