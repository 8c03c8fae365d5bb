"""A trained network of ReLUs as matrices of n lanes that need no biases.

A brain scales its input to one length, so biases would have to be scaled with it. Instead a lane that is 1 times that
scale, the constant of the input at first, is carried from layer to layer, and biases are weights of it. As ReLUs keep
factors above 0, each matrix may have its own; the output is that of the network times a factor that depends on the
input, so that the largest output is the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from alife.errors import UserError

Layer = tuple[np.ndarray, np.ndarray]  # weights [outputs, inputs], biases [outputs]


def checked_layers(layers: Sequence[Layer]) -> list[Layer]:
    """Returns the layers in float64.

    Args:
        layers: weights [outputs, inputs] and biases [outputs] of each.

    Raises:
        UserError: there are none, or they do not fit each other.
    """
    found: list[Layer] = []
    for number, (weights, biases) in enumerate(layers, 1):
        w, b = (numbers(f"net: layer {number}", each) for each in (weights, biases))
        inputs = len(found[-1][1]) if found else None
        if w.ndim != 2 or b.shape != w.shape[:1] or (inputs is not None and w.shape[1] != inputs):
            want = f"weights [outputs, {'inputs' if inputs is None else inputs}] and biases [outputs]"
            raise UserError(f"net: expected {want} of layer {number}, got {list(w.shape)} and {list(b.shape)}")
        if not (np.isfinite(w).all() and np.isfinite(b).all()):
            raise UserError(f"net: expected finite weights, got others in layer {number}")
        found.append((w, b))
    if not found:
        raise UserError("net: expected layers, got none; write [(weights, biases), ...]")
    return found


def numbers(name: str, values: object) -> np.ndarray:
    """Returns an array [...] in float64. Raises UserError for anything else than numbers."""
    try:
        return np.asarray(values, np.float64)
    except (TypeError, ValueError):
        raise UserError(f"{name}: expected an array of numbers, got {type(values).__name__}") from None


def with_hidden(layers: Sequence[Layer]) -> list[Layer]:
    """Returns layers of which at least one is hidden: before one alone, a copy of its inputs, which are not below 0."""
    if len(layers) > 1:
        return list(layers)
    inputs = layers[0][0].shape[1]
    return [(np.eye(inputs), np.zeros(inputs)), *layers]


def lanes(layers: Sequence[Layer]) -> int:
    """Returns the lanes that the layers need: of each its inputs and the constant, or the outputs."""
    return max(*(int(w.shape[1]) + 1 for w, _ in layers), len(layers[-1][1]))


@dataclass(frozen=True)
class BareNet:
    """A network without biases.

    matrices: [n, n] of each layer, outputs by inputs, the largest weight of each 1 in size. constant: the lane of the
    constant among the inputs of the last. outputs: O.
    """

    matrices: list[np.ndarray]
    constant: int
    outputs: int


def bare(layers: Sequence[Layer], width: int) -> BareNet:
    """Returns the network of layers, of which the last is not hidden, on n lanes. width: n."""
    found = []
    for number, (w, b) in enumerate(layers, 1):
        outputs, inputs = w.shape
        matrix = np.zeros((width, width))
        matrix[:outputs, :inputs], matrix[:outputs, inputs] = w, b
        if number < len(layers):
            matrix[outputs, inputs] = 1.0
        found.append(matrix / max(float(np.abs(matrix).max()), 1e-30))
    return BareNet(found, layers[-1][0].shape[1], len(layers[-1][1]))
