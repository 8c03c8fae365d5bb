"""Networks of L + 1 matrices, with biases: L hidden layers and the output."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pydantic

from alife.brains.shared.base import NetworkBase
from alife.brains.shared.params import NetworkParams
from alife.brains.shared.weights import Weights
from alife.ops.vocabulary import Operations, Row, Value


class MatrixParams(NetworkParams):
    """Size and parts of a network of whole matrices: by default one hidden layer, and each weight is a gene."""

    layers: int = pydantic.Field(1, ge=1, le=64, description="L, hidden layers")
    projection: int | None = pydantic.Field(
        None,
        ge=16,
        le=65536,
        description="G, genes from which a member's weights unfold at birth: the width times a power of two; null: "
        "each weight is a gene",
    )
    injection: int = pydantic.Field(
        0, ge=0, le=64, description="k: the input is added again after every k-th layer; 0: never"
    )


class MatrixNetwork(NetworkBase):
    """A network whose layers are a matrix and a row of biases, and whose output is a matrix alone. Abstract."""

    always_stored = True

    @property
    def matrix_rows(self) -> int:
        """Rows of n weights of a matrix: by default one for each input."""
        return self.width

    @property
    def layer_rows(self) -> int:
        """Rows of n weights that a layer uses: its matrix and its biases."""
        return self.matrix_rows + 1

    @property
    def extra_rows(self) -> int:
        """Rows of n weights of the last matrix."""
        return self.matrix_rows

    def input_layer(self, o: Operations, x: Value, weights: Weights, member: int) -> Value:
        """The input as it is: the first matrix mixes its lanes."""
        return x

    def matrix_places(self) -> np.ndarray:
        """[R, n] places in the slot `weights` of the rows of all matrices of all members."""
        first = np.array([self.first_row(number) for number in range(1, self.params.layers + 2)])
        rows = (first[:, None] + np.arange(self.matrix_rows)).reshape(-1, 1)
        return self.for_all_members(rows * self.width + np.arange(self.width))


def matrix_product(o: Operations, row: Callable[[Row], Value], h: Value, inputs: int) -> Value:
    """Sum over inputs j, 0 to `inputs` - 1, of row j of a matrix times lane j of h."""
    (total,) = o.loop(inputs, lambda j, c: [c[0] + row(j) * o.lane(h, j)], [o.const(0.0)])
    return total
