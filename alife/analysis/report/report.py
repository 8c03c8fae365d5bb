"""`alife inspect`: the findings of every instrument that applies to a genome or a run, on one page."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alife.analysis.report.finding import Finding, Link
from alife.analysis.report.measuring import Part, instruments
from alife.analysis.report.measuring import measure as measured
from alife.analysis.report.page import page
from alife.analysis.report.subject import Subject, load
from alife.analysis.report.summary import print_summary
from alife.atomic_files import exists, write_whole
from alife.errors import UserError

PAGE = "report.html"  # in a run folder


@dataclass(frozen=True)
class Report:
    """Findings about a genome or a run. title: of the summary. page: the file that was written."""

    title: str
    findings: list[Finding]
    page: Path


def inspect(path: Path, out: Path | None = None, progress: Part | None = None) -> Report:
    """Measures a genome or a run, and writes the page.

    Args:
        path: a genome file or a run folder, or the name of a genome that `list genomes` shows.
        out: the page; by default report.html in the run folder, or <genome>-report.html in the current folder.
        progress: called before each instrument measures.

    Raises:
        UserError: there is no such genome or run, it is damaged, or the page cannot be written.
    """
    subject = load(path)
    target = out or (path / PAGE if subject.run else Path(f"{path.stem}-report.html"))
    _check_writable(target)
    findings = list(measured(subject, instruments(), progress=progress).findings.values())
    _write(subject, findings, target)
    return Report(f"{subject.name}: {_subtitle(subject)}", findings, target)


def tell(report: Report, as_json: bool = False) -> None:
    """Prints a report on standard output: a summary, or as JSON all of it."""
    if as_json:
        print(json.dumps(_plain(report.findings, report.page)))
    else:
        print_summary(report.title, report.findings, report.page)


def write_quick_page(root: Path) -> Path | None:
    """Writes the page of a run with the findings of the quick instruments.

    An error is printed on standard error and not raised, because the run is complete without its page.

    Args:
        root: the run folder.

    Returns:
        The page, or None if it could not be made.
    """
    target = root / PAGE
    try:
        subject = load(root)
        _write(subject, measure(subject, quick=True), target)
    except Exception as error:  # noqa: BLE001  the run itself has succeeded
        print(f"alife: {target} could not be made: {type(error).__name__}: {error}".replace("\n", " "), file=sys.stderr)
        return None
    return target


def _write(subject: Subject, findings: Sequence[Finding], target: Path) -> None:
    write_whole(
        target, [page(subject.name, _subtitle(subject), findings, target.parent).encode(errors="backslashreplace")]
    )


def _check_writable(target: Path) -> None:
    """Fails before minutes of measuring instead of after them. Raises UserError."""
    if exists(target) and not target.is_file():
        raise UserError(f"{target}: expected a file, got a folder or a device; name another --out")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=target.parent):
            pass
    except OSError as error:
        raise UserError(f"{target}: expected a writable folder, got {error.strerror}; name another --out") from None


def measure(subject: Subject, quick: bool = False) -> list[Finding]:
    """Returns the findings of the default report, in the order of the page.

    Args:
        subject: a genome or a run.
        quick: only those of the quick instruments.
    """
    chosen = {name: one for name, one in instruments().items() if one.quick or not quick}
    return list(measured(subject, chosen).findings.values())


def _subtitle(subject: Subject) -> str:
    what = "run" if subject.run else "saved genome"
    return f"{what} in the world {subject.config.names['world']}" if subject.config else what


def _plain(findings: Sequence[Finding], target: Path) -> dict[str, Any]:
    out: dict[str, Any] = {"report": str(target)}
    for finding in findings:
        tables = {
            table.title: [dict(zip(table.columns, map(_json, row), strict=True)) for row in table.rows]
            for table in finding.tables
        }
        out[finding.title] = {"text": finding.text, "facts": finding.facts, **tables}
    return out


def _json(value: Any) -> Any:
    return str(value.file) if isinstance(value, Link) else value
