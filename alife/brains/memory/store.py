"""The weights of a memory, and the forms in which a value is recalled and written.

shared: Y = W b, W += (v - W b) b^T / K, one key for all V values, V K weights; exact for K independent pairs in all.
scalar: the same with a key of its own for each value. vector: see `vector_store`. With B blocks the first B bits of a
key choose one of 2^B memories, so that up to 2^B times as many pairs are stored in 2^B times as many weights.

References: O'Connor, AM.java, AMGT.java (the threshold) of Associative-Memory, and Block-Associative-Memory
(github.com/S6Regen); Kaczmarz's step, as the write of an exact equation.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import final

import numpy as np

from alife.brains.memory.hashing import Key, Keys
from alife.brains.memory.params import MemoryParams
from alife.ops.derived import clip, minimum
from alife.ops.slots import Slot
from alife.ops.vocabulary import Operations, Value

MOST_KEPT = 8  # rows that are kept from recall to write


class MemoryStore(ABC):
    """A memory in one step of one agent."""

    def __init__(self, o: Operations, p: MemoryParams, name: str = "") -> None:
        """Names its slot, with this prefix."""
        self.o, self.p = o, p
        self.slot = memory_slot(o, p, name)

    @abstractmethod
    def recall(self, keys: Keys) -> list[Value]:
        """The V values at these keys, each on every lane, not clipped."""

    @abstractmethod
    def write(self, keys: Keys, values: Sequence[Value], gate: Value) -> None:
        """Stores V values at these keys if lane 0 of the gate is above 0; else no bit changes."""


@final
class RowStore(MemoryStore):
    """The forms `shared` and `scalar`: K/n rows of n weights for each value.

    Few rows are loaded once; many, and with blocks those that a key chooses, when they are needed, as no processor has
    registers for all of them.
    """

    def __init__(self, o: Operations, p: MemoryParams, name: str = "") -> None:
        super().__init__(o, p, name)
        self.rows = self.slot.rows >> p.blocks
        keep = not p.blocks and self.rows <= MOST_KEPT
        self.loaded = [o.load(self.slot, row) for row in range(self.rows)] if keep else []

    def recall(self, keys: Keys) -> list[Value]:
        return [self._recall_one(v, key) for v, key in enumerate(keys)]

    def write(self, keys: Keys, values: Sequence[Value], gate: Value) -> None:
        for v, (key, value) in enumerate(zip(keys, values, strict=True)):
            self._write_one(v, key, value, gate)

    # ---- one value, K/n rows

    def _recall_one(self, v: int, key: Key) -> Value:
        block = self._block(key[0])
        products = [self._load(v * len(key) + j, block) * b for j, b in enumerate(key)]
        return self.o.total(reduce(add, products))

    def _write_one(self, v: int, key: Key, value: Value, gate: Value) -> None:
        block, when = self._block(key[0]), gate
        if self.p.threshold:
            value = soft_threshold(value, self.p.threshold)
            when = minimum(abs(value), gate)  # a gate of NaN stays closed
        if self.p.rule == "delta":
            value = value - self._recall_one(v, key)
        step = value * (1 / self.p.bits)
        for j, b in enumerate(key):
            self._store(v * len(key) + j, block, self._load(v * len(key) + j, block) + step * b, when)

    # ---- rows

    def _block(self, bits: Value) -> Value | None:
        return first_row_of_block(bits, self.p.blocks, self.rows) if self.p.blocks else None

    def _load(self, row: int, block: Value | None) -> Value:
        if self.loaded:
            return self.loaded[row]
        return self.o.load(self.slot, row if block is None else block + row)

    def _store(self, row: int, block: Value | None, value: Value, when: Value) -> None:
        self.o.store(self.slot, value, row if block is None else block + row, when=when)


def memory_slot(o: Operations, p: MemoryParams, name: str = "") -> Slot:
    """The slot of a memory: (V, K/n, n), in the form `vector` (K, V); with blocks (2^B, V, K/n, n) or (2^B, K, V)."""
    shape = (p.bits, p.num_values) if p.form == "vector" else (p.num_values, p.bits // o.width, o.width)
    return o.state(f"{name}memory", *([2**p.blocks] if p.blocks else []), *shape, half=p.storage == "float16")


def first_row_of_block(bits: Value, blocks: int, rows: int) -> Value:
    """The first row, on all lanes, of the block that the first `blocks` bits choose; each block has `rows` rows."""
    o, lanes = bits.o, np.arange(bits.o.width)
    powers = np.where(lanes < blocks, rows * 2.0 ** np.minimum(lanes, blocks), 0.0)
    return o.total(o.select(bits, 0.0, o.const(powers), 0.0))


def soft_threshold(value: Value, threshold: float) -> Value:
    """sign(value) max(|value| - threshold, 0)."""
    return value - clip(value, -threshold, threshold)
