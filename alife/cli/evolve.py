"""The command `evolve`: one run, or islands and sweeps; prints the object of --json and how to continue."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alife.analysis.evolve import write_pages
from alife.analysis.report.report import write_quick_page
from alife.backends.cpu.threads import default_threads
from alife.cli import progress, progress_many
from alife.cli.exit_status import Interrupted
from alife.cli.json_object import Tell, alone_on_stdout
from alife.config.models import Config
from alife.config.task import load_task, within
from alife.config.yaml_source import Assignment
from alife.errors import UserError
from alife.experiment.evolve import evolve as run_to_end
from alife.experiment.islands.evolve import evolve_islands
from alife.experiment.islands.sweep import sweep
from alife.experiment.recorder import results
from alife.experiment.records.run_folder import RunFolder, default_root, newest_root
from alife.experiment.run import Run


@dataclass(frozen=True, kw_only=True)
class EvolveOptions:
    """The argument and the options of `evolve`, as `alife evolve --help` explains them."""

    config: str
    budget: str | None
    out: Path | None
    resume: bool
    backend: str | None
    threads: int | None
    assignments: Sequence[str]
    checked: bool
    quiet: bool
    islands: int | None
    sweep: Sequence[str]
    address: str | None
    as_json: bool

    @property
    def changes(self) -> list[str]:
        """Assignments to keys of the configuration, `key=value`."""
        found: list[str] = [*within(self.budget), *self.assignments]
        if self.islands:
            found.append(Assignment(f"islands.count={self.islands}", f"--islands {self.islands}"))
        return [*found, *[Assignment("run.checked=true", "--checked")] * self.checked]

    @property
    def changes_of_many(self) -> list[str]:
        """Assignments of islands and sweeps, whose device and threads each job reads from its configuration."""
        given = {"backend": self.backend, "threads": self.threads}
        words = {key: value for key, value in given.items() if value is not None}
        return [*self.changes, *(Assignment(f"run.{key}={value}", f"--{key} {value}") for key, value in words.items())]


def evolve(options: EvolveOptions) -> None:
    """Evolves one run, or many.

    Raises:
        Interrupted: after a line that says how to continue.
        UserError: a configuration, run folder or option that is wrong.
    """
    with alone_on_stdout(options.as_json) as tell:
        settings = load_task(options.config, options.changes)
        if options.sweep or settings.islands.count > 1:
            _evolve_many(options, tell)
        elif options.address is not None:
            raise UserError("--address: expected --islands or --sweep with it, got a single run; leave it out")
        else:
            _evolve_one(options, settings, tell)


def _evolve_one(options: EvolveOptions, settings: Config, tell: Tell) -> None:
    root = options.out or (newest_root(settings) if options.resume else default_root(settings))
    report = progress.ProgressReport(options.quiet)
    try:
        with report:
            run = run_to_end(settings, root, options.backend, options.threads, options.resume, report)
    except KeyboardInterrupt:
        given = {"budget": options.budget, "backend": options.backend, "threads": options.threads}
        words = [*_words("--set", options.assignments), *_given(**given)]
        if _say_resume(options.config, [*words, *["--checked"] * options.checked], root):
            write_quick_page(root)
        raise Interrupted from None
    page = write_quick_page(root)
    told = {"report": str(page)} if page else {}
    if options.as_json:
        tell({**_summary(run, report.agent_steps(run), report.seconds), **told})
    if not options.quiet:
        print(progress.last_word(run, page), file=sys.stderr)


def _evolve_many(options: EvolveOptions, tell: Tell) -> None:
    """Islands, a sweep, or a sweep of islands."""
    config, changes, out, address = options.config, options.changes_of_many, options.out, options.address
    configs, made = sweep(config, changes, options.sweep)
    root = out or (newest_root(configs[0], colony=True) if options.resume else default_root(configs[0]))
    try:
        with progress_many.JobsReport(options.quiet) as report:
            jobs = made if options.sweep else []
            coordinator = evolve_islands(configs, root, address, jobs, options.resume, report)
    except KeyboardInterrupt:
        words = [*_words("--set", changes), *_words("--sweep", options.sweep), *_given(address=address)]
        _say_resume(config, words, root)
        raise Interrupted from None
    write_pages(coordinator)
    tell(progress_many.summary(coordinator, report))
    if not options.quiet:
        print(progress_many.last_word(coordinator), file=sys.stderr)


def _words(option: str, values: Sequence[str]) -> list[str]:
    return [word for value in values for word in (option, value)]


def _given(**options: object) -> list[str]:
    return [word for name, value in options.items() if value is not None for word in (f"--{name}", str(value))]


def _say_resume(config: str, words: list[str], root: Path) -> bool:
    """Says how to continue what was interrupted; returns True if there is something to continue."""
    if not any(root.glob("**/checkpoints/step-*")):
        print("alife: interrupted before the first step; nothing was saved", file=sys.stderr)
        return False
    again = progress.pasted("evolve", Path(config), *words, "--out", root, "--resume")
    print(f"alife: interrupted; a checkpoint is saved; continue with: {again}", file=sys.stderr)
    return True


def _summary(run: Run, agent_steps: int, seconds: float) -> dict[str, Any]:
    """The JSON object of `evolve`. seconds: of this process, for agent_steps of this process."""
    folder, roles = RunFolder(run.out or Path()), run.simulation.world.roles
    champions = {f"{role}_champion": folder.newest_champion(role) for role in roles}
    return {
        "out": str(run.out),
        **results(run.simulation, run.config, run.row),
        **(champions or {"champion": folder.newest_champion()}),
        "interventions": len(run.interventions.done),
        "agent_steps": run.simulation.agent_steps,
        "agent_steps_per_s": round(agent_steps / seconds, 1) if seconds else 0.0,
        "seconds": round(seconds, 3),
        "backend": run.backend,
        "threads": run.config.run.threads or default_threads(),
    }
