"""Instruments at work: which of them a report has, with which Params, and what each finds or why it finds nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from alife.analysis.instruments.shared.base import Instrument
from alife.analysis.report.finding import Finding, NotApplicable
from alife.analysis.report.subject import Subject
from alife.atomic_files import DamagedError
from alife.config import registry
from alife.config.construct import construct
from alife.config.declarations import read, refuse, shown_item
from alife.config.params import Params, validate
from alife.config.yaml_source import Document, parse
from alife.errors import LocatedError, UserError

Instruments = Mapping[str, Instrument[Params]]
Part = Callable[[str, int, int, bool, str], None]  # name, number and total of what is next; if it takes long; its cost


@dataclass(frozen=True)
class Selection:
    """Instruments that measure, and how.

    instruments: by name, in the order of the page. asked: True if each was asked for by name; otherwise the long ones
    are left out. progress: called before each measures.
    """

    instruments: Instruments
    asked: bool = False
    progress: Part | None = None

    def along(self, label: str, place: int, total: int) -> Selection:
        """Returns the selection for one of `total` subjects, whose progress counts the instruments of all.

        label: of the subject. place: its number, from 0.
        """
        progress, each = self.progress, len(self.instruments)

        def part(name: str, number: int, _: int, long: bool, cost: str) -> None:
            costs = f"{total} times {cost}" if cost and not place else ""
            if progress:
                progress(f"{name} of {label}", place * each + number, total * each, long and not place, costs)

        return replace(self, progress=part)


@dataclass(frozen=True)
class Measured:
    """Findings of instruments in a subject.

    findings: instrument -> its section, in the order of the page. reasons: instrument -> why it does not apply. left:
    long instrument that was not asked for -> its cost, "" if it gives none.
    """

    findings: dict[str, Finding] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    left: dict[str, str] = field(default_factory=dict)


def instruments(only: Sequence[str] = (), assignments: Sequence[str] = ()) -> dict[str, Instrument[Params]]:
    """Returns instruments by name, in the order of the page.

    Args:
        only: names of instruments; none: all of them.
        assignments: changes of their Params, `instrument.key=value`.

    Raises:
        UserError: there is no such instrument, or a value does not fit.
    """
    for name in only:
        registry.path("instruments", name)  # an unknown name is an error that names the nearest one
    given = _given(only, assignments)
    made = {name: _made(name, given) for name in registry.names("instruments") if not only or name in only}
    return dict(sorted(made.items(), key=lambda item: item[1].order))


def measure(subject: Subject, selection: Selection) -> Measured:
    """Returns what the selected instruments find in a genome or a run."""
    out, chosen = Measured(), selection.instruments
    soon = {name: one for name, one in chosen.items() if selection.asked or not one.long}
    for name in [name for name in chosen if name not in soon]:
        cost = _cost(chosen[name], subject)
        if isinstance(cost, NotApplicable):
            out.reasons[name] = str(cost)
        else:
            out.left[name] = cost
    for number, (name, instrument) in enumerate(soon.items()):
        if selection.progress:
            cost = _cost(instrument, subject)
            costs = "" if isinstance(cost, NotApplicable) else cost
            selection.progress(name, number, len(soon), not instrument.quick, costs)
        found = _found(instrument, "measure", subject)
        if isinstance(found, Finding):
            out.findings[name] = found
        else:
            out.reasons[name] = str(found) if found else _plain_reason(subject)
    return replace(out, reasons={name: out.reasons[name] for name in chosen if name in out.reasons})


def compared(instrument: Instrument[Params], first: Subject, second: Subject) -> Finding | NotApplicable | None:
    """Returns what an instrument finds between two subjects, or why it cannot; None if it compares nothing."""
    return _found(instrument, "compare", first, second)


def _given(only: Sequence[str], assignments: Sequence[str]) -> Document:
    """Returns the changed Params by instrument. Raises UserError for one of an instrument that is not measured."""
    given = parse("{}", "--set")
    for assignment in assignments:
        name, equals, _ = assignment.partition("=")
        instrument, dot, key = name.partition(".")
        if not (equals and dot and instrument and key):
            raise UserError(
                f"--set {assignment}: expected instrument.key=value, such as --set fresh.episodes=500; see list "
                "instruments NAME"
            )
        try:
            registry.path("instruments", instrument)
        except UserError as error:
            raise UserError(f"--set {assignment}: {error}") from None
        if only and instrument not in only:
            write = ",".join([*only, instrument])
            raise UserError(f"--set {assignment}: expected an instrument of --only, got {instrument}; add it: {write}")
        given.override(assignment)
    return given


def _made(name: str, given: Document) -> Instrument[Params]:
    """Returns one instrument with its Params. Raises UserError for what does not fit or is declared wrongly."""
    kind: type[Instrument[Params]] = registry.find("instruments", name)
    model = registry.find_params("instruments", name)
    made: Instrument[Params] = construct(
        "instruments", kind, validate(model, given.values.get(name, {}), given, (name,))
    )
    order, definition = (getattr(kind, key, None) for key in ("order", "definition"))
    if isinstance(order, bool) or not isinstance(order, int | float):
        refuse(kind, "order", "a number, the place on the page", shown_item(order), "order = 15")
    for key in ("quick", "long", "of_run", "followed"):
        if not isinstance(getattr(kind, key, None), bool):
            refuse(kind, key, "True or False", shown_item(getattr(kind, key, None)), f"{key} = True")
    if not isinstance(definition, str):
        refuse(kind, "definition", "text", shown_item(definition), 'definition = "formula and source"')
    return made


def _found(instrument: Instrument[Params], method: str, *subjects: Subject) -> Finding | NotApplicable | None:
    """Returns what a method finds in subjects. Raises LocatedError for what it raises, and for something else."""
    try:
        with np.errstate(all="ignore"):  # of genes so large that sums overflow, figures are NaN
            found: Finding | None = read(instrument, method, *subjects)
    except LocatedError as error:
        return _reason(error)
    if found is not None and not (isinstance(found, Finding) and isinstance(found.title, str)):
        write = 'return Finding("Title", "what it means", {"label": value})'
        refuse(type(instrument), method, "a Finding with a title, or None", shown_item(found), write)
    if found is not None:
        found.definition = found.definition or instrument.definition
    return found


def _cost(instrument: Instrument[Params], subject: Subject) -> str | NotApplicable:
    """Returns what measuring will cost, or why an instrument does not apply. Raises LocatedError for what it raises."""
    try:
        cost: str = read(instrument, "cost", subject)
    except LocatedError as error:
        return _reason(error)
    if not isinstance(cost, str):
        refuse(type(instrument), "cost", "text", shown_item(cost), 'return "2,000 episodes, about 40 s"')
    return cost


def _reason(error: LocatedError) -> NotApplicable:
    """Returns why an instrument does not apply: it says so, or a file is damaged. Raises any other error."""
    if isinstance(error.__cause__, NotApplicable):
        return error.__cause__
    if isinstance(error.__cause__, DamagedError):
        return NotApplicable(str(error.__cause__))
    raise error


def _plain_reason(subject: Subject) -> str:
    if subject.run is None:
        return "it has nothing to measure in this saved genome"
    return "it has nothing to measure in this run" + (", which is extinct" if subject.genome is None else "")
