"""Dense layers: one weight for every pair of an input and an output. See `alife.brains.dense` for the law."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import pydantic

from alife.brains.layers import relu_symmetry
from alife.brains.layers.matrix_network import MatrixNetwork, MatrixParams, matrix_product
from alife.brains.shared.checks import require
from alife.brains.shared.weights import Weights
from alife.ops.derived import relu, tanh
from alife.ops.vocabulary import Operations, Value


class DenseParams(MatrixParams):
    """Size and parts of a network of dense layers."""

    unit: Literal["relu", "tanh"] = pydantic.Field("relu", description="activation function of a hidden unit")
    feedback: int = pydantic.Field(
        0, ge=0, le=256, description="output lanes of each layer that are its inputs in the next step"
    )


class DenseNetwork(MatrixNetwork):
    """A network of dense layers; a base class of brains that differ in where the weights come from."""

    params: DenseParams

    def check_params(self) -> None:
        """Checks that feedback takes at most all lanes. Raises UserError."""
        p = self.params
        require(p.feedback <= self.width, "feedback", f"at most the width {self.width}", p.feedback, "feedback: 8")

    @property
    def layer_rows(self) -> int:
        """Rows of n weights that a layer uses: one for each input, one for each lane fed back, one of biases."""
        return super().layer_rows + self.params.feedback

    def layer(self, o: Operations, h: Value, weights: Weights, number: int, member: int) -> Value:
        """The activation of all inputs weighted, lanes fed back and a bias."""
        p = self.params
        inputs = self.width + p.feedback
        gain = relu_symmetry.gain(p.unit, inputs)
        total = matrix_product(o, weights.next_rows(self.width), h, self.width)
        if p.feedback:
            slot = o.state(f"{self.prefix(member)}feedback_{number}", p.feedback)
            total = total + matrix_product(o, weights.next_rows(p.feedback), o.load(slot), p.feedback)
        total = total * gain + next(weights)
        h = relu(total) if p.unit == "relu" else tanh(total)
        if p.feedback:
            o.store(slot, h)
        return h

    def output_layer(self, o: Operations, h: Value, weights: Weights) -> Value:
        """The last matrix times h, without activation."""
        return matrix_product(o, weights.next_rows(self.width), h, self.width) * math.sqrt(3.0 / self.width)

    # ---- symmetry

    def check_aligned(self) -> None:
        """Checks that units are ReLUs whose weights are genes, and have no place of their own. Raises UserError."""
        p = self.params
        require(p.unit == "relu", "unit", "relu where units are exchanged", p.unit, "unit: relu")
        require(p.projection is None, "projection", "null where units are exchanged", p.projection, "projection: null")
        require(p.injection == 0, "injection", "0 where units are exchanged", p.injection, "injection: 0")
        require(p.feedback == 0, "feedback", "0 where units are exchanged", p.feedback, "feedback: 0")

    def members(self, weights: np.ndarray) -> list[relu_symmetry.Matrices]:
        """The matrices of each member. weights: [W] values of the slot `weights`, in any shape."""
        return relu_symmetry.unpacked(weights, self.params.ensemble, self.params.layers, self.width)

    def aligned(self, mother: np.ndarray, father: np.ndarray) -> np.ndarray:
        """[W] float32: the father's weights, its units in the places of the mother's that are most similar."""
        pairs = zip(self.members(mother), self.members(father), strict=True)
        return relu_symmetry.packed([relu_symmetry.aligned(a, b) for a, b in pairs])
