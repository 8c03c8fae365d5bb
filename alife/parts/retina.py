"""Retina: nearness and hue of the nearest agent in each direction of a strip all round."""

from __future__ import annotations

from typing import Any

import pydantic

from alife.parts.part import Part
from alife.parts.vision import Seeing, kinship
from alife.world import (
    TWO_PI,
    BaseParams,
    Law,
    Sensor,
    Table,
    atan2,
    cos,
    f32,
    i32,
    neighbors,
    per_agent,
    sensor_group,
    sin,
    sqrt,
)


class RetinaParams(BaseParams):
    """Resolution of the strip."""

    retina: int = pydantic.Field(
        0,
        ge=0,
        le=64,
        description="directions all round in which nearness and hue of the nearest agent are seen; 0: none",
    )


@per_agent
def see_strip(a: Seeing, agents: Table[Seeing], p: RetinaParams) -> None:
    """Observes the nearest agent in each direction, from behind over the right to behind."""
    for k in range(p.retina):
        a.senses.retina_nearness[k] = 0.0
        a.senses.retina_kinship[k] = 0.0
    east = cos(a.heading)
    north = sin(a.heading)
    for other, dx, dy in neighbors(a, agents):
        near = 1.0 / (1.0 + sqrt(dx * dx + dy * dy))
        angle = atan2(dy * east - dx * north, dx * east + dy * north)
        at = max(0, min(i32((angle / TWO_PI + 0.5) * f32(p.retina)), p.retina - 1))
        if near > a.senses.retina_nearness[at]:
            a.senses.retina_nearness[at] = near
            a.senses.retina_kinship[at] = kinship(a.hue, other.hue)


class Retina(Part):
    """A strip of sight all round; switched off at a resolution of 0."""

    observe = (see_strip,)

    def laws(self, stage: str, params: Any) -> tuple[Law, ...]:
        return super().laws(stage, params) if params.retina else ()

    def sensors(self, params: Any) -> tuple[Sensor, ...]:
        places = range(1, params.retina + 1)
        near = sensor_group("retina nearness", places, 0, 1, "", "of the nearest agent there, 0 if there is none")
        return (*near, *sensor_group("retina kinship", places, -1, 1, "", "1 for my hue, -1 for the opposite one"))
