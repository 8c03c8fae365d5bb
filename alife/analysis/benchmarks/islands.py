"""What islands cost: bytes of a message, seconds of a generation and of an epoch's end, tasks a second."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from alife.config.schema import Config, load_config
from alife.errors import UserError
from alife.experiment.islands.coordinator import Coordinator, Executor
from alife.experiment.islands.ray_pool import RayPool
from alife.experiment.islands.sweep import EVERY, JobSpec, job_specs
from alife.experiment.islands.worker import Task, TaskResult, Worker
from alife.experiment.run import Run

ROUNDS = 9
MEMBERS, EPOCHS = 1000, 5  # of the coordinator whose workers answer at once
LINE = 125e6  # bytes a second of a network of 1 Gbit/s


def bench_islands(backend: str) -> list[dict[str, Any]]:
    """Rows: what, value and unit."""
    with tempfile.TemporaryDirectory() as folder:
        config = load_config("mushrooms", ["run.threads=1", f"run.backend={backend}"])
        run = Run(config, Path(folder) / "run")
        run.step(3)
        message = run.simulation.emigrants(config.islands.migrants).to_bytes()
        generation = _median(lambda: run.step(1))
        end = _median(lambda: _end(run, config.islands.migrants), before=lambda: run.step(1))
        run.close()
        rate = _tasks(Path(folder), message)
    epoch = EVERY * generation + end
    return [
        {"what": "letter of 4 genomes of the default brain", "value": len(message), "unit": "bytes"},
        {"what": f"generation of {config.run.capacity} mushroom eaters, 1 thread", "value": generation, "unit": "s"},
        {"what": "end of an epoch: checkpoint, champion, letter", "value": end, "unit": "s"},
        *rate,
        *(_carried(row["value"], epoch, len(message)) for row in rate if "value" in row),
    ]


def _carried(rate: float, epoch: float, message: int) -> dict[str, Any]:
    """Islands that one coordinator keeps busy, and how many a network of 1 Gbit/s could feed."""
    what = f"islands at an epoch of {EVERY} generations ({epoch:.2f} s); 1 Gbit/s would carry its limit"
    return {"what": what, "value": rate * epoch, "unit": "islands", "limit": LINE * epoch / message}


def _end(run: Run, migrants: int) -> None:
    run.save()
    run.simulation.emigrants(migrants).to_bytes()


def _median(work: Callable[[], object], before: Callable[[], object] = lambda: None) -> float:
    """Seconds, the median of ROUNDS."""
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
        """The end of the epoch, or of the run."""
        known = (task.job, task.epoch, 1, 0, task.until, 0)
        if task.epoch == EPOCHS - 1:
            return TaskResult(*known, ended={"state_hash": "", "population": 0})
        return TaskResult(*known, message=task.message or bytes(int(task.text)))


def _tasks(folder: Path, message: bytes) -> list[dict[str, Any]]:
    """How many tasks a second a coordinator hands out and notes, through Ray."""
    what = f"errands that a colony of {MEMBERS:,} hands out through Ray, keeping the letters"
    config = load_config("mushrooms", [f"islands.count={MEMBERS}", f"run.generations={EPOCHS}", "islands.every=1"])
    try:
        workers = RayPool(None, MEMBERS, 1, gpus=False, worker=Echo)
    except UserError as error:
        return [{"what": f"not measured: {error}"}]
    try:
        return [{"what": what, "value": _rate(config, folder, workers, len(message)), "unit": "errands/s"}]
    finally:
        workers.close()


def _rate(config: Config, folder: Path, workers: Executor, message: int) -> float:
    jobs = [JobSpec(**{**vars(job), "text": str(message)}) for job in job_specs([config], swept=False)]
    rates = []
    for turn in range(3):
        coordinator = Coordinator(jobs, folder / str(turn), workers)
        began = time.perf_counter()
        coordinator.live(lambda: False)
        rates.append(MEMBERS * EPOCHS / (time.perf_counter() - began))
        coordinator.close()
    return statistics.median(rates)
