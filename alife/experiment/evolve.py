"""Runs a configuration to its end, or continues a run."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alife.atomic_files import WriteError
from alife.backends.select import choose
from alife.config.models import Config, RunParams
from alife.config.params import parse_params
from alife.config.resume_check import as_begun, check_same
from alife.config.schema import dump_config, parse_config
from alife.config.task import load_task, within
from alife.errors import ExternalError, UserError
from alife.experiment.records import checkpoint
from alife.experiment.records.run_folder import TESTED, RunFolder, check_unused, checked_root, other_versions
from alife.experiment.run import Run
from alife.experiment.savepoints import at_savepoint
from alife.interrupt import Interruption
from alife.simulation.pulse import Abandoned

CHUNK_SECONDS = 0.1  # steps between two looks at Ctrl-C take about this long


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
    """Runs a configuration to its end.

    Args:
        config: a configuration, or what `load_task` takes: a YAML file, a name in configs/, a dict, a world's name, or
            the id of an environment, such as "module:Env-v0".
        out: the run folder; None records nothing.
        backend: "auto", "cpu" or "gpu" instead of the configuration's.
        threads: instead of the configuration's; no result depends on it.
        resume: continue the run in `out` from its last checkpoint.
        progress: called before the first step and after every stretch of steps.
        checked: check every index of the world's laws in all steps, instead of the configuration's.
        budget: wall-clock time after which it ends, such as "10m", instead of the configuration's generations. If
            `config` is no Config and chooses no strategy or no brain, those of `alife.config.recipe` are used.

    Returns:
        The run, finished.

    Raises:
        UserError: the input is wrong; nothing was created or overwritten. Or the disk refuses; the last checkpoint is
            sound, and `resume` ends as if nothing had happened.
        ExternalError: code of others, such as an environment, failed; the run is saved up to its last generation.
        KeyboardInterrupt: on SIGINT or SIGTERM; a checkpoint was written first.
    """
    with Interruption() as interruption:
        with interruption.at_once():
            run = _made(_within(config, budget), out, backend, threads, resume, checked)
        try:
            _finish(run, interruption, progress)
        except WriteError as error:
            begun = run.out is not None and RunFolder(run.out).is_run()
            raise UserError(f"{error}, {'then continue with --resume' if begun else 'or name another --out'}") from None
        finally:
            run.release()
    return run


def _within(config: Config | str | Path | Mapping[str, Any], budget: str | None) -> Config:
    """Returns the configuration, its length as `budget` says where that is given. Raises UserError."""
    changes = within(budget, "budget")
    if not isinstance(config, Config):
        return load_task(config, changes)
    return config if budget is None else parse_config(dump_config(config), f"{config.label}.yaml", changes)


def _made(
    config: Config,
    out: str | Path | None,
    backend: str | None,
    threads: int | None,
    resume: bool,
    checked: bool | None,
) -> Run:
    """Returns a run, not begun. See `evolve`."""
    if config.islands.count > 1:
        raise UserError(f"islands.count: expected 1 in a single run, got {config.islands.count}; call evolve_islands")
    if backend is not None:
        choose(backend)
    changes = {"backend": backend, "threads": threads, "checked": checked}
    given = {key: value for key, value in changes.items() if value is not None}
    run_params = parse_params(RunParams, {**config.run.model_dump(), **given}, "run")
    return _opened(config.model_copy(update={"run": run_params}), None if out is None else checked_root(out), resume)


def _finish(run: Run, interruption: Interruption, progress: Callable[[Run], None] | None) -> None:
    """Runs to the end and closes the records, also when interrupted or where code of others fails.

    Raises:
        ExternalError: that failed.
        KeyboardInterrupt: on SIGINT or SIGTERM.
    """
    with pulsing(run, interruption, progress):
        try:
            live(run, run.end, lambda: interruption.asked, progress)
            if not interruption.asked:
                run.close()
        except ExternalError as error:
            raise ExternalError(f"{error}{saved(run)}", error.row) from error
        except KeyboardInterrupt:  # also of a step that was abandoned
            if interruption.abandoned:
                raise
    if interruption.asked:
        _save_first(run, interruption)
        raise KeyboardInterrupt


def _save_first(run: Run, interruption: Interruption) -> None:
    """Saves a run that was interrupted; its champion and elites, which take episodes, are judged when it goes on."""
    if run.out is not None:
        print(f"alife: interrupted; saving {run.simulation.unit} {run.simulation.steps:,}", file=sys.stderr)
    with interruption.held():
        run.close(judge=False)


@contextmanager
def pulsing(run: Run, interruption: Interruption, progress: Callable[[Run], None] | None) -> Iterator[None]:
    """Shows progress while a step goes on that takes long, and abandons it when interrupted.

    Raises:
        Abandoned: it was interrupted.
    """

    def beat() -> None:
        if interruption.asked:
            raise Abandoned
        if progress:
            progress(run)

    run.simulation.pulse.target = beat
    try:
        yield
    finally:
        run.simulation.pulse.target = None


def saved(run: Run) -> str:
    """Saves a run whose step failed as it was before that step, if it has a folder and took any.

    Returns:
        Words for an error, that say so; "" if there was nothing to save.
    """
    simulation = run.simulation
    if run.out is None or not simulation.steps:
        return ""
    run.close(judge=False)
    return f"; {run.out} is saved up to {simulation.unit} {simulation.steps:,}: continue with --resume"


def open_run(
    folder: str | Path,
    record: bool = True,
    backend: str | None = None,
    checked: bool = False,
    savepoint: str | None = None,
) -> Run:
    """Opens a run at its last checkpoint, or a savepoint. Nothing is written before it is stepped or saved.

    Args:
        folder: of the run.
        record: False to run on in memory, with the folder left as it is.
        backend: instead of the one it was begun with; no result depends on it.
        checked: check every index of the world's laws in all steps.
        savepoint: name of the one to begin at, in memory: the folder goes on from its last checkpoint.

    Raises:
        UserError: there is no run, or no sound checkpoint or savepoint.
    """
    if not isinstance(folder, str | Path):
        raise UserError(f"open_run: expected the folder of a run, got {folder!r}")
    root = Path(folder)
    config = RunFolder(root).load_config()
    if not checkpoint.listed(RunFolder(root).checkpoints):
        raise UserError(f"{root}: expected a checkpoint, and there is none yet; let the run reach its first one")
    changes: dict[str, Any] = {**({"backend": backend} if backend else {}), **({"checked": True} if checked else {})}
    config = config.model_copy(update={"run": config.run.model_copy(update=changes)})
    if savepoint is not None:
        return Run(config, start=at_savepoint(root, savepoint))
    run = Run(config, root, resume=True)
    run.out = run.out if record else None
    return run


def _opened(config: Config, out: Path | None, resume: bool) -> Run:
    if not resume:
        if out is not None:
            check_unused(out)
        return Run(config, out)
    if out is None:
        raise UserError("resume: expected the folder of a run, got none; name it with out=FOLDER")
    folder = RunFolder(out)
    if not folder.is_run() and folder.is_unused():
        return _anew(Run(config, out))
    begun = folder.load_config()
    config = as_begun(config, begun)
    check_same(config, begun, out)
    say_versions(folder)
    run = Run(config, out, resume=True)
    return run if checkpoint.listed(folder.checkpoints) else _anew(run)


def _anew(run: Run) -> Run:
    """Lets a run that was to be continued say, once it holds its folder, that it begins anew."""
    run.notice = f"alife: {run.out}: stopped before its first checkpoint; beginning anew"
    return run


def say_versions(folder: RunFolder) -> None:
    """Says on standard error if a run was last continued with other versions of what computes it."""
    differing = other_versions(folder.starts()[-1]) if folder.starts() else ""
    if differing:
        print(f"alife: {folder.root}: goes on with other versions: {differing}; {TESTED}", file=sys.stderr)


def live(run: Run, until: int, asked: Callable[[], bool], progress: Callable[[Run], None] | None = None) -> None:
    """Runs in stretches of about CHUNK_SECONDS until a step, the end of the run, or a request to stop.

    Args:
        run: what to step.
        until: the step to reach.
        asked: returns True once the run should stop.
        progress: called before the first step and after every stretch.
    """
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
