"""Members that live one after the other in this process: the same results as on Ray, without it."""

from __future__ import annotations

from collections import deque

from alife.experiment.islands.worker import Task, TaskResult, Worker


class SerialExecutor:
    """One host, in this process."""

    hosts = 1

    def __init__(self, threads: int) -> None:
        """threads: of the CPU, 0 for all cores."""
        self.threads = threads
        self._host = Worker(".", [])
        self._waiting: deque[Task] = deque()

    def send(self, errand: Task) -> None:
        """Have an errand carried out when its turn comes."""
        self._waiting.append(errand)

    def reports(self) -> list[TaskResult]:
        """Carry out the errand that waits longest."""
        return [self._host.live(self._waiting.popleft())] if self._waiting else []

    def close(self) -> None:
        """Save those that have not ended."""
        self._host.save()
