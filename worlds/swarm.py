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

from alife.world import (
    FIRST_WORLD_STREAM,
    SECTORS,
    TWO_PI,
    UNIT,
    Actuator,
    BaseParams,
    Discs,
    Field,
    Fields,
    Metric,
    Scene,
    Sensor,
    SharedWorld,
    View,
    around,
    cell_list_fields,
    cell_lists,
    clip,
    cos,
    f32,
    i32,
    i64,
    lane,
    per_agent,
    per_newborn,
    per_parent,
    per_row,
    sector_of,
    sin,
    sqrt,
    torus,
    turned,
    uniform,
    wrapped,
)

SIGHT = 8  # distance of sight, and the side of a bin of the cell lists
SEEN = 3 * SECTORS  # observations of neighbors
TURN = 0.8  # radians a step, at most
TASTE = 3.0  # observation on food: more than all others together

PATCH, FOUND, PLACE, END = (FIRST_WORLD_STREAM + k for k in range(4))  # streams


class Params(BaseParams):
    """Parameters: energy in units, lengths in cells, time in steps."""

    side: int = pydantic.Field(96, ge=24, le=8192, multiple_of=SIGHT, description="side of the torus, cells")
    population: int = pydantic.Field(700, ge=1, le=2**26, description="founders")
    neighbours: bool = pydantic.Field(True, description="true: neighbors are seen")
    fixed: bool = pydantic.Field(
        False, description="true: no agent dies or splits; energy beyond that of a split is heat"
    )
    patches: int = pydantic.Field(4, ge=1, le=64, description="number of patches of food")
    patch_radius: float = pydantic.Field(4.5, gt=0, le=100, description="radius of a patch, cells")
    patch_drift: float = pydantic.Field(0.2, ge=0, le=2, description="speed of a patch, cells a step")
    patch_life: int = pydantic.Field(400, ge=1, le=10**9, description="steps before it comes up somewhere else")
    supply: float = pydantic.Field(0.8, ge=0, le=10**4, description="food that a patch gives, units a step")
    meal: float = pydantic.Field(0.03, ge=0, le=10, description="most that one agent eats in a step, units")
    upkeep: float = pydantic.Field(0.0022, ge=0, le=1, description="cost of a step, units")
    thrust_cost: float = pydantic.Field(0.0008, ge=0, le=1, description="cost of full thrust, units a step")
    light_cost: float = pydantic.Field(0.0, ge=0, le=1, description="cost of full light, units a step")
    speed: float = pydantic.Field(0.8, ge=0, le=2, description="speed at full thrust, cells a step")
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


@per_row("patches")
def drift(k, patch_x, patch_y, eaters, patches, side, patch_life, patch_drift, seed, step):
    """Moves the patches; each comes up elsewhere at its own time, so that they do not all move at once."""
    now = step + i64(k) * i64(patch_life) // i64(patches)
    life = now // i64(patch_life)
    radius = f32(side) * (0.1 + 0.15 * uniform(seed, PATCH, life, i64(k), 0))
    way = 1.0 if uniform(seed, PATCH, life, i64(k), 1) < 0.5 else f32(-1.0)
    turn = turned(
        uniform(seed, PATCH, life, i64(k), 2) * TWO_PI + way * patch_drift * f32(now % i64(patch_life)) / radius
    )
    patch_x[k] = around(uniform(seed, PATCH, life, i64(k), 3) * f32(side) + radius * cos(turn), f32(side))
    patch_y[k] = around(uniform(seed, PATCH, life, i64(k), 4) * f32(side) + radius * sin(turn), f32(side))
    eaters[k, 0] = i64(0)


@per_agent
def found(i, x, y, heading, light, energy, founder_energy, side, seed, id):
    """Places founders at random, without light."""
    x[i] = around(uniform(seed, FOUND, 0, id[i], 0) * f32(side), f32(side))
    y[i] = around(uniform(seed, FOUND, 0, id[i], 1) * f32(side), f32(side))
    heading[i] = uniform(seed, FOUND, 0, id[i], 2) * TWO_PI
    light[i] = 0.0
    energy[i] = i32(founder_energy * UNIT)


# ---- observe


@per_agent(reductions=("eaters",))
def locate(i, x, y, bin_of, patch, patch_x, patch_y, patch_radius, eaters, side):
    """Finds the bin of an agent and the patch it is on, and counts it there."""
    bin_of[i] = wrapped(i32(y[i]) // SIGHT, side // SIGHT) * (side // SIGHT) + wrapped(
        i32(x[i]) // SIGHT, side // SIGHT
    )
    patch[i] = -1
    for k in range(len(patch_x)):
        dx = torus(x[i] - patch_x[k], f32(side))
        dy = torus(y[i] - patch_y[k], f32(side))
        if dx * dx + dy * dy < patch_radius * patch_radius:
            patch[i] = k
    if patch[i] >= 0:
        eaters[patch[i], 0] += i64(1)


@per_agent
def feel(i, observations, patch, energy, light, thrust):
    """Observes food underfoot and the agent itself, and clears what is seen of neighbors."""
    for k in range(SEEN):
        observations[i, k] = 0.0
    observations[i, SEEN] = TASTE if patch[i] >= 0 else 0.0
    observations[i, SEEN + 1] = clip(f32(energy[i]) / UNIT, 0.0, 2.0)
    observations[i, SEEN + 2] = thrust[i]
    observations[i, SEEN + 3] = light[i]


@per_agent
def look(i, observations, x, y, heading, light, bin_of, bin_start, bin_slots, neighbours, side):
    """Observes, by sector, nearness and course of the nearest neighbor, and the light of all, fainter with distance."""
    bins = side // SIGHT if neighbours != 0 else 0
    east = cos(heading[i])
    north = sin(heading[i])
    for v in range(-1, 2 if bins > 0 else -1):
        for u in range(-1, 2):
            row = wrapped(bin_of[i] // bins + v, bins)
            b = row * bins + wrapped(bin_of[i] % bins + u, bins)
            for k in range(bin_start[b], bin_start[b + 1]):
                j = bin_slots[k]
                dx = torus(x[j] - x[i], f32(side))
                dy = torus(y[j] - y[i], f32(side))
                distance = sqrt(dx * dx + dy * dy)
                if j != i and distance < f32(SIGHT):
                    at = sector_of(dx * east + dy * north, dy * east - dx * north) * 3
                    near = 1.0 - distance / f32(SIGHT)
                    observations[i, at + 1] = min(observations[i, at + 1] + near * light[j], 1.0)
                    if near > observations[i, at]:
                        observations[i, at] = near
                        observations[i, at + 2] = near * sin(heading[j] - heading[i])


# ---- act and live


@per_agent
def live(
    i, x, y, heading, light, thrust, energy, heat, intake, meal_now, patch, eaters, actions, died, wants_child,
    supply, meal, upkeep, thrust_cost, light_cost, speed, split_energy, lifetime, hardship, fixed, side,
    seed, id, step
):  # fmt: skip
    """Eats, pays for the step, swims, shines, and decides about death or a child."""
    meal_now[i] = 0
    if patch[i] >= 0:
        meal_now[i] = i32(min(i64(meal * UNIT), i64(supply * UNIT) // eaters[patch[i], 0]))
    heading[i] = turned(heading[i] + lane(actions[i, 0], -TURN, TURN))
    thrust[i] = lane(actions[i, 1], 0.0, 1.0)
    light[i] = lane(actions[i, 2], 0.0, 1.0)
    x[i] = around(x[i] + speed * thrust[i] * cos(heading[i]), f32(side))
    y[i] = around(y[i] + speed * thrust[i] * sin(heading[i]), f32(side))
    store = energy[i] + meal_now[i]
    cost = upkeep + thrust_cost * thrust[i] * thrust[i] + light_cost * light[i]
    if step < i64(hardship):
        cost *= f32(step) / f32(hardship)
    paid = min(store, i32(cost * UNIT))
    if fixed != 0:
        paid = max(paid, store - i32(split_energy * UNIT))
    store -= paid
    ends = uniform(seed, END, step, id[i], 0) * f32(lifetime) < 1.0
    if fixed == 0 and (store <= 0 or ends):
        died[i] = 1 if store <= 0 else 2
        paid += store
        store = 0
    elif fixed == 0 and store >= i32(split_energy * UNIT):
        wants_child[i] = 1
    heat[i] += i64(paid)
    intake[i] += i64(meal_now[i])
    energy[i] = store


@per_parent
def part(i, energy, child_energy):
    """Gives the child half of the energy."""
    child_energy[i] = energy[i] // 2
    energy[i] -= child_energy[i]


@per_newborn(reads_other_rows=("x", "y", "heading"))
def begin(i, parent_slot, x, y, heading, light, thrust, energy, meal_now, child_energy, side, seed, id, step):
    """Places a child one cell from its parent, without light or food."""
    p = parent_slot[i]
    way = uniform(seed, PLACE, step, id[i], 0) * TWO_PI
    x[i] = around(x[p] + cos(way), f32(side))
    y[i] = around(y[p] + sin(way), f32(side))
    heading[i] = way
    light[i] = 0.0
    thrust[i] = 0.0
    meal_now[i] = 0
    energy[i] = child_energy[p]


class Swarm(SharedWorld):
    """Agents that find food that they cannot see by watching each other."""

    death_causes = ("starved", "aged")
    reset = (drift, found)
    observe = (drift, locate, *cell_lists, feel, look)
    step = (live,)
    birth = (part, begin)

    params: Params

    @property
    def num_founders(self) -> int:
        return self.params.population

    @property
    def sensors(self) -> tuple[Sensor, ...]:
        ways = ("ahead", "ahead left", "behind left", "behind right", "ahead right")
        seen = [
            sensor
            for way in ways
            for sensor in (
                Sensor(
                    f"nearness {way}",
                    0,
                    1,
                    "",
                    "1 if the nearest neighbor there is near, 0 at 8 cells or if there is none",
                ),
                Sensor(f"light {way}", 0, 1, "", "of all neighbors there, fainter with distance"),
                Sensor(f"course {way}", -1, 1, "", "that nearness, positive where it heads to my left, else negative"),
            )
        ]
        own = (
            Sensor("food", 0, TASTE, "", "3 on a patch of food, else 0"),
            Sensor("energy", 0, 2, "units", "stored"),
            Sensor("speed", 0, 1, "", "thrust of the last step"),
            Sensor("own light", 0, 1, "", "of the last step"),
        )
        return (*seen, *own)

    @property
    def actuators(self) -> tuple[Actuator, ...]:
        return (
            Actuator("turn", -TURN, TURN, "radians a step", "left is positive"),
            Actuator("thrust", 0.0, 1.0, "", "share of full speed"),
            Actuator("light", 0.0, 1.0, "", "how brightly it shines"),
        )

    @property
    def tables(self) -> dict[str, int]:
        bins = (self.params.side // SIGHT) ** 2
        return {"bins": bins, "bin_ends": bins + 1, "patches": self.params.patches}

    @property
    def fields(self) -> tuple[Field, ...]:
        return (
            Field("x", "float32", unit="cells", meaning="position, 0..side"),
            Field("y", "float32", unit="cells", meaning="position, 0..side"),
            Field("heading", "float32", unit="radians", meaning="0..2 pi"),
            Field("light", "float32", meaning="how brightly it shines, 0..1"),
            Field("thrust", "float32", meaning="of the last step, 0..1"),
            Field("energy", "int32", unit="quanta", meaning="stored energy"),
            Field("meal_now", "int32", unit="quanta", meaning="eaten in the last step"),
            Field("heat", "int64", unit="quanta", meaning="given off in this slot since the start"),
            Field("intake", "int64", unit="quanta", meaning="eaten in this slot since the start"),
            Field("patch_x", "float32", table="patches", unit="cells", meaning="center"),
            Field("patch_y", "float32", table="patches", unit="cells", meaning="center"),
            Field("eaters", "int64", (1,), table="patches", unit="agents", meaning="on the patch"),
            *cell_list_fields(),
            Field("patch", "int32", meaning="the patch it is on, or -1", kept=False),
            Field("child_energy", "int32", unit="quanta", meaning="of the child it gets", kept=False),
        )

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

    def scene(self, view: View, rows: np.ndarray) -> Scene:
        """Returns food that glows in dark water, and agents as bright as they shine. rows: [N] living slots."""
        glow = view["light"][rows][:, None]
        color = (np.array([96, 120, 168]) * (1 - glow) + np.array([255, 226, 96]) * glow).astype(np.uint8)
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
        colors: np.ndarray = (
            np.array([58, 84, 98]) + (np.array([104, 158, 96]) - np.array([58, 84, 98])) * food[..., None]
        )
        painted: np.ndarray = colors.astype(np.uint8)
        return painted


def polarisation(heading: np.ndarray) -> float:
    """Returns the length of the mean unit heading: 0 for all ways, 1 for one way. heading: [N] radians."""
    return float(abs(np.exp(1j * heading.astype(np.float64)).mean())) if len(heading) else 0.0
