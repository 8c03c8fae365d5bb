"""Parameters that all networks with layers share."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

import pydantic

from alife.brains.memory.params import MemoryParams
from alife.brains.shared.history import HistoryParams
from alife.brains.shared.last_actions import Kind
from alife.brains.shared.lesions import LesionParams
from alife.brains.shared.network import WidthParams
from alife.brains.shared.projection import Shape
from alife.brains.shared.recurrence import RecurrentParams, from_number


class NetworkParams(WidthParams):
    """Size and parts of a brain, whatever its network."""

    layers: int = pydantic.Field(3, ge=1, le=64, description="L, hidden layers of the network")
    projection: int | None = pydantic.Field(
        128,
        ge=16,
        le=65536,
        description="G, genes from which a member's weights unfold: the width times a power of two; null: each weight "
        "is a gene",
    )
    projection_offset: float = pydantic.Field(
        0.0, ge=0, le=4, description="factor of fixed random weights in [-1, 1) that are added to those of a projection"
    )
    projection_shape: Shape = pydantic.Field(
        "linear", description="function of a projection's weights: linear, or square or root of |w| with the sign of w"
    )
    memory: MemoryParams | None = pydantic.Field(
        MemoryParams(), description="associative memory; null: none, or those of `memories`"
    )
    memories: tuple[MemoryParams, ...] = pydantic.Field(
        (),
        max_length=8,
        description="several memories, in place of `memory`; what one recalls is an input of those after it",
    )
    injection: int = pydantic.Field(
        2, ge=0, le=64, description="k: the input is added again after every k-th layer; 0: never"
    )
    recurrent: Annotated[RecurrentParams, pydantic.BeforeValidator(from_number)] = pydantic.Field(
        RecurrentParams(), description="recurrent lanes; a number is that of `lanes`"
    )
    history: HistoryParams | None = pydantic.Field(
        None, description="traces of the last observations, as further inputs; null: none"
    )
    last_actions: Kind = pydantic.Field(
        "none",
        description="actions of the last step, as further inputs. values: each, clipped; largest: 1 for the largest, "
        "0 for the others",
    )
    input_gains: bool = pydantic.Field(False, description="an evolved gain for each input lane")
    products: bool = pydantic.Field(False, description="products of two evolved views of the input, added to it")
    direct: bool = pydantic.Field(False, description="evolved weights from each input lane to each action")
    explore: bool = pydantic.Field(False, description="noise on the actions, whose amount is a gene")
    ensemble: int = pydantic.Field(
        1, ge=1, le=64, description="members, each with its own flips and weights, whose outputs are averaged"
    )
    storage: Literal["float32", "float16"] = pydantic.Field(
        "float32", description="type in which genes are stored; arithmetic is float32"
    )
    unfold: Literal["step", "birth"] = pydantic.Field(
        "step", description="when a projection's weights unfold: in each step, or once at birth: faster, more bytes"
    )
    lesions: LesionParams | None = pydantic.Field(
        None, description="parts of each layer that are silent in turn; null: none"
    )

    @pydantic.model_validator(mode="before")
    @classmethod
    def _either(cls, values: Any) -> Any:
        """Leaves out the default of one form where the other is given."""
        if not isinstance(values, dict):
            return values
        if values.get("memories") and "memory" not in values:
            return {**values, "memory": None}
        return {**values, "memories": ()} if values.get("memory") and "memories" not in values else values

    @pydantic.model_validator(mode="after")
    def _one_list(self) -> Self:
        """Rejects both forms at once."""
        if self.memory and self.memories:
            raise ValueError("expected memory or memories, got both; write memory: null")
        return self

    @property
    def all_memories(self) -> tuple[MemoryParams, ...]:
        """The memories, in the order in which they are read."""
        return (self.memory,) if self.memory else self.memories
