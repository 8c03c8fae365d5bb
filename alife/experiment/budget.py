"""The wall-clock time of a run's own work, and its limit."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from alife.backends.compiling import seconds_compiling
from alife.config.duration import seconds_of


class Budget:
    """A clock that counts while a run works, without the time of compilers, over all its starts.

    Attributes:
        limit: seconds; None: no limit.
    """

    def __init__(self, limit: str | None, used: float = 0.0) -> None:
        """limit: text such as 10m. used: seconds of earlier starts."""
        self.limit = None if limit is None else seconds_of(limit)
        self._before, self._since = used, 0.0
        self._running = False

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Counts what runs inside as work."""
        self._since, self._running = _now(), True
        try:
            yield
        finally:
            self._before, self._running = self.used, False

    @property
    def used(self) -> float:
        """Seconds so far."""
        return self._before + (max(_now() - self._since, 0.0) if self._running else 0.0)

    @property
    def left(self) -> float:
        """Seconds until the limit, at least 0; infinity without one."""
        return float("inf") if self.limit is None else max(self.limit - self.used, 0.0)


def _now() -> float:
    """A clock that stands still while compilers run."""
    return time.perf_counter() - seconds_compiling()
