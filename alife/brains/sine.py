"""Sines for numbers: weights and inputs are phases of 8 bits, a product is two entries of one table.

sin a sin b = (cos(a - b) - cos(a + b)) / 2: with whole phases, 256 a turn, a layer adds, looks up and adds again, all
in whole numbers below 2^24, which float32 holds exactly. The entry of a phase is round(32767 cos) and is computed,
since arithmetic is quicker than looking 256 entries up. A unit is a rectified sine: it gives the phase of its sum, cut
to 0..64, whose sine the next layer hears. For small phases sin w is w up to w^3/6, and the net a dense one of ReLUs.

A gene g is the phase round(128 g): genes have the period 2, and -1 is 1. A layer is h <- cut(4/sqrt(n) S + b), S the
sum of products of sines, where an activation of 1 is half a radian. sin w has the mean square 1/2, so that length is
kept where sines are nearly straight; of a mean square of 1 about half is left, behind one layer as behind three.

Cost a layer: n^2 + n weights of a byte's worth, 44 n^2 + 13 n operations. What it can do that others cannot: compute in
whole numbers alone between a layer's input and its sum, with weights on a circle. Its limit: where multiplying costs no
more than adding it is slower than `dense`, and each weight's sine is found at two phases.

Reference: Cai et al., the sine shift-and-add network of Applied Sciences 11(15):6704 (2021); the form with 8-bit phases
is ours.
"""

from __future__ import annotations

import math

import numpy as np

from alife.brains.layers.matrix_params import MatrixParams
from alife.brains.shared.base import NetworkBase, Weights
from alife.ops.derived import SINE, clip, minimum, polynomial
from alife.ops.gene_groups import Move
from alife.ops.vocabulary import Operations, Value

TURN, HIGH = 256, 32767  # phases a turn; the largest entry, that of 16 bits
UNIT = 0.5 * TURN / (2 * math.pi)  # phase of an activation of 1: half a radian, where a sine is nearly straight
ANGLE = 2 * math.pi / TURN
# HIGH sin(ANGLE t) = t P(t^2) for t in -64..64, highest power first.
ENTRY = [HIGH * c * ANGLE ** (2 * k + 1) for c, k in zip((*SINE, 1.0), (4, 3, 2, 1, 0), strict=True)]


class Params(MatrixParams):
    """Size and parts of the network."""


class Sine(NetworkBase):
    """The network for a number of observations and actions; `step` is what one agent computes."""

    stored = True

    @property
    def layer_rows(self) -> int:
        """A row of weights for each input, and one of biases."""
        return self.width + 1

    @property
    def extra_rows(self) -> int:
        """The last matrix."""
        return self.width

    @property
    def moves(self) -> tuple[Move, ...]:
        """A weight's phase goes on or back by one."""
        first = np.array([self.first_row(number) for number in range(1, self.params.layers + 2)])
        rows = (first[:, None] + np.arange(self.width)).reshape(-1, 1)
        weights = self.of_members(rows * self.width + np.arange(self.width))
        return (Move("phase", "phase", weights.reshape(-1, 1), TURN // 2),)

    def begin(self, o: Operations, x: Value, weights: Weights, member: int) -> Value:
        """The input as it is: its phases are taken where a layer hears it."""
        return x

    def layer(self, o: Operations, h: Value, weights: Weights, number: int, member: int) -> Value:
        """Products of sines, a bias, and what is not below 0."""
        heard = rounded(clip(h * UNIT, -TURN / 4, TURN / 4))
        total = self._product(o, heard, weights) + next(weights)
        return rounded(clip(total * UNIT, 0.0, TURN / 4)) * (1 / UNIT)

    def end(self, o: Operations, h: Value, weights: Weights) -> Value:
        """The last matrix."""
        return self._product(o, rounded(clip(h * UNIT, -TURN / 4, TURN / 4)), weights) * math.sqrt(0.5)

    def _product(self, o: Operations, phases: Value, weights: Weights) -> Value:
        """4/sqrt(n) times the sum over inputs of sin w sin a: as many whole entries, then one factor."""
        row = weights.table(self.width)

        def add(j: object, acc: list[Value]) -> list[Value]:
            w, a = wrapped(rounded(row(j) * (TURN / 2))), o.lane(phases, j)  # type: ignore[arg-type]
            return [acc[0] + (entry(w - a) - entry(w + a))]

        (total,) = o.loop(self.width, add, [o.const(0.0)])
        return total * (2 / (HIGH * math.sqrt(self.width)))


def rounded(x: Value) -> Value:
    """The nearest whole number."""
    return x.o.floor(x + 0.5)


def wrapped(phase: Value) -> Value:
    """The same phase within -128..127."""
    return phase - TURN * phase.o.floor(phase * (1 / TURN) + 0.5)


def entry(phase: Value) -> Value:
    """round(32767 cos) of a whole phase in -256..256: what the table of 256 entries holds."""
    size = abs(phase)
    t = TURN / 4 - minimum(size, TURN - size)
    return rounded(t * polynomial(t * t, ENTRY))
