"""Private dense layers, the yardstick: every output of a layer has a weight for every input, n^2 of them.

A layer is h <- f(sqrt(3 gain / n) W h + b): with weights uniform in [-1, 1] the first factor keeps the length of h;
gain is 2 for ReLU (He et al., "Delving deep into rectifiers", ICCV 2015, equation 10), else 1. After the last layer is
one more matrix, without unit. With `feedback` lanes, the first lanes of a layer's output are inputs of the same layer
in the next step (Elman, "Finding structure in time", Cognitive Science 14, 1990); n is then n + feedback in the factor.

Cost per layer: n^2 + n weights (and n x feedback), two operations each. Its strength: any matrix. Its limit: n^2
weights to evolve, store and read.
"""

from __future__ import annotations

from typing import final

from alife.brains.layers.dense_network import DenseNetwork, DenseParams


class Params(DenseParams):
    """Size and parts of the network."""


@final
class Dense(DenseNetwork):
    """A network of dense layers whose weights are the genes, or unfold from them at birth."""
