"""The cost of islands: bytes of a migrant message, time of a generation and of an epoch's end, tasks per second."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from alife.analysis.benchmarks import Progress, silent
from alife.config.models import Config
from alife.config.schema import load_config
from alife.errors import UserError
from alife.experiment.islands.coordinator import Coordinator, Executor
from alife.experiment.islands.ray_pool import RayPool
from alife.experiment.islands.sweep import EVERY, JobSpec, job_specs
from alife.experiment.islands.worker import Task, TaskResult, Worker
from alife.experiment.run import Run

ROUNDS = 9
ISLANDS, EPOCHS = 1000, 5  # islands whose workers answer at once, and their epochs
NETWORK = 125e6  # bytes per second of 1 Gbit/s


def bench_islands(backend: str, progress: Progress = silent) -> list[dict[str, Any]]:
    """Returns rows of what, value and unit, and the islands that 1 Gbit/s could serve as `aim`."""
    progress("generations and epochs", 0.0)
    with tempfile.TemporaryDirectory() as folder:
        config = load_config("mushrooms", ["run.threads=1", f"run.backend={backend}"])
        run = Run(config, Path(folder) / "run")
        run.step(3)
        message = run.simulation.emigrants(config.islands.migrants).to_bytes()
        generation = _median(lambda: run.step(1))
        end = _median(lambda: _end(run, config.islands.migrants), before=lambda: run.step(1))
        run.close()
        progress("tasks through Ray", 0.3)
        rate = _task_rate(Path(folder), message)
    epoch = EVERY * generation + end
    return [
        {"what": "message of 4 genomes of the default brain", "value": len(message), "unit": "bytes"},
        {"what": f"generation of {config.run.capacity} in mushrooms, 1 thread", "value": generation, "unit": "s"},
        {"what": "end of an epoch: checkpoint, champion, message", "value": end, "unit": "s"},
        *rate,
        *(_islands(row["value"], epoch, len(message)) for row in rate if "value" in row),
    ]


def _islands(rate: float, epoch: float, message: int) -> dict[str, Any]:
    """Returns the number of islands that one coordinator keeps busy; aim: that which 1 Gbit/s could serve."""
    what = f"islands at an epoch of {EVERY} generations ({epoch:.2f} s); aim: messages at 1 Gbit/s"
    return {"what": what, "value": rate * epoch, "unit": "islands", "aim": NETWORK * epoch / message}


def _end(run: Run, migrants: int) -> None:
    run.save()
    run.simulation.emigrants(migrants).to_bytes()


def _median(work: Callable[[], object], before: Callable[[], object] = lambda: None) -> float:
    """Returns the median of ROUNDS times, seconds. before: runs before each, not measured."""
    seconds = []
    for _ in range(ROUNDS):
        before()
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


class Echo(Worker):
    """A worker that answers at once, with a message of the usual length."""

    def live(self, task: Task) -> TaskResult:
        """Returns the end of the epoch, or of the run."""
        known = (task.job, task.epoch, 1, 0, task.until, 0)
        if task.epoch == EPOCHS - 1:
            return TaskResult(*known, ended={"state_hash": "", "population": 0})
        return TaskResult(*known, message=task.message or bytes(int(task.text)))


def _task_rate(folder: Path, message: bytes) -> list[dict[str, Any]]:
    """Returns the row of the tasks per second that a coordinator sends through Ray and records."""
    what = f"tasks that the coordinator of {ISLANDS:,} islands sends through Ray, storing the messages"
    config = load_config("mushrooms", [f"islands.count={ISLANDS}", f"run.generations={EPOCHS}", "islands.every=1"])
    try:
        pool = RayPool(None, ISLANDS, 1, gpus=False, worker=Echo)
    except UserError as error:
        return [{"what": f"not measured: {error}"}]
    try:
        return [{"what": what, "value": _rate(config, folder, pool, len(message)), "unit": "tasks/s"}]
    finally:
        pool.close()


def _rate(config: Config, folder: Path, pool: Executor, message: int) -> float:
    jobs = [JobSpec(**{**vars(job), "text": str(message)}) for job in job_specs([config], swept=False)]
    rates = []
    for turn in range(3):
        coordinator = Coordinator(jobs, folder / str(turn), pool)
        began = time.perf_counter()
        coordinator.live(lambda: False)
        rates.append(ISLANDS * EPOCHS / (time.perf_counter() - began))
        coordinator.close()
    return statistics.median(rates)
