"""Copies of an environment of Gymnasium, one a row: made when first used, checked in all they return, and closed."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from alife.parts.gymnasium_calls import RESET, STEP, called, close_all, observation_of, parts_of
from alife.parts.gymnasium_spaces import Acts, Senses
from alife.parts.returned_values import to_flag, to_flags, to_number, to_numbers
from alife.world import FIRST_WORLD_STREAM, ExternalError, UserError, words

EPISODE = FIRST_WORLD_STREAM
SEEDS = 2**31  # seeds of environments are below it, as many pass them on to code that takes no larger ones


class Maker(Protocol):
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

    def make(self) -> Any:
        """Returns one environment. Raises UserError if it cannot be made."""

    def make_vector(self, count: int) -> Any:
        """Returns the environment's own form for `count` copies. Raises UserError if there is none."""


def seed_of(seed: int, episode: int, below: int = SEEDS) -> int:
    """Returns the seed of an episode, drawn from the seed of the run and the number of the episode."""
    with np.errstate(over="ignore"):  # whole numbers that wrap round
        counts: list[Any] = [np.uint64(seed), np.int32(EPISODE), np.int64(0), np.int64(episode), np.int32(0)]
        a, b, _, _ = words(*counts)
    return (int(a) << 32 | int(b)) % below


class _Environments:
    """Base of `Copies` and `Vector`: environments that are made when first used and closed once.

    Attributes:
        pulse: called before each call of an environment, any of which may be slow.
    """

    def __init__(self, world: Maker, count: int, seed: int) -> None:
        self.pulse: Callable[[], None] = _nothing
        self._world, self._count, self._seed = world, count, seed
        self._senses, self._acts = world.senses, world.acts
        self._open: list[Any] = []
        self._said = False
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

    def _read(self, seen: np.ndarray) -> np.ndarray:
        """Observations [K, ...] as lanes [K, I]; says once that one is out of bounds."""
        lanes = self._senses.read(seen)
        outside = "" if self._said else self._senses.outside(lanes)
        if outside:
            self._said = True
            print(f"alife: {self._world.title}: {outside}; it is used as it is", file=sys.stderr)
        return lanes


class Copies(_Environments):
    """Copies of an environment, stepped one after another; a row that is done is left alone."""

    def reset(self, episodes: np.ndarray) -> np.ndarray:
        """Begins these episodes: [N] numbers -> observations [N, I]. Raises ExternalError."""
        seeds = {episode: seed_of(self._seed, episode) for episode in set(episodes.tolist())}
        seen = []
        for row, episode in enumerate(episodes.tolist()):
            self.pulse()
            given = called(RESET, row, self._copy(row).reset, seed=seeds[episode])
            seen.append(self._senses.checked(observation_of(given, row), row=row).copy())  # it may be used again
        return self._read(np.stack(seen))

    def step(self, rows: np.ndarray, actions: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Takes one step of some rows; raises ExternalError.

        Args:
            rows: [K].
            actions: [K, O] raw.

        Returns:
            Observations [K, I], rewards [K], and [K] bool, True where the episode is over.
        """
        seen, rewards, over = [], np.empty(len(rows)), np.empty(len(rows), bool)
        for at, (row, action) in enumerate(zip(rows.tolist(), self._acts.choose(actions), strict=True)):
            self.pulse()
            given = called(STEP, row, self._open[row].step, action)
            one, reward, end, cut = parts_of(given, row)
            seen.append(self._senses.checked(one, row=row).copy())
            rewards[at] = to_number(reward, "reward", row)
            over[at] = to_flag(end, "terminated", row) | to_flag(cut, "truncated", row)
        return self._read(np.stack(seen)), rewards, over

    def _copy(self, row: int) -> Any:
        """The environment of a row. Those before it are made already."""
        if row == len(self._open):
            self._make(self._world.make, row + 1)
        return self._open[row]


class Vector(_Environments):
    """The environment's own form for many copies. What its rows do after their end is ignored."""

    def reset(self, episodes: np.ndarray) -> np.ndarray:
        """Begins an episode in each row, all drawn from the number of the first: [N] -> observations [N, I]."""
        self.pulse()
        if not self._open:
            self._make(lambda: self._world.make_vector(self._count), 1)
        seed = seed_of(self._seed, int(episodes[0]), SEEDS - self._count)  # some give their rows the seeds after it
        given = called(RESET, None, self._open[0].reset, seed=seed)
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
        observed = self._senses.checked(
            to_numbers(seen, (self._count, *self._senses.shape), "observation")[rows], several
        )
        return self._read(observed), rewards.astype(np.float64), over


def _nothing() -> None:
    """Does nothing."""
