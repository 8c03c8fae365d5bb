"""A small convolutional net in NumPy: two layers of filters, each averaged after, and two dense layers; Adam."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from alife.analysis.studies.shared.images import Images
from alife.analysis.studies.shared.unit_nets import BATCH, Adam

FILTERS, HIDDEN, CLASSES = (8, 16), 64, 10


@dataclass(frozen=True)
class Plan:
    """Sizes for square images. kernel: k, side of a filter. pools: side of the squares averaged after each."""

    side: int
    kernel: int
    pools: tuple[int, int]

    @property
    def sides(self) -> list[int]:
        """The sides of images after each layer of filters."""
        found, side = [], self.side
        for pool in self.pools:
            side = (side - self.kernel + 1) // pool
            found.append(side)
        return found


def plan_for(inputs: int) -> Plan:
    """Returns filters of 5 x 5, averaged over 2 x 2, for images as large as MNIST's; else of 3 x 3. inputs: I."""
    side = round(np.sqrt(inputs))
    return Plan(side, 5, (2, 2)) if side >= 20 else Plan(side, 3, (2, 1))


class ConvNet:
    """A net of filters.

    Attributes:
        weights: [filters, channels k k] of both layers of filters, then [outputs, inputs] of both dense layers.
        biases: [filters] or [outputs] of each layer.
    """

    def __init__(self, plan: Plan, seed: int) -> None:
        self.plan, rng = plan, np.random.default_rng(seed)
        square, last = plan.kernel**2, FILTERS[1] * plan.sides[1] ** 2
        shapes = ((FILTERS[0], square), (FILTERS[1], FILTERS[0] * square), (HIDDEN, last), (CLASSES, HIDDEN))
        self.weights = [rng.normal(size=shape) * np.sqrt(2 / shape[1]) for shape in shapes]
        self.biases = [np.zeros(shape[0]) for shape in shapes]

    def accuracy(self, images: Images, weights: Sequence[np.ndarray] | None = None) -> float:
        """Returns the share of test images with the right label. weights: others, of the same shapes."""
        outputs = self._pass(images.test, self.weights if weights is None else weights)[1][-1]
        return float((outputs.argmax(axis=1) == images.test_labels).mean())

    def learn(self, images: Images, epochs: int, seed: int) -> None:
        """Learns the images of training: cross-entropy, Adam, batches of 50.

        Args:
            images: those to learn.
            epochs: passes over them.
            seed: of the order of images.
        """
        rng, labels = np.random.default_rng(seed), np.eye(CLASSES)[images.train_labels]
        adam = Adam([*self.weights, *self.biases])
        for _ in range(epochs):
            order = rng.permutation(len(labels))
            for first in range(0, len(order) - BATCH + 1, BATCH):
                batch = order[first : first + BATCH]
                adam.step(self._gradients(images.train[batch], labels[batch]))

    def _pass(self, x: np.ndarray, weights: Sequence[np.ndarray]) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Returns the inputs of each layer, those of filters as windows [B, h, w, channels k k], and all outputs.

        x: [B, I]. Outputs are those after ReLUs, before averages.
        """
        image = x.reshape(len(x), 1, self.plan.side, self.plan.side)
        inputs, outputs = list[np.ndarray](), list[np.ndarray]()
        for number, pool in enumerate(self.plan.pools):
            inputs.append(_windows(image, self.plan.kernel))
            z = inputs[-1] @ weights[number].T + self.biases[number]
            outputs.append(np.maximum(z, 0))
            image = _averaged(outputs[-1].transpose(0, 3, 1, 2), pool)
        inputs.append(image.reshape(len(x), -1))
        outputs.append(np.maximum(inputs[-1] @ weights[2].T + self.biases[2], 0))
        inputs.append(outputs[-1])
        outputs.append(inputs[-1] @ weights[3].T + self.biases[3])
        return inputs, outputs

    def _gradients(self, x: np.ndarray, labels: np.ndarray) -> list[np.ndarray]:
        """Returns the gradient of the mean cross-entropy for weights, then biases. x: [B, I]. labels: [B, C]."""
        inputs, outputs = self._pass(x, self.weights)
        e = np.exp(outputs[3] - outputs[3].max(axis=1, keepdims=True))
        deltas = [(e / e.sum(axis=1, keepdims=True) - labels) / len(x)]
        deltas.append((deltas[-1] @ self.weights[3]) * (outputs[2] > 0))
        flat = deltas[-1] @ self.weights[2]
        delta = flat.reshape(len(x), FILTERS[1], self.plan.sides[1], self.plan.sides[1])
        for number in (1, 0):
            pool = self.plan.pools[number]
            spread = delta.repeat(pool, axis=2).repeat(pool, axis=3).transpose(0, 2, 3, 1) / pool**2
            deltas.append(spread * (outputs[number] > 0))
            if number:
                delta = _gathered(deltas[-1] @ self.weights[1], FILTERS[0], self.plan.kernel)
        rows = [
            (d.reshape(-1, d.shape[-1]), h.reshape(-1, h.shape[-1])) for d, h in zip(deltas[::-1], inputs, strict=True)
        ]
        return [*(d.T @ h for d, h in rows), *(d.sum(axis=0) for d, _ in rows)]


def _windows(image: np.ndarray, k: int) -> np.ndarray:
    """Returns the squares [B, h, w, C k k] of images [B, C, H, W]."""
    found = np.lib.stride_tricks.sliding_window_view(image, (k, k), axis=(2, 3)).transpose(0, 2, 3, 1, 4, 5)
    return found.reshape(*found.shape[:3], -1)


def _gathered(windows: np.ndarray, channels: int, k: int) -> np.ndarray:
    """Returns images [B, C, H, W], each point the sum of what squares [B, h, w, C k k] have there."""
    count, h, w, _ = windows.shape
    parts = windows.reshape(count, h, w, channels, k, k).transpose(0, 3, 1, 2, 4, 5)
    found = np.zeros((count, channels, h + k - 1, w + k - 1))
    for a, b in np.ndindex(k, k):
        found[:, :, a : a + h, b : b + w] += parts[..., a, b]
    return found


def _averaged(image: np.ndarray, pool: int) -> np.ndarray:
    """Returns the means [B, C, H / p, W / p] over squares of images [B, C, H, W]. pool: p, which divides H and W."""
    count, channels, h, w = image.shape
    found: np.ndarray = image.reshape(count, channels, h // pool, pool, w // pool, pool).mean(axis=(3, 5))
    return found
