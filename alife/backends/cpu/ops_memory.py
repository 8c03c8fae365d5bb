"""Rows of slots in LLVM IR: loads and stores of agents' rows, and lanes picked at run time through the stack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from alife.backends.cpu import half, jit
from alife.backends.cpu.literals import integer_vector
from alife.backends.cpu.ops_interleave import deinterleave, interleave
from alife.backends.cpu.ops_lazy import Vectors, materialize
from alife.backends.cpu.vector_builder import VectorBuilder
from alife.ops.slots import Index, Slot
from alife.ops.vocabulary import Place, Value

READ_ONLY = ("genome", "input")  # `Layout` refuses stores to these kinds, so it does not matter when they are loaded
FAR = 300  # lines, after which a lean step loads a vector again: as many as `reorder` moves one over
MASKED_STORES = "avx512bw"  # LLVM's name of instructions that store the lanes of a mask
_SUFFIX = {"float": "f32", "i16": "i16"}
Part = tuple[str, int, np.ndarray, str]  # pointer to lane 0 of a row, number of the vector, lanes [16] bool, vector


class Memory:
    """Accesses of a step to its agents' rows.

    Args:
        builder: writes the vectors.
        bases: for each kind of slot, the pointer to each agent's row.
    """

    def __init__(self, builder: VectorBuilder, bases: Mapping[str, Sequence[str]]) -> None:
        self._b, self._text, self._bases = builder, builder.text, bases
        self._gates: dict[tuple[Value, int], str] = {}  # conditions computed so far

    # --- rows --------------------------------------------------------------------------------------------------------

    def load(self, place: Place) -> list[Vectors]:
        """`Operations.load`."""
        masks = [self._cover(place, c) for c in range(self._b.row_vectors)]
        pointers = self._addresses(place)

        def lazy(pointer: str) -> Vectors:
            return self._b.lazy(lambda c: self._load(place.slot, pointer, c, masks[c]), count=len(masks))

        rows: list[Vectors]
        if place.slot.kind not in READ_ONLY:
            rows = [materialize(lazy(pointer)) for pointer in pointers]
        elif self._b.lean and self._b.group == 1:
            rows = [self._load_again(place.slot, pointer, masks) for pointer in pointers]
        else:
            rows = [lazy(pointer) for pointer in pointers]
        return interleave(self._b, rows)

    def _load_again(self, slot: Slot, pointer: str, masks: Sequence[np.ndarray]) -> Vectors:
        """A row of a lean step. LLVM may not know that a later pointer is the same, or it would keep the vectors."""
        known, since = pointer, len(self._text.lines)

        def write(chunk: int) -> str:
            nonlocal known, since
            if len(self._text.lines) - since > FAR:
                since = len(self._text.lines)
                self._text.lean = True
                known = self._text.let(f'call ptr asm "", "=r,0"(ptr {pointer})')
            return self._load(slot, known, chunk, masks[chunk])

        return self._b.lazy(write, count=len(masks), age=FAR)

    def store(self, place: Place, value: Sequence[Vectors], when: Value | None) -> None:
        """`Operations.store`."""
        half_slot, covers = place.slot.half, [self._cover(place, c) for c in range(self._b.row_vectors)]
        for m, (pointer, row) in enumerate(zip(self._addresses(place), deinterleave(self._b, value), strict=True)):
            parts = [(pointer, c, mask, row[c]) for c, mask in enumerate(covers) if mask.any()]
            if when is None:
                self._store(parts, half_slot)
            elif jit.has(MASKED_STORES):
                self._store(parts, half_slot, self._gate(when, m))
            else:
                self._text.guarded(self._gate(when, m), lambda parts=parts: self._store(parts, half_slot))  # type: ignore[misc]

    def _addresses(self, place: Place) -> list[str]:
        """For each agent, the pointer to where lane 0 of the row would lie."""
        slot, row, kind = place.slot, place.row, _element_type(place.slot)
        bases = [
            self._text.let(f"getelementptr {kind}, ptr {base}, i64 {place.origin}") for base in self._bases[slot.kind]
        ]
        if isinstance(row, int):
            return bases
        if isinstance(row, Value):
            firsts = (self._b.first_lane(row.data, m) for m in range(self._b.agents))
            numbers = [self._b.clamped_index(first, slot.rows) for first in firsts]
        else:
            numbers = [self._b.index(row)] * self._b.agents
        offsets = [self._text.let(f"mul i64 {number}, {slot.length}") for number in numbers]
        return [
            self._text.let(f"getelementptr {kind}, ptr {base}, i64 {offset}")
            for base, offset in zip(bases, offsets, strict=True)
        ]

    def _cover(self, place: Place, chunk: int) -> np.ndarray:
        """Lanes of a vector that belong to the slot's row: [16] bool."""
        lanes = chunk * self._b.size + np.arange(self._b.size)
        return (lanes >= place.at) & (lanes < place.at + place.slot.length)

    def _load(self, slot: Slot, base: str, chunk: int, mask: np.ndarray) -> str:
        """One vector of a row: all lanes, those of the mask, or zeros where it has none."""
        if not mask.any():
            return "zeroinitializer"
        size, kind, align = self._b.size, _element_type(slot), 2 if slot.half else 4
        pointer = self._text.let(f"getelementptr {kind}, ptr {base}, i64 {chunk * size}")
        if mask.all():
            loaded = self._text.let(f"load <{size} x {kind}>, ptr {pointer}, align {align}")
        else:
            lanes = (self._b.bits, integer_vector(mask, 1))
            arguments = [(f"ptr align {align}", pointer), lanes, (f"<{size} x {kind}>", "zeroinitializer")]
            loaded = self._text.call(f"<{size} x {kind}>", f"llvm.masked.load.v{size}{_SUFFIX[kind]}.p0", arguments)
        return half.widen(self._text.let, loaded, size, jit.has("f16c")) if slot.half else loaded

    def _store(self, parts: Sequence[Part], halves: bool = False, gate: str | None = None) -> None:
        """Stores vectors of a row.

        Args:
            parts: vectors and their lanes to store.
            halves: store float16.
            gate: a mask of lanes to store. A processor that masks stores needs no jump, which it would often
                mispredict.
        """
        size, kind, align = self._b.size, "i16" if halves else "float", 2 if halves else 4
        for base, chunk, mask, value in parts:
            pointer = self._text.let(f"getelementptr {kind}, ptr {base}, i64 {chunk * size}")
            kept = half.narrow(self._text.let, value, size, jit.has("f16c")) if halves else value
            if mask.all() and gate is None:
                self._text.line(f"store <{size} x {kind}> {kept}, ptr {pointer}, align {align}")
                continue
            lanes = integer_vector(mask, 1)
            both = lanes if gate is None else self._text.let(f"and {self._b.bits} {gate}, {lanes}")
            arguments = [(f"<{size} x {kind}>", kept), (f"ptr align {align}", pointer), (self._b.bits, both)]
            self._text.call("void", f"llvm.masked.store.v{size}{_SUFFIX[kind]}.p0", arguments)

    def _gate(self, when: Value, agent: int) -> str:
        """True where lane 0 is above 0: one bit, or a mask if stores take masks; computed once for each value."""
        known = self._gates.get((when, agent))
        if known is None:
            if jit.has(MASKED_STORES):
                vector, lane = self._b.locate_first(when.data, agent)
                everywhere = self._b.shuffle(vector, [lane] * self._b.size)
                known = self._text.let(f"fcmp ogt {self._b.type} {everywhere}, zeroinitializer")
            else:
                known = self._text.let(f"fcmp ogt float {self._b.first_lane(when.data, agent)}, 0.0")
            self._gates[when, agent] = known
        return known

    # --- lanes picked at run time ------------------------------------------------------------------------------------

    def pick(self, vectors: Sequence[str], index: Index) -> str:
        """One lane of an agent, on every lane of a vector."""
        place = self._spill(vectors)
        return self._b.broadcast(self._element(place, self._b.index(index)))

    def gather(self, vectors: Sequence[str], where: Sequence[str]) -> list[str]:
        """`Operations.gather` for one agent: lane by lane, as narrow processors have no better way."""
        place = self._spill(vectors)
        result = []
        for indices in where:
            collected = "poison"
            for i in range(self._b.size):
                index = self._b.clamped_index(self._b.extract(indices, i), self._b.width)
                x = self._element(place, index)
                collected = self._text.let(f"insertelement {self._b.type} {collected}, float {x}, i64 {i}")
            result.append(collected)
        return result

    def _spill(self, vectors: Sequence[str]) -> str:
        """A pointer to an agent's lanes on the stack."""
        place = self._text.reserve("float", self._b.width)
        self._store([(place, c, np.ones(self._b.size, bool), vector) for c, vector in enumerate(vectors)])
        return place

    def _element(self, place: str, index: str) -> str:
        """One float of lanes on the stack."""
        pointer = self._text.let(f"getelementptr float, ptr {place}, i64 {index}")
        return self._text.let(f"load float, ptr {pointer}, align 4")


def _element_type(slot: Slot) -> str:
    """LLVM's type of a value in memory; float16 lies there as whole numbers of 16 bits."""
    return "i16" if slot.half else "float"
