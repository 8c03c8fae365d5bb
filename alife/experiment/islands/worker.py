"""A process that members live in: it carries out errands, and holds nothing that a checkpoint could not give back."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alife.config.schema import parse_config
from alife.experiment.evolve import live
from alife.experiment.recorder import champion_fitness
from alife.experiment.run import Run
from alife.simulation.migrants import Migrants

STRETCH_SECONDS = 1.0  # an errand that takes longer reports how far it is, and is sent again


@dataclass(frozen=True)
class Task:
    """Live to the end of an epoch.

    member: its number. folder, text, label: where it lives and what it is. epoch: migrations before this epoch, the
    last of which brought `letter` (None: nothing). begin, until: the steps at which the epoch begins and ends.
    migrants: genomes to send then. threads: to live with.
    """

    member: int
    folder: str
    text: str
    label: str
    epoch: int
    letter: bytes | None
    begin: int
    until: int
    migrants: int
    threads: int


@dataclass(frozen=True)
class TaskResult:
    """How far a member is.

    epoch: the errand's. process: of the host. begun: agent-steps when it was opened there. step, agent_steps: so far.
    row: its last row of metrics. letter: of the epoch, once it is over. ended: the result of a member that has come to
    its end, else None. behind: the epoch that it is in, if that is before the errand's: it went back to an older
    checkpoint.
    """

    member: int
    epoch: int
    process: int
    begun: int
    step: int
    agent_steps: int
    row: Mapping[str, float | int] = field(default_factory=dict)
    letter: bytes | None = None
    ended: Mapping[str, Any] | None = None
    behind: int | None = None


class Worker:
    """Some members of a colony in one process."""

    def __init__(self, place: str, paths: list[str]) -> None:
        """place: the folder that relative paths, and worlds of one's own, are found from. paths: to modules."""
        if Path(place).is_dir():
            os.chdir(place)
        sys.path += [path for path in paths if path not in sys.path]
        self._runs: dict[int, Run] = {}
        self._begun: dict[int, int] = {}

    def live(self, errand: Task) -> TaskResult:
        """Carry out an errand, or a stretch of it. Twice the same errand does no more than once.

        Raises:
            UserError: the configuration is refused, or no checkpoint of it is sound.
        """
        run = self._run(errand)
        if run.migrations < errand.epoch:
            if run.migrations < errand.epoch - 1 or run.simulation.steps < errand.begin:
                return self._report(errand, run, behind=run.migrations)
            run.receive(Migrants.from_bytes(errand.letter) if errand.letter else None)
        stop = time.perf_counter() + STRETCH_SECONDS
        live(run, errand.until, lambda: time.perf_counter() > stop)
        if run.finished:
            run.close()
            del self._runs[errand.member]
            return self._report(errand, run, ended=_result(run))
        if run.simulation.steps < errand.until:
            return self._report(errand, run)
        run.save()
        return self._report(errand, run, letter=run.simulation.emigrants(errand.migrants).to_bytes())

    def save(self) -> None:
        """A checkpoint of every member here."""
        for run in self._runs.values():
            run.save()

    def _run(self, errand: Task) -> Run:
        """The member's run, opened where its last checkpoint left it."""
        if errand.member not in self._runs:
            config = parse_config(errand.text, f"{errand.label}.yaml")
            run = config.run.model_copy(update={"threads": errand.threads})
            self._runs[errand.member] = Run(config.model_copy(update={"run": run}), errand.folder, resume=True)
            self._begun[errand.member] = self._runs[errand.member].simulation.agent_steps
        return self._runs[errand.member]

    def _report(self, errand: Task, run: Run, **more: Any) -> TaskResult:
        simulation, begun = run.simulation, self._begun[errand.member]
        known = (errand.member, errand.epoch, os.getpid(), begun, simulation.steps, simulation.agent_steps)
        return TaskResult(*known, row=dict(run.row), **more)


def _result(run: Run) -> dict[str, Any]:
    """What a sweep's table tells of a run."""
    simulation = run.simulation
    own = champion_fitness(simulation, run.config)
    ends = {"population": simulation.num_alive, "state_hash": simulation.state_hash()}
    return {**own, **simulation.metrics(), **ends}
