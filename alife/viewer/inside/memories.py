"""The memories of the selected agent: what it wrote and read last, and how exactly it recalls beside the law."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alife.brains.memory.ledger import Access, Ledger, Stored, accesses, held_weights
from alife.brains.shared.base import NetworkBase
from alife.brains.shared.plan import memory_name, plan_of
from alife.viewer.inside.witness import Moment, Witness
from alife.viewer.interface import Life
from alife.viewer.selection import Selection

FULL = 8  # stores a bit after which the law does not change: what came before an agent was selected is unknown


@dataclass(frozen=True)
class Age:
    """The pairs of one age.

    Attributes:
        age: number of later stores.
        step: in which they were stored; 0 if unknown.
        error: root mean square of what is recalled less what was stored.
        predicted: of that by the law.
        values: what was stored.
        recalled: what is recalled.
    """

    age: int
    step: int
    error: float
    predicted: float
    values: tuple[float, ...]
    recalled: tuple[float, ...]


@dataclass(frozen=True)
class Remembered:
    """One memory of an agent.

    Attributes:
        name: of the memory.
        text: its size, keys and what it stores.
        capacity: number of orthogonal keys.
        distinct: number of different keys among the writes that are kept.
        writes: number of writes that were seen.
        last_write: step of the last one; 0 if none was seen.
        gate: of the last step; above 0 where it writes.
        match: likeness of the key that was read last to the most similar one written before, -1 to 1; NaN if none was.
        recalled: [V] of the last step.
        ages: the kept pairs by age, the youngest first; empty where keys are no notes.
        whole: True if the law knows of all writes of the agent's life.
        legible: False if keys are no notes.
    """

    name: str
    text: str
    capacity: int
    distinct: int
    writes: int
    last_write: int
    gate: float
    match: float
    recalled: np.ndarray
    ages: tuple[Age, ...]
    whole: bool
    legible: bool

    @property
    def error(self) -> float:
        """Root mean square error of recall of all kept pairs; NaN if there is none."""
        return _rms([one.error for one in self.ages])

    @property
    def predicted(self) -> float:
        """That error by the law."""
        return _rms([one.predicted for one in self.ages])


def _rms(values: list[float]) -> float:
    return float(np.sqrt(np.mean(np.square(values)))) if values else float("nan")


class Memories:
    """Reads the memories of the selected agent; what was written is computed once for each step that wrote."""

    def __init__(self) -> None:
        """Knows nothing yet."""
        self._known: dict[Moment, list[Access]] = {}

    def read(self, life: Life, witness: Witness, chosen: Selection, notes: dict[str, np.ndarray]) -> list[Remembered]:
        """Returns its memories, if its brain is a network with layers.

        Args:
            life: that it lives.
            witness: of its last steps.
            chosen: the agent.
            notes: {name: [n or more]} of its last step, as of `Brain.record`.
        """
        network = life.brain.network
        if not isinstance(network, NetworkBase) or not network.memories:
            return []
        row, fields = chosen.row, life.fields
        self._learn(life, network, np.array(fields.row("genome", row)), list(witness.writes))
        seen = np.array(fields.row("observations", row), np.float32)[None]
        last = [accesses(one, {name: value[None] for name, value in notes.items()}, seen) for one in network.memories]
        state = np.asarray(fields.row("state", row), np.float32)
        texts = [loop.text for loop in plan_of(network).loops if loop.memory]
        found = []
        for number, (wiring, access) in enumerate(zip(network.memories, last, strict=True)):
            wrote = [(moment, self._known[moment][number]) for moment in witness.writes]
            wrote = [(moment, one) for moment, one in wrote if one.gate[0] > 0]
            name, text = memory_name(network, number), texts[number].split(": ", 1)[1]
            whole = witness.whole and witness.num_writes == len(witness.writes)
            ledger = Ledger(wiring.p, 0 if whole else FULL * wiring.p.bits)
            legible = access.read is not None and access.write is not None
            for _, one in wrote if legible else ():
                assert one.write is not None
                ledger.write(one.write[0], one.values[0])
            match = ledger.match(access.read[0, : wiring.p.bits]) if access.read is not None else float("nan")
            distinct, ages = len(ledger.pairs[0]), tuple[Age, ...]()
            if legible and wrote:
                ledger.close(held_weights(wiring, life.brain.values(f"{wiring.place.name}memory", state)))
                steps = [moment.step for moment, _ in wrote]
                ages = _by_age(ledger.stored(), steps if not wiring.p.blocks else [])
            last_write, recalled, gate = wrote[-1][0].step if wrote else 0, access.recalled[0], float(access.gate[0])
            capacity = wiring.p.bits << wiring.p.blocks
            writes = len(wrote), last_write, gate
            found.append(Remembered(name, text, capacity, distinct, *writes, match, recalled, ages, whole, legible))
        return found

    def _learn(self, life: Life, network: NetworkBase, genome: np.ndarray, writes: list[Moment]) -> None:
        """Computes the accesses of steps that are new, all at once, and forgets those that are not kept."""
        new = [moment for moment in writes if moment not in self._known]
        self._known = {moment: self._known[moment] for moment in writes if moment in self._known}
        if not new:
            return
        states = np.array([moment.state for moment in new])
        seen = np.array([moment.observations for moment in new])
        notes = life.brain.notes(np.repeat(genome[None], len(new), axis=0), states, seen)
        for place, moment in enumerate(new):
            own = {name: values[place : place + 1] for name, values in notes.items()}
            self._known[moment] = [accesses(one, own, seen[place : place + 1]) for one in network.memories]


def _by_age(stored: Stored, steps: list[int]) -> tuple[Age, ...]:
    """Returns pairs by age. steps: of the stores, the oldest first; [] if they cannot be told from the age."""
    found = []
    for age in np.unique(stored.age):
        of = stored.age == age
        step = steps[-1 - age] if age < len(steps) else 0
        values, errors = stored.value[of], stored.error[of]
        error, predicted = _rms(errors.tolist()), _rms(stored.predicted[of].tolist())
        found.append(Age(int(age), step, error, predicted, tuple(values.tolist()), tuple((values + errors).tolist())))
    return tuple(found)
