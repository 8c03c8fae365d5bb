"""The base class of studies: what each one runs, and the page that it writes from the outcomes."""

from __future__ import annotations

import json
import shlex
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from alife.config.models import Config
from alife.config.params import Params

QUICK_SEEDS = 2  # of a smoke test, at most
SMOKE = "**A smoke test** (`--quick`): few seeds and small sizes, to see that it works. It answers nothing.\n"

P = TypeVar("P", bound=Params)


@dataclass(frozen=True)
class Trial:
    """One run of a study.

    labels: its place in the study, such as {"brain": "wht", "seed": 1}. part: folder of its run; trials of one part run
    together, as a sweep does. peer: another library that runs in place of the sweep, on one core: it takes the
    configuration and a folder, and returns the row of its results; None: none does.
    """

    config: Config
    labels: Mapping[str, Any]
    part: str = ""
    peer: Callable[[Config, Path], Mapping[str, Any]] | None = None


@dataclass(frozen=True)
class Outcome:
    """The outcome of a trial: its labels, its row of results.csv, and the folder of its run."""

    labels: Mapping[str, Any]
    result: Mapping[str, Any]
    folder: Path


class Study(ABC, Generic[P]):
    """One question, the runs that answer it, and the page with the answer.

    A file `tall_grass.py` holds the class `TallGrass` and its typed `Params`, among them `seeds` (runs of each kind)
    and `quick` (few and short runs, to see that it works), which the command line sets.

    Attributes:
        params: its parameters.
    """

    def __init__(self, params: P) -> None:
        self.params = params

    @abstractmethod
    def trials(self) -> list[Trial]:
        """Returns all runs, always the same ones in the same order for equal Params.

        Raises:
            UserError: a configuration or a genome that the study needs is missing.
        """

    def measure(self, outcome: Outcome) -> Mapping[str, Any]:
        """Returns what is measured after the run of a trial: further columns of its row, by name; none by default."""
        return {}

    @abstractmethod
    def page(self, outcomes: Sequence[Outcome]) -> str:
        """Returns the answer as Markdown, with the command that wrote it. outcomes: one for each trial, in order."""


class Seeded(Protocol):
    """Params with a number of seeds and a short form."""

    @property
    def seeds(self) -> int:
        """Runs of each kind."""

    @property
    def quick(self) -> bool:
        """True for a smoke test."""


def num_seeds(params: Seeded, most: int = QUICK_SEEDS) -> int:
    """Returns the number of seeds that a study runs. most: of a smoke test."""
    return min(params.seeds, most) if params.quick else params.seeds


def command(name: str, params: Params) -> str:
    """Returns the command line of a study with these Params; those that have their defaults are left out."""
    changed = params.model_dump(mode="json", exclude_defaults=True)
    options = [f"--set {shlex.quote(f'{key}={json.dumps(value)}')}" for key, value in changed.items()]
    return " ".join([f"python run.py study {name}", *options])
