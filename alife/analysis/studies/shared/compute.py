"""Runs a study that computes: case by case, in one process and one thread; then its page."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from alife.analysis.studies.shared.computed import ComputedParams, ComputedStudy
from alife.analysis.studies.shared.rows import Row, read_rows, write_rows
from alife.atomic_files import make_folder, parse_json, reading, write_whole, writing
from alife.config.registry import PACKAGE
from alife.errors import UserError

Progress = Callable[[int, int], None]  # cases computed, and all
COMMITTED = PACKAGE.parent / "docs" / "studies"  # of a clone


def run_computed(
    study: ComputedStudy[ComputedParams], out: Path, page: Path, progress: Progress | None = None
) -> list[Row]:
    """Computes the cases that have no rows yet, and writes the page, and beside it the table and pictures.

    The rows of a case are written when it ends, whole or not at all, so that the same command goes on where one was
    interrupted, and one with more seeds computes only those.

    Args:
        study: the study.
        out: the folder of its table; one that exists is continued.
        page: the Markdown file.
        progress: called before the first case and after each.

    Raises:
        UserError: the folder holds another study, or this one with other Params; a package or a file is missing; or a
            file cannot be written.
    """
    cases, path = study.cases(), out / f"{study.name}.csv"
    with writing(page):
        make_folder(page.parent)  # fails before the cases, not after them
    _check_folder(study, out)
    rows = read_rows(path) if path.is_file() else []
    found = {_key(case): [row for row in rows if _key(row, case) == _key(case)] for case in cases}
    missing = [case for case in cases if not found[_key(case)]]
    with _one_thread():
        for done, case in enumerate(missing, len(cases) - len(missing)):
            if progress:
                progress(done, len(cases))
            found[_key(case)] = _timed(study, case)
            rows = [*rows, *found[_key(case)]]
            write_rows(path, rows)
    if progress:
        progress(len(cases), len(cases))
    ordered = [row for case in cases for row in found[_key(case)]]
    with writing(page):
        write_whole(page, [study.page(ordered).encode()])
    for name, picture in study.pictures().items():
        with writing(page.parent / name):
            write_whole(page.parent / name, [picture])
    if page.with_suffix(".csv").resolve() != path.resolve():
        write_rows(page.with_suffix(".csv"), ordered)
    return ordered


def expected_seconds(name: str) -> float | None:
    """Returns the time that the committed table of a study took on one core; None if there is none."""
    path = COMMITTED / f"{name}.csv"
    return sum(float(row["seconds"]) for row in read_rows(path)) if path.is_file() else None


def _timed(study: ComputedStudy[ComputedParams], case: Mapping[str, Any]) -> list[Row]:
    """Returns the rows of a case, with its labels and its share of the processor's time."""
    begun = time.process_time()
    rows = study.compute(case)
    seconds = round((time.process_time() - begun) / len(rows), 4)
    return [{**case, **row, "seconds": seconds} for row in rows]


def _key(row: Row, like: Row | None = None) -> tuple[str, ...]:
    """Returns the labels of a row as text, those of a case that it may be of."""
    return tuple(str(row.get(key)) for key in (like or row))


def _check_folder(study: ComputedStudy[ComputedParams], out: Path) -> None:
    """Checks that a folder is new or of this study with these Params but for seeds, and notes that it is."""
    note = out / "study.json"
    said = {"study": study.name, **study.params.model_dump(mode="json", exclude={"seeds"})}
    if note.is_file():
        with reading(note):
            before = note.read_bytes()
        try:
            same = parse_json(before) == said
        except ValueError:
            same = False
        if not same:
            raise UserError(f"{out}: began with other values; ask for the same study again, or name another --out")
        return
    if out.is_dir() and any(out.iterdir()):
        raise UserError(f"{out}: expected a new folder or that of this study, got another one; name another --out")
    with writing(note):
        write_whole(note, [json.dumps(said, indent=1).encode()])


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """Limits the threads of linear algebra to one, if the package that can is installed, as with scikit-learn."""
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:
        yield
        return
    with threadpool_limits(1):
        yield
