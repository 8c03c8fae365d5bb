"""Copies of an environment of Gymnasium, one a row: made when first used, checked in all they return, and closed."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Callable, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np

from alife.parts.gymnasium_calls import RESET, STEP, called, close_all, observation_of, parts_of, say_once
from alife.parts.gymnasium_seeds import Way, way_of
from alife.parts.gymnasium_spaces import Acts, Parts, Senses
from alife.parts.returned_values import to_flag, to_flags, to_number, to_numbers
from alife.world import FIRST_WORLD_STREAM, ExternalError, UserError, words

EPISODE = FIRST_WORLD_STREAM
SEEDS = 2**31  # seeds of environments are below it, as many pass them on to code that takes no larger ones


@runtime_checkable
class Mapper(Protocol):
    """A world that maps spaces of Gymnasium to lanes."""

    def senses_of(self, space: Any) -> Senses:
        """Returns the lanes of an observation space, as this world maps it. Raises UserError."""

    def acts_of(self, space: Any) -> Acts:
        """Returns the lanes of an action space, as this world maps it. Raises UserError."""


@runtime_checkable
class Maker(Mapper, Protocol):
    """The world that copies belong to."""

    @property
    def title(self) -> str:
        """The name of the environment."""

    @property
    def senses(self) -> Senses:
        """The lanes of its observations."""

    @property
    def acts(self) -> Acts:
        """The lanes of its actions."""

    @property
    def said(self) -> set[str]:
        """Lines about its observations, so that all copies of a world say one."""

    def make(self) -> Any:
        """Returns one environment. Raises UserError if it cannot be made."""

    def make_vector(self, count: int) -> Any:
        """Returns the environment's own form for `count` copies. Raises UserError if there is none."""


def seed_of(seed: int, episode: int) -> int:
    """Returns the seed of an episode, drawn from the seed of the run and the number of the episode."""
    with np.errstate(over="ignore"):  # whole numbers that wrap round
        counts: list[Any] = [np.uint64(seed), np.int32(EPISODE), np.int64(0), np.int64(episode), np.int32(0)]
        a, b, _, _ = words(*counts)
    return (int(a) << 32 | int(b)) % SEEDS


class _Environments:
    """Base of `Copies` and `Vector`: environments that are made when first used and closed once.

    Attributes:
        pulse: called before each call of an environment, any of which may be slow.
        silent: True if another says what is out of bounds.
    """

    silent = False

    def __init__(self, world: Maker, count: int, seed: int) -> None:
        self.pulse: Callable[[], None] = _nothing
        self._world, self._count, self._seed = world, count, seed
        self._senses, self._acts = world.senses, world.acts
        self._open: list[Any] = []
        for pooling in self._senses.poolings:
            say_once(
                f"alife: {world.title}: its image is pooled from {pooling}; world.lanes: {len(self._senses.sensors)}"
            )
        weakref.finalize(self, close_all, self._open, world.title)

    def close(self) -> None:
        """Closes the environments; the next episode makes them anew."""
        close_all(self._open, self._world.title)

    def _make(self, make: Callable[[], Any], number: int) -> None:
        """Makes a further environment, the `number`th. Raises ExternalError."""
        try:
            self._open.append(make())
        except UserError as error:
            raise ExternalError(f"copy {number} of {self._count}: {error}", number - 1) from error

    def _seeds(self, episodes: np.ndarray) -> list[int]:
        """The seeds of episodes [N]."""
        seeds = {episode: seed_of(self._seed, episode) for episode in set(episodes.tolist())}
        return [seeds[episode] for episode in episodes.tolist()]

    def _read(self, parts: Parts) -> np.ndarray:
        """Observations, [K, ...] for each leaf, as lanes [K, I]; says once a world that one is out of bounds."""
        lanes = self._senses.lanes(parts)
        return lanes if self.silent else said_outside(self._world, lanes)


def said_outside(world: Maker, lanes: np.ndarray) -> np.ndarray:
    """Returns observations [K, I] as they are, and says once a world that one is out of its bounds."""
    outside = "" if world.said else world.senses.outside(lanes)
    if outside:
        world.said.add(outside)
        print(f"alife: {world.title}: {outside}; it is used as it is", file=sys.stderr)
    return lanes


class Copies(_Environments):
    """Copies of an environment, stepped one after another; a row that is done is left alone."""

    def __init__(self, world: Maker, count: int, seed: int, rows: range | None = None) -> None:
        """world: that they belong to. count: N. seed: of the run. rows: those that have a copy here; None: all."""
        super().__init__(world, count, seed)
        self._rows = range(count) if rows is None else rows

    def reset(self, episodes: np.ndarray) -> np.ndarray:
        """Begins these episodes: [N] numbers, one for each row here -> observations [N, I]. Raises ExternalError."""
        seen = []
        for row, seed in zip(self._rows, self._seeds(episodes), strict=True):
            self.pulse()
            given = called(RESET, row, self._copy(row).reset, seed=seed)
            seen.append(self._observed(observation_of(given, row), row))
        return self._read(stacked(seen))

    def step(self, rows: np.ndarray, actions: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Takes one step of some rows; raises ExternalError.

        Args:
            rows: [K].
            actions: [K, O] raw.

        Returns:
            Observations [K, I], rewards [K], and [K] bool, True where the episode is over.
        """
        seen, rewards, over = [], np.empty(len(rows)), np.empty(len(rows), bool)
        for at, (row, action) in enumerate(zip(rows.tolist(), self._acts.each(actions), strict=True)):
            self.pulse()
            given = called(STEP, row, self._open[self._rows.index(row)].step, action)
            one, reward, end, cut = parts_of(given, row)
            seen.append(self._observed(one, row))
            rewards[at] = to_number(reward, "reward", row)
            over[at] = to_flag(end, "terminated", row) | to_flag(cut, "truncated", row)
        return self._read(stacked(seen)), rewards, over

    def _observed(self, seen: Any, row: int) -> Parts:
        """A checked observation of a row, copied, as the environment may use its arrays again."""
        return tuple([part.copy() for part in self._senses.checked(seen, row=row)])

    def _copy(self, row: int) -> Any:
        """The environment of a row. Those of the rows before it are made already."""
        place = self._rows.index(row)
        if place == len(self._open):
            self._make(self._world.make, row + 1)
        return self._open[place]


class Vector(_Environments):
    """The environment's own form for many copies. What its rows do after their end is ignored."""

    def __init__(self, world: Maker, count: int, seed: int) -> None:
        super().__init__(world, count, seed)
        self._way: Way | None = None

    def reset(self, episodes: np.ndarray) -> np.ndarray:
        """Begins these episodes: [N] numbers -> observations [N, I]. Raises ExternalError."""
        self.pulse()
        if not self._open:
            self._make(lambda: self._world.make_vector(self._count), 1)
            self._way = way_of(self._open[0], self._senses, self._count)
        assert self._way is not None
        given = self._way(self._open[0], self._seeds(episodes))
        return self._read(self._senses.checked(observation_of(given), (self._count,)))

    def step(self, rows: np.ndarray, actions: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Takes one step of some rows, with shapes [K, ...] as in `Copies.step`."""
        self.pulse()
        lanes = np.zeros((self._count, actions.shape[1]), np.float32)
        lanes[rows] = actions
        given = called(STEP, None, self._open[0].step, self._acts.choose(lanes))
        seen, *others = parts_of(given)
        rewards, ends, cuts = (
            to_numbers(value, (self._count,), name)[rows]
            for value, name in zip(others, ("reward", "terminated", "truncated"), strict=True)
        )
        several = (len(rows),)
        over = to_flags(ends, several, "terminated") | to_flags(cuts, several, "truncated")
        observed = self._senses.checked(seen, (self._count,), rows=rows)
        return self._read(observed), rewards.astype(np.float64), over


def stacked(seen: Sequence[Parts]) -> Parts:
    """Returns observations of K copies as one array [K, ...] for each leaf."""
    return tuple(np.stack(leaf) for leaf in zip(*seen, strict=True))


def _nothing() -> None:
    """Does nothing."""
