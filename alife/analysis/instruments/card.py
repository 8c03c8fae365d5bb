"""Card: summary of a genome: brain, genes, layout, cost of a step, world, and its place in the lineage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from alife.analysis.instruments.shared.base import Instrument
from alife.analysis.instruments.shared.base import NoParams as Params
from alife.analysis.report.finding import Facts, Finding, NotApplicable, Table
from alife.analysis.report.subject import Measurable, Subject, as_subject
from alife.brains import Brain
from alife.brains.shared.network import Network
from alife.errors import MOST, as_shown

SHOWN = ("world", "seed", "step", "id", "parents", "parent_id", "generation", "clade", "offspring", "fitness")
COST = "One step of one agent"
LABELS = {"bytes state when": "bytes state, only if the gate is open"}


@dataclass(frozen=True)
class Result:
    """A genome in figures.

    Attributes:
        spec: of its brain, as `make_brain` takes it.
        origin: what its file says of where it comes from, such as world, seed, step, id, parents and fitness.
        traits: name -> value, of a world whose agents have some.
        layout: slot -> (kind, start, shape), of genes and state.
        counts: numbers of weights, genes and states, and operations and bytes of a step.
        package: version of alife that wrote it.
    """

    spec: dict[str, Any]
    origin: dict[str, Any]
    traits: dict[str, float]
    layout: dict[str, tuple[str, int, tuple[int, ...]]]
    counts: dict[str, int]
    package: str


class Card(Instrument[Params]):
    """Facts of a saved genome."""

    order = 10
    definition = (
        "One step of one agent, counted along the brain's definition: a word of vectors counts once for each lane, a "
        "Walsh-Hadamard transform of n lanes n log2 n, flips and moves of lanes none; bytes are those that are loaded "
        "and stored."
    )

    def measure(self, subject: Subject) -> Finding | None:
        """Returns facts and tables. Raises NotApplicable for an extinct run."""
        result = measure(subject)
        text = "The genes of one agent, the brain they unfold into, and their origin."
        return Finding("The genome", text, facts_of(result, subject.brain), [_layout(result), _cost(result)])


def measure(subject: Measurable) -> Result:
    """Returns a genome in figures.

    Args:
        subject: a genome, or a run with a champion.

    Raises:
        NotApplicable: an extinct run.
    """
    subject = as_subject(subject)
    if subject.genome is None or subject.brain is None:
        raise NotApplicable("no agent of this run is alive, and it saved no champion; name a genome")
    meta, brain = subject.genome.meta, subject.brain
    origin = {name: meta[name] for name in SHOWN if meta.get(name) is not None}
    traits = {name: float(value) for name, value in (meta.get("traits") or {}).items()}
    return Result(subject.genome.brain, origin, traits, brain.layout, brain.count(), subject.package)


def facts_of(result: Result, brain: Brain | None) -> Facts:
    """Returns the facts of the card. brain: of the genome, for what it reports of its connections."""
    facts: Facts = {"brain": _brain_text(result.spec)}
    facts |= {name.replace("_", " "): _plain(value) for name, value in result.origin.items()}
    facts |= wiring(brain.network) if brain else {}
    facts["alife version"] = result.package
    return {**facts, **{name: round(value, 3) for name, value in result.traits.items()}}


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


def _layout(result: Result) -> Table:
    rows = [(name, kind, start, " x ".join(map(str, shape))) for name, (kind, start, shape) in result.layout.items()]
    return Table("Layout", ("slot", "kind", "start", "shape"), tuple(sorted(rows, key=lambda row: (row[1], row[2]))))


def _cost(result: Result) -> Table:
    rows = ((LABELS.get(name, name), count) for name, count in result.counts.items())
    return Table(COST, ("quantity", "count"), tuple(rows))
