"""Pasture: biomass that grows on fertile ground, decays above its capacity, and is eaten."""

from __future__ import annotations

from typing import Any

import numpy as np
import pydantic

from alife.parts.grass import PLANTS, grass
from alife.parts.ground import CELLS, Standing, disc_cells
from alife.parts.part import Part
from alife.parts.patches import Soil
from alife.parts.streams import GROWTH
from alife.world import (
    TWO_PI,
    UNIT,
    BaseParams,
    Draws,
    Fields,
    Metric,
    Paint,
    Table,
    Vector,
    View,
    WorldScalars,
    column,
    f32,
    i32,
    i64,
    members,
    per_agent,
    per_bin,
    sin,
    stochastic_round,
)

GROWTH_EVERY = 8  # steps between two updates of a cell's biomass


class Ground(Soil):
    """The ground of a bin with its plants."""

    biomass: Vector[int] = column("int32", (CELLS,), unit="quanta", meaning="plants of the cell")
    sunlight: Vector[int] = column("int64", (CELLS,), unit="quanta", meaning="grown since the start")
    decayed: Vector[int] = column("int64", (CELLS,), name="warmth", unit="quanta", meaning="decayed since the start")


class Fed(Standing):
    """An agent that eats from its cell."""

    eaten: int = column("int32", unit="quanta", meaning="quanta it grazes", kept=False)
    returned: int = column("int32", unit="quanta", meaning="quanta its dead body gives to the cell", kept=False)


class PastureParams(BaseParams):
    """Growth of biomass; time in steps."""

    season: float = pydantic.Field(0.3, ge=0, lt=1, description="swing of fertility over a year, share")
    year: int = pydantic.Field(2000, ge=1, le=10**9, description="steps of a year")
    growth: float = pydantic.Field(0.015, ge=0, le=0.1, description="logistic growth of biomass, share a step")
    seeding: float = pydantic.Field(0.0005, ge=0, le=0.1, description="growth from nothing, share of fertility a step")


@per_bin
def sow(bin: Ground) -> None:
    """Fills the meadow with biomass."""
    for k in range(CELLS):
        bin.biomass[k] = i32(bin.fertility[k] * UNIT)


@per_agent
def leave_nothing(a: Fed) -> None:
    """Clears what an agent takes from its cell and gives to it."""
    a.eaten = 0
    a.returned = 0


def growth_of(biomass: float, capacity: float, p: PastureParams) -> float:
    """Returns the biomass that a cell gains, or loses above its capacity, in `GROWTH_EVERY` steps, in units."""
    if biomass > capacity:
        return -0.01 * f32(GROWTH_EVERY) * (biomass - capacity)
    return f32(GROWTH_EVERY) * (p.growth * biomass * (1.0 - biomass / capacity) + p.seeding * capacity)


@per_bin(period=GROWTH_EVERY)
def grow(bin: Ground, agents: Table[Fed], draws: Draws, p: PastureParams, world: WorldScalars) -> None:
    """Removes grazed biomass, adds that of the dead, and grows every `GROWTH_EVERY` steps."""
    for a in members(bin.row, agents):
        bin.biomass[a.cell_of] += a.returned - a.eaten
    if (i64(bin.row) + world.step) % GROWTH_EVERY == 0:
        swing = 1.0 + p.season * sin(TWO_PI * f32(world.step % i64(p.year)) / f32(p.year))
        for k in range(CELLS):
            gain = growth_of(f32(bin.biomass[k]) / UNIT, bin.fertility[k] * swing, p)
            word, b, c, d = draws.words(GROWTH, k)
            change = i32(stochastic_round(abs(gain) * UNIT, word))
            if gain >= 0.0:
                bin.sunlight[k] += i64(change)
            else:
                change = -min(change, bin.biomass[k])
                bin.decayed[k] -= i64(change)
            bin.biomass[k] += change


class Pasture(Part):
    """Growing biomass."""

    columns = (Ground, Fed)
    reset = (sow,)
    begin = (leave_nothing,)
    end = (grow,)
    metrics = (Metric("standing", "", "biomass as a share of what the ground could carry", headline=True),)
    paints = (Paint("food", "units a cell", 0, 10, "biomass; what is added is sunlight, what is removed has decayed"),)
    legend = (PLANTS,)

    def paint(self, fields: Fields, name: str, x: float, y: float, radius: float, value: float, params: Any) -> None:
        """Sets the biomass of the cells of a disc; see `SharedWorld.paint`."""
        cells = disc_cells(x, y, radius, params.side)
        change = np.int64(value * UNIT) - fields["biomass"][cells]
        fields["biomass"][cells] += change.astype(np.int32)
        fields["sunlight"][cells] += np.maximum(change, 0)
        fields["warmth"][cells] += np.maximum(-change, 0)

    def draw_ground(self, colors: np.ndarray, view: View, down: np.ndarray, across: np.ndarray) -> None:
        """Colors plants; see `Part.draw_ground`. colors: [R, C, 3], down, across: [R], [C]."""
        colors[:] = grass(view, down, across)

    def metric_values(self, fields: Fields, rows: np.ndarray, params: Any) -> dict[str, float | int]:
        """Returns the values of its metrics; rows: [N] living slots."""
        return {"standing": float(fields.total("biomass") / UNIT / fields["fertility"].sum(dtype=np.float64))}
