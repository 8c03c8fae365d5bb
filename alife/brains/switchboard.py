"""Detached switches: which of two slopes a unit has is chosen by hashing the input, not by what the unit hears.

A layer is h <- s * sqrt(3/n) wht(h), s_i one of two evolved slopes by bit i of a locality-sensitive hash of the input,
other bits in each layer. Given the hash the network is linear: a memory of matrices, of which near inputs share most
switches. Its actions jump where a bit turns.

Cost a layer: 2 n weights, n (2 log2 n + 3) operations; the first round of the hash, once a member: n log2 n. What it
can do that `wht` cannot: be read as one matrix for each hash. Its limit: the author found that ordinary switches
generalise better.

Reference: O'Connor, discourse.numenta.org/t/7756 and his programs of detached switches (github.com/S6Regen).
"""

from __future__ import annotations

import math

from alife.brains.shared.base import OWN, NetworkBase, NetworkParams, Weights
from alife.ops.vocabulary import Operations, Value


class Params(NetworkParams):
    """Size and parts of the network."""


class Hashing(Weights):
    """A member's rows of weights, and the first round of the hash of its input."""

    hash: Value


class Switchboard(NetworkBase):
    """The network for a number of observations and actions; `step` is what one agent computes."""

    layer_rows = 2

    def weights(self, o: Operations, member: int) -> Hashing:
        """A member's rows."""
        return Hashing(super().weights(o, member).table(self.rows), self.rows)

    def begin(self, o: Operations, x: Value, weights: Weights, member: int) -> Value:
        """The input through the member's flips, and hashed once for all layers."""
        assert isinstance(weights, Hashing)
        weights.hash = o.wht(o.flip(x, self.flips(member) + OWN))
        return super().begin(o, x, weights, member)

    def layer(self, o: Operations, h: Value, weights: Weights, number: int, member: int) -> Value:
        """A transform, and slopes by this layer's bits."""
        assert isinstance(weights, Hashing)
        bits = o.wht(o.flip(weights.hash, self.flips(member) + OWN + number))
        above, below = next(weights), next(weights)
        o.note(f"weights_{self.part(member)}layer_{number}", above, below)
        o.note(f"{self.part(member)}hash_{number}", bits)
        return o.select(bits, 0.0, above, below) * (o.wht(h) * math.sqrt(3 / self.width))
