"""Poison: with two kinds of plant one of them poisons each agent, not the same one for all, so it must be learned."""

from __future__ import annotations

from typing import Any

import pydantic

from alife.parts.grazing import Grazer, GrazingParams
from alife.parts.part import Part
from alife.parts.pasture import Ground
from alife.parts.patches import PatchesParams
from alife.parts.plant_sight import PlantSightParams, next_sector, richness, ring_cell, ring_weight
from alife.parts.streams import POISON
from alife.world import (
    SECTORS,
    UNIT,
    BaseParams,
    Draws,
    Law,
    Sensor,
    Table,
    clip,
    column,
    cos,
    f32,
    i32,
    i64,
    per_agent,
    per_newborn,
    sensor_group,
    sin,
)

HUES = ("ahead", "ahead left", "ahead right")  # where the kind of plants is seen: sectors 0, 1 and 4


class Susceptible(Grazer):
    """An agent that one kind of plant poisons."""

    poison_kind: int = column(
        "int32",
        meaning="kind of plant that poisons it, -1 if none does",
        low=-1,
        high=1,
        words={-1: "none", 0: "green", 1: "violet"},
        title="poison",
    )


class PoisonParams(BaseParams):
    """Energy in units."""

    poison: float = pydantic.Field(1.0, ge=0, le=10, description="energy lost for each unit of poison eaten, units")


class SickParams(GrazingParams, PoisonParams):
    """Params of `sicken`."""


def poison_susceptibility(draws: Draws, p: PatchesParams) -> int:
    """Returns the kind of plant that poisons this agent; -1 if there is only one."""
    return i32(draws.once.uniform(POISON, 0) * 2.0) if p.plant_kinds == 2 else -1


@per_agent
def init_susceptibility(a: Susceptible, draws: Draws, p: PatchesParams) -> None:
    """Draws the kind of plant that poisons a founder."""
    a.poison_kind = poison_susceptibility(draws, p)


@per_newborn
def draw_susceptibility(a: Susceptible, draws: Draws, p: PatchesParams) -> None:
    """Draws the kind of plant that poisons a child."""
    a.poison_kind = poison_susceptibility(draws, p)


def signed(kind: int) -> float:
    """Returns 1 for kind 0 and -1 for kind 1."""
    return 1.0 - 2.0 * f32(kind)


@per_agent
def see_hues(a: Susceptible, ground: Table[Ground], p: PlantSightParams) -> None:
    """Observes the kind of the plants ahead, on both sides of that, and underfoot."""
    c = cos(a.heading)
    s = sin(a.heading)
    for k in range(SECTORS):
        color = 0.0
        for ring in range(3):
            b, cell = ring_cell(a, ring, c, s, p)
            color += ring_weight(ring) * richness(ground[b].biomass[cell], p) * signed(ground[b].kind[cell])
        if k == 0 or k == 1 or k == 4:
            a.senses.plant_hue[0 if k == 0 else 1 if k == 1 else 2] = color
        c, s = next_sector(c, s)
    mine = ground[a.bin_of]
    a.senses.plant_hue_underfoot = richness(mine.biomass[a.cell_of], p) * signed(mine.kind[a.cell_of])


@per_agent
def sicken(a: Susceptible, ground: Table[Ground], p: GrazingParams) -> None:
    """Gives off what was gained from plants that are poison."""
    if a.poison_kind == ground[a.bin_of].kind[a.cell_of]:
        a.gained -= a.eaten
        a.heat += i64(a.eaten)
        a.plant_intake -= i64(a.eaten)
        a.life_plants -= a.eaten
        a.plant_taste = clip((0.0 - f32(a.eaten)) / (p.graze * a.mouth * UNIT), -1.0, 1.0)


@per_agent
def pay_poison(a: Susceptible, ground: Table[Ground], p: PoisonParams) -> None:
    """Adds the cost of poison."""
    if a.poison_kind == ground[a.bin_of].kind[a.cell_of]:
        a.cost += p.poison * f32(a.eaten) / UNIT


class Poison(Part):
    """Poisonous plants; with one kind of plant there are none."""

    columns = (Susceptible,)
    founding = (init_susceptibility,)
    observe = (see_hues,)
    digest = (sicken,)
    spend = (pay_poison,)
    birth = (draw_susceptibility,)

    def laws(self, stage: str, params: Any) -> tuple[Law, ...]:
        return super().laws(stage, params) if params.plant_kinds == 2 or stage in ("founding", "birth") else ()

    def sensors(self, params: Any) -> tuple[Sensor, ...]:
        if params.plant_kinds != 2:
            return ()
        meaning = "biomass there: positive of kind 0, negative of kind 1"
        underfoot = Sensor("plant hue underfoot", -1, 1, "", meaning)
        return (underfoot, *sensor_group("plant hue", HUES, -1, 1, "", meaning))
