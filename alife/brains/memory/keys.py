"""Sources of the keys of a memory.

gathered: bits(p^2 u) to read and bits(q^2 x) to write, p and q n genes each (O'Connor's ComputeAM of 2018). lanes:
output lanes of the network, some for each key; what is recalled is an input of the next step. shared: the same lanes
for both, so that a step recalls what it then replaces. walk: row t of a Hadamard matrix with fixed signs: t begins at
0, one output lane advances it and one restarts it, after the write and before the next recall; any K of these keys are
orthogonal, so K pairs are stored without error. reservoir: bits of s <- (1 - a) R s + a R' u, a fixed random recurrence
(O'Connor's information reservoir; leak: Jaeger et al., Neural Networks 20, 2007, section 2).
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar, final

import numpy as np

from alife.brains.memory.hashing import KEY_FLIPS, Key, Keys, full_hash, hash_bits
from alife.brains.memory.params import MemoryParams
from alife.brains.memory.vector_store import hash_rounds, walk_rounds
from alife.ops.derived import first_lanes, wide_wht
from alife.ops.vocabulary import Operations, Value

# Seeds of flips beside those of the hash: of the second hash, of the signs of walking keys, of the reservoir.
FULL_HASH_FLIPS, WALK_FLIPS, RESERVOIR_FLIPS = (KEY_FLIPS + (k << 16) for k in (1, 2, 3))


class KeySource(ABC):
    """A source of the two keys of a step, one to read and one to write.

    Args:
        p: of the memory.
        first: the first output lane of the keys.
        half: True if genes are stored as float16.
        num_inputs: input lanes in use; the others are 0.
    """

    gene_rows: ClassVar[int] = 0  # rows of n genes that it has
    late: ClassVar[bool] = False  # keys come from the output, so what is recalled is an input of the next step

    def __init__(self, p: MemoryParams, first: int, half: bool, num_inputs: int) -> None:
        self.p, self.first, self.half, self.num_inputs = p, first, half, num_inputs

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


@final
class GatheredKeys(KeySource):
    """Two hashes of the input, weighted lane by lane with the squares of genes."""

    gene_rows = 2

    def declare(self, o: Operations) -> None:
        for name in ("read_key", "write_key"):
            o.genome(f"{name}_weights", o.width, half=self.half)

    def read_keys(self, o: Operations, u: Value) -> Keys:
        return self._gather(o, "read_key", u)

    def write_keys(self, o: Operations, x: Value, y: Value, read: Keys) -> Keys:
        return self._gather(o, "write_key", x)

    def _gather(self, o: Operations, name: str, z: Value) -> Keys:
        weights = o.load(o.genome(f"{name}_weights", o.width, half=self.half))
        return hash_keys(self.p, first_lanes(weights * weights * z, self.num_inputs))


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
        moved = o.permute(y, (lanes + self.first + offset) % o.width)
        return hash_keys(self.p, o.blend(lanes < self.p.key_lanes, moved, 0.0))


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
        return walk_keys(self.p, o.lane(o.load(o.state("place", 1)), 0))

    def advance(self, o: Operations, y: Value) -> None:
        """Restarts, advances (after the last row comes the first), or stays, by two lanes of the output."""
        advance, restart = o.lane(y, self.first), o.lane(y, self.first + 1)
        place = o.load(o.state("place", 1))
        following = o.select(place, self.p.bits - 1.0, 0.0, place + 1.0)
        o.store(o.state("place", 1), o.select(0.0, restart, o.select(0.0, advance, place, following), 0.0))


@final
class ReservoirKeys(KeySource):
    """Hashes of a trace of all inputs in a fixed random recurrence, which takes the input before it is read."""

    def read_keys(self, o: Operations, u: Value) -> Keys:
        slot, a = o.state("reservoir", o.width), self.p.leak
        old, new = (o.wht(o.flip(v, RESERVOIR_FLIPS + i)) for i, v in enumerate((o.load(slot), u)))
        scale = 1 / math.sqrt(o.width)
        trace = old * ((1 - a) * scale) + new * (a * scale)
        o.store(slot, trace)
        return hash_keys(self.p, trace)


KINDS: dict[str, type[KeySource]] = {
    "gathered": GatheredKeys,
    "lanes": LaneKeys,
    "shared": SharedKeys,
    "walk": WalkingKeys,
    "reservoir": ReservoirKeys,
}


def hash_keys(p: MemoryParams, z: Value) -> Keys:
    """Keys that are hashes of z, as the form of the memory needs them."""
    if p.form == "vector":
        return [hash_rounds(z, p.bits, p.order, KEY_FLIPS)]
    count = p.bits // z.o.width
    keys = [hash_bits(z, count, p.order, KEY_FLIPS + 2 * count * p.order * v) for v in range(_num_hashes(p))]
    if p.hash == "full":
        keys = [full_hash(key, FULL_HASH_FLIPS + count * v) for v, key in enumerate(keys)]
    return keys if p.form == "scalar" else keys * p.values


def walk_keys(p: MemoryParams, place: Value) -> Keys:
    """Keys that are row `place`, on all lanes, of the Hadamard matrix of K rows, with fixed signs for each key."""
    o, count = place.o, p.bits // place.o.width
    numbers = [o.const(np.arange(j * o.width, (j + 1) * o.width)) for j in range(count)]
    row = wide_wht([o.select(number, place, o.select(place, number, 1.0, 0.0), 0.0) for number in numbers])
    if p.form == "vector":
        return [walk_rounds(row, WALK_FLIPS)]
    keys = [_signed(row, WALK_FLIPS + count * v) for v in range(_num_hashes(p))]
    return keys if p.form == "scalar" else keys * p.values


def _num_hashes(p: MemoryParams) -> int:
    return p.values if p.form == "scalar" else 1


def _signed(row: Sequence[Value], seed: int) -> Key:
    return [value.o.flip(value, seed + j) for j, value in enumerate(row)]
