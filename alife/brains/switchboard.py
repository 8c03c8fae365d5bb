"""Detached switches: a hash of the input, not the input of the unit, chooses which of two slopes a unit has.

A layer is h <- s * sqrt(3/n) wht(h), s_i one of two evolved slopes by bit i of a locality-sensitive hash of the input,
other bits in each layer. Given the hash the network is linear: a memory of matrices, of which near inputs share most
switches. Its actions jump where a bit changes.

Cost per layer: 2 n weights, n (2 log2 n + 3) operations; the first round of the hash, once per member: n log2 n. Its
strength over `wht`: it can be read as one matrix for each hash. Its limit: the author found that ordinary switches
generalize better.

Reference: O'Connor, discourse.numenta.org/t/7756 and his programs of detached switches (github.com/S6Regen).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import final

from alife.brains.shared.base import NETWORK_FLIPS, NetworkBase
from alife.brains.shared.params import NetworkParams
from alife.brains.shared.weights import Weights
from alife.ops.vocabulary import Operations, Row, Value


class Params(NetworkParams):
    """Size and parts of the network."""


@final
class HashedWeights(Weights):
    """A member's weights, and the first round of the hash of its input, which `input_layer` sets."""

    hash: Value

    def __init__(self, weights: Weights) -> None:
        self._weights = weights

    def __next__(self) -> Value:
        return next(self._weights)

    def next_rows(self, count: int) -> Callable[[Row], Value]:
        return self._weights.next_rows(count)


@final
class Switchboard(NetworkBase):
    """A network of detached switches."""

    layer_rows = 2

    def weights(self, o: Operations, member: int) -> HashedWeights:
        """The weights of a member, without a hash as yet."""
        return HashedWeights(super().weights(o, member))

    def input_layer(self, o: Operations, x: Value, weights: Weights, member: int) -> Value:
        """The input through the member's flips; its hash is computed once for all layers."""
        assert isinstance(weights, HashedWeights)
        weights.hash = o.wht(o.flip(x, self.flips(member) + NETWORK_FLIPS))
        return super().input_layer(o, x, weights, member)

    def layer(self, o: Operations, h: Value, weights: Weights, number: int, member: int) -> Value:
        """A transform, and slopes by the bits of this layer."""
        assert isinstance(weights, HashedWeights)
        bits = o.wht(o.flip(weights.hash, self.flips(member) + NETWORK_FLIPS + number))
        above, below = next(weights), next(weights)
        o.note(f"weights_{self.prefix(member)}layer_{number}", above, below)
        o.note(f"{self.prefix(member)}hash_{number}", bits)
        return o.select(bits, 0.0, above, below) * (o.wht(h) * math.sqrt(3 / self.width))
