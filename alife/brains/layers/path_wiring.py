"""Which neurons of neighbouring layers paths join: permutations of the places of a layer, one for each block of paths.

Paths p = b n + t, t = 0..n-1, make block b; in it each neuron of a layer is visited once, so that a layer is P / n
permutations. `sobol`: place v_l(p) is n times point p of dimension l of Sobol's sequence, with the direction numbers of
Joe and Kuo (SIAM Journal on Scientific Computing 30, 2008, file new-joe-kuo-6.21201). `block`: permutations drawn by a
fixed key. `iid`: every place drawn alone, which leaves a neuron out with a chance of (1 - 1/n)^P, nearly e^(-P/n).
Keller, Van keirsbilck, Yang, "LDS: sampling paths" (arXiv 2103.03543, its abstract).

With P = 2^m and unscrambled points two neurons have the same inputs or none in common, so dimensions must be chosen:
`dimensions` takes those whose edges are all different and whose reach grows quickest.
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
MOST = len(JOE_KUO) + 1  # dimensions
KEY = 0x9A7415


@lru_cache(maxsize=32)
def directions(dimension: int) -> tuple[int, ...]:
    """The 32 direction numbers of a dimension, from 0, as whole numbers below 2**32."""
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


def sobol(dimension: int, paths: int, width: int) -> np.ndarray:
    """[P] places, 0 to n - 1, of the first points of a dimension in their natural order."""
    numbers, index = np.zeros(paths, np.uint64), np.arange(paths, dtype=np.uint64)
    for k, direction in enumerate(directions(dimension)[: max(1, (paths - 1).bit_length())]):
        numbers ^= np.where(index >> np.uint64(k) & np.uint64(1), np.uint64(direction), np.uint64(0))
    places: np.ndarray = (numbers * np.uint64(width) >> np.uint64(BITS)).astype(np.int64)
    return places


def shuffled(layer: int, paths: int, width: int) -> np.ndarray:
    """[P] places: for each block of n paths another permutation."""
    words = philox([np.arange(paths), layer, 0, 0], [0, KEY])[0].reshape(-1, width)
    return np.argsort(words, axis=1, kind="stable").ravel()


def alone(layer: int, paths: int, width: int) -> np.ndarray:
    """[P] places, each drawn by itself."""
    words = philox([np.arange(paths), layer, 1, 0], [0, KEY])[0].astype(np.uint64)
    places: np.ndarray = (words * np.uint64(width) >> np.uint64(32)).astype(np.int64)
    return places


@lru_cache(maxsize=64)
def dimensions(layers: int, paths: int, width: int) -> tuple[int, ...]:
    """Dimensions of Sobol's sequence for layers + 1 layers of neurons: no edge twice, and the widest reach.

    Chosen layer by layer, the first that is best; a dimension may come again, but not twice in turn.
    """
    chosen = [0]
    seen = np.eye(width, dtype=bool)
    for _ in range(layers):
        found = []
        for dimension in range(MOST):
            edges = adjacency(sobol(chosen[-1], paths, width), sobol(dimension, paths, width), width)
            reached = edges @ seen
            found.append((np.count_nonzero(edges), np.count_nonzero(reached), -dimension, reached))
        unique, _, negative, seen = max(found, key=lambda entry: entry[:3])
        chosen.append(-negative)
    return tuple(chosen)


def adjacency(before: np.ndarray, after: np.ndarray, width: int) -> np.ndarray:
    """[n, n] bool: whether a path leads from a place (column) to the next layer's (row). Both [P]."""
    edges = np.zeros((width, width), bool)
    edges[after, before] = True
    return edges


def places(generator: str, layers: int, paths: int, width: int) -> np.ndarray:
    """[layers + 1, P] places that each path visits."""
    if generator == "sobol":
        return np.stack([sobol(dimension, paths, width) for dimension in dimensions(layers, paths, width)])
    drawn = shuffled if generator == "block" else alone
    return np.stack([drawn(layer, paths, width) for layer in range(layers + 1)])


def ranks(before: np.ndarray, after: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """The first path to visit each neuron of a layer, the second, ...: of each (those neurons, whom they hear by it).

    before, after: [P] places in two neighbouring layers. Of whole blocks rank b is block b, and visits every neuron.
    """
    order = np.argsort(after, kind="stable")
    neurons, heard = after[order], before[order]
    rank = np.arange(len(order)) - np.searchsorted(neurons, neurons)
    return [(neurons[rank == r], heard[rank == r]) for r in range(int(rank.max()) + 1)]


def report(visited: np.ndarray, width: int) -> dict[str, list[int]]:
    """What comes of places [layers + 1, P].

    Different edges of each layer; how many inputs a neuron of it hears at least; and how many neurons, from the inputs
    on, no path visits.
    """
    edges = [adjacency(before, after, width) for before, after in zip(visited, visited[1:], strict=False)]
    seen, reach = np.eye(width, dtype=bool), []
    for layer in edges:
        seen = layer @ seen
        reach.append(int(seen.sum(axis=1).min()))
    unvisited = [width - len(np.unique(places)) for places in visited]
    return {"unique edges": [int(layer.sum()) for layer in edges], "reach": reach, "unvisited": unvisited}
