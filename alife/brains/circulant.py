"""Block-circulant weights: in a block of k x k each column is the previous one rotated by one, so k weights do for k^2.

y_p = sum over q of r[(p - q) mod k] x_q in each of (n / k)^2 blocks; then a bias and a ReLU. With `powers` a weight is
a power of two with a sign, as whole steps of a gene: products are then exact shifts, and a small step of a gene is none
or a factor of two. Ding et al., "CirCNN", MICRO 2017 (arXiv 1708.08917); Qin et al., Electronics 8(1):78,
2019, with powers of two.

Cost per layer: n^2 / k + n weights, 2 n^2 operations: k times fewer genes than dense layers and as much arithmetic,
done without the fast transform, which pays only for large k. Its limit: the output of a block for a rotated pattern is
its output for the pattern, rotated.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import final

import numpy as np
import pydantic

from alife.brains.layers.matrix_network import MatrixNetwork
from alife.brains.shared.checks import is_power_of_two, require
from alife.brains.shared.params import NetworkParams
from alife.brains.shared.weights import Weights
from alife.ops.derived import clip, relu
from alife.ops.gene_groups import Move
from alife.ops.slots import Index
from alife.ops.vocabulary import Operations, Value


class Params(NetworkParams):
    """Size and parts of the network."""

    layers: int = pydantic.Field(1, ge=1, le=64, description="L, hidden layers")
    block: int = pydantic.Field(8, ge=2, le=256, description="k, side of a block: a power of two, at most the width")
    powers: int = pydantic.Field(
        0, ge=0, le=16, description="number of sizes of a weight, 1, 1/2, 1/4, ...; 0: any number"
    )


@final
class Circulant(MatrixNetwork):
    """A network of block-circulant matrices."""

    params: Params

    def check_params(self) -> None:
        """Checks that a block is a power of two, at most the width. Raises UserError."""
        k = self.params.block
        fits = is_power_of_two(k) and k <= self.width
        require(fits, "block", f"a power of two up to the width {self.width}", k, "block: 8")

    @property
    def matrix_rows(self) -> int:
        """Rows of n weights of a matrix: one for each block column."""
        return self.width // self.params.block

    @property
    def moves(self) -> tuple[Move, ...]:
        """A block's weights rotate; with powers of two an exponent steps up or down by one, or a sign changes."""
        weights = self.matrix_places()
        rotation = Move("shift of a block", "roll", weights.reshape(-1, self.params.block))
        if not self.params.powers:
            return (rotation,)
        single = weights.reshape(-1, 1)
        return rotation, Move("exponent", "level", single, self.params.powers), Move("sign", "sign", single)

    def layer(self, o: Operations, h: Value, weights: Weights, number: int, member: int) -> Value:
        """ReLU of the matrix times h and a bias."""
        return relu(self._product(o, h, weights) * math.sqrt(2) + next(weights))

    def output_layer(self, o: Operations, h: Value, weights: Weights) -> Value:
        """The last matrix times h."""
        return self._product(o, h, weights)

    def _product(self, o: Operations, h: Value, weights: Weights) -> Value:
        """Sum over inputs of the row of their block column, rotated by the input's place in it, times the input."""
        k, row = self.params.block, weights.next_rows(self.matrix_rows)
        lanes = np.arange(self.width)
        rotations = [lanes // k * k + (lanes - q) % k for q in range(k)]

        def add_column(j: Index, carries: list[Value]) -> Sequence[Value]:
            column, (total,) = self._weight(o, row(j)), carries
            for q, rotation in enumerate(rotations):
                total = total + (o.permute(column, rotation) if q else column) * o.lane(h, j * k + q)
            return [total]

        (total,) = o.loop(self.matrix_rows, add_column, [o.const(0.0)])
        return total * (1 / math.sqrt(self.width * self._mean_square))

    def _weight(self, o: Operations, gene: Value) -> Value:
        """A gene as it is, or the power of two that it encodes: the larger |gene|, the larger."""
        count = self.params.powers
        if not count:
            return gene
        exponent = clip(o.floor(abs(gene) * count), 0.0, count - 1.0) - (count - 1.0)
        size = o.exp2i(exponent)
        return o.select(gene, 0.0, size, -size)

    @property
    def _mean_square(self) -> float:
        """The mean square of a weight whose gene is uniform in [-1, 1]."""
        count = self.params.powers
        return sum(4.0**-m for m in range(count)) / count if count else 1 / 3
