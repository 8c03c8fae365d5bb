"""Memristor crossbar: each weight is the difference of two conductances, of devices that vary from agent to agent.

A weight w in [-1, 1] sets one device of a pair to |w| of its range, low to 1, and leaves the other at low:
w = (G+ - G-) / (1 - low), whatever is common to both cancels. At birth each device is set to the nearest of `levels`
conductances, differs from that by its own noise (G exp(sigma z), or G (1 + sigma z) from 0 on), and is stuck at low or
at 1 with a chance of `stuck`. z is a sum of four uniforms of mean 0 and variance 1, within -3.5..3.5: nearly normal.

With `plasticity`, beta, devices of the hidden layers get pulses in each step: for s = beta clip(input times output) > 0
G+ moves by s (1 - G+) and G- by -s (G- - low), for s < 0 the other way: saturating, so that a life forgets by itself.

The layers are those of `dense`. Their biases and the last matrix are pairs as well.

Cost a layer: n^2 + n weights, a pair of devices each, and 2 n^2 + 3 n operations, all as `dense` has it; at birth 65
n^2 + 65 n operations, 11 n^2 + 11 n without noise. With plasticity every weight has 2 states, a layer 29 n^2 + 4 n
operations more, and the last matrix 4 n^2. What it can do that `dense` cannot: select genomes that bear imprecise
hardware, and tell, for a saved genome, how much of it they bear. Its limit: each weight is evolved, but what an agent
has is not exactly what it inherits or passes on.

References: Liu and Zeng, memristor crossbars for in-situ learning (pairs, variation of devices); MemTorch
(github.com/coreylammie/MemTorch: map/Parameter.py for pairs, bh/nonideality for levels and faults).
"""

from __future__ import annotations

import math
from typing import Any, Literal

import pydantic

from alife.brains import dense
from alife.brains.dense import Dense
from alife.brains.shared.base import Weights, require
from alife.ops.derived import LOG2_E, clip, exp2, maximum
from alife.ops.slots import Slot
from alife.ops.vocabulary import Operations, Value

NOISE, STUCK = 0x3E3, 0x57C  # streams of draws
UNIFORMS = 4  # of which a z is the sum


class Params(dense.Params):
    """Size and parts of the network, and what its devices are like."""

    low: float = pydantic.Field(0.01, ge=0, le=0.9, description="lowest conductance of a device; the highest is 1")
    levels: int = pydantic.Field(0, ge=0, le=1024, description="conductances a device can be set to; 0: any")
    noise: float = pydantic.Field(0.05, ge=0, le=2, description="sigma of what devices differ from their setting by")
    kind: Literal["lognormal", "multiplicative"] = pydantic.Field(
        "lognormal", description="G exp(sigma z), or G (1 + sigma z)"
    )
    stuck: float = pydantic.Field(0.0, ge=0, le=1, description="share of devices stuck, half of them low, half high")
    plasticity: float = pydantic.Field(0.0, ge=0, le=1, description="beta, the largest part of its way a pulse moves G")


class Crossbar(Dense):
    """The network for a number of observations and actions; `step` is what one agent computes."""

    params: Params

    def check_own(self) -> None:
        """One level would be no weight at all; what is stuck takes no pulses."""
        super().check_own()
        require(self.params.levels != 1, "levels", "0 or at least 2", self.params.levels, "levels: 16")
        fits = not (self.params.stuck and self.params.plasticity)
        require(fits, "plasticity", "0 where devices are stuck", self.params.plasticity, "plasticity: 0.0")

    def weights(self, o: Operations, member: int) -> Weights:
        """What the pairs of a member come to."""
        first = member * self.rows
        if self.params.plasticity:
            return Weights(lambda row: self._difference(*self._devices(o, row + first)), self.rows)
        slot = self._pairs(o)
        return Weights(lambda row: o.load(slot, row if isinstance(row, Value) else row + first), self.rows)

    def layer(self, o: Operations, h: Value, weights: Weights, number: int, member: int) -> Value:
        """That of `dense`, and pulses by what it heard and says."""
        said = super().layer(o, h, weights, number, member)
        if self.params.plasticity:
            before = sum(layer < number for layer in self.injections)
            self._pulse(o, h, said, member * self.rows + (number - 1) * self.layer_rows + before)
        return said

    def _pulse(self, o: Operations, heard: Value, said: Value, first: int) -> None:
        low, beta, pulses = self.params.low, self.params.plasticity, self._pulses(o)

        def row(j: Any, carries: list[Value]) -> list[Value]:
            s = clip(o.lane(heard, j) * said, -1.0, 1.0) * beta
            for k, (g, up) in enumerate(zip(self._devices(o, j + first), (s, -s), strict=True)):
                moved = maximum(up, 0.0) * (1.0 - g) - maximum(-up, 0.0) * (g - low)
                at = (j + first) * 2 + k
                o.store(pulses, o.load(pulses, at) + moved, at)
            return carries

        o.loop(self.width, row, [heard])

    def _devices(self, o: Operations, row: Any) -> list[Value]:
        """G+ and G- of a row of weights, as pulses left them."""
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
        """Once, at birth: set every device."""
        super().develop(o)
        p, pairs = self.params, None if self.params.plasticity else self._pairs(o)
        rows = p.ensemble * self.rows
        inherited = o.slots["weights"] if p.projection else self._inherited(o)

        def set_row(j: Any, carries: list[Value]) -> list[Value]:
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

    def _device(self, o: Operations, part: Value, number: Any) -> Value:
        """The conductance of a device that is set to a part, 0..1, of its range; number: of its row of devices."""
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
    def _normal(o: Operations, number: Any) -> Value:
        total = o.draw(NOISE, number * UNIFORMS)
        for k in range(1, UNIFORMS):
            total = total + o.draw(NOISE, number * UNIFORMS + k)
        return (total - UNIFORMS / 2) * math.sqrt(12 / UNIFORMS)
