"""The wiring of a memory to the network: recalled before it, written after it, in one step.

The values recalled are input lanes, those to be written and the gate are output lanes. Greve, Jacobsen, Risi: Evolving
neural Turing machines for reward-based learning (GECCO 2016); the order read, then write, and keys of their own for
both: O'Connor's reservoir programs of 2018.
"""

from __future__ import annotations

import numpy as np

from alife.brains.memory import ablation
from alife.brains.memory.hashing import Keys
from alife.brains.memory.keys import KINDS
from alife.brains.memory.params import MemoryParams
from alife.brains.memory.store import MemoryStore, RowStore
from alife.brains.memory.vector_store import VectorStore
from alife.ops.derived import clip
from alife.ops.vocabulary import Operations, Value


class MemoryWiring:
    """The lanes by which a network reads and writes its memory.

    Args:
        p: of the memory.
        first_input: the input lane of the first value recalled.
        first_output: the output lane of the first value to be written; the gate is the lane after the last.
        first_key: the first output lane of the keys.
        half: True if genes are stored as float16.
    """

    def __init__(self, p: MemoryParams, first_input: int, first_output: int, first_key: int, half: bool) -> None:
        self.p, self.first_input, self.first_output = p, first_input, first_output
        self.key_source = KINDS[p.keys](p, first_key, half, first_input + p.values)

    def open_store(self, o: Operations) -> MemoryStore:
        """The memory in this step. Called first, so that its slots begin at whole vectors."""
        self.key_source.declare(o)
        return make_store(o, self.p)

    def recall(self, o: Operations, u: Value, store: MemoryStore) -> tuple[Value, Keys]:
        """The input u with the values recalled, and the keys they were read at.

        If keys are late, these are the values that the last step recalled, and there are no keys yet.
        """
        lanes, keys = np.arange(o.width), []
        if self.key_source.late:
            values = o.load(o.state("recalled", self.p.values), at=self.first_input)
            x = o.blend((lanes >= self.first_input) & (lanes < self.first_input + self.p.values), values, u)
        else:
            keys = self.key_source.read_keys(o, u)
            _note(o, "read_key", self.p, keys)
            x = self._insert(o, ablation.recall(o, self.p, store, keys), self.first_input, u)
        o.note("recall", x)
        return x, keys

    def remember(self, o: Operations, x: Value, y: Value, store: MemoryStore, keys: Keys) -> None:
        """Stores the values in the output y at the keys to write, if the gate is above 0; then advances the keys.

        Args:
            o: the operations.
            x: the scaled input of the step.
            y: the output of the step.
            store: from `open_store`.
            keys: from `recall`.
        """
        if self.key_source.late:
            keys = self.key_source.read_keys(o, y)
            _note(o, "read_key", self.p, keys)
            slot, values = o.state("recalled", self.p.values), ablation.recall(o, self.p, store, keys)
            o.store(slot, self._insert(o, values, 0, o.const(0.0)))
        keys = self.key_source.write_keys(o, x, y, keys)
        _note(o, "write_key", self.p, keys)
        values = [clip(o.lane(y, self.first_output + v), -1.0, 1.0) for v in range(self.p.values)]
        gate = o.lane(y, self.first_output + self.p.values)
        o.note("gate", gate)
        store.write(keys, values, gate)
        self.key_source.advance(o, y)

    @staticmethod
    def _insert(o: Operations, values: list[Value], first: int, x: Value) -> Value:
        """x with the values, clipped, on the lanes from `first` on."""
        for v, value in enumerate(values):
            x = o.blend(np.arange(o.width) == first + v, clip(value, -1.0, 1.0), x)
        return x


def make_store(o: Operations, p: MemoryParams) -> MemoryStore:
    """The store of the form that the parameters ask for."""
    return VectorStore(o, p) if p.form == "vector" else RowStore(o, p)


def _note(o: Operations, name: str, p: MemoryParams, keys: Keys) -> None:
    if p.form == "vector":
        return  # its rounds exist only inside a loop
    distinct = keys if p.form == "scalar" else keys[:1]
    o.note(name, *[b for key in distinct for b in key])
