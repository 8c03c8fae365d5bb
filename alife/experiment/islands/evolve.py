"""Evolve many runs at once, to their ends: islands, sweeps, and sweeps of islands."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from alife.atomic_files import WriteError, make_folder, parse_json, write_whole, writing
from alife.backends.select import choose
from alife.config.models import Config
from alife.config.resume_check import as_begun, check_same
from alife.config.schema import dump_config
from alife.errors import UserError
from alife.experiment.evolve import say_versions
from alife.experiment.islands.coordinator import Coordinator, Executor
from alife.experiment.islands.ray_pool import RayPool
from alife.experiment.islands.results import copy_champions, write_metrics, write_table
from alife.experiment.islands.serial import SerialExecutor
from alife.experiment.islands.sweep import JobSpec, job_specs
from alife.experiment.records.run_folder import RunFolder, check_unused, checked_root, holds_run, lock
from alife.experiment.run import Run
from alife.interrupt import Interruption

CHECKED = 100  # configurations that are made once to see that nothing refuses them
NO_RAY = "none"  # as an address: one after the other, in this process


def evolve_islands(
    configs: Sequence[Config],
    out: str | Path,
    address: str | None = None,
    made: Sequence[Sequence[str]] = (),
    resume: bool = False,
    progress: Callable[[Coordinator], None] | None = None,
) -> Coordinator:
    """Runs configurations with all their islands to the end, each run in a folder below `out`.

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
        UserError: the input is wrong; nothing was created or overwritten.
        KeyboardInterrupt: SIGINT or SIGTERM came; every run was saved first.
    """
    _check_given(configs, address, made)
    root = checked_root(out).resolve()
    with Interruption() as interruption:
        with interruption.at_once():
            if resume and RunFolder(root).is_run():
                configs = [as_begun(config, RunFolder(root).load_config()) for config in configs]
            jobs = job_specs(configs, bool(made))
            resume = _check_root(root, configs[0], made, resume)
            if not resume:
                _check_parts(configs)
            workers = _workers(address, len(jobs), configs[0])
        try:
            with writing(root):
                make_folder(root)
            with lock(root), writing(root):
                _begin(root, configs[0], made, resume)
                coordinator = Coordinator(jobs, root, workers)
                _live(coordinator, interruption, progress)
                _write(root, jobs, made or [[]], coordinator)
        except WriteError as error:
            raise UserError(f"{error}, then continue with --resume") from None
        finally:
            with interruption.held():
                workers.close()
        if interruption.asked:
            raise KeyboardInterrupt
    return coordinator


def _check_given(configs: object, address: object, made: Sequence[Sequence[str]]) -> None:
    """Checks what a program passes. Raises UserError."""
    if not isinstance(configs, list | tuple) or not configs or not all(isinstance(one, Config) for one in configs):
        raise UserError(f"configs: expected a list of configurations, such as [load_config('meadow')], got {configs!r}")
    if address is not None and not isinstance(address, str):
        raise UserError(f"address: expected text such as 'HOST:PORT' or 'none', got {address!r}")
    if len(configs) > 1 and len(made) != len(configs):
        raise UserError(f"made: expected the assignments of each of {len(configs)} configurations, got {len(made)}")


def _live(coordinator: Coordinator, interruption: Interruption, progress: Callable[[Coordinator], None] | None) -> None:
    """Runs all jobs to their ends, or until interrupted."""
    try:
        coordinator.live(lambda: interruption.asked, progress)
    except KeyboardInterrupt:
        if interruption.abandoned:
            raise
    finally:
        coordinator.close()
    if interruption.asked:
        open_runs = len(coordinator.jobs) - len(coordinator.results)
        print(f"alife: interrupted; saving {open_runs} runs", file=sys.stderr)


def _check_parts(configs: Sequence[Config]) -> None:
    """Makes each configuration that differs in more than its seed once, before anything is written.

    Raises:
        UserError: a part is refused.
    """
    known = {dump_config(config.model_copy(update={"seed": 0})): config for config in configs[:CHECKED]}
    for config in known.values():
        Run(config)


def _workers(address: str | None, count: int, config: Config) -> Executor:
    if address == NO_RAY:
        return SerialExecutor(config.run.threads)
    threads = config.run.threads or max(1, (os.cpu_count() or 1) // count)
    return RayPool(address, count, threads, choose(config.run.backend) == "gpu")


def _check_root(root: Path, config: Config, made: Sequence[Sequence[str]], resume: bool) -> bool:
    """Checks that new runs get an unused folder, and continued ones the configuration they began with.

    Returns:
        True if there is something to continue.

    Raises:
        UserError: the folder is in use, or holds something else.
    """
    folder = RunFolder(root)
    if not resume:
        check_unused(root)
        return False
    if folder.colony.is_file() and not folder.is_run():
        return False
    began = folder.load_config()
    if not folder.colony.is_file():
        raise UserError(f"--resume: expected islands or a sweep in {root}, got a single run; leave out --islands")
    if _sweep_of(folder.colony) != [list(lines) for lines in made]:
        raise UserError(
            f"{root}: began with other values; ask for the same sweep or study again, or name another --out"
        )
    check_same(config, began, root)
    say_versions(folder)
    return True


def _sweep_of(path: Path) -> list[list[str]]:
    try:
        lines: list[list[str]] = parse_json(path.read_bytes())["sweep"]
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path}: expected what began these runs, got a damaged file ({error}); put it back") from None
    return lines


def _begin(root: Path, config: Config, made: Sequence[Sequence[str]], resume: bool) -> None:
    """Under the lock: what lies there now may be another's, begun meanwhile. The coordinator's own file comes first."""
    if not resume and RunFolder(root).is_run():
        raise holds_run(root)
    facts = {"sweep": [list(lines) for lines in made], "config": dump_config(config)}
    write_whole(RunFolder(root).colony, [json.dumps(facts, indent=2).encode(), b"\n"])
    RunFolder(root).begin(config, config.run.backend)


def _write(root: Path, jobs: Sequence[JobSpec], made: Sequence[Sequence[str]], coordinator: Coordinator) -> None:
    write_table(root, jobs, made, coordinator.results)
    write_metrics(root, jobs)
    copy_champions(root, jobs)
