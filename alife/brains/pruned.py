"""Paths sampled through an evolved dense net, from its outputs backward: what little else it computes is cut away.

At birth N0 samples go to each output that is used. A neuron with V samples shares them out among its inputs by the
absolute values of its weights (`sampling`): c of them, whole numbers, to an input, which gets the sum over all who hear
it as its own V, one layer further down. sign(w) S c / V stands for the weight w, S the sum of |w| of the neuron. So the
V of every layer sum to N0 for each output, nothing hangs loose, and neurons that no path visits are gone. Each layer's
sums are right on average for the samples that reach it, those of linear layers also together; many samples give the
net of `dense` with inputs in another order.

Cost a layer: n^2 + n weights to evolve, at most N0 for each output of them not 0; 2 n^2 operations on counts, kept as
float16 where 2,048 samples suffice for all outputs. What it can do that others cannot: of one genome, the part that
matters at any budget. Its limit: no time is saved on zeros, and a neuron whose weights are all 0 ends its paths.

References: `sampling`; Keller and colleagues, networks of linear complexity: paths through networks, sampled by
importance. Path-represented networks are patented subject matter (US 11,507,846).
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import pydantic

from alife.brains.layers import sampling
from alife.brains.layers.packed_weights import PackedWeights
from alife.brains.layers.sampling import Load
from alife.brains.layers.weight_tables import WeightTableParams, WeightTables
from alife.brains.shared.base import require
from alife.ops.slots import Index
from alife.ops.vocabulary import Operations, Value

EXACT = 2048  # whole numbers that float16 holds
MOST = 1 << 16  # samples a layer, above which the grid of draws is coarser than 1/32


class Params(WeightTableParams):
    """Size and parts of the network."""

    paths: int = pydantic.Field(64, ge=1, le=MOST, description="N0, samples that begin at each used output")
    scheme: Literal["systematic", "stratified"] = pydantic.Field(
        "systematic", description="how the samples lie: one offset, or jittered"
    )
    draw: Literal["fixed", "life"] = pydantic.Field(
        "fixed", description="the same for all agents, or drawn at each birth"
    )


class Pruned(WeightTables):
    """The network for a number of observations and actions; `step` is what one agent computes."""

    params: Params

    def check_own(self) -> None:
        """The samples of a layer can be counted."""
        most = MOST // self.outputs
        require(self.params.paths <= most, "paths", f"at most {most}", self.params.paths, f"paths: {most}")

    @property
    def outputs(self) -> int:
        """Output lanes that something is done with: the first ones."""
        keys = self.memory.addresses.lanes if self.memory else 0
        return self.recurrent_lane + self.params.recurrent + keys

    @property
    def samples(self) -> int:
        """Of each layer."""
        return self.outputs * self.params.paths

    @property
    def halves(self) -> bool:  # type: ignore[override]
        """Where float16 holds the counts."""
        return self.samples <= EXACT

    def gain(self, number: int) -> float:
        """That of `dense`."""
        rectified = self.params.unit == "relu" and number <= self.params.layers
        return math.sqrt((6 if rectified else 3) / self.width)

    def fill(self, o: Operations, weights: PackedWeights) -> None:
        """Counts and scales, the last matrix first."""
        matrices = self.loads(weights)
        visits = o.blend(np.arange(self.width) < self.outputs, float(self.params.paths), 0.0)
        for number in range(self.matrices, 0, -1):
            visits = self._sample(o, matrices[number - 1], visits, number, weights.member)

    def _sample(self, o: Operations, load: Load, visits: Value, number: int, member: int) -> Value:
        """One matrix: V of its inputs, from the V of its outputs."""
        place, table, n = self.place(number, member), self.table(o), self.width
        s = sampling.total(o, load, n)
        o.store(self.scales(o), sampling.share(o, s * self.gain(number), visits), place)
        below = sampling.jitter(
            o, lambda i: o.draw(place + 1, i, self.params.draw == "fixed"), self.params.scheme, self.samples
        )
        sampling.counted(o, load, n, s, visits, below, lambda k, c: o.store(table, c, k + place * n))
        found = self._visits(o, lambda k: o.load(table, k + place * n))
        return o.permute(found, np.argsort(self.order(number, member)))

    def _visits(self, o: Operations, counts: Load) -> Value:
        """On lane k the sum of |row k|."""
        lanes = o.const(np.arange(self.width))

        def add(k: Index, c: list[Value]) -> list[Value]:
            beyond = c[1] + 1.0
            here = o.select(lanes, c[1], 1.0, 0.0) - o.select(lanes, beyond, 1.0, 0.0)
            return [c[0] + here * o.total(abs(counts(k))), beyond]

        return o.loop(self.width, add, [o.const(0.0), o.const(0.0)])[0]
