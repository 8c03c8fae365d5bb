"""Parameters of a memory."""

from __future__ import annotations

from typing import Literal, Self

import pydantic

from alife.config.params import Params


class MemoryParams(Params):
    """The memory of a brain."""

    bits: int = pydantic.Field(64, ge=16, le=4096, description="K, bits of a key: a multiple of the width")
    values: int = pydantic.Field(1, ge=1, le=16, description="V, values recalled and stored at once")
    keys: Literal["gathered", "lanes", "shared", "walk", "reservoir"] = pydantic.Field(
        "gathered",
        description="source of keys. gathered: the input times evolved squared weights; lanes: output lanes, some for "
        "each of two keys; shared: output lanes, one key for both; walk: rows of a Hadamard matrix, which two output "
        "lanes advance and restart; reservoir: a fading trace of inputs",
    )
    storage: Literal["float32", "float16"] = pydantic.Field(
        "float32", description="type in which the memory is stored; arithmetic is float32"
    )
    order: int = pydantic.Field(
        1, ge=1, le=3, description="r, independent sets of bits that are multiplied, to separate near keys"
    )
    form: Literal["shared", "scalar", "vector"] = pydantic.Field(
        "shared",
        description="keys of values. shared: one for all; scalar: a hash for each value; vector: a lane of K rounds of "
        "hashing for each value",
    )
    rule: Literal["delta", "hebb"] = pydantic.Field(
        "delta", description="what a write adds. delta: the error of the recall; hebb: the value"
    )
    hash: Literal["lsh", "full"] = pydantic.Field(
        "lsh", description="lsh: near inputs share bits; full: half of the bits of unequal keys differ"
    )
    blocks: int = pydantic.Field(
        0, ge=0, le=8, description="B: the first B bits of a key choose one of 2^B separate memories"
    )
    threshold: float = pydantic.Field(
        0.0, ge=0, lt=1, description="soft threshold of values to be written; those at or below it are not written"
    )
    ablation: Literal["none", "reset", "shuffled", "marked"] = pydantic.Field(
        "none",
        description="what is taken away, for comparison. reset: all that is stored, before each recall; shuffled: the "
        "keys to read, whose bits are drawn; marked: as reset, in agents whose state `marked` is above 0",
    )
    key_lanes: int = pydantic.Field(
        8, ge=1, le=128, description="output lanes of a key, where keys are lanes or shared"
    )
    leak: float = pydantic.Field(0.5, gt=0, le=1, description="a, share of the new input in the trace of a reservoir")

    @pydantic.model_validator(mode="after")
    def _fit(self) -> Self:
        """Rejects options that cannot be combined."""
        if self.keys == "walk" and self.bits & (self.bits - 1):
            raise ValueError(f"expected bits a power of two for keys: walk, got {self.bits}; write bits: 64")
        if self.form == "vector" and self.hash == "full":
            raise ValueError("expected hash: lsh for form: vector, got full; write form: scalar")
        if self.form == "vector" and self.ablation == "shuffled":
            raise ValueError(
                "expected ablation: none, reset or marked for form: vector, got shuffled; write form: shared"
            )
        return self
