"""The form `vector` of a memory: value j is recalled by lane j of K rounds of bits, y_j = sum_i w_ij b_ij.

A write is w_ij += (v_j - y_j) b_ij / K. V K weights and K pairs, as of the form `shared`; but each value has bits of
its own, at the price of K transforms a key. Rounds are a running projection v <- H D v, whose signs are the bits.

References: O'Connor, am.js and AM.java of Associative-Memory (github.com/S6Regen).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from alife.brains.memory.hashing import MemoryParams, product
from alife.brains.memory.store import first_row, place, shrunk
from alife.ops.derived import sign
from alife.ops.slots import Index
from alife.ops.vocabulary import Operations, Row, Value

CYCLE = 4  # rounds with flips of their own, a divisor of every width; then they come again
Number = int | Index
Body = Callable[[Number, Value, list[Value]], Sequence[Value]]  # carries = body(number, bits, carries)
Rounds = Callable[[Body, Sequence[Value]], list[Value]]  # runs a body over the K rounds of a key


def rounds(z: Value, count: int, order: int, seed: int) -> Rounds:
    """`count` rounds of n bits: signs of z after 1, 2, ... projections. Uses the CYCLE*order flips from seed on."""
    o, scale = z.o, 1 / math.sqrt(z.o.width)

    def run(body: Body, carries: Sequence[Value]) -> list[Value]:
        def cycle(j: Any, values: list[Value]) -> list[Value]:
            chains, kept = values[:order], values[order:]
            for i in range(CYCLE):
                chains = [o.wht(o.flip(v, seed + r * CYCLE + i)) * scale for r, v in enumerate(chains)]
                kept = list(body(j * CYCLE + i, product([sign(v) for v in chains]), kept))
            return [*chains, *kept]

        return o.loop(count // CYCLE, cycle, [*[z] * order, *carries])[order:]

    return run


def walking_rounds(row: Sequence[Value], seed: int) -> Rounds:
    """A round for each bit of a row of a Hadamard matrix of K = len(row) * n columns, with fixed signs on its lanes."""
    o = row[0].o

    def run(body: Body, carries: Sequence[Value]) -> list[Value]:
        for r, part in enumerate(row):

            def one(j: Any, values: list[Value], r: int = r, part: Value = part) -> Sequence[Value]:
                return body(j + r * o.width, o.flip(o.lane(part, j), seed), values)

            carries = o.loop(o.width, one, carries)
        return list(carries)

    return run


class VectorStore:
    """Such a memory as one step sees it; arguments as of `forms.Forms`."""

    def __init__(self, o: Operations, p: MemoryParams) -> None:
        self.o, self.p = o, p
        self.slot = place(o, p)

    def recall(self, keys: Sequence[Rounds]) -> list[Value]:
        """The V values at this key, each on every lane, not clipped."""
        total = self._total(keys[0])
        return [self.o.lane(total, v) for v in range(self.p.values)]

    def write(self, keys: Sequence[Rounds], values: Sequence[Value], gate: Value) -> None:
        """Make the values what is recalled at this key, where lane 0 of the gate is above 0; else nothing moves."""
        target = values[0]
        for v, value in enumerate(values[1:], 1):
            target = self.o.blend(np.arange(self.o.width) == v, value, target)
        target = shrunk(target, self.p.threshold) if self.p.threshold else target
        error = target - self._total(keys[0]) if self.p.rule == "delta" else target
        step = error * (1 / self.p.bits)

        def move(row: Row, b: Value, carry: Value) -> Value:
            held = self.o.load(self.slot, row)
            moved = held + step * b
            kept = self.o.select(0.0, abs(target), held, moved) if self.p.threshold else moved
            self.o.store(self.slot, kept, row, when=gate)
            return carry

        self._over(keys[0], move, gate)

    def _total(self, key: Rounds) -> Value:
        return self._over(key, lambda row, b, total: total + self.o.load(self.slot, row) * b, self.o.const(0.0))

    def _over(self, key: Rounds, body: Callable[[Row, Value, Value], Value], carry: Value) -> Value:
        """carry = body(row, bits, carry) for each round, at the row where its weights lie."""
        if not self.p.blocks:
            return key(lambda number, b, c: [body(number, b, c[0])], [carry])[0]

        def in_block(number: Number, b: Value, c: list[Value]) -> list[Value]:
            row = first_row(b, self.p.blocks, self.p.bits) + c[1]
            return [body(row, b, c[0]), c[1] + 1.0]

        return key(in_block, [carry, self.o.const(0.0)])[0]
