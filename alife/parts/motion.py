"""Motion: agents turn and thrust; full speed is the same for all."""

from __future__ import annotations

from typing import Any

import pydantic

from alife.parts.energy import Charged
from alife.parts.part import Part
from alife.parts.plane import Placed, PlaneParams
from alife.world import Actuator, BaseParams, Sensor, around, column, cos, f32, per_agent, per_newborn, sin, turned


class Moving(Placed, Charged):
    """An agent that moves."""

    speed_now: float = column("float32", meaning="thrust of the last step, 0..1", title="thrust")


class SpeedParams(BaseParams):
    """Lengths in cells, time in steps."""

    speed: float = pydantic.Field(0.8, ge=0, le=2, description="speed at full thrust, cells a step")


class MotionParams(SpeedParams):
    """Energy in units, lengths in cells, time in steps."""

    thrust_cost: float = pydantic.Field(
        0.01, ge=0, le=1, description="cost of full thrust of a body of size 1, units a step"
    )


class MovingParams(SpeedParams, PlaneParams):
    """Params of `move`."""


@per_agent
def see_speed(a: Moving) -> None:
    """Observes the own thrust."""
    a.senses.speed = a.speed_now


@per_agent
def pay_thrust(a: Moving, p: MotionParams) -> None:
    """Adds the cost of thrust, by its square and the size of the body."""
    thrust = a.actions.thrust
    a.cost += p.thrust_cost * a.size * thrust * thrust
    a.speed_now = thrust


@per_agent
def move(a: Placed, p: MovingParams) -> None:
    """Turns, then moves along the new heading."""
    a.heading = turned(a.heading + a.actions.turn)
    a.x = around(a.x + p.speed * a.actions.thrust * cos(a.heading), f32(p.side))
    a.y = around(a.y + p.speed * a.actions.thrust * sin(a.heading), f32(p.side))


@per_newborn
def rest(a: Moving) -> None:
    """Lets a child begin at rest."""
    a.speed_now = 0.0


def steering(turn: float) -> tuple[Actuator, ...]:
    """Returns the actuators of motion. turn: sharpest turn, radians a step."""
    return (
        Actuator("turn", -turn, turn, "radians a step", "left is positive"),
        Actuator("thrust", 0.0, 1.0, "", "share of full speed"),
    )


class Motion(Part):
    """Turning and thrust, which costs energy. turn: sharpest turn, radians a step."""

    columns = (Moving,)
    observe = (see_speed,)
    spend = (pay_thrust,)
    move = (move,)
    birth = (rest,)

    def __init__(self, turn: float) -> None:
        self.turn = turn

    def sensors(self, params: Any) -> tuple[Sensor, ...]:
        return (Sensor("speed", 0, 1, "", "thrust of the last step"),)

    def actuators(self, params: Any) -> tuple[Actuator, ...]:
        return steering(self.turn)
