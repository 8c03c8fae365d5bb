"""Paths sampled through an evolved dense net, from its outputs backward; connections without a sample are cut.

At birth N0 samples go to each output in use. A neuron with V samples distributes them over its inputs by the absolute
values of its weights (`sampling`): c of them, whole numbers, to an input, whose own V, one layer further down, is the
sum over all neurons that it feeds. sign(w) S c / V stands for the weight w, S the sum of |w| of the neuron. So the V of
every layer sum to N0 for each output, no path ends on the way, and neurons that no path visits are gone. Each layer's
sums are unbiased for the samples that reach it, those of linear layers also together; many samples give the net of
`dense` with inputs in another order. V and S are letters of this file alone.

Cost per layer: n^2 + n weights to evolve, at most N0 for each output of them not 0; 2 n^2 operations on counts, stored
as float16 if 2,048 samples suffice for all outputs. Its strength: of one genome, the part that matters at any budget.
Its limit: no time is saved on zeros, and a neuron whose weights are all 0 ends its paths.

References: `sampling`; Keller and colleagues, networks of linear complexity: paths through networks, sampled by
importance. Path-represented networks are patented subject matter (US 11,507,846).
"""

from __future__ import annotations

import math
from typing import Literal, final

import numpy as np
import pydantic

from alife.brains.layers import sampling
from alife.brains.layers.packed_weights import PackedWeights
from alife.brains.layers.sampling import LoadRow
from alife.brains.layers.weight_tables import WeightTableParams, WeightTables
from alife.brains.shared.checks import require
from alife.ops.slots import Index
from alife.ops.vocabulary import Operations, Value

MAX_HALF = 2048  # float16 holds all whole numbers up to this
MAX_SAMPLES = 1 << 16  # of a layer; above, the grid of draws would be coarser than 1/32


class Params(WeightTableParams):
    """Size and parts of the network."""

    paths: int = pydantic.Field(64, ge=1, le=MAX_SAMPLES, description="N0, samples that begin at each output in use")
    scheme: Literal["systematic", "stratified"] = pydantic.Field(
        "systematic", description="positions of samples. systematic: one offset; stratified: jittered"
    )
    draw: Literal["fixed", "life"] = pydantic.Field(
        "fixed", description="time of the draws. fixed: by hashing, alike for all agents; life: at each birth"
    )


@final
class Pruned(WeightTables):
    """A network of sampled paths."""

    params: Params

    def check_params(self) -> None:
        """Checks that the samples of a layer can be counted. Raises UserError."""
        most = MAX_SAMPLES // self.num_outputs
        require(self.params.paths <= most, "paths", f"at most {most}", self.params.paths, f"paths: {most}")

    @property
    def samples(self) -> int:
        """The number of samples of each layer."""
        return self.num_outputs * self.params.paths

    @property
    def half_tables(self) -> bool:
        """True if float16 holds the counts."""
        return self.samples <= MAX_HALF

    def gain(self, number: int) -> float:
        """The factor of the sums of matrix `number`, as in `dense`."""
        rectified = self.params.unit == "relu" and number <= self.params.layers
        return math.sqrt((6 if rectified else 3) / self.width)

    def fill(self, o: Operations, weights: PackedWeights) -> None:
        """Stores counts and scales, the last matrix first."""
        matrices = self.load_matrices(weights)
        visits = o.blend(np.arange(self.width) < self.num_outputs, float(self.params.paths), 0.0)
        for number in range(self.matrices, 0, -1):
            visits = self._sample(o, matrices[number - 1], visits, number, weights.member)

    def _sample(self, o: Operations, load: LoadRow, visits: Value, number: int, member: int) -> Value:
        """Samples one matrix. Returns V of its inputs, from the V of its outputs, `visits`."""
        place, table, n = self.place(number, member), self.table(o), self.width
        s = sampling.absolute_sum(o, load, n)
        o.store(self.scales(o), sampling.share(o, s * self.gain(number), visits), place)
        counter = sampling.make_counter(
            o, lambda i: o.draw(place + 1, i, self.params.draw == "fixed"), self.params.scheme, self.samples
        )
        sampling.sample_counts(o, load, n, s, visits, counter, lambda k, c: o.store(table, c, k + place * n))
        found = self._sum_rows(o, lambda k: o.load(table, k + place * n))
        return o.permute(found, np.argsort(self.order(number, member)))

    def _sum_rows(self, o: Operations, counts: LoadRow) -> Value:
        """The sum of |row k| on lane k."""
        lanes = o.const(np.arange(self.width))

        def add(k: Index, c: list[Value]) -> list[Value]:
            following = c[1] + 1.0
            lane_k = o.select(lanes, c[1], 1.0, 0.0) - o.select(lanes, following, 1.0, 0.0)
            return [c[0] + lane_k * o.total(abs(counts(k))), following]

        return o.loop(self.width, add, [o.const(0.0), o.const(0.0)])[0]
