"""Lifecycle: agents die of hunger, of bites and of age; one with enough energy splits."""

from __future__ import annotations

import pydantic

from alife.parts.energy import Charged, EnergyParams
from alife.parts.part import Part
from alife.parts.pasture import Fed
from alife.parts.traits import body_of
from alife.world import UNIT, BaseParams, WorldScalars, f32, i32, i64, per_agent

DEATH_CAUSES = ("starved", "eaten", "aged")
STARVED, EATEN, AGED = 0, 1, 2  # places in it


class Mortal(Fed, Charged):
    """An agent that dies and splits."""


class LifecycleParams(BaseParams):
    """Times in steps."""

    split_age: int = pydantic.Field(50, ge=0, le=10**9, description="age before the first split, steps")
    lifetime: int = pydantic.Field(400, ge=1, le=10**9, description="age at which an agent dies, steps")
    carrion: float = pydantic.Field(0.8, ge=0, le=1, description="share of a dead body that feeds its cell")


class FateParams(LifecycleParams, EnergyParams):
    """Params of `decide_fate`."""


@per_agent
def decide_fate(a: Mortal, p: FateParams, world: WorldScalars) -> None:
    """Lets an agent die that has no energy or is old; else one that is grown and has enough energy wants a child."""
    age = world.step - a.birth_step
    if a.energy <= 0 or age >= i64(p.lifetime):
        a.died = 1 + (AGED if a.energy > 0 else EATEN if a.lost > 0 else STARVED)
        corpse = a.energy + body_of(a.size)
        a.returned = i32(p.carrion * f32(corpse))
        a.heat += i64(corpse - a.returned)
        a.energy = 0
    elif age >= i64(p.split_age) and f32(a.energy) >= p.split_energy * a.size * UNIT:
        a.wants_child = 1


class Lifecycle(Part):
    """Death and splitting, for worlds with `DEATH_CAUSES`."""

    settle = (decide_fate,)
