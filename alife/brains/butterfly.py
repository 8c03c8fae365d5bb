"""Trained butterflies: the network of a fast transform, with a weight on each of its edges.

A layer has log2 n levels; at the level of gap g a lane is a h_i + b h_(i xor g), each lane with weights a, b of its
own, so that a matrix of n^2 entries, each of which every input reaches, takes 2 n log2 n weights. Then a switch of two
slopes per unit, or a ReLU. With weights 1 and -1 a layer is the Walsh-Hadamard transform. Alizadeh, Prabhu, Farhadi,
Rastegari, "Butterfly transform", CVPR 2020 (arXiv 1906.02256); Ailon, Leibovitch, Nair, "Sparse linear networks with a
fixed butterfly structure", UAI 2021 (arXiv 2007.08864).

Cost per layer: 2 n log2 n weights (2 n more with the switch), 4 n log2 n operations. Its limit: only one path leads
from each input to each output of a layer, so most matrices need several layers.
"""

from __future__ import annotations

import math
from typing import Literal, final

import numpy as np
import pydantic

from alife.brains.shared.base import NetworkBase
from alife.brains.shared.params import NetworkParams
from alife.brains.shared.weights import Weights
from alife.ops.derived import relu, switch
from alife.ops.vocabulary import Operations, Value


class Params(NetworkParams):
    """Size and parts of the network."""

    layers: int = pydantic.Field(2, ge=1, le=64, description="L, layers of butterfly and unit")
    unit: Literal["switch", "relu"] = pydantic.Field(
        "switch", description="activation function of a unit. switch: two evolved slopes; relu: max(x, 0)"
    )


@final
class Butterfly(NetworkBase):
    """A network of butterflies."""

    always_stored = True
    params: Params

    @property
    def one_sided(self) -> bool:
        """True for ReLUs."""
        return self.params.unit == "relu"

    @property
    def levels(self) -> int:
        """log2 n, the levels of a layer."""
        return self.width.bit_length() - 1

    @property
    def layer_rows(self) -> int:
        """Rows of n weights that a layer uses: two per level, and two of slopes."""
        return 2 * self.levels + (2 if self.params.unit == "switch" else 0)

    def layer(self, o: Operations, h: Value, weights: Weights, number: int, member: int) -> Value:
        """All levels, each with a gain that keeps the length of h, and the unit."""
        for level in range(self.levels):
            own, other = next(weights), next(weights)
            crossed = o.permute(h, np.arange(self.width) ^ (1 << level))
            h = (own * h + other * crossed) * math.sqrt(3 / 2)
        if self.params.unit == "relu":
            return relu(h) * math.sqrt(2)
        above, below = next(weights), next(weights)
        return switch(h, above, below) * math.sqrt(3)
