"""Sources of the keys of a memory.

gathered: bits(p^2 u) to read and bits(q^2 x) to write, p and q n genes each (O'Connor's ComputeAM of 2018). lanes:
output lanes of the network, some for each key; what is recalled is an input of the next step. shared: the same lanes
for both, so that a step recalls what it then replaces. walk: row t of a Hadamard matrix with fixed signs: t begins at
0, one output lane advances it and one restarts it, after the write and before the next recall; any K of these keys are
orthogonal, so K pairs are stored without error. tape: the same rows, at the places of two heads (see `heads`). bound:
bits of a row times bits of the input, so that what is recalled was stored at this place with this content. slots: the
same rows, of the slots that evolved sums of the input choose (see `slots`). polytope: the same rows, of the vertices
nearest to p^2 u and q^2 x (see `polytope`), p and q n genes each. reservoir:
bits of s <- (1 - a) R s + a R' u, a fixed random recurrence (O'Connor's information reservoir; leak: Jaeger et al.,
Neural Networks 20, 2007, section 2).
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import ClassVar, NamedTuple, final

import numpy as np

from alife.brains.memory.hashing import KEY_FLIPS, Keys
from alife.brains.memory.heads import TapeHeads
from alife.brains.memory.key_bits import RESERVOIR_FLIPS, bound, hash_keys, walk_keys
from alife.brains.memory.params import MemoryParams
from alife.brains.memory.polytope import nearest_vertex
from alife.brains.memory.slots import SlotChoice
from alife.ops.derived import first_lanes
from alife.ops.slots import Slot
from alife.ops.vocabulary import Operations, Value


class MemoryPlace(NamedTuple):
    """The place of a memory among the lanes and slots of its brain.

    number: of memories that are read before it.
    first_input: the input lane of the first value recalled.
    num_inputs: the first input lanes, which its keys may depend on: up to what it recalls itself.
    first_output: the output lane of the first value to be written, or of the gate.
    first_key: the first output lane of its keys.
    """

    number: int
    first_input: int
    num_inputs: int
    first_output: int
    first_key: int

    @property
    def name(self) -> str:
        """The prefix of its slots and notes: none for the first memory, then memory_2_, ..."""
        return "" if self.number == 0 else f"memory_{self.number + 1}_"

    @property
    def first_flip(self) -> int:
        """The number added to the seeds of its flips."""
        return self.number << 32


class KeySource(ABC):
    """A source of the two keys of a step, one to read and one to write.

    Args:
        place: of the memory among the lanes and slots of the brain.
        half: True if genes are stored as float16.
    """

    late: ClassVar[bool] = False  # keys come from the output, so what is recalled is an input of the next step

    def __init__(self, p: MemoryParams, place: MemoryPlace, half: bool) -> None:
        self.p, self.place, self.half = p, place, half

    def num_genes(self, width: int) -> int:
        """The number of its genes. width: n."""
        return 0

    @property
    def num_lanes(self) -> int:
        """The number of output lanes that the keys take."""
        return 0

    def declare(self, o: Operations) -> None:  # noqa: B027 (a hook whose default is empty)
        """Names the slots of its genes, so that they lie before all others."""

    @abstractmethod
    def read_keys(self, o: Operations, u: Value) -> Keys:
        """The keys to read at. u: the input of the step; the output, if keys are late."""

    def write_keys(self, o: Operations, x: Value, y: Value, read: Keys) -> Keys:
        """The keys to write at, from the scaled input x, the output y and the keys read at; by default these."""
        return read

    def advance(self, o: Operations, y: Value) -> None:  # noqa: B027 (a hook whose default is empty)
        """Moves on to the next key after the write, from the output y."""


class WeightedKeys(KeySource):
    """Two keys from the input, weighted lane by lane with the squares of genes; abstract in what is made of them."""

    def num_genes(self, width: int) -> int:
        return 2 * width

    def declare(self, o: Operations) -> None:
        for name in ("read_key", "write_key"):
            self._weights(o, name)

    def read_keys(self, o: Operations, u: Value) -> Keys:
        return self._gather(o, "read_key", u)

    def write_keys(self, o: Operations, x: Value, y: Value, read: Keys) -> Keys:
        return self._gather(o, "write_key", x)

    def _gather(self, o: Operations, name: str, z: Value) -> Keys:
        weights = o.load(self._weights(o, name))
        return self._keys(o, first_lanes(weights * weights * z, self.place.num_inputs))

    @abstractmethod
    def _keys(self, o: Operations, gathered: Value) -> Keys:
        """The keys of an input with its lanes weighted."""

    def _weights(self, o: Operations, name: str) -> Slot:
        return o.genome(f"{self.place.name}{name}_weights", o.width, half=self.half)


@final
class GatheredKeys(WeightedKeys):
    """Hashes of the weighted input."""

    def _keys(self, o: Operations, gathered: Value) -> Keys:
        return hash_keys(self.p, gathered, self.place.first_flip)


@final
class PolytopeKeys(WeightedKeys):
    """Rows of a Hadamard matrix, one for each vertex nearest to the weighted input; the K rows in turn."""

    def _keys(self, o: Operations, gathered: Value) -> Keys:
        at, rows = nearest_vertex(o, gathered, self.place.first_flip + KEY_FLIPS), float(self.p.bits)
        at = at - o.floor(at * (1 / rows)) * rows if self.p.bits < 2 * o.width else at
        return walk_keys(self.p, at, self.place.first_flip)


class OutputKeys(KeySource):
    """Hashes of output lanes; abstract in the number of keys."""

    late = True
    num_keys: ClassVar[int]

    @property
    def num_lanes(self) -> int:
        return self.p.key_lanes * self.num_keys

    def read_keys(self, o: Operations, u: Value) -> Keys:
        return self._hash(o, u, 0)

    def _hash(self, o: Operations, y: Value, offset: int) -> Keys:
        lanes = np.arange(o.width)
        moved = o.permute(y, (lanes + self.place.first_key + offset) % o.width)
        return hash_keys(self.p, o.blend(lanes < self.p.key_lanes, moved, 0.0), self.place.first_flip)


@final
class LaneKeys(OutputKeys):
    """Two keys in output lanes, that to write after that to read."""

    num_keys = 2

    def write_keys(self, o: Operations, x: Value, y: Value, read: Keys) -> Keys:
        return self._hash(o, y, self.p.key_lanes)


@final
class SharedKeys(OutputKeys):
    """One key in output lanes, read at and then written at."""

    num_keys = 1


@final
class WalkingKeys(KeySource):
    """Rows of a Hadamard matrix, one after another. Its two lanes: advance, restart."""

    @property
    def num_lanes(self) -> int:
        return 2

    def read_keys(self, o: Operations, u: Value) -> Keys:
        return walk_keys(self.p, o.lane(o.load(self._slot(o)), 0), self.place.first_flip)

    def advance(self, o: Operations, y: Value) -> None:
        """Restarts, advances (after the last row comes the first), or stays, by two lanes of the output."""
        first, slot = self.place.first_key, self._slot(o)
        advance, restart = o.lane(y, first), o.lane(y, first + 1)
        place = o.load(slot)
        following = o.select(place, self.p.bits - 1.0, 0.0, place + 1.0)
        o.store(slot, o.select(0.0, restart, o.select(0.0, advance, place, following), 0.0))

    def _slot(self, o: Operations) -> Slot:
        return o.state(f"{self.place.name}place", 1)


@final
class TapeKeys(KeySource):
    """Rows of a Hadamard matrix at the places of two heads."""

    def __init__(self, p: MemoryParams, place: MemoryPlace, half: bool) -> None:
        super().__init__(p, place, half)
        self.heads = TapeHeads(p, place.name, place.num_inputs, half)

    def num_genes(self, width: int) -> int:
        return self.heads.num_genes

    def declare(self, o: Operations) -> None:
        self.heads.declare(o)

    def read_keys(self, o: Operations, u: Value) -> Keys:
        return walk_keys(self.p, self.heads.read_place(o, u), self.place.first_flip)

    def write_keys(self, o: Operations, x: Value, y: Value, read: Keys) -> Keys:
        return walk_keys(self.p, self.heads.write_place(o, x), self.place.first_flip)


@final
class BoundKeys(KeySource):
    """Rows of a Hadamard matrix at the places of two heads, times gathered bits."""

    def __init__(self, p: MemoryParams, place: MemoryPlace, half: bool) -> None:
        super().__init__(p, place, half)
        self.parts: tuple[KeySource, KeySource] = TapeKeys(p, place, half), GatheredKeys(p, place, half)

    def num_genes(self, width: int) -> int:
        return sum(part.num_genes(width) for part in self.parts)

    def declare(self, o: Operations) -> None:
        for part in self.parts:
            part.declare(o)

    def read_keys(self, o: Operations, u: Value) -> Keys:
        return bound(*(part.read_keys(o, u) for part in self.parts))

    def write_keys(self, o: Operations, x: Value, y: Value, read: Keys) -> Keys:
        return bound(*(part.write_keys(o, x, y, read) for part in self.parts))


@final
class SlotKeys(KeySource):
    """Rows of a Hadamard matrix, one for each slot."""

    def __init__(self, p: MemoryParams, place: MemoryPlace, half: bool) -> None:
        super().__init__(p, place, half)
        self.choice = SlotChoice(p, place.name, place.num_inputs, half)

    def num_genes(self, width: int) -> int:
        return self.choice.num_genes

    def declare(self, o: Operations) -> None:
        for which in ("read", "write"):
            self.choice.weights(o, which)

    def read_keys(self, o: Operations, u: Value) -> Keys:
        return walk_keys(self.p, self.choice.chosen(o, "read", u), self.place.first_flip)

    def write_keys(self, o: Operations, x: Value, y: Value, read: Keys) -> Keys:
        return walk_keys(self.p, self.choice.chosen(o, "write", x), self.place.first_flip)


@final
class ReservoirKeys(KeySource):
    """Hashes of a trace of all inputs in a fixed random recurrence, which takes the input before it is read."""

    def read_keys(self, o: Operations, u: Value) -> Keys:
        slot, a, seed = o.state(f"{self.place.name}reservoir", o.width), self.p.leak, self.place.first_flip
        old, new = (o.wht(o.flip(v, seed + RESERVOIR_FLIPS + i)) for i, v in enumerate((o.load(slot), u)))
        scale = 1 / math.sqrt(o.width)
        trace = old * ((1 - a) * scale) + new * (a * scale)
        o.store(slot, trace)
        return hash_keys(self.p, trace, seed)


KINDS: dict[str, type[KeySource]] = {
    "gathered": GatheredKeys,
    "lanes": LaneKeys,
    "shared": SharedKeys,
    "walk": WalkingKeys,
    "reservoir": ReservoirKeys,
    "tape": TapeKeys,
    "bound": BoundKeys,
    "slots": SlotKeys,
    "polytope": PolytopeKeys,
}
