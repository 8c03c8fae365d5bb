"""Wiring of paths through neighboring layers: permutations of the places of a layer, one for each block of paths.

Paths p = b n + t, t = 0..n-1, make block b; in it each neuron of a layer is visited once, so that a layer is P / n
permutations. `sobol`: place v_l(p) is n times point p of dimension l of Sobol's sequence, with the direction numbers of
Joe and Kuo (SIAM Journal on Scientific Computing 30, 2008, file new-joe-kuo-6.21201). `block`: permutations drawn by a
fixed key. `iid`: every place drawn independently, which leaves a neuron out with probability (1 - 1/n)^P, nearly
e^(-P/n).
Keller, Van keirsbilck, Yang, "LDS: sampling paths" (arXiv 2103.03543, its abstract).

With P = 2^m and unscrambled points two neurons have either the same inputs or none in common, so dimensions must be
chosen: `choose_dimensions` takes those whose edges are all different and whose reach grows fastest.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from alife.ops.philox import philox

BITS = 32
# Degree, coefficients and first odd numbers of the primitive polynomials of dimensions 2 to 12.
JOE_KUO = (
    (1, 0, (1,)), (2, 1, (1, 3)), (3, 1, (1, 3, 1)), (3, 2, (1, 1, 1)), (4, 1, (1, 1, 3, 3)), (4, 4, (1, 3, 5, 13)),
    (5, 2, (1, 1, 5, 5, 17)), (5, 4, (1, 1, 5, 5, 5)), (5, 7, (1, 1, 7, 11, 19)), (5, 11, (1, 1, 5, 1, 1)),
    (5, 13, (1, 1, 1, 3, 11)),
)  # fmt: skip
MAX_DIMENSIONS = len(JOE_KUO) + 1
KEY = 0x9A7415


@lru_cache(maxsize=32)
def directions(dimension: int) -> tuple[int, ...]:
    """The 32 direction numbers of a dimension, counted from 0, as whole numbers below 2**32."""
    if dimension == 0:
        return tuple(1 << (BITS - 1 - k) for k in range(BITS))
    degree, coefficients, first = JOE_KUO[dimension - 1]
    v = [m << (BITS - 1 - k) for k, m in enumerate(first)]
    for k in range(degree, BITS):
        value = v[k - degree] ^ v[k - degree] >> degree
        for i in range(1, degree):
            if coefficients >> (degree - 1 - i) & 1:
                value ^= v[k - i]
        v.append(value)
    return tuple(v)


def sobol_places(dimension: int, paths: int, width: int) -> np.ndarray:
    """[P] int64 places, 0 to n - 1, of the first P points of a dimension in their natural order."""
    numbers, index = np.zeros(paths, np.uint64), np.arange(paths, dtype=np.uint64)
    for k, direction in enumerate(directions(dimension)[: max(1, (paths - 1).bit_length())]):
        numbers ^= np.where(index >> np.uint64(k) & np.uint64(1), np.uint64(direction), np.uint64(0))
    places: np.ndarray = (numbers * np.uint64(width) >> np.uint64(BITS)).astype(np.int64)
    return places


def block_places(layer: int, paths: int, width: int) -> np.ndarray:
    """[P] int64 places: another random permutation for each block of n paths."""
    words = philox([np.arange(paths), layer, 0, 0], [0, KEY])[0].reshape(-1, width)
    return np.argsort(words, axis=1, kind="stable").ravel()


def iid_places(layer: int, paths: int, width: int) -> np.ndarray:
    """[P] int64 places, each drawn independently."""
    words = philox([np.arange(paths), layer, 1, 0], [0, KEY])[0].astype(np.uint64)
    places: np.ndarray = (words * np.uint64(width) >> np.uint64(32)).astype(np.int64)
    return places


@lru_cache(maxsize=64)
def choose_dimensions(layers: int, paths: int, width: int) -> tuple[int, ...]:
    """[layers + 1] dimensions of Sobol's sequence, one for each layer of neurons: no edge twice, and the widest reach.

    Chosen greedily, layer by layer; of equal ones the first. A dimension may be used again, but not twice in turn.
    """
    chosen = [0]
    reached = np.eye(width, dtype=bool)
    for _ in range(layers):
        found = []
        for dimension in range(MAX_DIMENSIONS):
            edges = adjacency(sobol_places(chosen[-1], paths, width), sobol_places(dimension, paths, width), width)
            candidate = edges @ reached
            found.append((np.count_nonzero(edges), np.count_nonzero(candidate), -dimension, candidate))
        _, _, negative, reached = max(found, key=lambda entry: entry[:3])
        chosen.append(-negative)
    return tuple(chosen)


def adjacency(before: np.ndarray, after: np.ndarray, width: int) -> np.ndarray:
    """[n, n] bool: True where a path leads from a place (column) to one of the next layer (row).

    before, after: [P] places in two neighboring layers.
    """
    edges = np.zeros((width, width), bool)
    edges[after, before] = True
    return edges


def places(generator: str, layers: int, paths: int, width: int) -> np.ndarray:
    """[layers + 1, P] int64 places that each path visits. generator: sobol, block or iid."""
    if generator == "sobol":
        chosen = choose_dimensions(layers, paths, width)
        return np.stack([sobol_places(dimension, paths, width) for dimension in chosen])
    drawn = block_places if generator == "block" else iid_places
    return np.stack([drawn(layer, paths, width) for layer in range(layers + 1)])


def ranks(before: np.ndarray, after: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Paths by their rank among those that visit the same neuron: the first paths, the second ones, ...

    Args:
        before, after: [P] places in two neighboring layers.

    Returns:
        For each rank (neurons of `after` that have such a path, the neurons of `before` that it comes from). If blocks
        are whole, rank b is block b and visits every neuron.
    """
    order = np.argsort(after, kind="stable")
    neurons, sources = after[order], before[order]
    rank = np.arange(len(order)) - np.searchsorted(neurons, neurons)
    return [(neurons[rank == r], sources[rank == r]) for r in range(int(rank.max()) + 1)]


def report(visited: np.ndarray, width: int) -> dict[str, list[int]]:
    """Facts about the wiring of places [layers + 1, P].

    Returns:
        unique edges: the number of different edges of each layer. reach: the least number of inputs that lead to a
        neuron of it. unvisited: the number of neurons that no path visits, from the inputs on, [layers + 1].
    """
    edges = [adjacency(before, after, width) for before, after in zip(visited, visited[1:], strict=False)]
    reached, reach = np.eye(width, dtype=bool), []
    for layer in edges:
        reached = layer @ reached
        reach.append(int(reached.sum(axis=1).min()))
    unvisited = [width - len(np.unique(places)) for places in visited]
    return {"unique edges": [int(layer.sum()) for layer in edges], "reach": reach, "unvisited": unvisited}
