"""Runs a study: its trials as sweeps, which continue where they stopped, and then its page."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from alife.analysis.studies.shared.base import SMOKE, Outcome, Study, Trial
from alife.analysis.studies.shared.peer_runs import run_peer
from alife.atomic_files import make_folder, write_whole, writing
from alife.config.declarations import read, refuse, shown_item
from alife.config.params import Params
from alife.errors import UserError
from alife.experiment.islands.coordinator import Coordinator
from alife.experiment.islands.evolve import NO_RAY, evolve_islands
from alife.experiment.islands.results import write_rows
from alife.experiment.records.run_folder import RunFolder

Progress = Callable[[Coordinator], None]
BeforePeer = Callable[[int, int, str], None]  # number of runs of other libraries that have ended, of all, and a line


def run_study(
    study: Study[Params],
    out: Path,
    page: Path,
    address: str | None = None,
    progress: Progress | None = None,
    before: BeforePeer | None = None,
) -> list[Outcome]:
    """Runs the trials that have not run yet, and writes the page, and beside it a table of all trials as CSV.

    Args:
        study: the study.
        out: the folder of all runs, in one folder for each part; one that exists is continued;
            runs of other libraries come last, in the folder peers.
        page: the Markdown file.
        address: as in `evolve_islands`; None without Ray installed is "none".
        progress: as in `evolve_islands`.
        before: called before each run of another library.

    Raises:
        UserError: a folder holds something else, or the study with other Params; or the page cannot be written, in
            which case the runs are kept.
    """
    trials = read(study, "trials", call=True)
    if not isinstance(trials, list | tuple) or not trials or not all(isinstance(one, Trial) for one in trials):
        refuse(
            type(study), "trials", "a list of one Trial or more", shown_item(trials), "return [Trial(config, labels)]"
        )
    _check_folder(out)
    with writing(page):
        make_folder(page.parent)  # fails before the runs, not after them
    outcomes = [_measured(study, outcome) for outcome in _run_all(trials, out, address, progress, before)]
    text = read(study, "page", outcomes)
    if not isinstance(text, str):
        refuse(type(study), "page", "text in Markdown", shown_item(text), "return and the text")
    text = _marked(text) if getattr(study.params, "quick", False) else text
    with writing(page):
        write_whole(page, [text.encode()])
        write_rows(page.with_suffix(".csv"), [{**outcome.labels, **outcome.result} for outcome in outcomes])
    return outcomes


def _marked(page: str) -> str:
    """Returns a page that calls itself a smoke test below its title."""
    title, _, rest = page.partition("\n")
    return f"{title}\n\n{SMOKE}{rest}"


def _measured(study: Study[Params], outcome: Outcome) -> Outcome:
    """Returns an outcome with the further columns of its study. Raises UserError: the study measures something else."""
    measured = read(study, "measure", outcome)
    if not isinstance(measured, Mapping):
        refuse(type(study), "measure", "a dictionary of columns", shown_item(measured), 'return {"column": value}')
    return replace(outcome, result={**outcome.result, **measured})


def _run_all(
    trials: Sequence[Trial], out: Path, address: str | None, progress: Progress | None, before: BeforePeer | None
) -> list[Outcome]:
    """Returns the outcomes in the order of the trials: those of sweeps run first, part by part."""
    peers = [number for number, trial in enumerate(trials) if trial.peer is not None]
    parts: dict[str, list[int]] = {}
    for number, trial in enumerate(trials):
        if trial.peer is None:
            parts.setdefault(_folder(trial), []).append(number)
    done: dict[int, Outcome] = {}
    for part, numbers in parts.items():
        outcomes = _run([trials[number] for number in numbers], out / part, address, progress)
        done |= dict(zip(numbers, outcomes, strict=True))
    for at, number in enumerate(peers):
        trial = trials[number]
        if before:
            before(at, len(peers), ", ".join(f"{key} {value}" for key, value in trial.labels.items()))
        done[number] = run_peer(trial, out / "peers" / trial.part)
    return [done[number] for number in range(len(trials))]


def _check_folder(out: Path) -> None:
    """Refuses the folder of a single run. Raises UserError."""
    if RunFolder(out).is_run() and not RunFolder(out).colony.is_file():
        raise UserError(f"{out}: expected a new folder or that of a study, got one of another run; name another --out")


def _folder(trial: Trial) -> str:
    """Returns the folder of a trial's sweep: each seed has one of its own, so that a study can be given more seeds."""
    seed = trial.labels.get("seed")
    return trial.part if seed is None else str(Path(trial.part) / f"seed-{seed}")


def _run(trials: Sequence[Trial], out: Path, address: str | None, progress: Progress | None) -> list[Outcome]:
    labels = [[f"{key}={value}" for key, value in trial.labels.items()] for trial in trials]
    where = address if address or importlib.util.find_spec("ray") else NO_RAY
    resume = RunFolder(out).colony.is_file()
    _check_folder(out)
    coordinator = evolve_islands([trial.config for trial in trials], out, where, labels, resume, progress)
    places = [out / job.folder for job in coordinator.jobs]
    return [Outcome(trial.labels, coordinator.results[number], places[number]) for number, trial in enumerate(trials)]
