"""Pursuit: predators are faster, prey turns in narrower circles. Both evolve, each against the other.

A small torus holds one team of predators and one of prey. Each agent observes the nearest agent of the other role and
of its own (nearness, and the direction relative to its heading) and its own speed; it steers and thrusts. Speed follows
thrust with inertia; a predator is faster, but its turns are wide. Prey within reach of a predator is caught and out.
The fitness of prey is the share of the episode that it survives; that of predators is the share that prey loses, so
it matters how many are caught and how soon, and one side wins what the other loses. Measures are mean speed and turn.

Pursuit and evasion as a test of coevolution: Cliff and Miller, "Tracking the Red Queen", ECAL 1995; Nolfi and Floreano,
"Coevolving predator and prey robots: do 'arms races' arise in artificial evolution?", Artificial Life 4(4), 1998.
"""

from __future__ import annotations

import numpy as np
import pydantic

from alife.world import (
    FIRST_WORLD_STREAM,
    TWO_PI,
    Actuator,
    ArenaWorld,
    BaseParams,
    Discs,
    Field,
    Measure,
    Scene,
    Sensor,
    View,
    around,
    clip,
    cos,
    f32,
    lane,
    per_agent,
    sin,
    sqrt,
    torus,
    turned,
    unit,
    words,
)

PREDATOR, PREY = 0, 1
HALF = 2.0  # distance, units, at which the nearness of a neighbor is a half
INERTIA = 0.25  # share of the way to the speed of the thrust, a step
COLORS = np.array([[214, 88, 62], [98, 168, 92], [120, 120, 120]], np.uint8)  # predators, prey, caught prey

START = FIRST_WORLD_STREAM


class Params(BaseParams):
    """Parameters: lengths in units, speeds in units a step, turns in radians a step."""

    lifetime: int = pydantic.Field(200, ge=1, le=2000, description="steps of an episode")
    predators: int = pydantic.Field(1, ge=1, le=32, description="agents of this role in an arena, clones of one genome")
    prey: int = pydantic.Field(2, ge=1, le=32, description="agents of this role in an arena, clones of one genome")
    side: float = pydantic.Field(16.0, ge=4, le=100, description="side of the torus, units")
    reach: float = pydantic.Field(0.6, gt=0, le=4, description="distance at which prey is caught, units")
    predator_speed: float = pydantic.Field(0.6, gt=0, le=2, description="of predators at full thrust, units a step")
    prey_speed: float = pydantic.Field(0.4, gt=0, le=2, description="of prey at full thrust, units a step")
    predator_turn: float = pydantic.Field(0.2, gt=0, le=3.1, description="largest turn of predators, radians a step")
    prey_turn: float = pydantic.Field(0.6, gt=0, le=3.1, description="largest turn of prey, radians a step")


@per_agent
def place(i, x, y, heading, speed, side, seed, id, seat):
    """Places an agent at random, at rest."""
    a, b, c, d = words(seed, START, 0, id[i], seat[i])
    x[i] = around(side * unit(a), side)
    y[i] = around(side * unit(b), side)
    heading[i] = TWO_PI * unit(c)
    speed[i] = 0.0


def nearest(i, first, count, x, y, done, side):
    """Returns the row, of `count` rows from `first` on, that is nearest to row i and not out; -1: none."""
    found = -1
    least = 4.0 * side * side
    for k in range(count):
        other = first + k
        dx = torus(x[other] - x[i], side)
        dy = torus(y[other] - y[i], side)
        d = dx * dx + dy * dy
        if other != i and done[other] == 0 and d < least:
            found = other
            least = d
    return found


def shown(i, other, x, y, heading, side):
    """Returns the nearness of another row and its direction relative to row i: ahead, left; zeros for row -1."""
    row = other if other >= 0 else i
    dx = torus(x[row] - x[i], side)
    dy = torus(y[row] - y[i], side)
    far = sqrt(dx * dx + dy * dy)
    c = cos(heading[i])
    s = sin(heading[i])
    near = HALF / (HALF + far) if other >= 0 else f32(0.0)
    return near, (dx * c + dy * s) / (far + 1e-6), (dy * c - dx * s) / (far + 1e-6)


@per_agent
def see(i, observations, x, y, heading, speed, done, seat, role, predators, prey, side, predator_speed, prey_speed):
    """Observes the nearest agent of the other role, the nearest of its own, and the own speed."""
    hunting = role[i] == PREDATOR
    hunters = i - seat[i]
    hunted = hunters + predators
    other = nearest(i, hunted if hunting else hunters, prey if hunting else predators, x, y, done, side)
    mate = nearest(i, hunters if hunting else hunted, predators if hunting else prey, x, y, done, side)
    a, b, c = shown(i, other, x, y, heading, side)
    d, e, f = shown(i, mate, x, y, heading, side)
    observations[i, 0] = a
    observations[i, 1] = b
    observations[i, 2] = c
    observations[i, 3] = d
    observations[i, 4] = e
    observations[i, 5] = f
    observations[i, 6] = speed[i] / (predator_speed if hunting else prey_speed)


@per_agent
def move(
    i, actions, x, y, heading, speed, measures, done, role, side, predator_speed, prey_speed, predator_turn, prey_turn
):
    """Turns, then moves at a speed that follows the thrust; an agent that is out stays where it is."""
    hunting = role[i] == PREDATOR
    sharp = predator_turn if hunting else prey_turn
    fast = predator_speed if hunting else prey_speed
    if done[i] == 0:
        heading[i] = turned(heading[i] + sharp * clip(actions[i, 0], -1.0, 1.0))
        speed[i] += INERTIA * (fast * lane(actions[i, 1], 0.0, 1.0) - speed[i])
        x[i] = around(x[i] + speed[i] * cos(heading[i]), side)
        y[i] = around(y[i] + speed[i] * sin(heading[i]), side)
        measures[i, 0] += speed[i] / fast
        measures[i, 1] += clip(actions[i, 0], -1.0, 1.0)


@per_agent
def catch(i, done, x, y, seat, role, predators, side, reach):
    """Takes prey within reach of a predator out."""
    if role[i] == PREY and done[i] == 0:
        for k in range(predators):
            hunter = i - seat[i] + k
            dx = torus(x[hunter] - x[i], side)
            dy = torus(y[hunter] - y[i], side)
            if dx * dx + dy * dy < reach * reach:
                done[i] = 1


@per_agent
def reward(i, fitness, measures, taken, seat, role, predators, prey, lifetime):
    """Scores prey by the share of the episode it survived, and predators by the mean share that prey lost."""
    lived = 0
    for k in range(prey):
        lived += taken[i - seat[i] + predators + k]
    robbed = 1.0 - f32(lived) / f32(prey * lifetime)
    measures[i, 0] /= f32(taken[i])
    measures[i, 1] /= f32(taken[i])
    fitness[i] = robbed if role[i] == PREDATOR else f32(taken[i]) / f32(lifetime)


class Pursuit(ArenaWorld):
    """Predators and prey that evolve against each other."""

    roles = ("predator", "prey")
    reset = (place,)
    observe = (see,)
    step = (move, catch)
    fitness = (reward,)

    params: Params

    @property
    def lifetime(self) -> int:
        return self.params.lifetime

    @property
    def team(self) -> tuple[int, ...]:
        return self.params.predators, self.params.prey

    @property
    def sensors(self) -> tuple[Sensor, ...]:
        return (
            *_seen("other", "of the nearest of the other role"),
            *_seen("own", "of the nearest of its own role"),
            Sensor("speed", 0, 1, "of the largest", "own speed"),
        )

    @property
    def actuators(self) -> tuple[Actuator, ...]:
        return (
            Actuator("turn", -1, 1, "of the sharpest", "to the left is positive"),
            Actuator("thrust", 0, 1, "of the largest", "speed that the own speed approaches"),
        )

    @property
    def measures(self) -> tuple[Measure, ...]:
        return (
            Measure("speed", 0, 1, "of the largest", "mean speed"),
            Measure("turn", -1, 1, "of the sharpest", "mean turn; to the left is positive"),
        )

    @property
    def fields(self) -> tuple[Field, ...]:
        return (
            Field("x", "float32", unit="units", meaning="position, 0..side"),
            Field("y", "float32", unit="units", meaning="position, 0..side"),
            Field("heading", "float32", unit="radians", meaning="0 along x, counterclockwise"),
            Field("speed", "float32", unit="units a step", meaning="along the heading"),
        )

    def scene(self, view: View, rows: np.ndarray) -> Scene:
        """Returns the arena of the first row; rows: [N] agents."""
        size = sum(self.team)
        here = int(rows[0]) - int(view["seat"][rows[0]]) + np.arange(size)
        out = view["done"][here] > 0
        kind = np.where(out, 2, view["role"][here])
        radius = np.where(view["role"][here] == PREDATOR, self.params.reach, 0.5 * self.params.reach)
        x, y, heading = (view[name][here] for name in ("x", "y", "heading"))
        discs = Discs(x, y, radius.astype(np.float32), heading, COLORS[kind], here)
        text = {"step": str(int(view["taken"][here].max(initial=0))), "caught": f"{out.sum()} of {self.params.prey}"}
        return Scene(self.params.side, self.params.side, True, None, discs, text=text)


def _seen(name: str, whose: str) -> tuple[Sensor, ...]:
    return (
        Sensor(f"{name} near", 0, 1, "", f"nearness {whose}: a half at {HALF:g} units, 0 for none"),
        Sensor(f"{name} ahead", -1, 1, "", "cosine of its direction relative to the own heading"),
        Sensor(f"{name} left", -1, 1, "", "sine of its direction"),
    )
