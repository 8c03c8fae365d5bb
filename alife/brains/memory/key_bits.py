"""The bits of keys: hashes of values, and rows of a Hadamard matrix."""

from __future__ import annotations

from collections.abc import Sequence

from alife.brains.memory.hashing import KEY_FLIPS, Key, Keys, full_hash, hash_bits
from alife.brains.memory.params import MemoryParams
from alife.brains.memory.vector_store import hash_rounds, walk_rounds
from alife.ops.derived import one_hot, wide_wht
from alife.ops.vocabulary import Value

# Seeds of flips beside those of the hash: of the second hash, of the signs of walking keys, of the reservoir.
FULL_HASH_FLIPS, WALK_FLIPS, RESERVOIR_FLIPS = (KEY_FLIPS + (k << 16) for k in (1, 2, 3))


def hash_keys(p: MemoryParams, z: Value, first_flip: int = 0) -> Keys:
    """Keys that are hashes of z, as the form of the memory needs them. first_flip: of the memory."""
    seed = first_flip + KEY_FLIPS
    if p.form == "vector":
        return [hash_rounds(z, p.bits, p.order, seed)]
    count = p.bits // z.o.width
    keys = [hash_bits(z, count, p.order, seed + 2 * count * p.order * v) for v in range(_num_hashes(p))]
    if p.hash == "full":
        keys = [full_hash(key, first_flip + FULL_HASH_FLIPS + count * v) for v, key in enumerate(keys)]
    return keys if p.form == "scalar" else keys * p.num_values


def walk_keys(p: MemoryParams, place: Value, first_flip: int = 0) -> Keys:
    """Keys that are row `place`, on all lanes, of the Hadamard matrix of K rows, with fixed signs for each key."""
    o, count, seed = place.o, p.bits // place.o.width, first_flip + WALK_FLIPS
    row = wide_wht([one_hot(o, place, j * o.width) for j in range(count)])
    if p.form == "vector":
        return [walk_rounds(row, seed)]
    keys = [_signed(row, seed + count * v) for v in range(_num_hashes(p))]
    return keys if p.form == "scalar" else keys * p.num_values


def bound(places: Keys, contents: Keys) -> Keys:
    """Keys whose bits are those of places times those of contents: near only where both are."""
    return [
        [a * b for a, b in zip(place, content, strict=True)] for place, content in zip(places, contents, strict=True)
    ]


def _num_hashes(p: MemoryParams) -> int:
    return p.num_values if p.form == "scalar" else 1


def _signed(row: Sequence[Value], seed: int) -> Key:
    return [value.o.flip(value, seed + j) for j, value in enumerate(row)]
