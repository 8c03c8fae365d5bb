"""Biting: agents bite smaller ones ahead of them; what several take of one is shared, and a bite needs time."""

from __future__ import annotations

from typing import Any

import numpy as np

from alife.parts.bite_target import Biter, BitingParams, choose_target
from alife.parts.part import Part
from alife.world import (
    UNIT,
    Actuator,
    Columns,
    Fields,
    Metric,
    Sensor,
    Table,
    WorldScalars,
    bins_around,
    clip,
    column,
    f32,
    i32,
    i64,
    members,
    per_agent,
    per_bin,
    per_newborn,
    sqrt,
)


class Hunted(Columns, table="bins"):
    """A bin in which agents may bite."""

    hunters: int = column("int32", meaning="agents of the bin that bite", kept=False)


@per_agent
def taste_meat(a: Biter) -> None:
    """Observes what was gained by the bite of the last step."""
    a.senses.taste_of_meat = a.meat_taste


@per_bin
def count_hunters(bin: Hunted, agents: Table[Biter]) -> None:
    """Counts the agents of a bin that bite: most bins have none, which saves their neighbors the search."""
    count = 0
    for other in members(bin.row, agents):
        if other.target >= 0:
            count += 1
    bin.hunters = count


def bites_from(a: Biter, total: int, lost: int, agents: Table[Biter], bins: Table[Hunted]) -> int:
    """Sums over the agents that bite a: their bites, or, once the total is known, their shares of the loss."""
    result = i64(0)
    for b in bins_around(a, agents):
        if bins[b].hunters > 0:
            for other in members(b, agents):
                if other.target == a.row:
                    result += i64(other.bite) if total == 0 else i64(lost) * i64(other.bite) // total
    return result


@per_agent
def resolve_bites(a: Biter, agents: Table[Biter], bins: Table[Hunted]) -> None:
    """Sums the bites on an agent, and the remainder that rounding the shares leaves."""
    total = bites_from(a, i64(0), 0, agents, bins)
    a.bites_on = total
    a.lost = i32(min(total, i64(a.energy)))
    a.rounding_remainder = 0
    if total > 0:
        given = bites_from(a, total, a.lost, agents, bins)
        a.rounding_remainder = a.lost - i32(given)


@per_agent
def digest_meat(a: Biter, agents: Table[Biter], p: BitingParams, world: WorldScalars) -> None:
    """Gains a share of the bite, loses what others took, and gives off the rest."""
    gross = i64(0)
    if a.target >= 0:
        prey = agents[a.target]
        gross = i64(prey.lost) * i64(a.bite) // prey.bites_on
        a.ready_step = world.step + i64(p.handling)
    meat = i32(f32(gross) * p.bite_gain * sqrt(a.diet))
    a.gained += meat - a.lost
    a.heat += i64(a.rounding_remainder) + gross - i64(meat)
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

    columns = (Biter, Hunted)
    observe = (taste_meat,)
    intend = (choose_target,)
    contest = (count_hunters, resolve_bites)
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
