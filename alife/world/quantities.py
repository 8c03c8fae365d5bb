"""The numbers that a world declares by name: sensors, actuators, metrics, measures and objectives."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from alife.errors import UserError
from alife.laws.fields import Fields
from alife.ops.vocabulary import WIDTHS

MOST_LANES = WIDTHS[-1]  # of any brain: a world has no more actuators, and fewer sensors, as a brain adds a constant
UNIT = 65536.0  # quanta of one unit, in fields whose unit is "quanta": what must close exactly is counted in those


@dataclass(frozen=True)
class Sensor:
    """One observation, a lane that laws write by its name: `a.senses.energy`.

    low, high: bounds of what a healthy world gives, in `unit`. group: name of a group of equal sensors, which laws
    index: `a.senses.plants[k]`; see `sensor_group`.
    """

    name: str
    low: float
    high: float
    unit: str
    meaning: str
    group: str = ""


def sensor_group(
    name: str, labels: Iterable[object], low: float, high: float, unit: str, meaning: str
) -> tuple[Sensor, ...]:
    """Returns equal sensors that laws index, `a.senses.NAME[k]`: one for each label, called "NAME label"."""
    return tuple(Sensor(f"{name} {label}", low, high, unit, meaning, name) for label in labels)


def interleaved(*groups: tuple[Sensor, ...]) -> tuple[Sensor, ...]:
    """Returns sensors of groups of one length in turn: the first of each group, then the second of each."""
    return tuple(sensor for together in zip(*groups, strict=True) for sensor in together)


@dataclass(frozen=True)
class Actuator:
    """One action. A raw output a of a brain acts as low + (high - low) * (clip(a, -1, 1) + 1) / 2, in `unit`.

    Laws read it by name: `a.actions.turn` in `unit`, `a.outputs.turn` as the brain gave it. group: name of a group of
    equal actuators, which laws index: `a.outputs.say[k]`.
    """

    name: str
    low: float
    high: float
    unit: str
    meaning: str
    group: str = ""

    def applied(self, raw: np.ndarray) -> np.ndarray:
        """Returns the values that raw outputs of a brain act as: [...] -> [...], in `unit`."""
        values: np.ndarray = self.low + (self.high - self.low) * (np.clip(raw, -1.0, 1.0) + 1) / 2
        return values


@dataclass(frozen=True)
class Paint:
    """A quantity of the ground that may be set from outside while the world runs, from low to high, in `unit`."""

    name: str
    unit: str
    low: float
    high: float
    meaning: str


@dataclass(frozen=True)
class Metric:
    """One of a world's own columns of metrics.csv.

    headline: shown in the progress line, in the window's graph and among the first curves of the report.
    """

    name: str
    unit: str
    meaning: str
    headline: bool = False


@dataclass(frozen=True)
class Milestone:
    """A moment in the life of a shared world: the first at which something is so.

    The window marks it in its graph, and keeps a savepoint.

    Attributes:
        name: in a few words, such as "first predator".
        meaning: in a sentence.
        reached: returns True once it is so; given the live columns, and the slots of the living, [N].
    """

    name: str
    meaning: str
    reached: Callable[[Fields, np.ndarray], bool]


@dataclass(frozen=True)
class Measure:
    """A feature of behavior, averaged over an agent's episodes.

    low, high: bounds of the range that is told apart. group: name of a group of equal measures, which laws index.

    Raises:
        UserError: low is not below high.
    """

    name: str
    low: float
    high: float
    unit: str
    meaning: str
    group: str = ""

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise UserError(f"measure {self.name}: expected low below high, got {self.low}, {self.high}", ("world",))


@dataclass(frozen=True)
class Objective:
    """An objective beside fitness, summed over an agent's episodes as fitness is; higher is better."""

    name: str
    unit: str
    meaning: str
