"""Memories driven directly through the operations, one for each agent, for the tests of their laws."""

from __future__ import annotations

from typing import Any

import numpy as np

from alife.brains.memory.hashing import Keys
from alife.brains.memory.key_bits import hash_keys
from alife.brains.memory.params import MemoryParams
from alife.brains.memory.store import MemoryStore
from alife.brains.memory.wiring import make_store
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
        """[N or 1, up to n] lanes as a value, zero padded."""
        rows = np.zeros((self.o.count, WIDTH), np.float32)
        rows[:, : lanes.shape[1]] = lanes
        return Value(self.o, rows)

    def key(self, x: np.ndarray) -> Keys:
        """The keys of inputs [N or 1, up to n]."""
        return hash_keys(self.p, self.value(x))

    def store(self) -> MemoryStore:
        """The memories in a new step."""
        return make_store(self.o, self.p)

    def recall(self, keys: Keys) -> np.ndarray:
        """[N, V] values at the keys."""
        return np.stack([y.data[:, 0] for y in self.store().recall(keys)], axis=1)

    def write(self, keys: Keys, values: np.ndarray, gate: float | np.ndarray = 1.0) -> None:
        """Writes values [N, V] at the keys. gate: a number, or [N, 1]."""
        lanes = [Value(self.o, np.repeat(v[:, None], WIDTH, axis=1).astype(np.float32)) for v in values.T]
        when = Value(self.o, np.broadcast_to(np.asarray(gate, np.float32), (self.o.count, WIDTH)))
        self.store().write(keys, lanes, when)


def bits_of(keys: Keys) -> np.ndarray:
    """[N, K] bits of the first key."""
    return np.concatenate([b.data for b in keys[0]], axis=1)


def random_key(bank: Bank, rng: np.random.Generator) -> Keys:
    """Keys of independent bits, as hashes of unrelated inputs are."""
    count, p = bank.o.count, bank.p
    keys = [
        [Value(bank.o, rng.choice([-1, 1], (count, WIDTH)).astype(np.float32)) for _ in range(p.bits // WIDTH)]
        for _ in range(p.values if p.form == "scalar" else 1)
    ]
    return keys if p.form == "scalar" else keys * p.values
