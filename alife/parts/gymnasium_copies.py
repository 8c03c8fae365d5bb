"""Copies of an environment of Gymnasium, one a row: made when first used, checked in all they return, and closed."""

from __future__ import annotations

import functools
import sys
import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from alife.parts.gymnasium_spaces import Acts, Senses
from alife.parts.returned_values import described, to_flag, to_flags, to_number, to_numbers
from alife.world import FIRST_WORLD_STREAM, ExternalError, UserError, explained, place_of_error, words

EPISODE = FIRST_WORLD_STREAM
SEEDS = 2**31  # seeds of environments are below it, as many pass them on to code that takes no larger ones
RESET = "reset(seed=..., options=...) -> observation, info"
STEP = "step(action) -> observation, reward, terminated, truncated, info"


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
            try:
                self._open.append(self._world.make())
            except UserError as error:
                raise ExternalError(f"copy {row + 1} of {self._count}: {error}", row) from error
        return self._open[row]


class Vector(_Environments):
    """The environment's own form for many copies. What its rows do after their end is ignored."""

    def reset(self, episodes: np.ndarray) -> np.ndarray:
        """Begins an episode in each row, all drawn from the number of the first: [N] -> observations [N, I]."""
        self.pulse()
        if not self._open:
            self._open.append(self._world.make_vector(self._count))
        seed = seed_of(self._seed, int(episodes[0]), SEEDS - self._count)  # some give their rows the seeds after it
        given = called(RESET, None, self._open[0].reset, seed=seed)
        return self._read(self._senses.checked(observation_of(given), (self._count,)))

    def step(self, rows: np.ndarray, actions: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Takes one step of some rows, with shapes [K, ...] as in `Copies.step`."""
        self.pulse()
        lanes = np.zeros((self._count, actions.shape[1]), np.float32)
        lanes[rows] = actions
        given = called(STEP, None, self._open[0].step, self._acts.choose(lanes))
        seen, rewards, ends, cuts = parts_of(given)
        all_rows = (self._count,)
        over = to_flags(ends, all_rows, "terminated") | to_flags(cuts, all_rows, "truncated")
        numbers = to_numbers(rewards, all_rows, "reward").astype(np.float64)
        return self._read(self._senses.checked(seen, all_rows)[rows]), numbers[rows], over[rows]


def observation_of(given: Any, row: int | None = None) -> Any:
    """Returns the observation of what `reset` returned. Raises ExternalError if that is no pair."""
    if isinstance(given, tuple | list) and len(given) == 2 and _is_info(given[1]):
        return given[0]
    raise _no_parts("reset", RESET, given, row)


def parts_of(given: Any, row: int | None = None) -> Sequence[Any]:
    """Returns observation, reward, terminated, truncated of what `step` returned. Raises ExternalError."""
    if isinstance(given, tuple | list) and len(given) == 5 and _is_info(given[4]):
        return given[:4]
    raise _no_parts("step", STEP, given, row)


def _is_info(value: Any) -> bool:
    return value is None or isinstance(value, Mapping)


def _no_parts(what: str, expected: str, given: Any, row: int | None) -> ExternalError:
    many = isinstance(given, tuple | list)
    got = f"{len(given)} values: {', '.join(map(described, given[:6]))}" if many else described(given)
    return ExternalError(f"expected {expected}, got {got}; {_advice(what)}", row)


def _advice(what: str) -> str:
    return f"write {what} as Gymnasium has it since version 0.26"


def called(expected: str, row: int | None, method: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """Returns what a method of an environment returns.

    Args:
        expected: the call in words, for errors.
        row: the copy, for errors.
        method: what is called.
        given, named: its arguments.

    Raises:
        ExternalError: it raises anything; some, such as those of code in Rust, are no Exception.
    """
    try:
        return method(*given, **named)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise _failed(expected, error, row) from error


def _failed(expected: str, error: BaseException, row: int | None) -> ExternalError:
    what, place = expected.partition("(")[0], place_of_error(error)
    outdated = isinstance(error, TypeError) and "argument" in str(error)
    outdated |= isinstance(error, ValueError) and "values to unpack" in str(error)
    advice = _advice(what) if outdated else "correct the environment"
    where = f" at {place}" if place else ""
    return ExternalError(f"expected {expected}, got {explained(error)}{where}; {advice}", row)


def close_all(environments: list[Any], title: str) -> None:
    """Closes environments and forgets them; says in a line that one of them cannot."""
    wrong = ""
    while environments:
        try:
            environments.pop().close()
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            wrong = f"{type(error).__name__}: {error}"
    if wrong:
        _say_once(f"alife: {title}: close: expected no error, got {wrong}; nothing is lost")


@functools.lru_cache(maxsize=64)
def _say_once(line: str) -> None:
    print(line, file=sys.stderr)


def _nothing() -> None:
    """Does nothing."""
