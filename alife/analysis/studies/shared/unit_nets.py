"""Nets of layers of one kind of unit, trained by Adam in NumPy, as scikit-learn lacks most of the units."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from alife.analysis.studies.shared.images import Images

RATE, BATCH, DECAYS, SMALL = 1e-3, 50, (0.9, 0.999), 1e-8
ALPHA, SCALE = 1.6732632423543772, 1.0507009873554805  # of SELU, Klambauer et al. 2017
Lanes = np.ndarray  # [B, n] values of a batch


@dataclass(frozen=True)
class Unit:
    """An activation function.

    value: z [B, n] and a number p -> f(z). slope: the same -> f'(z). spread: n times the mean square of initial weights
    of n inputs, as is customary for it. start: p at first. learns: whether p, one for each layer, is learned.
    """

    value: Callable[[Lanes, float], Lanes]
    slope: Callable[[Lanes, float], Lanes]
    spread: float
    start: float = 0.0
    learns: bool = False


def _grown(z: Lanes) -> Lanes:
    """Returns exp(z) where z is at most 0, else 1."""
    grown: Lanes = np.exp(np.minimum(z, 0))
    return grown


UNITS = {
    "relu": Unit(lambda z, p: np.maximum(z, 0), lambda z, p: (z > 0) * 1.0, 2.0),
    "tanh": Unit(lambda z, p: np.tanh(z), lambda z, p: 1 - np.tanh(z) ** 2, 1.0),
    "selu": Unit(
        lambda z, p: SCALE * np.where(z > 0, z, ALPHA * (_grown(z) - 1)),
        lambda z, p: SCALE * np.where(z > 0, 1, ALPHA * _grown(z)),
        1.0,
    ),
    "prelu": Unit(lambda z, p: np.where(z > 0, z, p * z), lambda z, p: np.where(z > 0, 1, p), 2 / 1.0625, 0.25, True),
    "elu": Unit(lambda z, p: np.where(z > 0, z, _grown(z) - 1), lambda z, p: _grown(z), 2.0),
}


class UnitNet:
    """A net of `depth` hidden layers of `width` units, and outputs.

    Attributes:
        weights: a matrix [outputs, inputs] for each layer.
        biases: [outputs] for each layer.
        parameters: [1] for each hidden layer, the unit's p.
    """

    def __init__(self, unit: str, sizes: Sequence[int], seed: int) -> None:
        self.unit = UNITS[unit]
        rng = np.random.default_rng(seed)
        shapes = list(zip(sizes[1:], sizes, strict=False))
        self.weights = [rng.normal(size=shape) * np.sqrt(self.unit.spread / shape[1]) for shape in shapes]
        self.biases = [np.zeros(shape[0]) for shape in shapes]
        self.parameters = [np.full(1, self.unit.start) for _ in shapes[1:]]

    def outputs(self, x: np.ndarray) -> np.ndarray:
        """Returns the outputs [N, C] for x [N, I]."""
        return self._pass(x)[1][-1]

    def accuracy(self, x: np.ndarray, labels: np.ndarray) -> float:
        """Returns the share of images x [N, I] whose largest output is that of their label [N]."""
        return float((self.outputs(x).argmax(axis=1) == labels).mean())

    def learn(self, images: Images, epochs: int, seed: int) -> None:
        """Learns the images of training: cross-entropy, Adam, rate 0.001, batches of 50.

        Args:
            images: those to learn.
            epochs: passes over them.
            seed: of the order of images.
        """
        rng, labels = np.random.default_rng(seed), np.eye(len(self.biases[-1]))[images.train_labels]
        values = [*self.weights, *self.biases, *(self.parameters if self.unit.learns else [])]
        adam = Adam(values)
        for _ in range(epochs):
            order = rng.permutation(len(labels))
            for first in range(0, len(order) - BATCH + 1, BATCH):
                batch = order[first : first + BATCH]
                adam.step(self._gradients(images.train[batch], labels[batch]))

    def _pass(self, x: np.ndarray) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Returns the sums z of each layer, and the inputs of each layer and the outputs. x: [B, I]."""
        sums, values = list[np.ndarray](), [x]
        for number, (w, b) in enumerate(zip(self.weights, self.biases, strict=True)):
            sums.append(values[-1] @ w.T + b)
            last = number == len(self.parameters)
            values.append(sums[-1] if last else self.unit.value(sums[-1], self.parameters[number][0]))
        return sums, values

    def _gradients(self, x: np.ndarray, labels: np.ndarray) -> list[np.ndarray]:
        """Returns the gradient of the mean cross-entropy for weights, biases and parameters. labels: [B, C]."""
        sums, values = self._pass(x)
        e = np.exp(values[-1] - values[-1].max(axis=1, keepdims=True))
        delta = (e / e.sum(axis=1, keepdims=True) - labels) / len(x)
        weights, biases, parameters = list[np.ndarray](), list[np.ndarray](), list[np.ndarray]()
        for number in range(len(self.weights) - 1, -1, -1):
            weights.append(delta.T @ values[number])
            biases.append(delta.sum(axis=0))
            if number:
                delta, z, p = delta @ self.weights[number], sums[number - 1], self.parameters[number - 1][0]
                parameters.append((delta * np.minimum(z, 0)).sum(keepdims=True).ravel())
                delta = delta * self.unit.slope(z, p)
        return [*weights[::-1], *biases[::-1], *(parameters[::-1] if self.unit.learns else [])]


class Adam:
    """Adam (Kingma and Ba 2015) on arrays that are changed in place, at the rate 0.001.

    values: the arrays, of any shapes.
    """

    def __init__(self, values: Sequence[np.ndarray]) -> None:
        self._values, self._steps = values, 0
        self._means, self._squares = ([np.zeros_like(each) for each in values] for _ in range(2))

    def step(self, gradients: Sequence[np.ndarray]) -> None:
        """Steps each value along its gradient, of the same shape."""
        self._steps += 1
        first, second = (1 - decay**self._steps for decay in DECAYS)
        for value, mean, square, slope in zip(self._values, self._means, self._squares, gradients, strict=True):
            mean += (1 - DECAYS[0]) * (slope - mean)
            square += (1 - DECAYS[1]) * (slope**2 - square)
            value -= RATE / first * mean / (np.sqrt(square / second) + SMALL)
