"""Training with masks on the hidden layer, which scikit-learn does not have: many nets at once, in NumPy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from alife.analysis.studies.shared.images import Images
from alife.analysis.studies.shared.momentum import BATCH, descend
from alife.errors import UserError

Masks = Callable[[int], np.ndarray]  # pass -> [R, n] factors of hidden units
RATE = 0.1


def trained_with(images: Images, masks: Masks, nets: int, hidden: int, epochs: int, seed: int) -> np.ndarray:
    """Returns the accuracy on test images, without masks, of nets that differ in their masks alone.

    One hidden layer of ReLUs; cross-entropy; descent with momentum 0.9, rate 0.1, batches of 50. A pass is a batch.

    Args:
        images: those to learn, and those of the test.
        masks: the factors of hidden units in each pass, from 0.
        nets: R.
        hidden: n.
        epochs: times that each image is learned.
        seed: of the initial weights and of the order of images, alike for all nets.

    Returns:
        [R] float64.

    Raises:
        UserError: there are fewer images to learn than a batch has.
    """
    if len(images.train) < BATCH:
        raise UserError(f"data: expected at least {BATCH} images to learn, got {len(images.train)} in {images.name}")
    rng, inputs = np.random.default_rng(seed), images.train.shape[1]
    labels = np.eye(int(images.train_labels.max()) + 1)[images.train_labels]
    shapes = (inputs, hidden), (hidden,), (hidden, labels.shape[1]), (labels.shape[1],)
    weights = [
        np.repeat(rng.normal(size=shape)[None] * (np.sqrt(2 / shape[0]) if len(shape) > 1 else 0), nets, axis=0)
        for shape in shapes
    ]
    descend(
        weights,
        lambda batch, step: _gradients(weights, images.train[batch], labels[batch], masks(step)),
        len(labels),
        epochs,
        RATE,
        rng,
    )
    outputs = np.maximum(images.test @ weights[0] + weights[1][:, None], 0) @ weights[2] + weights[3][:, None]
    accuracy: np.ndarray = (outputs.argmax(axis=2) == images.test_labels).mean(axis=1)
    return accuracy


def _gradients(weights: list[np.ndarray], x: np.ndarray, labels: np.ndarray, mask: np.ndarray) -> list[np.ndarray]:
    """Returns the gradient of the mean cross-entropy for each weight. x: [B, I]. labels: [B, C]. mask: [R, n]."""
    z = x @ weights[0] + weights[1][:, None]
    h = np.maximum(z, 0) * mask[:, None]
    y = h @ weights[2] + weights[3][:, None]
    e = np.exp(y - y.max(axis=2, keepdims=True))
    dy = (e / e.sum(axis=2, keepdims=True) - labels) / len(x)
    dz = dy @ weights[2].transpose(0, 2, 1) * mask[:, None] * (z > 0)
    return [x.T @ dz, dz.sum(axis=1), h.transpose(0, 2, 1) @ dy, dy.sum(axis=1)]
