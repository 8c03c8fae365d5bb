"""Swarm: agents that see only each other follow food that they cannot see. Natural selection on a torus.

Patches of food circle, and each comes up somewhere else when its time is over: an agent that stands still starves. A
patch gives `supply` a step, shared by the agents on it, none of which takes more than `meal`. An agent feels food only
while it is on a patch. In five sectors around it, it sees how near the nearest neighbor is, to which side that one
heads, and how much light comes from there: each agent shines as brightly as it chooses. It steers, swims and shines; it
pays for that, splits when it has the energy, and starves. So only neighbors show where food is. The costs of a step
rise over the first `hardship` steps, as random founders would otherwise die before anything evolves.

Energy is counted in quanta: food eaten, energy stored and heat given off close exactly. Metrics: food an agent a step;
polarisation, the length of the mean unit heading, 1 if all swim one way (the order parameter of Vicsek, Czirók,
Ben-Jacob, Cohen and Shochet, "Novel type of phase transition in a system of self-driven particles", Physical Review
Letters 75, 1226, 1995); the light of agents on food and of the others. `neighbours: false` hides the neighbors;
`fixed: true` keeps all agents alive and childless: together they measure what neighbors are worth.
"""

from __future__ import annotations

import numpy as np
import pydantic

from alife.parts.barriers import LEGEND, BarrierParams, Barriers, draw_walls
from alife.parts.food import Food, FoodParams
from alife.parts.light_sight import SIGHT, LightSight
from alife.parts.part import ComposedWorld
from alife.parts.plane import Plane, PlaneParams
from alife.parts.swimming import Swimming, SwimmingParams
from alife.world import (
    UNIT,
    Discs,
    Fields,
    Mark,
    Metric,
    Scene,
    View,
)

DARK, BRIGHT = (96, 120, 168), (255, 226, 96)  # colors of agents
WATER, FOOD = (58, 84, 98), (104, 158, 96)


class Params(SwimmingParams, FoodParams, BarrierParams, PlaneParams):
    """Parameters: energy in units, lengths in cells, time in steps."""

    side: int = pydantic.Field(96, ge=24, le=8192, multiple_of=SIGHT, description="side of the torus, cells")
    population: int = pydantic.Field(700, ge=1, le=2**26, description="founders")


class Swarm(ComposedWorld):
    """Agents that find food that they cannot see by watching each other."""

    death_causes = ("starved", "aged")
    parts = (Plane(bin_side=SIGHT), LightSight(), Food(), Swimming(), Barriers())

    params: Params

    @property
    def num_founders(self) -> int:
        return self.params.population

    @property
    def metrics(self) -> tuple[Metric, ...]:
        return (
            Metric("intake", "food", "eaten by all agents since the start"),
            Metric("food", "food a step", "mean food that an agent eats in a step", headline=True),
            Metric("energy", "energy", "mean energy of an agent", headline=True),
            Metric(
                "polarisation", "0..1", "length of the mean of all headings: 1 if all head the same way", headline=True
            ),
            Metric("feeding", "0..1", "share of agents that eat"),
            Metric("light_feeding", "0..1", "mean light of agents that eat"),
            Metric("light_hungry", "0..1", "mean light of agents that do not eat"),
            Metric("energy_total", "energy", "energy held and given off, less what was eaten: the same at every step"),
        )

    def metric_values(self, view: Fields, rows: np.ndarray) -> dict[str, float | int]:
        """Returns the values of `metrics`; rows: [N] living slots."""
        some = len(rows) > 0
        light, eats = view["light"][rows], view["meal_now"][rows] > 0
        return {
            "intake": view.total("intake") / UNIT,
            "food": float(view["meal_now"][rows].mean() / UNIT) if some else 0.0,
            "energy": float(view["energy"][rows].mean() / UNIT) if some else 0.0,
            "polarisation": polarisation(view["heading"][rows]),
            "feeding": float(eats.mean()) if some else 0.0,
            "light_feeding": float(light[eats].mean()) if eats.any() else 0.0,
            "light_hungry": float(light[~eats].mean()) if (~eats).any() else 0.0,
            "energy_total": self.ledger(view, rows) / UNIT,
        }

    def ledger(self, view: Fields, rows: np.ndarray) -> int:
        """Returns the quanta stored and given off, less those eaten: the same at every step. rows: [N] living slots."""
        return int(view["energy"][rows].sum(dtype=np.int64)) + view.total("heat") - view.total("intake")

    @property
    def legend(self) -> tuple[Mark, ...]:
        return (
            Mark("agent", (DARK, BRIGHT), "how brightly it shines", "dark", "bright"),
            Mark("ground", (WATER, FOOD), self._food_meaning, "water", "food"),
            *((LEGEND,) if self.params.barriers else ()),
        )

    @property
    def _food_meaning(self) -> str:
        return f"patches that give {self.params.supply:g} units of food a step, shared by all on them"

    def scene(self, view: View, rows: np.ndarray) -> Scene:
        """Returns food that glows in dark water, and agents as bright as they shine. rows: [N] living slots."""
        glow = view["light"][rows][:, None]
        color = (np.array(DARK) * (1 - glow) + np.array(BRIGHT) * glow).astype(np.uint8)
        radius = np.full(len(rows), 0.5, np.float32)
        discs = Discs(view["x"][rows], view["y"][rows], radius, view["heading"][rows], color, rows)
        return Scene(self.params.side, self.params.side, True, self._water(view), discs)

    def _water(self, view: View) -> np.ndarray:
        """[side, side, 3] uint8: one pixel a cell."""
        side, places = self.params.side, np.arange(self.params.side) + 0.5
        food = np.zeros((side, side))
        for x, y in zip(view["patch_x"], view["patch_y"], strict=True):
            dx, dy = ((places - centre + side / 2) % side - side / 2 for centre in (x, y))
            distance = np.hypot(dx[None, :], dy[:, None])
            food = np.maximum(food, np.clip(self.params.patch_radius - distance + 0.5, 0, 1))
        colors: np.ndarray = np.array(WATER) + (np.array(FOOD) - np.array(WATER)) * food[..., None]
        cells = np.arange(side)
        return draw_walls(colors.astype(np.uint8), view, cells, cells)


def polarisation(heading: np.ndarray) -> float:
    """Returns the length of the mean unit heading: 0 for all ways, 1 for one way. heading: [N] radians."""
    return float(abs(np.exp(1j * heading.astype(np.float64)).mean())) if len(heading) else 0.0
