"""The weights of each path as a group: a path has one in each layer, whatever neurons it visits, so paths are units.

A path is whole in every genome of a population, and path p of a mother is that of a father, so mutation and crossover
path by path need no alignment. Replacing the weakest path: the rule of Mocanu et al., Nature Communications 9:2383,
2018.
"""

from __future__ import annotations

import numpy as np

from alife.ops.gene_groups import Move


def path_units(places: np.ndarray, first: np.ndarray, kernel: int = 1) -> np.ndarray:
    """[P, L k] places of each path's weights among those of a member, layer by layer.

    In a layer come the first paths into each neuron, by neuron, then the second ones, and so on; `kernel` rows of each.

    Args:
        places: [L + 1, P] neurons that each path visits.
        first: [L] places where the weights of each layer begin.
        kernel: k, weights of a path in a layer.
    """
    return np.concatenate([_layer(after, kernel) + at for after, at in zip(places[1:], first, strict=True)], axis=1)


def path_moves(units: np.ndarray) -> tuple[Move, ...]:
    """Moves that step a path as a whole, or replace the weakest by a new one. units: [P, L k]."""
    return Move("path", "together", units), Move("weakest path", "replace", units)


def _layer(after: np.ndarray, kernel: int) -> np.ndarray:
    """[P, k] places among the weights of one layer. after: [P] neurons that paths visit."""
    order, count = np.argsort(after, kind="stable"), len(after)
    visits = after[order]
    rank, place = np.empty(count, np.int64), np.empty(count, np.int64)
    rank[order] = np.arange(count) - np.searchsorted(visits, visits)
    place[np.lexsort((after, rank))] = np.arange(count)
    size = np.bincount(rank)
    begin = (np.cumsum(size) - size)[rank]
    taps: np.ndarray = (begin * kernel + place - begin)[:, None] + np.arange(kernel) * size[rank][:, None]
    return taps
