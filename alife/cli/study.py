"""The command `study`: its progress, whether runs are made or figures computed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from alife.analysis.studies.shared.base import Study
from alife.analysis.studies.shared.compute import expected_seconds, run_computed
from alife.analysis.studies.shared.computed import ComputedParams, ComputedStudy
from alife.analysis.studies.shared.run import run_study
from alife.cli.progress import ProgressLine, duration
from alife.cli.progress_many import JobsReport


class CasesReport(ProgressLine):
    """Progress of the cases of a study that computes: call it before the first and after each."""

    _first: int | None = None  # cases computed when this process first looked

    def __init__(self, name: str, quick: bool, quiet: bool) -> None:
        """Says how long the full form takes, if that was measured. name: of the study. quiet: print nothing."""
        super().__init__(quiet)
        self._name = name
        seconds = expected_seconds(name)
        if seconds and not quiet:
            line = f"alife: study {name}: the full form took {duration(seconds)} of one core" + (
                ", this one less" if quick else ""
            )
            print(line, file=sys.stderr, flush=True)

    def __call__(self, done: int, total: int) -> None:
        """Shows how many cases are computed."""
        if self._first is None:
            self._first = done
        line = [f"{self._name}: {done} of {total} cases", self.left(done, total, self._first)]
        self.show(done, total, "  ".join(filter(None, line)))


def run(
    name: str, study: Study[Any] | ComputedStudy[Any], out: Path, page: Path, address: str | None, quiet: bool
) -> None:
    """Runs a study with its progress. Arguments as of `run_study`. Raises UserError as `run_study`."""
    if isinstance(study, ComputedStudy):
        params: ComputedParams = study.params
        with CasesReport(name, params.quick, quiet) as progress:
            run_computed(study, out, page, progress)
        return
    with JobsReport(quiet) as report:
        run_study(study, out, page, address, report, report.show)
