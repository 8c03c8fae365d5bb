"""Reordered instructions: the same ones, none before what it needs, and fewer cycles in the model's own measure."""

from __future__ import annotations

import re

import pytest

from alife.backends.cpu import jit
from alife.backends.cpu.episode import usual_plan
from alife.backends.cpu.instructions import parse
from alife.backends.cpu.ops_kernel import WINDOW, default_plan, kernel_text
from alife.backends.cpu.plan import Plan
from alife.backends.cpu.reorder import reorder
from alife.brains import make_brain

V = "<16 x float>"
BEFORE = [f"  %{row} = getelementptr float, ptr %{kind}, i64 0" for row, kind in (("g", "genome"), ("s", "state"))]


def load(name: str, row: str = "g") -> str:
    return f"  %{name} = load {V}, ptr %{row}, align 4"


def store(value: str, row: str = "s") -> str:
    return f"  store {V} %{value}, ptr %{row}, align 4"


def add(name: str, *operands: str, word: str = "fadd") -> str:
    return f"  %{name} = {word} {V} {', '.join('%' + operand for operand in operands)}"


CHAIN = [load("a"), add("b", "a", "a"), add("c", "b", "b"), store("c")]
CHAIN_2 = [load("d"), add("e", "d", "d"), add("f", "e", "e"), store("f")]
OTHER = [load("x"), add("y", "x", "x", word="fmul"), store("y")]


def test_what_need_not_wait_goes_ahead() -> None:
    lines = [*CHAIN, *OTHER]
    assert reorder(lines, 0, BEFORE) == lines
    assert reorder([*CHAIN, *CHAIN_2, *OTHER], 1, BEFORE).index(load("x")) > len(CHAIN)
    moved = reorder(lines, 10, BEFORE)
    assert moved.index(load("x")) < moved.index(add("b", "a", "a"))
    assert moved.index(add("y", "x", "x", word="fmul")) < moved.index(add("c", "b", "b"))


def test_accesses_to_one_row_keep_their_order_if_one_is_a_store() -> None:
    early, late = load("old", "s"), load("new", "s")
    lines = [early, *CHAIN, late, add("d", "new", "old"), store("d")]
    moved = reorder(lines, 10, BEFORE)
    assert moved.index(early) < moved.index(store("c")) < moved.index(late) < moved.index(store("d"))


def test_rows_of_another_kind_are_other_memory() -> None:
    lines = [load("m", "s"), add("n", "m", "m"), store("n"), load("x")]
    assert reorder(lines, 10, BEFORE).index(load("x")) < lines.index(store("n"))


@pytest.mark.parametrize(
    "fixed", ["label:", "  br i1 %c, label %a, label %b", "  call void @unknown(ptr %g)", load("z", "u")]
)
def test_nothing_moves_past_what_is_not_understood(fixed: str) -> None:
    lines = [*CHAIN, fixed, *OTHER]
    moved = reorder(lines, 10, BEFORE)
    assert moved.index(fixed) == len(CHAIN)
    assert sorted(moved[: len(CHAIN)]) == sorted(CHAIN)


def test_what_is_not_used_or_known_already_costs_nothing() -> None:
    lines = [load("a"), add("b", "a", "a"), add("again", "a", "a"), add("unused", "a", "b"), store("b"), store("again")]
    slots = {line.name: line.slots for line in parse(lines, BEFORE) if line.name}
    assert slots == {"%a": 0, "%b": 1, "%again": 0, "%unused": 0}


def test_a_brain_keeps_its_instructions_and_their_order_of_need() -> None:
    brain = make_brain({"name": "wht", "width": 16, "layers": 2, "projection": 32, "memory": {"bits": 16}}, 5, 2)
    lines = [kernel_text(brain.program.step, 16, Plan(window=window)).ir.splitlines() for window in (0, 200)]
    assert lines[0] != lines[1] and sorted(lines[0]) == sorted(lines[1])
    defined: set[str] = set()
    for line in lines[1]:
        name, _, rest = line.partition(" = ") if " = " in line else ("", "", line)
        if " phi " not in line and line.startswith("  "):
            local = set(re.findall(r"%a\d_\d+", rest))
            assert local <= defined, line
        defined.add(name.strip())


def test_few_registers_keep_the_order_as_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    for features, window in ((("avx512f", "fma"), WINDOW), (("fma",), 0)):
        monkeypatch.setattr(jit, "has", features.__contains__)
        assert default_plan(32).window == usual_plan().window == window
