"""Biting: agents bite smaller ones ahead of them; what several take of one is shared, and a bite needs time."""

from __future__ import annotations

from typing import Any

import numpy as np

from alife.parts.bite_target import Biter, BitingParams, choose_target
from alife.parts.part import Part
from alife.world import (
    UNIT,
    Actuator,
    Fields,
    Metric,
    Sensor,
    Table,
    WorldScalars,
    clip,
    f32,
    i32,
    i64,
    per_agent,
    per_newborn,
    sqrt,
)


@per_agent
def taste_meat(a: Biter) -> None:
    """Observes what was gained by the bite of the last step."""
    a.senses.taste_of_meat = a.meat_taste


@per_agent(reductions=("bites_on",))
def bite(a: Biter, agents: Table[Biter]) -> None:
    """Adds the bite of an agent to those on its prey."""
    if a.target >= 0:
        agents[a.target].bites_on += i64(a.bite)


@per_agent
def lose(a: Biter) -> None:
    """Loses what all biters take, at most all energy."""
    a.lost = i32(min(a.bites_on, i64(a.energy)))


def share_of_prey(a: Biter, agents: Table[Biter]) -> int:
    """Returns the quanta that an agent gets of its prey's loss, in proportion to its bite, rounded down."""
    prey = agents[a.target]
    return i64(prey.lost) * i64(a.bite) // prey.bites_on


@per_agent(reductions=("handed_on",))
def share_prey(a: Biter, agents: Table[Biter]) -> None:
    """Adds what an agent gets of its prey to what the prey hands on; rounding leaves a remainder of the loss."""
    if a.target >= 0:
        agents[a.target].handed_on += share_of_prey(a, agents)


@per_agent
def digest_meat(a: Biter, agents: Table[Biter], p: BitingParams, world: WorldScalars) -> None:
    """Gains a share of the bite, loses what others took, and gives off the rest."""
    gross = i64(0)
    if a.target >= 0:
        gross = share_of_prey(a, agents)
        a.ready_step = world.step + i64(p.handling)
    meat = i32(f32(gross) * p.bite_gain * sqrt(a.diet))
    a.gained += meat - a.lost
    a.heat += i64(a.lost) - a.handed_on + gross - i64(meat)
    a.meat_intake += i64(meat)
    a.life_meat += meat
    a.meat_taste = clip(f32(meat) / (UNIT * a.size), 0.0, 1.0)


@per_agent
def pay_bite(a: Biter, p: BitingParams) -> None:
    """Adds the cost of a bite."""
    if a.bite > 0:
        a.cost += p.bite_cost * a.size


@per_newborn
def begin_life(a: Biter, p: BitingParams, world: WorldScalars) -> None:
    """Lets a child begin toothless and without having eaten."""
    a.ready_step = world.step + i64(p.youth)
    a.meat_taste = 0.0
    a.life_meat = 0


class Biting(Part):
    """Eating other agents."""

    columns = (Biter,)
    observe = (taste_meat,)
    intend = (choose_target,)
    contest = (bite, lose, share_prey)
    digest = (digest_meat,)
    spend = (pay_bite,)
    birth = (begin_life,)
    metrics = (Metric("meat_intake", "energy", "gained by bites of all agents since the start"),)

    def sensors(self, params: Any) -> tuple[Sensor, ...]:
        return (Sensor("taste of meat", 0, 1, "", "gained by the bite of the last step"),)

    def actuators(self, params: Any) -> tuple[Actuator, ...]:
        return (Actuator("bite", -1.0, 1.0, "", "above 0.25 the agent bites the one in reach ahead"),)

    def metric_values(self, fields: Fields, rows: np.ndarray, params: Any) -> dict[str, float | int]:
        """Returns the values of its metrics; rows: [N] living slots."""
        return {"meat_intake": fields.total("meat_intake") / UNIT}
