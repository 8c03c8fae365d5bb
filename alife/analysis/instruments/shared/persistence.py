"""Persistent homology of small networks: loops of two layers by relevance, and neural persistence of one.

Values fall from 1: first come edges of high relevance, then others. A loop is born with the edge that closes it, and
dies with the triangle that fills it. Homology over Z_2 by reduction of columns: Edelsbrunner, Letscher, Zomorodian,
"Topological persistence and simplification", 2002.
"""

from __future__ import annotations

import numpy as np


def relevance(weights: np.ndarray) -> np.ndarray:
    """Returns each weight's share of the sum over the inputs of its output; 0 for outputs without inputs.

    Args:
        weights: [n_in, n_out], 0 or more.
    """
    total = weights.sum(axis=0)
    shares: np.ndarray = weights / np.where(total > 0, total, 1.0)
    return shares


def loops(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Returns birth and death of the loops of two consecutive layers: [K, 2], death below birth.

    Watanabe and Yamana, arXiv 2106.03016, without their grid of thresholds: vertices are there from the beginning, an
    edge comes at its relevance; a triangle of an input i, a unit k and an output j at the product of relevances of
    (i, k) and (k, j), and so does the edge (i, j), at the largest product.

    Args:
        first, second: [n_in, n_mid] and [n_mid, n_out] relevances, 0 to 1; where they are 0 there is no edge.

    Returns:
        Pairs whose death is below their birth; the death of a loop that is never filled is 0.
    """
    inputs, units = first.shape
    outputs = second.shape[1]
    products = first[:, :, None] * second[None]  # [n_in, n_mid, n_out]
    edges = {  # place of each edge in one list, by its layers
        "in": np.arange(inputs * units).reshape(inputs, units),
        "out": np.arange(units * outputs).reshape(units, outputs) + inputs * units,
        "through": np.arange(inputs * outputs).reshape(inputs, outputs) + units * (inputs + outputs),
    }
    values = np.concatenate([first.ravel(), second.ravel(), products.max(axis=1).ravel()])
    a, b = (np.arange(count)[:, None] + start for count, start in ((inputs, 0), (units, inputs)))
    unit, output = inputs + np.arange(units), inputs + units + np.arange(outputs)
    ends = [np.broadcast_arrays(a, unit), np.broadcast_arrays(b, output), np.broadcast_arrays(a, output)]
    vertices = np.concatenate([np.stack([x.ravel(), y.ravel()], axis=1) for x, y in ends])
    i, k, j = np.nonzero(products)
    triangles = np.stack([edges["in"][i, k], edges["out"][k, j], edges["through"][i, j]], axis=1)
    return diagram(values, vertices, triangles, products[i, k, j])


def diagram(values: np.ndarray, vertices: np.ndarray, triangles: np.ndarray, filled: np.ndarray) -> np.ndarray:
    """Returns birth and death of the loops of a complex whose simplices come by falling values.

    Args:
        values: [E] of edges; an edge of value 0 is not there.
        vertices: [E, 2] their ends, numbers from 0.
        triangles: [F, 3] their edges. filled: [F] their values, none above those of its edges.

    Returns:
        [K, 2], pairs whose death is below their birth; 0 for loops that are never filled.
    """
    order = np.argsort(-values, kind="stable")
    order = order[values[order] > 0]
    rank = np.full(len(values), -1)
    rank[order] = np.arange(len(order))
    closing = _closing(vertices[order])
    death = _deaths(np.sort(rank[triangles], axis=1), filled, len(closing))
    births = values[order[closing]]
    deaths = np.array([death.get(edge, 0.0) for edge in closing])
    lasting = deaths < births
    return np.stack([births[lasting], deaths[lasting]], axis=1) if len(closing) else np.zeros((0, 2))


def _closing(vertices: np.ndarray) -> list[int]:
    """Returns the places of edges [E, 2] that close a loop with those before them."""
    parent = list(range(int(vertices.max(initial=0)) + 1))
    return [edge for edge, (a, b) in enumerate(vertices.tolist()) if not _joined(parent, a, b)]


def _joined(parent: list[int], a: int, b: int) -> bool:
    """Joins the components of two vertices in place; False if they were joined already."""
    roots = []
    for vertex in (a, b):
        while parent[vertex] != vertex:
            parent[vertex] = parent[parent[vertex]]
            vertex = parent[vertex]
        roots.append(vertex)
    parent[roots[0]] = roots[1]
    return roots[0] != roots[1]


def _deaths(triangles: np.ndarray, filled: np.ndarray, count: int) -> dict[int, float]:
    """Returns the value at which the loop that an edge closes is filled, by the edge's place.

    Each column of the boundary matrix is an integer, bit e for edge e. Columns are added mod 2 until the last edge of
    each is another one.

    Args:
        triangles: [F, 3] places of edges, ascending.
        filled: [F] values.
        count: number of loops; once all are filled, the rest of the triangles enclose voids.
    """
    columns: dict[int, int] = {}
    found: dict[int, float] = {}
    for triangle in np.argsort(-filled, kind="stable").tolist():
        column = sum(1 << edge for edge in triangles[triangle].tolist())
        while column and (last := column.bit_length() - 1) in columns:
            column ^= columns[last]
        if column:
            columns[last], found[last] = column, float(filled[triangle])
            if len(columns) == count:
                break
    return found


def neural_persistence(weights: np.ndarray, largest: float) -> float:
    """Returns the neural persistence of a layer, 0 to 1.

    Rieck et al., "Neural persistence: a complexity measure for deep neural networks using algebraic topology", ICLR
    2019: the 2-norm of 1 - w over the edges of a maximum spanning tree, w = |weight| / largest, divided by
    sqrt(n_in + n_out - 1).

    Args:
        weights: [n_in, n_out]. largest: the largest |weight| of all layers, above 0.
    """
    inputs, outputs = weights.shape
    values = (np.abs(weights) / largest).ravel()
    order = np.argsort(-values, kind="stable")
    ends = np.stack([order // outputs, inputs + order % outputs], axis=1).tolist()
    parent = list(range(inputs + outputs))
    tree = [value for value, (a, b) in zip(values[order].tolist(), ends, strict=True) if _joined(parent, a, b)]
    return float(np.sqrt(np.sum((1 - np.array(tree)) ** 2) / (inputs + outputs - 1)))
