"""`alife inspect`: what instruments find in a genome, a run, a folder of genomes, a sweep, or two genomes."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from alife.analysis.report.compare import compare
from alife.analysis.report.finding import Finding
from alife.analysis.report.form import Form
from alife.analysis.report.gallery import gallery, genomes_in
from alife.analysis.report.measuring import Part, Selection, instruments
from alife.analysis.report.measuring import measure as measured
from alife.analysis.report.page import page
from alife.analysis.report.plain import to_json
from alife.analysis.report.seeds import seeds, sweep_of
from alife.analysis.report.single import PAGE, single, subtitle
from alife.analysis.report.subject import Subject, load
from alife.analysis.report.summary import print_summary
from alife.atomic_files import exists, write_whole
from alife.config import registry
from alife.errors import UserError
from alife.experiment.records.run_folder import RunFolder

SUFFIXES = (".html", ".htm")  # of a page


@dataclass(frozen=True)
class Report:
    """Findings. title: of the summary. page: the file that was written, None if there is none."""

    title: str
    findings: list[Finding]
    page: Path | None


def inspect(
    path: Path,
    out: Path | None = None,
    progress: Part | None = None,
    only: Sequence[str] = (),
    assignments: Sequence[str] = (),
    beside: Path | None = None,
) -> Report:
    """Measures what a path names, and writes the page where one is wanted.

    Args:
        path: a genome file or a run folder, the name of a genome that `list genomes` shows, a folder of genomes, or
            that of a sweep.
        out: the page; without it one is written for the whole report of a run or a sweep, report.html in its folder.
        progress: called before each instrument measures.
        only: names of instruments, long ones too; none: all that are not long.
        assignments: changes of their Params, `instrument.key=value`.
        beside: a second genome or run, to compare with the first.

    Raises:
        UserError: there is no such genome or run, it is damaged, none of `only` applies, or the page cannot be written.
    """
    selection = Selection(instruments(only, assignments), bool(only), progress)
    form = _form(path, beside, selection)
    target = out or form.page
    if target:
        _check_writable(target)
    findings = form.measure()
    if target:
        _write(form, findings, target)
    return Report(f"{form.title}: {form.subtitle}", findings, target)


def tell(report: Report, as_json: bool = False) -> None:
    """Prints a report on standard output: a summary, or as JSON all of it."""
    if as_json:
        print(to_json(report.title, report.findings, report.page))
    else:
        print_summary(report.title, report.findings, report.page)


def measure(subject: Subject, quick: bool = False, progress: Part | None = None) -> list[Finding]:
    """Returns the findings of the default report, in the order of the page.

    Args:
        subject: a genome or a run.
        quick: only those of the quick instruments.
        progress: called before each instrument measures.
    """
    chosen = {name: one for name, one in instruments().items() if one.quick or not quick}
    return list(measured(subject, Selection(chosen, progress=progress)).findings.values())


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
        findings = measure(subject, quick=True)
        _write(Form(subject.name, subtitle(subject), target, lambda: findings), findings, target)
    except Exception as error:  # noqa: BLE001  the run itself has succeeded
        print(f"alife: {target} could not be made: {type(error).__name__}: {error}".replace("\n", " "), file=sys.stderr)
        return None
    return target


def _form(path: Path, beside: Path | None, selection: Selection) -> Form:
    """Returns the form of the command that its paths ask for. Raises UserError."""
    if beside is not None:
        for one in (path, beside):
            RunFolder(one).check_single()
        return compare((load(path), load(beside)), (path, beside), selection)
    made = sweep_of(path)
    if made:
        return seeds(path, made, selection)
    RunFolder(path).check_single()
    place = registry.located("genomes", path)
    if place.is_dir() and not RunFolder(place).is_run() and not registry.hides("genomes", place):
        entries = genomes_in(place)
        if entries:
            return gallery(place, entries, selection)
    return single(load(path), path, selection)


def _write(form: Form, findings: Sequence[Finding], target: Path) -> None:
    text = page(form.title, form.subtitle, findings, target.parent)
    write_whole(target, [text.encode(errors="backslashreplace")])


def _check_writable(target: Path) -> None:
    """Fails before minutes of measuring instead of after them, and before a genome or a table is replaced.

    Raises:
        UserError: the name is not that of a page, or nothing can be written there.
    """
    if exists(target) and not target.is_file():
        raise UserError(f"{target}: expected a file, got a folder or a device; name another --out")
    if target.suffix.lower() not in SUFFIXES:
        raise UserError(
            f"--out: expected a file name ending in .html, got {target}; write {target.name or 'page'}.html"
        )
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=target.parent):
            pass
    except OSError as error:
        raise UserError(f"{target}: expected a writable folder, got {error.strerror}; name another --out") from None
