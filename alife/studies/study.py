"""How a study runs: its configurations as one colony, which goes on where it stopped, and then its page.

A study file defines Params, and a class with `trials()`, which are the configurations, and `page(outcomes)`.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from alife.config import Config
from alife.files import write_whole
from alife.islands.colony import Colony
from alife.islands.evolve import NO_RAY, evolve_islands
from alife.records.folder import RunFolder


@dataclass(frozen=True)
class Trial:
    """One run of a study. told: what it stands for, such as {"brain": "wht", "seed": 1}."""

    config: Config
    told: Mapping[str, Any]


@dataclass(frozen=True)
class Outcome:
    """How a trial ended: what it stood for, and the columns of results.csv."""

    told: Mapping[str, Any]
    result: Mapping[str, Any]


class Study(Protocol):
    """What a study file's class has."""

    def trials(self) -> list[Trial]:
        """Every run."""

    def page(self, outcomes: Sequence[Outcome]) -> str:
        """The answer, as Markdown."""


def run_study(
    study: Study,
    out: Path,
    page: Path,
    address: str | None = None,
    progress: Callable[[Colony], None] | None = None,
) -> Colony:
    """Run what is not yet run, and write the page.

    Args:
        study: what to run.
        out: the folder of all runs; one that exists is continued.
        page: the Markdown file.
        address: as in `evolve_islands`; None without Ray installed is "none".
        progress: as in `evolve_islands`.

    Raises:
        UserError: the folder holds something else, or another form of the study.
    """
    trials = study.trials()
    made = [[f"{key}={value}" for key, value in trial.told.items()] for trial in trials]
    where = address if address or importlib.util.find_spec("ray") else NO_RAY
    begun = RunFolder(out).colony.is_file()
    colony = evolve_islands([trial.config for trial in trials], out, where, made, begun, progress)
    outcomes = [Outcome(trial.told, colony.results[number]) for number, trial in enumerate(trials)]
    write_whole(page, [study.page(outcomes).encode()])
    return colony
