"""The wiring of a memory to the network: recalled before it, written after it, in one step.

The values recalled are input lanes; those to be written are output lanes or the observations themselves, and the gate
is an output lane or an evolved sum of the input. Greve, Jacobsen, Risi: Evolving neural Turing machines for
reward-based learning (GECCO 2016); the order read, then write, and keys of their own for both: O'Connor's reservoir
programs of 2018.
"""

from __future__ import annotations

from functools import reduce
from operator import add

import numpy as np

from alife.brains.memory import ablation
from alife.brains.memory.familiarity import Familiarity
from alife.brains.memory.hashing import Keys
from alife.brains.memory.keys import KINDS, MemoryPlace
from alife.brains.memory.params import MemoryParams
from alife.brains.memory.store import MemoryStore, RowStore
from alife.brains.memory.vector_store import VectorStore
from alife.ops.derived import clip
from alife.ops.slots import Slot
from alife.ops.vocabulary import Operations, Value


class MemoryWiring:
    """The lanes by which a network reads and writes one of its memories.

    Args:
        p: of the memory.
        place: of the memory among the lanes and slots of the brain.
        half: True if genes are stored as float16.
    """

    def __init__(self, p: MemoryParams, place: MemoryPlace, half: bool) -> None:
        self.p, self.place, self.half = p, place, half
        self.key_source = KINDS[p.keys](p, place, half)

    def num_genes(self, width: int) -> int:
        """The number of genes of its keys and of its gate. width: n."""
        return self.key_source.num_genes(width) + (self.place.num_inputs if self.p.gate == "gathered" else 0)

    def open_store(self, o: Operations) -> OpenMemory:
        """The memory in this step. Called first, so that its slots begin at whole vectors."""
        self.key_source.declare(o)
        if self.p.gate == "gathered":
            self._gate_weights(o)
        store = make_store(o, self.p, self.place.name)
        return OpenMemory(self, o, store, Familiarity(o, self.p, self.place.name) if self.p.familiarity else None)

    def gate(self, o: Operations, x: Value, y: Value) -> Value:
        """The gate of the step, from the scaled input x and the output y; it writes if this is above 0."""
        if self.p.gate == "open":
            return o.const(1.0)
        if self.p.gate == "gathered":
            return o.total(o.load(self._gate_weights(o)) * x)
        return o.lane(y, self.place.first_output + self.p.num_said - 1)

    def values(self, o: Operations, seen: Value, y: Value) -> list[Value]:
        """The V values to be stored, clipped, each on every lane: of the output y, or of the observations seen."""
        if self.p.store == "seen":
            return [clip(o.lane(seen, v), -1.0, 1.0) for v in range(self.p.num_values)]
        return [clip(o.lane(y, self.place.first_output + v), -1.0, 1.0) for v in range(self.p.num_values)]

    def _gate_weights(self, o: Operations) -> Slot:
        return o.genome(f"{self.place.name}gate_weights", self.place.num_inputs, half=self.half)


class OpenMemory:
    """A memory in one step of one agent: recalled, then written.

    Args:
        wiring: of the memory.
        o: the operations.
        store: its weights.
        familiarity: of its keys; None: not an input.
    """

    def __init__(
        self, wiring: MemoryWiring, o: Operations, store: MemoryStore, familiarity: Familiarity | None
    ) -> None:
        self.wiring, self.o, self.store, self.familiarity = wiring, o, store, familiarity
        self.p, self.place, self.keys = wiring.p, wiring.place, Keys()

    def recall(self, u: Value, seen: Value) -> Value:
        """The input u with what is recalled. seen: the observations.

        If keys are late, that is what the last step recalled.
        """
        o, first, count = self.o, self.place.first_input, self.p.num_recalled - self.p.compare
        if self.wiring.key_source.late:
            lanes, recalled = np.arange(o.width), o.load(self._recalled(), at=first)
            x = o.blend((lanes >= first) & (lanes < first + count), recalled, u)
        else:
            self.keys = self.wiring.key_source.read_keys(o, u)
            self._note_key("read_key", self.keys)
            x = self._insert(self._recall_at(self.keys), first, u)
        if self.p.compare:
            x = self._insert([self._likeness(x, seen)], first + count, x)
        o.note(f"{self.place.name}recall", x)
        return x

    def remember(self, x: Value, y: Value, seen: Value) -> None:
        """Stores the values at the keys to write, if the gate is above 0; then advances the keys.

        Args:
            x: the scaled input of the step.
            y: the output of the step.
            seen: the observations.
        """
        o, source = self.o, self.wiring.key_source
        if source.late:
            self.keys = source.read_keys(o, y)
            self._note_key("read_key", self.keys)
            o.store(self._recalled(), self._insert(self._recall_at(self.keys), 0, o.const(0.0)))
        keys = source.write_keys(o, x, y, self.keys)
        self._note_key("write_key", keys)
        values, gate = self.wiring.values(o, seen, y), self.wiring.gate(o, x, y)
        o.note(f"{self.place.name}gate", gate)
        self.store.write(keys, values, gate)
        if self.familiarity:
            self.familiarity.write(keys[0], gate)
        source.advance(o, y)

    def _recall_at(self, keys: Keys) -> list[Value]:
        """The V values at these keys and their familiarity, as an ablation leaves them."""
        return ablation.recall(self.o, self.p, self._read, keys, self.place.number)

    def _read(self, keys: Keys) -> list[Value]:
        values = self.store.recall(keys)
        if self.p.full_scale != 1:
            values = [value * (1 / self.p.full_scale) for value in values]
        return [*values, *self.familiarity.recall(keys[0])] if self.familiarity else values

    def _likeness(self, x: Value, seen: Value) -> Value:
        """The sum of products of the values recalled, lanes of x, and those seen: 1 if both are the same of 1 to V."""
        first = self.place.first_input
        return reduce(add, [self.o.lane(x, first + v) * self.o.lane(seen, v) for v in range(self.p.num_values)])

    def _recalled(self) -> Slot:
        return self.o.state(f"{self.place.name}recalled", self.p.num_recalled - self.p.compare)

    def _insert(self, values: list[Value], first: int, x: Value) -> Value:
        """x with the values, clipped, on the lanes from `first` on."""
        for v, value in enumerate(values):
            x = self.o.blend(np.arange(self.o.width) == first + v, clip(value, -1.0, 1.0), x)
        return x

    def _note_key(self, name: str, keys: Keys) -> None:
        if self.p.form == "vector":
            return  # its rounds exist only inside a loop
        distinct = keys if self.p.form == "scalar" else keys[:1]
        self.o.note(f"{self.place.name}{name}", *[b for key in distinct for b in key])


def make_store(o: Operations, p: MemoryParams, name: str = "") -> MemoryStore:
    """The store of the form that the parameters ask for. name: the prefix of its slot."""
    return VectorStore(o, p, name) if p.form == "vector" else RowStore(o, p, name)
