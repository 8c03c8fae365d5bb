"""Facts about a champion that an exported file says of itself, as JSON."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import alife
from alife.analysis.report.subject import Subject
from alife.errors import as_shown
from alife.experiment.build import make_world
from alife.experiment.records.genome import Genome
from alife.world import Actuator, Sensor

TOLD = ("role", "seed", "generation", "step", "fitness", "held_out")  # of a genome's description, where they are known
SENSORS = "one number for each sensor, in its unit"
ACTIONS = (
    "one number a for each actuator, not clipped; it acts as low + (high - low) * (clip(a, -1, 1) + 1) / 2 in its "
    "unit, unless its meaning says another rule"
)


def describe(subject: Subject, genome: Genome) -> dict[str, Any]:
    """Returns the world, the sensors and actuators with their ranges where the world is here, and the package."""
    told = {key: _told(genome.meta[key]) for key in TOLD if isinstance(genome.meta.get(key), int | float | str)}
    world = make_world(subject.config) if subject.config else None
    return {
        "name": as_shown(subject.name),
        "written_by": f"walsh-life {alife.__version__}",
        "evolved_by": f"walsh-life {as_shown(subject.package)}",
        "world": as_shown(str(genome.meta.get("world", "unknown"))),
        "brain": as_shown(str(genome.brain["name"])),
        **told,
        "observations": SENSORS,
        "actions": ACTIONS,
        "sensors": _channels(subject.sensors, world.sensors if world else ()),
        "actuators": _channels(subject.actuators, world.actuators if world else ()),
    }


def _channels(names: Sequence[str], declared: Sequence[Sensor | Actuator]) -> list[dict[str, Any]]:
    """Names, ranges, units and meanings; names alone where the world is not here or has other ones now."""
    if len(declared) != len(names):
        return [{"name": name} for name in names]
    return [
        {"name": name, "low": _bound(one.low), "high": _bound(one.high), "unit": one.unit, "meaning": one.meaning}
        for name, one in zip(names, declared, strict=True)
    ]


def _told(value: float | str) -> float | str | None:
    return as_shown(value) if isinstance(value, str) else value if isinstance(value, int) else _bound(value)


def _bound(x: float) -> float | None:
    """A number as JSON has it: None if it is not finite."""
    return float(x) if math.isfinite(x) else None
