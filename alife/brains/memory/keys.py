"""Where the keys of a memory come from.

gathered: bits(p^2 u) to read and bits(q^2 x) to write, p and q n genes each (O'Connor's ComputeAM of 2018). lanes:
output lanes of the network, some for each key; what is recalled is heard in the next step. shared: the same lanes for
both, so that a step recalls what it then replaces. walk: row t of a Hadamard matrix with fixed signs: t begins at 0,
one output lane advances it and one restarts it, after the write and before the next recall; any K of these keys are
orthogonal, so that K pairs are kept without error. reservoir: bits of s <- (1 - a) R s + a R' u, a fixed random
recurrence (O'Connor's information reservoir; leak: Jaeger et al., Neural Networks 20, 2007, section 2).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from alife.brains.memory.hashing import KEY_FLIPS, Key, Keys, MemoryParams, bits, unlike
from alife.brains.memory.vector_store import rounds, walking_rounds
from alife.ops.derived import first_lanes, wide_wht
from alife.ops.vocabulary import Operations, Value

# Flips beside the hash's own: of the second hash, of the signs of walking keys, of the reservoir.
UNLIKE_FLIPS, WALK_FLIPS, RESERVOIR_FLIPS = KEY_FLIPS + (1 << 16), KEY_FLIPS + (2 << 16), KEY_FLIPS + (3 << 16)


class KeySource:
    """A source of keys; this one, `gathered`, is the default.

    Args:
        p: of the memory.
        first: the first of the output lanes that are the keys'.
        half: whether genes are kept as float16.
        inputs: how many input lanes there are; the others are 0.
    """

    genes = 2  # rows of n
    heard = False  # whether what is recalled is heard in the next step, since the network says the key

    def __init__(self, p: MemoryParams, first: int, half: bool, inputs: int) -> None:
        self.p, self.first, self.half, self.inputs = p, first, half, inputs

    @property
    def lanes(self) -> int:
        """Output lanes that it needs."""
        return 0

    def begin(self, o: Operations) -> None:
        """Mention the genes."""
        for name in ("read_key", "write_key"):
            o.genome(f"{name}_weights", o.width, half=self.half)

    def reading(self, o: Operations, u: Value) -> Keys:
        """The keys to recall at; u is the input, or, where what is recalled is heard later, the output."""
        return self._gathered(o, "read_key", u)

    def writing(self, o: Operations, x: Value, y: Value, read: Keys) -> Keys:
        """The keys to write at, from the input and output of the network and the keys read at."""
        return self._gathered(o, "write_key", x)

    def end(self, o: Operations, y: Value) -> None:
        """Move on, behind the write."""

    def _gathered(self, o: Operations, name: str, z: Value) -> Keys:
        weights = o.load(o.genome(f"{name}_weights", o.width, half=self.half))
        return hashed(self.p, first_lanes(weights * weights * z, self.inputs))


class LaneKeys(KeySource):
    """Two keys in output lanes."""

    genes, heard, parts = 0, True, 2

    @property
    def lanes(self) -> int:
        """So many for each key."""
        return self.p.key_lanes * self.parts

    def begin(self, o: Operations) -> None:
        """It has no genes of its own."""

    def reading(self, o: Operations, u: Value) -> Keys:
        """The first lanes."""
        return self._part(o, u, 0)

    def writing(self, o: Operations, x: Value, y: Value, read: Keys) -> Keys:
        """The lanes behind those."""
        return self._part(o, y, self.p.key_lanes)

    def _part(self, o: Operations, y: Value, behind: int) -> Keys:
        lanes = np.arange(o.width)
        moved = o.permute(y, (lanes + self.first + behind) % o.width)
        return hashed(self.p, o.blend(lanes < self.p.key_lanes, moved, 0.0))


class SharedKeys(LaneKeys):
    """One key in output lanes, read and then written at."""

    parts = 1

    def writing(self, o: Operations, x: Value, y: Value, read: Keys) -> Keys:
        """The same."""
        return read


class WalkingKeys(KeySource):
    """Rows of a Hadamard matrix, one after another."""

    genes = 0

    @property
    def lanes(self) -> int:
        """Advance, restart."""
        return 2

    def begin(self, o: Operations) -> None:
        """It has no genes of its own."""

    def reading(self, o: Operations, u: Value) -> Keys:
        """The row where it stands."""
        return walking(self.p, o.lane(o.load(o.state("place", 1)), 0))

    def writing(self, o: Operations, x: Value, y: Value, read: Keys) -> Keys:
        """The same: it walks behind the write."""
        return read

    def end(self, o: Operations, y: Value) -> None:
        """Restart, advance (behind the last row comes the first), or stay."""
        advance, restart = o.lane(y, self.first), o.lane(y, self.first + 1)
        stand = o.load(o.state("place", 1))
        ahead = o.select(stand, self.p.bits - 1.0, 0.0, stand + 1.0)
        o.store(o.state("place", 1), o.select(0.0, restart, o.select(0.0, advance, stand, ahead), 0.0))


class ReservoirKeys(KeySource):
    """What inputs left in a fixed random recurrence."""

    genes = 0

    def begin(self, o: Operations) -> None:
        """It has no genes of its own."""

    def reading(self, o: Operations, u: Value) -> Keys:
        """Its signs, projected, after it took this input."""
        slot, a = o.state("reservoir", o.width), self.p.leak
        turned = [o.wht(o.flip(v, RESERVOIR_FLIPS + i)) for i, v in enumerate((o.load(slot), u))]
        scale = 1 / math.sqrt(o.width)
        trace = turned[0] * ((1 - a) * scale) + turned[1] * (a * scale)
        o.store(slot, trace)
        return hashed(self.p, trace)

    def writing(self, o: Operations, x: Value, y: Value, read: Keys) -> Keys:
        """The same."""
        return read


KINDS = {
    "gathered": KeySource,
    "lanes": LaneKeys,
    "shared": SharedKeys,
    "walk": WalkingKeys,
    "reservoir": ReservoirKeys,
}


def hashed(p: MemoryParams, z: Value) -> Keys:
    """The keys that z hashes to, as the form has them."""
    if p.form == "vector":
        return [rounds(z, p.bits, p.order, KEY_FLIPS)]
    count = p.bits // z.o.width
    keys = [bits(z, count, p.order, KEY_FLIPS + 2 * count * p.order * v) for v in range(_hashes(p))]
    if p.hash == "full":
        keys = [unlike(key, UNLIKE_FLIPS + count * v) for v, key in enumerate(keys)]
    return keys if p.form == "scalar" else keys * p.values


def walking(p: MemoryParams, stand: Value) -> Keys:
    """Row `stand`, on all lanes, of the Hadamard matrix of K rows, with fixed signs for each key."""
    o, count = stand.o, p.bits // stand.o.width
    numbers = [o.const(np.arange(j * o.width, (j + 1) * o.width)) for j in range(count)]
    row = wide_wht([o.select(number, stand, o.select(stand, number, 1.0, 0.0), 0.0) for number in numbers])
    if p.form == "vector":
        return [walking_rounds(row, WALK_FLIPS)]
    keys = [_signed(row, WALK_FLIPS + count * v) for v in range(_hashes(p))]
    return keys if p.form == "scalar" else keys * p.values


def _hashes(p: MemoryParams) -> int:
    return p.values if p.form == "scalar" else 1


def _signed(row: Sequence[Value], seed: int) -> Key:
    return [value.o.flip(value, seed + j) for j, value in enumerate(row)]
