"""What brains share whose matrices become tables at birth: `sampled`, `pruned`.

A matrix is n rows: row k holds what one input gives to every output. Which input that is, a permutation says, fixed and
another one for each matrix, since weights in a row are sampled alike. At birth each of the L + 1 matrices becomes a
table of n rows and one row of scales, in a layer h <- f(scales * (sum over k of table row k times input k) + b). Genes
lie as those of `dense`, whose layers these would be if the table were the matrix itself.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pydantic

from alife.brains.layers.matrix_params import MatrixParams
from alife.brains.layers.packed_weights import PackedNetwork, PackedWeights
from alife.brains.layers.sampling import Load
from alife.brains.shared.base import OWN, Weights
from alife.ops.derived import relu, tanh
from alife.ops.sign_patterns import splitmix64
from alife.ops.slots import Slot
from alife.ops.vocabulary import Operations, Value


class WeightTableParams(MatrixParams):
    """Size and parts of the network."""

    unit: Literal["relu", "tanh"] = pydantic.Field("relu", description="what a hidden unit does with its sum")


class WeightTables(PackedNetwork):
    """A network of matrices, numbered from 1 to L + 1; what a table holds is for the brain to say.

    halves: whether tables are kept as float16, which holds whole numbers to 2,048.
    """

    halves = False
    params: WeightTableParams

    def fill(self, o: Operations, weights: PackedWeights) -> None:
        """At birth: store the tables and scales of a member, whose weights these are."""
        raise NotImplementedError

    @property
    def table_rows(self) -> int:
        """Of a table."""
        return self.width

    @property
    def matrices(self) -> int:
        """Of a member."""
        return self.params.layers + 1

    @property
    def layer_rows(self) -> int:
        """A row of weights for each input, and one of biases."""
        return self.width + 1

    @property
    def extra_rows(self) -> int:
        """The last matrix."""
        return self.width

    @property
    def member_weights(self) -> int:
        """Rows of n."""
        p = self.params
        return self.width * (p.layers * self.layer_rows + len(self.injections) + self.extra_rows)

    def order(self, number: int, member: int) -> np.ndarray:
        """The input that each row of a matrix is for: [n], a permutation."""
        return np.argsort(splitmix64(self.flips(member) + OWN + number, self.width), kind="stable")

    # ---- a step

    def begin(self, o: Operations, x: Value, weights: Weights, member: int) -> Value:
        """The input as it is: the first matrix mixes it."""
        return x

    def layer(self, o: Operations, h: Value, weights: Weights, number: int, member: int) -> Value:
        """A matrix, a bias, and the unit."""
        weights.table(self.width)
        total = self._apply(o, h, number, member) + next(weights)
        return relu(total) if self.params.unit == "relu" else tanh(total)

    def end(self, o: Operations, h: Value, weights: Weights) -> Value:
        """The last matrix."""
        assert isinstance(weights, PackedWeights)
        return self._apply(o, h, self.matrices, weights.member)

    def _apply(self, o: Operations, h: Value, number: int, member: int) -> Value:
        scales = o.load(self.scales(o), self.place(number, member))
        return self.product(o, o.permute(h, self.order(number, member)), number, member) * scales

    def product(self, o: Operations, h: Value, number: int, member: int) -> Value:
        """Sum over k of row k of the table times lane k of h."""
        slot, first = self.table(o), self.place(number, member) * self.width
        (total,) = o.loop(self.width, lambda k, c: [c[0] + o.load(slot, k + first) * o.lane(h, k)], [o.const(0.0)])
        return total

    # ---- at birth

    def develop(self, o: Operations) -> None:
        """Once, at birth: what the genes come to, as tables."""
        super().develop(o)
        for member in range(self.params.ensemble):
            self.fill(o, self.weights(o, member))

    def loads(self, weights: PackedWeights) -> list[Load]:
        """The rows of each of a member's matrices."""
        matrices = []
        for number in range(1, self.matrices):
            matrices.append(weights.table(self.width))
            weights.table(1 + (number in self.injections))  # biases, and the weights of what is injected
        return [*matrices, weights.table(self.width)]

    def place(self, number: int, member: int) -> int:
        """Of a matrix, among all members'."""
        return member * self.matrices + number - 1

    def table(self, o: Operations) -> Slot:
        """Where the tables lie."""
        return o.phenotype("tables", self.params.ensemble, self.matrices, self.table_rows, self.width, half=self.halves)

    def scales(self, o: Operations) -> Slot:
        """Where the scales lie."""
        return o.phenotype("scales", self.params.ensemble, self.matrices, self.width)
