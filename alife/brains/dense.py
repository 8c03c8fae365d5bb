"""Private dense layers, the yardstick: every output of a layer has a weight for every input, n^2 of them.

A layer is h <- f(sqrt(3 gain / n) W h + b): with weights uniform in [-1, 1] the first factor keeps the length of h;
gain is 2 for ReLU (He et al., "Delving deep into rectifiers", ICCV 2015, equation 10), else 1. Behind the last layer is
one more matrix, without unit. With `feedback`, so many lanes of a layer's outputs are among its own inputs a step later
(Elman, "Finding structure in time", Cognitive Science 14, 1990).

Cost a layer: n^2 + n weights (and n x feedback), two operations each. What it can do that the others
cannot: any matrix. Its limit: n^2 weights to evolve, keep and read.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

import numpy as np
import pydantic

from alife.brains.layers.matrix_params import MatrixParams
from alife.brains.layers.relu_symmetry import aligned_genome, check, gain
from alife.brains.shared.base import NetworkBase, Weights, require
from alife.ops.derived import relu, tanh
from alife.ops.vocabulary import Operations, Value

if TYPE_CHECKING:
    from alife.brains.brain import Brain


class Params(MatrixParams):
    """Size and parts of the network."""

    unit: Literal["relu", "tanh"] = pydantic.Field("relu", description="what a hidden unit does with its sum")
    feedback: int = pydantic.Field(0, ge=0, le=256, description="lanes of each layer that it hears again a step later")


class Dense(NetworkBase):
    """The network for a number of observations and actions; `step` is what one agent computes."""

    stored = True
    params: Params

    def check_own(self) -> None:
        """Feedback is at most all lanes."""
        p = self.params
        require(p.feedback <= self.width, "feedback", f"at most the width {self.width}", p.feedback, "feedback: 8")

    @property
    def layer_rows(self) -> int:
        """A row of weights for each input, one of biases, and one for each lane fed back."""
        return self.width + 1 + self.params.feedback

    @property
    def extra_rows(self) -> int:
        """The last matrix."""
        return self.width

    def check_aligned(self) -> None:
        """Units may change places where they are ReLUs whose weights are genes. Raises UserError."""
        check(self)

    def aligned(self, brain: Brain, mother: np.ndarray, father: np.ndarray) -> np.ndarray:
        """[G] float32: the father's genome, its units in the places of the mother's that they are most like."""
        return aligned_genome(brain, mother, father)

    def begin(self, o: Operations, x: Value, weights: Weights, member: int) -> Value:
        """The input as it is: the first matrix mixes it."""
        return x

    def layer(self, o: Operations, h: Value, weights: Weights, number: int, member: int) -> Value:
        """All weights, a bias, what was fed back, and the unit."""
        p = self.params
        inputs = self.width + p.feedback
        size = gain(inputs) if p.unit == "relu" else math.sqrt(3.0 / inputs)
        total = self._product(o, h, weights, self.width)
        if p.feedback:
            before = o.state(f"{self.part(member)}feedback_{number}", p.feedback)
            total = total + self._product(o, o.load(before), weights, p.feedback)
        total = total * size + next(weights)
        h = relu(total) if p.unit == "relu" else tanh(total)
        if p.feedback:
            o.store(before, h)
        return h

    def end(self, o: Operations, h: Value, weights: Weights) -> Value:
        """The last matrix."""
        return self._product(o, h, weights, self.width) * math.sqrt(3.0 / self.width)

    @staticmethod
    def _product(o: Operations, h: Value, weights: Weights, inputs: int) -> Value:
        """Sum over inputs j of row j times lane j of h."""
        row = weights.table(inputs)
        (total,) = o.loop(inputs, lambda j, acc: [acc[0] + row(j) * o.lane(h, j)], [o.const(0.0)])
        return total
