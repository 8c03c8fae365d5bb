"""Lists of weights, one on each lane, that are sampled: at birth, or anew in each step.

What is kept at birth in a table, row k for weight k of every list: the signed counts; or, where counts change from
step to step, the running sums T_k with the signs of the weights. In a step counts times what is heard are added up, and
which lane hears what is for the network to say: `over` goes through the rows, `spread` lays a row out on all lanes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from alife.brains.layers import sampling
from alife.brains.layers.sampling import Below, Load, Scheme
from alife.ops.slots import Index, Slot
from alife.ops.vocabulary import Operations, Value

Draw = Literal["fixed", "life", "step"]
Term = Callable[[int | Index, Value, list[Value]], list[Value]]  # row k, what it hears, carries -> carries
Over = Callable[[Term, list[Value]], list[Value]]  # every row in turn
Spread = Callable[[Value], Value]


@dataclass(frozen=True)
class SampledWeights:
    """Of one matrix or bank of filters.

    o: the words. samples, scheme, draw: N, how and when they are drawn. table, first, count: rows first to first +
    count - 1 of the table are theirs, m weights a list. stream: their draws'.
    """

    o: Operations
    samples: int
    scheme: Scheme
    draw: Draw
    table: Slot
    first: int
    count: int
    stream: int

    @property
    def most(self) -> int:
        """What running sums end at: N, or 1 where samples lie anywhere in 0..1."""
        return 1 if self.scheme == "multinomial" else self.samples

    # ---- at birth

    def keep(self, load: Load) -> Value:
        """Fill the table with what rows of weights come to. Returns S, the sum of |w| of each list."""
        s = sampling.total(self.o, load, self.count)
        kept = self._sums if self.draw == "step" else self._hits if self.scheme == "multinomial" else self._counts
        kept(load, s)
        return s

    def _counts(self, load: Load, s: Value) -> None:
        """By the closed form."""
        o, table, first = self.o, self.table, self.first
        sampling.counted(
            o, load, self.count, s, self.samples, self._jitter(), lambda k, c: o.store(table, c, k + first)
        )

    def _hits(self, load: Load, s: Value) -> None:
        """One sample after another."""
        o, table, first = self.o, self.table, self.first
        o.loop(self.count, lambda k, c: o.store(table, o.const(0.0), k + first) or c, [])

        def sample(i: Index, c: list[Value]) -> list[Value]:
            x = self.uniform(i)

            def look(k: Index, c: list[Value]) -> list[Value]:
                row = load(k)
                a = c[0] + abs(row)
                passed = o.select(x, sampling.share(o, a, s), 0.0, 1.0)
                o.store(table, o.load(table, k + first) + sampling.signed(o, row, passed - c[1]), k + first)
                return [a, passed]

            o.loop(self.count, look, [o.const(0.0), o.const(0.0)])
            return c

        o.loop(self.samples, sample, [])

    def _sums(self, load: Load, s: Value) -> None:
        """T_k with the sign of weight k; where samples lie anywhere, in parts of 1."""
        o = self.o

        def add(k: Index, c: list[Value]) -> list[Value]:
            row = load(k)
            a = c[0] + abs(row)
            o.store(self.table, sampling.signed(o, row, sampling.share(o, a, s) * self.most), k + self.first)
            return [a]

        o.loop(self.count, add, [o.const(0.0)])

    # ---- in a step

    def heard(self, over: Over, spread: Spread) -> Value:
        """Sum of counts times what is heard."""
        o = self.o
        if self.draw != "step":
            row = self._row
            return over(lambda k, x, c: [c[0] + spread(row(k)) * x], [o.const(0.0)])[0]
        if self.scheme != "multinomial":
            return self._drawn(over, spread, self._jitter(), o.const(0.0))

        def sample(i: Index, c: list[Value]) -> list[Value]:
            u = self.uniform(i)
            return [self._drawn(over, spread, lambda t: o.select(u, t, 0.0, 1.0), c[0])]

        return o.loop(self.samples, sample, [o.const(0.0)])[0]

    def _drawn(self, over: Over, spread: Spread, below: Below, total: Value) -> Value:
        """`total` and what the samples hit; below: T_k -> C_k."""
        o = self.o

        def add(k: int | Index, x: Value, c: list[Value]) -> list[Value]:
            row = self._row(k)
            hits = below(abs(row))
            return [c[0] + spread(sampling.signed(o, row, hits - c[1])) * x, hits]

        return over(add, [total, o.const(0.0)])[0]

    def _row(self, k: int | Index) -> Value:
        return self.o.load(self.table, k + self.first)

    # ---- draws

    def _jitter(self) -> Below:
        return sampling.jitter(self.o, self.uniform, self.scheme, self.samples)

    def offsets(self) -> Callable[[Value], Value]:
        """i -> u_i: sample i lies at i + u_i."""
        return sampling.offsets(self.o, self.uniform, self.scheme, self.samples)

    def uniform(self, number: int | Index) -> Value:
        """Draw `number` of each list."""
        return self.o.draw(self.stream, number, self.draw == "fixed")
