"""Anatomy: what a brain is made of: lanes in and out, layers, injections, memories; and its genes beside an ancestor's.

The diagram is drawn from the network itself, so that it shows what a step computes: input lanes on top, filter banks
and layers below, output lanes at the bottom; memories and recurrent lanes lead from the bottom back to the top.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alife.analysis.instruments.shared.base import Instrument
from alife.analysis.instruments.shared.base import NoParams as Params
from alife.analysis.instruments.shared.diagram import diagram
from alife.analysis.report.ancestors import Ancestor, ancestors
from alife.analysis.report.drawing import drawing, strip, svg
from alife.analysis.report.finding import Facts, Finding, NotApplicable, Picture, Table
from alife.analysis.report.subject import Measurable, Subject, as_subject
from alife.brains.shared.base import NetworkBase
from alife.brains.shared.network import Network
from alife.brains.shared.plan import Plan, plan_of
from alife.experiment.records.genome import Genome

TITLE = "Anatomy"
TEXT = (
    "A step goes from top to bottom. The input lanes are scaled to one length, go through the layers, and leave as "
    "output lanes. What a memory recalls is an input of the same step; what is written, and recurrent lanes, come back "
    "in the next one. A lane is one of the numbers that travel together."
)
PARENT = " Below it is what differs from {who}."
ROW = 64  # genes in a row of the picture, at most


@dataclass(frozen=True)
class Mutation:
    """A kept genome on the line of descent. born: step or generation. id: of the agent.

    changed: number of genes that differ from the kept genome before it. size: their mean absolute change.
    """

    born: float
    id: int
    changed: int
    size: float


@dataclass(frozen=True)
class Difference:
    """Genes of a genome less those of another. who: the other. changes: slot -> [genes of the slot].

    line: what changed from one kept genome of the line of descent to the next, up to this one.
    """

    who: str
    changes: dict[str, np.ndarray]
    line: tuple[Mutation, ...] = ()


@dataclass(frozen=True)
class Result(Plan):
    """The plan of a network. difference: from the nearest kept ancestor; None if none was kept."""

    difference: Difference | None = None


class Anatomy(Instrument[Params]):
    """A diagram of the network, and the genes that changed since an ancestor."""

    order = 12
    followed = False  # it compares with an ancestor itself
    definition = (
        "lanes, layers and loops: as the network wires them; change = gene less that of the ancestor in its place"
    )

    def measure(self, subject: Subject) -> Finding | None:
        """Returns the diagram, a table of lanes, and the difference."""
        found = measure(subject)
        used = sum(group.count for group in found.inputs), sum(group.count for group in found.outputs)
        facts: Facts = {"lanes": found.width, "input lanes in use": used[0], "output lanes in use": used[1]}
        facts |= {"layers": len(found.layers), "memories": sum(loop.memory for loop in found.loops)}
        pictures = [picture(found)]
        text = TEXT
        if found.difference is not None:
            text += PARENT.format(who=found.difference.who)
            facts |= _facts(found.difference)
            pictures.append(_picture(found.difference))
        tables = [_line(subject, found.difference)] if found.difference else []
        return Finding(TITLE, text, facts, tables, pictures)


def measure(subject: Measurable) -> Result:
    """Reads the parts of a network off its wiring.

    Args:
        subject: a genome, or a run with a champion.

    Raises:
        NotApplicable: nobody lives, or a network without layers.
    """
    subject = as_subject(subject)
    if subject.genome is None or subject.brain is None:
        raise NotApplicable("nobody lives, so there is no brain")
    return of_network(subject.brain.network, _difference(subject))


def of_network(network: Network, difference: Difference | None = None) -> Result:
    """Reads the parts of a network off its wiring, for genes that differ from an ancestor's as given.

    Raises:
        NotApplicable: a network without layers.
    """
    if not isinstance(network, NetworkBase):
        raise NotApplicable(f"{network.name} is a network of its own, without the layers that the diagram shows")
    return Result(**vars(plan_of(network)), difference=difference)


def picture(found: Result) -> Picture:
    """Draws a network."""
    return Picture("The network of one step.", diagram(found), _lanes(found))


def _difference(subject: Subject) -> Difference | None:
    """Returns the difference from the nearest ancestor that the run kept."""
    assert subject.genome is not None and subject.brain is not None
    line = list(ancestors(subject)) if subject.run else []
    if len(line) < 2:
        return None
    near = line[-2]
    parent = near.id in (subject.genome.meta.get("parent_id"), *(subject.genome.meta.get("parents") or ()))
    who = f"its parent, id {near.id}" if parent else f"its nearest ancestor that the run kept, id {near.id}"
    return Difference(who, difference(subject, near.genome), tuple(map(_mutation, line[:-1], line[1:])))


def _mutation(before: Ancestor, after: Ancestor) -> Mutation:
    change = after.genome.params.astype(np.float64) - before.genome.params
    changed = change != 0
    size = float(np.abs(change[changed]).mean()) if changed.any() else 0.0
    return Mutation(after.born, after.id, int(changed.sum()), size)


def _line(subject: Subject, found: Difference) -> Table:
    rows = tuple((round(one.born), str(one.id), one.changed, round(one.size, 4)) for one in found.line)
    heads = ("born, " + subject.unit.removesuffix("s"), "id", "genes changed", "mean size of a change")
    return Table("Mutations on the way, each from the kept ancestor before", heads, rows)


def difference(subject: Subject, other: Genome) -> dict[str, np.ndarray]:
    """Returns the genes of a subject less those of another genome of its brain, by slot."""
    assert subject.genome is not None and subject.brain is not None
    change = subject.genome.params.astype(np.float64) - other.params
    slots = {name: place for name, place in subject.brain.layout.items() if place[0] == "genome"}
    return {name: change[start : start + int(np.prod(shape))] for name, (_, start, shape) in slots.items()}


def _facts(found: Difference) -> Facts:
    change = np.concatenate(list(found.changes.values()))
    changed = change != 0
    facts: Facts = {"genes changed": f"{changed.sum():,} of {len(change):,}"}
    if changed.any():
        facts["mean size of a change"] = float(np.abs(change[changed]).mean())
    return facts


def _lanes(found: Result) -> Table:
    rows = [("input", group.name, group.count) for group in found.inputs]
    rows += [("output", group.name, group.count) for group in found.outputs]
    return Table("Lanes", ("side", "group", "lanes"), tuple(rows))


def _picture(found: Difference) -> Picture:
    with drawing(len(found.changes), 1, 0.5 + 0.62 * len(found.changes)) as (figure, axes):
        for axis, (name, values) in zip(axes, found.changes.items(), strict=True):
            row = min(ROW, len(values))
            grid = np.zeros(-(-len(values) // row) * row, np.float32)
            grid[: len(values)] = values
            strip(axis, grid.reshape(-1, row), name.replace("_", " "))
            axis.set_xticks([])
        rows = [
            (name, int((values != 0).sum()), len(values), float(np.abs(values).max(initial=0)))
            for name, values in found.changes.items()
        ]
        numbers = Table("Changes by slot", ("slot", "changed", "genes", "largest change"), tuple(rows))
        return Picture(f"Genes less those of {found.who}.", svg(figure), numbers)
