"""How a memory is wired to the network: recalled before it, written behind it, in one step.

The values recalled are input lanes, those to be written and the gate are output lanes. Greve, Jacobsen, Risi: Evolving
neural Turing machines for reward-based learning (GECCO 2016); the order read, then write, and keys of their own for
both: O'Connor's reservoir programs of 2018.
"""

from __future__ import annotations

import numpy as np

from alife.brains.memory.ablation import recalled
from alife.brains.memory.hashing import Keys, MemoryParams
from alife.brains.memory.keys import KINDS
from alife.brains.memory.store import MemoryStore
from alife.brains.memory.vector_store import VectorStore
from alife.ops.derived import clip
from alife.ops.vocabulary import Operations, Value

Form = MemoryStore | VectorStore


class MemoryWiring:
    """The memory of a brain.

    Args:
        p: what memory.
        first_input: the input lane of the first value recalled.
        first_output: the output lane of the first value to be written; the gate's is behind the last.
        first_key: the first output lane of the keys.
        half: whether genes are kept as float16.
    """

    def __init__(self, p: MemoryParams, first_input: int, first_output: int, first_key: int, half: bool) -> None:
        self.p, self.first_input, self.first_output = p, first_input, first_output
        self.addresses = KINDS[p.keys](p, first_key, half, first_input + p.values)

    def begin(self, o: Operations) -> Form:
        """What the memory holds; said first, so that its places begin at whole vectors."""
        self.addresses.begin(o)
        return VectorStore(o, self.p) if self.p.form == "vector" else MemoryStore(o, self.p)

    def recall(self, o: Operations, u: Value, held: Form) -> tuple[Value, Keys]:
        """u with what the memory holds at the read keys, or what the last step recalled; and the keys."""
        lanes, keys = np.arange(o.width), []
        if self.addresses.heard:
            heard = o.load(o.state("recalled", self.p.values), at=self.first_input)
            x = o.blend((lanes >= self.first_input) & (lanes < self.first_input + self.p.values), heard, u)
        else:
            keys = self.addresses.reading(o, u)
            _note(o, "read_key", self.p, keys)
            x = self._spread(o, recalled(o, self.p, held, keys), self.first_input, u)
        o.note("recall", x)
        return x, keys

    def remember(self, o: Operations, x: Value, y: Value, held: Form, keys: Keys) -> None:
        """Where the gate is above 0, make the values what the write keys recall; then the keys move on."""
        if self.addresses.heard:
            keys = self.addresses.reading(o, y)
            _note(o, "read_key", self.p, keys)
            o.store(
                o.state("recalled", self.p.values), self._spread(o, recalled(o, self.p, held, keys), 0, o.const(0.0))
            )
        keys = self.addresses.writing(o, x, y, keys)
        _note(o, "write_key", self.p, keys)
        values = [clip(o.lane(y, self.first_output + v), -1.0, 1.0) for v in range(self.p.values)]
        gate = o.lane(y, self.first_output + self.p.values)
        o.note("gate", gate)
        held.write(keys, values, gate)
        self.addresses.end(o, y)

    @staticmethod
    def _spread(o: Operations, values: list[Value], first: int, x: Value) -> Value:
        """x with the values, clipped, on lanes of its own."""
        for v, value in enumerate(values):
            x = o.blend(np.arange(o.width) == first + v, clip(value, -1.0, 1.0), x)
        return x


def _note(o: Operations, name: str, p: MemoryParams, keys: Keys) -> None:
    if p.form == "vector":
        return  # its rounds are a loop's
    own = keys if p.form == "scalar" else keys[:1]
    o.note(name, *[b for key in own for b in key])
