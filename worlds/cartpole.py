"""Cart and pole: push a cart left or right so that the pole on it does not fall. The yardstick of control.

The law is that of Gymnasium's CartPole-v1: Euler steps of 0.02 s, a push of 10 N either way, over when the cart leaves
2.4 m or the pole 12 degrees; fitness is the number of steps, 500 at most. Here it runs in float32.
Measures: where the cart is and how fast the pole sways, on average. A second objective is a calm hand: each
change of push counts against it, so that of two that hold the pole up the one that changes its mind less is better.
Barto, Sutton and Anderson, "Neuronlike adaptive elements that can solve difficult learning control problems", IEEE
Transactions on Systems, Man and Cybernetics 13, 1983; Towers et al., "Gymnasium", arXiv 2407.17032.
"""

from __future__ import annotations

import math

import numpy as np
import pydantic

from alife.world import (
    FIRST_WORLD_STREAM,
    Actuator,
    BaseParams,
    Discs,
    EpisodicWorld,
    Field,
    Measure,
    Objective,
    Scene,
    Sensor,
    View,
    cos,
    f32,
    per_agent,
    sin,
    uniform,
)

GRAVITY = 9.8  # m/s^2
CART, POLE = 1.0, 0.1  # kg
HALF_LENGTH = 0.5  # m, of the pole
PUSH = 10.0  # N
TAU = 0.02  # s a step
X_LIMIT = 2.4  # m from the middle
THETA_LIMIT = 0.20943951  # radians from upright: 12 degrees
FAST = 3.0  # m/s and radians/s that a sensor shows as 1

START = FIRST_WORLD_STREAM

WIDE, HIGH, TRACK, RADIUS = 6.0, 3.6, 2.8, 0.2  # m, of the picture; the cart is drawn as a body on the track
DARK, WOOD, WARNING = (70, 78, 66), (176, 122, 66), (196, 92, 62)  # track, pole, bounds


class Params(BaseParams):
    """How long, and where it starts."""

    lifetime: int = pydantic.Field(500, ge=1, le=10**6, description="steps of an episode, at most")
    spread: float = pydantic.Field(0.05, ge=0, le=0.2, description="start: each of x, v, angle, spin within +- this")


@per_agent
def start(i, x, v, angle, spin, push, spread, seed, id):
    """Nearly upright, nearly still."""
    x[i] = spread * (2.0 * uniform(seed, START, 0, id[i], 0) - 1.0)
    v[i] = spread * (2.0 * uniform(seed, START, 0, id[i], 1) - 1.0)
    angle[i] = spread * (2.0 * uniform(seed, START, 0, id[i], 2) - 1.0)
    spin[i] = spread * (2.0 * uniform(seed, START, 0, id[i], 3) - 1.0)
    push[i] = 0.0


@per_agent
def sense(i, observations, x, v, angle, spin):
    """All four, over what is far, fast and steep."""
    observations[i, 0] = x[i] / X_LIMIT
    observations[i, 1] = v[i] / FAST
    observations[i, 2] = angle[i] / THETA_LIMIT
    observations[i, 3] = spin[i] / FAST


@per_agent
def roll(i, actions, x, v, angle, spin, push, fitness, objectives, measures, done):
    """One Euler step under a push to the right where the action is above 0, else to the left."""
    force = PUSH if actions[i, 0] > 0.0 else f32(-PUSH)
    c = cos(angle[i])
    s = sin(angle[i])
    total = CART + POLE
    thrown = (force + POLE * HALF_LENGTH * spin[i] * spin[i] * s) / total
    turning = (GRAVITY * s - c * thrown) / (HALF_LENGTH * (1.3333334 - POLE * c * c / total))
    pushed = thrown - POLE * HALF_LENGTH * turning * c / total
    x[i] += TAU * v[i]
    v[i] += TAU * pushed
    angle[i] += TAU * spin[i]
    spin[i] += TAU * turning
    fitness[i] += 1.0
    objectives[i, 0] -= 1.0 if force * push[i] < 0.0 else 0.0
    push[i] = force
    measures[i, 0] += x[i]
    measures[i, 1] += abs(spin[i])
    if abs(x[i]) > X_LIMIT or abs(angle[i]) > THETA_LIMIT:
        done[i] = 1


@per_agent
def look_back(i, measures, taken):
    """Sums over steps become means."""
    measures[i, 0] /= f32(taken[i])
    measures[i, 1] /= f32(taken[i])


class Cartpole(EpisodicWorld):
    """A pole to be kept upright on a cart."""

    reset = (start,)
    observe = (sense,)
    step = (roll,)
    fitness = (look_back,)

    params: Params

    @property
    def lifetime(self) -> int:
        return self.params.lifetime

    @property
    def sensors(self) -> tuple[Sensor, ...]:
        return (
            Sensor("place", -1, 1, "2.4 m", "of the cart, from the middle; right is positive"),
            Sensor("speed", -1, 1, "3 m/s", "of the cart"),
            Sensor("angle", -1, 1, "12 degrees", "of the pole from upright; right is positive"),
            Sensor("spin", -1, 1, "3 radians/s", "of the pole"),
        )

    @property
    def actuators(self) -> tuple[Actuator, ...]:
        return (Actuator("push", -1, 1, "", "above 0: 10 N to the right, else to the left"),)

    @property
    def measures(self) -> tuple[Measure, ...]:
        return (
            Measure("place", -X_LIMIT, X_LIMIT, "m", "of the cart, on average"),
            Measure("sway", 0, 2, "radians/s", "how fast the pole turns either way, on average"),
        )

    @property
    def objectives(self) -> tuple[Objective, ...]:
        return (Objective("calm", "changes", "of push from one side to the other, counted below 0"),)

    @property
    def fields(self) -> tuple[Field, ...]:
        return (
            Field("x", "float32", unit="m", meaning="place of the cart"),
            Field("v", "float32", unit="m/s", meaning="its speed"),
            Field("angle", "float32", unit="radians", meaning="of the pole from upright"),
            Field("spin", "float32", unit="radians/s", meaning="of the pole"),
            Field("push", "float32", unit="N", meaning="of the last step; 0 before the first"),
        )

    def scene(self, view: View, rows: np.ndarray) -> Scene:
        """Track with its bounds, pole at its true length, and the cart, which looks where it pushes; in metres."""
        row = int(rows[0])
        x, angle, push = (float(view[name][row]) for name in ("x", "angle", "push"))
        middle, top = WIDE / 2, TRACK - 2 * RADIUS
        hinge, tip = (
            (middle + x, top),
            (middle + x + 2 * HALF_LENGTH * math.sin(angle), top - 2 * HALF_LENGTH * math.cos(angle)),
        )
        track = (middle - X_LIMIT, TRACK, middle + X_LIMIT, TRACK)
        bounds = [(middle + side * X_LIMIT, TRACK - 0.3, middle + side * X_LIMIT, TRACK) for side in (-1, 1)]
        body = (middle + x, TRACK - RADIUS, RADIUS, 0.0 if push >= 0 else math.pi)
        across, down, radius, heading = np.array(body, np.float32)[:, None]
        discs = Discs(across, down, radius, heading, np.array([[96, 132, 176]], np.uint8), rows[:1])
        lines = np.array([track, *bounds, (*hinge, *tip)], np.float32)
        facts = {"place": f"{x:+.2f} m", "pole": f"{math.degrees(angle):+.1f} degrees", "push": f"{push:+.0f} N"}
        return Scene(WIDE, HIGH, False, None, discs, lines, np.array([DARK, WARNING, WARNING, WOOD], np.uint8), facts)
