"""The base class of studies that compute, without a run: claims of the sources, measured over seeds."""

from __future__ import annotations

import shlex
import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar, final

import pydantic

from alife.analysis.markdown import code, table
from alife.analysis.studies.shared.base import SMOKE
from alife.analysis.studies.shared.rows import Row, distinct
from alife.config.docstrings import doc_of
from alife.config.params import Params


class ComputedParams(Params):
    """Number of seeds, and a short form."""

    seeds: int = pydantic.Field(10, ge=1, le=1000, description="independent repetitions of each case")
    quick: bool = pydantic.Field(False, description="few seeds and small sizes, to see that it works")

    @property
    def repetitions(self) -> range:
        """The seeds, from 1; of the short form at most 3."""
        return range(1, (min(self.seeds, 3) if self.quick else self.seeds) + 1)


class DataParams(ComputedParams):
    """Number of seeds, a short form, and data."""

    data: str | None = pydantic.Field(
        None,
        description="a file .npz with train_images, train_labels, test_images and test_labels, such as MNIST; null: "
        "the digits of scikit-learn",
    )


P = TypeVar("P", bound=ComputedParams)


@dataclass(frozen=True)
class Claim:
    """A claim of a source, and what was measured.

    source: author and place. claim: as the source has it. measured: figures with their intervals. holds: None if the
    intervals leave it open.
    """

    source: str
    claim: str
    measured: str
    holds: bool | None

    @property
    def verdict(self) -> str:
        """Returns "holds", "fails" or "undecided"."""
        return "undecided" if self.holds is None else "holds" if self.holds else "fails"


class ComputedStudy(ABC, Generic[P]):
    """Claims, the cases that measure them, and the page that follows from the table of all rows.

    A file `tall_grass.py` holds the class `TallGrass` and its `Params`, derived from `ComputedParams` or `DataParams`.
    Its docstring says what is measured and how, and is the head of its page.

    Attributes:
        params: its parameters.
        title: of its page.
    """

    title: ClassVar[str]

    def __init__(self, params: P) -> None:
        self.params = params

    @abstractmethod
    def cases(self) -> list[dict[str, Any]]:
        """Returns the labels of all cases, `seed` among them, always the same in the same order for equal Params."""

    @abstractmethod
    def compute(self, case: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Returns the rows of a case, a function of its labels and the Params; the labels are added to them.

        Raises:
            UserError: a package or a file that it needs is missing.
        """

    @abstractmethod
    def claims(self, rows: Sequence[Row]) -> list[Claim]:
        """Returns the claims and whether they hold. rows: of all cases."""

    @abstractmethod
    def tables(self, rows: Sequence[Row]) -> list[str]:
        """Returns the lines of the tables of a page. rows: of all cases."""

    def pictures(self) -> dict[str, bytes]:
        """Returns the files that its page shows, by name, drawn anew and the same for equal Params; by default none."""
        return {}

    @final
    def page(self, rows: Sequence[Row]) -> str:
        """Returns the page as Markdown, from nothing but the rows and whether this is the short form."""
        quick = self.params.quick
        lines = [f"# {self.title}\n", f"Written by {code(command(self.params, rows))}\n{_origin(self.name, rows)}\n"]
        if quick:
            lines.append(SMOKE)
        lines.append(doc_of(sys.modules[type(self).__module__]) + "\n")
        verdicts = [
            (one.claim, one.source, one.measured, "not judged" if quick else one.verdict) for one in self.claims(rows)
        ]
        lines += table(("claim", "source", "measured", "verdict"), verdicts)
        return "\n".join([*lines, *self.tables(rows)]).rstrip("\n") + "\n"

    @property
    def name(self) -> str:
        """The name under which `study` finds it: that of its file."""
        return type(self).__module__.rpartition(".")[2]


def command(params: ComputedParams, rows: Sequence[Row]) -> str:
    """Returns the command line that computes rows like these."""
    name = type(params).__module__.rpartition(".")[2]
    words = ["python", "run.py", "study", name]
    if params.quick:
        words.append("--quick")
    elif (seeds := len(distinct(rows, "seed"))) != type(params).model_fields["seeds"].default:
        words += ["--seeds", str(seeds)]
    if (data := distinct(rows, "data")) not in ([], ["digits"]):
        words += ["--data", f"{data[0]}.npz"]
    fixed = {"seeds", "quick", "data"}
    for key, value in params.model_dump(mode="json", exclude_defaults=True).items():
        words += ["--set", f"{key}={value}"] if key not in fixed else []
    return shlex.join(words)


def _origin(name: str, rows: Sequence[Row]) -> str:
    """Returns the table of a page, its seeds and the time that it took, as text."""
    seconds, seeds = sum(float(row["seconds"]) for row in rows), len(distinct(rows, "seed"))
    took = f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} minutes"
    data = [f"data: {value}; " for value in distinct(rows, "data")]
    made = f"from [{name}.csv]({name}.csv) ({''.join(data)}{seeds} seeds; {took} on one core)."
    return f"{made}\nIntervals are 95 % intervals of Student's t over seeds."
