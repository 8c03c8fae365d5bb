"""Networks of ReLUs that scikit-learn trains, as plain matrices."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from alife.analysis.studies.shared.images import Images, need_sklearn

STOPPED = "Training interrupted"  # what scikit-learn says of Ctrl-C, which it swallows


@dataclass(frozen=True)
class TrainedNet:
    """A network of ReLUs. weights: a matrix [outputs, inputs] for each layer. biases: [outputs] for each."""

    weights: tuple[np.ndarray, ...]
    biases: tuple[np.ndarray, ...]

    def activations(self, x: np.ndarray) -> list[np.ndarray]:
        """Returns the inputs of each layer, and the outputs. x: [N, I]."""
        found = [x]
        for number, (w, b) in enumerate(zip(self.weights, self.biases, strict=True), 1):
            z = found[-1] @ w.T + b
            found.append(z if number == len(self.weights) else np.maximum(z, 0))
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
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that so few passes do not converge
        warnings.filterwarnings("error", STOPPED)
        try:
            net.fit(images.train, images.train_labels)
        except UserWarning as stopped:
            raise KeyboardInterrupt from stopped
    return TrainedNet(tuple(w.T for w in net.coefs_), tuple(net.intercepts_))
