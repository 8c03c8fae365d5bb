"""What a memory's weights are: the forms in which they are kept, recalled and written.

shared: Y = W b, W += (v - W b) b^T / K, one key for all V values, V K weights; exact for K independent pairs in all.
scalar: the same with a key of its own for each value (for `vector` see `rounds`). Of 2^B blocks a key's first B bits
choose one, so that up to 2^B as many pairs are kept by as many weights.

References: O'Connor, AM.java, AMGT.java (the threshold) of Associative-Memory, and Block-Associative-Memory
(github.com/S6Regen); Kaczmarz's step, as the write of an exact equation.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from alife.brains.memory.hashing import Key, Keys, MemoryParams
from alife.ops.derived import clip, minimum
from alife.ops.slots import Slot
from alife.ops.vocabulary import Operations, Value


class MemoryStore:
    """A memory as one step sees it: loaded once, or, of several blocks, where a key points.

    Args:
        o: the operations.
        p: what memory.
    """

    def __init__(self, o: Operations, p: MemoryParams) -> None:
        self.o, self.p = o, p
        self.slot = place(o, p)
        self.rows = self.slot.rows >> p.blocks
        self.kept = [] if p.blocks else [o.load(self.slot, row) for row in range(self.rows)]

    def recall(self, keys: Keys) -> list[Value]:
        """The V values at these keys, each on every lane, not clipped."""
        return [self._dot(v, key) for v, key in enumerate(keys)]

    def write(self, keys: Keys, values: Sequence[Value], gate: Value) -> None:
        """Make the values what is recalled at these keys, where lane 0 of the gate is above 0; else nothing moves."""
        for v, (key, value) in enumerate(zip(keys, values, strict=True)):
            self._write_row(v, key, value, gate)

    # ---- one value, K/n rows

    def _dot(self, v: int, key: Key) -> Value:
        block = self._block(key[0])
        products = [self._load(v * len(key) + j, block) * b for j, b in enumerate(key)]
        return self.o.total(_sum(products))

    def _write_row(self, v: int, key: Key, value: Value, gate: Value) -> None:
        block, when = self._block(key[0]), gate
        if self.p.threshold:
            value = shrunk(value, self.p.threshold)
            when = minimum(abs(value), gate)  # a gate of NaN stays closed
        if self.p.rule == "delta":
            value = value - self._dot(v, key)
        step = value * (1 / self.p.bits)
        for j, b in enumerate(key):
            self._store(v * len(key) + j, block, self._load(v * len(key) + j, block) + step * b, when)

    # ---- rows

    def _block(self, bits: Value) -> Value | None:
        return first_row(bits, self.p.blocks, self.rows) if self.p.blocks else None

    def _load(self, row: int, block: Value | None) -> Value:
        return self.kept[row] if block is None else self.o.load(self.slot, block + row)

    def _store(self, row: int, block: Value | None, value: Value, when: Value) -> None:
        self.o.store(self.slot, value, row if block is None else block + row, when=when)


def place(o: Operations, p: MemoryParams) -> Slot:
    """Where a memory lies: (V, K/n, n), of the form `vector` (K, V); with blocks, so many of these."""
    shape = (p.bits, p.values) if p.form == "vector" else (p.values, p.bits // o.width, o.width)
    return o.state("memory", *([2**p.blocks] if p.blocks else []), *shape, half=p.storage == "float16")


def first_row(bits: Value, blocks: int, rows: int) -> Value:
    """Where the block that the first bits choose begins; each has so many rows."""
    o, lanes = bits.o, np.arange(bits.o.width)
    powers = np.where(lanes < blocks, rows * 2.0 ** np.minimum(lanes, blocks), 0.0)
    return o.total(o.select(bits, 0.0, o.const(powers), 0.0))


def shrunk(value: Value, threshold: float) -> Value:
    """Nearer to 0 by the threshold; within it, 0."""
    return value - clip(value, -threshold, threshold)


def _sum(values: Sequence[Value]) -> Value:
    total = values[0]
    for value in values[1:]:
        total = total + value
    return total
