"""A step as a native kernel: a loop over listed rows, several agents at a time, and the rest one by one.

While some agents are computed, the rows of agents that come later are prefetched, one cache line after another, spread
over the step because a processor waits for few lines at a time.

The arguments are `abi.BRAIN`. The kernel runs entries lo..hi-1 of the list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from alife.backends.abi import BRAIN
from alife.backends.cpu import jit
from alife.backends.cpu.llvm_text import LIMIT, LlvmText, limited
from alife.backends.cpu.ops import Simd
from alife.backends.cpu.plan import KernelText, Plan
from alife.backends.cpu.reorder import reorder
from alife.ops.layout import Layout, Step, find_layout
from alife.ops.vocabulary import KINDS

NAME = "alife_brain"
LEAN = "; lean\n"  # notes that a step is worth being lean
LINE = 64  # bytes of a cache line
WINDOW = 150  # lines: fewer leave units idle, more make it hard to keep values in the 32 registers of AVX-512
SHARED = 64  # lanes, at most, of agents that share vectors: a few wider values fill the registers


def default_plan(width: int) -> Plan:
    """Returns the plan of kernels that were not measured. width: n, lanes."""
    narrow = width <= SHARED
    return Plan(agents=4 if narrow else 1, window=usual_window(), lean=int(not narrow))


def usual_window() -> int:
    """Returns the window of usual plans. With 16 registers every move ahead costs more than it gains."""
    return WINDOW if jit.has("avx512f") else 0


def kernel_text(step: Step, width: int, plan: Plan | None = None) -> KernelText:
    """Prints LLVM IR of a module with the one function `NAME`.

    Args:
        step: what one agent computes.
        width: n, lanes.
        plan: to follow as far as the text can be compiled; by default the usual one.

    Raises:
        UserError: the text is too long to be worth compiling, even for one agent at a time.
    """
    plan = plan or default_plan(width)
    text = _module(step, width, plan)
    if len(text) > LIMIT and plan.agents > 1:
        plan = replace(plan, agents=1, shared=0)
        text = _module(step, width, plan)
    if plan.lean and LEAN not in text:
        plan = replace(plan, lean=0)
        text = _module(step, width, plan)
    return KernelText(limited(text), plan if "@llvm.prefetch" in text else replace(plan, ahead=0))


def _module(step: Step, width: int, plan: Plan) -> str:
    """Prints loops over the listed rows: `plan.agents` at a time, then the rest one by one."""
    together = dict.fromkeys([replace(plan, shared=plan.shared or sharing(width, plan.agents)), one_by_one(plan)])
    loops = [(loop.agents, _rows_loop(step, width, loop)) for loop in together]
    read = [*(line for kind in KINDS for line in BRAIN.llvm_rows(kind)), *BRAIN.llvm_list()]
    lines = [f'define void @{NAME}(i64 %lo, i64 %hi, ptr %args) nounwind "{jit.ALIGNED}" {{', "entry:"]
    lines += [*(line for _, text in loops for line in text.stack), *read, f"  br label %start{plan.agents}"]
    begin = "%lo"
    for count, text in loops:
        lines += [f"start{count}:", f"  %begin{count} = add i64 {begin}, 0", *text.lines, f"after{count}:"]
        lines.append("  ret void" if count == 1 else "  br label %start1")
        begin = f"%i{count}"
    declarations = dict.fromkeys(line for _, text in loops for line in text.declarations)
    noted = LEAN if any(text.lean for _, text in loops) else ""
    return jit.IN_ORDER + noted + "\n".join([*declarations, *lines, "}", ""])


def one_by_one(plan: Plan) -> Plan:
    """Returns the plan for what is left over."""
    return replace(plan, agents=1, shared=1)


def sharing(width: int, agents: int) -> int:
    """Returns the number of agents of a kernel that share a vector."""
    return agents if width <= SHARED and agents in (2, 4) else 1


def function_text(step: Step, width: int, plan: Plan, name: str) -> tuple[list[str], str]:
    """Prints the step of `plan.agents` agents as a function to be inlined: its declarations and its definition.

    Its parameters are pointers to rows: for each agent in turn, one of each kind in `KINDS`.
    """
    text, agents = LlvmText("v", "entry"), plan.agents
    bases = {kind: [f"%{kind}{m}" for m in range(agents)] for kind in KINDS}
    step(Simd(width, text, bases, sharing(width, agents)))
    text.flush()
    text.lines = reorder(text.lines, plan.window, text.stack)
    rows = ", ".join(f"ptr noalias %{kind}{m}" for m in range(agents) for kind in KINDS)
    head = f"define internal void @{name}({rows}) alwaysinline nounwind {{"
    return list(text.declarations), "\n".join([head, "entry:", *text.stack, *text.lines, "  ret void", "}", ""])


def _rows_loop(step: Step, width: int, plan: Plan) -> LlvmText:
    """Prints the loop after block `start`: it runs the step while enough entries are left from `begin` on."""
    agents = plan.agents
    start, head, inside, after = (f"{block}{agents}" for block in ("start", "head", "inside", "after"))
    text, found = LlvmText(f"a{agents}_", start), find_layout(step, width)
    text.line(f"br label %{head}")
    text.label(head)
    here = len(text.lines)
    text.line(f"%end{agents} = add i64 %i{agents}, {agents}")
    text.line(f"%fits{agents} = icmp sle i64 %end{agents}, %hi")
    text.line(f"br i1 %fits{agents}, label %{inside}, label %{after}")
    text.label(inside)
    entries = [text.let(f"add i64 %i{agents}, {m}") for m in range(agents)]
    bases, body = _bases(text, entries, found.half_genes), len(text.lines)
    step(Simd(width, text, bases, plan.shared, bool(plan.lean)))
    text.flush()
    text.lines[body:] = reorder(text.lines[body:], plan.window, [*text.stack, *text.lines[:body]])
    if plan.ahead and not text.loops:
        text.lines[body:] = _prefetching(text, text.lines[body:], plan, found)
    text.lines.insert(here, f"  %i{agents} = phi i64 [%begin{agents}, %{start}], [%end{agents}, %{text.block}]")
    text.line(f"br label %{head}")
    return text


def _prefetching(text: LlvmText, lines: list[str], plan: Plan, found: Layout) -> list[str]:
    """Returns the lines of a step, with prefetches between them of the rows `plan.ahead` entries on, or of the last.

    A step with loops has none: a processor foresees the accesses to its long rows.
    """
    agents, locality = plan.agents, 4 - plan.level  # LLVM counts from the farthest
    ahead = LlvmText(f"p{agents}_", text.block)
    last = ahead.let("sub i64 %hi, 1")
    places = [ahead.let(f"add i64 %i{agents}, {plan.ahead + m}") for m in range(agents)]
    entries = [ahead.call("i64", "llvm.smin.i64", [("i64", place), ("i64", last)]) for place in places]
    calls = []
    for kind, rows in _bases(ahead, entries, found.half_genes).items():
        size = found.sizes[kind] * (2 if kind == "genome" and found.half_genes else 4)
        for row in rows:
            starts = [ahead.let(f"getelementptr i8, ptr {row}, i64 {at}") for at in range(0, size, LINE)]
            calls += [f"  call void @llvm.prefetch.p0(ptr {start}, i32 0, i32 {locality}, i32 1)" for start in starts]
    text.declarations |= ahead.declarations | {"declare void @llvm.prefetch.p0(ptr, i32, i32, i32)": None}
    return [*ahead.lines, *_between(lines, calls)]


def _between(lines: list[str], calls: list[str]) -> list[str]:
    """Returns the lines with the calls spread evenly among them, never before the label of a block."""
    result: list[str] = []
    for at, line in enumerate(lines):
        due = calls[at * len(calls) // len(lines) : (at + 1) * len(calls) // len(lines)]
        result += [line, *due] if line.endswith(":") else [*due, line]
    return result


def _bases(text: LlvmText, entries: Sequence[str], half_genes: bool) -> dict[str, list[str]]:
    """Returns pointers to the rows of some entries of the list: kind -> one for each entry."""
    places = [text.let(f"getelementptr i32, ptr %list, i64 {entry}") for entry in entries]
    short = [text.let(f"load i32, ptr {place}") for place in places]
    rows = [text.let(f"sext i32 {row} to i64") for row in short]
    halves = {"genome"} if half_genes else set()
    return {kind: [_row(text, kind, row, "i16" if kind in halves else "float") for row in rows] for kind in KINDS}


def _row(text: LlvmText, kind: str, row: str, element: str) -> str:
    offset = text.let(f"mul i64 {row}, %{kind}_stride")
    return text.let(f"getelementptr {element}, ptr %{kind}, i64 {offset}")
