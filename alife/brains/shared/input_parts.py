"""Parts between the input of a step and the layers: gains of lanes, products, and weights straight to actions.

Their genes are weights themselves, whatever the projection of the layers is.

Gains: each input lane times the square of a gene, so that evolution can silence lanes that do not matter; layers mix
all lanes, and each that varies is noise to the rest. Products: wht(a x) wht(b x) / n, two filtered views multiplied
lane by lane, is added to the input of the first layer: by the convolution theorem of this transform the next transform
sums x_i x_j over pairs with one exclusive or i ^ j. Direct weights add sum_i D_ij x_i to action j: Pao: Adaptive
pattern recognition and neural networks (1989), functional links; NEAT's networks begin with nothing else.
"""

from __future__ import annotations

import math

import numpy as np

from alife.ops.derived import first_lanes
from alife.ops.slots import Slot
from alife.ops.vocabulary import Operations, Value

TINY = 1e-20  # keeps lanes 0 where all are 0


def to_length(o: Operations, x: Value, count: int) -> Value:
    """x scaled to the length sqrt(n), on its first `count` lanes; the others are 0."""
    return first_lanes(x * (math.sqrt(o.width) / o.sqrt(o.total(x * x))), count)


class Gains:
    """Gains of input lanes: one gene each."""

    def __init__(self, num_inputs: int, half: bool) -> None:
        self.num_inputs, self.half, self.num_genes = num_inputs, half, num_inputs

    def apply(self, o: Operations, x: Value) -> Value:
        """The input x with its lanes weighted, scaled to the length that it had."""
        genes = o.load(o.genome("input_gains", self.num_inputs, half=self.half))
        weighted = genes * genes * x
        length = o.sqrt(o.total(weighted * weighted) + TINY)
        return first_lanes(weighted * (math.sqrt(o.width) / length), self.num_inputs)


class Products:
    """Products of two filtered views of the input: two genes for each lane."""

    def __init__(self, num_inputs: int, half: bool) -> None:
        self.num_inputs, self.half, self.num_genes = num_inputs, half, 2 * num_inputs

    def of(self, o: Operations, x: Value) -> Value:
        """The products of the input x, with a mean square of 1/9 where genes are uniform in -1..1."""
        slot = self._slot(o)
        first, second = (o.wht(o.load(slot, row) * x) for row in range(2))
        return first * second * (1 / o.width)

    def _slot(self, o: Operations) -> Slot:
        return o.genome("product_weights", 2, self.num_inputs, half=self.half)


class Direct:
    """Weights from each input lane to each action."""

    def __init__(self, num_inputs: int, num_actions: int, half: bool) -> None:
        self.shape, self.half, self.num_genes = (num_actions, num_inputs), half, num_inputs * num_actions

    def add(self, o: Operations, x: Value, y: Value) -> Value:
        """The output y with the weighted sums of the input x added to the lanes of actions."""
        slot, lanes = o.genome("direct_weights", *self.shape, half=self.half), np.arange(o.width)
        for action in range(self.shape[0]):
            y = o.blend(lanes == action, y + o.total(o.load(slot, action) * x), y)
        return y
