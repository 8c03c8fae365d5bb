"""Lifecycle: agents die of hunger, of bites and of age; one with enough energy splits, alone or with a mate."""

from __future__ import annotations

import pydantic

from alife.parts.energy import Charged, EnergyParams
from alife.parts.part import Part
from alife.parts.pasture import Fed
from alife.parts.traits import body_of
from alife.parts.vision import Seeing
from alife.world import SECTORS, UNIT, BaseParams, Table, WorldScalars, f32, i32, i64, per_agent

DEATH_CAUSES = ("starved", "eaten", "aged")
STARVED, EATEN, AGED = 0, 1, 2  # places in it


class Mortal(Fed, Charged):
    """An agent that dies and splits."""


class Mating(Mortal, Seeing):
    """An agent that finds a mate among those that it sees."""


class LifecycleParams(BaseParams):
    """Times in steps, distances in cells."""

    split_age: int = pydantic.Field(50, ge=0, le=10**9, description="age before the first split, steps")
    lifetime: int = pydantic.Field(400, ge=1, le=10**9, description="age at which an agent dies, steps")
    carrion: float = pydantic.Field(0.8, ge=0, le=1, description="share of a dead body that feeds its cell")
    mate_reach: float = pydantic.Field(
        4.0, ge=0, le=8, description="largest distance of a mate, cells; it must be in sight"
    )
    mate_diet: float = pydantic.Field(0.25, ge=0, le=1, description="largest difference of diets between mates")


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


@per_agent
def meet(a: Mating, agents: Table[Mating], p: LifecycleParams) -> None:
    """Names a mate: of the nearest agents seen in this step, one a sector, the nearest with a similar diet."""
    a.mate = -1
    if a.wants_child != 0:
        closest = p.mate_reach * p.mate_reach
        for s in range(SECTORS):
            j = a.near_slot[s]
            if j >= 0 and a.near_distance[s] < closest and abs(agents[j].diet - a.diet) <= p.mate_diet:
                closest = a.near_distance[s]
                a.mate = j


class Lifecycle(Part):
    """Death and splitting, for worlds with `DEATH_CAUSES`."""

    group = "lifecycle"
    Params = LifecycleParams
    settle = (decide_fate,)
    pairing = (meet,)
