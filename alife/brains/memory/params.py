"""Parameters of a memory."""

from __future__ import annotations

from typing import Literal, Self

import pydantic

from alife.config.params import Params

MOST_VALUES = 16
Kind = Literal["gathered", "lanes", "shared", "walk", "reservoir", "tape", "bound", "slots", "polytope"]  # of keys


class MemoryParams(Params):
    """The memory of a brain."""

    bits: int = pydantic.Field(64, ge=16, le=4096, description="K, bits of a key: a multiple of the width")
    values: int | None = pydantic.Field(
        1,
        ge=1,
        le=MOST_VALUES,
        description="V, values recalled and stored at once; null, where store is seen: as many as there are "
        "observations, if they fit",
    )
    keys: Kind = pydantic.Field(
        "gathered",
        description="source of keys. gathered: the input times evolved squared weights; lanes: output lanes, some for "
        "each of two keys; shared: output lanes, one key for both; walk: rows of a Hadamard matrix, which two output "
        "lanes advance and restart; reservoir: a fading trace of inputs; tape: places of two heads, which evolved sums "
        "of the input move; bound: place on the tape times gathered bits; slots: one of few places, whose evolved sum "
        "of the input is largest; polytope: as gathered, one place for all inputs that are alike",
    )
    store: Literal["said", "seen"] = pydantic.Field(
        "said", description="values stored. said: output lanes of the network; seen: the first V observations"
    )
    gate: Literal["said", "gathered", "open"] = pydantic.Field(
        "said",
        description="when a step writes. said: if an output lane is above 0; gathered: if an evolved sum of the input "
        "is; open: always",
    )
    lag: bool = pydantic.Field(
        False, description="keys tape or bound: the head that reads stands an evolved number of places behind"
    )
    slots: int = pydantic.Field(4, ge=2, le=16, description="keys slots: number of places")
    max_lag: int = pydantic.Field(16, ge=1, le=255, description="places that the head can at most stand behind")
    compare: bool = pydantic.Field(
        False, description="store seen: an input lane with the sum of products of values recalled and seen"
    )
    familiarity: bool = pydantic.Field(
        False, description="two input lanes: how like the key to read is to the keys written, and how recent those are"
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
        "delta", description="what a write adds. delta: the error of the recall; hebb: the value, so that writes add up"
    )
    full_scale: float = pydantic.Field(
        1.0, ge=1, le=65536, description="rule hebb: the sum that is recalled as 1; larger ones are, too"
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
        if (self.has_rows or self.has_heads) and self.bits & (self.bits - 1):
            raise ValueError(f"expected bits a power of two for keys: {self.keys}, got {self.bits}; write bits: 64")
        if self.keys == "bound" and self.form == "vector":
            raise ValueError("expected form: shared or scalar for keys: bound, got vector; write form: shared")
        if self.form == "vector" and self.hash == "full":
            raise ValueError("expected hash: lsh for form: vector, got full; write form: scalar")
        if self.form == "vector" and self.ablation == "shuffled":
            raise ValueError(
                "expected ablation: none, reset or marked for form: vector, got shuffled; write form: shared"
            )
        if self.values is None and self.store == "said":
            raise ValueError("expected a number of values for store: said, got null; write values: 1")
        if self.lag and not self.has_heads:
            raise ValueError(f"expected lag: false for keys: {self.keys}, which have no heads; write keys: tape")
        if self.lag and self.max_lag >= self.bits:
            raise ValueError(f"expected max_lag below bits, got {self.max_lag} and {self.bits}; write max_lag: 16")
        if self.full_scale != 1 and self.rule == "delta":
            raise ValueError(f"expected full_scale: 1 for rule: delta, got {self.full_scale}; write rule: hebb")
        if self.compare and self.store == "said":
            raise ValueError("expected compare: false for store: said, got true; write store: seen")
        if self.familiarity and (self.blocks or self.form != "shared"):
            raise ValueError("expected form: shared and blocks: 0 for familiarity; write familiarity: false")
        return self

    @property
    def has_rows(self) -> bool:
        """True if keys are rows of a Hadamard matrix: those of K distinct places do not disturb each other."""
        return self.keys in ("walk", "tape", "slots", "polytope")

    @property
    def has_heads(self) -> bool:
        """True if keys are, or depend on, places of heads."""
        return self.keys in ("tape", "bound")

    @property
    def num_values(self) -> int:
        """V, which a brain has set where it was to fit."""
        assert self.values is not None, "values of a memory outside a brain that fits them"
        return self.values

    @property
    def num_said(self) -> int:
        """Output lanes that say what is stored and whether: values, then the gate."""
        return (self.num_values if self.store == "said" else 0) + (1 if self.gate == "said" else 0)

    @property
    def num_recalled(self) -> int:
        """Input lanes of what is recalled: values, their comparison, familiarity."""
        return self.num_values + self.num_beside_values

    @property
    def num_beside_values(self) -> int:
        """Input lanes of the comparison and of familiarity."""
        return self.compare + 2 * self.familiarity
