"""Writes a step as LLVM vector IR: each agent's values live in vector registers, several agents side by side.

A value is, for each of the interleaved agents, n/16 vectors of 16 lanes (LLVM splits them for narrower machines), or
the like for groups of agents that share vectors (`simd_group`). Butterflies between vectors are plain sums and
differences; inside a vector a shuffle and a sum. Every word rounds exactly as in `Reference`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from alife.compile import native
from alife.operations import simd_memory, simd_random
from alife.operations.signs import pattern
from alife.operations.simd_group import grouped, parted
from alife.operations.simd_late import Late, settled
from alife.operations.text import Text, floats, integers
from alife.operations.values import Index, Row, Scalar, Slot, Value
from alife.operations.words import Body, Operations

VECTOR = 16
Vectors = Late | list[str]
TOGETHER = 16  # vectors whose stages are written before those of the next: as many as registers hold with their sums


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

    def __init__(self, width: int, text: Text, bases: Mapping[str, Sequence[str]], group: int = 1) -> None:
        super().__init__(width)
        self.text, self.bases, self.group = text, bases, group
        self.agents = len(bases["genome"])
        self.groups = self.agents // group
        self.size = VECTOR
        self.span = self.size // group  # lanes of one agent in a vector
        self.type = f"<{self.size} x float>"
        self.ints = f"<{self.size} x i32>"
        self.chunks = width // self.span
        self.gates: dict[tuple[Value, int], str] = {}  # conditions already asked
        self.waiting: list[Late] = []
        self.flipped: dict[str, tuple[str, np.ndarray]] = {}  # a flipped vector: what it was, where its signs changed

    def each(self, write: Callable[..., str], *values: Value) -> Value:
        """One expression for every vector of every group, written when it is asked for."""

        def late(*operands: Vectors) -> Vectors:
            return self.late(lambda c: write(*(vectors[c] for vectors in operands)), *operands)

        return Value(self, [late(*operands) for operands in zip(*(v.data for v in values), strict=True)])

    def late(self, write: Callable[[int], str], *operands: Vectors, count: int = 0) -> Late:
        """The vectors of a group, or so many, each written by its number when it is asked for.

        operands: what `write` asks for.
        """
        late = Late(count or self.chunks, write, operands)
        self.waiting.append(late)
        return late

    def settle(self) -> None:
        """Write all that waits: what comes next runs more than once, or not always, or changes what is in memory."""
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
        after = self.change_signs(before, mask_of(changed))
        self.flipped[after] = before, changed
        return after

    def change_signs(self, x: str, mask: str) -> str:
        """One vector with the sign bits of a mask changed."""
        bits = self.text.let(f"bitcast {self.type} {x} to {self.ints}")
        changed = self.text.let(f"xor {self.ints} {bits}, {mask}")
        return self.text.let(f"bitcast {self.ints} {changed} to {self.type}")

    def wht(self, x: Value, block: int | None = None) -> Value:
        gap, end = 1, block or self.width
        while gap < min(end, self.span):
            x, gap = self.each(lambda v, gap=gap: self._inner_stage(v, gap), x), 2 * gap
        return Value(self, [self._outer_stages(settled(v), gap // self.span, end // self.span) for v in x.data])

    def _inner_stage(self, v: str, gap: int) -> str:
        """Lane i becomes its partner's value plus or minus its own; a sum in either order is the same float.

        Flips are told to partners and own lanes apart, as one vector is often flipped in several ways.
        """
        minus, partners = (np.arange(self.size) & gap) > 0, np.arange(self.size) ^ gap
        if v not in self.flipped:
            return self._plus_minus(self.shuffle(v, partners), v, minus)
        before, changed = self.flipped[v]
        partner = self.change_signs(self.shuffle(before, partners), mask_of(changed[partners]))
        return self._plus_minus(partner, before, minus ^ changed)

    def _plus_minus(self, a: str, b: str, minus: np.ndarray) -> str:
        """a - b on the lanes of a constant mask, a + b on the others. A product with 1 or -1 needs no rounding."""
        if native.has("fma"):
            ones = floats(np.where(minus, -1.0, 1.0))
            return self.text.call(self.type, f"llvm.fma.v{self.size}f32", [(self.type, x) for x in (b, ones, a)])
        return self.text.let(f"fadd {self.type} {a}, {self.change_signs(b, mask_of(minus))}")

    def _outer_stages(self, chunks: list[str], gap: int, end: int) -> list[str]:
        """Stages between vectors, from one gap to another: all of a few vectors, then of the next few."""
        result = chunks
        while 0 < gap < end:
            top = min(gap * TOGETHER, end)
            for first in (i for i in range(self.chunks) if i % top < gap):
                self._butterflies(result, range(first, first + top, gap))
            gap = top
        return result

    def _butterflies(self, chunks: list[str], places: range) -> None:
        """The transform of the vectors at these places, in place."""
        gap = 1
        while gap < len(places):
            for i in (i for i in range(len(places)) if not i & gap):
                a, b = chunks[places[i]], chunks[places[i + gap]]
                chunks[places[i]] = self.text.let(f"fadd {self.type} {a}, {b}")
                chunks[places[i + gap]] = self.text.let(f"fsub {self.type} {a}, {b}")
            gap *= 2

    def shuffle(self, x: str, table: Sequence[int] | np.ndarray, y: str = "poison") -> str:
        """Lanes of one or two vectors in another order."""
        mask = f"<{len(table)} x i32> {integers(table)}"
        return self.text.let(f"shufflevector {self.type} {x}, {self.type} {y}, {mask}")

    def total(self, x: Value) -> Value:
        return Value(self, [[self._sum(vectors)] * self.chunks for vectors in x.data])

    def _sum(self, vectors: Vectors) -> str:
        """The sum of vectors, then of lanes; adding partners both ways leaves the sum on every lane."""
        v, gap = self._tree(vectors, 0, 1), self.span // 2
        while gap:
            v, gap = self.text.let(f"fadd {self.type} {v}, {self.shuffle(v, np.arange(self.size) ^ gap)}"), gap // 2
        return v

    def _tree(self, vectors: Vectors, first: int, step: int) -> str:
        """Every `step`-th vector from `first` on: sums of halves, each half summed before the next is begun."""
        if step == self.chunks:
            return vectors[first]
        a, b = (self._tree(vectors, start, 2 * step) for start in (first, first + step))
        return self.text.let(f"fadd {self.type} {a}, {b}")

    def permute(self, x: Value, table: Sequence[int] | np.ndarray) -> Value:
        parts = self.parts(self.lanes(table))
        return Value(self, [[self._collect(chunks, part) for part in parts] for chunks in x.data])

    def _collect(self, chunks: Vectors, lanes: np.ndarray) -> str:
        """One vector whose lane i is its agent's lane lanes[i]: from one source vector after another."""
        sources = np.unique(lanes // self.span)
        result = chunks[sources[0]] if self.span == 1 else "poison"
        for source in sources if self.span > 1 else ():
            ours = lanes // self.span == source
            table = np.where(ours, self._first_lanes + lanes % self.span, np.arange(self.size) + self.size)
            result = self.shuffle(chunks[source], table, result)
        return result

    @property
    def _first_lanes(self) -> np.ndarray:
        """Where the lanes of each lane's agent begin in a vector."""
        return np.arange(self.size) // self.span * self.span

    def lane(self, x: Value, index: int | Index) -> Value:
        if isinstance(index, int):
            table = np.full(self.size, index)
            return Value(self, [[self._collect(chunks, table)] * self.chunks for chunks in x.data])
        rows = [[self._pick(chunks, index)] * (self.width // self.size) for chunks in parted(self, x.data)]
        return Value(self, grouped(self, rows))

    def _pick(self, chunks: list[str], index: Index) -> str:
        place = simd_memory.spill(self, chunks)
        return self.broadcast(simd_memory.element(self, place, simd_memory.position(self, index)))

    def broadcast(self, scalar: str) -> str:
        """A float on every lane of a vector."""
        first = self.text.let(f"insertelement {self.type} poison, float {scalar}, i64 0")
        return self.shuffle(first, [0] * self.size)

    def gather(self, x: Value, index: Value) -> Value:
        pairs = zip(parted(self, x.data), parted(self, index.data), strict=True)
        return Value(self, grouped(self, [simd_memory.gather(self, chunks, where) for chunks, where in pairs]))

    def loop(self, count: int, body: Body, carries: Sequence[Value]) -> list[Value]:
        if count < 1:
            return list(carries)
        self.settle()
        return simd_memory.loop(self, count, body, carries)

    def draw(self, stream: int, counter: int | Index = 0, fixed: bool = False) -> Value:
        salt, clock = (self.const(0.0) if fixed else self.load(self.state(name, 1)) for name in ("salt", "clock"))
        where: Any = simd_memory.position(self, counter)
        pairs = zip(parted(self, salt.data), parted(self, clock.data), strict=True)
        return Value(self, grouped(self, [simd_random.draw(self, (stream, where), s[0], c[0]) for s, c in pairs]))


def mask_of(changed: np.ndarray) -> str:
    """The sign bits of some lanes."""
    return integers(np.where(changed, -(1 << 31), 0))
