"""Networks that scikit-learn trains, as plain matrices."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from alife.analysis.studies.shared.images import Images, need_sklearn

STOPPED = "Training interrupted"  # what scikit-learn says of Ctrl-C, which it swallows


@dataclass(frozen=True)
class TrainedNet:
    """A network of ReLUs, or tanh. weights: a matrix [outputs, inputs] for each layer. biases: [outputs] for each."""

    weights: tuple[np.ndarray, ...]
    biases: tuple[np.ndarray, ...]
    unit: Literal["relu", "tanh"] = "relu"

    def activations(self, x: np.ndarray) -> list[np.ndarray]:
        """Returns the inputs of each layer, and the outputs. x: [N, I]."""
        found, act = [x], np.tanh if self.unit == "tanh" else _relu
        for number, (w, b) in enumerate(zip(self.weights, self.biases, strict=True), 1):
            z = found[-1] @ w.T + b
            found.append(z if number == len(self.weights) else act(z))
        return found

    def accuracy(self, images: Images, weights: Sequence[np.ndarray] | None = None) -> float:
        """Returns the share of test images with the right label. weights: others, one [outputs, inputs] a layer."""
        net = self if weights is None else replace(self, weights=tuple(weights))
        return float((net.activations(images.test)[-1].argmax(axis=1) == images.test_labels).mean())


def train(images: Images, hidden: Sequence[int], seed: int, epochs: int, l2: float = 1e-4) -> TrainedNet:
    """Returns a network trained by Adam (scikit-learn's MLPClassifier, batches of 128).

    Args:
        images: those of training are used.
        hidden: units of each hidden layer.
        seed: of its initial weights and of the order of images.
        epochs: passes over the images.
        l2: strength of the penalty of squared weights.

    Raises:
        UserError: scikit-learn is not installed.
        KeyboardInterrupt: Ctrl-C while it trained, as elsewhere.
    """
    kind = need_sklearn("neural_network").MLPClassifier
    net = kind(tuple(hidden), alpha=l2, batch_size=128, max_iter=epochs, random_state=seed, tol=0.0)
    with _interruptible():
        net.fit(images.train, images.train_labels)
    return TrainedNet(tuple(w.T for w in net.coefs_), tuple(net.intercepts_))


def snapshots(
    images: Images, hidden: Sequence[int], seed: int, epochs: Sequence[int], unit: Literal["relu", "tanh"] = "relu"
) -> Iterator[TrainedNet]:
    """Yields a network at several times of its training by Adam, as `train` does, in batches of 50, rate 0.003.

    There is no penalty of weights, so that nothing but the end of training keeps it from overfitting.

    Args:
        images: those of training are used.
        hidden: units of each hidden layer.
        seed: of its initial weights and of the order of images.
        epochs: numbers of passes over the images after which it is yielded, rising, from 1.
        unit: of hidden layers.

    Raises:
        UserError: scikit-learn is not installed.
        KeyboardInterrupt: Ctrl-C while it trained.
    """
    kind = need_sklearn("neural_network").MLPClassifier
    net = kind(tuple(hidden), activation=unit, alpha=0.0, batch_size=50, learning_rate_init=3e-3, random_state=seed)
    labels = np.unique(images.test_labels)
    for epoch in range(1, epochs[-1] + 1):
        with _interruptible():
            net.partial_fit(images.train, images.train_labels, classes=labels)
        if epoch in epochs:
            yield TrainedNet(tuple(w.T.copy() for w in net.coefs_), tuple(b.copy() for b in net.intercepts_), unit)


@contextmanager
def _interruptible() -> Iterator[None]:
    """Raises KeyboardInterrupt where scikit-learn swallows it and warns, and hides that few passes do not converge."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.filterwarnings("error", STOPPED)
        try:
            yield
        except UserWarning as stopped:
            raise KeyboardInterrupt from stopped


def _relu(z: np.ndarray) -> np.ndarray:
    values: np.ndarray = np.maximum(z, 0)
    return values
