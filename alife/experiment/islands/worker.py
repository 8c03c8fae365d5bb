"""Workers: processes that hold runs and carry out tasks; a checkpoint can give back everything they hold."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alife.config import imports
from alife.config.schema import parse_config
from alife.errors import ExternalError, UserError
from alife.experiment.evolve import live, saved
from alife.experiment.recorder import results
from alife.experiment.records.run_folder import versions
from alife.experiment.run import Run
from alife.simulation.migrants import Migrants
from alife.simulation.pulse import Abandoned

STRETCH_SECONDS = 1.0  # a task that takes longer reports how far it is, and is sent again


@dataclass(frozen=True)
class Task:
    """Advances a job to the end of an epoch.

    Attributes:
        job: its number.
        folder: of its run.
        text: its configuration as YAML.
        label: the configuration's name.
        epoch: the number of migrations before this epoch.
        message: migrants that open the epoch; None: none.
        begin, until: steps at which the epoch begins and ends.
        migrants: genomes to send at its end.
        threads: to run with.
    """

    job: int
    folder: str
    text: str
    label: str
    epoch: int
    message: bytes | None
    begin: int
    until: int
    migrants: int
    threads: int


@dataclass(frozen=True)
class TaskResult:
    """The progress of a job.

    Attributes:
        job, epoch: of the task.
        process: id of the worker's process.
        begun: agent-steps when the run was opened there.
        step, agent_steps: so far.
        row: its last row of metrics.
        message: migrants that leave at the end of the epoch, once it is over.
        ended: its results, once it has ended.
        behind: the epoch that it is in, if that is before the task's: it went back to an older checkpoint.
    """

    job: int
    epoch: int
    process: int
    begun: int
    step: int
    agent_steps: int
    row: Mapping[str, float | int] = field(default_factory=dict)
    message: bytes | None = None
    ended: Mapping[str, Any] | None = None
    behind: int | None = None


class Worker:
    """Some runs in one process.

    Attributes:
        pulse: called while a step goes on that takes long; it may abandon that step.
        stopping: True once no task is to go on.
    """

    def __init__(self, place: str, paths: list[str]) -> None:
        """place: the folder from which relative paths and the user's own files are found. paths: to modules."""
        if Path(place).is_dir():
            os.chdir(place)
        sys.path += [path for path in paths if path not in sys.path]
        if imports.forbidden():
            imports.forbid()
        self.stopping = False
        self.pulse: Callable[[], None] = self._look
        self._runs: dict[int, Run] = {}
        self._begun: dict[int, int] = {}

    def live(self, task: Task) -> TaskResult:
        """Carries out a task, or a stretch of it, or less if it is `stopping`; the same task twice no more than once.

        Raises:
            UserError: the configuration is refused, or no checkpoint is sound.
            ExternalError: code of others failed; the run is saved up to its last generation.
        """
        if self.stopping:
            return TaskResult(task.job, task.epoch, os.getpid(), 0, 0, 0)
        try:
            return self._live(task)
        except Abandoned:
            if not self.stopping:
                raise
            return self._report(task, self._runs[task.job])
        except ExternalError as error:
            run = self._runs.pop(task.job, None)
            message = f"{Path(task.folder).name}: {error}{saved(run) if run else ''}"
            if run:
                run.release()
            raise ExternalError(message, error.row) from error

    def _live(self, task: Task) -> TaskResult:
        run = self._run(task)
        if run.migrations < task.epoch:
            if run.migrations < task.epoch - 1 or run.simulation.steps < task.begin:
                return self._report(task, run, behind=run.migrations)
            run.receive(Migrants.from_bytes(task.message) if task.message else None)
        stop = time.perf_counter() + STRETCH_SECONDS
        run.simulation.pulse.target = self.pulse
        live(run, task.until, lambda: self.stopping or time.perf_counter() > stop)
        if run.finished:
            run.close()
            del self._runs[task.job]
            return self._report(task, run, ended=results(run.simulation, run.config))
        if run.simulation.steps < task.until:
            return self._report(task, run)
        run.save()
        return self._report(task, run, message=run.simulation.emigrants(task.migrants).to_bytes())

    def stop(self) -> None:
        """Ends what is under way soon, and lets nothing more begin, so that the runs can be saved."""
        self.stopping = True

    def _look(self) -> None:
        """Abandons a step that takes long, if the worker is to stop. Raises Abandoned."""
        if self.stopping:
            raise Abandoned

    def versions(self) -> dict[str, str]:
        """Versions of what computes runs in this process."""
        return versions()

    def save(self) -> None:
        """Writes a checkpoint of every run here; champions are judged once the runs go on.

        Raises:
            UserError: one of them cannot be saved; the others are.
        """
        refused: list[UserError] = []
        for run in self._runs.values():
            try:
                run.save(judge=False)
            except UserError as error:
                refused.append(error)
            run.release()
        if refused:
            raise refused[0]

    def _run(self, task: Task) -> Run:
        """The run of a job, opened at its last checkpoint."""
        if task.job not in self._runs:
            config = parse_config(task.text, f"{task.label}.yaml")
            run = config.run.model_copy(update={"threads": task.threads})
            self._runs[task.job] = Run(config.model_copy(update={"run": run}), task.folder, resume=True)
            self._begun[task.job] = self._runs[task.job].simulation.agent_steps
        return self._runs[task.job]

    def _report(self, task: Task, run: Run, **more: Any) -> TaskResult:
        simulation, begun = run.simulation, self._begun[task.job]
        known = (task.job, task.epoch, os.getpid(), begun, simulation.steps, simulation.agent_steps)
        return TaskResult(*known, row=dict(run.row), **more)
