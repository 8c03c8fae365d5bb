"""Traits: body size, diet and hue, which a child inherits with small steps, and genes that nothing reads."""

from __future__ import annotations

from typing import Any

import numpy as np
import pydantic

from alife.parts.part import Part
from alife.parts.streams import FOUND, NEUTRAL, TRAITS
from alife.world import (
    UNIT,
    BaseParams,
    Draws,
    Fields,
    Metric,
    Shade,
    SharedAgent,
    Table,
    Vector,
    around,
    clip,
    column,
    exp,
    i32,
    per_agent,
    per_newborn,
    per_parent,
    power,
)

NEUTRAL_GENES = 8
MOUTH_POWER, METABOLIC_POWER = 0.67, 0.75  # of body size: intake and Kleiber's law
SMALLEST, LARGEST = 0.4, 2.0  # body sizes


class Traited(SharedAgent):
    """An agent with inherited traits. energy: int32 quanta, of the part Energy."""

    size: float = column("float32", meaning="body size, 0.4..2", finite=True, title="body size")
    mouth: float = column("float32", meaning="size to the power of grazing", title="grazing")
    metabolism: float = column("float32", meaning="size to the power of upkeep", title="upkeep")
    diet: float = column("float32", meaning="0 plants .. 1 meat", finite=True)
    hue: float = column("float32", meaning="color, 0..1 around the circle", finite=True)
    neutral: Vector[float] = column("float32", (NEUTRAL_GENES,), meaning="genes that nothing reads: pure drift")
    child_size: float = column("float32", meaning="of the child it gets", kept=False)
    child_diet: float = column("float32", meaning="of the child it gets", kept=False)
    child_hue: float = column("float32", meaning="of the child it gets", kept=False)
    energy: int


class TraitsParams(BaseParams):
    """Size of inherited steps."""

    trait_sigma: float = pydantic.Field(
        0.05, ge=0, le=1, description="standard step of log size and of diet at birth; a third of it for hue"
    )


def body_of(size: float) -> int:
    """Returns the quanta bound in a body."""
    return i32(0.5 * size * UNIT)


def bodies(size: np.ndarray) -> np.ndarray:
    """Returns `body_of` for arrays: [N] float32 body sizes -> [N] int64 quanta."""
    quanta: np.ndarray = (np.float32(0.5) * size * np.float32(UNIT)).astype(np.int64)
    return quanta


@per_agent
def found(a: Traited, draws: Draws) -> None:
    """Draws the traits of founders."""
    a.size = 0.6 + 0.8 * draws.once.uniform(FOUND, 3)
    a.diet = draws.once.uniform(FOUND, 4)
    a.hue = draws.once.uniform(FOUND, 5)


@per_agent
def derive(a: Traited) -> None:
    """Derives what depends on the size of founders."""
    a.mouth = power(a.size, MOUTH_POWER)
    a.metabolism = power(a.size, METABOLIC_POWER)


@per_parent
def vary(a: Traited, draws: Draws, p: TraitsParams) -> None:
    """Draws the traits of a child; a body that is out of bounds or that the parent cannot pay is as its own."""
    grown = a.size * exp(p.trait_sigma * draws.normal(TRAITS, 0))
    fits = grown >= SMALLEST and grown <= LARGEST and body_of(grown) <= a.energy
    a.child_size = grown if fits else a.size
    a.child_diet = clip(a.diet + p.trait_sigma * draws.normal(TRAITS, 1), 0.0, 1.0)
    a.child_hue = around(a.hue + p.trait_sigma * 0.33 * draws.normal(TRAITS, 2), 1.0)


@per_newborn(reads_other_rows=("neutral",))
def inherit(a: Traited, agents: Table[Traited], draws: Draws, p: TraitsParams) -> None:
    """Gives a child its traits."""
    parent = agents[a.parent_slot]
    a.size = parent.child_size
    a.mouth = power(a.size, MOUTH_POWER)
    a.metabolism = power(a.size, METABOLIC_POWER)
    a.diet = parent.child_diet
    a.hue = parent.child_hue
    for k in range(NEUTRAL_GENES):
        a.neutral[k] = parent.neutral[k] + p.trait_sigma * draws.normal(NEUTRAL, k)


class Traits(Part):
    """Inherited traits of a body."""

    columns = (Traited,)
    heritable = ("size", "diet", "hue")
    shades = (
        Shade("hue", "inherited hue", 0.0, 1.0, "kin have like hues; 0 and 1 are one hue", circular=True),
        Shade("diet", "diet", 0.0, 1.0, words=("plants", "meat")),
    )
    reset = (found,)
    founding = (derive,)
    conceive = (vary,)
    birth = (inherit,)
    metrics = (
        Metric("size", "", "mean body size", headline=True),
        Metric("diet", "0..1", "mean diet: 0 eats plants alone, 1 meat alone", headline=True),
        Metric("size_sd", "", "standard deviation of body size"),
        Metric("diet_sd", "", "standard deviation of diet"),
        Metric("size_at_bound", "0..1", "share of agents within 5 % of the least or the largest body size"),
        Metric("neutral_drift", "", "root mean square of the mean of each gene that nothing reads"),
    )

    def metric_values(self, fields: Fields, rows: np.ndarray, params: Any) -> dict[str, float | int]:
        """Returns the values of its metrics; rows: [N] living slots."""
        if not len(rows):
            return dict.fromkeys((metric.name for metric in self.metrics), 0.0)
        size, diet = fields["size"][rows], fields["diet"][rows]
        edge = (np.log(size / SMALLEST) < 0.05) | (np.log(LARGEST / size) < 0.05)
        return {
            "size": float(size.mean()),
            "diet": float(diet.mean()),
            "size_sd": float(size.std()),
            "diet_sd": float(diet.std()),
            "size_at_bound": float(edge.mean()),
            "neutral_drift": float(np.sqrt((fields["neutral"][rows].mean(axis=0) ** 2).mean())),
        }
