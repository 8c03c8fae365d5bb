"""Mean-field prediction of the likeness of two inputs from layer to layer, for networks of transforms and switches.

With slopes a, b of a unit, alpha = (a + b) / 2 and beta = (a - b) / 2, wide layers of independent units map the cosine
c of two inputs to (E alpha^2 c + E beta^2 (2/pi) (sqrt(1 - c^2) + c asin c)) / (E alpha^2 + E beta^2). For slopes
uniform in -1..1 that is the map of ReLUs (Cho, Saul: Kernel methods for deep learning, 2009, equation 6). Small
differences keep their relative size: the derivative at c = 1 is 1. An input that is added again, weighted by g, adds
E g^2 times the covariance at the input. Poole et al.: Exponential expressivity in deep neural networks (2016).

Its limit: units that give nothing below 0 do not fit, since one lane of the next transform then holds their sum and the
lanes are no longer alike; the cosines of such networks are higher than predicted.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from alife.brains.shared.base import NetworkBase
from alife.brains.wht import Wht


def correlation_map(c: np.ndarray, even: float, odd: float) -> np.ndarray:
    """Returns the cosines [P] after a layer of units, of those before it, c: [P].

    even, odd: means of alpha^2 and beta^2 over the units.
    """
    c = np.clip(c, -1.0, 1.0)
    bent = (2 / np.pi) * (np.sqrt(1 - c * c) + c * np.arcsin(c))
    mapped: np.ndarray = (even * c + odd * bent) / (even + odd)
    return mapped


def applies(network: NetworkBase) -> bool:
    """Returns True for a network whose layers the prediction describes."""
    if not isinstance(network, Wht) or network.params.unit != "switch" or network.params.square:
        return False
    return network.gains is None and network.products is None and network.params.lesions is None


def predicted(network: Wht, weights: Mapping[str, np.ndarray], start: np.ndarray) -> np.ndarray:
    """Returns the predicted cosines of pairs of inputs after each layer of the first member.

    Args:
        network: to which the prediction applies.
        weights: {name of a note of weights: [rows * n]}, of one genome.
        start: [P] cosines of the scaled inputs.

    Returns:
        [L + 1, P], from the input on.
    """
    size, cosines = 1.0, np.asarray(start, np.float64)
    layers = [cosines]
    for layer in range(1, network.params.layers + 1):
        above, below = weights[f"weights_layer_{layer}"].astype(np.float64).reshape(2, network.width)
        even, odd = float(np.square((above + below) / 2).mean()), float(np.square((above - below) / 2).mean())
        cosines = correlation_map(cosines, even, odd)
        size *= 3 * (even + odd)
        if layer in network.injections:
            added = float(np.square(weights[f"weights_injection_{layer}"].astype(np.float64)).mean())
            cosines, size = (size * cosines + added * start) / (size + added), size + added
        layers.append(cosines)
    return np.array(layers)
