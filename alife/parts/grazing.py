"""Grazing: agents eat the plants of their cell, which they share where they are few."""

from __future__ import annotations

from typing import Any

import numpy as np
import pydantic

from alife.parts.energy import Charged
from alife.parts.part import Part
from alife.parts.pasture import Fed, Ground
from alife.parts.plant_sight import RichnessParams, richness
from alife.world import (
    UNIT,
    BaseParams,
    Fields,
    Metric,
    Sensor,
    Table,
    clip,
    column,
    f32,
    i32,
    i64,
    members,
    per_agent,
    per_newborn,
    sqrt,
    sum_over,
)


class Grazer(Fed, Charged):
    """An agent that grazes."""

    appetite: int = column("int32", unit="quanta", meaning="quanta it would graze", kept=False)
    plant_taste: float = column("float32", meaning="-1..1", reading="hidden")
    life_plants: int = column("int32", unit="quanta", meaning="grazed in this life", title="plants")
    plant_intake: int = column("int64", unit="quanta", meaning="grazed in this slot since the start", reading="hidden")


class GrazingParams(BaseParams):
    """Energy in units."""

    graze: float = pydantic.Field(0.12, ge=0, le=10, description="most that a body of size 1 grazes in a step, units")


class AppetiteParams(GrazingParams, RichnessParams):
    """Params of `request_biomass`."""


@per_agent
def taste_plants(a: Grazer) -> None:
    """Observes what was grazed in the last step."""
    a.senses.taste_of_plants = a.plant_taste


@per_agent
def request_biomass(a: Grazer, ground: Table[Ground], p: AppetiteParams) -> None:
    """Asks the agent's cell for biomass, saturating with what stands there (Holling type II)."""
    hunger = p.graze * a.mouth * sqrt(1.0 - a.diet)
    a.appetite = i32(hunger * richness(ground[a.bin_of].biomass[a.cell_of], p) * UNIT)


@per_agent
def share_cell(a: Grazer, agents: Table[Grazer], ground: Table[Ground]) -> None:
    """Shares the biomass of a cell: each agent gets its appetite, or a proportional share, rounded down."""
    wanted = sum_over(i64(other.appetite) for other in members(a.bin_of, agents) if other.cell_of == a.cell_of)
    there = i64(ground[a.bin_of].biomass[a.cell_of])
    a.eaten = a.appetite if wanted <= there else i32(i64(a.appetite) * there // wanted)


@per_agent
def digest_plants(a: Grazer, p: GrazingParams) -> None:
    """Gains what was grazed."""
    a.gained += a.eaten
    a.plant_intake += i64(a.eaten)
    a.life_plants += a.eaten
    a.plant_taste = clip(f32(a.eaten) / (p.graze * a.mouth * UNIT), -1.0, 1.0)


@per_newborn
def begin_life(a: Grazer) -> None:
    """Lets a child begin without having eaten."""
    a.plant_taste = 0.0
    a.life_plants = 0


class Grazing(Part):
    """Eating plants."""

    columns = (Grazer,)
    observe = (taste_plants,)
    intend = (request_biomass,)
    contest = (share_cell,)
    digest = (digest_plants,)
    birth = (begin_life,)
    metrics = (Metric("plant_intake", "energy", "grazed by all agents since the start"),)

    def sensors(self, params: Any) -> tuple[Sensor, ...]:
        return (Sensor("taste of plants", -1, 1, "", "grazed in the last step; negative if it was poison"),)

    def metric_values(self, fields: Fields, rows: np.ndarray, params: Any) -> dict[str, float | int]:
        """Returns the values of its metrics; rows: [N] living slots."""
        return {"plant_intake": fields.total("plant_intake") / UNIT}
