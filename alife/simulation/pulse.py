"""The pulse of a run: called while a step goes on that may take long, to show that it does and to end it early."""

from __future__ import annotations

import time
from collections.abc import Callable

SECONDS = 0.2  # between two calls


class Abandoned(KeyboardInterrupt):
    """Abandons a step where it can be undone, as the run was interrupted a while ago; it can still be saved."""


class Pulse:
    """Calls its target now and then.

    Attributes:
        target: what is called; None: nothing. It may raise `Abandoned`.
    """

    def __init__(self) -> None:
        self.target: Callable[[], None] | None = None
        self._next = 0.0

    def __call__(self) -> None:
        """Calls the target, at most every SECONDS."""
        if self.target is not None and time.perf_counter() >= self._next:
            self.target()
            self._next = time.perf_counter() + SECONDS
