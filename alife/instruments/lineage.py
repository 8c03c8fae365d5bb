"""Lineage: who of the dead has descendants today, how far back the living meet, and how long agents live."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np

from alife import params
from alife.instruments.finding import LEAF, SKY, Facts, Finding, Picture, drawing, svg
from alife.instruments.subject import Subject

TITLE = "Lineage"


class Params(params.Params):
    """Nothing to set."""


@dataclass(frozen=True)
class Phylogeny:
    """Every agent of a run, by id. All [A].

    ids: ascending. parents: index into these arrays, -1 for a founder. born, died: steps; died is inf for the living.
    """

    ids: np.ndarray
    parents: np.ndarray
    born: np.ndarray
    died: np.ndarray


class Lineage:
    """The facts of lineage.csv."""

    order = 60

    def __init__(self, settings: Params) -> None:
        self.settings = settings

    def measure(self, subject: Subject) -> Finding | None:
        """Ancestry of the living; None for a single genome."""
        if subject.run is None:
            return None
        tree = read_lineage(subject)
        if tree is None:
            return Finding(TITLE, "lineage.csv is not there, or holds no sound row.")
        text = (
            "An agent that splits goes on living, so a line of descent is the agent itself until its child is born. "
            "Going back in time the lines of those alive at the end meet, until few ancestors carry all of them."
        )
        end = _end(tree)
        lines = ancestral_lines(tree, end)
        return Finding(TITLE, text, _facts(tree, lines, end), pictures=[_picture(tree, lines)])


def read_lineage(subject: Subject) -> Phylogeny | None:
    """lineage.csv without a last row that a kill cut short; None where it is absent, empty or damaged."""
    if subject.run is None or not subject.run.lineage.exists():
        return None
    text = subject.run.lineage.read_bytes()
    text = text[: text.rfind(b"\n") + 1].translate(None, b"[]").replace(b"none", b"-1")
    if text.count(b"\n") < 2:
        return None
    try:
        table = np.loadtxt(io.BytesIO(text), delimiter=",", skiprows=1, usecols=(0, 1, 2, 3), ndmin=2)
    except ValueError:
        return None
    ids, parent_ids, born, died = table[np.argsort(table[:, 0])].T
    parents = np.searchsorted(ids, parent_ids)
    known = ids[np.minimum(parents, len(ids) - 1)] == parent_ids
    return Phylogeny(ids, np.where(known, parents, -1), born, died)


def ancestral_lines(tree: Phylogeny, end: float) -> np.ndarray:
    """[end + 1] how many agents at each step carry the lines of those alive at the end, 0 where nobody is."""
    until = np.where(np.isinf(tree.died), end + 1, -1.0)  # the step before which an agent carries a line; -1: never
    young = np.flatnonzero(until > 0)
    while young.size:
        young = young[tree.parents[young] >= 0]
        parents = tree.parents[young]
        fresh = np.unique(parents[until[parents] < 0])
        np.maximum.at(until, parents, tree.born[young])
        young = fresh
    carried = until >= 0
    change = np.zeros(int(end) + 2)
    np.add.at(change, tree.born[carried].astype(int), 1)
    np.add.at(change, until[carried].astype(int), -1)
    lines: np.ndarray = np.cumsum(change)[:-1].astype(int)
    return lines


def survivors(tree: Phylogeny, ages: np.ndarray) -> np.ndarray:
    """[ages] share of the dead that had reached each age, steps."""
    spans = np.sort((tree.died - tree.born)[np.isfinite(tree.died)])
    share: np.ndarray = 1 - np.searchsorted(spans, ages, side="left") / max(len(spans), 1)
    return share


def _end(tree: Phylogeny) -> float:
    finite = tree.died[np.isfinite(tree.died)]
    return float(max(tree.born.max(), finite.max(initial=0)))


def _facts(tree: Phylogeny, lines: np.ndarray, end: float) -> Facts:
    spans = (np.minimum(tree.died, end) - tree.born).astype(int)
    facts: Facts = {"agents on record": len(tree.ids), "longest life, steps": int(spans.max())}
    if not lines[-1]:
        return {**facts, "alive at the end": "none on record"}
    facts["founders with heirs"] = int(lines[0])
    if lines[0] == 1:
        facts["common ancestor, step"] = int(np.flatnonzero(lines == 1)[-1])
    return facts


def _picture(tree: Phylogeny, lines: np.ndarray) -> Picture:
    with drawing(1, 2, 2.3) as (figure, (descent, ages)):
        descent.plot(lines, color=SKY, lw=1.4)
        descent.set(title="ancestors of those alive at the end", xlabel="step", ylim=(0.8, None))
        descent.set_yscale("log")
        spans = tree.died[np.isfinite(tree.died)] - tree.born[np.isfinite(tree.died)]
        steps = np.arange(int(spans.max(initial=1)) + 1)
        ages.plot(steps, survivors(tree, steps), color=LEAF, lw=1.4)
        ages.set(title="share of the dead that reached an age", xlabel="age, steps", ylim=(0, 1.02))
        return Picture("How few carried on the lines of the living, and how old agents grew.", svg(figure))
