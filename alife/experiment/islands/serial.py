"""Runs jobs one after another in this process: the same results as on Ray, without it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from alife.experiment.islands.worker import Task, TaskResult, Worker


class SerialExecutor:
    """One worker, in this process.

    Attributes:
        pulse: as of `Executor`.
    """

    workers = 1

    def __init__(self, threads: int) -> None:
        """threads: of the CPU, 0 for all cores."""
        self.threads = threads
        self._worker = Worker(".", [])
        self._waiting: deque[Task] = deque()
        self.pulse: Callable[[], None] | None = None

    def send(self, task: Task) -> None:
        """Queues a task."""
        self._waiting.append(task)

    def reports(self) -> list[TaskResult]:
        """Carries out the oldest task in the queue."""
        if self.pulse:
            self._worker.pulse = self.pulse
        return [self._worker.live(self._waiting.popleft())] if self._waiting else []

    def close(self) -> None:
        """Saves unfinished runs."""
        self._worker.save()
