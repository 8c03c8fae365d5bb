"""Schedules of natural strategies: a law sets each scheduled number anew at the beginning of every step.

A law that reads `mutation_rate` uses that name whether it is one number for the whole run or follows a schedule.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from alife.config.schedule import Schedule
from alife.laws.fields import Field, Fields
from alife.laws.law import Law, per_row
from alife.laws.maths import f32
from alife.laws.rows import Columns, Vector
from alife.world import WorldScalars


class Current(Columns, table="one", namespace="totals"):
    """A scheduled number at this step."""

    now: float


class Points(WorldScalars):
    """The points of a schedule. points: [K] int64 steps. values: [K] float32."""

    points: Vector[int]
    values: Vector[float]


@per_row("one")
def follow(totals: Current, world: Points) -> None:
    """Writes the value at this step: `Schedule.at` in float32."""
    value = world.values[0]
    for k in range(len(world.points) - 1):
        if world.step >= world.points[k]:
            rise = world.values[k + 1] - world.values[k]
            share = f32(world.step - world.points[k]) / f32(world.points[k + 1] - world.points[k])
            value = world.values[k] + rise * share if world.step < world.points[k + 1] else world.values[k + 1]
    totals.now = value


def scheduled_laws(schedules: Mapping[str, Schedule]) -> tuple[Law, ...]:
    """Returns the law of each scheduled number."""
    return tuple(follow.on(now=f"{name}_now", points=f"{name}_points", values=f"{name}_values") for name in schedules)


def scheduled_fields(schedules: Mapping[str, Schedule]) -> tuple[Field, ...]:
    """Returns the columns of the values at this step, in the table "one"."""
    meaning = "of this step"
    return tuple(Field(f"{name}_now", "float32", table="one", meaning=meaning, kept=False) for name in schedules)


def scheduled_names(schedules: Mapping[str, Schedule], fields: Fields) -> dict[str, np.ndarray]:
    """Returns the names that laws read: each value at this step, and the points that it follows."""
    names: dict[str, np.ndarray] = {}
    for name, schedule in schedules.items():
        steps, values = zip(*schedule.points, strict=True)
        names[name] = fields[f"{name}_now"].reshape(())
        names |= {f"{name}_points": np.array(steps, np.int64), f"{name}_values": np.array(values, np.float32)}
    return names
