"""Lineage: who of the dead has descendants today, how far back the living meet, and how long agents live."""

from __future__ import annotations

import numpy as np

from alife.analysis.report.chart import Line, lines
from alife.analysis.report.descent import Phylogeny, branches, carriers
from alife.analysis.report.family import family
from alife.analysis.report.finding import Facts, Finding
from alife.analysis.report.subject import Subject
from alife.config import params
from alife.experiment.records.lineage_csv import read_lineage

TITLE = "Lineage"
SHOWN = 40  # lines of descent
MOST = 2**30  # bytes of lineage.csv: some 30 million agents
TEXT = (
    "Each row is a line of descent from the agent named beside it to someone alive; × tells for how many of the living "
    "it stands. Going back in time the lines of those alive at the end meet, until few ancestors carry all of them."
)


class Params(params.Params):
    """Nothing to set."""


class Lineage:
    """The facts of lineage.csv."""

    order = 4
    quick = True

    def __init__(self, settings: Params) -> None:
        self.settings = settings

    def measure(self, subject: Subject) -> Finding | None:
        """Ancestry of the living; None for a single genome."""
        if subject.run is None:
            return None
        file = subject.run.lineage
        if file.exists() and file.stat().st_size > MOST:
            return Finding(TITLE, f"lineage.csv holds more than {MOST:,} bytes; this page reads no more.")
        tree = read(subject)
        if tree is None:
            return Finding(TITLE, "lineage.csv is not there, or holds no sound row.")
        until = carriers(tree)
        alive = ancestral_lines(tree, until)
        text, drawn = _tree(tree, until, int(alive[-1]), subject.unit)
        charts = [*drawn, *_curves(tree, alive, subject.unit)]
        return Finding(TITLE, text, _facts(tree, until, alive, subject.unit), charts=charts)


def read(subject: Subject) -> Phylogeny | None:
    """The lineage of a run; None where lineage.csv is absent, empty or damaged."""
    table = read_lineage(subject.run.lineage) if subject.run else None
    if table is None:
        return None
    ids, parent_ids, born, died = table[np.argsort(table[:, 0], kind="stable")].T
    parents = np.searchsorted(ids, parent_ids)
    parents = np.minimum(parents, len(ids) - 1)
    known = (ids[parents] == parent_ids) & (parents < np.arange(len(ids))) & (born[parents] < born)
    return Phylogeny(ids, np.where(known, parents, -1), born, died)


def ancestral_lines(tree: Phylogeny, until: np.ndarray) -> np.ndarray:
    """[end + 1] how many agents at each step carry the lines of those alive at the end, 0 where nobody is."""
    carried = until >= 0
    change = np.zeros(int(tree.end) + 2)
    np.add.at(change, tree.born[carried].astype(int), 1)
    np.add.at(change, until[carried].astype(int), -1)
    found: np.ndarray = np.cumsum(change)[:-1].astype(int)
    return found


def survivors(tree: Phylogeny, ages: np.ndarray) -> np.ndarray:
    """[ages] share of the dead that had reached each age, steps."""
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
    facts["founders with heirs"] = founders
    if founders == 1:
        facts[f"common ancestor, {unit[:-1]}"] = int(np.flatnonzero(alive == 1)[-1])
    return facts


def _founders(tree: Phylogeny, until: np.ndarray) -> int:
    """How many without parents on record carry lines of the living."""
    return int(((tree.parents < 0) & (until >= 0)).sum())


def _tree(tree: Phylogeny, until: np.ndarray, living: int, unit: str) -> tuple[str, list[str]]:
    """What is said of the tree, and the tree, where there is one to speak of."""
    if not living:
        return "Nobody is on record as alive at the end.", []
    if 2 * _founders(tree, until) > living:
        return "Most of those alive have no parents on record: founders, or genomes whose strategy names none.", []
    shown, count = branches(tree, until, SHOWN)
    more = f" Shown: the {len(shown)} lines that carry most, of {count:,}." if count > len(shown) else ""
    return TEXT + more, [family(tree, shown, unit)]


def _curves(tree: Phylogeny, alive: np.ndarray, unit: str) -> list[str]:
    """How few carry the living; and, where lives differ in length, how old agents grow."""
    few = Line("ancestors", np.maximum(alive, 1).astype(float), 0)
    charts = [lines("ancestors of those alive at the end", np.arange(len(alive)), [few], unit, logs=True)]
    charts = charts if alive[-1] and len(alive) > 1 else []
    longest = int(_spans(tree).max(initial=0))
    if longest > 1:
        ages = np.arange(longest + 1)
        charts.append(lines("share of the dead that reached an age", ages, [Line("", survivors(tree, ages), 2)], unit))
    return charts
