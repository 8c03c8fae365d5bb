"""Fixed-filter-bank network of Walsh-Hadamard transforms and two-slope switches, with a hashed associative memory.

A layer is h <- switch(sqrt(3/n) wht(h)): the transform mixes all lanes at n log2 n additions and needs no weights; two
evolved slopes a unit are all there is to learn. The memory is read before the net and written after it, at addresses
gathered from the input, which makes the whole a small neural Turing machine.

References: O'Connor, Fixed-Filter-Bank-Neural-Networks (github.com/S6Regen); Greve, Jacobsen, Risi: Evolving neural
Turing machines for reward-based learning (GECCO 2016). What is around the network: `mind`.
"""

from __future__ import annotations

import math

from alife.brains.mind import Mind, MindParams, Weights
from alife.operations.derived import switch
from alife.operations.values import Value
from alife.operations.words import Operations


class Params(MindParams):
    """Size and parts of the network."""


class Wht(Mind):
    """The network for a number of observations and actions; `step` is what one agent computes."""

    layer_rows = 2

    def layer(self, o: Operations, h: Value, weights: Weights, number: int, member: int) -> Value:
        """A transform, and a switch of two slopes a unit."""
        above, below = next(weights), next(weights)
        o.note(f"weights_{self.part(member)}layer_{number}", above, below)
        return switch(o.wht(h) * math.sqrt(3 / self.width), above, below)
