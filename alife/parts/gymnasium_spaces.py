"""Spaces of Gymnasium as lanes: observations as sensors, actions as actuators, those of a Dict or Tuple in turn."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from alife.parts.gymnasium_acted import ActLeaf, act_leaf, bounds_of, num_act_lanes
from alife.parts.gymnasium_images import Pooling, is_image, poolings_of
from alife.parts.gymnasium_observed import Nonnegative, SenseLeaf, num_sense_lanes, sense_leaf
from alife.parts.gymnasium_tree import Tree, distinct, kind_of, tree_of
from alife.parts.returned_values import to_numbers
from alife.world import MOST_LANES, Actuator, Sensor, UserError

MOST = MOST_LANES - 1  # lanes of a space
POOLED = MOST - 1  # lanes up to which images are pooled, so that there is one for what a memory recalls
SLACK = 1e-3  # what a lane may be beyond its range by rounding

Parts = tuple[np.ndarray, ...]  # of observations or actions: an array [..., *shape] for each leaf


@dataclass(frozen=True)
class Senses:
    """The lanes of an observation space.

    Attributes:
        tree: its form.
        leaves: the lanes of each leaf.
        names: of the leaves, for errors, such as observation['place'][0].
        sensors: one a lane.
        ranges: [2, I] what a lane may be at least and at most; infinities for those without bounds.
        bounded: [I] bool, True for lanes with bounds of their own.
        measurable: [I] bool, True for numbers of a Box that is no image, whose spread may be measured.
        normal: [2, I] center and spread of each lane, which is seen less the one and over the other; None: as it is.
    """

    tree: Tree
    leaves: tuple[SenseLeaf, ...]
    names: tuple[str, ...]
    sensors: tuple[Sensor, ...]
    ranges: np.ndarray
    bounded: np.ndarray
    measurable: np.ndarray
    normal: np.ndarray | None = None

    def checked(
        self, seen: Any, copies: tuple[int, ...] = (), row: int | None = None, rows: np.ndarray | None = None
    ) -> Parts:
        """Returns an observation, or one for each of some copies, as an array [*copies, ...] for each leaf.

        Args:
            seen: what an environment returned.
            copies: () for one observation, else the number of copies.
            row: the copy that it came from.
            rows: [K] the copies that are returned; the others may be anything of the same shape. None: all.

        Raises:
            ExternalError: it is no observation of this space.
        """
        parts, given = [], self.tree.apart(seen, "observation", row)
        for leaf, what, part in zip(self.leaves, self.names, given, strict=True):
            array = to_numbers(part, (*copies, *leaf.shape), what, row)
            array = array if rows is None else array[rows]
            leaf.check(array, what, part, row)
            parts.append(array)
        return tuple(parts)

    def lanes(self, parts: Parts) -> np.ndarray:
        """Returns checked observations, [K, ...] for each leaf, as lanes [K, I] float32."""
        read = [leaf.read(part) for leaf, part in zip(self.leaves, parts, strict=True)]
        lanes = read[0] if len(read) == 1 else np.concatenate(read, axis=1)
        if self.normal is None:
            return lanes
        with np.errstate(over="ignore", invalid="ignore"):  # infinities are looked for later
            normalized: np.ndarray = ((lanes - self.normal[0]) / self.normal[1]).astype(np.float32)
        return normalized

    def normalized(self, pairs: Sequence[tuple[float, float]]) -> Senses:
        """Returns the lanes less a center and over a spread each. Raises UserError if there are not as many pairs."""
        if len(pairs) != len(self.sensors):
            raise UserError(
                f"normal: expected a center and a spread for each of {len(self.sensors)} observed numbers, got "
                f"{len(pairs)}; write normal: measured",
                ("world", "normal"),
            )
        normal = np.array(pairs, np.float64).T
        return dataclasses.replace(
            self, sensors=tuple(map(_normalized, self.sensors, *normal.tolist())),
            ranges=(self.ranges - normal[0]) / normal[1], normal=normal,
        )  # fmt: skip

    def read(self, seen: Any) -> np.ndarray:
        """Returns observations in the form of the space, with a first axis [K] in each leaf, as lanes [K, I] float32.

        Raises:
            ExternalError: they are no observations of this space.
        """
        return self.lanes(self.checked(seen, (len(self.tree.apart(seen, "observation")[0]),)))

    def outside(self, lanes: np.ndarray) -> str:
        """Returns words for the first number that is beyond its bounds, "" if there is none. lanes: [K, I]."""
        beyond = ((lanes < self.ranges[0] - SLACK) | (lanes > self.ranges[1] + SLACK)) & np.isfinite(lanes)
        if not beyond.any():
            return ""
        row, lane = np.argwhere(beyond)[0]
        sensor, value = self.sensors[lane], lanes[row, lane]
        return (
            f"{sensor.name} is beyond the bounds of its Box: {value:.4g} where these are {sensor.low} and {sensor.high}"
        )

    @property
    def poolings(self) -> tuple[Pooling, ...]:
        """The poolings of images that are too large."""
        return tuple(leaf.pooling for leaf in self.leaves if leaf.pooling is not None)


@dataclass(frozen=True)
class Acts:
    """The lanes of an action space.

    Attributes:
        tree: its form.
        leaves: the lanes of each leaf.
        actuators: one a lane.
    """

    tree: Tree
    leaves: tuple[ActLeaf, ...]
    actuators: tuple[Actuator, ...]

    def parts(self, lanes: np.ndarray) -> Parts:
        """Returns actions for raw outputs of brains [K, O], an array [K, ...] for each leaf."""
        found, at = [], 0
        for leaf in self.leaves:
            found.append(leaf.choose(lanes[:, at : at + len(leaf.actuators)]))
            at += len(leaf.actuators)
        return tuple(found)

    def choose(self, lanes: np.ndarray) -> Any:
        """Returns actions in the form of the space, with a first axis [K] in each leaf. lanes: [K, O] raw outputs."""
        return self.tree.together(iter(self.parts(lanes)))

    def each(self, lanes: np.ndarray) -> Iterator[Any]:
        """Yields an action of the space for each of the raw outputs [K, O]."""
        parts = self.parts(lanes)
        if self.tree.keys is None:
            return iter(parts[0])
        return (self.tree.together(part[k] for part in parts) for k in range(len(lanes)))


def senses_of(space: Any, scale: float, nonnegative: Nonnegative = "unit", most: int = MOST) -> Senses:
    """Returns the lanes of an observation space.

    Args:
        space: of Gymnasium.
        scale: divisor of numbers of a Box without bounds.
        nonnegative: range of bounded numbers whose low is 0 or more: "unit", 0..1, or "symmetric", -1..1.
        most: lanes; images are pooled until they fit.

    Raises:
        UserError: the space has no lanes, or more than that.
    """
    tree = tree_of(space, _refusal("observations"))
    sizes = [num_sense_lanes(leaf.space) for leaf in tree.leaves]
    poolings = {} if sum(sizes) <= most else poolings_of(tree.leaves, sizes, min(most, POOLED))
    _check_size("observations", tree, sum(sizes), sum(sizes) - _saved(poolings), most)
    leaves = tuple(sense_leaf(leaf, scale, nonnegative, poolings.get(place)) for place, leaf in enumerate(tree.leaves))
    sensors = _named_apart([sensor for leaf in leaves for sensor in leaf.sensors])
    bounded = np.concatenate([leaf.bounded for leaf in leaves])
    ends = np.array([[sensor.low for sensor in sensors], [sensor.high for sensor in sensors]])
    names = tuple("observation" + "".join(f"[{key!r}]" for key in leaf.path) for leaf in tree.leaves)
    boxes = [kind_of(leaf.space) == "Box" and not is_image(leaf.space) for leaf in tree.leaves]
    measurable = np.repeat(boxes, [len(leaf.sensors) for leaf in leaves])
    ranges = np.where(bounded, ends, [[-np.inf], [np.inf]])
    return Senses(tree, leaves, names, sensors, ranges, bounded, measurable)


def acts_of(space: Any, scale: float = 1.0) -> Acts:
    """Returns the lanes of an action space.

    Args:
        space: of Gymnasium.
        scale: of numbers of a Box without bounds, see `act_leaf`.

    Raises:
        UserError: the space has no lanes, or too many, or a Box without room between its bounds.
    """
    tree = tree_of(space, _refusal("actions"))
    size = sum(num_act_lanes(leaf.space) for leaf in tree.leaves)
    _check_size("actions", tree, size, size, MOST)
    for leaf in tree.leaves:
        if kind_of(leaf.space) == "Box":
            low, high = bounds_of(leaf.space, scale)
            if not (low < high).all() or not np.isfinite(high - low).all():
                raise refused("actions", "a high above each low", f"a Box from {low.tolist()} to {high.tolist()}")
    leaves = tuple(act_leaf(leaf, scale) for leaf in tree.leaves)
    return Acts(tree, leaves, _named_apart([actuator for leaf in leaves for actuator in leaf.actuators]))


def _normalized(sensor: Sensor, center: float, spread: float) -> Sensor:
    """The sensor of a lane less a center and over a spread."""
    if (center, spread) == (0.0, 1.0):
        return sensor
    low, high = (float(f"{(end - center) / spread:.4g}") for end in (sensor.low, sensor.high))
    return dataclasses.replace(sensor, low=low, high=high, meaning=f"{sensor.meaning}; less {center}, over {spread}")


def _saved(poolings: dict[int, Pooling]) -> int:
    """The number of lanes that pooling saves."""
    return sum(int(np.prod(each.shape)) - int(np.prod(each.pooled)) for each in poolings.values())


def _named_apart(lanes: list[Any]) -> tuple[Any, ...]:
    """Returns sensors or actuators with names that differ."""
    names = distinct([lane.name for lane in lanes])
    return tuple(dataclasses.replace(lane, name=name) for lane, name in zip(lanes, names, strict=True))


def _check_size(what: str, tree: Tree, size: int, count: int, most: int) -> None:
    """Checks that a brain can be wide enough. size: lanes without pooling. count: lanes. Raises UserError."""
    if not 1 <= count <= most:
        room = f"for which the widest brain (width: {MOST_LANES}) has room" if most == MOST else "as world.lanes is"
        raise refused(what, f"1 to {most} numbers or values, {room}", f"a {kind_of(tree.space)} of {size:,}")


def _refusal(what: str) -> Callable[[str], UserError]:
    """Returns the error for a space without lanes, by words for it."""
    return lambda got: refused(what, "Box, Discrete, MultiDiscrete, MultiBinary, or a Dict or Tuple of these", got)


def refused(what: str, expected: str, got: str) -> UserError:
    """Returns the error for an environment with other spaces."""
    advice = "take another environment, or wrap and register it with such a space"
    return UserError(f"environment: {what}: expected {expected}, got {got}; {advice}", ("world", "environment"))
