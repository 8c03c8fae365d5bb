"""The default brain in float64, one agent at a time, by plain loops: the oracle of the definition."""

from __future__ import annotations

import math
import struct
from typing import Any

from alife.brains.memory import hashing
from alife.brains.shared import base
from alife.brains.wht import Wht
from alife.ops.sign_patterns import pattern


def transform(x: list[float]) -> list[float]:
    """Unscaled Walsh-Hadamard transform by its matrix: (-1)^popcount(i & j)."""
    lanes = range(len(x))
    return [sum(-x[j] if (i & j).bit_count() % 2 else x[j] for j in lanes) for i in lanes]


def flip(x: list[float], seed: int) -> list[float]:
    """Signs changed by the fixed pattern."""
    return [-v if change else v for v, change in zip(x, pattern(seed, len(x)), strict=True)]


def clip(v: float) -> float:
    """v clipped to -1..1."""
    return min(max(v, -1.0), 1.0)


class NaiveBrain:
    """One agent.

    margin: the smallest |v| / scale of all values v whose sign made a decision; scale: their root mean square.
    """

    def __init__(self, network: Wht, genes: list[float], state: list[float]) -> None:
        self.network, self.p, self.n = network, network.params, network.width
        self.genes, self.state, self.margin = genes, state, math.inf
        self.weights = self._weights()

    def _signs(self, x: list[float]) -> list[int]:
        scale = math.sqrt(sum(v * v for v in x) / len(x)) or 1.0
        self.margin = min(self.margin, *(abs(v) / scale for v in x))
        return [1 if v >= 0 else -1 for v in x]

    def _weights(self) -> list[list[list[float]]]:
        """[member][row][lane] weights; in the genome they lie after those of the two keys."""
        n, rows = self.n, 2 * self.p.layers + len(self.network.injections)
        rest = self.genes[2 * n if self.p.memory else 0 :]
        size = self.p.projection or rows * n
        members = [rest[m * size : (m + 1) * size] for m in range(self.p.ensemble)]
        if self.p.projection:
            members = [self._unfold(genes, rows, m) for m, genes in enumerate(members)]
        return [[member[r * n : (r + 1) * n] for r in range(rows)] for member in members]

    def _unfold(self, genes: list[float], rows: int, member: int) -> list[float]:
        n, weights = self.n, []
        while len(weights) < rows * n:
            seed = base.MEMBER_FLIPS + member * base.FLIPS_PER_MEMBER + base.UNFOLD_FLIPS + len(weights) // n
            parts = [flip(genes[j * n : (j + 1) * n], seed + j) for j in range(len(genes) // n)]
            weights += [v / math.sqrt(len(genes)) for v in transform([v for part in parts for v in part])]
        return weights

    def key(self, which: int, z: list[float]) -> list[int]:
        """K bits of the key to read (which: 0) or to write (1), from z weighted with squared genes."""
        n, p = self.n, self.p.memory
        gathered = [self.genes[which * n + i] ** 2 * v for i, v in enumerate(z)]
        bits = []
        for j in range(p.bits // n):
            block = [1] * n
            for r in range(p.order):
                seed = hashing.KEY_FLIPS + 2 * (j * p.order + r)
                signs = self._signs(transform(flip(transform(flip(gathered, seed)), seed + 1)))
                block = [a * b for a, b in zip(block, signs, strict=True)]
            bits += block
        return bits

    def cells(self, v: int) -> list[float]:
        """[K] weights of the memory for value v."""
        return self.state[v * self.p.memory.bits : (v + 1) * self.p.memory.bits]

    def step(self, observations: list[float]) -> list[float]:
        """Computes a step. Returns the raw actions."""
        u = [*observations, 1.0]
        if self.p.recurrent.lanes:
            u += self.state[-self.p.recurrent.lanes :]
        if self.p.memory:
            b = self.key(0, u + [0.0] * (self.n - len(u)))
            u += [clip(_dot(self.cells(v), b)) for v in range(self.p.memory.values)]
        x = u + [0.0] * (self.n - len(u))
        length = math.sqrt(sum(v * v for v in x))
        x = [v * math.sqrt(self.n) / length for v in x]
        outputs = [self._member(m, x) for m in range(self.p.ensemble)]
        y = [sum(lane) / len(outputs) for lane in zip(*outputs, strict=True)]
        if self.p.recurrent.lanes:
            first, lanes = self.network.recurrent_lane, self.p.recurrent.lanes
            self.state[-lanes:] = [clip(v) for v in y[first : first + lanes]]
        if self.p.memory:
            self._write(x, y)
        return y[: self.network.num_actions]

    def _member(self, m: int, x: list[float]) -> list[float]:
        flips, rows, n = base.MEMBER_FLIPS + m * base.FLIPS_PER_MEMBER, iter(self.weights[m]), self.n
        h = flip(x, flips + base.INPUT_FLIPS)
        for layer in range(1, self.p.layers + 1):
            t = [v * math.sqrt(3 / n) for v in transform(h)]
            up, down = next(rows), next(rows)
            h = [(up[i] if s > 0 else down[i]) * t[i] for i, s in enumerate(self._signs(t))]
            if self.p.injection and layer % self.p.injection == 0:
                again, g = transform(flip(x, flips + base.INJECTION_FLIPS + layer)), next(rows)
                h = [h[i] + g[i] * again[i] / math.sqrt(n) for i in range(n)]
        return [v / math.sqrt(n) for v in transform(h)]

    def _write(self, x: list[float], y: list[float]) -> None:
        b, bits, first = self.key(1, x), self.p.memory.bits, self.network.num_actions
        gate = y[self.network.num_actions + self.p.memory.values]
        self.margin = min(self.margin, abs(gate))
        if gate <= 0:
            return
        for v in range(self.p.memory.values):
            cells = self.cells(v)
            error = clip(y[first + v]) - _dot(cells, b)
            changed = [m + error * bit / bits for m, bit in zip(cells, b, strict=True)]
            self.state[v * bits : (v + 1) * bits] = [stored(m, self.p.memory.storage) for m in changed]


def stored(m: float, storage: str) -> float:
    """A value rounded as a memory of this type stores it; float32 counts as exact here."""
    return float(struct.unpack("e", struct.pack("e", m))[0]) if storage == "float16" else m


def _dot(row: list[float], key: list[int]) -> float:
    return sum(m * b for m, b in zip(row, key, strict=True))


def brain_step(
    brain: Any, genes: list[float], state: list[float], observations: list[float]
) -> tuple[list[float], float]:
    """Actions of one agent and the margin of its decisions. `state`, its values slot by slot, changes in place."""
    agent = NaiveBrain(brain.network, genes, state)
    actions = agent.step(observations)
    return actions, agent.margin
