"""Sines for numbers: weights and inputs are phases of 8 bits, a product is two entries of one table.

sin a sin b = (cos(a - b) - cos(a + b)) / 2: with whole phases, 256 to a turn, a layer adds, looks up and adds again,
all in whole numbers below 2^24, which float32 holds exactly. The entry of a phase is round(32767 cos) and is computed,
since arithmetic is faster than looking up 256 entries. A unit is a rectified sine: its output is the phase of its sum,
clipped to 0..64, whose sine the next layer takes. For small phases sin w is w up to w^3/6, and the net a dense one of
ReLUs.

A gene g is the phase round(128 g): genes have the period 2, and -1 is 1. A layer is h <- clip(4/sqrt(n) S + b), S the
sum of products of sines, where an activation of 1 is half a radian. sin w has the mean square 1/2, so that length is
kept where sines are nearly straight; of a mean square of 1 about half is left, after one layer as after three.

Cost per layer: n^2 + n weights that need one byte each, 44 n^2 + 13 n operations. Its strength: only whole numbers
between a layer's input and its sum, and weights on a circle. Its limit: where a multiplication costs no more than an
addition it is slower than `dense`, and each weight's sine is computed at two phases.

Reference: Cai et al., the sine shift-and-add network of Applied Sciences 11(15):6704 (2021); the form with 8-bit phases
is our own.
"""

from __future__ import annotations

import math
from typing import final

from alife.brains.layers.matrix_network import MatrixNetwork, MatrixParams
from alife.brains.shared.weights import Weights
from alife.ops.derived import SINE, clip, minimum, polynomial
from alife.ops.gene_groups import Move
from alife.ops.slots import Index
from alife.ops.vocabulary import Operations, Value

TURN = 256  # phases of a turn
AMPLITUDE = 32767  # the largest entry of the table, in 16 bits
UNIT_PHASE = 0.5 * TURN / (2 * math.pi)  # of an activation of 1: half a radian, where a sine is nearly straight
ANGLE = 2 * math.pi / TURN  # of a phase of 1, in radians
# AMPLITUDE sin(ANGLE t) = t P(t^2) for t in -64..64, highest power first.
ENTRY = [AMPLITUDE * c * ANGLE ** (2 * k + 1) for c, k in zip((*SINE, 1.0), (4, 3, 2, 1, 0), strict=True)]


class Params(MatrixParams):
    """Size and parts of the network."""


def rounded(x: Value) -> Value:
    """The nearest whole number."""
    return x.o.floor(x + 0.5)


def wrapped(phase: Value) -> Value:
    """The same phase within -128..127."""
    return phase - TURN * phase.o.floor(phase * (1 / TURN) + 0.5)


def table_entry(phase: Value) -> Value:
    """round(32767 cos) of a whole phase in -256..256: the entry of a table of 256."""
    size = abs(phase)
    t = TURN / 4 - minimum(size, TURN - size)
    return rounded(t * polynomial(t * t, ENTRY))


@final
class Sine(MatrixNetwork):
    """A network of sine shift-and-add layers."""

    params: Params

    @property
    def moves(self) -> tuple[Move, ...]:
        """A weight's phase steps up or down by one."""
        return (Move("phase", "phase", self.matrix_places().reshape(-1, 1), TURN // 2),)

    def layer(self, o: Operations, h: Value, weights: Weights, number: int, member: int) -> Value:
        """The sum of products of sines and a bias, clipped from 0 on."""
        phases = rounded(clip(h * UNIT_PHASE, -TURN / 4, TURN / 4))
        total = self._product(o, phases, weights) + next(weights)
        return rounded(clip(total * UNIT_PHASE, 0.0, TURN / 4)) * (1 / UNIT_PHASE)

    def output_layer(self, o: Operations, h: Value, weights: Weights) -> Value:
        """The last sum of products of sines."""
        return self._product(o, rounded(clip(h * UNIT_PHASE, -TURN / 4, TURN / 4)), weights) * math.sqrt(0.5)

    def _product(self, o: Operations, phases: Value, weights: Weights) -> Value:
        """4/sqrt(n) times the sum over inputs of sin w sin a: a sum of whole entries, then one factor."""
        row = weights.next_rows(self.width)

        def add(j: Index, c: list[Value]) -> list[Value]:
            w, a = wrapped(rounded(row(j) * (TURN / 2))), o.lane(phases, j)
            return [c[0] + (table_entry(w - a) - table_entry(w + a))]

        (total,) = o.loop(self.width, add, [o.const(0.0)])
        return total * (2 / (AMPLITUDE * math.sqrt(self.width)))
