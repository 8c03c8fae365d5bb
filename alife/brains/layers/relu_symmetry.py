"""Which genomes of `dense` are the same function: hidden ReLU units may change places and scales.

For a permutation P and a positive diagonal D of a hidden layer, W, b, V -> P D W, P D b, V D^-1 P^T leaves
V relu(W x + b) as it is, because relu(d z) = d relu(z) for d > 0. Petzka, Trimmel and Sminchisescu, "Notes on the
symmetries of 2-layer ReLU-networks", NLDL 2020.

A canonical form has unit rows in a fixed order, without degenerate units: what a unit that never changes gives is added
to the biases behind it, of equal units one is left, that all hear, and those that are unheard or never above 0 become
zeros. Pairs whose rows are opposite are left alone. It jumps where two rows change ranks, so to compare or cross two
genomes they are aligned instead: unit to unit, by linear assignment on the cosine of what comes into them.

Arrays of a genome: layers: [L, n + 1, n], a row for each input and one of biases, a column for each unit;
last: [n, n], a row for each unit of the last hidden layer.
"""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from alife.brains.layers.assignment import assign
from alife.brains.shared.base import require

if TYPE_CHECKING:
    from alife.brains.brain import Brain
    from alife.brains.dense import Dense

DIGITS = 5  # decimals that a fingerprint keeps: float32 genes of size 1 have seven
NOTHING = 0.5 * 10.0**-DIGITS  # what such decimals do not tell from 0


def gain(inputs: int) -> float:
    """What a layer multiplies its sums by, before biases are added: see `dense`."""
    return math.sqrt(6.0 / inputs)


class Matrices(NamedTuple):
    """layers: [L, n + 1, n]. last: [n, n]. Those of one member, in float64."""

    layers: np.ndarray
    last: np.ndarray


def check(network: Dense) -> None:
    """Refuse networks whose units have a place of their own. Raises UserError."""
    p = network.params
    require(p.unit == "relu", "unit", "relu where units are exchanged", p.unit, "unit: relu")
    require(p.projection is None, "projection", "null where units are exchanged", p.projection, "projection: null")
    require(p.injection == 0, "injection", "0 where units are exchanged", p.injection, "injection: 0")
    require(p.feedback == 0, "feedback", "0 where units are exchanged", p.feedback, "feedback: 0")


def matrices(network: Dense, weights: np.ndarray) -> list[Matrices]:
    """Of each member. weights: the genome's slot `weights`, of ensemble x rows x n values in any shape."""
    n, count = network.width, network.params.layers
    rows = weights.astype(np.float64).reshape(network.params.ensemble, network.rows, n)
    cut = count * (n + 1)
    return [Matrices(own[:cut].reshape(count, n + 1, n), own[cut:]) for own in rows]


def joined(members: list[Matrices]) -> np.ndarray:
    """[ensemble x rows x n] float32: the slot `weights` again."""
    parts = [part.ravel() for member in members for part in member]
    return np.concatenate(parts).astype(np.float32)


def moved(m: Matrices, layer: int, order: np.ndarray, scale: np.ndarray) -> Matrices:
    """The same function: unit i of a layer is what was unit order[i], its inputs times scale[i] > 0. Both [n]."""
    layers, last = m.layers.copy(), m.last.copy()
    layers[layer] = layers[layer][:, order] * scale
    after = last if layer + 1 == len(layers) else layers[layer + 1, :-1]  # a view: rows of units, without biases
    after[:] = after[order] / scale[:, None]
    return Matrices(layers, last)


def canonical(m: Matrices) -> Matrices:
    """The same function: no degenerate units, each unit's inputs of length 1, units in the order of their inputs.

    What folds away may leave others unheard, layers before it, so units are folded until none is.
    """
    before, living = -1, _living(m)
    while living != before:
        for layer in range(len(m.layers)):
            m = _folded(moved(m, layer, np.arange(len(m.last)), 1 / _lengths(m.layers[layer])), layer)
        before, living = living, _living(m)
    for layer in range(len(m.layers)):
        m = moved(m, layer, np.lexsort(np.round(m.layers[layer], DIGITS)[::-1]), np.ones(len(m.last)))
    return m


def _living(m: Matrices) -> int:
    return int(sum(layer.any(axis=0).sum() for layer in m.layers))


def _folded(m: Matrices, layer: int) -> Matrices:
    """The same function, a layer's degenerate units as zeros. Its units have inputs of length 1, or 0."""
    layers, last = m.layers.copy(), m.last.copy()
    into = layers[layer]
    behind = layers[layer + 1] if layer + 1 < len(layers) else None
    out = last if behind is None else behind[:-1]  # a view
    if behind is not None:
        constant = np.abs(into[:-1]).max(axis=0) < NOTHING
        behind[-1] += gain(len(last)) * np.maximum(into[-1], 0) @ (out * constant[:, None])
        out[constant] = 0.0
    summed = np.zeros_like(out)
    np.add.at(summed, _first_of_equals(into), out)
    out[:] = summed
    scale = 1.0 if behind is None else _lengths(behind)
    never = into[:-1] <= 0 if layer else into[:-1] == 0  # what comes from ReLUs is not below 0
    gone = (never.all(axis=0) & (into[-1] <= 0)) | (np.abs(out / scale).max(axis=1) < NOTHING)
    into[:, gone], out[gone] = 0.0, 0.0
    return Matrices(layers, last)


def _first_of_equals(into: np.ndarray) -> np.ndarray:
    """[n] of each unit the first one whose inputs [n + 1, n], of length 1, are the same: a distance below `NOTHING`."""
    products = into.T @ into
    squares = np.diag(products)
    apart = squares[:, None] + squares - 2 * products
    first: np.ndarray = (apart < NOTHING**2).argmax(axis=1)
    return first


def fingerprint(m: Matrices) -> str:
    """SHA-256 of the canonical form to `DIGITS` decimals; a value on the edge of rounding may yet tell two apart."""
    form = canonical(m)
    digest = hashlib.sha256()
    for part in form:
        digest.update((np.round(part, DIGITS) + 0.0).tobytes())  # + 0.0: one zero, not two
    return digest.hexdigest()


def aligned(mother: Matrices, father: Matrices) -> Matrices:
    """The father's function, units in the mother's places, and in her scales where genes stay within [-1, 1]."""
    for layer in range(len(mother.layers)):
        a, b = mother.layers[layer], father.layers[layer]
        cosine = (a / _lengths(a)).T @ (b / _lengths(b))
        father = moved(father, layer, assign(-cosine), np.ones(len(cosine)))
        father = moved(father, layer, np.arange(len(cosine)), _scale(mother, father, layer))
    return father


def aligned_genome(brain: Brain, mother: np.ndarray, father: np.ndarray) -> np.ndarray:
    """[G] float32: the father's genome, aligned to the mother's; genes that are no weights as they are. Both [G]."""
    check(brain.network)
    _, start, shape = brain.layout["weights"]
    slot, genome = slice(start, start + int(np.prod(shape))), father.astype(np.float32)
    pairs = zip(matrices(brain.network, mother[slot]), matrices(brain.network, father[slot]), strict=True)
    genome[slot] = joined([aligned(a, b) for a, b in pairs])
    return genome


def _scale(mother: Matrices, father: Matrices, layer: int) -> np.ndarray:
    """[n] that brings the father's units to the mother's lengths; what comes in and goes out stays within [-1, 1]."""
    into = father.layers[layer]
    out = father.last if layer + 1 == len(father.layers) else father.layers[layer + 1, :-1]
    wanted = _lengths(mother.layers[layer]) / _lengths(into)
    low, high = np.abs(out).max(axis=1), 1 / np.maximum(np.abs(into).max(axis=0), 1e-30)
    scale: np.ndarray = np.clip(wanted, np.maximum(low, 1e-30), np.maximum(high, 1e-30))
    return scale


def _lengths(into: np.ndarray) -> np.ndarray:
    """[n] length of what comes into each unit; 1 for a unit with nothing. into: [n + 1, n]."""
    size: np.ndarray = np.sqrt((into * into).sum(axis=0))
    size[size == 0] = 1.0
    return size
