"""Dense layers whose weights are sampled: N samples a neuron of its weights' distribution, kept as whole numbers.

A layer is h <- f(g S/N Q h + b): Q holds signed counts, N in all for each output, drawn by `scheme` from the evolved
weights, and S the sums of |w| (`sampling`). `draw` says when: `fixed`, by hashing, alike for all agents; `life`, at
birth, each agent its own; `step`, anew in each step: with `samples: 1` each neuron hears one input at a time. g keeps
the length of h for weights uniform in [-1, 1], what sampling adds counted in; with many samples it is that of `dense`.

Cost a layer: n^2 + n weights; 2 n^2 operations on counts kept as float16, at most N n of them not 0. N <= n/16 samples
are kept as numbers of inputs, N n of them, that are gathered: 5 N n operations. Drawn in each step: 9 n^2, stratified
14 n^2, multinomial 7 N n^2. What it can do that others cannot: weights of a few whole numbers, evolved as real ones;
noise in the weights that selects for nets which bear it. Its limit: as many genes as `dense`, and with more than n/16
samples no time saved on zeros, because gathering is slow.

References: Mordido et al. (`sampling`). Path-represented networks are patented subject matter (US 11,507,846).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

import pydantic

from alife.brains import sampling
from alife.brains.sampling import Below, Load, Scheme
from alife.brains.tables import TableParams, Tables
from alife.operations.values import Index, Value
from alife.operations.words import Operations

MOST = 2048  # whole numbers that float16 holds
SPARSE = 16  # lanes a sample from which on gathering beats reading all rows, as measured at widths 32 and 64
GRID = 1000  # places at which the mean over weights is taken


class Params(TableParams):
    """Size and parts of the network."""

    samples: int = pydantic.Field(16, ge=1, le=MOST, description="N, samples a neuron")
    scheme: Scheme = pydantic.Field("systematic", description="how the samples lie: one offset, jittered, or anywhere")
    draw: Literal["fixed", "life", "step"] = pydantic.Field(
        "fixed", description="when: the same for all agents, at each birth, or in each step"
    )


class Sampled(Tables):
    """The network for a number of observations and actions; `step` is what one agent computes."""

    params: Params

    @property
    def halves(self) -> bool:  # type: ignore[override]
        """Counts are small; running sums, kept where counts change, are not."""
        return self.params.draw != "step"

    @property
    def listed(self) -> bool:
        """Whether samples are so few that each is kept as its input's number."""
        return self.params.draw != "step" and SPARSE * self.params.samples <= self.width

    @property
    def most(self) -> int:
        """What running sums end at: N, or 1 where samples lie anywhere in 0..1."""
        return 1 if self.params.scheme == "multinomial" else self.params.samples

    @property
    def table_rows(self) -> int:
        """One for each input, or each sample."""
        return self.params.samples if self.listed else self.width

    @property
    def draws(self) -> bool:
        """Where samples are, or where the memory's keys are."""
        return super().draws or self.params.draw == "step"

    def fill(self, o: Operations, member: int, matrices: list[Load]) -> None:
        """Counts, or of few samples the inputs, or where these change the signed running sums; and S/N."""
        p = self.params
        counting = self._hits if p.scheme == "multinomial" else self._counts
        keep = self._sums if p.draw == "step" else self._inputs if self.listed else counting
        for number, load in enumerate(matrices, 1):
            place, s = self.place(number, member), sampling.total(o, load, self.width)
            o.store(self.scales(o), s * (self.gain(number) / p.samples), place)
            keep(o, load, s, place)

    def product(self, o: Operations, h: Value, number: int, member: int) -> Value:
        """The sum over what the samples hit."""
        place = self.place(number, member)
        if self.listed:
            return self._listed(o, h, place)
        if self.params.draw != "step":
            return super().product(o, h, number, member)
        return (self._anywhere if self.params.scheme == "multinomial" else self._drawn)(o, h, place)

    def gain(self, number: int) -> float:
        """What keeps the length of h through a matrix, 1 / sqrt(E y^2), and behind ReLU: twice the square."""
        rectified = self.params.unit == "relu" and number <= self.params.layers
        return math.sqrt((2 if rectified else 1) / self.energy())

    def energy(self) -> float:
        """E y^2 of inputs of mean square 1: n (E w^2 + E (S/N)^2 Var c), with S = n/2 and w uniform in [-1, 1]."""
        expected = 2 * self.params.samples / self.width  # N |w| / S where |w| = 1
        variance = math.fsum(self._variance(expected * (i + 0.5) / GRID) for i in range(GRID)) / GRID
        return self.width * (1 / 3 + variance / expected**2)

    def _variance(self, t: float) -> float:
        """Var c of a weight that expects t hits, over where it begins among the strata."""
        if self.params.scheme == "systematic":
            return (t - math.floor(t)) * (1 - t + math.floor(t))
        if self.params.scheme == "stratified":
            return t - t * t + t**3 / 3 if t < 1 else 1 / 3
        return t * (1 - t / self.params.samples)

    # ---- at birth

    def _counts(self, o: Operations, load: Load, s: Value, place: int) -> None:
        """By the closed form."""
        table, first, below = self.table(o), place * self.width, self._jitter(o, place)
        sampling.counted(o, load, self.width, s, self.params.samples, below, lambda k, c: o.store(table, c, k + first))

    def _hits(self, o: Operations, load: Load, s: Value, place: int) -> None:
        """One sample after another."""
        table, first = self.table(o), place * self.width
        o.loop(self.width, lambda k, c: o.store(table, o.const(0.0), k + first) or c, [])

        def sample(i: Index, c: list[Value]) -> list[Value]:
            x = self._uniform(o, place, i)

            def look(k: Index, c: list[Value]) -> list[Value]:
                row = load(k)
                a = c[0] + abs(row)
                passed = o.select(x, sampling.share(o, a, s), 0.0, 1.0)
                o.store(table, o.load(table, k + first) + sampling.signed(o, row, passed - c[1]), k + first)
                return [a, passed]

            o.loop(self.width, look, [o.const(0.0), o.const(0.0)])
            return c

        o.loop(self.params.samples, sample, [])

    def _inputs(self, o: Operations, load: Load, s: Value, place: int) -> None:
        """Of each sample, 1 + the number of the input that it hits, with the sign of the weight; 0 where all are 0."""
        p, table = self.params, self.table(o)
        u = None if p.scheme == "multinomial" else self._offsets(o, place)

        def sample(i: Index, c: list[Value]) -> list[Value]:
            x = c[0] + u(c[0]) if u else self._uniform(o, place, i)

            def look(k: Index, c: list[Value]) -> list[Value]:
                row = load(k)
                a = c[0] + abs(row)
                passed = o.select(x, sampling.share(o, a, s) * self.most, 0.0, 1.0)
                return [a, passed, c[2] + sampling.signed(o, row, passed - c[1]) * c[3], c[3] + 1.0]

            zero = o.const(0.0)
            o.store(table, o.loop(self.width, look, [zero, zero, zero, o.const(1.0)])[2], i + place * p.samples)
            return [c[0] + 1.0]

        o.loop(p.samples, sample, [o.const(0.0)])

    def _sums(self, o: Operations, load: Load, s: Value, place: int) -> None:
        """T_k with the sign of weight k; where samples lie anywhere, in parts of 1."""
        table = self.table(o)

        def add(k: Index, c: list[Value]) -> list[Value]:
            row = load(k)
            a = c[0] + abs(row)
            o.store(table, sampling.signed(o, row, sampling.share(o, a, s) * self.most), k + place * self.width)
            return [a]

        o.loop(self.width, add, [o.const(0.0)])

    # ---- in a step

    def _listed(self, o: Operations, h: Value, place: int) -> Value:
        """Sum of the inputs listed, with their signs."""
        table, first = self.table(o), place * self.params.samples

        def add(i: Index, c: list[Value]) -> list[Value]:
            number = o.load(table, i + first)
            return [c[0] + sampling.signed(o, number, o.gather(h, abs(number) - 1.0))]

        return o.loop(self.params.samples, add, [o.const(0.0)])[0]

    def _drawn(self, o: Operations, h: Value, place: int) -> Value:
        """Sum of counts by the closed form."""
        below = self._jitter(o, place)
        return self._gathered(o, h, place, below, o.const(0.0))

    def _anywhere(self, o: Operations, h: Value, place: int) -> Value:
        """Sum of samples, one after another."""

        def sample(i: Index, c: list[Value]) -> list[Value]:
            x = self._uniform(o, place, i)
            return [self._gathered(o, h, place, lambda t: o.select(x, t, 0.0, 1.0), c[0])]

        (total,) = o.loop(self.params.samples, sample, [o.const(0.0)])
        return total

    def _gathered(self, o: Operations, h: Value, place: int, below: Below, total: Value) -> Value:
        """`total` and what the samples hit; below: T_k -> C_k."""
        table = self.table(o)

        def add(k: Index, c: list[Value]) -> list[Value]:
            row = o.load(table, k + place * self.width)
            hits = below(abs(row))
            return [c[0] + sampling.signed(o, row, hits - c[1]) * o.lane(h, k), hits]

        return o.loop(self.width, add, [total, o.const(0.0)])[0]

    def _jitter(self, o: Operations, place: int) -> Below:
        p = self.params
        return sampling.jitter(o, lambda i: self._uniform(o, place, i), p.scheme, p.samples)

    def _offsets(self, o: Operations, place: int) -> Callable[[Value], Value]:
        p = self.params
        return sampling.offsets(o, lambda i: self._uniform(o, place, i), p.scheme, p.samples)

    def _uniform(self, o: Operations, place: int, number: int | Index) -> Value:
        """Draw `number` of each neuron of a matrix."""
        return o.draw(place + 1, number, self.params.draw == "fixed")
