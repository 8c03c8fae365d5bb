"""Hashed associative memory: K bits of a locality-sensitive hash address V values; one write makes recall exact.

Recall y = M b, write M += (v - M b) b^T / K: a delta rule of step one, since b.b = K. Bits are signs of random
projections, so keys at angle theta share E[b.b']/K = 1 - 2 theta/pi, and the product of r independent bit sets
(1 - 2 theta/pi)^r. O'Connor: Associative memory by locality sensitive hashing (ai462qqq.blogspot.com, 2023/04); keys
gathered from the input through squared weights are his ComputeAM of 2018. Charikar: Similarity estimation (STOC 2002).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pydantic

from alife.operations.derived import sign
from alife.operations.values import Slot, Value
from alife.operations.words import Operations
from alife.params import Params

Rows = list[list[Value]]  # [V][K/n] rows of the memory


class MemoryParams(Params):
    """The memory of a brain."""

    bits: int = pydantic.Field(64, ge=16, le=4096, description="K, bits of a key: a multiple of the width")
    values: int = pydantic.Field(1, ge=1, le=16, description="V, values recalled and stored at once")
    keys: Literal["gathered"] = pydantic.Field("gathered", description="gathered: evolved squared weights of the input")
    storage: Literal["float32", "float16"] = pydantic.Field(
        "float32", description="how the memory is kept; it is computed with as float32"
    )
    order: int = pydantic.Field(1, ge=1, le=3, description="independent bit sets multiplied, to part near keys")


def bits(z: Value, blocks: int, order: int, seed: int) -> list[Value]:
    """A key of blocks * n bits, +1 or -1: of each block, signs after two rounds of flip and transform.

    Two rounds, because one maps few non-zero lanes to few distinct bits. Uses the 2*blocks*order flips from seed on.
    """
    return [_block(z, [seed + 2 * (j * order + r) for r in range(order)]) for j in range(blocks)]


def _block(z: Value, seeds: Sequence[int]) -> Value:
    o = z.o
    sets = [sign(o.wht(o.flip(o.wht(o.flip(z, seed)), seed + 1))) for seed in seeds]
    product = sets[0]
    for other in sets[1:]:
        product = product * other
    return product


def load(o: Operations, slot: Slot) -> Rows:
    """All rows of a memory slot of shape (V, K/n, n)."""
    values, blocks, _ = slot.shape
    return [[o.load(slot, v * blocks + j) for j in range(blocks)] for v in range(values)]


def recall(memory: Rows, key: Sequence[Value]) -> list[Value]:
    """M b: each of the V values on every lane, not clipped."""
    return [_dot(row, key) for row in memory]


def _dot(row: Sequence[Value], key: Sequence[Value]) -> Value:
    products = [m * b for m, b in zip(row, key, strict=True)]
    partial = products[0]
    for product in products[1:]:
        partial = partial + product
    return partial.o.total(partial)


def write(slot: Slot, memory: Rows, key: Sequence[Value], values: Sequence[Value], gate: Value) -> None:
    """M += (v - M b) b^T / K where the gate is above 0; otherwise nothing moves.

    Args:
        slot: where the memory lies.
        memory: its rows, as loaded.
        key: b, K/n values of n bits.
        values: v, V values, each on every lane.
        gate: lane 0 decides.
    """
    blocks, width = len(key), gate.o.width
    for v, (row, value) in enumerate(zip(memory, values, strict=True)):
        step = (value - _dot(row, key)) * (1 / (blocks * width))
        for j, (m, b) in enumerate(zip(row, key, strict=True)):
            gate.o.store(slot, m + step * b, v * blocks + j, when=gate)
