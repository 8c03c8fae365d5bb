"""Memory: when the gate lets an agent write, and how its memory changes its actions."""

from __future__ import annotations

import numpy as np
import pydantic

from alife.analysis.instruments.behaviour import swept
from alife.analysis.instruments.shared.base import Instrument
from alife.analysis.report.drawing import LEAF, LINE, SKY, diverging, drawing, svg
from alife.analysis.report.finding import Facts, Finding, NotApplicable, Picture, Table
from alife.analysis.report.living import Living
from alife.analysis.report.subject import Subject
from alife.config import params


class Params(params.Params):
    """Resolution of the sweeps."""

    points: int = pydantic.Field(33, ge=3, le=1001, description="values of each sense, from its lowest to its highest")


class Memory(Instrument[Params]):
    """The gate of one genome; for a run also the effect of emptying the memories of the living."""

    order = 40

    def measure(self, subject: Subject) -> Finding | None:
        """Returns facts and pictures. Raises NotApplicable for an extinct run and for a brain without a memory."""
        if subject.genome is None or subject.brain is None:
            raise NotApplicable("no agent of this run is alive, and it saved no champion; name a genome")
        if "memory" not in subject.brain.layout:
            raise NotApplicable("its brain has no memory")
        gate = gates(subject, self.params.points)
        facts: Facts = {"gate open in the sweeps": f"{(gate > 0).mean():.0%}"}
        finding = Finding("Memory", TEXT, facts, pictures=[_map(subject, gate)])
        if subject.living is not None:
            changes = np.abs(forgotten(subject, subject.living)).mean(axis=0)
            finding.text += TEXT_LIVING
            facts.update(_living_facts(subject, subject.living))
            finding.pictures.append(_living(subject, subject.living, changes))
        return finding


HELD = ("memory", "recalled", "familiarity")  # ends of the names of slots, of each memory of a brain
TEXT = (
    "In each step an agent reads its memory, then its brain computes, and it writes if its gate is above zero. The map "
    "sweeps one sense at a time, as in Behavior: blue situations are written, red ones are not. Of several memories "
    "the gate is that of the first."
)
TEXT_LIVING = (
    " The effect of the memory is measured by removing it: the next step of each living agent is computed twice, "
    "with its own memories and with empty ones."
)


def gates(subject: Subject, points: int) -> np.ndarray:
    """Returns the gate as each sense is swept through P points: [I, P]; other senses typical, the memory empty."""
    assert subject.genome is not None and subject.brain is not None
    values, rows = swept(subject, points)
    genomes = np.repeat(subject.genome.params[None], len(rows), axis=0)
    notes = subject.brain.notes(genomes, subject.brain.new_states(len(rows)), rows)
    gate: np.ndarray = notes["gate"][:, 0].reshape(values.shape)
    return gate


def forgotten(subject: Subject, living: Living) -> np.ndarray:
    """Returns each action of the living less the one with an empty memory: [N, O], -2 to 2."""
    assert subject.brain is not None
    own, empty = living.states.copy(), living.states.copy()
    for name, slot in subject.brain.slots.items():
        if name.endswith(HELD):
            empty[:, slot.start : slot.start + slot.columns] = 0
    with_own, without = (subject.brain.step(living.genomes, s, living.observations) for s in (own, empty))
    difference: np.ndarray = np.clip(with_own, -1, 1) - np.clip(without, -1, 1)
    return difference


def _living_facts(subject: Subject, living: Living) -> Facts:
    assert subject.brain is not None
    held = subject.brain.values("memory", living.states)
    written = (held != 0).reshape(len(held), -1).any(axis=1)
    return {
        "living that write": f"{(_gate_of(subject, living) > 0).mean():.0%}",
        "living with memories": f"{written.mean():.0%}",
    }


def _gate_of(subject: Subject, living: Living) -> np.ndarray:
    assert subject.brain is not None
    gate: np.ndarray = subject.brain.notes(living.genomes, living.states, living.observations)["gate"][:, 0]
    return gate


def _map(subject: Subject, gate: np.ndarray) -> Picture:
    size = max(float(np.abs(gate).max()), 1e-9)
    with drawing(1, 1, 0.9 + 0.15 * len(gate)) as (figure, (axis,)):
        axis.imshow(gate, aspect="auto", cmap=diverging(), vmin=-size, vmax=size, interpolation="nearest")
        axis.set_yticks(range(len(gate)), subject.sensors)
        axis.set_xticks([0, gate.shape[1] - 1], ["lowest", "highest"])
        axis.tick_params(length=0)
        caption = f"The gate as each sense goes from its lowest to its highest value (colors: ±{size:.2g})."
        columns = ("sense", *(f"point {point}" for point in range(gate.shape[1])))
        rows = tuple(zip(subject.sensors, *gate.T.tolist(), strict=True))
        return Picture(caption, svg(figure), Table("Numbers", columns, rows))


def _living(subject: Subject, living: Living, changes: np.ndarray) -> Picture:
    with drawing(1, 2, 2.3) as (figure, (histogram, bars)):
        histogram.hist(np.clip(_gate_of(subject, living), -3, 3), bins=np.linspace(-3, 3, 37), color=SKY, alpha=0.8)
        histogram.axvline(0, color=LINE, lw=1)
        histogram.set(title="gate of the living", xlabel="gate; above 0 it writes", ylabel="agents")
        bars.barh(range(len(changes)), changes, color=LEAF, alpha=0.85)
        bars.set_yticks(range(len(changes)), subject.actuators)
        bars.set(title="change of an action with an empty memory", xlabel="mean over the living; actions span -1 to 1")
        rows = tuple(zip(subject.actuators, changes.tolist(), strict=True))
        numbers = Table("Numbers", ("action", "mean change with an empty memory"), rows)
        caption = "The gate of the living, and how far their actions would change without a memory."
        return Picture(caption, svg(figure), numbers)
