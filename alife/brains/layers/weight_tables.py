"""Networks whose matrices become tables at birth: base class of `sampled` and `pruned`.

A matrix is n rows: row k holds the weights from one input to every output. A permutation, fixed and another one for
each matrix, gives that input, since weights in a row are sampled alike. At birth each of the L + 1 matrices becomes a
table of n rows and one row of scales, for layers h <- f(scales * (sum over k of table row k times input k) + b). Genes
lie as those of `dense`, whose layers these would be if the table were the matrix itself.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Literal

import numpy as np
import pydantic

from alife.brains.layers.matrix_network import MatrixNetwork, MatrixParams, matrix_product
from alife.brains.layers.packed_weights import PackedNetwork, PackedWeights
from alife.brains.layers.sampling import LoadRow
from alife.brains.shared.base import NETWORK_FLIPS
from alife.brains.shared.weights import Weights
from alife.ops.derived import relu, tanh
from alife.ops.sign_patterns import splitmix64
from alife.ops.slots import Slot
from alife.ops.vocabulary import Operations, Value


class WeightTableParams(MatrixParams):
    """Size and parts of a network of weight tables."""

    unit: Literal["relu", "tanh"] = pydantic.Field("relu", description="activation function of a hidden unit")


class WeightTables(PackedNetwork, MatrixNetwork):
    """A network of matrices, numbered from 1 to L + 1, that become tables at birth. Abstract: see `fill`."""

    params: WeightTableParams

    @abstractmethod
    def fill(self, o: Operations, weights: PackedWeights) -> None:
        """Stores the tables and scales of a member, at birth, from its weights."""

    @property
    def half_tables(self) -> bool:
        """True if tables are stored as float16, which holds whole numbers up to 2,048."""
        return False

    @property
    def table_rows(self) -> int:
        """Rows of a table."""
        return self.width

    @property
    def matrices(self) -> int:
        """The number of matrices of a member."""
        return self.params.layers + 1

    @property
    def member_weights(self) -> int:
        """W, the number of a member's weights: rows of n."""
        p = self.params
        return self.width * (p.layers * self.layer_rows + len(self.injections) + self.extra_rows)

    def order(self, number: int, member: int) -> np.ndarray:
        """[n] int64, a permutation: the input of each row of a matrix."""
        return np.argsort(splitmix64(self.flips(member) + NETWORK_FLIPS + number, self.width), kind="stable")

    # ---- a step

    def layer(self, o: Operations, h: Value, weights: Weights, number: int, member: int) -> Value:
        """The activation of a matrix times h and a bias."""
        weights.next_rows(self.width)
        total = self._scaled_product(o, h, number, member) + next(weights)
        return relu(total) if self.params.unit == "relu" else tanh(total)

    def output_layer(self, o: Operations, h: Value, weights: Weights) -> Value:
        """The last matrix times h."""
        assert isinstance(weights, PackedWeights)
        return self._scaled_product(o, h, self.matrices, weights.member)

    def _scaled_product(self, o: Operations, h: Value, number: int, member: int) -> Value:
        scales = o.load(self.scales(o), self.place(number, member))
        return self.product(o, o.permute(h, self.order(number, member)), number, member) * scales

    def product(self, o: Operations, h: Value, number: int, member: int) -> Value:
        """Sum over k of row k of the table of a matrix times lane k of h."""
        slot, first = self.table(o), self.place(number, member) * self.width
        return matrix_product(o, lambda k: o.load(slot, k + first), h, self.width)

    # ---- at birth

    def develop(self, o: Operations) -> None:
        """Unfolds the weights, if need be, and turns them into tables."""
        super().develop(o)
        for member in range(self.params.ensemble):
            self.fill(o, self.weights(o, member))

    def load_matrices(self, weights: PackedWeights) -> list[LoadRow]:
        """For each of a member's matrices a function that loads its rows."""
        matrices = []
        for number in range(1, self.matrices):
            matrices.append(weights.next_rows(self.width))
            weights.next_rows(1 + (number in self.injections))  # biases, and the weights of an injection
        return [*matrices, weights.next_rows(self.width)]

    def place(self, number: int, member: int) -> int:
        """The place of a matrix among those of all members."""
        return member * self.matrices + number - 1

    def table(self, o: Operations) -> Slot:
        """The slot of all tables."""
        rows, half = self.table_rows, self.half_tables
        return o.phenotype("tables", self.params.ensemble, self.matrices, rows, self.width, half=half)

    def scales(self, o: Operations) -> Slot:
        """The slot of all scales."""
        return o.phenotype("scales", self.params.ensemble, self.matrices, self.width)
