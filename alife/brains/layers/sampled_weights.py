"""Lists of weights, one on each lane, that are sampled: at birth, or anew in each step.

At birth a table is filled, row k for weight k of every list: with the signed counts; or, if counts change from step to
step, with the running sums T_k, with the signs of the weights. In a step the counts times the inputs are summed. Which
input a lane takes is the network's matter: it gives a function that folds a term over the rows, and one that broadcasts
a row to all lanes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from alife.brains.layers import sampling
from alife.brains.layers.convolution import Term
from alife.brains.layers.sampling import Counter, LoadRow, Scheme
from alife.ops.slots import Index, Slot
from alife.ops.vocabulary import Operations, Row, Value

Draw = Literal["fixed", "life", "step"]
Fold = Callable[[Term, list[Value]], list[Value]]  # carries = term(k, input, carries) for every row k in turn
Broadcast = Callable[[Value], Value]


@dataclass(frozen=True)
class SampledWeights:
    """The sampled weights of a matrix or a bank of filters.

    Attributes:
        o: the operations.
        samples: N, of each list.
        scheme: of `sampling`.
        draw: time of the draws: fixed by hashing, at birth (life), or in each step.
        table: the slot that is filled at birth.
        first: the first of its rows.
        count: m, weights of a list and rows from `first` on.
        stream: of the draws.
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
    def last_sum(self) -> int:
        """The last running sum: N, or 1 in the multinomial scheme, whose samples lie anywhere in 0..1."""
        return 1 if self.scheme == "multinomial" else self.samples

    # ---- at birth

    def fill(self, load: LoadRow) -> Value:
        """Fills the table from rows of weights. Returns S, the sum of |w| of each list."""
        s = sampling.absolute_sum(self.o, load, self.count)
        if self.draw == "step":
            self._store_sums(load, s)
        elif self.scheme == "multinomial":
            self._store_hits(load, s)
        else:
            sampling.sample_counts(self.o, load, self.count, s, self.samples, self._counter(), self._store)
        return s

    def _store(self, k: Row, value: Value) -> None:
        self.o.store(self.table, value, k + self.first)

    def _clear(self, k: Index, carries: list[Value]) -> list[Value]:
        self._store(k, self.o.const(0.0))
        return carries

    def _store_hits(self, load: LoadRow, s: Value) -> None:
        """Stores the counts, one sample after another."""
        o = self.o
        o.loop(self.count, self._clear, [])

        def sample(i: Index, c: list[Value]) -> list[Value]:
            x = self.uniform(i)

            def compare(k: Index, c: list[Value]) -> list[Value]:
                row = load(k)
                a = c[0] + abs(row)
                passed = o.select(x, sampling.share(o, a, s), 0.0, 1.0)
                self._store(k, self._row(k) + sampling.with_sign(o, row, passed - c[1]))
                return [a, passed]

            o.loop(self.count, compare, [o.const(0.0), o.const(0.0)])
            return c

        o.loop(self.samples, sample, [])

    def _store_sums(self, load: LoadRow, s: Value) -> None:
        """Stores T_k with the sign of weight k; in the multinomial scheme A_k / S."""
        o = self.o

        def add(k: Index, c: list[Value]) -> list[Value]:
            row = load(k)
            a = c[0] + abs(row)
            self._store(k, sampling.with_sign(o, row, sampling.share(o, a, s) * self.last_sum))
            return [a]

        o.loop(self.count, add, [o.const(0.0)])

    # ---- in a step

    def product(self, fold: Fold, broadcast: Broadcast) -> Value:
        """The sum of counts times inputs.

        Args:
            fold: runs a term over the rows and the inputs that each takes.
            broadcast: moves a row of the table to the lanes that use it.
        """
        o = self.o
        if self.draw != "step":
            return fold(lambda k, x, c: [c[0] + broadcast(self._row(k)) * x], [o.const(0.0)])[0]
        if self.scheme != "multinomial":
            return self._add_hits(fold, broadcast, self._counter(), o.const(0.0))

        def sample(i: Index, c: list[Value]) -> list[Value]:
            u = self.uniform(i)
            return [self._add_hits(fold, broadcast, lambda t: o.select(u, t, 0.0, 1.0), c[0])]

        return o.loop(self.samples, sample, [o.const(0.0)])[0]

    def _add_hits(self, fold: Fold, broadcast: Broadcast, counter: Counter, total: Value) -> Value:
        """`total` and the counts, which a counter finds in the running sums, times inputs."""
        o = self.o

        def add(k: int | Index, x: Value, c: list[Value]) -> list[Value]:
            row = self._row(k)
            hits = counter(abs(row))
            return [c[0] + broadcast(sampling.with_sign(o, row, hits - c[1])) * x, hits]

        return fold(add, [total, o.const(0.0)])[0]

    def _row(self, k: int | Index) -> Value:
        return self.o.load(self.table, k + self.first)

    # ---- draws

    def _counter(self) -> Counter:
        return sampling.make_counter(self.o, self.uniform, self.scheme, self.samples)

    def offsets(self) -> Callable[[Value], Value]:
        """A function i -> u_i: sample i lies at i + u_i."""
        return sampling.sample_offsets(self.o, self.uniform, self.scheme, self.samples)

    def uniform(self, number: int | Index) -> Value:
        """Uniform number `number` in [0, 1) of each list."""
        return self.o.draw(self.stream, number, self.draw == "fixed")
