"""Vision: the nearest agent in each of five sectors: how near, how large, how akin."""

from __future__ import annotations

from typing import Any

from alife.parts.ground import BIN
from alife.parts.part import Part
from alife.parts.plane import Placed
from alife.parts.plant_sight import WAYS
from alife.parts.traits import Traited
from alife.world import (
    SECTORS,
    Sensor,
    Sight,
    Table,
    Vector,
    column,
    cos,
    interleaved,
    nearest_of_each,
    neighbors,
    per_agent,
    sector_of,
    sensor_group,
    sin,
    sqrt,
)


class Seeing(Placed, Traited):
    """An agent that sees others and is seen."""

    near_distance: Vector[float] = column(
        "float32", (SECTORS,), meaning="squared distance to the nearest agent of each sector", kept=False
    )
    near_slot: Vector[int] = column("int32", (SECTORS,), meaning="its slot, or -1", kept=False)


@per_agent
def look(a: Seeing, agents: Table[Seeing]) -> None:
    """Finds the nearest agent of each sector."""
    east = cos(a.heading)
    north = sin(a.heading)
    nearest_of_each(
        a.near_slot,
        a.near_distance,
        (
            (sector_of(dx * east + dy * north, dy * east - dx * north), other, dx, dy)
            for other, dx, dy in neighbors(a, agents)
        ),
    )


def kinship(mine: float, other: float) -> float:
    """Returns 1 for equal hues, -1 for opposite ones."""
    apart = abs(other - mine)
    return 1.0 - 4.0 * min(apart, 1.0 - apart)


@per_agent
def see_others(a: Seeing, agents: Table[Seeing]) -> None:
    """Observes the nearest agent of each sector."""
    for k in range(SECTORS):
        a.senses.nearness[k] = 0.0
        a.senses.size[k] = 0.0
        a.senses.kinship[k] = 0.0
        if a.near_slot[k] >= 0:
            other = agents[a.near_slot[k]]
            a.senses.nearness[k] = 1.0 / (1.0 + sqrt(a.near_distance[k]))
            a.senses.size[k] = (other.size - a.size) / (other.size + a.size)
            a.senses.kinship[k] = kinship(a.hue, other.hue)


class Vision(Part):
    """Sight of the nearest agents."""

    columns = (Seeing,)
    observe = (look, see_others)
    sights = (
        Sight(
            "nearest agent", BIN, tuple(f"nearness {way}" for way in WAYS), f"sees all within {BIN} cells, some further"
        ),
    )

    def sensors(self, params: Any) -> tuple[Sensor, ...]:
        near = "1 / (1 + distance) of the nearest agent, 0 if none is seen"
        return interleaved(
            sensor_group("nearness", WAYS, 0, 1, "", near),
            sensor_group("size", WAYS, -1, 1, "", "(its size - mine) / (its size + mine)"),
            sensor_group("kinship", WAYS, -1, 1, "", "1 for my hue, -1 for the opposite one"),
        )
