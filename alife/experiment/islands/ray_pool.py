"""Hosts as Ray actors, on this machine or on a cluster. A host that dies is started again, and its errands with it.

An errand is the same however often it is sent, so Ray itself restarts actors and retries what they had not finished.
Moritz et al., "Ray: a distributed framework for emerging AI applications", OSDI 2018.
"""

from __future__ import annotations

import logging
import os
import socket
import sys
from collections import deque
from pathlib import Path
from typing import Any

import alife
from alife.errors import UserError
from alife.experiment.islands.worker import Task, TaskResult, Worker

RESTARTS = 100  # of a host, before something must be wrong with what it does
AT_ONCE = 8  # errands of a host: one that it carries out, and some that wait; each takes a second at most
REACH_SECONDS = 5.0  # for a cluster to answer
SAVE_SECONDS = 60.0  # for hosts to save what they hold, when a colony is interrupted
WAIT_SECONDS = 0.5  # for reports, before the caller may look at something else


class RayPool:
    """Hosts that Ray keeps alive. A member lives in the host of its number, modulo their number."""

    def __init__(
        self, address: str | None, members: int, threads: int, cards: bool, host: type[Worker] = Worker
    ) -> None:
        """Start Ray here, or join a cluster.

        Args:
            address: of a cluster, as `ray.init` takes it; None starts Ray on this machine.
            members: of the colony.
            threads: of each host.
            cards: whether each host needs a card of its own.
            host: what carries out errands.

        Raises:
            UserError: Ray is not installed, or cannot be reached.
        """
        self._ray, self.threads = _ray(), threads
        self._start(address)
        total = self._ray.cluster_resources()
        room = int(total.get("GPU", 0)) if cards else int(total.get("CPU", 1)) // max(threads, 1)
        self.hosts = max(1, min(members, room))
        actor = self._ray.remote(host).options(
            num_cpus=min(threads, int(total.get("CPU", 1))), num_gpus=1 if cards else 0, max_restarts=RESTARTS,
            max_task_retries=-1, scheduling_strategy="SPREAD",
        )  # fmt: skip
        paths = [str(Path(alife.__file__).parent.parent)]
        self._actors = [actor.remote(os.getcwd(), paths) for _ in range(self.hosts)]
        self._waiting: dict[Any, int] = {}
        self._queues: list[deque[Task]] = [deque() for _ in range(self.hosts)]
        self._busy = [0] * self.hosts

    def _start(self, address: str | None) -> None:
        os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
        paths = os.pathsep.join(
            [str(Path(alife.__file__).parent.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
        )
        environment = {"env_vars": {"PYTHONPATH": paths}}
        own = {"include_dashboard": False} if address is None else {}
        _check_reach(address)
        try:
            self._ray.init(
                address=address or "local", runtime_env=environment, log_to_driver=False,
                logging_level=logging.ERROR, **own,
            )  # fmt: skip
        except (ConnectionError, ValueError, RuntimeError) as error:
            raise UserError(
                f"--address: expected a Ray cluster at {address}, got {error}; leave it out to start Ray here"
            ) from None

    def send(self, errand: Task) -> None:
        """Have an errand carried out by the host of its member."""
        self._queues[errand.member % self.hosts].append(errand)
        self._hand_out(errand.member % self.hosts)

    def _hand_out(self, host: int) -> None:
        """Give a host its next errands: few at once, so that it can soon do something else, such as save."""
        while self._queues[host] and self._busy[host] < AT_ONCE:
            errand = self._queues[host].popleft()
            self._waiting[self._actors[host].live.remote(errand)] = errand.member
            self._busy[host] += 1

    def reports(self) -> list[TaskResult]:
        """What has come back, after waiting for at most WAIT_SECONDS. Raises what a host raised."""
        if not self._waiting:
            return []
        done, _ = self._ray.wait(list(self._waiting), num_returns=1, timeout=WAIT_SECONDS)
        more, _ = self._ray.wait(list(self._waiting), num_returns=len(self._waiting), timeout=0)
        return [self._report(reference) for reference in dict.fromkeys([*done, *more])]

    def _report(self, reference: Any) -> TaskResult:
        member = self._waiting.pop(reference)
        self._busy[member % self.hosts] -= 1
        self._hand_out(member % self.hosts)
        try:
            report: TaskResult = self._ray.get(reference)
        except self._ray.exceptions.RayTaskError as error:
            raise error.cause if isinstance(error.cause, UserError) else error from None
        except self._ray.exceptions.RayActorError as error:
            raise UserError(
                f"islands: expected the host of run {member} to live, it died {RESTARTS} times: {error}"
            ) from None
        return report

    def close(self) -> None:
        """Save those that have not ended; end the hosts, and Ray if it was started here."""
        try:
            saves = [actor.save.options(max_task_retries=0).remote() for actor in self._actors]
            done, _ = self._ray.wait(saves, num_returns=self.hosts, timeout=SAVE_SECONDS)
            lost = self.hosts - sum(self._saved(reference) for reference in done)
            if lost:
                print(
                    f"alife: {lost} of {self.hosts} hosts could not save; their runs go on from before", file=sys.stderr
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


def _check_reach(address: str | None) -> None:
    """Ray itself asks again and again where nobody answers. Raises UserError."""
    if address is None or address in ("auto", "local"):
        return
    host, _, port = address.removeprefix("ray://").rpartition(":")
    try:
        with socket.create_connection((host, int(port)), REACH_SECONDS):
            pass
    except (OSError, ValueError) as error:
        raise UserError(
            f"--address: expected a Ray cluster that answers, came {address}: {error}; write HOST:PORT, or leave it "
            "out to start Ray here"
        ) from None


def _ray() -> Any:
    try:
        import ray
    except ImportError:
        raise UserError(
            "islands: expected Ray, which is not installed; write pip install 'walsh-life[ray]', or --address none to "
            "live them one after the other"
        ) from None
    return ray
