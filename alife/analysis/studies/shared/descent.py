"""Training of nets of ReLUs of which some weights stay 0, which scikit-learn does not have, in NumPy."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from alife.analysis.studies.shared.images import Images
from alife.analysis.studies.shared.trained import TrainedNet

RATE, MOMENTUM, BATCH = 0.05, 0.9, 50
Constrain = Callable[[int, np.ndarray], np.ndarray]  # number of a layer, its matrix [out, in] -> the nearest allowed


def descended(
    images: Images,
    matrices: Sequence[np.ndarray],
    constrain: Constrain,
    epochs: int,
    seed: int,
    biases: Sequence[np.ndarray] | None = None,
) -> TrainedNet:
    """Returns a net trained by descent with momentum, each matrix constrained after each step.

    Cross-entropy; rate 0.05, momentum 0.9, batches of 50.

    Args:
        images: those to learn.
        matrices: [outputs, inputs] initial weights of each layer.
        constrain: gives the nearest allowed matrix.
        epochs: passes over the images.
        seed: of the order of images.
        biases: [outputs] initial ones of each layer; None: 0.
    """
    rng, labels = np.random.default_rng(seed), np.eye(len(matrices[-1]))[images.train_labels]
    weights = [constrain(number, matrix) for number, matrix in enumerate(matrices)]
    offsets = [np.zeros(len(m)) for m in matrices] if biases is None else [each.copy() for each in biases]
    speeds = [np.zeros_like(each) for each in (*weights, *offsets)]
    for _ in range(epochs):
        order = rng.permutation(len(labels))
        for first in range(0, len(order) - BATCH + 1, BATCH):
            batch = order[first : first + BATCH]
            slopes = _gradients(TrainedNet(tuple(weights), tuple(offsets)), images.train[batch], labels[batch])
            for value, speed, slope in zip((*weights, *offsets), speeds, slopes, strict=True):
                speed *= MOMENTUM
                speed -= RATE * slope
                value += speed
            weights = [constrain(number, matrix) for number, matrix in enumerate(weights)]
    return TrainedNet(tuple(weights), tuple(offsets))


def _gradients(net: TrainedNet, x: np.ndarray, labels: np.ndarray) -> list[np.ndarray]:
    """Returns the gradient of the mean cross-entropy for each matrix, then each bias. x: [B, I]. labels: [B, C]."""
    *inputs, y = net.activations(x)
    e = np.exp(y - y.max(axis=1, keepdims=True))
    delta = (e / e.sum(axis=1, keepdims=True) - labels) / len(x)
    matrices, biases = [], []
    for w, h in zip(net.weights[::-1], inputs[::-1], strict=True):
        matrices.append(delta.T @ h)
        biases.append(delta.sum(axis=0))
        delta = (delta @ w) * (h > 0)
    return [*matrices[::-1], *biases[::-1]]
