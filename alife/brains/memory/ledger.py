"""The pairs that a memory was given to store, and how exactly it still recalls them, beside the law of recall."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from alife.brains.memory.params import MemoryParams
from alife.brains.memory.recall_law import relative_errors
from alife.brains.memory.wiring import MemoryWiring


@dataclass(frozen=True)
class Stored:
    """The pairs that a memory held when an episode ended, each distinct key with the value it last got.

    With rule hebb, by which writes add up, that is the sum of all values it got.

    age: [M] int64 later stores that share its weights. pairs: [M] int64 all stores there. error: [M] what it recalls
    less what it stored. predicted: [M] root mean square error by the law of independent keys, or 0 for orthogonal ones.
    value: [M] stored. overlaps: [C] b.b'/K of pairs of distinct keys that an episode wrote for the first value; 0 on
    average, with deviation 1/sqrt(K), if keys are independent.
    """

    age: np.ndarray
    pairs: np.ndarray
    error: np.ndarray
    predicted: np.ndarray
    value: np.ndarray
    overlaps: np.ndarray


@dataclass(frozen=True)
class Access:
    """The reads and writes of one memory in T steps; V values, K bits.

    recalled: [T, V] input lanes. gate: [T] above 0 where it writes. values: [T, V] what is written there, clipped to
    -1..1. read, write: [T, K] keys, of the form `scalar` [T, V K]; None of the form `vector`, whose keys are no notes.
    """

    recalled: np.ndarray
    gate: np.ndarray
    values: np.ndarray
    read: np.ndarray | None
    write: np.ndarray | None


def accesses(wiring: MemoryWiring, notes: Mapping[str, np.ndarray], observations: np.ndarray) -> Access:
    """Returns what a memory read and wrote in T steps.

    Args:
        wiring: of the memory.
        notes: {name: [T, n or more]}, as of `Brain.notes`.
        observations: [T, I].
    """
    p, place = wiring.p, wiring.place
    recalled = notes[f"{place.name}recall"][:, place.first_input : place.first_input + p.num_values]
    said = notes["output"][:, place.first_output : place.first_output + p.num_values]
    values = np.clip(said if p.store == "said" else observations[:, : p.num_values], -1, 1)
    values = np.sign(values) * np.maximum(np.abs(values) - p.threshold, 0)
    gate = notes[f"{place.name}gate"][:, 0]
    writes = (gate > 0) & (values != 0).any(axis=1) if p.threshold else gate > 0
    gate = np.where(writes, gate, np.minimum(gate, 0))
    keys = [notes.get(f"{place.name}{which}") for which in ("read_key", "write_key")]
    return Access(recalled, gate, values, *keys)


def held_weights(wiring: MemoryWiring, values: np.ndarray) -> np.ndarray:
    """Returns the weights of a memory by block and value: [..., blocks, V, K], of the forms with rows.

    values: [..., *shape] of its slot, as of `Brain.values`.
    """
    p, lead = wiring.p, values.ndim - (4 if wiring.p.blocks else 3)
    return values.reshape(*values.shape[:lead], 1 << p.blocks, p.num_values, p.bits)


class Ledger:
    """Pairs written so far in an episode, and those of episodes that are over. Each value has its own list.

    Args:
        p: of the memory.
        before: stores in each block before those that it is told of, which the law counts.
    """

    def __init__(self, p: MemoryParams, before: int = 0) -> None:
        self.p, self.before = p, before
        self.pairs: list[dict[bytes, tuple[np.ndarray, int, float]]] = []  # key bytes -> key, place among stores, value
        self.stores: list[dict[int, int]] = []  # block -> stores in it
        self.rows: list[tuple[float, ...]] = []
        self.overlaps: list[np.ndarray] = []
        self._begin()

    def _begin(self) -> None:
        self.pairs = [{} for _ in range(self.p.num_values)]
        self.stores = [{} for _ in range(self.p.num_values)]

    def match(self, key: np.ndarray) -> float:
        """Returns the largest b.b'/K of a key [K] and those written for the first value; NaN if none was."""
        if not self.pairs[0]:
            return float("nan")
        keys = np.array([written for written, *_ in self.pairs[0].values()])
        return float((keys @ key).max() / self.p.bits)

    def write(self, keys: np.ndarray, values: np.ndarray) -> None:
        """Notes a store: one key [K], or [V K] of the form scalar, and values [V]."""
        for v, value in enumerate(values):
            if self.p.threshold and value == 0:
                continue
            key = keys[v * self.p.bits :][: self.p.bits] if self.p.form == "scalar" else keys[: self.p.bits]
            block = self._block(key)
            self.stores[v][block] = self.stores[v].get(block, self.before) + 1
            before = self.pairs[v].get(key.tobytes(), (key, 0, 0.0))[2] if self.p.rule == "hebb" else 0.0
            self.pairs[v][key.tobytes()] = key, self.stores[v][block], before + float(value)

    def close(self, held: np.ndarray) -> None:
        """Compares the pairs with what the memory [blocks, V, K] recalls, and forgets them."""
        for v, pairs in enumerate(self.pairs):
            laws = {block: self._law(v, block, count) for block, count in self.stores[v].items()}
            for key, place, value in pairs.values():
                block = self._block(key)
                stores = self.stores[v][block]
                error = float(held[block, v].astype(np.float64) @ key) - value
                self.rows.append((stores - place, stores, error, laws[block][stores - place], value))
        keys = np.array([key for key, *_ in self.pairs[0].values()]).reshape(-1, self.p.bits)
        self.overlaps.append((keys @ keys.T / self.p.bits)[np.triu_indices(len(keys), 1)])
        self._begin()

    def _block(self, key: np.ndarray) -> int:
        """Returns the block that the first B bits choose."""
        return int((key[: self.p.blocks] > 0) @ 2 ** np.arange(self.p.blocks)) if self.p.blocks else 0

    def _law(self, v: int, block: int, stores: int) -> np.ndarray:
        """Returns the error of the law over the deviation of values, by age: [stores]."""
        held = sum(self._block(key) == block for key, *_ in self.pairs[v].values())
        if self.p.has_rows and held <= self.p.bits:
            return np.zeros(stores - self.before)
        return relative_errors(self.p.bits, stores, self.p.rule, stores - self.before)

    def stored(self) -> Stored:
        """Returns the pairs of all episodes; the law is scaled by the root mean square of their values."""
        rows = np.array(self.rows, np.float64).reshape(-1, 5)
        size = float(np.sqrt((rows[:, 4] ** 2).mean())) if len(rows) else 0.0
        return Stored(
            rows[:, 0].astype(int),
            rows[:, 1].astype(int),
            rows[:, 2],
            rows[:, 3] * size,
            rows[:, 4],
            np.concatenate(self.overlaps),
        )
