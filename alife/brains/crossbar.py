"""Memristor crossbar: each weight is the difference of two conductances, of devices that vary from agent to agent.

A weight w in [-1, 1] sets one device of a pair to |w| of its range, low to 1, and leaves the other at low:
w = (G+ - G-) / (1 - low), so that what is common to both cancels. At birth each device is set to the nearest of
`levels` conductances, deviates from that by its own noise (G exp(sigma z), or max(G (1 + sigma z), 0)), and is stuck at
low or at 1 with probability `stuck`. z is a sum of four uniforms, of mean 0 and variance 1, within -3.5..3.5: nearly
normal.

With `plasticity`, beta, devices of the hidden layers get pulses in each step: for s = beta clip(input times output) > 0
G+ moves by s (1 - G+) and G- by -s (G- - low), for s < 0 the other way: saturating, so that old pulses fade in a life.

The layers are those of `dense`. Their biases and the last matrix are pairs as well.

Cost per layer: n^2 + n weights, a pair of devices each, and 2 n^2 + 3 n operations, all as in `dense`; at birth 65 n^2
+ 65 n operations, 11 n^2 + 11 n without noise. With plasticity every weight has 2 states, a layer 29 n^2 + 4 n
operations more, and the last matrix 4 n^2. Its strength over `dense`: it selects genomes that tolerate imprecise
hardware, and measures, for a saved genome, how much of it they tolerate. Its limit: each weight is evolved, but the
weights of an agent are not exactly those that it inherits or passes on.

References: Liu and Zeng, memristor crossbars for in-situ learning (pairs, variation of devices); MemTorch
(github.com/coreylammie/MemTorch: map/Parameter.py for pairs, bh/nonideality for levels and faults).
"""

from __future__ import annotations

import math
from typing import Literal, final

import pydantic

from alife.brains.layers.dense_network import DenseNetwork, DenseParams
from alife.brains.shared.checks import require
from alife.brains.shared.weights import RowWeights, Weights
from alife.ops.derived import LOG2_E, clip, exp2, maximum
from alife.ops.slots import Index, Slot
from alife.ops.vocabulary import Operations, Row, Value

NOISE, STUCK = 0x3E3, 0x57C  # streams of draws
UNIFORMS = 4  # of which a z is the sum


class Params(DenseParams):
    """Size and parts of the network, and properties of its devices."""

    low: float = pydantic.Field(0.01, ge=0, le=0.9, description="lowest conductance of a device; the highest is 1")
    levels: int = pydantic.Field(
        0, ge=0, le=1024, description="number of conductances to which a device can be set, at least 2; 0: any"
    )
    noise: float = pydantic.Field(
        0.05, ge=0, le=2, description="sigma, relative deviation of a conductance from its setting"
    )
    kind: Literal["lognormal", "multiplicative"] = pydantic.Field(
        "lognormal", description="law of the noise. lognormal: G exp(sigma z); multiplicative: max(G (1 + sigma z), 0)"
    )
    stuck: float = pydantic.Field(
        0.0, ge=0, le=1, description="share of devices that are stuck, half of them at low, half at 1"
    )
    plasticity: float = pydantic.Field(
        0.0, ge=0, le=1, description="beta, largest share of the way to its limit that a pulse moves a conductance"
    )


@final
class Crossbar(DenseNetwork):
    """A network of dense layers whose weights are pairs of devices."""

    params: Params

    def check_params(self) -> None:
        """Checks that a device has at least two levels, and that plastic devices are not stuck. Raises UserError."""
        super().check_params()
        require(self.params.levels != 1, "levels", "0 or at least 2", self.params.levels, "levels: 16")
        fits = not (self.params.stuck and self.params.plasticity)
        require(fits, "plasticity", "0 where devices are stuck", self.params.plasticity, "plasticity: 0.0")

    def weights(self, o: Operations, member: int) -> Weights:
        """The weights of a member: the differences of its pairs."""
        first = member * self.rows
        if self.params.plasticity:
            return RowWeights(lambda row: self._difference(*self._devices(o, row + first)), self.rows)
        slot = self._pairs(o)
        return RowWeights(lambda row: o.load(slot, row if isinstance(row, Value) else row + first), self.rows)

    def layer(self, o: Operations, h: Value, weights: Weights, number: int, member: int) -> Value:
        """The output of a dense layer; then pulses by its inputs and outputs."""
        output = super().layer(o, h, weights, number, member)
        if self.params.plasticity:
            self._pulse(o, h, output, member * self.rows + self.first_row(number))
        return output

    def _pulse(self, o: Operations, inputs: Value, outputs: Value, first: int) -> None:
        """Moves the devices of a layer whose weights begin at row `first`."""
        low, beta, pulses = self.params.low, self.params.plasticity, self._pulses(o)

        def pulse_row(j: Index, carries: list[Value]) -> list[Value]:
            s = clip(o.lane(inputs, j) * outputs, -1.0, 1.0) * beta
            for k, (g, up) in enumerate(zip(self._devices(o, j + first), (s, -s), strict=True)):
                change = maximum(up, 0.0) * (1.0 - g) - maximum(-up, 0.0) * (g - low)
                at = (j + first) * 2 + k
                o.store(pulses, o.load(pulses, at) + change, at)
            return carries

        o.loop(self.width, pulse_row, [inputs])

    def _devices(self, o: Operations, row: Row) -> list[Value]:
        """G+ and G- of a row of weights, after all pulses."""
        born, pulses = self._born(o), self._pulses(o)
        return [o.load(born, row * 2 + k) + o.load(pulses, row * 2 + k) for k in (0, 1)]

    def _difference(self, plus: Value, minus: Value) -> Value:
        return (plus - minus) * (1 / (1 - self.params.low))

    def _born(self, o: Operations) -> Slot:
        return o.phenotype("devices", self.params.ensemble, self.rows, 2, self.width)

    def _pulses(self, o: Operations) -> Slot:
        return o.state("pulses", self.params.ensemble, self.rows, 2, self.width)

    def _pairs(self, o: Operations) -> Slot:
        return o.phenotype("pairs", self.params.ensemble, self.rows, self.width)

    def develop(self, o: Operations) -> None:
        """Unfolds the weights, if need be, and sets every device."""
        super().develop(o)
        p, pairs = self.params, None if self.params.plasticity else self._pairs(o)
        rows = p.ensemble * self.rows
        inherited = o.slots["weights"] if p.projection else self._inherited(o)

        def set_row(j: Index, carries: list[Value]) -> list[Value]:
            w = clip(o.load(inherited, j), -1.0, 1.0)
            plus, minus = (self._device(o, maximum(s, 0.0), 2 * j + k) for k, s in enumerate((w, -w)))
            if pairs:
                o.store(pairs, self._difference(plus, minus), j)
            else:
                o.store(self._born(o), plus, 2 * j)
                o.store(self._born(o), minus, 2 * j + 1)
            return carries

        o.loop(rows, set_row, [o.const(0.0)])

    def _inherited(self, o: Operations) -> Slot:
        return o.genome("weights", self.params.ensemble, self.rows, self.width, half=self.half)

    def _device(self, o: Operations, part: Value, number: Index) -> Value:
        """The conductance of each device in row `number` of devices, set to a part, 0..1, of its range."""
        p = self.params
        if p.levels > 1:
            part = o.floor(part * (p.levels - 1) + 0.5) * (1 / (p.levels - 1))
        g = part * (1 - p.low) + p.low
        if p.noise:
            z = self._normal(o, number) * p.noise
            g = g * exp2(z * LOG2_E) if p.kind == "lognormal" else maximum(g * (z + 1.0), 0.0)
        if p.stuck:
            u = o.draw(STUCK, number)
            g = o.select(u, p.stuck, g, o.select(u, p.stuck / 2, 1.0, p.low))
        return g

    @staticmethod
    def _normal(o: Operations, number: Index) -> Value:
        """z, nearly normal: a sum of uniforms."""
        total = o.draw(NOISE, number * UNIFORMS)
        for k in range(1, UNIFORMS):
            total = total + o.draw(NOISE, number * UNIFORMS + k)
        return (total - UNIFORMS / 2) * math.sqrt(12 / UNIFORMS)
