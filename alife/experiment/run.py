"""A run: a process that is stepped, recorded, saved and continued.

Rows of metrics, checkpoints and the end fall on the same steps whether a run was interrupted or not, so its files end
up the same.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from alife.backends.select import choose
from alife.config.models import Config
from alife.config.schema import load_config
from alife.errors import UserError
from alife.experiment.budget import Budget
from alife.experiment.build import length, make_experiment
from alife.experiment.interventions import Interventions, touched
from alife.experiment.recorder import Recorder
from alife.experiment.records import checkpoint
from alife.experiment.records.interventions_jsonl import write_record
from alife.experiment.records.metrics_csv import Row
from alife.experiment.records.run_folder import RunFolder, check_unused, checked_root, holds_run, lock
from alife.experiment.records.tensorboard import check_installed
from alife.experiment.savepoints import Savepoints, Start, stored
from alife.experiment.steerable import Steerable
from alife.rendered import Rendered
from alife.simulation.interface import Process
from alife.simulation.migrants import Migrants


class Run(Steerable, Rendered):
    """One run of one configuration.

    Attributes:
        config: what it was made from.
        simulation: the life itself.
        out: the run folder, or None to record nothing.
        backend: "cpu" or "gpu".
        row: the last row of metrics.
        migrations: times that genomes arrived from other populations.
        budget: the time of its own work, and the limit of that.
        interventions: what was changed from outside, done and still ahead.
        notice: said on standard error once the run holds its folder, before anything is written there.
    """

    notice = ""

    def __init__(
        self,
        config: Config | str | Path | Mapping[str, Any],
        out: str | Path | None = None,
        resume: bool = False,
        start: Start | None = None,
    ) -> None:
        """Builds the parts. Nothing is written before the first step.

        Args:
            config: what to run, or what `load_config` takes.
            out: the run folder; None records nothing.
            resume: continue from the folder's newest sound checkpoint, if it has one.
            start: a state to continue from instead, in memory.

        Raises:
            UserError: a part is refused, or every checkpoint is damaged.
        """
        config = config if isinstance(config, Config) else load_config(config)
        self.config, self._end = config, length(config)
        self.out = None if out is None else checked_root(out)
        with config.placing():
            experiment = make_experiment(config)
        on_host = experiment.world.runs_on_host and config.run.backend == "auto"
        self.backend = choose("cpu" if on_host else config.run.backend)
        self.row: Row = {}
        self._recorder: Recorder | None = None
        self._lock: BinaryIO | None = None
        self._mine = resume  # True if the folder's run, if there is one, is this one
        self._offsets: dict[str, int] = {}
        self._saved, self._saved_at = -1, time.monotonic()  # step and time of the newest checkpoint
        self._judged, self._measured = True, -1  # False if that left the champion out; step of the last row of metrics
        self._damaged: tuple[Path, ...] = ()  # checkpoints newer than the one it continues
        self.budget = Budget(config.run.budget)
        self.migrations = 0  # times that genomes arrived from elsewhere
        if start is None:
            start = stored(self.out) if resume and self.out else Start(None)
        last, self._folder = start.state, start.folder
        self._savepoints = Savepoints(self.out or self._folder)
        with config.placing():
            self.simulation: Process = experiment.process(self.backend, with_founders=last is None)
        if last is not None:
            with last.restoring():
                self.simulation.restore(last.arrays)
                if last.meta.step != self.simulation.steps:
                    raise UserError(f"expected arrays of step {last.meta.step}, got {self.simulation.steps}")
            self._damaged = last.damaged
            self._offsets = last.meta.offsets.model_dump()
            self._saved, self._judged = self.simulation.steps, last.meta.judged
            self._measured = self.simulation.steps if last.meta.measured else -1
            self.migrations = last.meta.migrations
            self.budget = Budget(config.run.budget, last.meta.seconds)
        self._began = self.simulation.steps if start.known is None else start.known
        self.interventions = Interventions(start.interventions, last.meta.interventions if last else 0)
        self.interventions.restore(self.simulation)

    def __repr__(self) -> str:
        """Returns the configuration's name, how far the run is, and its folder."""
        life, out, limit = self.simulation, f", out={str(self.out)!r}" if self.out else "", self.config.run.budget
        whole = f", budget {limit}" if limit else f" of {self.end:,}"
        told = f", {said}" if (said := touched(self.interventions.done)) else ""
        return f"Run({self.config.label}, seed {self.config.seed}, {life.unit} {life.steps:,}{whole}{told}{out})"

    @property
    def population(self) -> dict[str, np.ndarray]:
        """Copies of the columns of the living: name -> [N, ...].

        Of an episodic world `genome` and `fitness`, the mean over episodes, are those of the last generation, also in a
        run that was opened; its other columns are those of the last episode that was run here.
        """
        rows = self.simulation.living()
        fields, fitness = self.simulation.fields, self.simulation.last_fitness().get("")
        found = {name: fields[name][rows] for name, field in fields.table.items() if field.table == "agents"}
        if fitness is None:
            return found
        return {**found, "genome": self.simulation.samples(len(rows))[""]["genome"], "fitness": fitness.copy()}

    @property
    def due(self) -> int:
        """The next step at which something is written."""
        now, run = self.simulation.steps, self.config.run
        return min((now // every + 1) * every for every in (run.metrics_every, *self._saving))

    @property
    def _saving(self) -> list[int]:
        """Numbers of steps at whose multiples a checkpoint is due."""
        return [every for every in (self.config.run.checkpoint_every, self.config.run.keep_checkpoints_every) if every]

    @property
    def _is_due(self) -> bool:
        """True if a checkpoint is due at this step."""
        return any(self.simulation.steps % every == 0 for every in self._saving)

    @property
    def end(self) -> int:
        """Steps or generations of the whole run."""
        return self._end

    @property
    def finished(self) -> bool:
        """True if all steps are done, the budget is used up, or a genome has reached the target.

        Also, looked at only where a row of metrics is due, if nobody lives or the mean generation is as asked.
        """
        simulation, run = self.simulation, self.config.run
        if simulation.reached or simulation.steps >= self.end or (simulation.steps and not self.budget.left):
            return True
        return simulation.steps % run.metrics_every == 0 and simulation.has_ended(run.generations)

    def step(self, count: int = 1) -> None:
        """Runs `count` steps or generations and records what falls due on the way. Raises UserError for no count."""
        if isinstance(count, bool) or not isinstance(count, int | np.integer) or count < 0:
            raise UserError(f"step: expected a whole number of steps from 0 on, got {count!r}")
        end = self.simulation.steps + count
        self._begin()
        self._complete()
        with self.budget.counting():
            self._replay()
            while self.simulation.steps < end and not self.simulation.reached:
                until = self.interventions.until(self.simulation, min(end, self.due))
                self.simulation.step(until - self.simulation.steps)
                self._record()
                self._replay()

    def _ready(self) -> None:
        self._begin()
        self._complete()
        self._replay()

    def _touched(self) -> None:
        self._saved = -1

    def _of(self, config: Config) -> Run:
        return Run(config)

    def recorded(self, out: str | Path) -> Run:
        """Returns a run of the same life at its first step, which records it in a folder as it is stepped again.

        It has the interventions of this run ahead of it, and reaches the same state at its step.

        Args:
            out: the folder, a new or empty one.

        Raises:
            UserError: the folder is used; or genomes of other populations came into this run.
        """
        if self.migrations:
            raise UserError(
                "recorded: expected a run of one population, got one that took in migrants; copy its folder"
            )
        root = checked_root(out)
        check_unused(root)
        return Run(self.config, root, start=Start(None, [*self.interventions.done, *self.interventions.ahead]))

    def _from(self, start: Start, seed: int | None = None) -> Run:
        if seed is not None:
            return Run(self.config.model_copy(update={"seed": seed}))
        run = Run(self.config, start=replace(start, folder=self.out or self._folder))
        run._savepoints = self._savepoints
        return run

    def _replay(self) -> None:
        """Carries out the recorded interventions of this step."""
        if self.interventions.replay(self.simulation):
            self._touched()

    def _complete(self) -> None:
        """Writes what an interrupt left out at this step: a row of metrics, the champion's held-out fitness."""
        if self._lacks_row:
            self._measure()
        if not self._judged and self._is_due:
            self._checkpoint()

    @property
    def _lacks_row(self) -> bool:
        return self._measured != self.simulation.steps and self.simulation.steps % self.config.run.metrics_every == 0

    def receive(self, migrants: Migrants | None) -> None:
        """Takes in genomes from another population, if any arrived, before the next step."""
        self._begin()
        if migrants is not None:
            self.simulation.immigrate(migrants)
        self.migrations += 1
        self._saved = -1  # the checkpoint of this step is out of date

    def save(self, judge: bool = True) -> None:
        """Writes a checkpoint and the champion.

        judge: False to leave out the held-out fitness of the champion, which takes episodes, where it is not known.

        Raises:
            UserError: the run has no folder.
        """
        if self.out is None:
            raise UserError("save: expected a run with a folder, got one without; make it with out=FOLDER")
        self._begin()
        self._replay()
        self._checkpoint(judge)

    def close(self, judge: bool = True) -> None:
        """Ends the records: a checkpoint, a last row of metrics, the living into the lineage, files closed.

        judge: as of `save`; if False, lineage.csv is not sorted by id, either.
        """
        if self.out is not None:
            self._begin()
            self._replay()
            self._checkpoint(judge)
        if self.simulation.steps % self.config.run.metrics_every:
            self._measure()  # a run that goes on cuts it off again
        if self._recorder:
            self._recorder.living(self.simulation)
            self._recorder.close(ended=judge)
        self.release()

    def release(self) -> None:
        """Releases the folder as it is: what was not saved is lost to it, and a resumed run writes it again.

        What code of others holds for the run, such as environments, is given back, too. A savepoint that could not be
        written in the background is said in a line on stderr.
        """
        self.simulation.close()
        self._savepoints.later.wait()
        for text in self.unwritten():  # a savepoint is no record: the run is complete without it
            print(f"alife: {text}", file=sys.stderr)
        self._recorder = None
        if self._lock:
            self._lock.close()
            self._lock = None

    def _begin(self) -> None:
        """Opens the records and writes the row of step 0; once."""
        if self._recorder is None and self.out is not None:
            folder = RunFolder(self.out)
            if self.config.run.tensorboard:
                with self.config.placing():
                    check_installed()
            self._lock = self._lock or lock(folder.root)
            self._check_mine(folder)
            if self.notice:
                print(self.notice, file=sys.stderr)
            folder.begin(self.config, self.backend)
            if self.interventions.ahead and not self._offsets:
                write_record(folder.interventions, self.interventions.ahead)
            checkpoint.set_aside(self._damaged)
            self._damaged = ()
            checkpoint.prune(folder.checkpoints, self._saved, self.config.run.keep_checkpoints_every)
            self._recorder = Recorder(
                folder,
                self._offsets,
                self.config.run.tensorboard,
                self.simulation.agent_steps,
                self.simulation.lineage_columns,
            )
        if not self.row and not self._offsets:
            self._measure()

    def _check_mine(self, folder: RunFolder) -> None:
        """Check, under the lock, that no other run has begun here since this one was made. Raises UserError."""
        if not self._mine and folder.is_run():
            raise holds_run(folder.root)
        self._mine = True

    def _record(self) -> None:
        if self._recorder:
            self._recorder.deaths(self.simulation)
        else:
            self.simulation.deaths()  # nothing reads the log, so it must not grow
        if self.simulation.steps % self.config.run.metrics_every == 0:
            self._measure()
        if self._is_due:
            self._checkpoint()
        elif time.monotonic() - self._saved_at > 60 * self.config.run.checkpoint_minutes:
            self._checkpoint(judge=False)

    def _measure(self) -> None:
        self.row, self._measured = self.simulation.metrics(), self.simulation.steps
        if self._recorder:
            self._recorder.metrics(self.row)

    def _checkpoint(self, judge: bool = True) -> None:
        if self._recorder and (self._saved != self.simulation.steps or (judge and not self._judged)):
            self._recorder.deaths(self.simulation)
            self._offsets = self._recorder.checkpoint(self.simulation, self.config, self._facts(), judge)
            self._saved, self._saved_at, self._judged = self.simulation.steps, time.monotonic(), judge

    def _facts(self) -> dict[str, float]:
        """The facts of a checkpoint beside the state. Equal runs have equal files: no time without a budget."""
        used = {} if self.budget.limit is None else {"seconds": round(self.budget.used, 3)}
        done = {"interventions": len(self.interventions.done)} if self.interventions.done else {}
        return {"migrations": self.migrations, "measured": not self._lacks_row, **done, **used}
