"""Writes a step as LLVM vector IR: each agent's values live in vector registers, several agents side by side.

A value is n/16 vectors of 16 lanes for each agent (LLVM splits them for narrower machines), or n g/16 vectors for each
group of g agents that share vectors (`ops_interleave`). Butterflies between vectors are plain sums and differences;
inside a vector they are a shuffle and a sum. Every word rounds exactly as in `Reference`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from alife.backends.cpu import jit, ops_hash, ops_loop, ops_random, ops_transforms
from alife.backends.cpu.literals import float_vector, integer_vector
from alife.backends.cpu.llvm_text import LlvmText
from alife.backends.cpu.ops_interleave import deinterleave, interleave
from alife.backends.cpu.ops_lazy import Vectors
from alife.backends.cpu.ops_memory import Memory
from alife.backends.cpu.vector_builder import VectorBuilder
from alife.ops.sign_patterns import pattern
from alife.ops.slots import Index, Slot
from alife.ops.vocabulary import Body, Operations, Row, Scalar, Value


class Simd(Operations):
    """Runs a step by writing it as LLVM IR.

    Args:
        width: n, lanes.
        text: where the instructions go.
        bases: for each kind of slot, the pointer to each agent's row.
        group: the number of agents that share a vector: 1, 2, 4, 8 or 16, a divisor of the number of agents.
        lean: of the plan.

    The `data` of a value are names or literals, [group][vector]; words that work lane by lane are written when a vector
    is first read (`ops_lazy`).
    """

    def __init__(
        self, width: int, text: LlvmText, bases: Mapping[str, Sequence[str]], group: int = 1, lean: bool = False
    ) -> None:
        super().__init__(width)
        self._b = VectorBuilder(text, width, len(bases["genome"]), group, lean)
        self._text, self._memory = text, Memory(self._b, bases)

    def _each(self, write: Callable[..., str], *values: Value) -> Value:
        """One expression for every vector of every group."""
        return Value(self, self._b.each(write, *(value.data for value in values)))

    def load(self, slot: Slot, row: Row = 0, at: int = 0) -> Value:
        return Value(self, self._memory.load(self.place(slot, row, at)))

    def store(self, slot: Slot, value: Value, row: Row = 0, at: int = 0, when: Value | None = None) -> None:
        self._memory.store(self.place(slot, row, at), value.data, when)

    def const(self, numbers: float | Sequence[float] | np.ndarray) -> Value:
        return Value(self, self._b.constant([float_vector(part) for part in self._b.split(self.lanes(numbers))]))

    def binary(self, word: str, a: Value, b: Value) -> Value:
        if word in ("add", "mul"):
            return self._each(self._b.add if word == "add" else self._b.multiply, a, b)
        return self._each(lambda x, y: self._text.let(f"f{word} {self._b.type} {x}, {y}"), a, b)

    def unary(self, word: str, x: Value) -> Value:
        if word == "negate":
            return self._each(lambda v: self._text.let(f"fneg {self._b.type} {v}"), x)
        if word == "exp2i":
            return self._each(self._exp2i, x)
        name = f"llvm.{'fabs' if word == 'abs' else word}.v{self._b.size}f32"
        return self._each(lambda v: self._text.call(self._b.type, name, [(self._b.type, v)]), x)

    def _exp2i(self, k: str) -> str:
        low, high = (float_vector([x] * self._b.size) for x in (-126.0, 127.0))
        bias, places = (integer_vector([x] * self._b.size) for x in (127, 23))
        raised = self._b.choose(k, low, k, low)
        bounded = self._b.choose(high, raised, raised, high)
        whole = self._text.let(f"fptosi {self._b.type} {bounded} to {self._b.ints}")
        biased = self._text.let(f"add {self._b.ints} {whole}, {bias}")
        moved = self._text.let(f"shl {self._b.ints} {biased}, {places}")
        return self._text.let(f"bitcast {self._b.ints} {moved} to {self._b.type}")

    def select(self, x: Scalar, y: Scalar, a: Scalar, b: Scalar) -> Value:
        return self._each(self._b.choose, *(self.value(v) for v in (x, y, a, b)))

    def blend(self, mask: Sequence[bool] | np.ndarray, a: Scalar, b: Scalar) -> Value:
        masks, first, second = self._b.split(self.lanes(mask)), self.value(a).data, self.value(b).data

        def blended(x: Vectors, y: Vectors) -> Vectors:
            return self._b.lazy(lambda c: self._blended(masks[c], x, y, c), x, y)

        return Value(self, [blended(x, y) for x, y in zip(first, second, strict=True)])

    def _blended(self, mask: np.ndarray, x: Vectors, y: Vectors, number: int) -> str:
        """One vector; the other value's is not written if all lanes are of one."""
        if mask.all() or not mask.any():
            return x[number] if mask.any() else y[number]
        bits, kind = self._b.bits, self._b.type
        lanes = integer_vector(mask, 1)
        return self._text.let(f"select {bits} {lanes}, {kind} {x[number]}, {kind} {y[number]}")

    def flip(self, x: Value, seed: int) -> Value:
        where = self._b.split(pattern(seed, self.width))

        def flipped(vectors: Vectors) -> Vectors:
            return self._b.lazy(lambda c: self._b.flip(vectors[c], where[c]), vectors)

        return Value(self, [flipped(vectors) for vectors in x.data])

    def wht(self, x: Value, block: int | None = None) -> Value:
        return Value(self, ops_transforms.wht(self._b, x.data, block or self.width))

    def hash_signs(self, x: Value, seed: int) -> Value:
        if not jit.has(ops_hash.NEEDED):
            return super().hash_signs(x, seed)
        flips = [self._b.split(pattern(seed + turn, self.width)) for turn in range(2)]
        return Value(self, [ops_hash.hash_signs(self._b, vectors, flips) for vectors in x.data])

    def total(self, x: Value) -> Value:
        return Value(self, [[ops_transforms.total(self._b, vectors)] * self._b.chunks for vectors in x.data])

    def permute(self, x: Value, table: Sequence[int] | np.ndarray) -> Value:
        parts = self._b.split(self.lanes(table))
        return Value(self, [[self._b.collect(vectors, part) for part in parts] for vectors in x.data])

    def lane(self, x: Value, index: int | Index) -> Value:
        if isinstance(index, int):
            table = np.full(self._b.size, index)
            return Value(self, [[self._b.collect(vectors, table)] * self._b.chunks for vectors in x.data])
        rows: list[Vectors] = [
            [self._memory.pick(vectors, index)] * self._b.row_vectors for vectors in deinterleave(self._b, x.data)
        ]
        return Value(self, interleave(self._b, rows))

    def gather(self, x: Value, index: Value) -> Value:
        pairs = zip(deinterleave(self._b, x.data), deinterleave(self._b, index.data), strict=True)
        rows: list[Vectors] = [self._memory.gather(vectors, where) for vectors, where in pairs]
        return Value(self, interleave(self._b, rows))

    def loop(self, count: int, body: Body, carries: Sequence[Value]) -> list[Value]:
        results = list(carries)

        def run(j: Index, data: ops_loop.Values) -> ops_loop.Values:
            results[:] = body(j, [Value(self, vectors) for vectors in data])
            return [value.data for value in results]

        if count > 0:
            ops_loop.loop(self._b, count, run, [value.data for value in carries])
        return results

    def draw(self, stream: int, counter: int | Index = 0, fixed: bool = False) -> Value:
        salt, clock = (self.const(0.0) if fixed else self.load(self.state(name, 1)) for name in ("salt", "clock"))
        number = self._b.index(counter)
        firsts = [[self._b.first_lane(x.data, m) for x in (salt, clock)] for m in range(self._b.agents)]
        rows: list[Vectors] = [ops_random.draw(self._b, stream, number, *pair) for pair in firsts]
        return Value(self, interleave(self._b, rows))
