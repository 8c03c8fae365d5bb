"""Numbers of agents that take long to find, found for some agents in each frame."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np

from alife.viewer.interface import Life

BUDGET = 0.0005  # seconds a frame, and the rest of a chunk
CHUNK = 16  # rows that are looked at at once


class Spread:
    """A number for each slot, found for a part of the agents in each frame, and for those first that have none."""

    def __init__(self, life: Life, find: Callable[[np.ndarray], np.ndarray]) -> None:
        """Knows none.

        Args:
            life: the life that is shown.
            find: returns the numbers of agents: [K] slots -> [K]; NaN for one to be found later.
        """
        self._life, self._find = life, find
        capacity = len(life.fields["id"])
        self._values, self._ids = np.full(capacity, np.nan), np.full(capacity, -1, np.int64)
        self._next = 0

    def values(self, rows: np.ndarray, again: bool) -> np.ndarray:
        """Finds numbers for one frame, and returns those that are known: [N] slots -> [N], NaN where not yet.

        Args:
            rows: [N] slots.
            again: finds numbers that are known anew, in turn.
        """
        ids = self._life.fields.rows("id", rows)
        until = time.perf_counter() + BUDGET
        for due in self._chunks(rows, ids, again):
            self._values[rows[due]], self._ids[rows[due]] = self._find(rows[due]), ids[due]
            if time.perf_counter() >= until:
                break
        return np.where(self._ids[rows] == ids, self._values[rows], np.nan)

    def _chunks(self, rows: np.ndarray, ids: np.ndarray, again: bool) -> Iterator[np.ndarray]:
        """Yields places in `rows`: of all that are unknown, else those after the last ones; each once."""
        unknown = np.flatnonzero((self._ids[rows] != ids) | np.isnan(self._values[rows]))
        due = unknown if len(unknown) or not again else np.arange(len(rows))
        chunks = -(-len(due) // CHUNK)
        for _ in range(chunks):
            self._next = (self._next + 1) % chunks
            yield due[self._next * CHUNK : (self._next + 1) * CHUNK]
