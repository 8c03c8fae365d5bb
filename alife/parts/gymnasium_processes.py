"""Copies of an environment of Gymnasium in several processes, each of which steps some of the rows.

A row is always that of one process, and what its environment returns depends on the seed of its episode and on its
actions alone, so that no result depends on the number of processes. This process is one of them. The others are forked,
so that environments which were registered here are known there, and end with it.
"""

from __future__ import annotations

import functools
import multiprocessing
import signal
import weakref
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

import numpy as np

from alife.parts.gymnasium_copies import Copies, Maker, said_outside
from alife.world import ExternalError

SECONDS = 5.0  # that a process has to close its environments
BEAT = 0.25  # seconds between two pulses while a process is waited for


class ProcessCopies:
    """Copies of an environment, as `Copies`, of which each process has every `processes`th.

    Attributes:
        pulse: called before each call of an environment of this process, and again and again while another is waited
            for, so that one that hangs can be interrupted.
        processes: their number, set before the first episode; 1: this one alone.
    """

    processes: int = 1

    def __init__(self, world: Maker, count: int, seed: int) -> None:
        """world: that they belong to. count: N, rows. seed: of the run."""
        self.pulse: Callable[[], None] = _nothing
        self._world, self._count, self._seed = world, count, seed
        self._own, self._started = Copies(world, count, seed), False
        self._others: list[_Other] = []
        weakref.finalize(self, _end, self._others)

    def reset(self, episodes: np.ndarray) -> np.ndarray:
        """Begins these episodes: [N] numbers -> observations [N, I]. Raises ExternalError."""
        if not self._started:
            self._start()
        parts = [np.arange(rank, self._count, self._num_parts) for rank in range(self._num_parts)]
        seen = self._each("reset", parts, [(episodes[rows],) for rows in parts])
        return said_outside(self._world, _placed(self._count, parts, seen))

    def step(self, rows: np.ndarray, actions: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Takes one step of some rows, with shapes [K, ...] as in `Copies.step`. Raises ExternalError."""
        parts = [np.flatnonzero(rows % self._num_parts == rank) for rank in range(self._num_parts)]
        results = self._each("step", parts, [(rows[places], actions[places]) for places in parts])
        found = [part for part, result in zip(parts, results, strict=True) if result is not None]
        given = zip(*[result for result in results if result is not None], strict=True)
        observed, rewards, over = (_placed(len(rows), found, list(column)) for column in given)
        return said_outside(self._world, observed), rewards, over

    def close(self) -> None:
        """Closes the environments and ends the other processes; the next episode makes them anew."""
        self._started = False
        _end(self._others)
        self._own.close()

    @property
    def _num_parts(self) -> int:
        """Parts of the rows: this process, and the others."""
        return 1 + len(self._others)

    def _start(self) -> None:
        """Forks the other processes, unless that is impossible here, and gives this one its rows."""
        wanted = min(self.processes, self._count) if can_fork() else 1
        shares = [range(rank, self._count, wanted) for rank in range(wanted)]
        self._own = self._copies_of(shares[0])
        for rows in shares[1:]:
            self._others.append(_Other(functools.partial(self._copies_of, rows), self._others))
        self._started = True

    def _copies_of(self, rows: range) -> Copies:
        copies = Copies(self._world, self._count, self._seed, rows)
        copies.silent = True
        return copies

    def _each(self, method: str, parts: Sequence[np.ndarray], given: Sequence[tuple[np.ndarray, ...]]) -> list[Any]:
        """Returns what a method returns in each process, None where it has no row.

        Raises:
            ExternalError: that of the first row that fails.
        """
        self._own.pulse = self.pulse
        busy = [(other, rank) for rank, other in enumerate(self._others, 1) if len(parts[rank])]
        results: list[Any] = [None] * len(parts)
        try:
            for other, rank in busy:
                other.send(method, given[rank])
            if len(parts[0]):
                results[0] = _result(getattr(self._own, method), given[0])
            for other, rank in busy:
                results[rank] = other.receive(self.pulse)
        except BaseException:  # answers that are under way would be taken for those of a later call
            self.close()
            raise
        errors = [result for result in results if isinstance(result, ExternalError)]
        if errors:
            raise min(errors, key=lambda error: -1 if error.row is None else error.row)
        return results


class _Other:
    """Another process with copies, and the line to it."""

    def __init__(self, make: Callable[[], Copies], before: Sequence[_Other]) -> None:
        """make: returns its copies. before: processes whose lines it must not keep open."""
        context = multiprocessing.get_context("fork")
        self._line, end = context.Pipe()
        inherited = [self._line, *(other._line for other in before)]
        self._process: BaseProcess = context.Process(target=_serve, args=(end, inherited, make), daemon=True)
        self._process.start()
        end.close()

    def send(self, method: str, given: tuple[np.ndarray, ...]) -> None:
        """Asks for what a method returns. Raises ExternalError if the process has ended."""
        try:
            self._line.send((method, given))
        except OSError as error:
            raise self._ended() from error

    def receive(self, pulse: Callable[[], None]) -> Any:
        """Returns that, or the ExternalError that it raised. Raises ExternalError if the process has ended.

        pulse: called while it waits.
        """
        try:
            while not self._line.poll(BEAT):
                pulse()
            return self._line.recv()
        except (EOFError, OSError) as error:
            raise self._ended() from error

    def end(self) -> None:
        """Ends the process, at once if it does not close its environments in time."""
        self._line.close()
        self._process.join(SECONDS)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    def _ended(self) -> ExternalError:
        self._process.join(SECONDS)
        got = f"one that ended with exit code {self._process.exitcode}"
        return ExternalError(f"expected a process with copies, got {got}; write vectorization: sync")


def can_fork() -> bool:
    """Returns True if this process can have others that are forked."""
    return "fork" in multiprocessing.get_all_start_methods() and not multiprocessing.current_process().daemon


def _serve(line: Connection, inherited: Sequence[Connection], make: Callable[[], Copies]) -> None:
    """Answers calls until the line is closed. inherited: ends of lines that belong to the process before it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal, it reaches all; the first process ends the others
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for other in inherited:
        other.close()
    copies = make()
    try:
        while True:
            method, given = line.recv()
            line.send(_result(getattr(copies, method), given))
    except (EOFError, OSError):
        copies.close()


def _result(method: Callable[..., Any], given: tuple[np.ndarray, ...]) -> Any:
    """Returns what a method returns, or the ExternalError that it raises."""
    try:
        return method(*given)
    except ExternalError as error:
        return ExternalError(str(error), error.row)


def _placed(count: int, parts: Sequence[np.ndarray], values: Sequence[np.ndarray]) -> np.ndarray:
    """Returns [count, ...] with the values of each part at its places."""
    whole = np.empty((count, *values[0].shape[1:]), values[0].dtype)
    for places, value in zip(parts, values, strict=True):
        whole[places] = value
    return whole


def _end(others: list[_Other]) -> None:
    """Ends processes and forgets them."""
    while others:
        others.pop().end()


def _nothing() -> None:
    """Does nothing."""
