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
    ArenaAgent,
    ArenaWorld,
    BaseParams,
    Discs,
    Draws,
    Mark,
    Measure,
    Scene,
    Sensor,
    Table,
    View,
    around,
    column,
    cos,
    f32,
    per_agent,
    sin,
    sqrt,
    torus,
    turned,
    unit,
)

PREDATOR, PREY = 0, 1
HALF = 2.0  # distance, units, at which the nearness of a neighbor is a half
INERTIA = 0.25  # share of the way to the speed of the thrust, a step
PAINTS = ((214, 88, 62), (40, 150, 170), (90, 90, 90))  # predators, prey, caught prey
COLORS = np.array(PAINTS, np.uint8)

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


class Runner(ArenaAgent):
    """An agent of either role."""

    x: float = column("float32", unit="units", meaning="position, 0..side")
    y: float = column("float32", unit="units", meaning="position, 0..side")
    heading: float = column("float32", unit="radians", meaning="0 along x, counterclockwise")
    speed: float = column("float32", unit="units a step", meaning="along the heading")


@per_agent
def place(a: Runner, draws: Draws, p: Params) -> None:
    """Places an agent at random, at rest."""
    first, second, third, fourth = draws.once.words(START, a.seat)
    a.x = around(p.side * unit(first), p.side)
    a.y = around(p.side * unit(second), p.side)
    a.heading = TWO_PI * unit(third)
    a.speed = 0.0


def nearest(a: Runner, agents: Table[Runner], first: int, count: int, p: Params) -> int:
    """Returns the row, of `count` rows from `first` on, that is nearest to row a and not out; -1: none."""
    found = -1
    least = 4.0 * p.side * p.side
    for k in range(count):
        other = agents[first + k]
        dx = torus(other.x - a.x, p.side)
        dy = torus(other.y - a.y, p.side)
        d = dx * dx + dy * dy
        if other.row != a.row and other.done == 0 and d < least:
            found = other.row
            least = d
    return found


def shown(a: Runner, row: int, agents: Table[Runner], p: Params) -> tuple[float, float, float]:
    """Returns the nearness of a row and its direction relative to row a: ahead, left; zeros for row -1."""
    other = agents[row if row >= 0 else a.row]
    dx = torus(other.x - a.x, p.side)
    dy = torus(other.y - a.y, p.side)
    far = sqrt(dx * dx + dy * dy)
    c = cos(a.heading)
    s = sin(a.heading)
    near = HALF / (HALF + far) if row >= 0 else f32(0.0)
    return near, (dx * c + dy * s) / (far + 1e-6), (dy * c - dx * s) / (far + 1e-6)


@per_agent
def see(a: Runner, agents: Table[Runner], p: Params) -> None:
    """Observes the nearest agent of the other role, the nearest of its own, and the own speed."""
    hunting = a.role == PREDATOR
    hunters = a.row - a.seat
    hunted = hunters + p.predators
    other = nearest(a, agents, hunted if hunting else hunters, p.prey if hunting else p.predators, p)
    mate = nearest(a, agents, hunters if hunting else hunted, p.predators if hunting else p.prey, p)
    near, ahead, left = shown(a, other, agents, p)
    a.senses.other_near = near
    a.senses.other_ahead = ahead
    a.senses.other_left = left
    own_near, own_ahead, own_left = shown(a, mate, agents, p)
    a.senses.own_near = own_near
    a.senses.own_ahead = own_ahead
    a.senses.own_left = own_left
    a.senses.speed = a.speed / (p.predator_speed if hunting else p.prey_speed)


@per_agent
def move(a: Runner, p: Params) -> None:
    """Turns, then moves at a speed that follows the thrust; an agent that is out stays where it is."""
    hunting = a.role == PREDATOR
    sharp = p.predator_turn if hunting else p.prey_turn
    fast = p.predator_speed if hunting else p.prey_speed
    if a.done == 0:
        a.heading = turned(a.heading + sharp * a.actions.turn)
        a.speed += INERTIA * (fast * a.actions.thrust - a.speed)
        a.x = around(a.x + a.speed * cos(a.heading), p.side)
        a.y = around(a.y + a.speed * sin(a.heading), p.side)
        a.measures.speed += a.speed / fast
        a.measures.turn += a.actions.turn


@per_agent
def catch(a: Runner, agents: Table[Runner], p: Params) -> None:
    """Takes prey within reach of a predator out."""
    if a.role == PREY and a.done == 0:
        for k in range(p.predators):
            hunter = agents[a.row - a.seat + k]
            dx = torus(hunter.x - a.x, p.side)
            dy = torus(hunter.y - a.y, p.side)
            if dx * dx + dy * dy < p.reach * p.reach:
                a.done = 1


@per_agent
def reward(a: Runner, agents: Table[Runner], p: Params) -> None:
    """Scores prey by the share of the episode it survived, and predators by the mean share that prey lost."""
    lived = 0
    for k in range(p.prey):
        lived += agents[a.row - a.seat + p.predators + k].taken
    robbed = 1.0 - f32(lived) / f32(p.prey * p.lifetime)
    a.measures.speed /= f32(a.taken)
    a.measures.turn /= f32(a.taken)
    a.fitness = robbed if a.role == PREDATOR else f32(a.taken) / f32(p.lifetime)


class Pursuit(ArenaWorld):
    """Predators and prey that evolve against each other."""

    roles = ("predator", "prey")
    reset = (place,)
    observe = (see,)
    step = (move, catch)
    fitness = (reward,)
    columns = (Runner,)

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
    def legend(self) -> tuple[Mark, ...]:
        meanings = (f"predator: its body is its reach, {self.params.reach:g} units", "prey", "caught prey: out")
        return tuple(Mark("agent", (color,), meaning) for color, meaning in zip(PAINTS, meanings, strict=True))

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
