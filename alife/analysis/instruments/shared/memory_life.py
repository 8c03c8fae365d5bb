"""A memory along a recorded life: its reads and writes, and what it can still recall at the end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alife.analysis.instruments.shared.life import Life
from alife.brains import Brain
from alife.brains.memory.ledger import Ledger, Stored, accesses, held_weights
from alife.brains.memory.params import MemoryParams
from alife.brains.memory.wiring import MemoryWiring
from alife.brains.shared.base import NetworkBase


@dataclass(frozen=True)
class MemoryLife:
    """One memory along a life of T steps; V values, K bits.

    name: prefix of its notes and slots. params: of the memory. recalled: [T, V] input lanes. gate: [T] above 0 where it
    writes. values: [T, V] what is written there, clipped to -1..1. distinct: [T] int64 distinct keys written so far in
    the episode. match: [T] share of agreeing bits less that of others, of the key read and the most similar one written
    before; 1 if it was written itself, NaN before any write. stored: pairs at the ends of episodes. The last four are
    of the first value where each has a key of its own; all are empty for the form `vector`, whose keys are no notes.
    """

    name: str
    params: MemoryParams
    recalled: np.ndarray
    gate: np.ndarray
    values: np.ndarray
    distinct: np.ndarray
    match: np.ndarray
    stored: Stored

    @property
    def capacity(self) -> int:
        """Pairs that orthogonal keys store without error: K in each block."""
        return self.params.bits << self.params.blocks

    @property
    def writes(self) -> np.ndarray:
        """[T] bool: steps that write."""
        return self.gate > 0


def memory_lives(brain: Brain, genome: np.ndarray, life: Life) -> list[MemoryLife]:
    """Returns each memory of a brain along a recorded life.

    Args:
        brain: whose network has memories.
        genome: [G] that lived.
        life: recorded.
    """
    assert isinstance(brain.network, NetworkBase)
    notes = brain.notes(np.repeat(genome[None], len(life), axis=0), life.states, life.observations)
    ends = np.flatnonzero(np.diff(life.episode, append=life.episode[-1] + 1))
    after = np.array(life.states[ends], np.float32)
    brain.step(np.repeat(genome[None], len(ends), axis=0), after, life.observations[ends])
    return [_along(brain, memory, life, notes, after) for memory in brain.network.memories]


def _along(
    brain: Brain, wiring: MemoryWiring, life: Life, notes: dict[str, np.ndarray], after: np.ndarray
) -> MemoryLife:
    p, place = wiring.p, wiring.place
    found = accesses(wiring, notes, life.observations)
    recalled, gate, values, writes = found.recalled, found.gate, found.values, found.gate > 0
    steps, nothing = len(life), np.zeros(0)
    read, write = found.read, found.write
    if read is None or write is None:
        none = Stored(nothing.astype(int), nothing.astype(int), nothing, nothing, nothing, nothing)
        return MemoryLife(place.name, p, recalled, gate, values, nothing, nothing, none)
    held = held_weights(wiring, brain.values(f"{place.name}memory", after))
    distinct, match, ledger = np.zeros(steps, np.int64), np.full(steps, np.nan), Ledger(p)
    for step in range(steps):
        if step and life.episode[step] != life.episode[step - 1]:
            ledger.close(held[life.episode[step - 1]])
        match[step] = ledger.match(read[step, : p.bits])
        if writes[step]:
            ledger.write(write[step], values[step])
        distinct[step] = len(ledger.pairs[0])
    ledger.close(held[life.episode[-1]])
    return MemoryLife(place.name, p, recalled, gate, values, distinct, match, ledger.stored())
