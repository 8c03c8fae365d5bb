"""Workers as Ray actors, on this machine or on a cluster. A worker that dies is started again, and its tasks with it.

A task is the same however often it is sent, so Ray itself restarts actors and retries what they had not finished.
Moritz et al., "Ray: a distributed framework for emerging AI applications", OSDI 2018.
"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import sys
import tempfile
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import alife
from alife.config.imports import VARIABLE, forbidden
from alife.errors import UserError
from alife.experiment.islands.worker import Task, TaskResult, Worker
from alife.experiment.records.run_folder import TESTED, other_versions

RESTARTS = 100  # of a worker, before its task must be at fault
AT_ONCE = 8  # tasks of a worker: one in progress and some queued; each takes a second at most
REACH_SECONDS = 5.0  # for a cluster to answer
SAVE_SECONDS = 60.0  # for workers to save their runs after an interrupt
HTTP2_OPENING = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])  # RFC 9113, section 3.4
HTTP2_SETTINGS = b"\x04"  # type of the frame that gRPC answers with
ASIDE = "aside"  # calls that a worker answers beside its task
WAIT_SECONDS = 0.5  # for results, before control returns to the caller


class RayPool:
    """Workers that Ray keeps alive. Job k lives in worker k modulo their number.

    Attributes:
        pulse: as of `Executor`; not needed, as `reports` returns soon.
    """

    def __init__(self, address: str | None, jobs: int, threads: int, gpus: bool, worker: type[Worker] = Worker) -> None:
        """Starts Ray here, or joins a cluster.

        Args:
            address: of a cluster, as `ray.init` takes it; None starts Ray on this machine.
            jobs: their number.
            threads: of each worker.
            gpus: True if each worker needs a GPU of its own.
            worker: class that carries out tasks.

        Raises:
            UserError: Ray is not installed, or cannot be reached.
        """
        self._ray, self.threads = _ray(), threads
        self.pulse: Callable[[], None] | None = None
        self._start(address)
        total = self._ray.cluster_resources()
        room = int(total.get("GPU", 0)) if gpus else int(total.get("CPU", 1)) // max(threads, 1)
        self.workers = max(1, min(jobs, room))
        actor = self._ray.remote(concurrency_groups={ASIDE: 1})(worker).options(
            num_cpus=min(threads, int(total.get("CPU", 1))), num_gpus=1 if gpus else 0, max_restarts=RESTARTS,
            max_task_retries=-1, scheduling_strategy="SPREAD",
        )  # fmt: skip
        paths = [str(Path(alife.__file__).parent.parent)]
        self._actors = [actor.remote(os.getcwd(), paths) for _ in range(self.workers)]
        self._versions = [actor.versions.remote() for actor in self._actors]
        self._waiting: dict[Any, int] = {}
        self._said: set[str] = set()
        self._queues: list[deque[Task]] = [deque() for _ in range(self.workers)]
        self._busy = [0] * self.workers

    def _start(self, address: str | None) -> None:
        os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
        paths = os.pathsep.join(
            [str(Path(alife.__file__).parent.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
        )
        environment = {"env_vars": {"PYTHONPATH": paths, **({VARIABLE: "1"} if forbidden() else {})}}
        own = {"include_dashboard": False} if address is None else {}
        _check_reach(address)
        _check_folder(address)
        try:
            self._ray.init(
                address=address or "local", runtime_env=environment, log_to_driver=False,
                logging_level=logging.ERROR, **own,
            )  # fmt: skip
        except Exception as error:  # Ray raises bare ones, too, and errors of the system
            with contextlib.suppress(Exception):
                self._ray.shutdown()
            raise _refused(address, error) from None

    def send(self, task: Task) -> None:
        """Queues a task for the worker of its job."""
        self._queues[task.job % self.workers].append(task)
        self._hand_out(task.job % self.workers)

    def _hand_out(self, worker: int) -> None:
        """Sends a worker its next tasks: few at once, so that it can soon do something else, such as save."""
        while self._queues[worker] and self._busy[worker] < AT_ONCE:
            task = self._queues[worker].popleft()
            self._waiting[self._actors[worker].live.remote(task)] = task.job
            self._busy[worker] += 1

    def reports(self) -> list[TaskResult]:
        """Returns the results that have come, after at most WAIT_SECONDS. Raises what a worker raised."""
        if not self._waiting:
            return []
        done, _ = self._ray.wait(list(self._waiting), num_returns=1, timeout=WAIT_SECONDS)
        self._say_versions()
        more, _ = self._ray.wait(list(self._waiting), num_returns=len(self._waiting), timeout=0)
        return [self._report(reference) for reference in dict.fromkeys([*done, *more])]

    def _say_versions(self) -> None:
        """Says on standard error, once for each, how versions in workers differ from those here."""
        if not self._versions:
            return
        ready, self._versions = self._ray.wait(self._versions, num_returns=len(self._versions), timeout=0)
        found = {other_versions(self._ray.get(reference)) for reference in ready if self._saved(reference)}
        for differing in found - {"", *self._said}:
            self._said.add(differing)
            print(f"alife: a worker has other versions: {differing}; {TESTED}", file=sys.stderr)

    def _report(self, reference: Any) -> TaskResult:
        job = self._waiting.pop(reference)
        self._busy[job % self.workers] -= 1
        self._hand_out(job % self.workers)
        try:
            report: TaskResult = self._ray.get(reference)
        except self._ray.exceptions.RayTaskError as error:
            raise error.cause if isinstance(error.cause, UserError) else error from None
        except self._ray.exceptions.RayActorError as error:
            raise UserError(
                f"islands: expected the host of run {job} to live, but it died {RESTARTS} times: {error}"
            ) from None
        return report

    def close(self) -> None:
        """Saves unfinished runs; ends the workers, and Ray if it was started here."""
        try:
            for actor in self._actors:
                actor.stop.options(max_task_retries=0, concurrency_group=ASIDE).remote()
            saves = [actor.save.options(max_task_retries=0).remote() for actor in self._actors]
            done, _ = self._ray.wait(saves, num_returns=self.workers, timeout=SAVE_SECONDS)
            lost = self.workers - sum(self._saved(reference) for reference in done)
            if lost:
                print(
                    f"alife: {lost} of {self.workers} workers could not save; older checkpoints will be used",
                    file=sys.stderr,
                )
        finally:
            for actor in self._actors:
                self._ray.kill(actor)
            self._ray.shutdown()

    def _saved(self, reference: Any) -> bool:
        try:
            self._ray.get(reference)
        except self._ray.exceptions.RayError:
            return False
        return True


def _refused(address: str | None, error: Exception | str) -> UserError:
    """The error for a Ray that cannot be reached at an address, or started here."""
    got = " ".join(str(error).split())[:200] or type(error).__name__
    if address is None:
        return UserError(
            f"islands: expected Ray to start here, got: {got}; set RAY_TMPDIR to a short absolute folder that can be "
            "written to, such as /tmp, or write --address none to run without Ray"
        )
    return UserError(f"--address: expected a Ray cluster at {address}, got: {got}; leave it out to start Ray here")


def _check_folder(address: str | None) -> None:
    """Checks that Ray has a folder to start in, as it would wait for itself in a relative one. Raises UserError."""
    folder = os.environ.get("RAY_TMPDIR") or tempfile.gettempdir()
    if address in (None, "local") and not os.path.isabs(folder):
        raise _refused(None, f"the relative folder {folder}")


def _check_reach(address: str | None) -> None:
    """Checks that a server of Ray's kind, gRPC, answers at an address, as Ray retries for long. Raises UserError."""
    if address is None or address in ("auto", "local"):
        return
    name, _, port = address.removeprefix("ray://").rpartition(":")
    try:
        with socket.create_connection((name, int(port)), REACH_SECONDS) as connection:
            if os.environ.get("RAY_USE_TLS", "0") in ("", "0"):
                connection.settimeout(REACH_SECONDS)
                connection.sendall(HTTP2_OPENING)
                answer = connection.recv(9)
                if answer[3:4] != HTTP2_SETTINGS:
                    raise ValueError("another kind of server has this port")
    except (OSError, ValueError) as error:
        raise UserError(
            f"--address: expected a Ray cluster that answers, got {address}: {error}; write HOST:PORT, or leave it "
            "out to start Ray here"
        ) from None


def _ray() -> Any:
    try:
        import ray
    except ImportError:
        raise UserError(
            "islands: expected Ray, which is not installed; write pip install '.[ray]' in a clone, or --address none "
            "to run them one after another"
        ) from None
    return ray
