"""Food: patches that circle, come up somewhere else when their time is over, and share what they give."""

from __future__ import annotations

from typing import Any

import pydantic

from alife.parts.part import Part
from alife.parts.plane import Placed, PlaneParams
from alife.world import (
    FIRST_WORLD_STREAM,
    TWO_PI,
    UNIT,
    BaseParams,
    Columns,
    Sensor,
    Table,
    Vector,
    WorldScalars,
    around,
    column,
    cos,
    f32,
    i32,
    i64,
    per_agent,
    per_newborn,
    per_row,
    sin,
    torus,
    turned,
    uniform,
)

TASTE = 3.0  # observation on food: more than all others together

PATCH = FIRST_WORLD_STREAM


class FoodParams(BaseParams):
    """Energy in units, lengths in cells, time in steps."""

    patches: int = pydantic.Field(4, ge=1, le=64, description="number of patches of food")
    patch_radius: float = pydantic.Field(4.5, gt=0, le=100, description="radius of a patch, cells")
    patch_drift: float = pydantic.Field(0.2, ge=0, le=2, description="speed of a patch, cells a step")
    patch_life: int = pydantic.Field(400, ge=1, le=10**9, description="steps before it comes up somewhere else")
    supply: float = pydantic.Field(0.8, ge=0, le=10**4, description="food that a patch gives, units a step")
    meal: float = pydantic.Field(0.03, ge=0, le=10, description="most that one agent eats in a step, units")


class FoodOnPlaneParams(FoodParams, PlaneParams):
    """Params of the laws of food."""


class Patch(Columns, table="patches", prefix="patch_"):
    """A patch of food."""

    x: float = column("float32", unit="cells", meaning="center", finite=True)
    y: float = column("float32", unit="cells", meaning="center", finite=True)
    eaters: Vector[int] = column("int64", (1,), name="eaters", unit="agents", meaning="on the patch")


class Eater(Placed):
    """An agent that eats from patches."""

    patch: int = column("int32", meaning="the patch it is on, or -1", kept=False)
    meal_now: int = column("int32", unit="quanta", meaning="eaten in the last step", title="last meal")
    intake: int = column("int64", unit="quanta", meaning="eaten in this slot since the start", reading="hidden")


@per_row("patches")
def drift(patch: Patch, p: FoodOnPlaneParams, world: WorldScalars) -> None:
    """Moves the patches; each comes up elsewhere at its own time, so that they do not all move at once."""
    k = i64(patch.row)
    now = world.step + k * i64(p.patch_life) // i64(p.patches)
    life = now // i64(p.patch_life)
    radius = f32(p.side) * (0.1 + 0.15 * uniform(world.seed, PATCH, life, k, 0))
    way = 1.0 if uniform(world.seed, PATCH, life, k, 1) < 0.5 else f32(-1.0)
    turn = uniform(world.seed, PATCH, life, k, 2) * TWO_PI + way * p.patch_drift * f32(now % i64(p.patch_life)) / radius
    turn = turned(turn)
    patch.x = around(uniform(world.seed, PATCH, life, k, 3) * f32(p.side) + radius * cos(turn), f32(p.side))
    patch.y = around(uniform(world.seed, PATCH, life, k, 4) * f32(p.side) + radius * sin(turn), f32(p.side))
    patch.eaters[0] = i64(0)


@per_agent(reductions=("eaters",))
def find_patch(a: Eater, patches: Table[Patch], p: FoodOnPlaneParams) -> None:
    """Finds the patch that an agent is on, and counts it there."""
    a.patch = -1
    for k in range(p.patches):
        dx = torus(a.x - patches[k].x, f32(p.side))
        dy = torus(a.y - patches[k].y, f32(p.side))
        if dx * dx + dy * dy < p.patch_radius * p.patch_radius:
            a.patch = k
    if a.patch >= 0:
        patches[a.patch].eaters[0] += i64(1)


@per_agent
def feel(a: Eater) -> None:
    """Observes food underfoot."""
    a.senses.food = TASTE if a.patch >= 0 else 0.0


@per_agent
def eat(a: Eater, patches: Table[Patch], p: FoodParams) -> None:
    """Eats a meal, or a share of what the patch gives."""
    a.meal_now = 0
    if a.patch >= 0:
        a.meal_now = i32(min(i64(p.meal * UNIT), i64(p.supply * UNIT) // patches[a.patch].eaters[0]))
    a.intake += i64(a.meal_now)


@per_newborn
def fast(a: Eater) -> None:
    """Lets a child begin without food."""
    a.meal_now = 0


class Food(Part):
    """Patches of food that nobody sees."""

    columns = (Patch, Eater)
    reset = (drift,)
    observe = (drift, find_patch, feel)
    digest = (eat,)
    birth = (fast,)

    def sensors(self, params: Any) -> tuple[Sensor, ...]:
        return (Sensor("food", 0, TASTE, "", "3 on a patch of food, else 0"),)

    def tables(self, params: Any) -> dict[str, int]:
        return {"patches": params.patches}
