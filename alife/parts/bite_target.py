"""Bite target: the columns and Params of biting, and whom an agent bites: a smaller one ahead, within reach."""

from __future__ import annotations

import pydantic

from alife.parts.energy import Charged
from alife.parts.vision import Seeing
from alife.world import (
    UNIT,
    BaseParams,
    Table,
    WorldScalars,
    column,
    cos,
    i32,
    i64,
    neighbors,
    per_agent,
    sector_of,
    sin,
)

BITES_ABOVE = 0.25  # of the action


class Biter(Seeing, Charged):
    """An agent that bites and is bitten."""

    ready_step: int = column("int64", unit="step", meaning="when it may bite again", title="bites from")
    meat_taste: float = column("float32", meaning="0..1", reading="hidden")
    life_meat: int = column("int32", unit="quanta", meaning="gained by bites in this life", title="meat")
    meat_intake: int = column(
        "int64", unit="quanta", meaning="gained by bites in this slot since the start", reading="hidden"
    )
    target: int = column("int32", meaning="slot of whom it bites, or -1", kept=False)
    bite: int = column("int32", unit="quanta", meaning="quanta it would take", kept=False)
    bites_on: int = column("int64", unit="quanta", meaning="quanta that all biters would take of it", kept=False)
    handed_on: int = column("int64", unit="quanta", meaning="quanta that its biters get of what it loses", kept=False)


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


def reach(a: float, b: float) -> float:
    """Returns the distance within which a body of size a bites one of size b."""
    return 0.5 * (a + b) + 0.4


def size_as_prey(other: Biter, p: BitingParams, world: WorldScalars) -> float:
    """Returns the size of an agent to those that would bite it; a young one is out of reach."""
    return other.size if world.step - other.birth_step >= i64(p.youth) else 1.0e9


def may_reach(a: Biter) -> bool:
    """Returns False if the nearest agent ahead is further away than any that can be bitten; see `vision.look`."""
    furthest = reach(a.size, a.size / 0.9)
    return a.near_distance[0] < furthest * furthest


def prey_ahead(a: Biter, agents: Table[Biter], p: BitingParams, world: WorldScalars) -> int:
    """Returns the row of the nearest agent ahead that can be bitten, or -1.

    Agents ahead hide those behind them that are met later in the cell lists.
    """
    prey = -1
    nearest = 1.0e9
    east = cos(a.heading)
    north = sin(a.heading)
    for other, dx, dy in neighbors(a, agents):
        square = dx * dx + dy * dy
        s = sector_of(dx * east + dy * north, dy * east - dx * north)
        if s == 0 and square < nearest:
            nearest = square
            size = size_as_prey(other, p, world)
            limit = reach(a.size, size)
            if size < a.size / 0.9 and square < limit * limit:
                prey = other.row
    return prey


@per_agent
def choose_target(a: Biter, agents: Table[Biter], p: BitingParams, world: WorldScalars) -> None:
    """Chooses whom an agent bites, if it wants to and is not handling an earlier bite. Runs after `vision.look`."""
    a.target = -1
    a.bite = 0
    a.bites_on = i64(0)
    a.handed_on = i64(0)
    if p.bites != 0 and a.outputs.bite > BITES_ABOVE and world.step >= a.ready_step and may_reach(a):
        a.target = prey_ahead(a, agents, p, world)
        if a.target >= 0:
            a.bite = i32(p.bite_energy * a.size * UNIT)
