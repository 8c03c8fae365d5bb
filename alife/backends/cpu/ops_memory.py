"""What `Simd` does through memory: rows of slots, lanes picked at run time, loops."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from alife.backends.cpu import half, jit
from alife.backends.cpu.llvm_text import integers
from alife.backends.cpu.ops_interleave import deinterleave, interleave
from alife.backends.cpu.ops_lazy import materialize
from alife.ops.values import Index, Row, Slot, Value
from alife.ops.vocabulary import Body

if TYPE_CHECKING:
    from alife.backends.cpu.ops import Simd, Vectors

Place = tuple[Slot, Row, int]  # slot, row, lane of its first value
FIXED = ("genome", "input")  # `Layout` refuses stores to these kinds: it does not matter when they are loaded
MASKING = "avx512bw"  # LLVM's name of instructions that store the lanes of a mask
_SUFFIX = {"float": "f32", "i16": "i16"}


def position(o: Simd, index: int | Index) -> str:
    """A whole number, known now or while the loop runs, as an i64 operand."""
    if isinstance(index, int):
        return str(index)
    scaled = o.text.let(f"mul i64 {index.name}, {index.times}")
    return o.text.let(f"add i64 {scaled}, {index.plus}")


def whole(o: Simd, x: str, count: int) -> str:
    """A float as an i64 index: floor, clamped to 0..count-1; NaN gives 0."""
    top = f"{float(count - 1):.1f}"
    enough = o.text.let(f"fcmp oge float {x}, 0.0")
    low = o.text.let(f"select i1 {enough}, float {x}, float 0.0")
    few = o.text.let(f"fcmp oge float {top}, {low}")
    bounded = o.text.let(f"select i1 {few}, float {low}, float {top}")
    return o.text.let(f"fptosi float {bounded} to i64")


def lane(o: Simd, vector: str, index: int) -> str:
    """One float of a vector."""
    return o.text.let(f"extractelement {o.type} {vector}, i64 {index}")


def holding(o: Simd, x: Value, agent: int) -> tuple[str, int]:
    """The vector that holds an agent's lane 0, and where."""
    return x.data[agent // o.group][0], agent % o.group * o.span


def first(o: Simd, x: Value, agent: int) -> str:
    """An agent's lane 0."""
    return lane(o, *holding(o, x, agent))


def addresses(o: Simd, slot: Slot, row: Row, at: int) -> list[str]:
    """For each agent, the pointer to where lane 0 of the row would lie."""
    begin, kind = o.column(slot, row if isinstance(row, int) else 0, at) - at, element_type(slot)
    bases = [o.text.let(f"getelementptr {kind}, ptr {base}, i64 {begin}") for base in o.bases[slot.kind]]
    if isinstance(row, int):
        return bases
    if isinstance(row, Value):
        numbers = [whole(o, first(o, row, m), slot.rows) for m in range(o.agents)]
    else:
        numbers = [position(o, row)] * o.agents
    offsets = [o.text.let(f"mul i64 {number}, {slot.length}") for number in numbers]
    return [o.text.let(f"getelementptr {kind}, ptr {b}, i64 {k}") for b, k in zip(bases, offsets, strict=True)]


def element_type(slot: Slot) -> str:
    """What lies in memory: float16 as whole numbers of 16 bits."""
    return "i16" if slot.half else "float"


def cover(o: Simd, slot: Slot, at: int, chunk: int) -> np.ndarray:
    """Which lanes of a vector belong to the slot's row: [size] bool."""
    lanes = chunk * o.size + np.arange(o.size)
    return (lanes >= at) & (lanes < at + slot.length)


def load(o: Simd, slot: Slot, row: Row, at: int) -> Value:
    """`Operations.load`."""
    masks = [cover(o, slot, at, c) for c in range(o.row_vectors)]
    pointers = addresses(o, slot, row, at)

    def late(pointer: str) -> Vectors:
        return o.late(lambda c: load_vector(o, slot, pointer, c, masks[c]), count=len(masks))

    rows = [late(pointer) if slot.kind in FIXED else materialize(late(pointer)) for pointer in pointers]
    return Value(o, interleave(o, rows))


def load_vector(o: Simd, slot: Slot, base: str, chunk: int, mask: np.ndarray) -> str:
    """One vector of a row: whole, in part, or nothing."""
    if not mask.any():
        return "zeroinitializer"
    kind, align = element_type(slot), 2 if slot.half else 4
    pointer = o.text.let(f"getelementptr {kind}, ptr {base}, i64 {chunk * o.size}")
    if mask.all():
        loaded = o.text.let(f"load <{o.size} x {kind}>, ptr {pointer}, align {align}")
    else:
        bits = (f"<{o.size} x i1>", integers(mask, 1))
        arguments = [(f"ptr align {align}", pointer), bits, (f"<{o.size} x {kind}>", "zeroinitializer")]
        loaded = o.text.call(f"<{o.size} x {kind}>", f"llvm.masked.load.v{o.size}{_SUFFIX[kind]}.p0", arguments)
    return half.widen(o.text.let, loaded, o.size, jit.has("f16c")) if slot.half else loaded


def store(o: Simd, place: Place, value: Value, when: Value | None) -> None:
    """`Operations.store`."""
    slot, _, at = place
    covers = [cover(o, slot, at, c) for c in range(o.row_vectors)]
    for m, (pointer, row) in enumerate(zip(addresses(o, *place), deinterleave(o, value.data), strict=True)):
        parts = [(pointer, c, mask, row[c]) for c, mask in enumerate(covers) if mask.any()]
        if when is None:
            write(o, parts, slot.half)
        elif jit.has(MASKING):
            write(o, parts, slot.half, gate(o, when, m))
        else:
            o.text.guarded(gate(o, when, m), lambda parts=parts: write(o, parts, slot.half))  # type: ignore[misc]


def gate(o: Simd, when: Value, agent: int) -> str:
    """Whether lane 0 is above 0, as one bit, or, where stores take masks, as a mask; asked once for each value."""
    known = o.gates.get((when, agent))
    if known is None:
        if jit.has(MASKING):
            vector, place = holding(o, when, agent)
            known = o.text.let(f"fcmp ogt {o.type} {o.shuffle(vector, [place] * o.size)}, zeroinitializer")
        else:
            known = o.text.let(f"fcmp ogt float {first(o, when, agent)}, 0.0")
        o.gates[when, agent] = known
    return known


def write(
    o: Simd, parts: Sequence[tuple[str, int, np.ndarray, str]], halves: bool = False, gates: str | None = None
) -> None:
    """Store vectors of a row: (pointer to lane 0, vector's number, lanes, value). gates: a mask of lanes to store.

    A machine that masks stores needs no jump there, which it would often foresee wrongly.
    """
    kind, align = ("i16", 2) if halves else ("float", 4)
    vector, bits = f"<{o.size} x {kind}>", f"<{o.size} x i1>"
    for base, chunk, mask, value in parts:
        pointer = o.text.let(f"getelementptr {kind}, ptr {base}, i64 {chunk * o.size}")
        kept = half.narrow(o.text.let, value, o.size, jit.has("f16c")) if halves else value
        if mask.all() and gates is None:
            o.text.line(f"store {vector} {kept}, ptr {pointer}, align {align}")
            continue
        lanes = integers(mask, 1)
        both = lanes if gates is None else o.text.let(f"and {bits} {gates}, {lanes}")
        arguments = [(vector, kept), (f"ptr align {align}", pointer), (bits, both)]
        o.text.call("void", f"llvm.masked.store.v{o.size}{_SUFFIX[kind]}.p0", arguments)


def spill(o: Simd, chunks: Sequence[str]) -> str:
    """A value's lanes in a stack slot."""
    place = o.text.reserve("float", o.width)
    write(o, [(place, c, np.ones(o.size, bool), chunk) for c, chunk in enumerate(chunks)])
    return place


def element(o: Simd, place: str, index: str) -> str:
    """One float of a stack slot."""
    pointer = o.text.let(f"getelementptr float, ptr {place}, i64 {index}")
    return o.text.let(f"load float, ptr {pointer}, align 4")


def gather(o: Simd, chunks: Sequence[str], where: Sequence[str]) -> list[str]:
    """`Operations.gather` for one agent: lane by lane, as no narrow machine has better."""
    place = spill(o, chunks)
    result = []
    for vector in where:
        collected = "poison"
        for i in range(o.size):
            x = element(o, place, whole(o, lane(o, vector, i), o.width))
            collected = o.text.let(f"insertelement {o.type} {collected}, float {x}, i64 {i}")
        result.append(collected)
    return result


def loop(o: Simd, count: int, body: Body, carries: Sequence[Value]) -> list[Value]:
    """`Operations.loop` with count >= 1: a block of phis, the body, and a jump back."""
    o.text.loops += 1
    head, after, counter = o.text.new_block(), o.text.new_block(), o.text.name()
    o.text.flush()
    before = o.text.block
    o.text.line(f"br label %{head}")
    o.text.label(head)
    here = len(o.text.lines)
    inside = [Value(o, [[o.text.name() for _ in materialize(vectors)] for vectors in value.data]) for value in carries]
    results = list(body(Index(counter), inside))
    o.settle()
    o.text.flush()  # stores under a gate belong to this round
    following = o.text.let(f"add i64 {counter}, 1")
    more = o.text.let(f"icmp slt i64 {following}, {count}")
    phis = [f"  {counter} = phi i64 [0, %{before}], [{following}, %{o.text.block}]"]
    for name, first, last in zip(flat(inside), flat(carries), flat(results), strict=True):
        phis.append(f"  {name} = phi {o.type} [{first}, %{before}], [{last}, %{o.text.block}]")
    o.text.lines[here:here] = phis
    o.text.line(f"br i1 {more}, label %{head}, label %{after}")
    o.text.label(after)
    return results


def flat(values: Sequence[Value]) -> list[str]:
    """Every vector of every agent of every value."""
    return [vector for value in values for vectors in value.data for vector in materialize(vectors)]
