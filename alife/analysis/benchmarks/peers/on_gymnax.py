"""Cart-pole in gymnax (R. Lange, "gymnax: A JAX-based reinforcement learning environment library", 2022).

The fastest of the forms tried on two cores: pmap(vmap(scan)) over CartPole-v1, each core with its share of the genomes
(jit(vmap(scan)) runs on one core only); `step_env`, which does not reset at the end of an episode (`step` does, and was
four times slower, because it draws random numbers in every step); products as `@`; scan not unrolled. Of the dense
networks with about as many weights as the default brain, the one with three hidden layers of powers of two was the
fastest. It has no memory.
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
GAINS = (0.1, 0.3, 2.0, 1.0)  # of x, x_dot, theta, theta_dot: the sign of the sum balances the pole


def dense(genomes: int) -> Callable[[], int]:
    """Returns a function that evaluates one generation, each genome with weights of its own, and returns its steps."""
    cores = math.gcd(genomes, default_threads())
    jax.config.update("jax_num_cpu_devices", cores)
    import gymnax  # only now: its import starts JAX, which fixes the number of devices

    env, params = gymnax.make("CartPole-v1")

    def episode(weights: Any, key: Any) -> Any:
        def step(carry: Any, _: None) -> tuple[Any, None]:
            observation, state, alive, steps = carry
            action = jnp.argmax(_network(weights, observation))
            observation, state, _, done, _ = env.step_env(key, state, action, params)
            return (observation, state, alive * (1 - done), steps + alive), None

        start = (*env.reset_env(key, params), jnp.int32(1), jnp.int32(0))
        return jax.lax.scan(step, start, None, STEPS)[0][3]

    evaluate = jax.pmap(jax.vmap(episode))
    inputs = _balancing(genomes), jax.random.split(jax.random.key(0), genomes)
    arguments = jax.tree.map(lambda array: array.reshape(cores, -1, *array.shape[1:]), inputs)
    return lambda: int(evaluate(*arguments).block_until_ready().sum())


def _network(weights: Any, x: Any) -> Any:
    for product, bias in weights[:-1]:
        x = jnp.tanh(x @ product + bias)
    product, bias = weights[-1]
    return x @ product + bias


def _balancing(genomes: int) -> list[tuple[Any, Any]]:
    """Returns weights [genomes, from, to] and biases [genomes, to] of each layer, small and random but for one path."""
    draw = np.random.default_rng(0)
    shapes = [(genomes, *ends) for ends in pairwise(LAYERS)]
    weights = [draw.normal(0, 0.01, shape).astype(np.float32) for shape in shapes]
    weights[0][:, :, 0] = GAINS
    for product in weights[1:-1]:
        product[:, 0, 0] = 2.0
    weights[-1][:, 0] = -5.0, 5.0
    return [(jnp.asarray(product), jnp.zeros(product.shape[::2], jnp.float32)) for product in weights]
