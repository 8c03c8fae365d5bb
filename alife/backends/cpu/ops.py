"""Writes a step as LLVM vector IR: each agent's values live in vector registers, several agents side by side.

A value is, for each of the interleaved agents, n/16 vectors of 16 lanes (LLVM splits them for narrower machines), or
the like for groups of agents that share vectors (`simd_group`). Butterflies between vectors are plain sums and
differences; inside a vector a shuffle and a sum. Every word rounds exactly as in `Reference`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from alife.backends.cpu import ops_memory, ops_random, ops_transforms
from alife.backends.cpu.llvm_text import LlvmText, floats, integers
from alife.backends.cpu.ops_interleave import deinterleave, interleave
from alife.backends.cpu.ops_lazy import LazyVectors
from alife.ops.sign_patterns import pattern
from alife.ops.values import Index, Row, Scalar, Slot, Value
from alife.ops.vocabulary import Body, Operations

VECTOR = 16
Vectors = LazyVectors | list[str]


class Simd(Operations):
    """Runs a step by writing it.

    Args:
        width: n, lanes.
        text: where the instructions go.
        bases: for each kind of slot, the pointer to each interleaved agent's row.
        group: how many agents share a vector: 1, 2, 4, 8 or 16, a divisor of the number of agents.

    The `data` of a value are names or literals, [agent or group][vector]; what is computed lane by lane waits there
    until it is asked for (`simd_late`).
    """

    def __init__(self, width: int, text: LlvmText, bases: Mapping[str, Sequence[str]], group: int = 1) -> None:
        super().__init__(width)
        self.text, self.bases, self.group = text, bases, group
        self.agents = len(bases["genome"])
        assert self.agents % group == 0, f"group: expected a divisor of {self.agents} agents, got {group}"
        self.groups = self.agents // group
        self.size = VECTOR
        self.span = self.size // group  # lanes of one agent in a vector
        self.type = f"<{self.size} x float>"
        self.ints = f"<{self.size} x i32>"
        self.chunks = width // self.span
        self.row_vectors = width // self.size  # of one agent alone, as memory keeps its rows
        self.gates: dict[tuple[Value, int], str] = {}  # conditions already asked
        self.waiting: list[LazyVectors] = []
        self.flipped: dict[str, tuple[str, np.ndarray]] = {}  # a flipped vector: what it was, where its signs changed

    def each(self, write: Callable[..., str], *values: Value) -> Value:
        """One expression for every vector of every group, written when it is asked for."""

        def late(*operands: Vectors) -> Vectors:
            return self.late(lambda c: write(*(vectors[c] for vectors in operands)), *operands)

        return Value(self, [late(*operands) for operands in zip(*(v.data for v in values), strict=True)])

    def late(self, write: Callable[[int], str], *operands: Vectors, count: int = 0) -> LazyVectors:
        """The vectors of a group, each written by its number when it is asked for.

        operands: what `write` asks for. count: where it is not a group's, of how many vectors.
        """
        late = LazyVectors(count or self.chunks, write, operands)
        self.waiting.append(late)
        return late

    def settle(self) -> None:
        """Write all that waits: what comes next runs more than once."""
        waiting, self.waiting = self.waiting, []
        for late in waiting:
            late.settle()

    def parts(self, lanes: np.ndarray) -> list[np.ndarray]:
        """Constant lanes [n] cut into vectors, the same for each agent of a group."""
        return [np.tile(part, self.group) for part in lanes.reshape(self.chunks, self.span)]

    def spread(self, literals: Sequence[str]) -> Value:
        """A constant: one literal a vector, the same for each group."""
        return Value(self, [list(literals) for _ in range(self.groups)])

    def load(self, slot: Slot, row: Row = 0, at: int = 0) -> Value:
        return ops_memory.load(self, slot, row, at)

    def store(self, slot: Slot, value: Value, row: Row = 0, at: int = 0, when: Value | None = None) -> None:
        ops_memory.store(self, (slot, row, at), value, when)

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
        """One vector of `select`, asked the other way round: LLVM then writes over a in place where it is not meant."""
        mask = self.text.let(f"fcmp ult {self.type} {x}, {y}")
        return self.text.let(f"select <{self.size} x i1> {mask}, {self.type} {b}, {self.type} {a}")

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
        changed = self.parts(pattern(seed, self.width))

        def flipped(before: Vectors) -> Vectors:
            return self.late(lambda c: self._flip(before[c], changed[c]), before)

        return Value(self, [flipped(vectors) for vectors in x.data])

    def _flip(self, before: str, changed: np.ndarray) -> str:
        after = self.change_signs(before, changed)
        self.flipped[after] = before, changed
        return after

    def change_signs(self, x: str, where: np.ndarray) -> str:
        """One vector with the signs of some lanes changed. where: [16] bool."""
        bits = self.text.let(f"bitcast {self.type} {x} to {self.ints}")
        changed = self.text.let(f"xor {self.ints} {bits}, {integers(np.where(where, -(1 << 31), 0))}")
        return self.text.let(f"bitcast {self.ints} {changed} to {self.type}")

    def wht(self, x: Value, block: int | None = None) -> Value:
        return ops_transforms.wht(self, x, block or self.width)

    def shuffle(self, x: str, table: Sequence[int] | np.ndarray, y: str = "poison") -> str:
        """Lanes of one or two vectors in another order."""
        mask = f"<{len(table)} x i32> {integers(table)}"
        return self.text.let(f"shufflevector {self.type} {x}, {self.type} {y}, {mask}")

    def total(self, x: Value) -> Value:
        return Value(self, [[ops_transforms.total(self, vectors)] * self.chunks for vectors in x.data])

    def permute(self, x: Value, table: Sequence[int] | np.ndarray) -> Value:
        parts = self.parts(self.lanes(table))
        return Value(self, [[self._collect(chunks, part) for part in parts] for chunks in x.data])

    def _collect(self, chunks: Vectors, lanes: np.ndarray) -> str:
        """One vector whose lane i is its agent's lane lanes[i]: from one source vector after another."""
        if self.span == 1:
            return chunks[lanes[0]]
        result = "poison"
        for source in np.unique(lanes // self.span):
            ours = lanes // self.span == source
            table = np.where(ours, self._begins + lanes % self.span, np.arange(self.size) + self.size)
            result = self.shuffle(chunks[source], table, result)
        return result

    @property
    def _begins(self) -> np.ndarray:
        """Where the lanes of each lane's agent begin in a vector."""
        return np.arange(self.size) // self.span * self.span

    def lane(self, x: Value, index: int | Index) -> Value:
        if isinstance(index, int):
            table = np.full(self.size, index)
            return Value(self, [[self._collect(chunks, table)] * self.chunks for chunks in x.data])
        rows = [[self._pick(chunks, index)] * self.row_vectors for chunks in deinterleave(self, x.data)]
        return Value(self, interleave(self, rows))

    def _pick(self, chunks: list[str], index: Index) -> str:
        place = ops_memory.spill(self, chunks)
        return self.broadcast(ops_memory.element(self, place, ops_memory.position(self, index)))

    def broadcast(self, scalar: str) -> str:
        """A float on every lane of a vector."""
        first = self.text.let(f"insertelement {self.type} poison, float {scalar}, i64 0")
        return self.shuffle(first, [0] * self.size)

    def gather(self, x: Value, index: Value) -> Value:
        pairs = zip(deinterleave(self, x.data), deinterleave(self, index.data), strict=True)
        return Value(self, interleave(self, [ops_memory.gather(self, chunks, where) for chunks, where in pairs]))

    def loop(self, count: int, body: Body, carries: Sequence[Value]) -> list[Value]:
        if count < 1:
            return list(carries)
        self.settle()
        return ops_memory.loop(self, count, body, carries)

    def draw(self, stream: int, counter: int | Index = 0, fixed: bool = False) -> Value:
        salt, clock = (self.const(0.0) if fixed else self.load(self.state(name, 1)) for name in ("salt", "clock"))
        place: Any = (stream, ops_memory.position(self, counter))
        firsts = [[ops_memory.first(self, x, m) for x in (salt, clock)] for m in range(self.agents)]
        return Value(self, interleave(self, [ops_random.draw(self, place, *pair) for pair in firsts]))
