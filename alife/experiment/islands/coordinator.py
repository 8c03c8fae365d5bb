"""Coordinates islands: which job may go on, with which migrants, and how far each of them is.

There is no common clock. A job begins an epoch as soon as its own last one is over and the migrants that it waits for
have come; so on a ring fast islands run ahead of slow ones, and the result is the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from alife.errors import UserError
from alife.experiment.islands.mailbox import Mailbox, MigrantMessage
from alife.experiment.islands.sweep import JobSpec
from alife.experiment.islands.topology import source
from alife.experiment.islands.worker import Task, TaskResult
from alife.simulation.pulse import Abandoned


class Executor(Protocol):
    """Carries out tasks: `SerialExecutor` or `RayPool`.

    Attributes:
        workers: their number.
        threads: of each worker, 0 for all cores.
        pulse: called while `reports` takes long; it may raise `Abandoned`, which ends that call.
    """

    workers: int
    threads: int
    pulse: Callable[[], None] | None

    def send(self, task: Task) -> None:
        """Queues a task."""

    def reports(self) -> list[TaskResult]:
        """Returns the results that have come since the last call."""

    def close(self) -> None:
        """Saves unfinished runs and ends the workers."""


class Coordinator:
    """Jobs, the messages between them, and how far they are.

    Attributes:
        jobs: all runs.
        root: the folder of all runs.
        steps, agent_steps, rows: of each job by number, as last reported.
        results: of the jobs that have ended, by number.
        messages, message_bytes: sent so far in this process.
        restarts: workers that were started again.
        workers, threads: number of workers, threads of each.
        processes: process id of each worker.
        begun: agent-steps of each job before its first result in this process.
    """

    def __init__(self, jobs: Sequence[JobSpec], root: Path, workers: Executor) -> None:
        self.jobs, self.root = jobs, root
        self.steps, self.agent_steps = [0] * len(jobs), [0] * len(jobs)
        self.rows: list[dict[str, Any]] = [{} for _ in jobs]
        self.results: dict[int, dict[str, Any]] = {}
        self.messages = self.message_bytes = self.restarts = 0
        self._workers, self.workers, self.threads = workers, workers.workers, workers.threads
        self.begun: dict[int, int] = {}
        self._mailbox, self._forgotten = Mailbox(root / "mail.sqlite"), 0
        finished = self._mailbox.epochs()
        self._epochs = [finished.get(number, 0) for number in range(len(jobs))]
        self._waiting: dict[int, set[int]] = {}  # jobs that wait for a message of the key
        self.processes: dict[int, int] = {}

    def live(self, asked: Callable[[], bool], progress: Callable[[Coordinator], None] | None = None) -> None:
        """Runs every job to its end, or until asked to stop."""

        def beat() -> None:
            if asked():
                raise Abandoned
            if progress:
                progress(self)

        self._workers.pulse = beat
        for number in range(len(self.jobs)):
            self._send_next(number)
        try:
            while len(self.results) < len(self.jobs) and not asked():
                self._receive(self._workers.reports())
                if progress:
                    progress(self)
        except Abandoned:
            pass  # as after any other look at `asked`

    def close(self) -> None:
        """Closes the mailbox."""
        self._mailbox.close()

    def state_hash(self) -> str:
        """SHA-256 over the state hashes of all jobs, in their order."""
        ends = (str(self.results[number]["state_hash"]) for number in range(len(self.jobs)))
        return hashlib.sha256("\n".join(ends).encode()).hexdigest()

    def _send_next(self, number: int) -> None:
        """Sends the next task of a job, unless it has ended or must wait for a message."""
        if number in self.results:
            return
        epoch = self._epochs[number]
        origin = self._origin(number, epoch)
        message = None if origin is None else self._mailbox.get(epoch - 1, origin)
        if origin is not None and message is None and origin not in self.results:
            self._waiting.setdefault(origin, set()).add(number)
        else:
            self._workers.send(self._task(number, epoch, message))

    def _origin(self, number: int, epoch: int) -> int | None:
        """The job whose message opens an epoch, or None."""
        job = self.jobs[number]
        place = source(job.islands, job.seed, epoch - 1, job.place) if epoch else None
        return None if place is None else number - job.place + place

    def _task(self, number: int, epoch: int, message: bytes | None) -> Task:
        job = self.jobs[number]
        until = min((epoch + 1) * job.every, job.end) if self._sends(job) else job.end
        folder = str(self.root / job.folder)
        begin = epoch * job.every
        known = (number, folder, job.text, job.label, epoch, message)
        return Task(*known, begin, until, job.islands.migrants, self.threads)

    @staticmethod
    def _sends(job: JobSpec) -> bool:
        return source(job.islands, job.seed, 0, job.place) is not None

    def _receive(self, reports: Sequence[TaskResult]) -> None:
        """Notes results, stores their messages, and sends the next tasks."""
        for report in reports:
            self._note(report)
        messages = [(each.epoch, each.job, each.message) for each in reports if each.message is not None]
        if messages:
            self._mailbox.put(messages)
            self.messages, self.message_bytes = (
                self.messages + len(messages),
                self.message_bytes + sum(map(_length, messages)),
            )
            self._forget()
        ready = {each.job for each in reports}
        for number in sorted(ready.union(*(self._waiting.pop(job, ()) for job in ready))):
            self._send_next(number)

    def _forget(self) -> None:
        slowest = min((epoch for at, epoch in enumerate(self._epochs) if at not in self.results), default=0)
        if slowest > self._forgotten:
            self._mailbox.forget(slowest)
            self._forgotten = slowest

    def _note(self, report: TaskResult) -> None:
        number = report.job
        self.restarts += self.processes.get(number % self.workers, report.process) != report.process
        self.processes[number % self.workers] = report.process
        if report.behind is not None:
            self._go_back(number, report.behind)
            return
        self.begun.setdefault(number, report.begun)
        self.steps[number], self.agent_steps[number] = report.step, report.agent_steps
        self.rows[number] = {**self.rows[number], **report.row}
        if report.message is not None:
            self._epochs[number] = report.epoch + 1
        if report.ended is not None:
            self.results[number] = dict(report.ended)

    def _go_back(self, number: int, epoch: int) -> None:
        """Lets a job that went back to an older checkpoint repeat that epoch, if its message is still stored."""
        origin = self._origin(number, epoch)
        if origin is not None and self._mailbox.get(epoch - 1, origin) is None:
            raise UserError(
                f"{self.root / self.jobs[number].folder}: expected a sound checkpoint of its last epochs, got one "
                f"of epoch {epoch}, whose messages are gone; start anew in another --out"
            )
        self._epochs[number] = epoch


def _length(message: MigrantMessage) -> int:
    return len(message[2])
