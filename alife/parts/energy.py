"""Energy: what an agent stores, gains, pays and gives off, in int32 quanta that close exactly."""

from __future__ import annotations

from typing import Any

import numpy as np
import pydantic

from alife.parts.part import Part
from alife.parts.traits import Traited, bodies, body_of
from alife.world import (
    UNIT,
    BaseParams,
    Fields,
    Metric,
    Sensor,
    Shade,
    Table,
    clip,
    column,
    f32,
    i32,
    i64,
    per_agent,
    per_newborn,
    per_parent,
)


class Charged(Traited):
    """An agent that stores energy."""

    energy: int = column("int32", unit="quanta", meaning="energy without that of the body")
    heat: int = column("int64", unit="quanta", meaning="given off in this slot since the start", reading="hidden")
    gained: int = column("int32", unit="quanta", meaning="eaten in this step, less what others took", kept=False)
    lost: int = column("int32", unit="quanta", meaning="taken by others in this step", kept=False)
    cost: float = column("float32", unit="units", meaning="what the step costs", kept=False)
    child_energy: int = column("int32", unit="quanta", meaning="of the child it gets", kept=False)


class EnergyParams(BaseParams):
    """Energy in units, time in steps."""

    founder_energy: float = pydantic.Field(0.8, gt=0, le=100, description="energy of a founder, units")
    upkeep: float = pydantic.Field(0.02, ge=0, le=1, description="cost of a body of size 1, units a step")
    split_energy: float = pydantic.Field(
        1.5, ge=0.75, le=100, description="energy at which a body of size 1 splits, units"
    )
    split_loss: float = pydantic.Field(0.1, ge=0, lt=1, description="share of energy lost in a split")


class BrainCostParams(BaseParams):
    """Cost of brains."""

    brain_cost: float = pydantic.Field(0.0, ge=0, le=1, description="cost of each 1,000 genes, units a step")


@per_agent
def init_energy(a: Charged, p: EnergyParams) -> None:
    """Gives founders their energy."""
    a.energy = i32(p.founder_energy * UNIT)


@per_agent
def see_energy(a: Charged, p: EnergyParams) -> None:
    """Observes the own energy, over that of a split."""
    a.senses.energy = clip(f32(a.energy) / (UNIT * p.split_energy * a.size), 0.0, 2.0)


@per_agent
def open_account(a: Charged) -> None:
    """Clears what is gained and lost in a step."""
    a.gained = 0
    a.lost = 0


@per_agent
def maintain_body(a: Charged, p: EnergyParams) -> None:
    """Begins the cost of the step with that of the body."""
    a.cost = p.upkeep * a.metabolism


@per_agent
def maintain_brain(a: Charged, p: BrainCostParams) -> None:
    """Adds the cost of a brain, by the length of its genome."""
    a.cost += p.brain_cost * 0.001 * f32(len(a.genome))


@per_agent
def pay(a: Charged) -> None:
    """Adds what was gained, and gives off what the step costs, or all that there is."""
    store = a.energy + a.gained
    paid = min(store, i32(a.cost * UNIT))
    a.heat += i64(paid)
    a.energy = store - paid


@per_parent
def split_energy(a: Charged, p: EnergyParams) -> None:
    """Lets the parent pay for the child's body, lose a share, and halve the rest."""
    left = a.energy - body_of(a.child_size)
    loss = i32(p.split_loss * f32(left))
    a.child_energy = (left - loss) // 2
    a.energy = left - loss - a.child_energy
    a.heat += i64(loss)


@per_newborn
def take_energy(a: Charged, agents: Table[Charged]) -> None:
    """Gives a child its share."""
    a.energy = agents[a.parent_slot].child_energy


class Energy(Part):
    """Stored energy and its account in each step."""

    columns = (Charged,)
    founding = (init_energy,)
    observe = (see_energy,)
    begin = (open_account,)
    spend = (maintain_body,)
    settle = (pay,)
    birth = (split_energy, take_energy)
    metrics = (Metric("energy", "energy", "mean energy of an agent", headline=True),)
    shades = (Shade("energy", "energy", 0.0),)

    def sensors(self, params: Any) -> tuple[Sensor, ...]:
        return (Sensor("energy", 0, 2, "", "energy over that of a split"),)

    def metric_values(self, fields: Fields, rows: np.ndarray, params: Any) -> dict[str, float | int]:
        """Returns the values of its metrics; rows: [N] living slots."""
        return {"energy": float(fields["energy"][rows].mean() / UNIT) if len(rows) else 0.0}

    def account(self, fields: Fields, rows: np.ndarray, placed: bool) -> None:
        """Takes stores and bodies that are placed out of `heat`, and gives those that are removed to it. rows: [K]."""
        held = fields["energy"][rows] + bodies(fields["size"][rows])
        fields["heat"][rows] += -held if placed else held
        fields["energy"][rows] *= placed


class BrainCost(Part):
    """A price of long genomes."""

    spend = (maintain_brain,)
