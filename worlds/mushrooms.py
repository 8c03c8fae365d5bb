"""Mushrooms: which colours feed and which poison is drawn for each life, and changes at half-life. Remember, or guess.

Each half of a life opens with one forced bite of every colour, in a drawn order, which is not scored; then come
encounters in which eating what feeds and leaving what poisons is right. At half-life every colour changes sides, so
that no fixed reflex is right in more than half of them. The colour is in view at the taste.

With `forced: false` nothing is tasted unasked: each encounter has a second step, which shows the taste of what was
eaten and nothing of what was left. Fitness is the share of right decisions; measures are the shares eaten in each half,
which tell the greedy from the shy and those that change from those that do not.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pydantic

from alife.maths import f32, i32, i64
from alife.random import FIRST_WORLD_STREAM, below, words
from alife.world import (
    Actuator,
    BaseParams,
    Discs,
    Field,
    Measure,
    Scene,
    Sensor,
    View,
    World,
    per_agent,
)

MOST = 8  # colours

GREEN, RED, PALE = (92, 140, 76), (196, 92, 62), (206, 198, 178)  # feeds or right, poisons or wrong, still to come

SIDES, ORDER, MEETING = (FIRST_WORLD_STREAM + k for k in range(3))


class Params(BaseParams):
    """What grows, and for how long."""

    colours: int = pydantic.Field(4, ge=1, le=MOST, description="kinds of mushroom, k")
    encounters: int = pydantic.Field(12, ge=1, le=1000, description="scored encounters in each half of a life")
    forced: bool = pydantic.Field(True, description="each half opens with one unscored bite of every colour")
    seen: Literal["one-hot", "rgb", "hue"] = pydantic.Field(
        "one-hot", description="a lane for each colour; or three lanes of a colour circle; or its cosine and sine"
    )


@per_agent
def sow(i, side, order, met, ate, right, scored, colours, seed, id):
    """Draw which colours feed."""
    for k in range(colours):
        a, b, c, d = words(seed, SIDES, 0, id[i], k)
        side[i, k] = 1 if (a & 1) == 0 else -1
        order[i, k] = k
    met[i] = 0
    ate[i] = 0
    right[i] = 0
    scored[i] = 0


@per_agent
def turn_sides(i, side, order, colours, half_life, seed, id, step):
    """At the beginning of each half: shuffle the order of first tastes; at the second all colours change sides."""
    if step % i64(half_life) == 0:
        for k in range(colours):
            a, b, c, d = words(seed, ORDER, step, id[i], k)
            other = k + i32(below(a, i64(colours - k)))
            kept = order[i, k]
            order[i, k] = order[i, other]
            order[i, other] = kept
            if step > 0:
                side[i, k] = -side[i, k]


@per_agent
def meet(i, met, ate, order, colours, forced, half_life, seed, id, step):
    """The next mushroom: one to be tasted, or any; with nothing forced the second step shows the same again."""
    now = i32(step % i64(half_life))
    if forced != 0 and now < colours:
        met[i] = order[i, now]
        ate[i] = 1
    elif forced != 0 or now % 2 == 0:
        a, b, c, d = words(seed, MEETING, step, id[i], 0)
        met[i] = i32(below(a, i64(colours)))
        ate[i] = 0


@per_agent
def see(i, observations, met, ate, side, palette):
    """The colour in view, and what was tasted of it: +2 feeds, -2 poisons; and whether it was tasted."""
    lanes = palette.shape[1]
    for k in range(lanes):
        observations[i, k] = palette[met[i], k]
    tasted = 2.0 * f32(ate[i])
    observations[i, lanes] = tasted * f32(side[i, met[i]])
    observations[i, lanes + 1] = tasted


@per_agent
def decide(i, actions, met, ate, side, right, scored, fitness, measures, colours, forced, half_life, step):
    """Eat or leave; the share of right decisions so far is the fitness."""
    now = i32(step % i64(half_life))
    if (forced != 0 and now >= colours) or (forced == 0 and now % 2 == 0):
        eats = 1 if actions[i, 0] > 0.0 else 0
        feeds = 1 if side[i, met[i]] > 0 else 0
        if eats == feeds:
            right[i] += 1
        scored[i] += 1
        fitness[i] = f32(right[i]) / f32(scored[i])
        measures[i, i32(step // i64(half_life))] += f32(eats)
        ate[i] = eats


@per_agent
def share_out(i, measures, encounters):
    """Counts become shares."""
    measures[i, 0] /= f32(encounters)
    measures[i, 1] /= f32(encounters)


def palette_of(kind: str, count: int) -> np.ndarray:
    """Lanes of each colour: [k, lanes] float32."""
    if kind == "one-hot":
        return np.eye(count, dtype=np.float32)
    angle = 2 * np.pi * np.arange(count) / count
    if kind == "hue":
        return np.stack([np.cos(angle), np.sin(angle)], axis=1).astype(np.float32)
    phase = (angle[:, None] * 3 / np.pi + np.array([0.0, 4.0, 2.0])) % 6.0
    lanes: np.ndarray = np.clip(np.abs(phase - 3.0) - 1.0, 0.0, 1.0).astype(np.float32)
    return lanes


class Mushrooms(World):
    """Mushrooms that feed or poison, another way in each life and each half of it."""

    kind = "solo"
    reset = (sow,)
    observe = (turn_sides, meet, see)
    step = (decide,)
    fitness = (share_out,)

    params: Params

    @property
    def half_life(self) -> int:
        """Steps of one half."""
        p = self.params
        return p.colours + p.encounters if p.forced else 2 * p.encounters

    @property
    def lifetime(self) -> int:
        return 2 * self.half_life

    @property
    def constants(self) -> dict[str, int | np.ndarray]:
        return {"half_life": self.half_life, "palette": self._palette}

    @property
    def _palette(self) -> np.ndarray:
        return palette_of(self.params.seen, self.params.colours)

    @property
    def sensors(self) -> tuple[Sensor, ...]:
        lanes = [Sensor(f"colour {k + 1}", -1, 1, "", "of the mushroom") for k in range(self._palette.shape[1])]
        taste = Sensor("taste", -2, 2, "", "of what was bitten: 2 feeds, -2 poisons")
        return (*lanes, taste, Sensor("bitten", 0, 2, "", "2 while it tastes, else 0"))

    @property
    def actuators(self) -> tuple[Actuator, ...]:
        return (Actuator("eat", -1, 1, "", "above 0 it eats"),)

    @property
    def measures(self) -> tuple[Measure, ...]:
        return tuple(
            Measure(f"eaten {half}", 0, 1, "", f"share eaten in the {half} half") for half in ("first", "second")
        )

    @property
    def fields(self) -> tuple[Field, ...]:
        k = self.params.colours
        return (
            Field("side", "int32", (k,), meaning="1 for a colour that feeds, -1 for one that poisons"),
            Field("order", "int32", (k,), meaning="of the forced tastes"),
            Field("met", "int32", meaning="colour in view"),
            Field("ate", "int32", meaning="1 where it was bitten"),
            Field("right", "int32", meaning="right decisions so far"),
            Field("scored", "int32", meaning="decisions so far"),
        )

    def scene(self, view: View, rows: np.ndarray) -> Scene:
        """The mushroom in view and the agent, which is near it where it ate; below, every colour underlined by what it
        does now, and the decisions of the whole life: right, wrong, still to come."""
        row, count = int(rows[0]), self.params.colours
        met, ate, right, scored = (int(view[name][row]) for name in ("met", "ate", "right", "scored"))
        feeds = view["side"][row] > 0
        spots = 4.0 + (np.arange(count) - (count - 1) / 2) * 0.8
        under = np.stack([spots - 0.25, np.full(count, 4.4), spots + 0.25, np.full(count, 4.4)], axis=1)
        lines = np.concatenate([under, self._tally(right, scored)]).astype(np.float32)
        line_color = np.array([*(GREEN if fed else RED for fed in feeds), GREEN, RED, PALE], np.uint8)
        facts = {
            "colour": f"{met + 1}, which {'feeds' if feeds[met] else 'poisons'}",
            "agent": "eats" if ate else "leaves it",
            "right": f"{right} of {scored}",
        }
        return Scene(8.0, 6.0, False, None, bodies(met, ate, spots, row), lines, line_color, facts)

    def _tally(self, right: int, scored: int) -> np.ndarray:
        """Decisions right, wrong and still to come as a line in three parts: [3, 4]."""
        ends = 1.0 + 6.0 * np.array([0, right, scored, 2 * self.params.encounters]) / (2 * self.params.encounters)
        return np.stack([ends[:-1], np.full(3, 5.2), ends[1:], np.full(3, 5.2)], axis=1)


def bodies(met: int, ate: int, spots: np.ndarray, row: int) -> Discs:
    """The mushroom, the agent, and one of every colour at the places `spots`: [k]."""
    count = len(spots)
    x = np.array([3.0, 4.4 if ate else 6.0, *spots], np.float32)
    y = np.array([2.0, 2.0, *np.full(count, 4.0)], np.float32)
    radius = np.array([1.0, 0.4, *np.full(count, 0.25)], np.float32)
    color = np.concatenate([painted(count)[[met]], [[112, 132, 150]], painted(count)]).astype(np.uint8)
    return Discs(x, y, radius, np.full(count + 2, np.pi, np.float32), color, np.array([-1, row, *[-1] * count]))


def painted(count: int) -> np.ndarray:
    """Colours round the circle as they are painted: [k, 3] from 0 to 255."""
    return 60.0 + 180.0 * palette_of("rgb", count)
