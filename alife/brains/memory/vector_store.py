"""The form `vector` of a memory: value j is recalled by lane j of K rounds of bits, y_j = sum_i w_ij b_ij.

A write is w_ij += (v_j - y_j) b_ij / K. V K weights and K pairs, as in the form `shared`; but each value has bits of
its own, at the price of K transforms a key. Rounds are a running projection v <- H D v, whose signs are the bits.

References: O'Connor, am.js and AM.java of Associative-Memory (github.com/S6Regen).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import final

import numpy as np

from alife.brains.memory.hashing import product
from alife.brains.memory.store import MemoryStore, first_row_of_block, soft_threshold
from alife.ops.derived import sign
from alife.ops.slots import Index
from alife.ops.vocabulary import Row, Value

CYCLE = 4  # rounds with flips of their own, a divisor of every width; later rounds use them again
Number = int | Index
Body = Callable[[Number, Value, list[Value]], Sequence[Value]]  # carries = body(round, bits, carries)
HashRounds = Callable[[Body, Sequence[Value]], list[Value]]  # runs a body over the K rounds of a key


def hash_rounds(z: Value, count: int, order: int, seed: int) -> HashRounds:
    """A key of `count` rounds of n bits: signs of z after 1, 2, ... projections.

    Args:
        z: the input of the hash.
        count: K.
        order: r, independent sets of bits that are multiplied.
        seed: the first of CYCLE * order flips.
    """
    o, scale = z.o, 1 / math.sqrt(z.o.width)

    def run(body: Body, carries: Sequence[Value]) -> list[Value]:
        def cycle(j: Index, values: list[Value]) -> list[Value]:
            chains, kept = values[:order], values[order:]
            for i in range(CYCLE):
                chains = [o.wht(o.flip(v, seed + r * CYCLE + i)) * scale for r, v in enumerate(chains)]
                kept = list(body(j * CYCLE + i, product([sign(v) for v in chains]), kept))
            return [*chains, *kept]

        return o.loop(count // CYCLE, cycle, [*[z] * order, *carries])[order:]

    return run


def walk_rounds(row: Sequence[Value], seed: int) -> HashRounds:
    """A key of one round for each bit of a row of a Hadamard matrix: the bit, with fixed signs on its lanes.

    Args:
        row: K/n values of n columns.
        seed: of the flip that gives the signs.
    """
    o = row[0].o

    def run(body: Body, carries: Sequence[Value]) -> list[Value]:
        for r, part in enumerate(row):

            def one_round(j: Index, values: list[Value], r: int = r, part: Value = part) -> Sequence[Value]:
                return body(j + r * o.width, o.flip(o.lane(part, j), seed), values)

            carries = o.loop(o.width, one_round, carries)
        return list(carries)

    return run


@final
class VectorStore(MemoryStore):
    """The form `vector`: K rows of V weights. Its keys are lists of one `HashRounds`."""

    def recall(self, keys: Sequence[HashRounds]) -> list[Value]:
        total = self._total(keys[0])
        return [self.o.lane(total, v) for v in range(self.p.num_values)]

    def write(self, keys: Sequence[HashRounds], values: Sequence[Value], gate: Value) -> None:
        target = values[0]
        for v, value in enumerate(values[1:], 1):
            target = self.o.blend(np.arange(self.o.width) == v, value, target)
        target = soft_threshold(target, self.p.threshold) if self.p.threshold else target
        error = target - self._total(keys[0]) if self.p.rule == "delta" else target
        step = error * (1 / self.p.bits)

        def update(row: Row, b: Value, carry: Value) -> Value:
            old = self.o.load(self.slot, row)
            new = old + step * b
            new = self.o.select(0.0, abs(target), old, new) if self.p.threshold else new
            self.o.store(self.slot, new, row, when=gate)
            return carry

        self._over(keys[0], update, gate)

    def _total(self, key: HashRounds) -> Value:
        return self._over(key, lambda row, b, total: total + self.o.load(self.slot, row) * b, self.o.const(0.0))

    def _over(self, key: HashRounds, body: Callable[[Row, Value, Value], Value], carry: Value) -> Value:
        """carry = body(row, bits, carry) for each round, with the row of its weights."""
        if not self.p.blocks:
            return key(lambda number, b, c: [body(number, b, c[0])], [carry])[0]

        def in_block(number: Number, b: Value, c: list[Value]) -> list[Value]:
            row = first_row_of_block(b, self.p.blocks, self.p.bits) + c[1]
            return [body(row, b, c[0]), c[1] + 1.0]

        return key(in_block, [carry, self.o.const(0.0)])[0]
