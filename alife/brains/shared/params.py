"""Parameters that all networks with layers share."""

from __future__ import annotations

from typing import Literal

import pydantic

from alife.brains.memory.params import MemoryParams
from alife.brains.shared.lesions import LesionParams
from alife.brains.shared.network import WidthParams
from alife.brains.shared.projection import Shape


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
    memory: MemoryParams | None = pydantic.Field(MemoryParams(), description="associative memory; null: none")
    injection: int = pydantic.Field(
        2, ge=0, le=64, description="k: the input is added again after every k-th layer; 0: never"
    )
    recurrent: int = pydantic.Field(0, ge=0, le=128, description="output lanes that are inputs of the next step")
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
