"""Writes a step as LLVM vector IR: each agent's values live in vector registers, several agents side by side.

A value is, for each of the interleaved agents, n/16 vectors of 16 lanes (LLVM splits them for narrower machines).
Butterflies between vectors are plain sums and differences; inside a vector a shuffle, a sign mask and a sum. Every
word rounds exactly as in `Reference`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from alife.operations import simd_memory, simd_random
from alife.operations.signs import pattern
from alife.operations.text import Text, floats, integers
from alife.operations.values import Index, Row, Scalar, Slot, Value
from alife.operations.words import Body, Operations

VECTOR = 16
Chunks = list[list[str]]  # [agent][vector] names or literals


class Simd(Operations):
    """Runs a step by writing it.

    Args:
        width: n, lanes.
        text: where the instructions go.
        bases: for each kind of slot, the pointer to each interleaved agent's row.
    """

    def __init__(self, width: int, text: Text, bases: Mapping[str, Sequence[str]]) -> None:
        super().__init__(width)
        self.text, self.bases = text, bases
        self.agents = len(bases["genome"])
        self.size = min(VECTOR, width)
        self.type = f"<{self.size} x float>"
        self.ints = f"<{self.size} x i32>"
        self.chunks = width // self.size
        self.gates: dict[tuple[Value, int], str] = {}  # conditions already asked

    def each(self, write: Callable[..., str], *values: Value) -> Value:
        """Write one expression for every vector of every agent."""
        agents, chunks = range(self.agents), range(self.chunks)
        return Value(self, [[write(*(v.data[m][c] for v in values)) for c in chunks] for m in agents])

    def parts(self, lanes: np.ndarray) -> list[np.ndarray]:
        """Constant lanes [n] cut into vectors."""
        return list(lanes.reshape(self.chunks, self.size))

    def spread(self, literals: Sequence[str]) -> Value:
        """A constant: one literal a vector, the same for each agent."""
        return Value(self, [list(literals) for _ in range(self.agents)])

    def load(self, slot: Slot, row: Row = 0, at: int = 0) -> Value:
        return simd_memory.load(self, slot, row, at)

    def store(self, slot: Slot, value: Value, row: Row = 0, at: int = 0, when: Value | None = None) -> None:
        simd_memory.store(self, (slot, row, at), value, when)

    def const(self, numbers: float | Sequence[float] | np.ndarray) -> Value:
        return self.spread([floats(part) for part in self.parts(self.lanes(numbers))])

    def binary(self, word: str, a: Value, b: Value) -> Value:
        return self.each(lambda x, y: self.text.let(f"f{word} {self.type} {x}, {y}"), a, b)

    def unary(self, word: str, x: Value) -> Value:
        if word == "negate":
            return self.each(lambda v: self.text.let(f"fneg {self.type} {v}"), x)
        if word == "exp2i":
            return self.each(self._exp2i, x)
        name = f"llvm.{'fabs' if word == 'abs' else word}.v{self.size}f32"
        return self.each(lambda v: self.text.call(self.type, name, [(self.type, v)]), x)

    def _exp2i(self, k: str) -> str:
        low, high, bias, places = (self._splat(x) for x in (-126.0, 127.0, 127, 23))
        bounded = self._at_least(self._at_least(k, low), high, swap=True)
        whole = self.text.let(f"fptosi {self.type} {bounded} to {self.ints}")
        biased = self.text.let(f"add {self.ints} {whole}, {bias}")
        moved = self.text.let(f"shl {self.ints} {biased}, {places}")
        return self.text.let(f"bitcast {self.ints} {moved} to {self.type}")

    def _splat(self, x: float | int) -> str:
        return floats([x] * self.size) if isinstance(x, float) else integers([x] * self.size)

    def _at_least(self, x: str, bound: str, swap: bool = False) -> str:
        """max(x, bound), or with `swap` min(x, bound), as `select` defines them."""
        first, second = (bound, x) if swap else (x, bound)
        return self.choose(first, second, x, bound)

    def choose(self, x: str, y: str, a: str, b: str) -> str:
        """One vector of `select`."""
        mask = self.text.let(f"fcmp oge {self.type} {x}, {y}")
        return self.text.let(f"select <{self.size} x i1> {mask}, {self.type} {a}, {self.type} {b}")

    def select(self, x: Scalar, y: Scalar, a: Scalar, b: Scalar) -> Value:
        return self.each(self.choose, *(self.value(v) for v in (x, y, a, b)))

    def blend(self, mask: Sequence[bool] | np.ndarray, a: Scalar, b: Scalar) -> Value:
        masks = self.spread([integers(part, 1) for part in self.parts(self.lanes(mask))])
        bits = f"<{self.size} x i1>"
        return self.each(
            lambda m, x, y: self.text.let(f"select {bits} {m}, {self.type} {x}, {self.type} {y}"),
            masks, self.value(a), self.value(b),
        )  # fmt: skip

    def flip(self, x: Value, seed: int) -> Value:
        lanes = np.where(pattern(seed, self.width), -(1 << 31), 0)
        return self.each(self.change_signs, x, self.spread([integers(part) for part in self.parts(lanes)]))

    def change_signs(self, x: str, mask: str) -> str:
        """One vector with the sign bits of a mask changed."""
        bits = self.text.let(f"bitcast {self.type} {x} to {self.ints}")
        changed = self.text.let(f"xor {self.ints} {bits}, {mask}")
        return self.text.let(f"bitcast {self.ints} {changed} to {self.type}")

    def wht(self, x: Value, block: int | None = None) -> Value:
        gap, end = 1, block or self.width
        while gap < end:
            inside = gap < self.size
            x = self._inner_stage(x, gap) if inside else Value(self, [self._outer_stage(v, gap) for v in x.data])
            gap *= 2
        return x

    def shuffle(self, x: str, table: Sequence[int] | np.ndarray, y: str = "poison") -> str:
        """Lanes of one or two vectors in another order."""
        mask = f"<{len(table)} x i32> {integers(table)}"
        return self.text.let(f"shufflevector {self.type} {x}, {self.type} {y}, {mask}")

    def _inner_stage(self, x: Value, gap: int) -> Value:
        """Lane i becomes its partner's value plus or minus its own; a sum in either order is the same float."""
        lanes = np.arange(self.size)
        mask = integers(np.where(lanes & gap, -(1 << 31), 0))

        def stage(v: str) -> str:
            partner = self.shuffle(v, lanes ^ gap)
            return self.text.let(f"fadd {self.type} {partner}, {self.change_signs(v, mask)}")

        return self.each(stage, x)

    def _outer_stage(self, chunks: list[str], gap: int) -> list[str]:
        result, step = list(chunks), gap // self.size
        for i in (i for i in range(self.chunks) if not i & step):
            result[i] = self.text.let(f"fadd {self.type} {chunks[i]}, {chunks[i + step]}")
            result[i + step] = self.text.let(f"fsub {self.type} {chunks[i]}, {chunks[i + step]}")
        return result

    def total(self, x: Value) -> Value:
        return Value(self, [self._sum(chunks) for chunks in x.data])

    def _sum(self, chunks: list[str]) -> list[str]:
        """Halves of vectors, then of lanes; adding partners both ways leaves the sum on every lane."""
        while len(chunks) > 1:
            half = len(chunks) // 2
            pairs = zip(chunks[:half], chunks[half:], strict=True)
            chunks = [self.text.let(f"fadd {self.type} {a}, {b}") for a, b in pairs]
        v, gap = chunks[0], self.size // 2
        while gap:
            v, gap = self.text.let(f"fadd {self.type} {v}, {self.shuffle(v, np.arange(self.size) ^ gap)}"), gap // 2
        return [v] * self.chunks

    def permute(self, x: Value, table: Sequence[int] | np.ndarray) -> Value:
        parts = self.parts(self.lanes(table))
        return Value(self, [[self._collect(chunks, part) for part in parts] for chunks in x.data])

    def _collect(self, chunks: list[str], lanes: np.ndarray) -> str:
        """One vector whose lane i is lane lanes[i] of all: from one source vector after another."""
        sources = np.unique(lanes // self.size)
        result = "poison"
        for source in sources:
            ours = lanes // self.size == source
            table = np.where(ours, lanes % self.size, np.arange(self.size) + self.size)
            result = self.shuffle(chunks[source], table, result)
        return result

    def lane(self, x: Value, index: int | Index) -> Value:
        return Value(self, [[self._pick(chunks, index)] * self.chunks for chunks in x.data])

    def _pick(self, chunks: list[str], index: int | Index) -> str:
        if isinstance(index, int):
            return self.shuffle(chunks[index // self.size], [index % self.size] * self.size)
        place = simd_memory.spill(self, chunks)
        return self.broadcast(simd_memory.element(self, place, simd_memory.position(self, index)))

    def broadcast(self, scalar: str) -> str:
        """A float on every lane of a vector."""
        first = self.text.let(f"insertelement {self.type} poison, float {scalar}, i64 0")
        return self.shuffle(first, [0] * self.size)

    def gather(self, x: Value, index: Value) -> Value:
        pairs = zip(x.data, index.data, strict=True)
        return Value(self, [simd_memory.gather(self, chunks, where) for chunks, where in pairs])

    def loop(self, count: int, body: Body, carries: Sequence[Value]) -> list[Value]:
        if count < 1:
            return list(carries)
        return simd_memory.loop(self, count, body, carries)

    def draw(self, stream: int, counter: int | Index = 0, fixed: bool = False) -> Value:
        salt, clock = (self.const(0.0) if fixed else self.load(self.state(name, 1)) for name in ("salt", "clock"))
        where: Any = simd_memory.position(self, counter)
        pairs = zip(salt.data, clock.data, strict=True)
        return Value(self, [simd_random.draw(self, (stream, where), s[0], c[0]) for s, c in pairs])
