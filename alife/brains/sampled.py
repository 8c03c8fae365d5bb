"""Dense layers whose weights are sampled: N samples a neuron of its weights' distribution, kept as whole numbers.

A layer is h <- f(g S/N Q h + b): Q holds signed counts, N in all for each output, drawn by `scheme` from the evolved
weights, and S the sums of |w| (`sampling`). `draw` says when: `fixed`, by hashing, alike for all agents; `life`, at
birth, each agent its own; `step`, anew in each step: with `samples: 1` each neuron hears one input at a time. g keeps
the length of h for weights uniform in [-1, 1], what sampling adds counted in; with many samples it is that of `dense`.

`form: conv`: hidden layers are C filters of k taps by C channels, alike at all positions of a strip (`strip`), N
samples a filter; `separable`: k taps of each channel alone, then C filters of one tap, N samples each and no unit in
between (Howard et al., "MobileNets", arXiv 1704.04861). The last matrix is dense, and tells positions apart.

Cost a layer: n^2 + n weights; 2 n^2 operations on counts kept as float16, at most N n of them not 0. N <= n/16 samples
are kept as numbers of inputs, N n of them, that are gathered: 5 N n operations. Drawn in each step: 9 n^2, stratified
14 n^2, multinomial 7 N n^2. Filters are k C^2 + C weights and 2 k C n operations, separable k C + C^2 + C and
2 (k + C) n. What it can do that others cannot: weights of a few whole numbers, evolved as real ones; noise in the
weights that selects for nets which bear it. Its limit: as many genes as `dense`, and with more than n/16 samples no
time saved on zeros, because gathering is slow; a strip has few channels, n / C positions being a whole retina.

References: Mordido et al. (`sampling`). Path-represented networks are patented subject matter (US 11,507,846).
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Literal

import pydantic

from alife.brains.layers import sampling
from alife.brains.layers.convolution import Convolution, ConvolutionParams, check_convolution, turned
from alife.brains.layers.packed_weights import PackedWeights
from alife.brains.layers.sampled_lists import Draw, SampledWeights
from alife.brains.layers.sampling import Load, Scheme
from alife.brains.layers.weight_tables import WeightTableParams, WeightTables
from alife.brains.shared.base import Weights
from alife.ops.derived import relu, tanh
from alife.ops.slots import Index, Slot
from alife.ops.vocabulary import Operations, Value

MOST = 2048  # whole numbers that float16 holds
SPARSE = 16  # lanes a sample from which on gathering beats reading all rows, as measured at widths 32 and 64
GRID = 1000  # places at which the mean over weights is taken
FILTERS = 1 << 16  # streams of filters' draws; those of matrices are below


class Params(ConvolutionParams, WeightTableParams):
    """Size and parts of the network."""

    samples: int = pydantic.Field(16, ge=1, le=MOST, description="N, samples a neuron, or a filter")
    scheme: Scheme = pydantic.Field("systematic", description="how the samples lie: one offset, jittered, or anywhere")
    draw: Draw = pydantic.Field("fixed", description="when: the same for all agents, at each birth, or in each step")
    form: Literal["dense", "conv", "separable"] = pydantic.Field(
        "dense", description="of hidden layers: all weights; filters; or taps of each channel, then filters of one tap"
    )


class Sampled(WeightTables):
    """The network for a number of observations and actions; `step` is what one agent computes."""

    params: Params

    def check_own(self) -> None:
        """Filters fit on the strip."""
        if self.params.form != "dense":
            check_convolution(self.params, self.width)

    @property
    def halves(self) -> bool:  # type: ignore[override]
        """Counts are small; running sums, kept where counts change, are not."""
        return self.params.draw != "step"

    @property
    def listed(self) -> bool:
        """Whether samples of a matrix are so few that each is kept as its input's number."""
        return self.params.draw != "step" and SPARSE * self.params.samples <= self.width

    @property
    def banks(self) -> list[Convolution]:
        """The banks of filters of a hidden layer, in turn; none where it is dense."""
        p = self.params
        each = Convolution(self.width, p.channels, p.kernel, 1)
        if p.form == "conv":
            return [replace(each, heard=p.channels)]
        return [each, Convolution(self.width, p.channels, 1, p.channels)] if p.form == "separable" else []

    @property
    def matrices(self) -> int:
        """Of a member: beside filters the last one alone."""
        return 1 if self.banks else super().matrices

    @property
    def member_weights(self) -> int:
        """With filters, theirs and one bias each, what is injected, and the last matrix."""
        p, n = self.params, self.width
        if not self.banks:
            return super().member_weights
        layer = p.channels * (sum(bank.weights for bank in self.banks) + 1)
        return p.layers * layer + n * (len(self.injections) + n)

    @property
    def table_rows(self) -> int:
        """One for each input, or each sample."""
        return self.params.samples if self.listed else self.width

    @property
    def draws(self) -> bool:
        """Where samples are, or where the memory's keys are."""
        return super().draws or self.params.draw == "step"

    # ---- where things lie

    def lists(self, o: Operations, place: int) -> SampledWeights:
        """Of a matrix, by its place among all members'."""
        p, n = self.params, self.width
        return SampledWeights(o, p.samples, p.scheme, p.draw, self.table(o), place * self.table_rows, n, place + 1)

    def filters(self, o: Operations, member: int, number: int, bank: int) -> tuple[SampledWeights, Slot, int]:
        """Of a bank of hidden layer `number`: its lists; and where their scales lie, slot and row."""
        p, count, length = self.params, self.banks[bank].weights, self.params.channels
        row = member * p.layers + number - 1
        table = o.phenotype(f"filters_{bank + 1}", p.ensemble, p.layers, count, length, half=self.halves)
        stream = FILTERS + row * len(self.banks) + bank
        lists = SampledWeights(o, p.samples, p.scheme, p.draw, table, row * count, count, stream)
        return lists, o.phenotype(f"filter_scales_{bank + 1}", p.ensemble, p.layers, length), row

    # ---- at birth

    def fill(self, o: Operations, weights: PackedWeights) -> None:
        """Counts, or of few samples the inputs, or where these change the signed running sums; and S/N."""
        last = self.params.layers + 1
        for number in range(1, last) if self.banks else ():
            self._fill_filters(o, weights, number)
        for number, load in enumerate(self.loads(weights), 1):
            place = self.place(number, weights.member)
            lists = self.lists(o, place)
            s = self._inputs(lists, load) if self.listed else lists.keep(load)
            rectified = self.params.unit == "relu" and number < last and not self.banks
            o.store(self.scales(o), s * (self.gain(self.width, rectified) / self.params.samples), place)

    def _fill_filters(self, o: Operations, weights: PackedWeights, number: int) -> None:
        p = self.params
        for bank, strip in enumerate(self.banks):
            rows = weights.take(p.channels, strip.weights)
            lists, scales, at = self.filters(o, weights.member, number, bank)
            rectified = p.unit == "relu" and bank == len(self.banks) - 1
            s = lists.keep(lambda k, r=rows: o.load(r, k))  # type: ignore[misc]
            o.store(scales, s * (self.gain(strip.weights, rectified) / p.samples), at)
        weights.take(p.channels)  # biases
        if number in self.injections:
            weights.take(self.width)

    def _inputs(self, lists: SampledWeights, load: Load) -> Value:
        """Of each sample, 1 + the number of the input that it hits, with the sign of the weight; 0 where all are 0."""
        o, u = lists.o, None if lists.scheme == "multinomial" else lists.offsets()
        s = sampling.total(o, load, lists.count)

        def sample(i: Index, c: list[Value]) -> list[Value]:
            x = c[0] + u(c[0]) if u else lists.uniform(i)

            def look(k: Index, c: list[Value]) -> list[Value]:
                row = load(k)
                a = c[0] + abs(row)
                passed = o.select(x, sampling.share(o, a, s) * lists.most, 0.0, 1.0)
                return [a, passed, c[2] + sampling.signed(o, row, passed - c[1]) * c[3], c[3] + 1.0]

            zero = o.const(0.0)
            o.store(lists.table, o.loop(lists.count, look, [zero, zero, zero, o.const(1.0)])[2], i + lists.first)
            return [c[0] + 1.0]

        o.loop(lists.samples, sample, [o.const(0.0)])
        return s

    # ---- in a step

    def begin(self, o: Operations, x: Value, weights: Weights, member: int) -> Value:
        """The input as it is; a strip begins at the retina."""
        return turned(o, x, self.params.retina) if self.banks else x

    def layer(self, o: Operations, h: Value, weights: Weights, number: int, member: int) -> Value:
        """A matrix, or banks of filters; a bias, and the unit."""
        if not self.banks:
            return super().layer(o, h, weights, number, member)
        assert isinstance(weights, PackedWeights)
        for bank, strip in enumerate(self.banks):
            weights.take(self.params.channels, strip.weights)
            h = self._filtered(o, h, strip, self.filters(o, member, number, bank))
        total = h + self.banks[-1].spread(o, o.load(weights.take(self.params.channels)))
        return relu(total) if self.params.unit == "relu" else tanh(total)

    def _filtered(self, o: Operations, h: Value, strip: Convolution, kept: tuple[SampledWeights, Slot, int]) -> Value:
        lists, scales, at = kept
        total = lists.heard(lambda term, c: strip.over(o, h, term, c), lambda row: strip.spread(o, row))
        return total * strip.spread(o, o.load(scales, at))

    def product(self, o: Operations, h: Value, number: int, member: int) -> Value:
        """The sum over what the samples of a matrix hit."""
        lists = self.lists(o, self.place(number, member))
        if self.listed:
            return self._listed(o, h, lists)
        return lists.heard(
            lambda term, c: o.loop(self.width, lambda k, c: term(k, o.lane(h, k), c), c), lambda row: row
        )

    def _listed(self, o: Operations, h: Value, lists: SampledWeights) -> Value:
        """Sum of the inputs listed, with their signs."""

        def add(i: Index, c: list[Value]) -> list[Value]:
            number = o.load(lists.table, i + lists.first)
            return [c[0] + sampling.signed(o, number, o.gather(h, abs(number) - 1.0))]

        return o.loop(lists.samples, add, [o.const(0.0)])[0]

    # ---- lengths

    def gain(self, count: int, rectified: bool) -> float:
        """1 / sqrt(E y^2): what keeps the length of h through lists of so many weights; before ReLU twice E y^2."""
        return math.sqrt((2 if rectified else 1) / self.energy(count))

    def energy(self, count: int) -> float:
        """E y^2 of m inputs of mean square 1: m (E w^2 + E (S/N)^2 Var c), with S = m/2 and w uniform in [-1, 1]."""
        expected = 2 * self.params.samples / count  # N |w| / S where |w| = 1
        variance = math.fsum(self._variance(expected * (i + 0.5) / GRID) for i in range(GRID)) / GRID
        return count * (1 / 3 + variance / expected**2)

    def _variance(self, t: float) -> float:
        """Var c of a weight that expects t hits, over where it begins among the strata."""
        if self.params.scheme == "systematic":
            return (t - math.floor(t)) * (1 - t + math.floor(t))
        if self.params.scheme == "stratified":
            return t - t * t + t**3 / 3 if t < 1 else 1 / 3
        return max(t * (1 - t / self.params.samples), 0.0)
