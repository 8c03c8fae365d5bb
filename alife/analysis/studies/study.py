"""How a study runs: its configurations as colonies, which go on where they stopped, and then its page.

A study file defines Params, and a class with `trials()`, which are the configurations, and `page(outcomes)`.
"""

from __future__ import annotations

import importlib.util
import json
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from alife.atomic_files import make_folder, write_whole, writing
from alife.config.params import Params
from alife.config.schema import Config
from alife.errors import UserError
from alife.experiment.islands.coordinator import Coordinator
from alife.experiment.islands.evolve import NO_RAY, evolve_islands
from alife.experiment.islands.results import write_rows
from alife.experiment.records.run_folder import RunFolder


@dataclass(frozen=True)
class Trial:
    """One run of a study. told: what it stands for, such as {"brain": "wht", "seed": 1}. part: its folder's name."""

    config: Config
    told: Mapping[str, Any]
    part: str = ""


@dataclass(frozen=True)
class Outcome:
    """How a trial ended: what it stood for, the columns of results.csv, and the folder of its run."""

    told: Mapping[str, Any]
    result: Mapping[str, Any]
    folder: Path


class Study(Protocol):
    """What a study file's class has."""

    def trials(self) -> list[Trial]:
        """Every run."""

    def page(self, outcomes: Sequence[Outcome]) -> str:
        """The answer, as Markdown."""


Progress = Callable[[Coordinator], None]


def command(name: str, params: Params) -> str:
    """What to write to ask for a study with these Params: those that are not the defaults are said."""
    said = params.model_dump(mode="json", exclude_defaults=True)
    sets = [f"--set {shlex.quote(f'{key}={json.dumps(value)}')}" for key, value in said.items()]
    return " ".join([f"python run.py study {name}", *sets])


def run_study(
    study: Study, out: Path, page: Path, address: str | None = None, progress: Progress | None = None
) -> list[Outcome]:
    """Run what is not yet run, and write the page, and beside it the table of all runs as CSV.

    Args:
        study: what to run.
        out: the folder of all runs, in one folder for each part; one that exists is continued.
        page: the Markdown file.
        address: as in `evolve_islands`; None without Ray installed is "none".
        progress: as in `evolve_islands`.

    Raises:
        UserError: a folder holds something else, or another form of the study; or the page cannot be written, in which
            case the runs are kept.
    """
    trials = study.trials()
    with writing(page):
        make_folder(page.parent)  # told before the runs, not after them
    parts = dict.fromkeys(trial.part for trial in trials)
    found = [_run([trial for trial in trials if trial.part == part], out / part, address, progress) for part in parts]
    outcomes = [outcome for part in found for outcome in part]
    text = study.page(outcomes)
    with writing(page):
        write_whole(page, [text.encode()])
        write_rows(page.with_suffix(".csv"), [{**outcome.told, **outcome.result} for outcome in outcomes])
    return outcomes


def _run(trials: Sequence[Trial], out: Path, address: str | None, progress: Progress | None) -> list[Outcome]:
    made = [[f"{key}={value}" for key, value in trial.told.items()] for trial in trials]
    where = address if address or importlib.util.find_spec("ray") else NO_RAY
    begun = RunFolder(out).colony.is_file()
    if RunFolder(out).is_run() and not begun:
        raise UserError(
            f"{out}: expected a new folder, or that of a study, came one of another run; name another --out"
        )
    coordinator = evolve_islands([trial.config for trial in trials], out, where, made, begun, progress)
    places = [out / job.folder for job in coordinator.jobs]
    return [Outcome(trial.told, coordinator.results[number], places[number]) for number, trial in enumerate(trials)]
