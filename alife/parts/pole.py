"""Cart and pole: the laws, measures and picture that the worlds with one share.

The law is that of Gymnasium's CartPole-v1, in float32: Euler steps of 0.02 s, a push of 10 N either way, over when the
cart leaves 2.4 m or the pole 12 degrees.
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
    Draws,
    EpisodicAgent,
    EpisodicWorld,
    Mark,
    Measure,
    Objective,
    Scene,
    View,
    column,
    cos,
    f32,
    per_agent,
    sin,
)

GRAVITY = 9.8  # m/s^2
CART, POLE = 1.0, 0.1  # kg
HALF_LENGTH = 0.5  # m, of the pole
PUSH = 10.0  # N
TAU = 0.02  # s a step
X_LIMIT = 2.4  # m from the middle
THETA_LIMIT = 0.20943951  # radians from upright: 12 degrees

START = FIRST_WORLD_STREAM

WIDE, HIGH, TRACK, RADIUS = 6.0, 3.6, 2.8, 0.2  # m, of the picture; the cart is drawn as a body on the track
CART_COLOR = (96, 132, 176)
DARK, WOOD, WARNING = (70, 78, 66), (176, 122, 66), (60, 100, 170)  # track, pole, bounds


class PoleParams(BaseParams):
    """Length and start of an episode."""

    lifetime: int = pydantic.Field(500, ge=1, le=10**6, description="steps of an episode, at most")
    spread: float = pydantic.Field(
        0.05,
        ge=0,
        le=0.2,
        description="at the start x, x_dot, theta and theta_dot lie within +- this, in m, m/s, radians, radians/s",
    )


class Cart(EpisodicAgent):
    """The columns of an agent: a cart with its pole."""

    x: float = column("float32", unit="m", meaning="position of the cart")
    x_dot: float = column("float32", unit="m/s", meaning="speed of the cart", title="cart speed")
    theta: float = column("float32", unit="radians", meaning="angle of the pole from upright", title="pole angle")
    theta_dot: float = column("float32", unit="radians/s", meaning="angular speed of the pole", title="pole turns")
    push: float = column("float32", unit="N", meaning="of the last step; 0 before the first", title="last push")


@per_agent
def start(a: Cart, draws: Draws, p: PoleParams) -> None:
    """Starts nearly upright and nearly at rest."""
    a.x = p.spread * (2.0 * draws.once.uniform(START, 0) - 1.0)
    a.x_dot = p.spread * (2.0 * draws.once.uniform(START, 1) - 1.0)
    a.theta = p.spread * (2.0 * draws.once.uniform(START, 2) - 1.0)
    a.theta_dot = p.spread * (2.0 * draws.once.uniform(START, 3) - 1.0)
    a.push = 0.0


@per_agent
def roll(a: Cart) -> None:
    """Takes an Euler step under a push to the right if the action is above 0, else to the left."""
    force = PUSH if a.outputs.push > 0.0 else f32(-PUSH)
    c = cos(a.theta)
    s = sin(a.theta)
    total = CART + POLE
    temp = (force + POLE * HALF_LENGTH * a.theta_dot * a.theta_dot * s) / total
    theta_acc = (GRAVITY * s - c * temp) / (HALF_LENGTH * (1.3333334 - POLE * c * c / total))
    x_acc = temp - POLE * HALF_LENGTH * theta_acc * c / total
    a.x += TAU * a.x_dot
    a.x_dot += TAU * x_acc
    a.theta += TAU * a.theta_dot
    a.theta_dot += TAU * theta_acc
    a.fitness += 1.0
    a.objectives.calm -= 1.0 if force * a.push < 0.0 else 0.0
    a.push = force
    a.measures.place += a.x
    a.measures.sway += abs(a.theta_dot)
    if abs(a.x) > X_LIMIT or abs(a.theta) > THETA_LIMIT:
        a.done = 1


@per_agent
def average_measures(a: Cart) -> None:
    """Turns sums over steps into means."""
    a.measures.place /= f32(a.taken)
    a.measures.sway /= f32(a.taken)


class PoleWorld(EpisodicWorld):
    """Base of the worlds with a cart and its pole; subclasses say what is observed and scored."""

    reset = (start,)
    fitness = (average_measures,)
    columns = (Cart,)

    params: PoleParams

    @property
    def lifetime(self) -> int:
        return self.params.lifetime

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
    def legend(self) -> tuple[Mark, ...]:
        return (
            Mark("agent", (CART_COLOR,), "the cart; it faces the way it pushes"),
            Mark("line", (WOOD,), f"the pole; the episode ends beyond {math.degrees(THETA_LIMIT):.0f} degrees"),
            Mark("line", (WARNING,), f"bounds of the track, {X_LIMIT:g} m from its middle"),
            Mark("line", (DARK,), "the track"),
        )

    def scene(self, view: View, rows: np.ndarray) -> Scene:
        """Returns track, pole, and the cart, which faces the way it pushes, in meters; rows: [N] agents."""
        row = int(rows[0])
        x, theta, push = (float(view[name][row]) for name in ("x", "theta", "push"))
        middle, top = WIDE / 2, TRACK - 2 * RADIUS
        hinge, tip = (
            (middle + x, top),
            (middle + x + 2 * HALF_LENGTH * math.sin(theta), top - 2 * HALF_LENGTH * math.cos(theta)),
        )
        track = (middle - X_LIMIT, TRACK, middle + X_LIMIT, TRACK)
        bounds = [(middle + side * X_LIMIT, TRACK - 0.3, middle + side * X_LIMIT, TRACK) for side in (-1, 1)]
        body = (middle + x, TRACK - RADIUS, RADIUS, 0.0 if push >= 0 else math.pi)
        across, down, radius, heading = np.array(body, np.float32)[:, None]
        discs = Discs(across, down, radius, heading, np.array([CART_COLOR], np.uint8), rows[:1])
        lines = np.array([track, *bounds, (*hinge, *tip)], np.float32)
        facts = {"place": f"{x:+.2f} m", "pole": f"{math.degrees(theta):+.1f} degrees", "push": f"{push:+.0f} N"}
        return Scene(WIDE, HIGH, False, None, discs, lines, np.array([DARK, WARNING, WARNING, WOOD], np.uint8), facts)
