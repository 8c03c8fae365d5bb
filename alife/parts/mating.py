"""Mating: an agent that wants a child finds a mate among those that it sees."""

from __future__ import annotations

import pydantic

from alife.parts.part import Part
from alife.parts.vision import Seeing
from alife.world import SECTORS, BaseParams, Table, per_agent


class MatingParams(BaseParams):
    """Distances in cells."""

    mate_reach: float = pydantic.Field(
        4.0, ge=0, le=8, description="largest distance of a mate, cells; it must be in sight"
    )
    mate_diet: float = pydantic.Field(0.25, ge=0, le=1, description="largest difference of diets between mates")


@per_agent
def meet(a: Seeing, agents: Table[Seeing], p: MatingParams) -> None:
    """Names a mate: of the nearest agents seen in this step, one a sector, the nearest with a similar diet."""
    a.mate = -1
    if a.wants_child != 0:
        closest = p.mate_reach * p.mate_reach
        for s in range(SECTORS):
            j = a.near_slot[s]
            if j >= 0 and a.near_distance[s] < closest and abs(agents[j].diet - a.diet) <= p.mate_diet:
                closest = a.near_distance[s]
                a.mate = j


class Mating(Part):
    """Choice of a mate, for strategies that mate."""

    pairing = (meet,)
