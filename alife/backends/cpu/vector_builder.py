"""Vectors of LLVM IR: how the values of several agents lie in them, and how their lanes move.

The builder knows no words of a brain; `Simd` writes the words with it. A value is a list with the vectors of each group
of agents, as names or literals. Every instruction goes to one `LlvmText`, in the order in which it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from alife.backends.cpu import jit
from alife.backends.cpu.literals import float_vector, integer_vector
from alife.backends.cpu.llvm_text import LlvmText
from alife.backends.cpu.ops_lazy import AgingVectors, LazyVectors, Vectors
from alife.ops.slots import Index

VECTOR = 16  # lanes; LLVM splits vectors for narrower machines


class VectorBuilder:
    """Writes vectors for agents that run side by side.

    Args:
        text: where the instructions go.
        width: n, lanes of an agent.
        agents: the number of agents that run side by side.
        group: the number of agents that share a vector: 1, 2, 4, 8 or 16, a divisor of `agents`.
        lean: of the plan.

    Attributes:
        lean: likewise.
        groups: the number of groups.
        size: lanes of a vector.
        span: lanes of one agent in a vector.
        chunks: vectors of a group.
        row_vectors: vectors of one agent alone, as memory keeps its rows.
        type, ints, bits: LLVM's types of vectors of float, i32 and i1.
    """

    def __init__(self, text: LlvmText, width: int, agents: int, group: int = 1, lean: bool = False) -> None:
        assert agents % group == 0, f"group: expected a divisor of {agents} agents, got {group}"
        self.text, self.width, self.agents, self.group = text, width, agents, group
        self.lean = lean
        self.groups, self.size, self.span = agents // group, VECTOR, VECTOR // group
        self.chunks, self.row_vectors = width // self.span, width // self.size
        self.type, self.ints, self.bits = (f"<{self.size} x {kind}>" for kind in ("float", "i32", "i1"))
        self._waiting: list[LazyVectors] = []
        self._signs = {float_vector([number] * VECTOR) for number in (1.0, -1.0)}  # names and literals of +1 and -1
        self._signed: dict[str, tuple[str, str]] = {}  # name: (vector, signs) of which it is the product
        self._flipped: dict[str, tuple[str, np.ndarray]] = {}  # name: (vector before the flip, lanes [16] bool)

    # --- whole values ------------------------------------------------------------------------------------------------

    def each(self, write: Callable[..., str], *values: Sequence[Vectors]) -> list[Vectors]:
        """One expression for every vector of every group, written when it is first read."""

        def lazy(*operands: Vectors) -> Vectors:
            return self.lazy(lambda c: write(*(vectors[c] for vectors in operands)), *operands)

        return [lazy(*operands) for operands in zip(*values, strict=True)]

    def lazy(self, write: Callable[[int], str], *operands: Vectors, count: int = 0, age: int = 0) -> LazyVectors:
        """The vectors of a group, each written when it is first read.

        Args:
            write: writes the vector of a number and returns its name.
            operands: vectors that `write` reads.
            count: the number of vectors, if it is not that of a group.
            age: lines after which a vector is written again if it is read again; 0: it never is.
        """
        count = count or self.chunks
        vectors = AgingVectors(count, write, self.text, age) if age else LazyVectors(count, write, operands)
        self._waiting.append(vectors)
        return vectors

    def materialize_all(self) -> None:
        """Writes every vector that waits, before code that runs more than once."""
        waiting, self._waiting = self._waiting, []
        for vectors in waiting:
            vectors.materialize()

    def constant(self, literals: Sequence[str]) -> list[Vectors]:
        """A constant value: one literal a vector, the same for each group."""
        return [list(literals) for _ in range(self.groups)]

    def split(self, lanes: np.ndarray) -> list[np.ndarray]:
        """Constant lanes [n] as one array [16] a vector, the same for each agent of a group."""
        return [np.tile(part, self.group) for part in lanes.reshape(self.chunks, self.span)]

    # --- one vector --------------------------------------------------------------------------------------------------

    def choose(self, x: str, y: str, a: str, b: str) -> str:
        """a where x >= y, else b. The condition is inverted, so that LLVM overwrites a in place with b."""
        mask = self.text.let(f"fcmp ult {self.type} {x}, {y}")
        chosen = self.text.let(f"select {self.bits} {mask}, {self.type} {b}, {self.type} {a}")
        return self.known_signs(chosen) if a in self._signs and b in self._signs else chosen

    def known_signs(self, x: str) -> str:
        """The vector x itself, after noting that each of its lanes is +1 or -1."""
        self._signs.add(x)
        return x

    def multiply(self, x: str, y: str) -> str:
        """x * y, noted if one of them consists of signs."""
        result = self.text.let(f"fmul {self.type} {x}, {y}")
        if x in self._signs or y in self._signs:
            self._signed[result] = (x, y) if y in self._signs else (y, x)
        return self.known_signs(result) if x in self._signs and y in self._signs else result

    def add(self, x: str, y: str) -> str:
        """x + y. A product with signs needs no rounding, so that a fused multiply-add rounds as the sum does."""
        if jit.has("fma") and (x in self._signed or y in self._signed):
            product, other = (x, y) if x in self._signed else (y, x)
            return self.fma(*self._signed[product], other)
        return self.text.let(f"fadd {self.type} {x}, {y}")

    def fma(self, x: str, y: str, z: str) -> str:
        """x * y + z, rounded once."""
        return self.text.call(self.type, f"llvm.fma.v{self.size}f32", [(self.type, v) for v in (x, y, z)])

    def flip(self, x: str, where: np.ndarray) -> str:
        """Changes signs by a pattern [n], of which `before_flip` keeps a record."""
        flipped = self.change_signs(x, where)
        self._flipped[flipped] = x, where
        return flipped

    def before_flip(self, x: str) -> tuple[str, np.ndarray] | None:
        """The vector that `flip` was given to write x, and where; None if it did not write x."""
        return self._flipped.get(x)

    def change_signs(self, x: str, where: np.ndarray) -> str:
        """A vector with the signs of some lanes changed. where: [16] bool."""
        bits = self.text.let(f"bitcast {self.type} {x} to {self.ints}")
        changed = self.text.let(f"xor {self.ints} {bits}, {integer_vector(np.where(where, -(1 << 31), 0))}")
        return self.text.let(f"bitcast {self.ints} {changed} to {self.type}")

    def shuffle(self, x: str, table: Sequence[int] | np.ndarray, y: str = "poison") -> str:
        """Lanes of one or two vectors in another order. table: [16] int, lanes of y from 16 on."""
        mask = f"<{len(table)} x i32> {integer_vector(table)}"
        return self.text.let(f"shufflevector {self.type} {x}, {self.type} {y}, {mask}")

    def collect(self, vectors: Vectors, lanes: np.ndarray) -> str:
        """One vector whose lane i is lane lanes[i] of the same agent: from one source vector after another."""
        if self.span == 1:
            return vectors[lanes[0]]
        begins = np.arange(self.size) // self.span * self.span  # first lane of each lane's agent
        result = "poison"
        for source in np.unique(lanes // self.span):
            chosen = lanes // self.span == source
            table = np.where(chosen, begins + lanes % self.span, np.arange(self.size) + self.size)
            result = self.shuffle(vectors[source], table, result)
        return result

    # --- scalars -----------------------------------------------------------------------------------------------------

    def broadcast(self, scalar: str) -> str:
        """A float on every lane of a vector."""
        first = self.text.let(f"insertelement {self.type} poison, float {scalar}, i64 0")
        return self.shuffle(first, [0] * self.size)

    def extract(self, vector: str, lane: int) -> str:
        """One float of a vector."""
        return self.text.let(f"extractelement {self.type} {vector}, i64 {lane}")

    def locate_first(self, value: Sequence[Vectors], agent: int) -> tuple[str, int]:
        """The vector that holds an agent's lane 0, and the lane of the vector."""
        return value[agent // self.group][0], agent % self.group * self.span

    def first_lane(self, value: Sequence[Vectors], agent: int) -> str:
        """An agent's lane 0 as a float."""
        return self.extract(*self.locate_first(value, agent))

    def index(self, index: int | Index) -> str:
        """A whole number, or the counter of a loop, as an i64 operand."""
        if isinstance(index, int):
            return str(index)
        scaled = self.text.let(f"mul i64 {index.name}, {index.times}")
        return self.text.let(f"add i64 {scaled}, {index.plus}")

    def clamped_index(self, x: str, count: int) -> str:
        """A float as an i64 index: floor, clamped to 0..count-1; NaN gives 0."""
        top = f"{float(count - 1):.1f}"
        enough = self.text.let(f"fcmp oge float {x}, 0.0")
        low = self.text.let(f"select i1 {enough}, float {x}, float 0.0")
        few = self.text.let(f"fcmp oge float {top}, {low}")
        bounded = self.text.let(f"select i1 {few}, float {low}, float {top}")
        return self.text.let(f"fptosi float {bounded} to i64")
