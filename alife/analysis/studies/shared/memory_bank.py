"""Hashed memories of many agents, driven directly through the operations, without a brain around them."""

from __future__ import annotations

import numpy as np

from alife.brains.memory.hashing import Key
from alife.brains.memory.key_bits import hash_keys, walk_keys
from alife.brains.memory.params import MemoryParams
from alife.brains.memory.wiring import make_store
from alife.ops.derived import sign
from alife.ops.reference import Reference
from alife.ops.vocabulary import Value

WIDTH, BITS = 32, 64


class MemoryBank:
    """N memories of 64 bits that store one value each. rule: delta or hebb."""

    def __init__(self, count: int, rule: str = "delta", bits: int = BITS) -> None:
        self.params = MemoryParams.model_validate({"bits": bits, "rule": rule})
        self._o = Reference(WIDTH, {"state": np.zeros((count, bits), np.float32)})
        self._open = Value(self._o, np.ones((count, WIDTH), np.float32))

    def hashed(self, inputs: np.ndarray) -> Key:
        """Returns the keys of inputs [N, n], by the brain's hash."""
        found: Key = hash_keys(self.params, self._value(inputs))[0]
        return found

    def key(self, bits: np.ndarray) -> Key:
        """Returns keys of these bits [N, K], 1 or -1."""
        return [self._value(part) for part in np.split(bits, bits.shape[1] // WIDTH, axis=1)]

    def walking(self, place: int) -> Key:
        """Returns the key of a place of the walk, 0 to K - 1."""
        found: Key = walk_keys(self.params, self._o.const(float(place)))[0]
        return found

    def one_round(self, inputs: np.ndarray) -> Key:
        """Returns keys of n bits: signs of inputs [N, n] after one flip and transform, for memories of n bits."""
        return [sign(self._o.wht(self._o.flip(self._value(inputs), 1)))]

    def recall(self, key: Key) -> np.ndarray:
        """Returns the values [N] at a key."""
        found: np.ndarray = make_store(self._o, self.params).recall([key])[0].data[:, 0].astype(np.float64)
        return found

    def write(self, key: Key, values: np.ndarray) -> None:
        """Writes values [N] at a key."""
        make_store(self._o, self.params).write(
            [key], [self._value(np.repeat(values[:, None], WIDTH, axis=1))], self._open
        )

    def _value(self, lanes: np.ndarray) -> Value:
        """[N or 1, n] lanes as a value of N rows."""
        return Value(self._o, np.broadcast_to(lanes, (self._o.count, WIDTH)).astype(np.float32))
