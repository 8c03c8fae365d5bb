"""Training of nets of ReLUs of which some weights stay 0, which scikit-learn does not have, in NumPy."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from alife.analysis.studies.shared.images import Images
from alife.analysis.studies.shared.momentum import descend
from alife.analysis.studies.shared.trained import TrainedNet

RATE = 0.05
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
        matrices: [outputs, inputs] initial weights of each layer; they are copied.
        constrain: gives the nearest allowed matrix.
        epochs: passes over the images.
        seed: of the order of images.
        biases: [outputs] initial ones of each layer; None: 0.
    """
    labels = np.eye(len(matrices[-1]))[images.train_labels]
    weights = [np.array(constrain(number, matrix)) for number, matrix in enumerate(matrices)]
    offsets = [np.zeros(len(m)) for m in matrices] if biases is None else [each.copy() for each in biases]
    net = TrainedNet(tuple(weights), tuple(offsets))

    def project() -> None:
        for number, matrix in enumerate(weights):
            matrix[:] = constrain(number, matrix)

    descend(
        [*weights, *offsets],
        lambda batch, _: _gradients(net, images.train[batch], labels[batch]),
        len(labels),
        epochs,
        RATE,
        np.random.default_rng(seed),
        project,
    )
    return net


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
