"""Hashed associative memory: K bits of a locality-sensitive hash address V values; one write makes recall exact.

Recall y = M b, write M += (v - M b) b^T / K: a delta rule of step one, since b.b = K. Bits are signs of random
projections, so keys at angle theta share E[b.b']/K = 1 - 2 theta/pi, and the product of r independent bit sets
(1 - 2 theta/pi)^r. O'Connor: Associative memory by locality sensitive hashing (ai462qqq.blogspot.com, 2023/04); keys
gathered from the input through squared weights are his ComputeAM of 2018. Charikar: Similarity estimation (STOC 2002).
The wiring is in `remembering`, where keys come from in `addresses`, the forms of M in `forms`. Here are hashes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Self

import pydantic

from alife.config.params import Params
from alife.ops.derived import sign, wide_wht
from alife.ops.sign_patterns import splitmix64
from alife.ops.vocabulary import Value

# Where the hash's flips begin. Both keys share one hash; of 6,000 beginnings this one gives keys of few lanes the most
# distinct bits (6 to 16 lanes: all 64 at widths 32 and 64; on average over beginnings 54 of 64 at 8 lanes).
KEY_FLIPS = (1 << 20) + 16
PRIME = 4093  # the largest below 2^12: a square of what it leaves is exact in float32

Key = list[Value]  # bits, +1 or -1: K/n values of n lanes
Keys = list[Any]  # a Key for each value, of the form `shared` V times the same; of `vector` one of `rounds.Rounds`


class MemoryParams(Params):
    """The memory of a brain."""

    bits: int = pydantic.Field(64, ge=16, le=4096, description="K, bits of a key: a multiple of the width")
    values: int = pydantic.Field(1, ge=1, le=16, description="V, values recalled and stored at once")
    keys: Literal["gathered", "lanes", "shared", "walk", "reservoir"] = pydantic.Field(
        "gathered",
        description="gathered: evolved squared weights of the input; lanes: two keys in output lanes; shared: one; "
        "walk: rows of a Hadamard matrix, two output lanes advance and restart; reservoir: a fading trace of inputs",
    )
    storage: Literal["float32", "float16"] = pydantic.Field(
        "float32", description="how the memory is kept; it is computed with as float32"
    )
    order: int = pydantic.Field(1, ge=1, le=3, description="independent bit sets multiplied, to part near keys")
    form: Literal["shared", "scalar", "vector"] = pydantic.Field(
        "shared",
        description="shared: one key for all values; scalar: each value has a hash of its own; "
        "vector: each takes one lane of K rounds of hashing",
    )
    rule: Literal["delta", "hebb"] = pydantic.Field("delta", description="delta: correct what is recalled; hebb: add")
    hash: Literal["lsh", "full"] = pydantic.Field("lsh", description="lsh: near inputs share bits; full: they do not")
    blocks: int = pydantic.Field(0, ge=0, le=8, description="B: the first B bits choose one of 2^B memories")
    threshold: float = pydantic.Field(
        0.0, ge=0, lt=1, description="values are written shrunk by this; those at or below not at all"
    )
    ablation: Literal["none", "reset", "shuffled", "marked"] = pydantic.Field(
        "none",
        description="what it is robbed of, to compare: reset: all it held, before each recall; "
        "shuffled: its read keys, of which each bit is drawn; marked: as reset, in agents that are marked",
    )
    key_lanes: int = pydantic.Field(8, ge=1, le=128, description="output lanes of a key, for lanes and shared")
    leak: float = pydantic.Field(0.5, gt=0, le=1, description="share of the new input in the reservoir")

    @pydantic.model_validator(mode="after")
    def _fit(self) -> Self:
        """Refuse what cannot be said together."""
        if self.keys == "walk" and self.bits & (self.bits - 1):
            raise ValueError(f"expected bits a power of two for keys: walk, got {self.bits}; write bits: 64")
        if self.form == "vector" and self.hash == "full":
            raise ValueError("expected hash: lsh for form: vector, got full; write form: scalar")
        if self.form == "vector" and self.ablation == "shuffled":
            raise ValueError(
                "expected ablation: none, reset or marked for form: vector, got shuffled; write form: shared"
            )
        return self


def bits(z: Value, blocks: int, order: int, seed: int) -> Key:
    """A key of blocks * n bits, +1 or -1: of each block, signs after two rounds of flip and transform.

    Two rounds, because one maps few non-zero lanes to few distinct bits. Uses the 2*blocks*order flips from seed on.
    """
    return [_block(z, [seed + 2 * (j * order + r) for r in range(order)]) for j in range(blocks)]


def _block(z: Value, seeds: Sequence[int]) -> Value:
    o = z.o
    return product([sign(o.wht(o.flip(o.wht(o.flip(z, seed)), seed + 1))) for seed in seeds])


def product(sets: Sequence[Value]) -> Value:
    """Independent bit sets multiplied."""
    result = sets[0]
    for other in sets[1:]:
        result = result * other
    return result


def unlike(key: Key, seed: int) -> Key:
    """The key hashed again: equal keys stay equal, of others, however near, half of the bits differ on average.

    Each bit is whether the square of a signed sum of numbers, one for each +1, leaves more than half of PRIME. All are
    whole numbers below 2^24, so nothing is rounded.
    """
    o, numbers = key[0].o, splitmix64(seed, len(key) * key[0].o.width)
    rows = []
    for j, b in enumerate(key):
        own = [1.0 + number % (PRIME - 1) for number in numbers[j * o.width : (j + 1) * o.width]]
        rows.append(o.flip(o.select(b, 0.0, o.const(own), 0.0), seed + j))
    sums = [_rest(total) for total in wide_wht(rows)]
    return [sign(_rest(m * m) - PRIME / 2) for m in sums]


def _rest(x: Value) -> Value:
    return x - PRIME * x.o.floor(x * (1 / PRIME))
