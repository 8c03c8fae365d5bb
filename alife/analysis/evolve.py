"""`evolve` and `evolve_islands` as Python programs call them: as the command does, each run gets its page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from alife.analysis.report.report import write_quick_page
from alife.config.models import Config
from alife.experiment import evolve as experiment
from alife.experiment.islands import evolve as islands
from alife.experiment.islands.coordinator import Coordinator
from alife.experiment.run import Run

PAGES = 100  # runs of islands and sweeps that get a report.html of their own


def evolve(
    config: Config | str | Path | Mapping[str, Any],
    out: str | Path | None = None,
    backend: str | None = None,
    threads: int | None = None,
    resume: bool = False,
    progress: Callable[[Run], None] | None = None,
    checked: bool | None = None,
    budget: str | None = None,
) -> Run:
    """Runs a configuration to its end, and writes report.html into its folder.

    Args:
        config: a configuration, or what `alife.config.task.load_task` takes: a YAML file, a name in configs/, a dict, a
            world's name, or the id of an environment, such as "module:Env-v0".
        out: the run folder; None records nothing.
        backend: "auto", "cpu" or "gpu" instead of the configuration's.
        threads: instead of the configuration's; no result depends on it.
        resume: continue the run in `out` from its last checkpoint.
        progress: called before the first step and after every stretch of steps.
        checked: check every index of the world's laws in all steps, instead of the configuration's.
        budget: wall-clock time after which it ends, such as "10m", instead of the configuration's generations.

    Returns:
        The run, finished.

    Raises:
        UserError, ExternalError, KeyboardInterrupt: as `alife.experiment.evolve.evolve`.
    """
    run = experiment.evolve(config, out, backend, threads, resume, progress, checked, budget)
    if run.out is not None:
        write_quick_page(run.out)
    return run


def evolve_islands(
    configs: Sequence[Config],
    out: str | Path,
    address: str | None = None,
    made: Sequence[Sequence[str]] = (),
    resume: bool = False,
    progress: Callable[[Coordinator], None] | None = None,
) -> Coordinator:
    """Runs configurations with all their islands to the end, and writes report.html into the folders of the runs.

    Args:
        configs: one, with its islands; or those of a sweep.
        out: the folder; every machine must find it under the same name.
        address: of a Ray cluster; None starts Ray on this machine, "none" runs without Ray.
        made: the assignments that made each configuration of a sweep; empty: no sweep.
        resume: continue what is in `out`.
        progress: called after each poll of the executor.

    Returns:
        The coordinator, with all results.

    Raises:
        UserError, KeyboardInterrupt: as `alife.experiment.islands.evolve.evolve_islands`.
    """
    coordinator = islands.evolve_islands(configs, out, address, made, resume, progress)
    write_pages(coordinator)
    return coordinator


def write_pages(coordinator: Coordinator) -> None:
    """Writes the pages of the first PAGES runs of a coordinator."""
    for job in coordinator.jobs[:PAGES]:
        write_quick_page(coordinator.root / job.folder)
