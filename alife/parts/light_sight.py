"""Light sight: the nearest neighbor of each sector, its course, and the light of all."""

from __future__ import annotations

from typing import Any

from alife.parts.part import Part
from alife.parts.plane import PlaneParams
from alife.parts.plant_sight import WAYS
from alife.parts.swimming import Swimmer, SwimmingParams
from alife.world import (
    SECTORS,
    Sensor,
    Sight,
    Table,
    bins_around,
    cos,
    f32,
    interleaved,
    members,
    per_agent,
    sector_of,
    sensor_group,
    sin,
    sqrt,
    torus,
)

SIGHT = 8  # distance of sight, and the side of a bin of the cell lists


class SightParams(SwimmingParams, PlaneParams):
    """Params of `look`."""


@per_agent
def look(a: Swimmer, agents: Table[Swimmer], p: SightParams) -> None:
    """Observes, by sector, nearness and course of the nearest neighbor, and the light of all, fainter with distance."""
    for s in range(SECTORS):
        a.senses.nearness[s] = 0.0
        a.senses.light[s] = 0.0
        a.senses.course[s] = 0.0
    if p.neighbours != 0:
        east = cos(a.heading)
        north = sin(a.heading)
        for b in bins_around(a, agents):
            for other in members(b, agents):
                dx = torus(other.x - a.x, f32(p.side))
                dy = torus(other.y - a.y, f32(p.side))
                distance = sqrt(dx * dx + dy * dy)
                if other.row != a.row and distance < f32(SIGHT):
                    s = sector_of(dx * east + dy * north, dy * east - dx * north)
                    near = 1.0 - distance / f32(SIGHT)
                    a.senses.light[s] = min(a.senses.light[s] + near * other.light, 1.0)
                    if near > a.senses.nearness[s]:
                        a.senses.nearness[s] = near
                        a.senses.course[s] = near * sin(other.heading - a.heading)


class LightSight(Part):
    """Sight of neighbors and of their light."""

    observe = (look,)
    sights = (
        Sight("nearest agent", SIGHT, tuple(f"nearness {way}" for way in WAYS), f"sees all within {SIGHT} cells"),
    )

    def sensors(self, params: Any) -> tuple[Sensor, ...]:
        near = "1 if the nearest neighbor there is near, 0 at 8 cells or if there is none"
        course = "that nearness, positive where it heads to my left, else negative"
        return interleaved(
            sensor_group("nearness", WAYS, 0, 1, "", near),
            sensor_group("light", WAYS, 0, 1, "", "of all neighbors there, fainter with distance"),
            sensor_group("course", WAYS, -1, 1, "", course),
        )
