"""Writes a step as CUDA C: n/8 threads an agent, eight lanes a thread, in registers.

Thread t of an agent holds lanes 4t..4t+3 and n/2+4t..n/2+4t+3: two 16-byte loads a row, side by side with those of its
neighbours. Butterflies at gaps 1, 2 and n/2 stay in registers, the others are shuffles. Lanes that only the running
program knows go through shared memory. Every word rounds exactly as in `Reference`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from alife.backends.cuda import ops_memory
from alife.backends.cuda.cuda_text import CudaText
from alife.backends.cuda.law_expressions import float_text
from alife.ops.sign_patterns import pattern
from alife.ops.values import Index, Row, Scalar, Slot, Value
from alife.ops.vocabulary import Body, Operations

LANES = 8  # a thread
_OPERATORS: Mapping[str, str] = {"add": "+", "sub": "-", "mul": "*", "div": "/"}
_UNARY = {"negate": "-{}", "abs": "fabsf({})", "sqrt": "sqrtf({})", "floor": "floorf({})", "exp2i": "alife_exp2i({})"}


class Cuda(Operations):
    """Runs a step by writing it. A value's `data` is eight names or literals, one for each lane of a thread.

    Args:
        width: n, lanes.
        text: where the statements go. They name `t`, the thread within its agent, and `lane`, its first lane.
    """

    def __init__(self, width: int, text: CudaText) -> None:
        super().__init__(width)
        self.text, self.threads = text, width // LANES
        lanes = np.arange(width).reshape(2, self.threads, 4)
        self.held = lanes.transpose(0, 2, 1).reshape(LANES, self.threads)  # [register, thread] lane
        self.memory = ops_memory.Memory(self)
        self.same: set[str] = set()  # names of what every thread of an agent knows alike

    def each(self, write: Callable[..., str], *values: Value) -> Value:
        """Write one expression for each of a thread's lanes."""
        return Value(self, [self.text.let(write(*lanes)) for lanes in zip(*(v.data for v in values), strict=True)])

    def load(self, slot: Slot, row: Row = 0, at: int = 0) -> Value:
        return self.memory.load(slot, row, at)

    def store(self, slot: Slot, value: Value, row: Row = 0, at: int = 0, when: Value | None = None) -> None:
        self.memory.store((slot, row, at), value, when)

    def const(self, numbers: float | Sequence[float] | np.ndarray) -> Value:
        lanes = np.ascontiguousarray(self.lanes(numbers), np.float32)
        if len(set(map(float_text, lanes))) == 1:
            return Value(self, [float_text(lanes[0])] * LANES)
        table = self.text.table("unsigned int", lanes.view(np.uint32))
        return Value(self, [self.text.let(f"__uint_as_float({table}[{self.number(r)}])") for r in range(LANES)])

    def number(self, register: int) -> str:
        """The number of the lane a thread holds in a register."""
        return f"lane + {self.held[register, 0]}"

    def binary(self, word: str, a: Value, b: Value) -> Value:
        return self.each(lambda x, y: f"{x} {_OPERATORS[word]} {y}", a, b)

    def unary(self, word: str, x: Value) -> Value:
        return self.each(_UNARY[word].format, x)

    def select(self, x: Scalar, y: Scalar, a: Scalar, b: Scalar) -> Value:
        values = (self.value(v) for v in (x, y, a, b))
        return self.each(lambda x, y, a, b: f"{x} >= {y} ? {a} : {b}", *values)

    def blend(self, mask: Sequence[bool] | np.ndarray, a: Scalar, b: Scalar) -> Value:
        held = self.lanes(mask).astype(bool)[self.held]
        return Value(
            self, [self._blended(*lane) for lane in zip(held, self.value(a).data, self.value(b).data, strict=True)]
        )

    def _blended(self, mask: np.ndarray, a: str, b: str) -> str:
        """One register; a mask [threads] that is the same for all costs nothing, one of the first a comparison."""
        if mask.all() or not mask.any():
            return a if mask.all() else b
        count = int(mask.sum())
        if mask[:count].all():
            return self.text.let(f"t < {count} ? {a} : {b}")
        chosen = self.text.let(f"({_word(mask)} >> t & 1u) != 0u", "bool")
        return self.text.let(f"{chosen} ? {a} : {b}")

    def flip(self, x: Value, seed: int) -> Value:
        held = pattern(seed, self.width)[self.held]
        return Value(self, [self._flipped(*lane) for lane in zip(held, x.data, strict=True)])

    def _flipped(self, mask: np.ndarray, x: str) -> str:
        """One register; bit t of an immediate moves to the place of the sign."""
        if mask.all() or not mask.any():
            return self.text.let(f"-{x}") if mask.all() else x
        sign = self.text.let(f"{_word(mask)} << (31 - t) & 0x80000000u", "unsigned int")
        return self.text.let(f"__uint_as_float(__float_as_uint({x}) ^ {sign})")

    def wht(self, x: Value, block: int | None = None) -> Value:
        data, gap = list(x.data), 1
        while gap < (block or self.width):
            data = self._stage(data, gap)
            gap *= 2
        return Value(self, data)

    def _stage(self, data: list[str], gap: int) -> list[str]:
        """Sums and differences of lanes `gap` apart. Times -1 is exact, so the fused form rounds once, as it should."""
        step = gap if gap < 4 else 4 if gap == self.width // 2 else 0
        if not step:
            sign = self.text.let(f"t & {gap // 4} ? -1.0f : 1.0f")
            return [self.text.let(f"__fmaf_rn({x}, {sign}, {self._partner(x, gap)})") for x in data]
        result = list(data)
        for low in (r for r in range(LANES) if not r & step):
            result[low] = self.text.let(f"{data[low]} + {data[low + step]}")
            result[low + step] = self.text.let(f"{data[low]} - {data[low + step]}")
        return result

    def _partner(self, x: str, gap: int) -> str:
        return self.text.let(f"__shfl_xor_sync(~0u, {x}, {gap // 4})")

    def total(self, x: Value) -> Value:
        data, gap = [self.text.let(f"{a} + {b}") for a, b in zip(x.data[:4], x.data[4:], strict=True)], self.width // 4
        while gap >= 4:
            data, gap = [self.text.let(f"{a} + {self._partner(a, gap)}") for a in data], gap // 2
        halves = [self.text.let(f"{a} + {b}") for a, b in zip(data[:2], data[2:], strict=True)]
        return self._everywhere(self.text.let(f"{halves[0]} + {halves[1]}"))

    def _everywhere(self, x: str) -> Value:
        """A value with x on every lane."""
        self.same.add(x)
        return Value(self, [x] * LANES)

    def permute(self, x: Value, table: Sequence[int] | np.ndarray) -> Value:
        lanes = np.asarray(self.lanes(table), int)
        if np.array_equal(lanes, np.arange(self.width) ^ lanes[0]):
            return self._swapped(x, int(lanes[0]))
        name = self.text.table("unsigned char", self.lanes(table))
        return self.memory.gather(x, [f"{name}[{self.number(r)}]" for r in range(LANES)])

    def _swapped(self, x: Value, change: int) -> Value:
        """Lane i takes lane i ^ change: another register, another thread, or both."""
        register, thread = change & 3 | 4 * (change >= self.width // 2), change % (self.width // 2) // 4
        data = [x.data[r ^ register] for r in range(LANES)]
        return Value(self, [self._partner(lane, 4 * thread) for lane in data] if thread else data)

    def lane(self, x: Value, index: int | Index) -> Value:
        return self._everywhere(self.one(x, index))

    def one(self, x: Value, index: int | Index) -> str:
        """One lane, known to every thread of the agent."""
        if isinstance(index, Index):
            return self._picked(x, ops_memory.position(index))
        register, thread = (int(place[0]) for place in np.nonzero(self.held == index))
        held: str = x.data[register]
        return held if held in self.same else self.text.let(f"__shfl_sync(~0u, {held}, {thread}, {self.threads})")

    def _picked(self, x: Value, index: str) -> str:
        """A lane whose number the running program knows: the register by halves, then the thread."""
        data = list(x.data)
        for bit in (str(self.width // 2), "2", "1"):
            half = len(data) // 2
            chosen = self.text.let(f"({index} & {bit}) != 0", "bool")
            data = [self.text.let(f"{chosen} ? {b} : {a}") for a, b in zip(data[:half], data[half:], strict=True)]
        return self.text.let(f"__shfl_sync(~0u, {data[0]}, {index} >> 2, {self.threads})")

    def gather(self, x: Value, index: Value) -> Value:
        return self.memory.gather(x, [ops_memory.whole(lane, self.width) for lane in index.data])

    def loop(self, count: int, body: Body, carries: Sequence[Value]) -> list[Value]:
        return self.memory.loop(count, body, carries)

    def draw(self, stream: int, counter: int | Index = 0, fixed: bool = False) -> Value:
        salt, clock = ("0" if fixed else self.memory.scalar(self.state(name, 1)) for name in ("salt", "clock"))
        where = f"(unsigned int){ops_memory.position(counter)}, (unsigned int){clock}, 0u"
        key = f"(unsigned int){salt}, {stream & 0xFFFFFFFF}u"
        quads = [f"alife_draw(uint4{{t + {first}u, {where}}}, {key})" for first in (0, self.threads)]
        return Value(self, [f"{self.text.let(quad, 'float4')}.{part}" for quad in quads for part in "xyzw"])


def _word(mask: np.ndarray) -> str:
    """Bit t for thread t."""
    return f"{sum(1 << t for t, on in enumerate(mask) if on):#x}u"
