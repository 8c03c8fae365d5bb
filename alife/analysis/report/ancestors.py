"""Genomes that a run kept of its champion's ancestors, and what instruments find in each, from the oldest on.

A run keeps the champion of each checkpoint (champions/), its elite archive (hall/), and all living agents, or the last
generation, of the checkpoints that are left. Those on the champion's line of descent in lineage.csv are its ancestors.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from alife.analysis.instruments.lineage import LARGEST
from alife.analysis.instruments.lineage import read as read_phylogeny
from alife.analysis.report.chart import Line, lines
from alife.analysis.report.figures import columns, number, numeric
from alife.analysis.report.finding import Finding, Table
from alife.analysis.report.measuring import Measured, Selection, measure
from alife.analysis.report.subject import Subject
from alife.atomic_files import DamagedError
from alife.errors import UserError
from alife.experiment.records import checkpoint
from alife.experiment.records.genome import Genome, load_genome

SHARED = ("world", "role", "sensors", "actuators", "seed", "config")  # metadata that all genomes of a run have
MOST = 12  # ancestors that are measured, the oldest and the champion among them
OWN = ("born", "id")  # columns of an ancestor itself
TITLE = "{} along the champion's ancestors"
NONE_KEPT = (
    "Not followed along the champion's ancestors: no genome of one was kept. A run keeps champions, its elite archive "
    "and, with run.keep_checkpoints_every, whole populations."
)
TEXT = (
    "The same measurement of each kept genome on the champion's line of descent, by the {unit} of its birth; facts "
    "that are the same in all are left out. With two parents the line follows the first."
)


@dataclasses.dataclass(frozen=True)
class Ancestor:
    """born: step or generation. id: of the agent."""

    born: float
    id: int
    genome: Genome


def along_ancestors(subject: Subject, measured: Measured, selection: Selection) -> list[Finding]:
    """Returns a section for each instrument that applies to single genomes; one that says so if none was kept.

    Args:
        subject: a run.
        measured: what the instruments found in the run.
        selection: the instruments.
    """
    if subject.genome is None:
        return []
    alone = dataclasses.replace(subject, run=None)
    chosen = selection.instruments
    found = {name: one for name, one in chosen.items() if name in measured.findings}
    of_genomes = {name: one for name, one in found.items() if one.followed and not one.of_run}
    if not of_genomes:
        return []
    line = list(ancestors(subject))
    if len(line) < 2:
        return [Finding("Ancestors", NONE_KEPT)]
    spread = [line[at] for at in np.unique(np.linspace(0, len(line) - 1, MOST).round().astype(int))]
    asked = Selection(of_genomes, True, selection.progress)
    rows: dict[str, list[dict[str, Any]]] = {}
    for place, one in enumerate(spread):
        genome = dataclasses.replace(alone, name=f"id {one.id}", genome=one.genome)
        again = measure(genome, asked.along(f"ancestor {place + 1}", place, len(spread)))
        for name, finding in again.findings.items():
            own = {"born": int(one.born), "id": str(one.id)}
            rows.setdefault(name, []).append({**own, **finding.facts, **own})
    titles = {name: measured.findings[name].title for name in rows}
    return [_section(titles[name], held, subject.unit) for name, held in rows.items() if len(held) > 1]


def ancestors(subject: Subject) -> Iterator[Ancestor]:
    """Yields the kept genomes on the champion's line of descent, from the oldest to the champion itself."""
    assert subject.genome is not None
    born = _line(subject)
    found: dict[int, tuple[np.ndarray, dict[str, float]]] = {}
    for kept in _kept(subject) if born else ():
        for row in np.flatnonzero(np.isin(kept.ids, list(born))):
            traits = {name: float(column[row]) for name, column in kept.traits.items()}
            found.setdefault(int(kept.ids[row]), (np.array(kept.genomes[row]), traits))
    for id_ in sorted(found, key=lambda one: (born[one], one)):
        known = {key: value for key, value in subject.genome.meta.items() if key in SHARED}
        params, traits = found[id_]
        meta = {**known, "id": id_, "step": int(born[id_]), **({"traits": traits} if traits else {})}
        yield Ancestor(born[id_], id_, dataclasses.replace(subject.genome, params=params, meta=meta))


def _line(subject: Subject) -> dict[int, float]:
    """Returns id -> birth of the champion and its ancestors on record; {} if lineage.csv does not have it."""
    assert subject.run is not None
    file, own = subject.run.lineage, _own_id(subject)
    if own is None or not file.exists() or file.stat().st_size > LARGEST:
        return {}
    tree = read_phylogeny(subject)
    if tree is None:
        return {}
    row = int(np.searchsorted(tree.ids, own))
    line: dict[int, float] = {}
    while 0 <= row < len(tree.ids) and (line or tree.ids[row] == own):
        line[int(tree.ids[row])] = float(tree.born[row])
        row = int(tree.parents[row])
    return line


def _own_id(subject: Subject) -> int | None:
    """Returns the champion's id; where its file has none, that of a kept agent with the same genes."""
    assert subject.genome is not None
    own = subject.genome.meta.get("id")
    if isinstance(own, int):
        return own
    same = (kept.ids[(kept.genomes == subject.genome.params).all(axis=1)] for kept in _kept(subject))
    return next((int(ids[-1]) for ids in same if len(ids)), None)


@dataclasses.dataclass(frozen=True)
class _Kept:
    """ids: [K]. genomes: [K, G]. traits: heritable traits of a shared world, [K] each."""

    ids: np.ndarray
    genomes: np.ndarray
    traits: Mapping[str, np.ndarray]


def _kept(subject: Subject) -> Iterator[_Kept]:
    """Yields what the run has kept, the newest first. Damaged files are left out."""
    assert subject.run is not None and subject.genome is not None
    size, names = len(subject.genome.params), tuple(subject.genome.meta.get("traits") or ())
    for folder in (subject.run.champions, subject.run.hall):
        for file in sorted(folder.glob("*.safetensors"), reverse=True):
            try:
                genome = load_genome(file)
            except UserError:
                continue
            if isinstance(genome.meta.get("id"), int) and len(genome.params) == size:
                traits = {name: np.array([value]) for name, value in (genome.meta.get("traits") or {}).items()}
                yield _Kept(np.array([genome.meta["id"]]), genome.params[None], traits)
    for path in reversed(checkpoint.listed(subject.run.checkpoints)):
        try:
            kept = _population(checkpoint.load(path).arrays, names)
        except DamagedError:
            continue
        if kept.genomes.shape[1:] == (size,):
            yield kept


def _population(arrays: Mapping[str, np.ndarray], traits: Sequence[str]) -> _Kept:
    """Returns the living, or the last generation, in a checkpoint; K may be 0. traits: names of their columns."""
    if {"id", "genome", "alive"} <= set(arrays):
        alive = arrays["alive"] > 0
        own = {name: arrays[name][alive] for name in traits if name in arrays}
        return _Kept(arrays["id"][alive], arrays["genome"][alive], own)
    if {"genomes", "generation", "parents"} <= set(arrays) and arrays["generation"][0] > 0:
        count = len(arrays["genomes"])  # generation g, counted from 0, has the ids g * count + row
        ids = (int(arrays["generation"][0]) - 1) * count + np.arange(count)
        return _Kept(ids, arrays["genomes"], {})
    return _Kept(np.zeros(0, np.int64), np.zeros((0, 0)), {})


def _section(title: str, rows: list[dict[str, Any]], unit: str) -> Finding:
    """Returns the section of one instrument. rows: facts of each ancestor."""
    names = [name for name in columns(rows) if name in OWN or len({str(row.get(name)) for row in rows}) > 1]
    born = np.array([row["born"] for row in rows], np.float64)
    curves = {name: values for name, values in numeric(rows).items() if name in names and name not in OWN}
    charts = [lines(name, born, [Line("", np.array(values), 0)], unit) for name, values in curves.items()]
    cells = tuple(tuple(_shown(row.get(name, "")) for name in names) for row in rows)
    table = Table("Ancestors", tuple(names), cells, summary=True)
    text = TEXT.format(unit=unit.removesuffix("s"))
    return Finding(TITLE.format(title), text, {"ancestors": len(rows) - 1}, [table], charts=charts)


def _shown(value: Any) -> Any:
    return value if number(value) is not None else str(value)
