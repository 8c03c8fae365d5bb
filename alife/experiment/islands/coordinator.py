"""The course of a colony: which member may go on, with which letter, and what is known of each.

There is no common beat. A member begins an epoch as soon as its own last one is over and the letter that it waits for
has come; so on a ring fast islands run ahead of slow ones, and the result is the same.
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


class Executor(Protocol):
    """Where members live: `Here` or `OnRay`."""

    hosts: int
    threads: int  # of each, 0: all

    def send(self, errand: Task) -> None:
        """Have an errand carried out."""

    def reports(self) -> list[TaskResult]:
        """What has come back since."""

    def close(self) -> None:
        """Save, and end."""


class Coordinator:
    """Members, their mail, and how far they are.

    steps, agent_steps, rows: of each member by number, as last reported. results: of those that have ended. letters,
    letter_bytes: sent so far in this process. restarts: hosts that were started again. hosts: how many, threads: of
    each, processes: of each that was heard of. begun: agent-steps of each member before this process heard of it.
    """

    def __init__(self, members: Sequence[JobSpec], root: Path, hosts: Executor) -> None:
        self.members, self.root = members, root
        self.steps, self.agent_steps = [0] * len(members), [0] * len(members)
        self.rows: list[dict[str, Any]] = [{} for _ in members]
        self.results: dict[int, dict[str, Any]] = {}
        self.letters = self.letter_bytes = self.restarts = 0
        self._hosts, self.hosts, self.threads = hosts, hosts.hosts, hosts.threads
        self.begun: dict[int, int] = {}
        self._mail, self._forgotten = Mailbox(root / "mail.sqlite"), 0
        finished = self._mail.epochs()
        self._epochs = [finished.get(number, 0) for number in range(len(members))]
        self._waiting: dict[int, set[int]] = {}  # for a letter of the key
        self.processes: dict[int, int] = {}

    def live(self, asked: Callable[[], bool], progress: Callable[[Coordinator], None] | None = None) -> None:
        """To the end of every member, or until asked to stop."""
        for number in range(len(self.members)):
            self._go_on(number)
        while len(self.results) < len(self.members) and not asked():
            self._take(self._hosts.reports())
            if progress:
                progress(self)

    def close(self) -> None:
        """Close the mail."""
        self._mail.close()

    def state_hash(self) -> str:
        """SHA-256 over the ends of all members, in their order."""
        ends = (str(self.results[number]["state_hash"]) for number in range(len(self.members)))
        return hashlib.sha256("\n".join(ends).encode()).hexdigest()

    def _go_on(self, number: int) -> None:
        """Send a member off that is not away, unless it has ended or must wait for a letter."""
        if number in self.results:
            return
        epoch = self._epochs[number]
        origin = self._origin(number, epoch)
        letter = None if origin is None else self._mail.get(epoch - 1, origin)
        if origin is not None and letter is None and origin not in self.results:
            self._waiting.setdefault(origin, set()).add(number)
        else:
            self._hosts.send(self._errand(number, epoch, letter))

    def _origin(self, number: int, epoch: int) -> int | None:
        """The member whose letter opens an epoch; the first epoch begins without."""
        member = self.members[number]
        place = source(member.islands, member.seed, epoch - 1, member.place) if epoch else None
        return None if place is None else number - member.place + place

    def _errand(self, number: int, epoch: int, letter: bytes | None) -> Task:
        member = self.members[number]
        until = min((epoch + 1) * member.every, member.end) if self._sends(member) else member.end
        folder = str(self.root / member.folder)
        begin = epoch * member.every
        known = (number, folder, member.text, member.label, epoch, letter)
        return Task(*known, begin, until, member.islands.migrants, self.threads)

    @staticmethod
    def _sends(member: JobSpec) -> bool:
        return source(member.islands, member.seed, 0, member.place) is not None

    def _take(self, reports: Sequence[TaskResult]) -> None:
        """Note what has come back, keep the letters, and then send off who may go on."""
        for report in reports:
            self._note(report)
        letters = [(each.epoch, each.member, each.letter) for each in reports if each.letter is not None]
        if letters:
            self._mail.put(letters)
            self.letters, self.letter_bytes = (
                self.letters + len(letters),
                self.letter_bytes + sum(map(_length, letters)),
            )
            self._forget()
        ready = {each.member for each in reports}
        for number in sorted(ready.union(*(self._waiting.pop(member, ()) for member in ready))):
            self._go_on(number)

    def _forget(self) -> None:
        slowest = min((epoch for at, epoch in enumerate(self._epochs) if at not in self.results), default=0)
        if slowest > self._forgotten:
            self._mail.forget(slowest)
            self._forgotten = slowest

    def _note(self, report: TaskResult) -> None:
        number = report.member
        self.restarts += self.processes.get(number % self.hosts, report.process) != report.process
        self.processes[number % self.hosts] = report.process
        if report.behind is not None:
            self._go_back(number, report.behind)
            return
        self.begun.setdefault(number, report.begun)
        self.steps[number], self.agent_steps[number] = report.step, report.agent_steps
        self.rows[number] = {**self.rows[number], **report.row}
        if report.letter is not None:
            self._epochs[number] = report.epoch + 1
        if report.ended is not None:
            self.results[number] = dict(report.ended)

    def _go_back(self, number: int, epoch: int) -> None:
        """A member went back to an older checkpoint; let it live that epoch again, if its letter is still here."""
        origin = self._origin(number, epoch)
        if origin is not None and self._mail.get(epoch - 1, origin) is None:
            raise UserError(
                f"{self.root / self.members[number].folder}: expected a sound checkpoint of its last epochs, came one "
                f"of epoch {epoch}, whose mail is gone; start anew in another --out"
            )
        self._epochs[number] = epoch


def _length(letter: MigrantMessage) -> int:
    return len(letter[2])
