"""Trials of the variants of a kernel on the rows of a call, which leave no trace in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from alife.backends.cpu.planned import Kernel, Place, PlannedKernel
from alife.backends.cpu.size_class import cache_sizes, size_class

CACHES = 4  # times the largest cache: bytes of rows of a trial, at most
FEWEST = 64  # rows of a trial


@dataclass(frozen=True, eq=False)
class Planned:
    """Variants of a call's kernel, and what is needed to try them on the rows [count] of the call.

    Attributes:
        kernel: the variants.
        size: bytes of a row; 0: the rows are so few, or so long at work, that no cache matters.
        rows: [capacity] int32 list of the call's rows.
        written: arrays that the kernel writes to, and no others.
        whole: it may write to any row of them, and what it does depends on them: they are put back before each trial.
            Otherwise it writes to the rows of the list alone, and they are put back once.
        steps: of a row in one call, at most.
        sample: rows of a trial, at most; 0: as many as fill the largest cache several times.
    """

    kernel: PlannedKernel
    size: int
    rows: np.ndarray
    written: Sequence[np.ndarray]
    whole: bool = False
    steps: int = 1
    sample: int = 0

    def place(self, count: int, threads: int) -> Place:
        """Returns the place that the plan of a call over `count` rows is kept for."""
        return Place(size_class(count * self.size, threads), threads)

    def due(self, count: int, place: Place, calls: int) -> bool:
        """Counts calls over `count` rows, and returns True if the variants are to be tried on them."""
        return count >= FEWEST and self.kernel.due(place, count * self.steps * calls)

    def unknown(self, count: np.ndarray, threads: int) -> bool:
        """Returns True if a trial is possible and was not made. count: [1] int64, number of rows."""
        return bool(count[0] >= FEWEST) and self.kernel.unknown(self.place(int(count[0]), threads))

    def measure(self, count: int, threads: int, run: Callable[[Kernel, int], None]) -> None:
        """Chooses a variant. run: runs one over the first rows, as many as its second argument says."""
        rows = min(count, self.sample or CACHES * cache_sizes()["L3"] // self.size + 1)
        with self._kept(rows) as put_back:

            def trial(kernel: Kernel) -> None:
                run(kernel, rows)

            self.kernel.measure(self.place(count, threads), trial, put_back if self.whole else None)

    @contextmanager
    def _kept(self, count: int) -> Iterator[Callable[[], None]]:
        """Keeps what trials over the first rows write to, and puts it back in the end."""
        where = ... if self.whole else self.rows[:count].copy()
        kept = [array[where].copy() for array in self.written]

        def put_back() -> None:
            for array, values in zip(self.written, kept, strict=True):
                array[where] = values

        try:
            yield put_back
        finally:
            put_back()
