"""Brains alone in JAX: the default brain as `jax_brain` writes it, and a dense network of equal width.

A step of a population is pmap over the cores of `jax.lax.map` over chunks of `jax.vmap`: whole populations at once
(jit(vmap)), and chunks of 4,096, were up to three times slower, because every intermediate array goes through memory.
Chunks are of 128 or 512 agents, which lie along the first or the last axis of all arrays; on starting, each form is
timed, and the fastest is what is measured.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from alife.analysis.benchmarks.brain import ACTIONS, OBSERVATIONS
from alife.analysis.benchmarks.peers.jax_brain import JaxBrain
from alife.backends.cpu.threads import default_threads
from alife.brains import make_brain

WIDTH, LAYERS = 32, 3
SHAPES = ((0, 128), (0, 512), (-1, 512))  # axis of the agents, agents in a chunk
TRIALS = 3

Evaluate = Callable[[], int]


def matmul(agents: int) -> Evaluate:
    """Returns a step of the default brain, transforms as products with Hadamard matrices."""
    return _fastest([partial(_default, agents, "matmul", *shape) for shape in _shapes(agents)])


def butterfly(agents: int) -> Evaluate:
    """Returns a step of the default brain, transforms as stages of sums and differences."""
    return _fastest([partial(_default, agents, "butterfly", *shape) for shape in _shapes(agents)])


def dense(agents: int) -> Evaluate:
    """Returns a step of three hidden layers with ReLU, each agent with weights of its own; no memory."""
    return _fastest([partial(_dense, agents, product, *_shapes(agents)[-1]) for product in (_as_product, _as_sum)])


def dense_at_once(agents: int) -> Evaluate:
    """Returns a step of the network of `dense` as it is usually written, jit(vmap) of the whole population."""
    weights, state, observations = (jax.tree.map(jnp.asarray, inputs) for inputs in _dense_inputs(agents))
    run = jax.jit(jax.vmap(partial(_dense_step, _as_product)))

    def evaluate() -> int:
        jax.block_until_ready(run(weights, state, observations))
        return agents

    return evaluate


def _shapes(agents: int) -> list[tuple[int, int]]:
    """The shapes to try; small populations have fewer."""
    return sorted({(axis, math.gcd(agents // _cores(agents), chunk)) for axis, chunk in SHAPES})


def _cores(agents: int) -> int:
    return math.gcd(agents, default_threads())


def _default(agents: int, form: Any, axis: int, chunk: int) -> Evaluate:
    brain = make_brain({"name": "wht", "width": WIDTH}, OBSERVATIONS, ACTIONS)
    arrays = [brain.init(agents, seed=1), brain.new_states(agents), _observations(agents)]
    return _population(JaxBrain(WIDTH, OBSERVATIONS, ACTIONS, form).step, arrays, axis, chunk)


def _dense(agents: int, product: Callable[[Any, Any], Any], axis: int, chunk: int) -> Evaluate:
    return _population(partial(_dense_step, product), _dense_inputs(agents), axis, chunk)


def _dense_inputs(agents: int) -> list[Any]:
    """Weights of each layer [N, from, to], an empty state, observations [N, I]."""
    draw = np.random.default_rng(1)
    weights = [
        draw.standard_normal((agents, *ends), np.float32) / np.float32(math.sqrt(ends[0]))
        for ends in pairwise((OBSERVATIONS, *[WIDTH] * LAYERS, ACTIONS))
    ]
    return [weights, np.zeros((agents, 1), np.float32), _observations(agents)]


def _dense_step(product: Callable[[Any, Any], Any], weights: Any, state: Any, h: Any) -> tuple[Any, Any]:
    for layer in weights[:-1]:
        h = jnp.maximum(product(h, layer), 0)
    return product(h, weights[-1]), state


def _as_product(h: Any, weights: Any) -> Any:
    return h @ weights


def _as_sum(h: Any, weights: Any) -> Any:
    return jnp.sum(h[:, None] * weights, axis=0)


def _observations(agents: int) -> np.ndarray:
    return np.random.default_rng(1).standard_normal((agents, OBSERVATIONS), np.float32)


def _population(step: Callable[..., Any], arrays: Sequence[Any], axis: int, chunk: int) -> Evaluate:
    """Returns a step of a whole population on all cores, which keeps its state.

    step: (genome, state, observations) of an agent -> (actions, state). arrays: those of all, agents first.
    """
    agents = len(arrays[1])
    cores = _cores(agents)

    def split(array: np.ndarray) -> np.ndarray:
        parts = array.reshape(cores, -1, chunk, *array.shape[1:])
        return np.ascontiguousarray(np.moveaxis(parts, 2, -1) if axis else parts)

    batch = jax.vmap(step, in_axes=axis, out_axes=axis)
    run = jax.pmap(lambda *inputs: jax.lax.map(lambda chunks: batch(*chunks), inputs))
    genome, state, observations = jax.pmap(lambda *inputs: inputs)(*jax.tree.map(split, list(arrays)))

    def evaluate() -> int:
        nonlocal state
        actions, state = run(genome, state, observations)
        jax.block_until_ready((actions, state))
        return agents

    return evaluate


def _fastest(forms: Sequence[Callable[[], Evaluate]]) -> Evaluate:
    """Compiles each form, times it, and returns the fastest; only one is kept in memory beside the best so far."""
    jax.config.update("jax_num_cpu_devices", default_threads())
    best, least = None, math.inf
    for form in forms:
        evaluate = form()
        evaluate()
        seconds = min(_seconds(evaluate) for _ in range(TRIALS))
        if seconds < least:
            best, least = evaluate, seconds
    assert best
    return best


def _seconds(evaluate: Evaluate) -> float:
    began = time.perf_counter()
    evaluate()
    return time.perf_counter() - began
