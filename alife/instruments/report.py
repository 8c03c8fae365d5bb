"""`alife inspect`: every instrument that has something to say about a genome or a run, on one page."""

from __future__ import annotations

import json
import shutil
import tempfile
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from alife import registry
from alife.files import write_whole
from alife.instruments.finding import Finding
from alife.instruments.page import figure, page
from alife.instruments.subject import Subject, load
from alife.registry import UserError


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
    target = out or (path / "report.html" if subject.run else Path(f"{path.stem}-report.html"))
    _check_writable(target)
    findings = measure(subject)
    write_whole(target, [page(subject.name, _subtitle(subject), findings).encode()])
    print(json.dumps(_plain(findings, target)) if as_json else _words(subject, findings, target))


def _check_writable(target: Path) -> None:
    """Before minutes of measuring. Raises UserError."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=target.parent):
            pass
    except OSError as error:
        raise UserError(f"{target}: expected a place for the page, got {error.strerror}; name another --out") from None


def measure(subject: Subject) -> list[Finding]:
    """What each instrument finds, in their order."""
    kinds = [(registry.find("instruments", name), name) for name in registry.names("instruments")]
    instruments = [
        kind(registry.find_params("instruments", name)())
        for kind, name in sorted(kinds, key=lambda pair: pair[0].order)
    ]
    findings = [instrument.measure(subject) for instrument in instruments]
    return [finding for finding in findings if finding is not None]


def _subtitle(subject: Subject) -> str:
    what = "A run" if subject.run else "A saved genome"
    world = f" of the world {subject.config.names['world']}" if subject.config else ""
    return what + world


def _plain(findings: Sequence[Finding], target: Path) -> dict[str, Any]:
    out: dict[str, Any] = {"report": str(target)}
    for finding in findings:
        tables = {
            table.title: [dict(zip(table.columns, row, strict=True)) for row in table.rows] for table in finding.tables
        }
        out[finding.title] = {"text": finding.text, "facts": finding.facts, **tables}
    return out


def _words(subject: Subject, findings: Sequence[Finding], target: Path) -> str:
    """Facts as lines that fit the terminal; the assay's scores in full."""
    width = min(shutil.get_terminal_size().columns, 100)
    lines = [f"{subject.name}: {_subtitle(subject)[0].lower()}{_subtitle(subject)[1:]}"]
    for finding in findings:
        lines += ["", finding.title]
        facts = ", ".join(f"{name} {figure(value)}" for name, value in finding.facts.items()) or finding.text
        lines += textwrap.wrap(facts, width, initial_indent="  ", subsequent_indent="  ")
        for table in finding.tables:
            if table.title == "Scores":
                lines += [f"  {row[0]:<12} {row[1]:+.2f}  ({row[2]:+.2f} to {row[3]:+.2f})" for row in table.rows]
    return "\n".join([*lines, "", f"report: {target}"])
