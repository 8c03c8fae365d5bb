"""Registers of a step in CUDA C: how the lanes of an agent lie in its threads, and how they move.

Thread t of an agent holds lanes 4t..4t+3 and n/2+4t..n/2+4t+3, in eight registers. The builder knows no words of a
brain; `Cuda` writes the words with it. Statements name `t`, the thread within its agent, and `lane`, its first lane.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from alife.backends.cuda.cuda_text import CudaText
from alife.backends.cuda.literals import float_literal
from alife.ops.slots import Index

LANES = 8  # a thread
Registers = list[str]  # of a value: names or literals, one for each lane of a thread


def index_text(index: int | Index) -> str:
    """A whole number, or the counter of a loop, as an expression."""
    return str(index) if isinstance(index, int) else f"({index.times} * {index.name} + {index.plus})"


def clamped_index(x: str, count: int) -> str:
    """A float as an index: floor, clamped to 0..count-1; NaN gives 0."""
    return f"alife_index({x}, {float(count - 1)}f)"


class RegisterBuilder:
    """Writes expressions on the registers of every thread.

    Args:
        text: where the statements go.
        width: n, lanes of an agent.

    Attributes:
        threads: of an agent, n/8.
        held: [8, n/8] int, the lane in each register of each thread.
    """

    def __init__(self, text: CudaText, width: int) -> None:
        self.text, self.width, self.threads = text, width, width // LANES
        lanes = np.arange(width).reshape(2, self.threads, 4)
        self.held = lanes.transpose(0, 2, 1).reshape(LANES, self.threads)
        self._uniform: set[str] = set()  # names that have one value in all threads of an agent

    def each(self, write: Callable[..., str], *values: Registers) -> Registers:
        """One expression for each of a thread's lanes."""
        return [self.text.let(write(*lanes)) for lanes in zip(*values, strict=True)]

    def constant(self, lanes: np.ndarray) -> Registers:
        """Constant lanes, [n] float32: a literal, or a table if they differ."""
        if len(set(map(float_literal, lanes))) == 1:
            return [float_literal(lanes[0])] * LANES
        table = self.text.table("unsigned int", lanes.view(np.uint32))
        return [self.text.let(f"__uint_as_float({table}[{self.lane_number(r)}])") for r in range(LANES)]

    def lane_number(self, register: int) -> str:
        """The number of the lane that a thread holds in a register."""
        return f"lane + {self.held[register, 0]}"

    def blend(self, mask: np.ndarray, a: str, b: str) -> str:
        """a in the threads of a mask [n/8], b in the others; a mask that is equal in all threads costs nothing."""
        if mask.all() or not mask.any():
            return a if mask.all() else b
        count = int(mask.sum())
        if mask[:count].all():
            return self.text.let(f"t < {count} ? {a} : {b}")
        chosen = self.text.let(f"({_bits(mask)} >> t & 1u) != 0u", "bool")
        return self.text.let(f"{chosen} ? {a} : {b}")

    def change_signs(self, mask: np.ndarray, x: str) -> str:
        """x with its sign changed in the threads of a mask [n/8]: bit t of a literal moves to the place of the sign."""
        if mask.all() or not mask.any():
            return self.text.let(f"-{x}") if mask.all() else x
        sign = self.text.let(f"{_bits(mask)} << (31 - t) & 0x80000000u", "unsigned int")
        return self.text.let(f"__uint_as_float(__float_as_uint({x}) ^ {sign})")

    def butterflies(self, x: Registers, gap: int) -> Registers:
        """Sums and differences of lanes `gap` apart. Times -1 is exact, so the fused form rounds once, as it should."""
        step = gap if gap < 4 else 4 if gap == self.width // 2 else 0
        if not step:
            sign = self.text.let(f"t & {gap // 4} ? -1.0f : 1.0f")
            return [self.text.let(f"__fmaf_rn({lane}, {sign}, {self._partner(lane, gap)})") for lane in x]
        result = list(x)
        for low in (r for r in range(LANES) if not r & step):
            result[low] = self.text.let(f"{x[low]} + {x[low + step]}")
            result[low + step] = self.text.let(f"{x[low]} - {x[low + step]}")
        return result

    def total(self, x: Registers) -> str:
        """The sum of all lanes, in every thread: lower half + upper half, then of the halves, and so on."""
        lanes, gap = [self.text.let(f"{a} + {b}") for a, b in zip(x[:4], x[4:], strict=True)], self.width // 4
        while gap >= 4:
            lanes, gap = [self.text.let(f"{a} + {self._partner(a, gap)}") for a in lanes], gap // 2
        halves = [self.text.let(f"{a} + {b}") for a, b in zip(lanes[:2], lanes[2:], strict=True)]
        return self.text.let(f"{halves[0]} + {halves[1]}")

    def splat(self, x: str) -> Registers:
        """x, which has one value in all threads of an agent, on every lane."""
        self._uniform.add(x)
        return [x] * LANES

    def exchange(self, x: Registers, change: int) -> Registers:
        """Lane i takes lane i ^ change: another register, another thread, or both."""
        register, thread = change & 3 | 4 * (change >= self.width // 2), change % (self.width // 2) // 4
        lanes = [x[r ^ register] for r in range(LANES)]
        return [self._partner(lane, 4 * thread) for lane in lanes] if thread else lanes

    def one(self, x: Registers, index: int | Index) -> str:
        """One lane, in every thread of the agent."""
        if isinstance(index, Index):
            return self._pick(x, index_text(index))
        register, thread = (int(place[0]) for place in np.nonzero(self.held == index))
        held = x[register]
        return held if held in self._uniform else self.text.let(f"__shfl_sync(~0u, {held}, {thread}, {self.threads})")

    def _pick(self, x: Registers, index: str) -> str:
        """A lane whose number is known at run time: the register by halves, then the thread."""
        lanes = list(x)
        for bit in (str(self.width // 2), "2", "1"):
            half = len(lanes) // 2
            chosen = self.text.let(f"({index} & {bit}) != 0", "bool")
            lanes = [self.text.let(f"{chosen} ? {b} : {a}") for a, b in zip(lanes[:half], lanes[half:], strict=True)]
        return self.text.let(f"__shfl_sync(~0u, {lanes[0]}, {index} >> 2, {self.threads})")

    def _partner(self, x: str, gap: int) -> str:
        """x of the thread that holds the lanes `gap` apart."""
        return self.text.let(f"__shfl_xor_sync(~0u, {x}, {gap // 4})")


def _bits(mask: np.ndarray) -> str:
    """A literal with bit t for thread t."""
    return f"{sum(1 << t for t, on in enumerate(mask) if on):#x}u"
