"""Mushrooms: the colors that feed and those that poison differ in each life and change at half-life.

Each half of a life opens with one forced bite of every color, in a drawn order, which is not scored; then come
encounters in which it is right to eat what feeds and to leave what poisons. At half-life every color changes sides, so
no fixed reflex is right in more than half of the encounters: an agent must remember, or guess. The color is in view
during the taste.

With `forced: false` there are no forced bites: each encounter has a second step, which shows the taste if the mushroom
was eaten, and nothing if it was left. Fitness is the share of right decisions; measures are the shares eaten in each
half, which tell greedy agents from shy ones and those that change from those that do not.

With `walked: true` the same life takes place in a plane, to be watched. A mushroom to decide on grows some steps away,
in any direction; the agent sees its color, its bearing and its nearness, and steers. To walk onto it is to eat it;
after `patience` steps it is passed by. Forced bites come as before, one a step, without a walk. The colors that feed,
their order and the right decisions are the same as without walking.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pydantic

from alife.world import (
    FIRST_WORLD_STREAM,
    TWO_PI,
    Actuator,
    BaseParams,
    Discs,
    EpisodicWorld,
    Field,
    Law,
    Measure,
    Scene,
    Sensor,
    View,
    around,
    below,
    clip,
    cos,
    f32,
    i32,
    i64,
    per_agent,
    sin,
    sqrt,
    torus,
    turned,
    unit,
    words,
)

MOST = 8  # colors

GREEN, RED, PALE = (92, 140, 76), (196, 92, 62), (206, 198, 178)  # feeds or right, poisons or wrong, still to come

SIDE = 12.0  # of the plane that is walked in, a torus; units of what follows
STRIDE, TURN = 0.4, 0.8  # length of a step at most; radians of a turn at most
REACH = 0.5  # distance at which a mushroom is walked onto
NEAREST, FARTHEST = 1.5, 3.0  # distances at which the next one grows

SIDES, ORDER, MEETING, PLACES = (FIRST_WORLD_STREAM + k for k in range(4))


class Params(BaseParams):
    """Mushrooms of a life and its length."""

    colours: int = pydantic.Field(4, ge=1, le=MOST, description="number of colors, k")
    encounters: int = pydantic.Field(12, ge=1, le=1000, description="scored encounters in each half of a life")
    forced: bool = pydantic.Field(True, description="true: each half opens with one unscored bite of every color")
    seen: Literal["one-hot", "rgb", "hue"] = pydantic.Field(
        "one-hot",
        description="observation of a color: a lane each; or red, green, blue; or cosine and sine of its hue",
    )
    walked: bool = pydantic.Field(
        False, description="true: mushrooms grow in a plane, and to walk onto one is to eat it"
    )
    patience: int = pydantic.Field(
        16, ge=1, le=1000, description="walked: steps after which a mushroom is passed by; 12 suffice to reach any"
    )


@per_agent
def sow(i, side, order, met, ate, now, fresh, right, right_in, scored, colours, seed, id):
    """Draws the colors that feed."""
    for k in range(colours):
        a, b, c, d = words(seed, SIDES, 0, id[i], k)
        side[i, k] = 1 if (a & 1) == 0 else -1
        order[i, k] = k
    met[i] = 0
    ate[i] = 0
    now[i] = 0
    fresh[i] = 1
    right[i] = 0
    right_in[i, 0] = 0.0
    right_in[i, 1] = 0.0
    scored[i] = 0


@per_agent
def turn_sides(i, side, order, now, fresh, colours, half_life, seed, id):
    """Shuffles the order of forced bites at the start of each half; at the second, all colors change sides."""
    if fresh[i] != 0 and now[i] % half_life == 0:
        for k in range(colours):
            a, b, c, d = words(seed, ORDER, i64(now[i]), id[i], k)
            other = k + i32(below(a, i64(colours - k)))
            kept = order[i, k]
            order[i, k] = order[i, other]
            order[i, other] = kept
            if now[i] > 0:
                side[i, k] = -side[i, k]


@per_agent
def meet(i, met, ate, order, now, fresh, colours, forced, half_life, seed, id):
    """Brings the next mushroom: of a forced bite, or a drawn one; without forced bites each is shown twice."""
    place = now[i] % half_life
    if forced != 0 and place < colours:
        met[i] = order[i, place]
        ate[i] = 1
    elif fresh[i] != 0 and asked(place, colours, forced) != 0:
        a, b, c, d = words(seed, MEETING, i64(now[i]), id[i], 0)
        met[i] = i32(below(a, i64(colours)))
        ate[i] = 0


def asked(place, colours, forced):
    """Returns 1 if place k in a half, from 0, is a decision, and 0 if it is a taste."""
    return (1 if place >= colours else 0) if forced != 0 else 1 - place % 2


@per_agent
def see(i, observations, met, ate, side, palette):
    """Observes the color in view, its taste (2 feeds, -2 poisons), and 2 while something is tasted."""
    lanes = palette.shape[1]
    for k in range(lanes):
        observations[i, k] = palette[met[i], k]
    tasted = 2.0 * f32(ate[i])
    observations[i, lanes] = tasted * f32(side[i, met[i]])
    observations[i, lanes + 1] = tasted


@per_agent
def bite(i, actions, eats, over):
    """Eats or leaves the mushroom at once."""
    eats[i] = 1 if actions[i, 0] > 0.0 else 0
    over[i] = 1


@per_agent
def decide(
    i, met, ate, eats, over, now, fresh, side, right, right_in, scored, fitness, measures, colours, forced, half_life
):
    """Scores a decision: fitness is the share of right decisions so far."""
    if over[i] != 0:
        if asked(now[i] % half_life, colours, forced) != 0:
            feeds = 1 if side[i, met[i]] > 0 else 0
            if eats[i] == feeds:
                right[i] += 1
                right_in[i, now[i] // half_life] += 1.0
            scored[i] += 1
            fitness[i] = f32(right[i]) / f32(scored[i])
            measures[i, now[i] // half_life] += f32(eats[i])
            ate[i] = eats[i]
        now[i] += 1
    fresh[i] = over[i]


@per_agent
def share_out(i, measures, right_in, encounters):
    """Turns counts into shares."""
    for half in range(2):
        measures[i, half] /= f32(encounters)
        right_in[i, half] /= f32(encounters)


# ---- walked


@per_agent
def stand(i, x, y, heading, waited, seed, id):
    """Places the agent in the middle, with a drawn heading."""
    a, b, c, d = words(seed, PLACES, -1, id[i], 0)
    x[i] = 0.5 * SIDE
    y[i] = 0.5 * SIDE
    heading[i] = TWO_PI * unit(a)
    waited[i] = 0


@per_agent
def grow(i, x, y, grown_x, grown_y, waited, now, fresh, seed, id):
    """Places a new mushroom around the agent."""
    if fresh[i] != 0:
        a, b, c, d = words(seed, PLACES, i64(now[i]), id[i], 0)
        angle = TWO_PI * unit(a)
        far = NEAREST + (FARTHEST - NEAREST) * unit(b)
        grown_x[i] = around(x[i] + far * cos(angle), SIDE)
        grown_y[i] = around(y[i] + far * sin(angle), SIDE)
        waited[i] = 0


@per_agent
def look_round(i, observations, x, y, heading, grown_x, grown_y, now, half_life, colours, forced):
    """Observes the bearing and the nearness of the mushroom; zeros while something is tasted."""
    dx = torus(grown_x[i] - x[i], SIDE)
    dy = torus(grown_y[i] - y[i], SIDE)
    far = sqrt(dx * dx + dy * dy) + 0.000001
    there = f32(asked(now[i] % half_life, colours, forced))
    c = cos(heading[i])
    s = sin(heading[i])
    lane = observations.shape[1] - 3
    observations[i, lane] = there * (dx * c + dy * s) / far
    observations[i, lane + 1] = there * (dy * c - dx * s) / far
    observations[i, lane + 2] = there * clip(1.0 - far / FARTHEST, 0.0, 1.0)


@per_agent
def walk(
    i, actions, x, y, heading, grown_x, grown_y, waited, eats, over, now, done, half_life, colours, forced, patience
):
    """Steers and walks; a mushroom to decide on is eaten when it is reached, or passed by in the end."""
    deciding = asked(now[i] % half_life, colours, forced)
    eats[i] = 0
    over[i] = 1 - deciding
    if deciding != 0:
        heading[i] = turned(heading[i] + TURN * clip(actions[i, 1], -1.0, 1.0))
        stride = STRIDE * clip(actions[i, 0], 0.0, 1.0)
        x[i] = around(x[i] + stride * cos(heading[i]), SIDE)
        y[i] = around(y[i] + stride * sin(heading[i]), SIDE)
        waited[i] += 1
        dx = torus(grown_x[i] - x[i], SIDE)
        dy = torus(grown_y[i] - y[i], SIDE)
        eats[i] = 1 if dx * dx + dy * dy < REACH * REACH else 0
        over[i] = 1 if eats[i] != 0 or waited[i] >= patience else 0
    if over[i] != 0 and now[i] == 2 * half_life - 1:
        done[i] = 1


def palette_of(kind: str, count: int) -> np.ndarray:
    """Returns the observations of each color: [k, lanes] float32."""
    if kind == "one-hot":
        return np.eye(count, dtype=np.float32)
    angle = 2 * np.pi * np.arange(count) / count
    if kind == "hue":
        return np.stack([np.cos(angle), np.sin(angle)], axis=1).astype(np.float32)
    phase = (angle[:, None] * 3 / np.pi + np.array([0.0, 4.0, 2.0])) % 6.0
    lanes: np.ndarray = np.clip(np.abs(phase - 3.0) - 1.0, 0.0, 1.0).astype(np.float32)
    return lanes


WAY = (
    Sensor("ahead", -1, 1, "", "cosine of the bearing of the mushroom; 0: none"),
    Sensor("aside", -1, 1, "", "sine of the bearing, above 0 if a positive `turn` leads to it; 0: none"),
    Sensor("near", 0, 1, "", "0 at the farthest, 1 underfoot"),
)
STEERING = (
    Actuator("walk", -STRIDE, STRIDE, "a step", "below 0 the agent stands still"),
    Actuator("turn", -TURN, TURN, "radians", "made before the step"),
)
PLACE = (
    Field("x", "float32", meaning="of the agent"),
    Field("y", "float32", meaning="of the agent"),
    Field("heading", "float32", unit="radians", meaning="of the agent"),
    Field("grown_x", "float32", meaning="of the mushroom"),
    Field("grown_y", "float32", meaning="of the mushroom"),
    Field("waited", "int32", unit="steps", meaning="since it grew"),
)


class Mushrooms(EpisodicWorld):
    """Mushrooms that feed or poison, differently in each life and each half of it."""

    reset: tuple[Law, ...] = (sow,)
    observe: tuple[Law, ...] = (turn_sides, meet, see)
    step: tuple[Law, ...] = (bite, decide)
    fitness = (share_out,)

    params: Params

    def __init__(self, params: Params) -> None:
        super().__init__(params)
        if params.walked:
            self.reset = (sow, stand)
            self.observe = (turn_sides, meet, grow, see, look_round)
            self.step = (walk, decide)

    @property
    def half_life(self) -> int:
        """Tastes and decisions of one half, their number."""
        p = self.params
        return p.colours + p.encounters if p.forced else 2 * p.encounters

    @property
    def lifetime(self) -> int:
        p = self.params
        return 2 * (self.half_life + (p.encounters * (p.patience - 1) if p.walked else 0))

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
        seen = (*lanes, taste, Sensor("bitten", 0, 2, "", "2 while it tastes, else 0"))
        return (*seen, *WAY) if self.params.walked else seen

    @property
    def actuators(self) -> tuple[Actuator, ...]:
        return STEERING if self.params.walked else (Actuator("eat", -1, 1, "", "above 0 it eats"),)

    @property
    def measures(self) -> tuple[Measure, ...]:
        return tuple(
            Measure(f"eaten {half}", 0, 1, "", f"share eaten in the {half} half") for half in ("first", "second")
        )

    @property
    def reports(self) -> dict[str, tuple[str, ...]]:
        return {"right_in": ("right in the first half", "right in the second half")}

    @property
    def fields(self) -> tuple[Field, ...]:
        k = self.params.colours
        own = (
            Field("side", "int32", (k,), meaning="1 for a color that feeds, -1 for one that poisons"),
            Field("order", "int32", (k,), meaning="order of the forced bites"),
            Field("met", "int32", meaning="color in view"),
            Field("ate", "int32", meaning="1 if it was bitten"),
            Field("right", "int32", meaning="right decisions so far"),
            Field("right_in", "float32", (2,), meaning="right decisions in each half; at the end their share"),
            Field("scored", "int32", meaning="decisions so far"),
            Field("now", "int32", meaning="taste or decision, from 0"),
            Field("fresh", "uint8", meaning="1 in the first step of a mushroom"),
            Field("eats", "uint8", meaning="1 if the agent decided to eat"),
            Field("over", "uint8", meaning="1 if it was decided on, or tasted"),
        )
        return (*own, *PLACE) if self.params.walked else own

    def scene(self, view: View, rows: np.ndarray) -> Scene:
        """Returns the mushroom in view and the agent, which is near it if it ate; rows: [N] agents.

        Below are all colors, underlined by their effect now, and the decisions of the life: right, wrong, to come.
        Walked: both where they are.
        """
        row, count, walked = int(rows[0]), self.params.colours, self.params.walked
        met, ate, right, scored = (int(view[name][row]) for name in ("met", "ate", "right", "scored"))
        feeds = view["side"][row] > 0
        middle, low = (SIDE / 2, SIDE + 0.5) if walked else (4.0, 4.0)
        spots = middle + (np.arange(count) - (count - 1) / 2) * 0.8
        under = np.stack([spots - 0.25, np.full(count, low + 0.4), spots + 0.25, np.full(count, low + 0.4)], axis=1)
        lines = np.concatenate([under, self._tally(right, scored, middle, low + 1.2)]).astype(np.float32)
        line_color = np.array([*(GREEN if fed else RED for fed in feeds), GREEN, RED, PALE], np.uint8)
        facts = {
            "colour": f"{met + 1}, which {'feeds' if feeds[met] else 'poisons'}",
            "agent": "eats" if ate else "goes on" if walked else "leaves it",
            "right": f"{right} of {scored}",
        }
        places = self._walkers(view, row) if walked else np.array([[3.0, 2.0], [4.4 if ate else 6.0, 2.0]])
        discs = bodies(met, places, np.stack([spots, np.full(count, low)], axis=1), row)
        if walked:
            discs.heading[1], discs.radius[:2] = view["heading"][row], REACH / 2
        return Scene(SIDE if walked else 8.0, low + 2, False, None, discs, lines, line_color, facts)

    def _tally(self, right: int, scored: int, middle: float, low: float) -> np.ndarray:
        """Decisions right, wrong and to come as a line in three parts: [3, 4], of length 6 around `middle`."""
        whole = 2 * self.params.encounters
        ends = middle - 3.0 + 6.0 * np.array([0, right, scored, whole]) / whole
        return np.stack([ends[:-1], np.full(3, low), ends[1:], np.full(3, low)], axis=1)

    @staticmethod
    def _walkers(view: View, row: int) -> np.ndarray:
        """Places of mushroom and agent: [2, 2]; a mushroom that is tasted or was eaten is before its face."""
        heading, agent = float(view["heading"][row]), np.array([view["x"][row], view["y"][row]])
        grown = np.array([view["grown_x"][row], view["grown_y"][row]])
        eaten = agent + 0.8 * REACH * np.array([np.cos(heading), np.sin(heading)])
        return np.stack([eaten if view["ate"][row] else grown, agent])


def bodies(met: int, places: np.ndarray, spots: np.ndarray, row: int) -> Discs:
    """Returns discs of the mushroom and the agent at their places [2, 2], and of every color at the spots [k, 2]."""
    count = len(spots)
    x, y = np.concatenate([places, spots]).astype(np.float32).T
    radius = np.array([1.0, 0.4, *np.full(count, 0.25)], np.float32)
    color = np.concatenate([painted(count)[[met]], [[112, 132, 150]], painted(count)]).astype(np.uint8)
    return Discs(x, y, radius, np.full(count + 2, np.pi, np.float32), color, np.array([-1, row, *[-1] * count]))


def painted(count: int) -> np.ndarray:
    """Returns colors around the circle: [k, 3] from 0 to 255."""
    return 60.0 + 180.0 * palette_of("rgb", count)
