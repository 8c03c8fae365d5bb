"""What brains of whole matrices share: one hidden layer where nothing else is said, and each weight a gene."""

from __future__ import annotations

import pydantic

from alife.brains.shared.base import NetworkParams


class MatrixParams(NetworkParams):
    """Size and parts of the network."""

    layers: int = pydantic.Field(1, ge=1, le=64, description="L, hidden layers")
    projection: int | None = pydantic.Field(
        None, ge=16, le=65536, description="G, genes that a member's weights unfold from at birth; null: each is a gene"
    )
    injection: int = pydantic.Field(
        0, ge=0, le=64, description="give the input again after every so many layers; 0: never"
    )
