"""The time that compilers have taken in this process. No result depends on it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

_taken = [0.0]


def seconds_compiling() -> float:
    """Returns the seconds that compilers have taken so far."""
    return _taken[0]


@contextmanager
def compiling() -> Iterator[None]:
    """Counts what runs inside as compiling."""
    started = time.perf_counter()
    try:
        yield
    finally:
        _taken[0] += time.perf_counter() - started
