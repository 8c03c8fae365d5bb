"""Biting: agents bite smaller ones ahead of them; what several take of one is shared, and a bite needs time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pydantic

from alife.parts.energy import Charged
from alife.parts.part import Part
from alife.parts.plane import PlaneParams, PlaneScalars, run_of_bins, shift
from alife.parts.vision import Seeing
from alife.world import (
    UNIT,
    Actuator,
    BaseParams,
    Columns,
    Fields,
    Metric,
    Sensor,
    Table,
    Vector,
    WorldScalars,
    clip,
    column,
    cos,
    f32,
    i32,
    i64,
    per_agent,
    per_bin,
    per_newborn,
    sector_of,
    sin,
    sqrt,
    wrapped,
)

BITES_ABOVE = 0.25  # of the action


class Biter(Seeing, Charged):
    """An agent that bites and is bitten."""

    ready_step: int = column("int64", unit="steps", meaning="when it may bite again")
    meat_taste: float = column("float32", meaning="0..1")
    life_meat: int = column("int32", unit="quanta", meaning="gained by bites in this life")
    meat_intake: int = column("int64", unit="quanta", meaning="gained by bites in this slot since the start")
    target: int = column("int32", meaning="slot of whom it bites, or -1", kept=False)
    bite: int = column("int32", unit="quanta", meaning="quanta it would take", kept=False)
    bites_on: int = column("int64", unit="quanta", meaning="quanta that all biters would take of it", kept=False)
    rounding_remainder: int = column(
        "int32", unit="quanta", meaning="quanta lost that no biter gets, by rounding", kept=False
    )


class Hunted(Columns, table="bins"):
    """A bin in which agents may bite."""

    hunters: int = column("int32", meaning="agents of the bin that bite", kept=False)


class BitingParams(BaseParams):
    """Energy in units, time in steps."""

    bites: bool = pydantic.Field(True, description="true: agents can bite each other")
    bite_energy: float = pydantic.Field(
        3.0, ge=0, le=100, description="most that a bite of a body of size 1 takes, units"
    )
    bite_gain: float = pydantic.Field(0.8, ge=0, le=1, description="share of a bite that a pure meat eater gains")
    bite_cost: float = pydantic.Field(0.005, ge=0, le=1, description="cost of a bite of a body of size 1, units")
    handling: int = pydantic.Field(10, ge=0, le=10**9, description="steps after a bite before the next one")
    youth: int = pydantic.Field(20, ge=0, le=10**9, description="steps in which a newborn neither bites nor is bitten")


class ReachParams(BitingParams, PlaneParams):
    """Params of `choose_target`."""


@per_agent
def taste_meat(a: Biter) -> None:
    """Observes what was gained by the bite of the last step."""
    a.senses.taste_of_meat = a.meat_taste


def reach(a: float, b: float) -> float:
    """Returns the distance within which a body of size a bites one of size b."""
    return 0.5 * (a + b) + 0.4


def size_as_prey(other: Biter, p: BitingParams, world: WorldScalars) -> float:
    """Returns the size of an agent to those that would bite it; a young one is out of reach."""
    return other.size if world.step - other.birth_step >= i64(p.youth) else 1.0e9


def prey_ahead(
    a: Biter,
    agents: Table[Biter],
    bin_start: Vector[int],
    bin_slots: Vector[int],
    p: ReachParams,
    world: PlaneScalars,
) -> int:
    """Returns the row of the nearest agent ahead that can be bitten, or -1.

    Agents ahead hide those behind them that are met later in the cell lists.
    """
    prey = -1
    nearest = 1.0e9
    east = cos(a.heading)
    north = sin(a.heading)
    bins = world.bins_across
    row = a.bin_of // bins
    column = a.bin_of - row * bins
    for v in range(row - 1, row + 2):
        y = shift(v, bins, f32(p.side)) - a.seen[1]
        b = wrapped(v, bins) * bins
        for part in range(2 if column == 0 or column == bins - 1 else 1):
            first, last, across = run_of_bins(column, bins, part)
            x = f32(p.side * across) - a.seen[0]
            for k in range(bin_start[b + first], bin_start[b + last + 1]):
                other = agents[bin_slots[k]]
                dx = other.seen[0] + x
                dy = other.seen[1] + y
                square = dx * dx + dy * dy
                s = sector_of(dx * east + dy * north, dy * east - dx * north)
                if s == 0 and square < nearest and other.row != a.row:
                    nearest = square
                    size = size_as_prey(other, p, world)
                    limit = reach(a.size, size)
                    if size < a.size / 0.9 and square < limit * limit:
                        prey = other.row
    return prey


@per_agent
def choose_target(
    a: Biter,
    agents: Table[Biter],
    bin_start: Vector[int],
    bin_slots: Vector[int],
    p: ReachParams,
    world: PlaneScalars,
) -> None:
    """Chooses whom an agent bites, if it wants to and is not handling an earlier bite."""
    a.target = -1
    a.bite = 0
    if p.bites != 0 and a.outputs.bite > BITES_ABOVE and world.step >= a.ready_step:
        a.target = prey_ahead(a, agents, bin_start, bin_slots, p, world)
        if a.target >= 0:
            a.bite = i32(p.bite_energy * a.size * UNIT)


@per_bin
def count_hunters(bin: Hunted, agents: Table[Biter], bin_start: Vector[int], bin_slots: Vector[int]) -> None:
    """Counts the agents of a bin that bite: most bins have none, which saves their neighbors the search."""
    count = 0
    for k in range(bin_start[bin.row], bin_start[bin.row + 1]):
        if agents[bin_slots[k]].target >= 0:
            count += 1
    bin.hunters = count


def bites_from(
    a: Biter,
    total: int,
    lost: int,
    agents: Table[Biter],
    bins: Table[Hunted],
    bin_start: Vector[int],
    bin_slots: Vector[int],
    world: PlaneScalars,
) -> int:
    """Sums over the agents that bite a: their bites, or, once the total is known, their shares of the loss."""
    result = i64(0)
    across = world.bins_across
    row = a.bin_of // across
    column = a.bin_of - row * across
    for v in range(row - 1, row + 2):
        for u in range(column - 1, column + 2):
            b = wrapped(v, across) * across + wrapped(u, across)
            if bins[b].hunters > 0:
                for k in range(bin_start[b], bin_start[b + 1]):
                    other = agents[bin_slots[k]]
                    if other.target == a.row:
                        result += i64(other.bite) if total == 0 else i64(lost) * i64(other.bite) // total
    return result


@per_agent
def resolve_bites(
    a: Biter,
    agents: Table[Biter],
    bins: Table[Hunted],
    bin_start: Vector[int],
    bin_slots: Vector[int],
    world: PlaneScalars,
) -> None:
    """Sums the bites on an agent, and the remainder that rounding the shares leaves."""
    total = bites_from(a, i64(0), 0, agents, bins, bin_start, bin_slots, world)
    a.bites_on = total
    a.lost = i32(min(total, i64(a.energy)))
    a.rounding_remainder = 0
    if total > 0:
        given = bites_from(a, total, a.lost, agents, bins, bin_start, bin_slots, world)
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

    group = "biting"
    Params = BitingParams
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
