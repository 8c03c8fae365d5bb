"""Block-circulant weights: in a block of k x k each column is the one before, turned by one, so k weights do for k^2.

y_p = sum over q of r[(p - q) mod k] x_q in each of (n / k)^2 blocks; then a bias and a ReLU. With `powers` a weight is
a power of two with a sign, as whole steps of a gene: products are then exact shifts, and a small step of a gene is none
or a factor of two. Ding et al., "CirCNN", MICRO 2017 (arXiv 1708.08917); Qin et al., Electronics 8(1):78,
2019, with powers of two.

Cost a layer: n^2 / k + n weights, 2 n^2 operations: k times fewer genes than dense layers and as much arithmetic, done
without the fast transform, which pays for large k only. Its limit: what a block does to a pattern it does to the turned
pattern, turned.
"""

from __future__ import annotations

import math

import numpy as np
import pydantic

from alife.brains.shared.base import NetworkBase, NetworkParams, Weights, require
from alife.ops.derived import clip, relu
from alife.ops.gene_groups import Move
from alife.ops.vocabulary import Operations, Value


class Params(NetworkParams):
    """Size and parts of the network."""

    layers: int = pydantic.Field(1, ge=1, le=64, description="L, hidden layers")
    block: int = pydantic.Field(8, ge=2, le=256, description="k, side of a block: a power of two, at most the width")
    powers: int = pydantic.Field(0, ge=0, le=16, description="sizes of a weight, 1, 1/2, 1/4, ...; 0: any number")


class Circulant(NetworkBase):
    """The network for a number of observations and actions; `step` is what one agent computes."""

    stored = True
    params: Params

    def check_own(self) -> None:
        """A block is a power of two, and fits."""
        k = self.params.block
        fits = k & (k - 1) == 0 and k <= self.width
        require(fits, "block", f"a power of two up to the width {self.width}", k, "block: 8")

    @property
    def layer_rows(self) -> int:
        """A row for each block column, and one of biases."""
        return self.width // self.params.block + 1

    @property
    def extra_rows(self) -> int:
        """The last matrix."""
        return self.width // self.params.block

    @property
    def moves(self) -> tuple[Move, ...]:
        """A block's weights turn; with powers of two an exponent goes up or down by one, or a sign changes."""
        columns = np.arange(self.width // self.params.block)
        first = np.array([self.first_row(number) for number in range(1, self.params.layers + 2)])
        rows = (first[:, None] + columns).reshape(-1, 1)
        weights = self.of_members(rows * self.width + np.arange(self.width))
        turn = Move("shift of a block", "roll", weights.reshape(-1, self.params.block))
        if not self.params.powers:
            return (turn,)
        single = weights.reshape(-1, 1)
        return turn, Move("exponent", "level", single, self.params.powers), Move("sign", "sign", single)

    def begin(self, o: Operations, x: Value, weights: Weights, member: int) -> Value:
        """The input as it is: the first matrix mixes it."""
        return x

    def layer(self, o: Operations, h: Value, weights: Weights, number: int, member: int) -> Value:
        """The matrix, a bias, and a ReLU."""
        return relu(self._product(o, h, weights) * math.sqrt(2) + next(weights))

    def end(self, o: Operations, h: Value, weights: Weights) -> Value:
        """The last matrix."""
        return self._product(o, h, weights)

    def _product(self, o: Operations, h: Value, weights: Weights) -> Value:
        """Sum over inputs of the row of their block column, turned by the input's place in it, times the input."""
        k, row = self.params.block, weights.table(self.width // self.params.block)
        lanes = np.arange(self.width)
        turns = [lanes // k * k + (lanes - q) % k for q in range(k)]

        def column(j, carries):  # type: ignore[no-untyped-def]
            own, (total,) = self._weight(o, row(j)), carries
            for q, turn in enumerate(turns):
                total = total + (o.permute(own, turn) if q else own) * o.lane(h, j * k + q)
            return [total]

        (total,) = o.loop(self.width // k, column, [o.const(0.0)])
        return total * (1 / math.sqrt(self.width * self._mean_square))

    def _weight(self, o: Operations, gene: Value) -> Value:
        """A gene as it is, or the power of two that it stands for: the larger |gene|, the larger."""
        count = self.params.powers
        if not count:
            return gene
        exponent = clip(o.floor(abs(gene) * count), 0.0, count - 1.0) - (count - 1.0)
        size = o.exp2i(exponent)
        return o.select(gene, 0.0, size, -size)

    @property
    def _mean_square(self) -> float:
        """Of a weight whose gene is uniform in [-1, 1]."""
        count = self.params.powers
        return sum(4.0**-m for m in range(count)) / count if count else 1 / 3
