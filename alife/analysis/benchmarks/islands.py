"""What islands cost: bytes of a letter, seconds of a generation and of an epoch's end, errands a colony can handle."""

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
MEMBERS, EPOCHS = 1000, 5  # of the colony whose hosts answer at once
LINE = 125e6  # bytes a second of a network of 1 Gbit/s


def bench_islands(backend: str) -> list[dict[str, Any]]:
    """Rows: what, value and unit."""
    with tempfile.TemporaryDirectory() as folder:
        config = load_config("mushrooms", ["run.threads=1", f"run.backend={backend}"])
        run = Run(config, Path(folder) / "run")
        run.step(3)
        letter = run.simulation.emigrants(config.islands.migrants).to_bytes()
        generation = _median(lambda: run.step(1))
        end = _median(lambda: _end(run, config.islands.migrants), before=lambda: run.step(1))
        run.close()
        rate = _errands(Path(folder), letter)
    epoch = EVERY * generation + end
    return [
        {"what": "letter of 4 genomes of the default brain", "value": len(letter), "unit": "bytes"},
        {"what": f"generation of {config.run.capacity} mushroom eaters, 1 thread", "value": generation, "unit": "s"},
        {"what": "end of an epoch: checkpoint, champion, letter", "value": end, "unit": "s"},
        *rate,
        *(_carried(row["value"], epoch, len(letter)) for row in rate if "value" in row),
    ]


def _carried(rate: float, epoch: float, letter: int) -> dict[str, Any]:
    """Islands that one colony keeps busy, and how many a network of 1 Gbit/s could feed."""
    what = f"islands at an epoch of {EVERY} generations ({epoch:.2f} s); 1 Gbit/s would carry its limit"
    return {"what": what, "value": rate * epoch, "unit": "islands", "limit": LINE * epoch / letter}


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
    """A host that answers at once, with a letter of the usual length."""

    def live(self, errand: Task) -> TaskResult:
        """The end of the epoch, or of the run."""
        known = (errand.member, errand.epoch, 1, 0, errand.until, 0)
        if errand.epoch == EPOCHS - 1:
            return TaskResult(*known, ended={"state_hash": "", "population": 0})
        return TaskResult(*known, letter=errand.letter or bytes(int(errand.text)))


def _errands(folder: Path, letter: bytes) -> list[dict[str, Any]]:
    """How many errands a second a colony hands out and notes, through Ray."""
    what = f"errands that a colony of {MEMBERS:,} hands out through Ray, keeping the letters"
    config = load_config("mushrooms", [f"islands.count={MEMBERS}", f"run.generations={EPOCHS}", "islands.every=1"])
    try:
        hosts = RayPool(None, MEMBERS, 1, cards=False, host=Echo)
    except UserError as error:
        return [{"what": f"not measured: {error}"}]
    try:
        return [{"what": what, "value": _rate(config, folder, hosts, len(letter)), "unit": "errands/s"}]
    finally:
        hosts.close()


def _rate(config: Config, folder: Path, hosts: Executor, letter: int) -> float:
    crowd = [JobSpec(**{**vars(member), "text": str(letter)}) for member in job_specs([config], swept=False)]
    rates = []
    for turn in range(3):
        colony = Coordinator(crowd, folder / str(turn), hosts)
        began = time.perf_counter()
        colony.live(lambda: False)
        rates.append(MEMBERS * EPOCHS / (time.perf_counter() - began))
        colony.close()
    return statistics.median(rates)
