"""Swimming: agents that swim, shine, pay for both, split and starve."""

from __future__ import annotations

from typing import Any

import numpy as np
import pydantic

from alife.parts.food import Eater
from alife.parts.motion import SpeedParams, move, steering
from alife.parts.part import Part
from alife.world import (
    FIRST_WORLD_STREAM,
    UNIT,
    Actuator,
    Draws,
    Fields,
    Sensor,
    Shade,
    Table,
    WorldScalars,
    clip,
    column,
    f32,
    i32,
    i64,
    per_agent,
    per_newborn,
    per_parent,
)

TURN = 0.8  # radians a step, at most

END = FIRST_WORLD_STREAM + 3  # a stream that the plane leaves free


class SwimmingParams(SpeedParams):
    """Energy in units, lengths in cells, time in steps."""

    neighbours: bool = pydantic.Field(True, description="true: neighbors are seen")
    fixed: bool = pydantic.Field(
        False, description="true: no agent dies or splits; energy beyond that of a split is heat"
    )
    upkeep: float = pydantic.Field(0.0022, ge=0, le=1, description="cost of a step, units")
    thrust_cost: float = pydantic.Field(0.0008, ge=0, le=1, description="cost of full thrust, units a step")
    light_cost: float = pydantic.Field(0.0, ge=0, le=1, description="cost of full light, units a step")
    founder_energy: float = pydantic.Field(0.9, gt=0, le=100, description="energy of a founder, units")
    split_energy: float = pydantic.Field(
        1.2, gt=0, le=100, description="energy at which an agent splits into equal halves, units"
    )
    hardship: int = pydantic.Field(
        14000, ge=0, le=10**9, description="steps in which the costs rise from 0 to their full values"
    )
    lifetime: int = pydantic.Field(
        1000, ge=1, le=10**9, description="mean age at which an agent dies, fed or not, steps"
    )


class Swimmer(Eater):
    """An agent of the swarm."""

    light: float = column("float32", meaning="how brightly it shines, 0..1")
    thrust: float = column("float32", meaning="of the last step, 0..1")
    energy: int = column("int32", unit="quanta", meaning="stored energy")
    heat: int = column("int64", unit="quanta", meaning="given off in this slot since the start", reading="hidden")
    child_energy: int = column("int32", unit="quanta", meaning="of the child it gets", kept=False)


@per_agent
def found(a: Swimmer, p: SwimmingParams) -> None:
    """Gives founders their energy, and no light."""
    a.light = 0.0
    a.energy = i32(p.founder_energy * UNIT)


@per_agent
def see_itself(a: Swimmer) -> None:
    """Observes energy, thrust and light of the agent itself."""
    a.senses.energy = clip(f32(a.energy) / UNIT, 0.0, 2.0)
    a.senses.speed = a.thrust
    a.senses.own_light = a.light


@per_agent
def shine(a: Swimmer) -> None:
    """Takes over thrust and light."""
    a.thrust = a.actions.thrust
    a.light = a.actions.light


@per_agent
def live(a: Swimmer, draws: Draws, p: SwimmingParams, world: WorldScalars) -> None:
    """Pays for the step, and decides about death or a child."""
    store = a.energy + a.meal_now
    cost = p.upkeep + p.thrust_cost * a.thrust * a.thrust + p.light_cost * a.light
    if world.step < i64(p.hardship):
        cost *= f32(world.step) / f32(p.hardship)
    paid = min(store, i32(cost * UNIT))
    if p.fixed != 0:
        paid = max(paid, store - i32(p.split_energy * UNIT))
    store -= paid
    ends = draws.uniform(END, 0) * f32(p.lifetime) < 1.0
    if p.fixed == 0 and (store <= 0 or ends):
        a.died = 1 if store <= 0 else 2
        paid += store
        store = 0
    elif p.fixed == 0 and store >= i32(p.split_energy * UNIT):
        a.wants_child = 1
    a.heat += i64(paid)
    a.energy = store


@per_parent
def halve(a: Swimmer) -> None:
    """Gives the child half of the energy."""
    a.child_energy = a.energy // 2
    a.energy -= a.child_energy


@per_newborn
def begin(a: Swimmer, agents: Table[Swimmer]) -> None:
    """Lets a child begin at rest, without light."""
    a.light = 0.0
    a.thrust = 0.0
    a.energy = agents[a.parent_slot].child_energy


class Swimming(Part):
    """Agents that swim, shine, pay for it, split and starve."""

    columns = (Swimmer,)
    reset = (found,)
    observe = (see_itself,)
    move = (move, shine)
    settle = (live,)
    birth = (halve, begin)
    shades = (Shade("energy", "energy", 0.0),)

    def sensors(self, params: Any) -> tuple[Sensor, ...]:
        return (
            Sensor("energy", 0, 2, "units", "stored"),
            Sensor("speed", 0, 1, "", "thrust of the last step"),
            Sensor("own light", 0, 1, "", "of the last step"),
        )

    def actuators(self, params: Any) -> tuple[Actuator, ...]:
        return (*steering(TURN), Actuator("light", 0.0, 1.0, "", "how brightly it shines"))

    def account(self, fields: Fields, rows: np.ndarray, placed: bool) -> None:
        """Takes stores that are placed out of `heat`, and gives those that are removed to it. rows: [K]."""
        held = fields["energy"][rows].astype(np.int64)
        fields["heat"][rows] += -held if placed else held
        fields["energy"][rows] *= placed
