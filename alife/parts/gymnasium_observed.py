"""Leaves of observation spaces as lanes: the numbers of a Box, and one-hot lanes for what is counted."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from alife.parts.gymnasium_images import Pooling
from alife.parts.gymnasium_tree import Tree, kind_of, named
from alife.parts.returned_values import unexpected
from alife.world import Sensor

BOUNDED = 1e30  # larger bounds, such as the largest float32, count as none

Nonnegative = Literal["unit", "symmetric"]


@dataclass(frozen=True)
class SenseLeaf:
    """The lanes of one leaf of an observation space.

    Attributes:
        sensors: one a lane.
        read: observations [K, *shape] of the leaf -> [K, I] float32.
        shape: of an observation.
        bounded: [I] bool, True for lanes with bounds of their own, which are those of the sensor.
        counted: None for a Box, else the lowest and highest whole number, [*shape] each.
        pooling: what is done to an image; None: nothing.
    """

    sensors: tuple[Sensor, ...]
    read: Callable[[Any], np.ndarray]
    shape: tuple[int, ...]
    bounded: np.ndarray
    counted: tuple[np.ndarray, np.ndarray] | None = None
    pooling: Pooling | None = None

    def check(self, array: np.ndarray, what: str, seen: Any, row: int | None) -> None:
        """Checks that numbers are of the space.

        Args:
            array: [..., *shape].
            what: the name of the observation, for errors.
            seen: what the environment returned, for errors.
            row: the copy that it came from, for errors.

        Raises:
            ExternalError: a number that counts is not whole, or is none of the space.
        """
        if self.counted is None:
            return
        low, high = self.counted
        wrong = ~((array >= low) & (array <= high) & (array == np.floor(array)))
        if wrong.any():
            low, high = (np.broadcast_to(end, array.shape)[wrong][0] for end in self.counted)
            got = seen if not self.shape else array[wrong][0]
            raise unexpected(what, f"a whole number from {low} to {high}", got, row)


def num_sense_lanes(space: Any) -> int:
    """Returns the number of lanes of a leaf of an observation space."""
    kind = kind_of(space)
    if kind == "Discrete":
        return int(space.n)
    return int(np.sum(space.nvec)) if kind == "MultiDiscrete" else int(np.prod(space.shape))


def sense_leaf(leaf: Tree, scale: float, nonnegative: Nonnegative, pooling: Pooling | None) -> SenseLeaf:
    """Returns the lanes of a leaf.

    Args:
        leaf: its tree.
        scale: divisor of numbers without bounds.
        nonnegative: range of bounded numbers whose low is 0 or more: "unit", 0..1, or "symmetric", -1..1.
        pooling: of a Box that is an image, or None.
    """
    space, kind = leaf.space, kind_of(leaf.space)
    if kind == "Box":
        return _box(space, named(leaf.path, "observation"), scale, nonnegative, pooling)
    if kind == "MultiBinary":
        name, shape = named(leaf.path, "observation"), tuple(space.shape)
        sensors = tuple(Sensor(f"{name} {k}", 0, 1, "", "0 or 1") for k in range(int(np.prod(shape))))
        ends = np.zeros(shape, np.int64), np.ones(shape, np.int64)
        return SenseLeaf(
            sensors, lambda seen: _flat(seen).astype(np.float32), shape, np.zeros(len(sensors), bool), ends
        )
    if kind == "Discrete":
        prefix = f"{named(leaf.path, '')} ".lstrip()
        return _one_hot(np.asarray(int(space.n)), np.asarray(int(space.start)), [prefix])
    name, count = named(leaf.path, "observation"), int(np.size(space.nvec))
    return _one_hot(space.nvec, _starts(space), [f"{name} {k} " for k in range(count)])


def _starts(space: Any) -> np.ndarray:
    """The lowest numbers of a MultiDiscrete; old versions of Gymnasium have none but 0."""
    return np.broadcast_to(np.asarray(getattr(space, "start", 0), np.int64), np.shape(space.nvec))


def _flat(seen: Any) -> np.ndarray:
    """Observations [K, ...] as [K, I]."""
    array: np.ndarray = np.reshape(seen, (len(seen), -1))
    return array


def _one_hot(counts: np.ndarray, starts: np.ndarray, names: list[str]) -> SenseLeaf:
    """A lane for each value of each number: one is 1, the others of that number 0."""
    ranges = [range(start, start + n) for n, start in zip(_whole(counts), _whole(starts), strict=True)]
    sensors = tuple(
        Sensor(f"{name}is {value}", 0, 1, "", "1 while the observation is this")
        for name, values in zip(names, ranges, strict=True)
        for value in values
    )
    source = np.repeat(np.arange(len(ranges)), [len(values) for values in ranges])
    value = np.array(list(itertools.chain.from_iterable(ranges)))

    def read(seen: Any) -> np.ndarray:
        lanes: np.ndarray = (_flat(seen)[:, source] == value).astype(np.float32)
        return lanes

    ends = starts, np.asarray(starts + counts.astype(np.int64) - 1)
    return SenseLeaf(sensors, read, counts.shape, np.zeros(len(sensors), bool), ends)


def _whole(array: np.ndarray) -> list[int]:
    return [int(number) for number in np.ravel(array)]


def _box(space: Any, name: str, scale: float, nonnegative: Nonnegative, pooling: Pooling | None) -> SenseLeaf:
    low, high = (bound.astype(np.float64) for bound in (space.low, space.high))
    if pooling is not None:
        low, high = (pooling.means(bound[None])[0] for bound in (low, high))
    places = [" ".join(map(str, place)) for place in np.ndindex(low.shape)] if pooling else range(low.size)
    low, high = low.ravel(), high.ravel()
    bounded = (abs(low) < BOUNDED) & (abs(high) < BOUNDED) & (high > low)
    low, high = (np.where(bounded, bound, side * scale) for bound, side in ((low, -1), (high, 1)))
    unit = bounded & (low >= 0) & (nonnegative == "unit")
    origin, length = np.where(unit, low, (low + high) / 2), np.where(unit, high - low, (high - low) / 2)
    mean = f"mean of {pooling.side} x {pooling.side} pixels, " if pooling else ""
    sensors = tuple(
        Sensor(f"{name} {place}", -1 + int(unit[k]), 1, f"{length[k]:.4g}", f"{mean}from {origin[k]:.4g} on")
        for k, place in enumerate(places)
    )

    def read(seen: Any) -> np.ndarray:
        with np.errstate(over="ignore", invalid="ignore"):  # infinities are looked for later
            numbers = _flat(seen if pooling is None else pooling.means(seen))
            return ((numbers - origin) / length).astype(np.float32)

    return SenseLeaf(sensors, read, tuple(space.shape), bounded, None, pooling)
