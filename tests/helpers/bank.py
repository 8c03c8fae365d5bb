"""Memories driven by hand through the words, one for each row: what the tests of its laws write and recall."""

from __future__ import annotations

from typing import Any

import numpy as np

from alife.brains.memory.hashing import Keys, MemoryParams
from alife.brains.memory.keys import hashed
from alife.brains.memory.store import MemoryStore
from alife.brains.memory.vector_store import VectorStore
from alife.brains.memory.wiring import Form
from alife.ops.reference import Reference
from alife.ops.vocabulary import Value

WIDTH, BITS = 32, 64


class Bank:
    """`count` memories of 64 bits, with options of MemoryParams."""

    def __init__(self, count: int, **options: Any) -> None:
        self.p = MemoryParams(**{"bits": BITS, **options})
        size = self.p.values * self.p.bits << self.p.blocks
        self.states = np.zeros((count, size // (2 if self.p.storage == "float16" else 1)), np.float32)
        self.o = Reference(WIDTH, {"state": self.states})

    def value(self, lanes: np.ndarray) -> Value:
        """[N or 1, up to n] as a value, zero padded."""
        rows = np.zeros((self.o.count, WIDTH), np.float32)
        rows[:, : lanes.shape[1]] = lanes
        return Value(self.o, rows)

    def key(self, x: np.ndarray) -> Keys:
        return hashed(self.p, self.value(x))

    def form(self) -> Form:
        return VectorStore(self.o, self.p) if self.p.form == "vector" else MemoryStore(self.o, self.p)

    def recall(self, keys: Keys) -> np.ndarray:
        """[N, V]"""
        return np.stack([y.data[:, 0] for y in self.form().recall(keys)], axis=1)

    def write(self, keys: Keys, values: np.ndarray, gate: float | np.ndarray = 1.0) -> None:
        """values: [N, V]. gate: number or [N, 1]."""
        spread = [Value(self.o, np.repeat(v[:, None], WIDTH, axis=1).astype(np.float32)) for v in values.T]
        when = Value(self.o, np.broadcast_to(np.asarray(gate, np.float32), (self.o.count, WIDTH)))
        self.form().write(keys, spread, when)


def bits_of(keys: Keys) -> np.ndarray:
    """[N, K] of the first key."""
    return np.concatenate([b.data for b in keys[0]], axis=1)


def random_key(bank: Bank, rng: np.random.Generator) -> Keys:
    """Independent bits, as hashes of unrelated inputs are."""
    count, p = bank.o.count, bank.p
    keys = [
        [Value(bank.o, rng.choice([-1, 1], (count, WIDTH)).astype(np.float32)) for _ in range(p.bits // WIDTH)]
        for _ in range(p.values if p.form == "scalar" else 1)
    ]
    return keys if p.form == "scalar" else keys * p.values
