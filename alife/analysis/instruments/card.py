"""Card: what the genome is: brain, genes, layout, cost of a step, world, and where it stands in its lineage."""

from __future__ import annotations

from typing import Any

from alife.analysis.report.finding import Facts, Finding, Table
from alife.analysis.report.subject import Subject
from alife.config import params

MENTIONED = ("world", "seed", "step", "id", "parents", "parent_id", "generation", "clade", "offspring", "fitness")
WORDS = {"bytes state when": "bytes stored where the gate is open"}


class Params(params.Params):
    """Nothing to set."""


class Card:
    """The facts of a saved genome."""

    order = 10

    def __init__(self, settings: Params) -> None:
        self.settings = settings

    def measure(self, subject: Subject) -> Finding | None:
        """Facts and tables; None for an extinct run."""
        if subject.genome is None or subject.brain is None:
            return None
        text = "What was saved: the genes of one agent, the brain they unfold into, and where it comes from."
        return Finding("The genome", text, self._facts(subject), [_layout(subject), _cost(subject)])

    def _facts(self, subject: Subject) -> Facts:
        assert subject.genome is not None
        meta = subject.genome.meta
        traits = meta.get("traits") or {}
        facts: Facts = {"brain": _brain_words(subject.genome.brain)}
        for name in MENTIONED:
            if meta.get(name) is not None:
                facts[name.replace("_", " ")] = _said(meta[name])
        facts |= wiring(subject.brain.network) if subject.brain else {}
        facts["written by version"] = subject.package
        return {**facts, **{name: round(float(value), 3) for name, value in traits.items()}}


def wiring(network: Any) -> Facts:
    """What a network tells of who hears whom, layer by layer."""
    told: dict[str, list[int]] = getattr(network, "report", {})
    return {name: ", ".join(map(str, values)) for name, values in told.items()}


def _said(value: Any) -> str | int | float:
    """Numbers as they are; the parents as a list of ids."""
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "none: a founder"
    return value if isinstance(value, int | float) else str(value)


def _brain_words(spec: dict[str, Any]) -> str:
    """The spec in one line: wht, width 32, layers 3, ..."""
    parts = []
    for key, value in spec.items():
        if isinstance(value, dict):
            value = ", ".join(f"{inner} {item}" for inner, item in value.items())
            parts.append(f"{key} ({value})")
        else:
            parts.append(str(value) if key == "name" else f"{key} {'none' if value is None else value}")
    return ", ".join(parts)


def _layout(subject: Subject) -> Table:
    assert subject.brain is not None
    rows = [
        (name, kind, start, " x ".join(map(str, shape))) for name, (kind, start, shape) in subject.brain.layout.items()
    ]
    return Table("Layout", ("slot", "kind", "start", "shape"), tuple(sorted(rows, key=lambda row: (row[1], row[2]))))


def _cost(subject: Subject) -> Table:
    assert subject.brain is not None
    rows = ((WORDS.get(name, name), count) for name, count in subject.brain.count().items())
    return Table("One step of one agent", ("what", "count"), tuple(rows))
