"""`alife inspect`: every instrument that has something to say about a genome or a run, on one page."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from alife.analysis.report.finding import Finding, Link
from alife.analysis.report.page import page
from alife.analysis.report.subject import Subject, load
from alife.analysis.report.summary import say
from alife.atomic_files import write_whole
from alife.config import registry
from alife.errors import UserError

PAGE = "report.html"  # in a run's folder


def inspect(path: Path, out: Path | None = None, as_json: bool = False) -> None:
    """Measure, write the page, and say the main things on standard output.

    Args:
        path: a genome file or a run folder, or the bare name of a genome that `list genomes` shows.
        out: the page; by default report.html in the run's folder, or <genome>-report.html in the current one.
        as_json: print one JSON object instead of words.

    Raises:
        UserError: there is no such genome or run, it is damaged, or the page cannot be written.
    """
    subject = load(path)
    target = out or (path / PAGE if subject.run else Path(f"{path.stem}-report.html"))
    _check_writable(target)
    findings = measure(subject)
    _write(subject, findings, target)
    if as_json:
        print(json.dumps(_plain(findings, target)))
    else:
        say(f"{subject.name}: {_subtitle(subject)}", findings, target)


def sketch(root: Path) -> Path | None:
    """Write a run's page, with what is told in a moment; a run is as good without, so what is wrong is only said.

    Returns:
        The page, or None where it could not be made.
    """
    target = root / PAGE
    try:
        subject = load(root)
        _write(subject, measure(subject, quick=True), target)
    except Exception as error:  # noqa: BLE001  a finished run stays finished
        print(f"alife: {target} could not be made: {type(error).__name__}: {error}".replace("\n", " "), file=sys.stderr)
        return None
    return target


def _write(subject: Subject, findings: Sequence[Finding], target: Path) -> None:
    write_whole(target, [page(subject.name, _subtitle(subject), findings, target.parent).encode()])


def _check_writable(target: Path) -> None:
    """Before minutes of measuring. Raises UserError."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=target.parent):
            pass
    except OSError as error:
        raise UserError(f"{target}: expected a place for the page, got {error.strerror}; name another --out") from None


def measure(subject: Subject, quick: bool = False) -> list[Finding]:
    """What each instrument finds, in their order. quick: only of those that read what lies in the run's folder."""
    kinds = [(registry.find("instruments", name), name) for name in registry.names("instruments")]
    instruments = [
        kind(registry.find_params("instruments", name)())
        for kind, name in sorted(kinds, key=lambda pair: pair[0].order)
        if not quick or getattr(kind, "quick", False)
    ]
    findings = [instrument.measure(subject) for instrument in instruments]
    return [finding for finding in findings if finding is not None]


def _subtitle(subject: Subject) -> str:
    what = "a run" if subject.run else "a saved genome"
    world = f" of the world {subject.config.names['world']}" if subject.config else ""
    return what + world


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
