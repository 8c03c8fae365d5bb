"""Dense layers whose weights are sampled: N samples per neuron of its weights' distribution, kept as whole numbers.

A layer is h <- f(g S/N Q h + b): Q holds signed counts, N in all for each output, drawn by `scheme` from the evolved
weights, and S the sums of |w| (`sampling`). `draw` is the time of the draws: `fixed`, by hashing, alike for all agents;
`life`, at birth, each agent its own; `step`, anew in each step: with `samples: 1` each neuron then has one input at a
time. g keeps the length of h for weights uniform in [-1, 1], with the variance of sampling; with many samples it is
that of `dense`.

`form: conv`: hidden layers are C filters of k taps by C channels, alike at all positions (`convolution`), N samples per
filter; `separable`: k taps of each channel alone, then C filters of one tap, N samples each and no unit in between
(Howard et al., "MobileNets", arXiv 1704.04861). The last matrix is dense and tells positions apart.

Cost per layer: n^2 + n weights; 2 n^2 operations on counts stored as float16, at most N n of them not 0. N <= n/16
samples are stored as numbers of inputs, N n of them, that are gathered: 5 N n operations. Drawn in each step: 9 n^2,
stratified 14 n^2, multinomial 7 N n^2. Filters are k C^2 + C weights and 2 k C n operations, separable k C + C^2 + C
and 2 (k + C) n. Its strength: weights of a few whole numbers, evolved as real ones; noise in the weights that selects
for nets which tolerate it. Its limit: as many genes as `dense`, and with more than n/16 samples no time saved on zeros,
because gathering is slow; a convolution has few channels if n / C positions are to be a whole retina.

References: Mordido et al. (`sampling`). Path-represented networks are patented subject matter (US 11,507,846).
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from typing import Literal, final

import pydantic

from alife.brains.layers import sampling
from alife.brains.layers.convolution import Convolution, ConvolutionParams, Term, check_convolution, rotated
from alife.brains.layers.packed_weights import PackedWeights
from alife.brains.layers.sampled_weights import Draw, SampledWeights
from alife.brains.layers.sampling import LoadRow, Scheme
from alife.brains.layers.weight_tables import WeightTableParams, WeightTables
from alife.brains.shared.weights import Weights
from alife.ops.derived import relu, tanh
from alife.ops.slots import Index, Slot
from alife.ops.vocabulary import Operations, Value

MAX_SAMPLES = 2048  # float16 holds all whole numbers up to this
SPARSE = 16  # lanes per sample from which gathering is faster than reading all rows, as measured at widths 32 and 64
GRID = 1000  # points of the mean over weights
FILTERS = 1 << 16  # the first stream of draws of filters; those of matrices are below


class Params(ConvolutionParams, WeightTableParams):
    """Size and parts of the network."""

    samples: int = pydantic.Field(16, ge=1, le=MAX_SAMPLES, description="N, samples of a neuron or a filter")
    scheme: Scheme = pydantic.Field(
        "systematic",
        description="positions of samples. systematic: one offset; stratified: jittered; multinomial: independent",
    )
    draw: Draw = pydantic.Field(
        "fixed",
        description="time of the draws. fixed: by hashing, alike for all agents; life: at each birth; step: in each "
        "step",
    )
    form: Literal["dense", "conv", "separable"] = pydantic.Field(
        "dense",
        description="hidden layers. dense: all weights; conv: filters; separable: taps of each channel, then filters "
        "of one tap",
    )


@final
class Sampled(WeightTables):
    """A network of sampled weights."""

    params: Params

    def check_params(self) -> None:
        """Checks that filters fit the width. Raises UserError."""
        if self.params.form != "dense":
            check_convolution(self.params, self.width)

    @property
    def half_tables(self) -> bool:
        """True for counts, which are small; running sums, stored where counts change in each step, are not."""
        return self.params.draw != "step"

    @property
    def listed(self) -> bool:
        """True if the samples of a matrix are so few that each is stored as the number of its input."""
        return self.params.draw != "step" and SPARSE * self.params.samples <= self.width

    @property
    def banks(self) -> list[Convolution]:
        """The banks of filters of a hidden layer, in turn; none if it is dense."""
        p = self.params
        each = Convolution(self.width, p.channels, p.kernel, 1)
        if p.form == "conv":
            return [replace(each, filter_channels=p.channels)]
        return [each, Convolution(self.width, p.channels, 1, p.channels)] if p.form == "separable" else []

    @property
    def matrices(self) -> int:
        """The number of matrices of a member: with filters the last one alone."""
        return 1 if self.banks else super().matrices

    @property
    def member_weights(self) -> int:
        """W, the number of a member's weights: of filters and their biases, injections and the last matrix."""
        p, n = self.params, self.width
        if not self.banks:
            return super().member_weights
        layer = p.channels * (sum(bank.filter_weights for bank in self.banks) + 1)
        return p.layers * layer + n * (len(self.injections) + n)

    @property
    def table_rows(self) -> int:
        """Rows of a table: one for each input, or for each sample."""
        return self.params.samples if self.listed else self.width

    @property
    def draws(self) -> bool:
        """True if samples, or the memory's keys, are drawn in each step."""
        return super().draws or self.params.draw == "step"

    # ---- slots

    def sampled_matrix(self, o: Operations, place: int) -> SampledWeights:
        """The sampled weights of a matrix, by its place among those of all members."""
        p, n = self.params, self.width
        return SampledWeights(o, p.samples, p.scheme, p.draw, self.table(o), place * self.table_rows, n, place + 1)

    def filters(self, o: Operations, member: int, number: int, bank: int) -> tuple[SampledWeights, Slot, int]:
        """The sampled weights of a bank of hidden layer `number`, and the slot and row of their scales."""
        p, count, length = self.params, self.banks[bank].filter_weights, self.params.channels
        row = member * p.layers + number - 1
        table = o.phenotype(f"filters_{bank + 1}", p.ensemble, p.layers, count, length, half=self.half_tables)
        stream = FILTERS + row * len(self.banks) + bank
        sampled = SampledWeights(o, p.samples, p.scheme, p.draw, table, row * count, count, stream)
        return sampled, o.phenotype(f"filter_scales_{bank + 1}", p.ensemble, p.layers, length), row

    # ---- at birth

    def fill(self, o: Operations, weights: PackedWeights) -> None:
        """Stores counts, or the inputs of few samples, or signed running sums if counts change; and scales."""
        last = self.params.layers + 1
        for number in range(1, last) if self.banks else ():
            self._fill_filters(o, weights, number)
        for number, load in enumerate(self.load_matrices(weights), 1):
            place = self.place(number, weights.member)
            sampled = self.sampled_matrix(o, place)
            s = self._store_inputs(sampled, load) if self.listed else sampled.fill(load)
            rectified = self.params.unit == "relu" and number < last and not self.banks
            o.store(self.scales(o), s * (self.gain(self.width, rectified) / self.params.samples), place)

    def _fill_filters(self, o: Operations, weights: PackedWeights, number: int) -> None:
        p = self.params
        for bank, convolution in enumerate(self.banks):
            rows = weights.take(p.channels, convolution.filter_weights)
            sampled, scales, at = self.filters(o, weights.member, number, bank)
            rectified = p.unit == "relu" and bank == len(self.banks) - 1
            s = sampled.fill(partial(o.load, rows))
            o.store(scales, s * (self.gain(convolution.filter_weights, rectified) / p.samples), at)
        weights.take(p.channels)  # biases
        if number in self.injections:
            weights.take(self.width)

    def _store_inputs(self, sampled: SampledWeights, load: LoadRow) -> Value:
        """Stores for each sample 1 + the number of its input, with the sign of the weight; 0 if all weights are 0.

        Returns S, the sum of |w| of each list.
        """
        o, u = sampled.o, None if sampled.scheme == "multinomial" else sampled.offsets()
        s = sampling.absolute_sum(o, load, sampled.count)

        def sample(i: Index, c: list[Value]) -> list[Value]:
            x = c[0] + u(c[0]) if u else sampled.uniform(i)

            def compare(k: Index, c: list[Value]) -> list[Value]:
                row = load(k)
                a = c[0] + abs(row)
                passed = o.select(x, sampling.share(o, a, s) * sampled.last_sum, 0.0, 1.0)
                return [a, passed, c[2] + sampling.with_sign(o, row, passed - c[1]) * c[3], c[3] + 1.0]

            zero = o.const(0.0)
            found = o.loop(sampled.count, compare, [zero, zero, zero, o.const(1.0)])[2]
            o.store(sampled.table, found, i + sampled.first)
            return [c[0] + 1.0]

        o.loop(sampled.samples, sample, [o.const(0.0)])
        return s

    # ---- in a step

    def input_layer(self, o: Operations, x: Value, weights: Weights, member: int) -> Value:
        """The input as it is; for filters it begins at the retina."""
        return rotated(o, x, self.params.retina) if self.banks else x

    def layer(self, o: Operations, h: Value, weights: Weights, number: int, member: int) -> Value:
        """The activation of a matrix, or banks of filters, applied to h, and a bias."""
        if not self.banks:
            return super().layer(o, h, weights, number, member)
        assert isinstance(weights, PackedWeights)
        for bank, convolution in enumerate(self.banks):
            weights.take(self.params.channels, convolution.filter_weights)
            sampled, scales, at = self.filters(o, member, number, bank)
            total = sampled.product(partial(convolution.fold, o, h), partial(convolution.broadcast, o))
            h = total * convolution.broadcast(o, o.load(scales, at))
        total = h + self.banks[-1].broadcast(o, o.load(weights.take(self.params.channels)))
        return relu(total) if self.params.unit == "relu" else tanh(total)

    def product(self, o: Operations, h: Value, number: int, member: int) -> Value:
        """The sum of counts times inputs of a matrix."""
        sampled = self.sampled_matrix(o, self.place(number, member))
        if self.listed:
            return self._sum_listed(o, h, sampled)

        def fold(term: Term, carries: list[Value]) -> list[Value]:
            return o.loop(self.width, lambda k, c: term(k, o.lane(h, k), c), carries)

        return sampled.product(fold, lambda row: row)

    def _sum_listed(self, o: Operations, h: Value, sampled: SampledWeights) -> Value:
        """The sum of the listed inputs, with their signs."""

        def add(i: Index, c: list[Value]) -> list[Value]:
            number = o.load(sampled.table, i + sampled.first)
            return [c[0] + sampling.with_sign(o, number, o.gather(h, abs(number) - 1.0))]

        return o.loop(sampled.samples, add, [o.const(0.0)])[0]

    # ---- lengths

    def gain(self, count: int, rectified: bool) -> float:
        """1 / sqrt(E y^2), the factor that keeps the length of h through lists of `count` weights; sqrt(2) times that
        before a ReLU."""
        return math.sqrt((2 if rectified else 1) / self.energy(count))

    def energy(self, count: int) -> float:
        """E y^2 of m = `count` inputs of mean square 1: m (E w^2 + E (S/N)^2 Var c), S = m/2, w uniform in [-1, 1]."""
        expected = 2 * self.params.samples / count  # N |w| / S where |w| = 1
        variance = math.fsum(self._variance(expected * (i + 0.5) / GRID) for i in range(GRID)) / GRID
        return count * (1 / 3 + variance / expected**2)

    def _variance(self, t: float) -> float:
        """Var c of a weight with an expected number of hits t, over its place among the strata."""
        if self.params.scheme == "systematic":
            return (t - math.floor(t)) * (1 - t + math.floor(t))
        if self.params.scheme == "stratified":
            return t - t * t + t**3 / 3 if t < 1 else 1 / 3
        return max(t * (1 - t / self.params.samples), 0.0)
