"""Interventions: what is changed from outside in a shared world between two of its steps, as plain typed data.

A life is a function of its configuration, its seed and its interventions, in their order; so they are recorded, and a
run that replays them has the same bits.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pydantic

from alife.config.params import Params, parse_params
from alife.errors import UserError, unknown

MOST = 2**53  # ids and steps: more are no count


class Remove(Params):
    """Removes an agent; lineage.csv gives `removed` as the cause."""

    id: int = pydantic.Field(ge=0, le=MOST, description="of a living agent")


class Move(Params):
    """Moves an agent."""

    id: int = pydantic.Field(ge=0, le=MOST, description="of a living agent")
    x: float = pydantic.Field(description="new place, world units")
    y: float = pydantic.Field(description="new place, world units")


class Clone(Move):
    """Places a copy of an agent, with its body, energy, genome and memory, under a new id and without a parent."""


class Place(Params):
    """Places founders of one genome."""

    genes: str = pydantic.Field(description="base64 of the genes, little-endian")
    dtype: Literal["float32", "float16"] = pydantic.Field("float32", description="of the genes")
    traits: dict[str, float] = pydantic.Field({}, description="heritable columns; those left out are drawn")
    x: float = pydantic.Field(description="place, world units")
    y: float = pydantic.Field(description="place, world units")
    count: int = pydantic.Field(1, ge=1, le=10**6, description="agents")

    @property
    def genome(self) -> np.ndarray:
        """The genes: [G]. Raises UserError for text that is no genes."""
        try:
            raw = base64.b64decode(self.genes, validate=True)
            genes = np.frombuffer(raw, np.dtype(self.dtype).newbyteorder("<")).astype(self.dtype)
        except ValueError as error:
            raise UserError(f"genes: expected base64 of genes, got text that is none: {error}") from None
        if not np.isfinite(genes).all():
            raise UserError("genes: expected finite genes, got others")
        return genes


class Set(Params):
    """Sets a number of the world."""

    param: str = pydantic.Field(description="name of a Param of the world that may change while it runs")
    value: Any = pydantic.Field(description="in the Param's unit and range")

    @pydantic.field_validator("value")
    @classmethod
    def _is_number(cls, value: object) -> object:
        if not isinstance(value, bool | int | float):
            raise ValueError(f"expected a number, true or false, got {value!r}; write for example value: 0.5")
        return value


class Paint(Params):
    """Sets a quantity of the ground in a disc, or in all discs of a straight stroke."""

    field: str = pydantic.Field(description="name of one of the world's paints")
    x: float = pydantic.Field(description="center, world units")
    y: float = pydantic.Field(description="center, world units")
    radius: float = pydantic.Field(ge=0, le=MOST, description="world units; 0 paints one cell")
    value: float = pydantic.Field(description="in the unit and range of the paint")
    to_x: float | None = pydantic.Field(None, description="end of a stroke, world units; null: that of the center")
    to_y: float | None = pydantic.Field(None, description="end of a stroke, world units; null: that of the center")

    def discs(self) -> list[tuple[float, float]]:
        """The centers of the discs, closer together than a radius and half a world unit; none crosses an edge."""
        to_x, to_y = (start if end is None else end for start, end in ((self.x, self.to_x), (self.y, self.to_y)))
        length = math.hypot(to_x - self.x, to_y - self.y)
        count = math.ceil(length / max(0.5 * self.radius, 0.5)) + 1
        shares = [place / max(count - 1, 1) for place in range(count)]
        return [(self.x + share * (to_x - self.x), self.y + share * (to_y - self.y)) for share in shares]


Change = Remove | Move | Clone | Place | Set | Paint
KINDS: dict[str, type[Change]] = {
    "remove": Remove,
    "move": Move,
    "clone": Clone,
    "place": Place,
    "set": Set,
    "paint": Paint,
}


@dataclass(frozen=True)
class Intervention:
    """One intervention. step: steps done when it takes effect, before the next one. change: its kind and values."""

    step: int
    change: Change

    @property
    def kind(self) -> str:
        """The name of its kind."""
        return type(self.change).__name__.lower()

    def plain(self) -> dict[str, Any]:
        """Returns it as JSON holds it: step, kind, values."""
        return {"step": self.step, "kind": self.kind, "values": self.change.model_dump(exclude_none=True)}


def parse_change(kind: str, values: Mapping[str, Any]) -> Change:
    """Returns the typed change of a kind. Raises UserError for an unknown kind, or values that do not fit."""
    if kind not in KINDS:
        raise unknown("intervention", kind, KINDS)
    plain = {name: value.item() if isinstance(value, np.generic) else value for name, value in values.items()}
    return parse_params(KINDS[kind], plain, f"intervene {kind}")


def place_values(genome: np.ndarray, traits: Mapping[str, float]) -> dict[str, Any]:
    """Returns the values `genes`, `dtype` and `traits` of `Place`. genome: [G] float32 or float16."""
    kind = "float16" if genome.dtype == np.float16 else "float32"
    raw = genome.astype(np.dtype(kind).newbyteorder("<")).tobytes()
    return {"genes": base64.b64encode(raw).decode(), "dtype": kind, "traits": dict(traits)}


def parse_intervention(entry: object) -> Intervention:
    """Returns the intervention of `Intervention.plain`. Raises UserError."""
    known = entry if isinstance(entry, dict) else {}
    step, kind, values = known.get("step"), known.get("kind"), known.get("values")
    if type(step) is not int or not 0 <= step <= MOST or not isinstance(kind, str) or not isinstance(values, dict):
        raise UserError("expected an intervention with step, kind and values, got something else")
    return Intervention(step, parse_change(kind, values))
