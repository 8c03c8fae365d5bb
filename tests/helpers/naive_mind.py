"""The parts of a mind in float64, one agent at a time, by plain loops: the oracle of memories, histories and latches.

Genes and states are dictionaries of lists by slot name; the network between is that of `naive_brain`.
"""

from __future__ import annotations

import math
from typing import Any

from alife.brains.memory import hashing, key_bits
from alife.brains.shared import base
from tests.helpers.naive_brain import clip, flip, transform

Values = dict[str, list[float]]


def dot(a: list[float], b: list[float]) -> float:
    """The sum of products."""
    return sum(x * y for x, y in zip(a, b, strict=True))


class NaiveMind:
    """One agent.

    Args:
        brain: of type wht, without projection.
        genes: {slot: values}.
        state: {slot: values}, changed by a step.

    margin: the smallest |v| of all values v whose sign made a decision, relative to their scale.
    """

    def __init__(self, brain: Any, genes: Values, state: Values) -> None:
        self.network, self.p, self.n = brain.network, brain.network.params, brain.network.width
        self.genes, self.state, self.margin = genes, state, math.inf

    def decide(self, v: float, scale: float = 1.0) -> bool:
        """True if v is above 0; notes by how much."""
        self.margin = min(self.margin, abs(v) / (scale or 1.0))
        return v > 0

    def step(self, seen: list[float]) -> list[float]:
        """Computes a step. Returns the raw actions."""
        p, inputs = self.p, self.network.num_inputs
        u = [*seen, 1.0, *(self.state["recurrent"] if p.recurrent.lanes else [])]
        read: list[list[int]] = []
        for number, memory in enumerate(p.all_memories):
            u += self._recall(number, memory, u, seen, read)
        if p.last_actions != "none":
            u += self.state["last_actions"]
        if p.history:
            u += self._history(seen)
        u += [0.0] * (self.n - len(u))
        length = math.sqrt(dot(u, u))
        x = [v * math.sqrt(self.n) / length for v in u]
        y = self._output(self._gained(x, inputs))
        actions = y[: self.network.num_actions]
        if p.last_actions == "values":
            self.state["last_actions"] = [clip(v) for v in actions]
        if p.last_actions == "largest":
            self.state["last_actions"] = [1.0 if k == self._largest(actions) else 0.0 for k in range(len(actions))]
        first = self.network.num_actions
        for number, memory in enumerate(p.all_memories):
            self._remember(number, memory, x, y[first:], seen, read[number])
            first += memory.num_said
        if p.recurrent.lanes:
            self._latch(y[first:])
        return y[: self.network.num_actions]

    # ---- keys

    def _hash(self, z: list[float], memory: Any, number: int) -> list[int]:
        bits: list[int] = []
        for j in range(memory.bits // self.n):
            seed = hashing.KEY_FLIPS + (number << 32) + 2 * j
            hashed = transform(flip(transform(flip(z, seed)), seed + 1))
            scale = math.sqrt(dot(hashed, hashed) / self.n)
            for v in hashed:
                self.decide(v, scale)
                bits.append(1 if v >= 0 else -1)
        return bits

    def _gathered(self, name: str, z: list[float], memory: Any, number: int) -> list[int]:
        return self._hash(self._weighted(name, z, number), memory, number)

    def _weighted(self, name: str, z: list[float], number: int) -> list[float]:
        weights, count = self.genes[name], self.network.memories[number].place.num_inputs
        z = [*z, *[0.0] * (self.n - len(z))]
        return [w * w * v if i < count else 0.0 for i, (w, v) in enumerate(zip(weights, z, strict=True))]

    def _vertex(self, name: str, z: list[float], memory: Any, number: int) -> int:
        seed = hashing.KEY_FLIPS + (number << 32)
        rotated = transform(flip(transform(flip(self._weighted(name, z, number), seed)), seed + 1))
        sizes = [abs(v) * (1 - i / 1024) for i, v in enumerate(rotated)]
        scale = max(sizes) or 1.0
        at = self._largest([v / scale for v in sizes])
        return (at if rotated[at] >= 0 else at + self.n) % memory.bits

    def _row(self, at: int, memory: Any, number: int) -> list[int]:
        row = [-1.0 if (at & k).bit_count() % 2 else 1.0 for k in range(memory.bits)]
        seed, n = key_bits.WALK_FLIPS + (number << 32), self.n
        return [int(v) for j in range(memory.bits // n) for v in flip(row[j * n : (j + 1) * n], seed + j)]

    def _head_sum(self, prefix: str, row: int, z: list[float], number: int) -> bool:
        count = self.network.memories[number].place.num_inputs
        weights = self.genes[f"{prefix}head_weights"][row * count : (row + 1) * count]
        return self.decide(sum(w * v for w, v in zip(weights, z, strict=False)))

    def _read_place(self, prefix: str, memory: Any, u: list[float], number: int) -> int:
        place = int(self.state[f"{prefix}read_place"][0])
        place = 0 if self._head_sum(prefix, 0, u, number) else place
        advance, retreat = (self._head_sum(prefix, row, u, number) for row in (1, 2))
        self.state[f"{prefix}read_place"] = [float((place + (1 if advance else -1 if retreat else 0)) % memory.bits)]
        if not memory.lag:
            return place
        gene = self.genes[f"{prefix}lag"][0] ** 2 * (memory.max_lag + 1)
        return (place - min(int(gene), memory.max_lag)) % memory.bits

    def _write_place(self, prefix: str, memory: Any, x: list[float], number: int) -> int:
        place = int(self.state[f"{prefix}write_place"][0])
        moved = place + self._head_sum(prefix, 3, x, number)
        self.state[f"{prefix}write_place"] = [float(moved % memory.bits)]
        return place

    def _largest(self, values: list[float]) -> int:
        """The place of the first of the largest values; notes by how much it is."""
        best = max(values)
        at = values.index(best)
        self.margin = min([self.margin, *(best - v for k, v in enumerate(values) if k != at)])
        return at

    def _slot(self, prefix: str, which: str, memory: Any, z: list[float], number: int) -> int:
        count, weights = self.network.memories[number].place.num_inputs, self.genes[f"{prefix}{which}_slot_weights"]
        rows = [weights[k * count : (k + 1) * count] for k in range(memory.slots)]
        return self._largest([sum(w * v for w, v in zip(row, z, strict=False)) for row in rows])

    def _key(self, which: str, memory: Any, z: list[float], number: int) -> list[int]:
        prefix = self._prefix(number)
        bits = [1] * memory.bits
        if memory.keys in ("tape", "bound"):
            moved = self._read_place if which == "read" else self._write_place
            bits = self._row(moved(prefix, memory, z, number), memory, number)
        if memory.keys == "slots":
            bits = self._row(self._slot(prefix, which, memory, z, number), memory, number)
        if memory.keys == "polytope":
            bits = self._row(self._vertex(f"{prefix}{which}_key_weights", z, memory, number), memory, number)
        if memory.keys in ("gathered", "bound"):
            content = self._gathered(f"{prefix}{which}_key_weights", z, memory, number)
            bits = [a * b for a, b in zip(bits, content, strict=True)]
        return bits

    @staticmethod
    def _prefix(number: int) -> str:
        return "" if number == 0 else f"memory_{number + 1}_"

    # ---- memories

    def _cells(self, slot: str, v: int, bits: int) -> list[float]:
        return self.state[slot][v * bits : (v + 1) * bits]

    def _recall(
        self, number: int, memory: Any, u: list[float], seen: list[float], read: list[list[int]]
    ) -> list[float]:
        prefix, key = self._prefix(number), self._key("read", memory, u, number)
        read.append(key)
        sums = [dot(self._cells(f"{prefix}memory", v, memory.bits), key) for v in range(memory.values)]
        values = [clip(v / memory.full_scale) for v in sums]
        familiar = []
        if memory.familiarity:
            known, recent = (dot(self._cells(f"{prefix}familiarity", v, memory.bits), key) for v in range(2))
            familiar = [clip(known), clip(0.9 * recent)]
        return [
            *values,
            *familiar,
            *([clip(sum(a * b for a, b in zip(values, seen, strict=False)))] if memory.compare else []),
        ]

    def _remember(
        self, number: int, memory: Any, x: list[float], said: list[float], seen: list[float], read: list[int]
    ) -> None:
        prefix, key, bits = self._prefix(number), self._key("write", memory, x, number), memory.bits
        if memory.gate == "open":
            is_open = True
        elif memory.gate == "gathered":
            is_open = self.decide(sum(w * v for w, v in zip(self.genes[f"{prefix}gate_weights"], x, strict=False)))
        else:
            is_open = self.decide(said[memory.num_said - 1])
        stored = seen if memory.store == "seen" else said
        adds = memory.rule == "hebb"
        targets = [(f"{prefix}memory", v, clip(stored[v]), 1.0, is_open, adds) for v in range(memory.values)]
        if memory.familiarity:
            targets += [(f"{prefix}familiarity", v, 1.0, kept, is_open, False) for v, kept in enumerate((1.0, 0.9))]
        for slot, v, value, kept, writes, adds in targets:
            cells = [kept * m for m in self._cells(slot, v, bits)]
            step = (value - (0.0 if adds else dot(cells, key))) / bits if writes else 0.0
            self.state[slot][v * bits : (v + 1) * bits] = [m + step * b for m, b in zip(cells, key, strict=True)]

    # ---- parts around the layers

    def _history(self, seen: list[float]) -> list[float]:
        p, old, taps = self.p.history, self.state["history"], self.p.history.taps
        rows = [old[i : i + taps] for i in range(0, len(old), taps)]
        if p.kind == "leaky":
            rows = [
                [h + (v - h) * 2.0 ** -(j + 1) for j, h in enumerate(row)] for row, v in zip(rows, seen, strict=False)
            ]
            self.state["history"] = [h for row in rows for h in row]
            return self.state["history"]
        new = [[v, *row[:-1]] for row, v in zip(rows, seen, strict=False)]
        self.state["history"] = [h for row in new for h in row]
        if p.kind == "delay":
            return old
        return [h / math.sqrt(taps) for row in new for h in transform(row)]

    def _gained(self, x: list[float], inputs: int) -> list[float]:
        if not self.p.input_gains:
            return x
        weighted = [g * g * v for g, v in zip(self.genes["input_gains"], x, strict=False)]
        length = math.sqrt(dot(weighted, weighted))
        return [*(v * math.sqrt(self.n) / length for v in weighted), *[0.0] * (self.n - inputs)]

    def _output(self, x: list[float]) -> list[float]:
        p, n, inputs, rows = self.p, self.n, self.network.num_inputs, iter(self._rows())
        h = flip(x, base.MEMBER_FLIPS + base.INPUT_FLIPS)
        if p.products:
            genes = self.genes["product_weights"]
            a, b = (
                [*(g * v for g, v in zip(part, x, strict=False)), *[0.0] * (n - inputs)]
                for part in (genes[:inputs], genes[inputs:])
            )
            h = [v + s * t / n for v, s, t in zip(h, transform(a), transform(b), strict=True)]
        for layer in range(1, p.layers + 1):
            t = [v * math.sqrt(3 / n) for v in transform(h)]
            up, down = next(rows), next(rows)
            h = [(up[i] if self.decide(v) else down[i]) * v for i, v in enumerate(t)]
            if p.injection and layer % p.injection == 0:
                again, g = transform(flip(x, base.MEMBER_FLIPS + base.INJECTION_FLIPS + layer)), next(rows)
                h = [h[i] + g[i] * again[i] / math.sqrt(n) for i in range(n)]
        y = [v / math.sqrt(n) for v in transform(h)]
        if p.direct:
            outs, genes = self.network.num_actions, self.genes["direct_weights"]
            for k in range(outs):
                y[k] += sum(genes[k * inputs + i] * x[i] for i in range(inputs))
        return y

    def _rows(self) -> list[list[float]]:
        weights, n = self.genes["weights"], self.n
        return [weights[i : i + n] for i in range(0, len(weights), n)]

    def _latch(self, y: list[float]) -> None:
        lanes, old = self.p.recurrent.lanes, self.state["recurrent"]
        gates = [min(max(v, 0.0), 1.0) for v in y[lanes : 2 * lanes]] if self.p.recurrent.gated else [1.0] * lanes
        self.state["recurrent"] = [r + g * (clip(v) - r) for r, g, v in zip(old, gates, y, strict=False)]
