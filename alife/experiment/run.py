"""Run: a configuration becomes a simulation that steps, records, saves and continues.

`evolve` runs a configuration to its end; `open_run` continues a run from its last checkpoint. Rows of metrics,
checkpoints and the end fall on the same steps whether a run was interrupted or not, so its files end up the same.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import numpy as np

from alife.backends.select import choose
from alife.config.registry import find
from alife.config.schema import Config
from alife.errors import UserError
from alife.experiment.build import _simulation, length
from alife.experiment.recorder import Recorder
from alife.experiment.records import checkpoint
from alife.experiment.records.metrics_csv import Row
from alife.experiment.records.run_folder import RunFolder, lock
from alife.experiment.records.tensorboard import check_installed
from alife.simulation.coevolution.coevolution import Coevolution
from alife.simulation.generational import Generations
from alife.simulation.migrants import Migrants


class Run:
    """One life of one configuration.

    config: what it was made from. simulation: the life itself. out: the run folder, or None to record nothing.
    row: the last row of metrics.
    """

    def __init__(self, config: Config, out: str | Path | None = None, resume: bool = False) -> None:
        """Build the parts. Nothing is written before the first step.

        Args:
            config: what to run.
            out: the run folder; None records nothing.
            resume: continue from the folder's newest sound checkpoint, if it has one.

        Raises:
            UserError: a part is refused, or every checkpoint is damaged.
        """
        self.config, self._end = config, length(config)
        self.out = None if out is None else Path(out)
        hosted = find("worlds", config.names["world"]).hosted and config.run.backend == "auto"
        self.backend = choose("cpu" if hosted else config.run.backend)
        self.row: Row = {}
        self._book: Recorder | None = None
        self._lock: BinaryIO | None = None
        self._mine = resume  # whether the folder's run, if there is one, is this
        self._offsets: dict[str, int] = {}
        self._saved = -1  # the step of the newest checkpoint
        self._damaged: tuple[Path, ...] = ()  # checkpoints newer than the one it continues
        self.migrations = 0  # times that genomes came from elsewhere
        last = checkpoint.load_last(RunFolder(self.out).checkpoints) if resume and self.out else None
        self.simulation = _simulation(config, self.backend, with_founders=last is None)
        if last is not None:
            self.simulation.restore(last.arrays)
            self._damaged = last.damaged
            self._offsets = {name: int(length) for name, length in last.meta["offsets"].items()}
            self._saved = self.simulation.steps
            self.migrations = int(last.meta.get("migrations", 0))

    @property
    def population(self) -> dict[str, np.ndarray]:
        """Copies of the fields of the living: name -> [N, ...]."""
        rows = self.simulation.living()
        fields = self.simulation.fields
        return {name: fields[name][rows] for name, field in fields.table.items() if field.table == "agents"}

    @property
    def due(self) -> int:
        """The next step at which something is written."""
        now, run = self.simulation.steps, self.config.run
        return min((now // every + 1) * every for every in (run.metrics_every, run.checkpoint_every))

    @property
    def end(self) -> int:
        """Steps to run in all: of a solo world, generations."""
        return self._end

    @property
    def finished(self) -> bool:
        """Whether the steps are done, or a target reached, or, seen only at a row of metrics, all are dead or the mean
        of their generations is as asked."""
        simulation, run = self.simulation, self.config.run
        if isinstance(simulation, Generations | Coevolution):
            return simulation.reached or simulation.steps >= self.end
        if simulation.steps >= self.end or simulation.steps % run.metrics_every:
            return simulation.steps >= self.end
        generations = simulation.fields["generation"][simulation.living()]
        return not generations.size or (run.generations is not None and generations.mean() >= run.generations)

    def step(self, count: int = 1) -> None:
        """Run `count` steps and record what falls due on the way."""
        end = self.simulation.steps + count
        self._begin()
        while self.simulation.steps < end and not self._reached:
            self.simulation.step(min(end, self.due) - self.simulation.steps)
            self._record()

    @property
    def _reached(self) -> bool:
        return isinstance(self.simulation, Generations) and self.simulation.reached

    def receive(self, migrants: Migrants | None) -> None:
        """Take in genomes from another population, if any came, before the next step."""
        self._begin()
        if migrants is not None:
            self.simulation.immigrate(migrants)
        self.migrations += 1
        self._saved = -1  # what is saved of this step is no longer so

    def save(self) -> None:
        """Write a checkpoint and the champion. Raises UserError for a run without a folder."""
        if self.out is None:
            raise UserError("save: expected a run with a folder, came one without; make it with out=FOLDER")
        self._begin()
        self._checkpoint()

    def close(self) -> None:
        """End the records: a checkpoint, a last row of metrics, the living into the lineage, files closed."""
        if self.out is not None:
            self._begin()
            self._checkpoint()
        if self._book:
            if self.simulation.steps % self.config.run.metrics_every:
                self._measure()  # a run that goes on cuts it off again
            self._book.living(self.simulation)
            self._book.close()
        self.release()

    def release(self) -> None:
        """Let go of the folder as it is: what was not saved is lost to it, and a run resumed writes it again."""
        self._book = None
        if self._lock:
            self._lock.close()
            self._lock = None

    def _begin(self) -> None:
        """Open the records and write the row of step 0; once."""
        if self._book is None and self.out is not None:
            folder = RunFolder(self.out)
            if self.config.run.tensorboard:
                check_installed()
            self._lock = self._lock or lock(folder.root)
            self._check_mine(folder)
            folder.begin(self.config, self.backend)
            checkpoint.set_aside(self._damaged)
            self._damaged = ()
            checkpoint.prune(folder.checkpoints, self._saved)
            self._book = Recorder(folder, self._offsets, self.config.run.tensorboard, self.simulation.agent_steps)
        if not self.row and not self._offsets:
            self._measure()

    def _check_mine(self, folder: RunFolder) -> None:
        """Under the lock: another run may have begun here since this one was made. Raises UserError."""
        if not self._mine and folder.is_run():
            raise UserError(f"{folder.root}: holds a run already; add --resume to continue it, or name another --out")
        self._mine = True

    def _record(self) -> None:
        if self._book:
            self._book.deaths(self.simulation)
        else:
            self.simulation.deaths()  # nobody reads the log, so it must not grow
        if self.simulation.steps % self.config.run.metrics_every == 0:
            self._measure()
        if self.simulation.steps % self.config.run.checkpoint_every == 0:
            self._checkpoint()

    def _measure(self) -> None:
        self.row = self.simulation.metrics()
        if self._book:
            self._book.metrics(self.row)

    def _checkpoint(self) -> None:
        if self._book and self._saved != self.simulation.steps:
            self._book.deaths(self.simulation)
            self._offsets = self._book.checkpoint(self.simulation, self.config, {"migrations": self.migrations})
            self._saved = self.simulation.steps
