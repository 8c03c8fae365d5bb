"""Lineage: descent of the living, their common ancestors, and how long agents live."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alife.analysis.instruments.shared.base import Instrument
from alife.analysis.instruments.shared.base import NoParams as Params
from alife.analysis.report.chart import Line, lines
from alife.analysis.report.descent import Phylogeny, branches, carriers
from alife.analysis.report.family import family
from alife.analysis.report.finding import Facts, Finding, NotApplicable
from alife.analysis.report.subject import Measurable, Subject, as_subject
from alife.experiment.records.lineage_csv import read_lineage

TITLE = "Lineage"
SHOWN = 40  # lines of descent, at most
LARGEST = 2**30  # bytes of lineage.csv: some 30 million agents
TEXT = (
    "Each row is a line of descent from the agent whose id is beside it to a living agent; ×n: it stands for n of the "
    "living. Going back in time the lines of the living meet, until a few ancestors have all of them as descendants."
)


@dataclass(frozen=True)
class Result:
    """The phylogeny of a run.

    Attributes:
        tree: every agent on record, [A].
        until: [A] step until which each agent carries a line to the living; -1: never, the last step plus 1: it lives.
        ancestors: [T] number of ancestors of the living at each step, 0 if none lives at the end.
        founders: number of agents without parents on record that have living descendants.
    """

    tree: Phylogeny
    until: np.ndarray
    ancestors: np.ndarray
    founders: int


class Lineage(Instrument[Params]):
    """Facts and curves of lineage.csv."""

    order = 4
    quick = True
    of_run = True
    definition = (
        "ancestors of the living at step t: agents born by t that are alive at the end, or have a child born after t "
        "whose descendants are; the last common ancestor is the latest time at which it is one agent\n"
        "survival at age a: share of the dead with died - born >= a; the living are left out"
    )

    def measure(self, subject: Subject) -> Finding | None:
        """Returns the descent of the living. Raises NotApplicable for a single genome."""
        if subject.run is None:
            raise NotApplicable("a saved genome has no lineage.csv; name its run")
        file = subject.run.lineage
        if file.exists() and file.stat().st_size > LARGEST:
            return Finding(TITLE, f"Not measured: lineage.csv is larger than {LARGEST:,} bytes.")
        tree = read(subject)
        if tree is None:
            return Finding(TITLE, "lineage.csv is missing or has no complete row.")
        found = _result(tree)
        until, alive = found.until, found.ancestors
        text, drawn = _tree(tree, until, int(alive[-1]), subject.unit)
        charts = [*drawn, *_curves(tree, alive, subject.unit)]
        return Finding(TITLE, text, _facts(tree, until, alive, subject.unit), charts=charts)


def measure(subject: Measurable) -> Result:
    """Reads the phylogeny of a run.

    Args:
        subject: a run.

    Raises:
        NotApplicable: a single genome, or no complete row of lineage.csv.
    """
    subject = as_subject(subject)
    tree = read(subject)
    if tree is None:
        raise NotApplicable("it needs a run whose lineage.csv has a complete row")
    return _result(tree)


def _result(tree: Phylogeny) -> Result:
    until = carriers(tree)
    return Result(tree, until, ancestral_lines(tree, until), _founders(tree, until))


def read(subject: Subject) -> Phylogeny | None:
    """Returns the phylogeny of a run; None if lineage.csv is missing, empty or damaged."""
    table = read_lineage(subject.run.lineage) if subject.run else None
    if table is None:
        return None
    ids, parent_ids, born, died = table[np.argsort(table[:, 0], kind="stable")].T
    parents = np.searchsorted(ids, parent_ids)
    parents = np.minimum(parents, len(ids) - 1)
    known = (ids[parents] == parent_ids) & (parents < np.arange(len(ids))) & (born[parents] < born)
    return Phylogeny(ids, np.where(known, parents, -1), born, died)


def ancestral_lines(tree: Phylogeny, until: np.ndarray) -> np.ndarray:
    """Returns the number of ancestors of the living at each step: [end + 1], 0 if no agent is alive at the end.

    until: [A] as `carriers` returns it.
    """
    carried = until >= 0
    change = np.zeros(int(tree.end) + 2)
    np.add.at(change, tree.born[carried].astype(int), 1)
    np.add.at(change, until[carried].astype(int), -1)
    found: np.ndarray = np.cumsum(change)[:-1].astype(int)
    return found


def survivors(tree: Phylogeny, ages: np.ndarray) -> np.ndarray:
    """Returns the share of the dead that reached each age: [K], 0 to 1. ages: [K] steps."""
    spans = np.sort(_spans(tree))
    share: np.ndarray = 1 - np.searchsorted(spans, ages, side="left") / max(len(spans), 1)
    return share


def _spans(tree: Phylogeny) -> np.ndarray:
    spans: np.ndarray = (tree.died - tree.born)[np.isfinite(tree.died)]
    return spans


def _facts(tree: Phylogeny, until: np.ndarray, alive: np.ndarray, unit: str) -> Facts:
    facts: Facts = {"agents on record": len(tree.ids)}
    if _spans(tree).max(initial=0) > 1:
        facts[f"longest life, {unit}"] = int((np.minimum(tree.died, tree.end) - tree.born).max())
    if not alive[-1]:
        return {**facts, "alive at the end": "none on record"}
    founders = _founders(tree, until)
    facts["founders of the living"] = founders
    if founders == 1:
        facts[f"last common ancestor, {unit[:-1]}"] = int(np.flatnonzero(alive == 1)[-1])
    return facts


def _founders(tree: Phylogeny, until: np.ndarray) -> int:
    """Returns the number of agents without parents on record that have living descendants."""
    return int(((tree.parents < 0) & (until >= 0)).sum())


def _tree(tree: Phylogeny, until: np.ndarray, living: int, unit: str) -> tuple[str, list[str]]:
    """Returns the text, and the drawing of the tree if the living have ancestors on record."""
    if not living:
        return "No agent is on record as alive at the end.", []
    if 2 * _founders(tree, until) > living:
        return (
            "Most of the living have no parents on record: founders, or genomes of a strategy that records none.",
            [],
        )
    shown, count = branches(tree, until, SHOWN)
    more = f" Shown: the {len(shown)} lines with most living descendants, of {count:,}." if count > len(shown) else ""
    return TEXT + more, [family(tree, shown, unit)]


def _curves(tree: Phylogeny, alive: np.ndarray, unit: str) -> list[str]:
    """Returns the curve of the number of ancestors; and, if lifetimes differ, that of survival."""
    number = Line("ancestors", np.maximum(alive, 1).astype(float), 0)
    charts = [lines("number of ancestors of the living", np.arange(len(alive)), [number], unit, logs=True)]
    charts = charts if alive[-1] and len(alive) > 1 else []
    longest = int(_spans(tree).max(initial=0))
    if longest > 1:
        ages = np.arange(longest + 1)
        charts.append(
            lines("share of the dead that reached this age", ages, [Line("", survivors(tree, ages), 2)], unit)
        )
    return charts
