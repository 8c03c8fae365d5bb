"""Loops of a step in LLVM IR."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from alife.backends.cpu.ops_lazy import Vectors, materialize
from alife.backends.cpu.vector_builder import VectorBuilder
from alife.ops.slots import Index

Values = Sequence[Sequence[Vectors]]


def loop(b: VectorBuilder, count: int, body: Callable[[Index, Values], Values], carries: Values) -> Values:
    """`Operations.loop` on vectors, count >= 1: a block of phis, the body, and a jump back."""
    b.materialize_all()
    text = b.text
    text.loops += 1
    head, after, counter = text.new_block(), text.new_block(), text.name()
    text.flush()
    before = text.block
    text.line(f"br label %{head}")
    text.label(head)
    here = len(text.lines)
    inside = [[[text.name() for _ in materialize(vectors)] for vectors in value] for value in carries]
    results = body(Index(counter), inside)
    b.materialize_all()
    text.flush()  # guarded stores belong to this iteration
    following = text.let(f"add i64 {counter}, 1")
    more = text.let(f"icmp slt i64 {following}, {count}")
    phis = [f"  {counter} = phi i64 [0, %{before}], [{following}, %{text.block}]"]
    for name, first, last in zip(_flat(inside), _flat(carries), _flat(results), strict=True):
        phis.append(f"  {name} = phi {b.type} [{first}, %{before}], [{last}, %{text.block}]")
    text.lines[here:here] = phis
    text.line(f"br i1 {more}, label %{head}, label %{after}")
    text.label(after)
    return results


def _flat(values: Values) -> list[str]:
    """Every vector of every group of every value."""
    return [vector for value in values for vectors in value for vector in materialize(vectors)]
