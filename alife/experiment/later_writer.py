"""Writes in the background, one thing after another, so that a frame of a window does not wait for the disk."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor


class LaterWriter:
    """Pieces of writing in their order, in a thread of their own that ends when they are done."""

    def __init__(self) -> None:
        """Writes nothing yet."""
        self._pool: ThreadPoolExecutor | None = None
        self._begun: list[Future[None]] = []

    def start(self, write: Callable[[], None]) -> None:
        """Has a piece written after those before it."""
        self._pool = self._pool or ThreadPoolExecutor(1)
        self._begun.append(self._pool.submit(write))

    def wait(self) -> None:
        """Waits until all is written.

        Raises:
            UserError: a piece could not be.
        """
        if self._pool:
            begun, self._begun = self._begun, []
            self._pool.shutdown()
            self._pool = None
            for piece in begun:
                piece.result()
