"""Descent with momentum on the gradient of batches, in NumPy: of nets that scikit-learn does not train."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

MOMENTUM, BATCH = 0.9, 50
Gradients = Callable[[np.ndarray, int], Sequence[np.ndarray]]  # numbers [B] of a batch's images, step -> one a value


def descend(
    values: Sequence[np.ndarray],
    gradients: Gradients,
    images: int,
    epochs: int,
    rate: float,
    rng: np.random.Generator,
    constrain: Callable[[], None] = lambda: None,
) -> None:
    """Changes values in place, by batches of 50 images in an order that is drawn anew in each pass.

    Args:
        values: arrays of any shapes.
        gradients: of each value, of its shape.
        images: their number; those that fill no batch are left out of a pass.
        epochs: passes over the images.
        rate: of a step; the momentum is 0.9.
        rng: draws the orders.
        constrain: called after each step.
    """
    speeds, step = [np.zeros_like(each) for each in values], 0
    for _ in range(epochs):
        order = rng.permutation(images)
        for first in range(0, images - BATCH + 1, BATCH):
            slopes = gradients(order[first : first + BATCH], step)
            for value, speed, slope in zip(values, speeds, slopes, strict=True):
                speed *= MOMENTUM
                speed -= rate * slope
                value += speed
            constrain()
            step += 1
