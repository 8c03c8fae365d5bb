"""Spaces of Gymnasium as lanes: observations as sensors, actions as actuators."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from alife.parts.returned_values import to_numbers, unexpected
from alife.world import MOST_LANES, Actuator, Sensor, UserError

BOUNDED = 1e30  # larger bounds, such as the largest float32, count as none
MOST = MOST_LANES - 1  # lanes of a space
SLACK = 1e-3  # of the range -1..1: what a lane may be beyond it by rounding


@dataclass(frozen=True)
class Senses:
    """The lanes of an observation space.

    Attributes:
        sensors: one a lane.
        read: observations [K, ...] of that space -> [K, I] float32.
        shape: of an observation.
        bounded: [I] bool, True for lanes with bounds of their own, which are -1..1.
        choices: of a Discrete space: the lowest and one more than the highest value.
    """

    sensors: tuple[Sensor, ...]
    read: Callable[[Any], np.ndarray]
    shape: tuple[int, ...]
    bounded: np.ndarray
    choices: tuple[int, int] | None = None

    def checked(self, seen: Any, copies: tuple[int, ...] = (), row: int | None = None) -> np.ndarray:
        """Returns an observation, or one for each of some copies, as an array [*copies, ...].

        Args:
            seen: what an environment returned.
            copies: () for one observation, else the number of copies.
            row: the copy that it came from.

        Raises:
            ExternalError: it is no observation of this space.
        """
        array = to_numbers(seen, (*copies, *self.shape), "observation", row)
        if self.choices is not None:
            low, end = self.choices
            if not ((array >= low) & (array < end) & (array == np.floor(array))).all():
                raise unexpected("observation", f"a whole number from {low} to {end - 1}", seen, row)
        return array

    def outside(self, lanes: np.ndarray) -> str:
        """Returns words for the first number that is beyond its bounds, "" if there is none. lanes: [K, I]."""
        beyond = self.bounded & (np.abs(lanes) > 1 + SLACK) & np.isfinite(lanes)
        if not beyond.any():
            return ""
        row, lane = np.argwhere(beyond)[0]
        name = self.sensors[lane].name
        return f"{name} is beyond the bounds of its Box: {lanes[row, lane]:.4g} where these are -1 and 1"


@dataclass(frozen=True)
class Acts:
    """The lanes of an action space. choose: raw outputs of brains [K, O] -> actions [K, ...] of that space."""

    actuators: tuple[Actuator, ...]
    choose: Callable[[np.ndarray], np.ndarray]


def kind_of(space: Any) -> str:
    """Returns "Box" or "Discrete" for such a space or one derived from it, else the name of its class."""
    names = [kind.__name__ for kind in type(space).__mro__]
    return next((name for name in names if name in ("Box", "Discrete")), names[0])


def senses_of(space: Any, scale: float) -> Senses:
    """Returns the lanes of an observation space.

    Raises:
        UserError: the space is neither Box nor Discrete, or far too large.
    """
    kind = kind_of(space)
    if kind == "Discrete":
        count, start = int(space.n), int(space.start)
        _check_size("observations", kind, count)
        sensors = tuple(Sensor(f"is {start + k}", 0, 1, "", "1 while the observation is this") for k in range(count))
        values, none = start + np.arange(count), np.zeros(count, bool)
        return Senses(
            sensors, lambda seen: (np.asarray(seen)[:, None] == values).astype(np.float32), (), none,
            (start, start + count),
        )  # fmt: skip
    if kind != "Box":
        raise refused("observations", "a Box or Discrete space", kind)
    _check_size("observations", kind, int(np.prod(space.shape)))
    low, high = (bound.astype(np.float64).ravel() for bound in (space.low, space.high))
    bounded = (abs(low) < BOUNDED) & (abs(high) < BOUNDED) & (high > low)
    low, high = (np.where(bounded, bound, side * scale) for bound, side in ((low, -1), (high, 1)))
    middle, half = (low + high) / 2, (high - low) / 2
    sensors = tuple(
        Sensor(f"observation {k}", -1, 1, f"{half[k]:.4g}", f"from {middle[k]:.4g} on") for k in range(len(low))
    )

    def read(seen: Any) -> np.ndarray:
        with np.errstate(over="ignore", invalid="ignore"):  # infinities are looked for later
            return ((np.reshape(seen, (len(seen), -1)) - middle) / half).astype(np.float32)

    return Senses(sensors, read, tuple(space.shape), bounded)


def acts_of(space: Any) -> Acts:
    """Returns the lanes of an action space.

    Raises:
        UserError: the space is neither a bounded Box nor Discrete, or far too large.
    """
    kind = kind_of(space)
    if kind == "Discrete":
        _check_size("actions", kind, int(space.n))
        return _switch(int(space.start)) if space.n == 2 else _greatest(int(space.n), int(space.start))
    if kind != "Box":
        raise refused("actions", "a Box or Discrete space", kind)
    _check_size("actions", kind, int(np.prod(space.shape)))
    low, high = (bound.astype(np.float64).ravel() for bound in (space.low, space.high))
    if not (abs(low) < BOUNDED).all() or not (abs(high) < BOUNDED).all():
        raise refused("actions", "bounds of every number", "a Box without")
    if not (low < high).all():
        raise refused("actions", "a high above each low", f"a Box from {low.tolist()} to {high.tolist()}")
    actuators = tuple(Actuator(f"action {k}", low[k], high[k], "", "of the environment") for k in range(len(low)))
    place = _whole if space.dtype.kind in "biu" else _between

    def choose(lanes: np.ndarray) -> np.ndarray:
        shares = (np.clip(np.nan_to_num(lanes.astype(np.float64)), -1, 1) + 1) / 2  # NaN counts as 0
        return np.reshape(place(shares, low, high, space.dtype), (len(lanes), *space.shape))

    return Acts(actuators, choose)


def _between(shares: np.ndarray, low: np.ndarray, high: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """The numbers at these shares [K, O] of the way from low to high, [O] each."""
    values: np.ndarray = np.clip(low + (high - low) * shares, low, high).astype(dtype)
    return values


def _whole(shares: np.ndarray, low: np.ndarray, high: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """The whole numbers at shares [K, O]: the way from low to high, [O] each, in as many equal parts as values."""
    values = np.minimum(np.floor(low + (high - low + 1) * shares), high)
    whole: np.ndarray = np.minimum(values, _greatest_float(dtype)).astype(dtype)
    return whole


def _greatest_float(dtype: np.dtype) -> float:
    """The largest float64 that an integer type holds."""
    most = 1 if dtype.kind == "b" else int(np.iinfo(dtype).max)
    return float(most) if int(float(most)) <= most else float(np.nextafter(float(most), 0))


def _switch(start: int) -> Acts:
    actuator = Actuator("action", -1, 1, "", f"above 0: {start + 1}, else {start}")
    return Acts((actuator,), lambda lanes: start + (lanes[:, 0] > 0).astype(np.int64))


def _greatest(count: int, start: int) -> Acts:
    actuators = tuple(Actuator(f"action {start + k}", -1, 1, "", "the largest is taken") for k in range(count))
    return Acts(actuators, lambda lanes: start + np.argmax(lanes, axis=1))


def _check_size(what: str, kind: str, count: int) -> None:
    """Checks that a brain can be wide enough. Raises UserError."""
    if not 1 <= count <= MOST:
        expected = f"1 to {MOST} numbers or values, for which the widest brain (width: {MOST_LANES}) has room"
        raise refused(what, expected, f"a {kind} of {count:,}")


def refused(what: str, expected: str, got: str) -> UserError:
    """Returns the error for an environment with other spaces."""
    advice = "take another environment, or wrap and register it with such a space"
    return UserError(f"environment: {what}: expected {expected}, got {got}; {advice}", ("world", "environment"))
