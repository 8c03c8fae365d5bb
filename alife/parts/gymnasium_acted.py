"""Leaves of action spaces as lanes: ranges of a Box, and the largest lane, or the sign of one, for what is counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from alife.parts.gymnasium_observed import BOUNDED
from alife.parts.gymnasium_tree import Tree, kind_of, named
from alife.world import Actuator


@dataclass(frozen=True)
class ActLeaf:
    """The lanes of one leaf of an action space. choose: raw outputs [K, O] -> actions [K, *shape] of the leaf."""

    actuators: tuple[Actuator, ...]
    choose: Callable[[np.ndarray], np.ndarray]


def num_act_lanes(space: Any) -> int:
    """Returns the number of lanes of a leaf of an action space."""
    kind = kind_of(space)
    if kind == "Discrete":
        return _lanes(int(space.n))
    return sum(_lanes(int(n)) for n in np.ravel(space.nvec)) if kind == "MultiDiscrete" else int(np.prod(space.shape))


def act_leaf(leaf: Tree, scale: float) -> ActLeaf:
    """Returns the lanes of a leaf.

    Args:
        leaf: its tree.
        scale: of a number without bounds, which runs from -scale to scale, or 2 scale from its only bound on.
    """
    space, kind, name = leaf.space, kind_of(leaf.space), named(leaf.path, "action")
    if kind == "Discrete":
        return _count(int(space.n), int(space.start), name)
    if kind == "Box":
        return _box(space, name, scale)
    if kind == "MultiBinary":
        actuators = tuple(Actuator(f"{name} {k}", -1, 1, "", "above 0: 1, else 0") for k in range(num_act_lanes(space)))
        return ActLeaf(actuators, lambda lanes: np.reshape(lanes > 0, (len(lanes), *space.shape)).astype(space.dtype))
    starts = np.broadcast_to(np.asarray(getattr(space, "start", 0), np.int64), np.shape(space.nvec))
    pairs = zip(np.ravel(space.nvec), np.ravel(starts), strict=True)
    counts = [_count(int(n), int(start), f"{name} {k}", "is ") for k, (n, start) in enumerate(pairs)]
    ends = np.cumsum([0, *(len(count.actuators) for count in counts)])

    def choose(lanes: np.ndarray) -> np.ndarray:
        chosen = [count.choose(lanes[:, at:end]) for count, at, end in zip(counts, ends, ends[1:], strict=False)]
        return np.reshape(np.stack(chosen, axis=1), (len(lanes), *space.shape)).astype(space.dtype)

    return ActLeaf(tuple(actuator for count in counts for actuator in count.actuators), choose)


def _lanes(count: int) -> int:
    """The number of lanes that choose one of `count` values."""
    return 1 if count == 2 else count


def _count(count: int, start: int, name: str, verb: str = "") -> ActLeaf:
    """The largest of a lane for each value; of two values the sign of one lane."""
    if _lanes(count) == 1 < count:
        actuator = Actuator(name, -1, 1, "", f"above 0: {start + 1}, else {start}")
        return ActLeaf((actuator,), lambda lanes: start + (lanes[:, 0] > 0).astype(np.int64))
    labels = [f"{name} {verb}{start + k}" for k in range(count)]
    actuators = tuple(Actuator(label, -1, 1, "", "the largest is taken") for label in labels)
    return ActLeaf(actuators, lambda lanes: start + np.argmax(lanes, axis=1))


def bounds_of(space: Any, scale: float) -> tuple[np.ndarray, np.ndarray]:
    """Returns the lows and highs [O] float64 of the range that the numbers of a Box are chosen from."""
    low, high = (bound.astype(np.float64).ravel() for bound in (space.low, space.high))
    open_low, open_high = low <= -BOUNDED, high >= BOUNDED
    lows = np.where(open_low, np.where(open_high, -scale, high - 2 * scale), low)
    return lows, np.where(open_high, np.where(open_low, scale, low + 2 * scale), high)


def _box(space: Any, name: str, scale: float) -> ActLeaf:
    low, high = bounds_of(space, scale)
    actuators = tuple(Actuator(f"{name} {k}", low[k], high[k], "", "of the environment") for k in range(len(low)))
    place = _whole if space.dtype.kind in "biu" else _between

    def choose(lanes: np.ndarray) -> np.ndarray:
        shares = (np.clip(np.nan_to_num(lanes.astype(np.float64)), -1, 1) + 1) / 2  # NaN counts as 0
        return np.reshape(place(shares, low, high, space.dtype), (len(lanes), *space.shape))

    return ActLeaf(actuators, choose)


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
