"""Familiarity: how like a key is to those that were written, and how long ago that was.

Two values are stored at every key that is written, by the delta rule: 1, and 1 again in weights that fade by a factor
of RETENTION a step. At a key that is read the first recalls 1 if it was written, nearly 0 if keys are unlike, and
between them in proportion to the bits that they share; the second recalls RETENTION to the power of the steps since.

Reference: Bogacz, Brown, Giraud-Carrier: Model of familiarity discrimination in the perirhinal cortex (Journal of
Computational Neuroscience 10, 2001), where a familiar input is known by the energy of a Hopfield network.
"""

from __future__ import annotations

from functools import reduce
from operator import add
from typing import final

from alife.brains.memory.hashing import Key
from alife.brains.memory.params import MemoryParams
from alife.ops.vocabulary import Operations, Value

RETENTION = 0.9


@final
class Familiarity:
    """The two stores in a step of one agent: 2 K weights.

    Args:
        o: the operations.
        p: of the memory.
        name: the prefix of its slot.
    """

    def __init__(self, o: Operations, p: MemoryParams, name: str) -> None:
        self.o, self.bits, count = o, p.bits, p.bits // o.width
        self.slot = o.state(f"{name}familiarity", 2, count, o.width)
        known, recent = ([o.load(self.slot, which * count + j) for j in range(count)] for which in range(2))
        self.weights = known, [row * RETENTION for row in recent]

    def recall(self, key: Key) -> list[Value]:
        """The two values at this key, each on every lane, not clipped."""
        return [self.o.total(reduce(add, [w * b for w, b in zip(rows, key, strict=True)])) for rows in self.weights]

    def write(self, key: Key, gate: Value) -> None:
        """Stores 1 and 1 at this key if lane 0 of the gate is above 0; what is recent fades in any case."""
        o, gate = self.o, self.o.lane(gate, 0)
        is_open = o.select(0.0, gate, 0.0, o.select(gate, 0.0, 1.0, 0.0))  # a gate of NaN is closed
        for which, (rows, recalled) in enumerate(zip(self.weights, self.recall(key), strict=True)):
            step = is_open * (1.0 - recalled) * (1 / self.bits)
            for j, (row, b) in enumerate(zip(rows, key, strict=True)):
                o.store(self.slot, row + step * b, which * len(key) + j)
