"""Run: a configuration becomes a simulation that steps, records, saves and continues.

`evolve` runs a configuration to its end; `open_run` continues a run from its last checkpoint. Rows of metrics,
checkpoints and the end fall on the same steps whether a run was interrupted or not, so its files end up the same.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from alife.arena.arenas import Arenas
from alife.arena.coevolution import Coevolution
from alife.brains import make_brain
from alife.config import Config, RunParams, load_config
from alife.engine.choice import choose
from alife.errors import UserError
from alife.files import WriteError
from alife.founders import load_founders
from alife.generations import Generations, Trial
from alife.interruption import Interruption
from alife.migrants import Migrants
from alife.params import parse_params
from alife.records import checkpoint
from alife.records.board import check_installed
from alife.records.book import Book
from alife.records.folder import RunFolder, check_unused, lock
from alife.records.metrics import Row
from alife.registry import find
from alife.resuming import check_same
from alife.simulation import Simulation

CHUNK_SECONDS = 0.1  # steps between two looks at Ctrl-C take about this long
GENERATIONS = 200  # of a solo world, where the configuration does not say


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
        self._book: Book | None = None
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
            self._book = Book(folder, self._offsets, self.config.run.tensorboard, self.simulation.agent_steps)
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


def evolve(
    config: Config | str | Path,
    out: str | Path | None = None,
    backend: str | None = None,
    threads: int | None = None,
    resume: bool = False,
    progress: Callable[[Run], None] | None = None,
) -> Run:
    """Run a configuration to its end.

    Args:
        config: a configuration, or what `load_config` takes.
        out: the run folder; None records nothing.
        backend: "auto", "cpu" or "gpu" instead of the configuration's.
        threads: instead of the configuration's; no result depends on it.
        resume: continue the run in `out` from its last checkpoint.
        progress: called before the first step and after every stretch of steps.

    Returns:
        The run, finished.

    Raises:
        UserError: the input is wrong; nothing was created or overwritten. Or the disk refuses; the last checkpoint is
            sound, and `resume` ends as if nothing had happened.
        KeyboardInterrupt: SIGINT or SIGTERM came; a checkpoint was written first.
    """
    config = config if isinstance(config, Config) else load_config(config)
    if config.islands.count > 1:
        raise UserError(f"islands.count: expected 1 in a single run, came {config.islands.count}; call evolve_islands")
    if backend is not None:
        choose(backend)
    changes = {"backend": backend, "threads": threads}
    given = {key: value for key, value in changes.items() if value is not None}
    run_params = parse_params(RunParams, {**config.run.model_dump(), **given}, "run")
    run = _opened(config.model_copy(update={"run": run_params}), None if out is None else Path(out), resume)
    try:
        _finish(run, progress)
    except WriteError as error:
        begun = run.out is not None and RunFolder(run.out).is_run()
        raise UserError(f"{error}, {'then continue with --resume' if begun else 'or name another --out'}") from None
    finally:
        run.release()
    return run


def _finish(run: Run, progress: Callable[[Run], None] | None) -> None:
    """Live to the end and close the records, also when interrupted. Raises KeyboardInterrupt."""
    with Interruption() as interruption:
        live(run, run.end, lambda: interruption.asked, progress)
        run.close()
    if interruption.asked:
        raise KeyboardInterrupt


def open_run(folder: str | Path, record: bool = True, backend: str | None = None) -> Run:
    """A run as its last checkpoint left it. Nothing is written before it is stepped or saved.

    Args:
        folder: of the run.
        record: False only looks on: the run goes on in memory and its folder stays as it is.
        backend: instead of the one it was begun with; no result depends on it.

    Raises:
        UserError: there is no run, or no sound checkpoint.
    """
    root = Path(folder)
    config = RunFolder(root).load_config()
    if not checkpoint.listed(RunFolder(root).checkpoints):
        raise UserError(f"{root}: expected a checkpoint, and there is none yet; let the run reach its first one")
    changes = {"backend": backend} if backend else {}
    run = Run(config.model_copy(update={"run": config.run.model_copy(update=changes)}), root, resume=True)
    run.out = run.out if record else None
    return run


def _opened(config: Config, out: Path | None, resume: bool) -> Run:
    if not resume:
        if out is not None:
            check_unused(out)
        return Run(config, out)
    if out is None:
        raise UserError("resume: expected the folder of a run, came none; name it with out=FOLDER")
    folder = RunFolder(out)
    if not folder.is_run() and folder.is_unused():
        _say_anew(out)
        return Run(config, out)
    check_same(config, folder.load_config(), out)
    if not checkpoint.listed(folder.checkpoints):
        _say_anew(out)
    return Run(config, out, resume=True)


def _say_anew(out: Path) -> None:
    print(f"alife: {out}: stopped before its first checkpoint; beginning anew", file=sys.stderr)


def is_solo(config: Config) -> bool:
    """Whether agents live alone."""
    solo: bool = find("worlds", config.names["world"]).kind == "solo"
    return solo


def by_generations(config: Config) -> bool:
    """Whether genomes are tried, alone or in arenas, so that a run counts generations."""
    tried: bool = find("worlds", config.names["world"]).kind != "shared"
    return tried


def length(config: Config) -> int:
    """Steps to run in all: of worlds where genomes are tried, generations."""
    return (config.run.generations or GENERATIONS) if by_generations(config) else config.run.steps


def brain_spec(config: Config) -> dict[str, Any]:
    """The brain as `make_brain` takes it."""
    return {"name": config.names["brain"], **config.brain.model_dump(mode="json")}


def _simulation(config: Config, backend: str, with_founders: bool) -> Simulation | Generations | Coevolution:
    world = find("worlds", config.names["world"])(config.world)
    strategy = find("strategies", config.names["strategy"])(config.strategy)
    run = config.run
    brain = make_brain(brain_spec(config), len(world.sensors), len(world.actuators), threads=run.threads)
    source = run.founders if with_founders else None
    founders = None if source is None else load_founders(source, brain, world)
    if world.kind == "solo":
        trial = Trial(world, brain, run.capacity, config.seed, run.threads, backend)
        return Generations(trial, strategy, run.episodes, founders, run.hall, run.target)
    if world.kind == "arena":
        arenas = Arenas(world, brain, run.capacity, config.seed, run.threads, backend)
        both = strategy, find("strategies", config.names["strategy"])(config.strategy)
        return Coevolution(arenas, both, run.episodes, run.hall, run.ancestors)
    return Simulation(world, brain, strategy, run.capacity, config.seed, run.threads, founders, backend)


def live(run: Run, until: int, asked: Callable[[], bool], progress: Callable[[Run], None] | None = None) -> None:
    """Step in stretches of about CHUNK_SECONDS until a step, the run's end, or asked to stop."""
    chunk = 1
    if progress:
        progress(run)
    while run.simulation.steps < until and not run.finished and not asked():
        started = time.perf_counter()
        count = min(chunk, min(until, run.end, run.due) - run.simulation.steps)
        run.step(count)
        chunk = 1 + int(count * CHUNK_SECONDS / max(time.perf_counter() - started, CHUNK_SECONDS / 8))
        if progress:
            progress(run)
