"""The memories of the selected agent: what it wrote and read last, and how exactly it recalls beside the law."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alife.brains.memory.ledger import Access, Ledger, Stored, accesses, held_weights
from alife.brains.shared.base import NetworkBase
from alife.brains.shared.plan import memory_name, plan_of
from alife.viewer.inside.glance import Glance
from alife.viewer.inside.witness import Moment

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

    def learn(self, seen: Glance) -> dict[str, np.ndarray]:
        """Computes the last step of an agent, and those that wrote since, and forgets writes that are not kept.

        Returns:
            {name: [n or more]} of the last step, as of `Brain.record`.
        """
        brain, network = seen.life.brain, seen.life.brain.network
        memories = network.memories if isinstance(network, NetworkBase) else ()
        new = [moment for moment in seen.writes if moment not in self._known] if memories else []
        self._known = {moment: self._known[moment] for moment in seen.writes if moment in self._known}
        steps = list(dict.fromkeys((seen.last, *new)))
        states, observed = (np.array([getattr(one, name) for one in steps]) for name in ("state", "observations"))
        notes = brain.notes(np.repeat(seen.genome[None], len(steps), axis=0), states, observed)
        for moment in new:
            of = slice(steps.index(moment), steps.index(moment) + 1)
            own = {name: values[of] for name, values in notes.items()}
            self._known[moment] = [accesses(one, own, observed[of]) for one in memories]
        return {name: values[0] for name, values in notes.items()}

    def read(self, seen: Glance, notes: dict[str, np.ndarray]) -> list[Remembered]:
        """Returns the memories of an agent, if its brain is a network with layers.

        Args:
            seen: the agent.
            notes: {name: [n or more]}, what `learn` returned for it.
        """
        network = seen.life.brain.network
        if not isinstance(network, NetworkBase) or not network.memories:
            return []
        own, observed = {name: value[None] for name, value in notes.items()}, seen.last.observations[None]
        last = [accesses(one, own, observed) for one in network.memories]
        texts = [loop.text for loop in plan_of(network).loops if loop.memory]
        found = []
        for number, (wiring, access) in enumerate(zip(network.memories, last, strict=True)):
            wrote = [(moment, self._known[moment][number]) for moment in seen.writes]
            wrote = [(moment, one) for moment, one in wrote if one.gate[0] > 0]
            name, text = memory_name(network, number), texts[number].split(": ", 1)[1]
            ledger = Ledger(wiring.p, 0 if seen.whole else FULL * wiring.p.bits)
            legible = access.read is not None and access.write is not None
            for _, one in wrote if legible else ():
                assert one.write is not None
                ledger.write(one.write[0], one.values[0])
            match = ledger.match(access.read[0, : wiring.p.bits]) if access.read is not None else float("nan")
            distinct, ages = len(ledger.pairs[0]), tuple[Age, ...]()
            if legible and wrote:
                held = seen.life.brain.values(f"{wiring.place.name}memory", seen.state)
                ledger.close(held_weights(wiring, held))
                steps = [moment.step for moment, _ in wrote]
                ages = _by_age(ledger.stored(), steps if not wiring.p.blocks else [])
            last_write, recalled, gate = wrote[-1][0].step if wrote else 0, access.recalled[0], float(access.gate[0])
            capacity = wiring.p.bits << wiring.p.blocks
            writes = len(wrote), last_write, gate
            found.append(
                Remembered(name, text, capacity, distinct, *writes, match, recalled, ages, seen.whole, legible)
            )
        return found


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
