"""Card: summary of a genome: brain, genes, layout, cost of a step, world, and its place in the lineage."""

from __future__ import annotations

from typing import Any

from alife.analysis.instruments.shared.base import Instrument
from alife.analysis.instruments.shared.base import NoParams as Params
from alife.analysis.report.finding import Facts, Finding, NotApplicable, Table
from alife.analysis.report.subject import Subject
from alife.brains.shared.network import Network
from alife.errors import MOST, as_shown

SHOWN = ("world", "seed", "step", "id", "parents", "parent_id", "generation", "clade", "offspring", "fitness")
LABELS = {"bytes state when": "bytes state, only if the gate is open"}


class Card(Instrument[Params]):
    """Facts of a saved genome."""

    order = 10

    def measure(self, subject: Subject) -> Finding | None:
        """Returns facts and tables. Raises NotApplicable for an extinct run."""
        if subject.genome is None or subject.brain is None:
            raise NotApplicable("no agent of this run is alive, and it saved no champion; name a genome")
        text = "The genes of one agent, the brain they unfold into, and their origin."
        return Finding("The genome", text, self._facts(subject), [_layout(subject), _cost(subject)])

    def _facts(self, subject: Subject) -> Facts:
        assert subject.genome is not None
        meta = subject.genome.meta
        traits = meta.get("traits") or {}
        facts: Facts = {"brain": _brain_text(subject.genome.brain)}
        for name in SHOWN:
            if meta.get(name) is not None:
                facts[name.replace("_", " ")] = _plain(meta[name])
        facts |= wiring(subject.brain.network) if subject.brain else {}
        facts["alife version"] = subject.package
        return {**facts, **{name: round(float(value), 3) for name, value in traits.items()}}


def wiring(network: Network) -> Facts:
    """Returns what a network reports of its connections, layer by layer."""
    return {name: ", ".join(map(str, values)) for name, values in network.report.items()}


def _plain(value: Any) -> str | int | float:
    """Returns a number as it is, and a list of parents as text."""
    if isinstance(value, list | tuple):
        return as_shown(", ".join(map(str, value))) or "none: a founder"
    return value if isinstance(value, int | float) else as_shown(str(value))


def _brain_text(spec: dict[str, Any]) -> str:
    """Returns a spec in one line: wht, width 32, layers 3, ..."""
    parts = []
    for key, value in spec.items():
        if isinstance(value, dict):
            value = ", ".join(f"{inner} {item}" for inner, item in value.items())
            parts.append(as_shown(f"{key} ({value})", MOST))
        else:
            parts.append(as_shown(str(value) if key == "name" else f"{key} {'none' if value is None else value}"))
    return ", ".join(parts)


def _layout(subject: Subject) -> Table:
    assert subject.brain is not None
    rows = [
        (name, kind, start, " x ".join(map(str, shape))) for name, (kind, start, shape) in subject.brain.layout.items()
    ]
    return Table("Layout", ("slot", "kind", "start", "shape"), tuple(sorted(rows, key=lambda row: (row[1], row[2]))))


def _cost(subject: Subject) -> Table:
    assert subject.brain is not None
    rows = ((LABELS.get(name, name), count) for name, count in subject.brain.count().items())
    return Table("One step of one agent", ("quantity", "count"), tuple(rows))
