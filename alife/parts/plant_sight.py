"""Plant sight: the biomass of the ground in five directions and underfoot."""

from __future__ import annotations

from typing import Any

import pydantic

from alife.parts.ground import Standing, bin_at, cell_at
from alife.parts.part import Part
from alife.parts.pasture import Ground
from alife.parts.plane import PlaneParams
from alife.world import (
    SECTORS,
    UNIT,
    BaseParams,
    Sensor,
    Sight,
    Table,
    cos,
    f32,
    floor,
    i32,
    per_agent,
    sensor_group,
    sin,
    wrapped,
)

WAYS = ("ahead", "ahead left", "behind left", "behind right", "ahead right")  # the sectors of sight


class RichnessParams(BaseParams):
    """Saturation of grazing and of sight."""

    graze_half: float = pydantic.Field(
        0.25, gt=0, le=10, description="biomass at which grazing is half as quick, units"
    )


class PlantSightParams(RichnessParams, PlaneParams):
    """Params of `see_plants`."""


def richness(biomass: int, p: RichnessParams) -> float:
    """Returns the rate of grazing, 0..1, at a biomass in quanta (Holling type II)."""
    plants = f32(biomass) / UNIT
    return plants / (plants + p.graze_half)


def ring_radius(ring: int) -> float:
    """Returns the distance, in cells, of a ring of cells that are looked at."""
    return 1.5 if ring == 0 else 3.5 if ring == 1 else 6.5


def ring_weight(ring: int) -> float:
    """Returns the weight of a ring in what is seen."""
    return 0.5 if ring == 0 else 0.3 if ring == 1 else 0.2


def ring_cell(a: Standing, ring: int, c: float, s: float, p: PlaneParams) -> tuple[int, int]:
    """Returns bin and cell of a ring in the direction of cosine c and sine s."""
    column = wrapped(i32(floor(a.x + ring_radius(ring) * c)), p.side)
    row = wrapped(i32(floor(a.y + ring_radius(ring) * s)), p.side)
    return bin_at(column, row, p.side), cell_at(column, row)


def next_sector(c: float, s: float) -> tuple[float, float]:
    """Returns cosine and sine of the direction one sector, 72 degrees, further to the left."""
    return c * 0.30901699 - s * 0.95105652, s * 0.30901699 + c * 0.95105652


@per_agent
def see_plants(a: Standing, ground: Table[Ground], p: PlantSightParams) -> None:
    """Observes plants by sector, on three rings, and underfoot."""
    c = cos(a.heading)
    s = sin(a.heading)
    for k in range(SECTORS):
        near = 0.0
        for ring in range(3):
            b, cell = ring_cell(a, ring, c, s, p)
            near += ring_weight(ring) * richness(ground[b].biomass[cell], p)
        a.senses.plants[k] = near
        c, s = next_sector(c, s)
    a.senses.plants_underfoot = richness(ground[a.bin_of].biomass[a.cell_of], p)


class PlantSight(Part):
    """Sight of plants."""

    observe = (see_plants,)
    sights = (
        Sight(
            "plants",
            ring_radius(2),
            tuple(f"plants {way}" for way in WAYS),
            "looks at cells 1.5, 3.5 and 6.5 cells away",
        ),
    )

    def sensors(self, params: Any) -> tuple[Sensor, ...]:
        underfoot = Sensor("plants underfoot", 0, 1, "", "biomass of my cell")
        return (*sensor_group("plants", WAYS, 0, 1, "", "biomass seen 1.5, 3.5 and 6.5 cells away"), underfoot)
