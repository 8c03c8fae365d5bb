"""Writes in the background, one thing after another, so that a frame of a window does not wait for the disk."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from alife.errors import UserError


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

    def failed(self) -> list[UserError]:
        """Returns why pieces could not be written of those that have ended since this was asked; each error once."""
        ended = [piece for piece in self._begun if piece.done()]
        self._begun = [piece for piece in self._begun if piece not in ended]
        errors = [piece.exception() for piece in ended]
        for error in errors:
            if error is not None and not isinstance(error, UserError):
                raise error
        return [error for error in errors if isinstance(error, UserError)]

    def wait(self) -> None:
        """Waits until all is written; `failed` tells of what could not be."""
        if self._pool:
            self._pool.shutdown()
            self._pool = None
