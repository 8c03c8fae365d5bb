"""Genomes of dense networks that are the same function: hidden units of ReLU or tanh, permuted and rescaled.

For a permutation P and a positive diagonal D of a hidden layer, W, b, V -> P D W, P D b, V D^-1 P^T leaves
V relu(W x + b) as it is, because relu(d z) = d relu(z) for d > 0. Petzka, Trimmel and Sminchisescu, "Notes on the
symmetries of 2-layer ReLU-networks", NLDL 2020. For tanh, which is odd, D has entries 1 and -1.

A canonical form has unit rows in a fixed order, without degenerate units: the output of a constant unit is added to the
biases of the next layer; of equal units one is left, with the sum of their outgoing weights; units without outgoing
weights and units that are never above 0 become zeros. Units of tanh keep the length of their inputs, of which the
largest is above 0; a constant one before the output, which has no biases, gets the bias 1. Pairs whose rows are
opposite are left alone. The form jumps where two rows change ranks, so to compare or cross two genomes they are aligned
instead: unit to unit, by linear assignment on the cosine of their incoming weights.

Arrays of a member: layers: [L, n + 1, n], a row for each input and one of biases, a column for each unit;
last: [n, n], a row for each unit of the last hidden layer.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from typing import Literal, NamedTuple

import numpy as np

from alife.backends.cpu.matrices import product
from alife.brains.layers.assignment import assign

DIGITS = 5  # decimals that a fingerprint keeps: float32 genes of size 1 have seven
EDGE = (3.0 - math.sqrt(5.0)) / 2.0  # part of a step below 0 that is cut with it
TOLERANCE = 0.5 * 10.0**-DIGITS  # below it such decimals are 0

Unit = Literal["relu", "tanh"]


def gain(unit: Unit, inputs: int) -> float:
    """The factor of a layer's sums, before biases are added, by its unit: see `dense`."""
    return math.sqrt((6.0 if unit == "relu" else 3.0) / inputs)


class Matrices(NamedTuple):
    """The weights of one member, in float64. layers: [L, n + 1, n]. last: [n, n]."""

    layers: np.ndarray
    last: np.ndarray


def unpacked(weights: np.ndarray, ensemble: int, layers: int, width: int) -> list[Matrices]:
    """The matrices of each member.

    Args:
        weights: [W] values of the slot `weights`, in any shape: of each member L (n + 1) rows, then n rows.
        ensemble, layers, width: the number of members, L and n.
    """
    members = weights.astype(np.float64).reshape(ensemble, -1, width)
    cut = layers * (width + 1)
    return [Matrices(rows[:cut].reshape(layers, width + 1, width), rows[cut:]) for rows in members]


def packed(members: list[Matrices]) -> np.ndarray:
    """[W] float32: the inverse of `unpacked`."""
    parts = [part.ravel() for member in members for part in member]
    return np.concatenate(parts).astype(np.float32)


def permuted(m: Matrices, layer: int, order: np.ndarray, scale: np.ndarray) -> Matrices:
    """The same function: unit i of a layer is the former unit order[i], its inputs times scale[i]. Both [n].

    scale: above 0 for ReLUs, 1 or -1 for tanh.
    """
    layers, last = m.layers.copy(), m.last.copy()
    layers[layer] = layers[layer][:, order] * scale
    after = last if layer + 1 == len(layers) else layers[layer + 1, :-1]  # a view: rows of units, without biases
    after[:] = after[order] / scale[:, None]
    return Matrices(layers, last)


def canonical(m: Matrices, unit: Unit = "relu") -> Matrices:
    """The same function: no degenerate units, each unit's inputs of length 1, units in the order of their inputs.

    A unit that is folded away may leave others, of layers before it, without outgoing weights, so units are folded
    until none is left.
    """
    before, living = -1, count_living(m)
    while living != before:
        for layer in range(len(m.layers)):
            scale = 1 / _lengths(m.layers[layer]) if unit == "relu" else _signs(m.layers[layer])
            m = _folded(permuted(m, layer, np.arange(len(m.last)), scale), layer, unit)
        before, living = living, count_living(m)
    for layer in range(len(m.layers)):  # of inputs in their final order, so that equal sizes leave no choice
        if unit == "tanh":
            m = permuted(m, layer, np.arange(len(m.last)), _signs(m.layers[layer]))
        m = permuted(m, layer, np.lexsort(steps(m.layers[layer], DIGITS)[::-1]), np.ones(len(m.last)))
    return m


def count_living(m: Matrices) -> int:
    """The number of hidden units that are not all zeros."""
    return int(sum(layer.any(axis=0).sum() for layer in m.layers))


def _folded(m: Matrices, layer: int, unit: Unit) -> Matrices:
    """The same function, a layer's degenerate units as zeros. Units of ReLU have inputs of length 1, or 0."""
    layers, last = m.layers.copy(), m.last.copy()
    into = layers[layer]
    following = layers[layer + 1] if layer + 1 < len(layers) else None
    out = last if following is None else following[:-1]  # a view
    constant = np.abs(into[:-1]).max(axis=0) < TOLERANCE
    values = np.maximum(into[-1], 0) if unit == "relu" else np.tanh(into[-1])  # of constant units
    if following is not None:
        following[-1] += product(gain(unit, len(last)) * values[None], out * constant[:, None])[0]
        out[constant] = 0.0
    elif unit == "tanh":
        out[constant] *= values[constant, None] / math.tanh(1.0)
        into[-1, constant] = 1.0
    summed = np.zeros_like(out)
    np.add.at(summed, _first_of_equals(into), out)
    out[:] = summed
    scale = 1.0 if following is None else _lengths(following)
    gone = _never(into, layer, unit) | (np.abs(out / scale).max(axis=1) < TOLERANCE)
    into[:, gone], out[gone] = 0.0, 0.0
    return Matrices(layers, last)


def _never(into: np.ndarray, layer: int, unit: Unit) -> np.ndarray:
    """[n] True for units whose output is always 0. into: [n + 1, n] inputs of a layer."""
    if unit == "tanh":
        zero: np.ndarray = np.abs(into).max(axis=0) == 0
        return zero
    silent = into[:-1] <= 0 if layer else into[:-1] == 0  # inputs that are outputs of ReLUs are not below 0
    never: np.ndarray = np.logical_and(silent.all(axis=0), into[-1] <= 0)
    return never


def _first_of_equals(into: np.ndarray) -> np.ndarray:
    """[n] the first unit with the same inputs as each unit, to a distance of TOLERANCE.

    into: [n + 1, n] inputs, of length 1.
    """
    products = product(into.T, into)
    squares = np.diag(products)
    distances = squares[:, None] + squares - 2 * products  # squared
    first: np.ndarray = (distances < TOLERANCE**2).argmax(axis=1)
    return first


def fingerprint(m: Matrices, unit: Unit = "relu") -> str:
    """SHA-256 of the canonical form to `DIGITS` decimals; values at the edge of a step may yet tell equals apart."""
    return digest(canonical(m, unit), DIGITS)


def digest(parts: Iterable[np.ndarray], digits: int) -> str:
    """SHA-256 of arrays, [...] each, cut into steps of `digits` decimals.

    No number of few decimal or binary digits lies at the edge of a step, where the last bit would decide.
    """
    hashed = hashlib.sha256()
    for part in parts:
        hashed.update(steps(part, digits).tobytes())
    return hashed.hexdigest()


def steps(values: np.ndarray, digits: int) -> np.ndarray:
    """Values [...] as whole numbers of steps of `digits` decimals, float64."""
    cut: np.ndarray = np.floor(np.asarray(values, np.float64) * 10.0**digits + EDGE) + 0.0  # + 0.0: one zero, not two
    return cut


def aligned(mother: Matrices, father: Matrices) -> Matrices:
    """The father's function, units in the mother's places, and in her scales where genes stay within [-1, 1]."""
    for layer in range(len(mother.layers)):
        father = matched(mother, father, layer)
        father = permuted(father, layer, np.arange(len(father.last)), _scale(mother, father, layer))
    return father


def matched(mother: Matrices, father: Matrices, layer: int, unit: Unit = "relu") -> Matrices:
    """The father's function, a layer's units in the places of the mother's with the most similar inputs."""
    a, b = mother.layers[layer], father.layers[layer]
    cosine = product((a / _lengths(a)).T, b / _lengths(b))
    similarity = np.abs(cosine) if unit == "tanh" else cosine
    order = assign(-similarity)
    signs = np.where(cosine[np.arange(len(order)), order] < 0, -1.0, 1.0)
    return permuted(father, layer, order, signs if unit == "tanh" else np.ones(len(order)))


def _scale(mother: Matrices, father: Matrices, layer: int) -> np.ndarray:
    """[n] factors that bring the father's units to the mother's lengths as far as all weights stay within [-1, 1]."""
    into = father.layers[layer]
    out = father.last if layer + 1 == len(father.layers) else father.layers[layer + 1, :-1]
    wanted = _lengths(mother.layers[layer]) / _lengths(into)
    low, high = np.abs(out).max(axis=1), 1 / np.maximum(np.abs(into).max(axis=0), 1e-30)
    scale: np.ndarray = np.clip(wanted, np.maximum(low, 1e-30), np.maximum(high, 1e-30))
    return scale


def _lengths(into: np.ndarray) -> np.ndarray:
    """[n] length of the inputs [n + 1, n] of each unit; 1 for a unit whose inputs are all 0."""
    size: np.ndarray = np.sqrt((into * into).sum(axis=0))
    size[size == 0] = 1.0
    return size


def _signs(into: np.ndarray) -> np.ndarray:
    """[n] sign of each unit's largest input by size, the first of equal ones; 1 if all are 0. into: [n + 1, n]."""
    sizes = np.abs(into)
    first = (sizes >= sizes.max(axis=0) - TOLERANCE).argmax(axis=0)
    largest = np.take_along_axis(into, first[None], axis=0)[0]
    signs: np.ndarray = np.where(largest < 0, -1.0, 1.0)
    return signs
