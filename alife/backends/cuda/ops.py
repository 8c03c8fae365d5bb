"""Writes a step as CUDA C: n/8 threads an agent, eight lanes a thread, in registers.

Thread t of an agent holds lanes 4t..4t+3 and n/2+4t..n/2+4t+3: two 16-byte loads a row, side by side with those of its
neighbors. Butterflies at gaps 1, 2 and n/2 stay in registers, the others are shuffles. Lanes whose numbers are known
only at run time go through shared memory. Every word rounds exactly as in `Reference`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from alife.backends.cuda.cuda_text import CudaText
from alife.backends.cuda.ops_memory import Memory
from alife.backends.cuda.register_builder import LANES, RegisterBuilder, clamped_index, index_text
from alife.ops.sign_patterns import pattern
from alife.ops.slots import Index, Slot
from alife.ops.vocabulary import Body, Operations, Row, Scalar, Value

_OPERATORS: Mapping[str, str] = {"add": "+", "sub": "-", "mul": "*", "div": "/"}
_UNARY = {"negate": "-{}", "abs": "fabsf({})", "sqrt": "sqrtf({})", "floor": "floorf({})", "exp2i": "alife_exp2i({})"}


class Cuda(Operations):
    """Runs a step by writing it as CUDA C.

    The `data` of a value are eight names or literals, one for each lane of a thread.

    Args:
        width: n, lanes.
        text: where the statements go. They name `t`, the thread within its agent, and `lane`, its first lane.

    Attributes:
        threads: of an agent, n/8.
        memory: the accesses of the step: kinds of rows that it uses and writes, and its use of shared memory.
    """

    def __init__(self, width: int, text: CudaText) -> None:
        super().__init__(width)
        self.text, self._registers = text, RegisterBuilder(text, width)
        self.threads, self.memory = self._registers.threads, Memory(self._registers)

    def _each(self, write: Callable[..., str], *values: Value) -> Value:
        """One expression for each of a thread's lanes."""
        return Value(self, self._registers.each(write, *(value.data for value in values)))

    def load(self, slot: Slot, row: Row = 0, at: int = 0) -> Value:
        return Value(self, self.memory.load(self.place(slot, row, at)))

    def store(self, slot: Slot, value: Value, row: Row = 0, at: int = 0, when: Value | None = None) -> None:
        self.memory.store(self.place(slot, row, at), value.data, when)

    def const(self, numbers: float | Sequence[float] | np.ndarray) -> Value:
        return Value(self, self._registers.constant(np.ascontiguousarray(self.lanes(numbers), np.float32)))

    def binary(self, word: str, a: Value, b: Value) -> Value:
        return self._each(lambda x, y: f"{x} {_OPERATORS[word]} {y}", a, b)

    def unary(self, word: str, x: Value) -> Value:
        return self._each(_UNARY[word].format, x)

    def select(self, x: Scalar, y: Scalar, a: Scalar, b: Scalar) -> Value:
        values = (self.value(v) for v in (x, y, a, b))
        return self._each(lambda x, y, a, b: f"{x} >= {y} ? {a} : {b}", *values)

    def blend(self, mask: Sequence[bool] | np.ndarray, a: Scalar, b: Scalar) -> Value:
        masks = self.lanes(mask).astype(bool)[self._registers.held]
        lanes = zip(masks, self.value(a).data, self.value(b).data, strict=True)
        return Value(self, [self._registers.blend(*lane) for lane in lanes])

    def flip(self, x: Value, seed: int) -> Value:
        masks = pattern(seed, self.width)[self._registers.held]
        return Value(self, [self._registers.change_signs(*lane) for lane in zip(masks, x.data, strict=True)])

    def wht(self, x: Value, block: int | None = None) -> Value:
        lanes, gap = list(x.data), 1
        while gap < (block or self.width):
            lanes, gap = self._registers.butterflies(lanes, gap), gap * 2
        return Value(self, lanes)

    def total(self, x: Value) -> Value:
        return Value(self, self._registers.splat(self._registers.total(x.data)))

    def permute(self, x: Value, table: Sequence[int] | np.ndarray) -> Value:
        lanes = np.asarray(self.lanes(table), int)
        if np.array_equal(lanes, np.arange(self.width) ^ lanes[0]):
            return Value(self, self._registers.exchange(x.data, int(lanes[0])))
        name = self.text.table("unsigned char", lanes)
        indices = [f"{name}[{self._registers.lane_number(r)}]" for r in range(LANES)]
        return Value(self, self.memory.gather(x.data, indices))

    def lane(self, x: Value, index: int | Index) -> Value:
        return Value(self, self._registers.splat(self._registers.one(x.data, index)))

    def gather(self, x: Value, index: Value) -> Value:
        return Value(self, self.memory.gather(x.data, [clamped_index(lane, self.width) for lane in index.data]))

    def loop(self, count: int, body: Body, carries: Sequence[Value]) -> list[Value]:
        def run(j: Index, data: list[list[str]]) -> list[list[str]]:
            return [value.data for value in body(j, [Value(self, lanes) for lanes in data])]

        kept = self.memory.loop(count, run, [value.data for value in carries])
        return [Value(self, lanes) for lanes in kept]

    def draw(self, stream: int, counter: int | Index = 0, fixed: bool = False) -> Value:
        salt, clock = ("0" if fixed else self.memory.scalar(self.state(name, 1)) for name in ("salt", "clock"))
        where = f"(unsigned int){index_text(counter)}, (unsigned int){clock}, 0u"
        key = f"(unsigned int){salt}, {stream & 0xFFFFFFFF}u"
        quads = [f"alife_draw(uint4{{t + {first}u, {where}}}, {key})" for first in (0, self.threads)]
        return Value(self, [f"{self.text.let(quad, 'float4')}.{part}" for quad in quads for part in "xyzw"])
