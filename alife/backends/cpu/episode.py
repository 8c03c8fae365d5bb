"""Agents that live alone as native code: laws and brain in one loop over steps, up to four agents side by side.

What a genome alone decides (its loads, the unfolding of weights) is the same in every step: LLVM moves all of that
before the loop, as the genome's pointer is marked as nobody else's, as aligned, and as having a whole row behind it. So
is the pointer to what is fixed at birth.
Without one of these marks the loads stay where they are, behind the question who goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from alife.backends.abi import KernelArgs, llvm_arguments
from alife.backends.cpu import jit, law_statements
from alife.backends.cpu.llvm_text import LIMIT, limited
from alife.backends.cpu.ops_kernel import function_text
from alife.backends.cpu.threads import Call
from alife.backends.episode import BoundLoop, bind_loop
from alife.backends.program import Bindings, BrainStage, PerAgentLoop
from alife.laws.fields import ALIGNMENT
from alife.ops.program import BrainProgram
from alife.ops.vocabulary import KINDS

NAME = "alife_alone"
CHANGING = ("state", "input", "output")  # rows that a life stores to


@dataclass(frozen=True)
class ReadOnlyRow:
    """A kind of rows that a life only reads. element: LLVM's type of a value. size: bytes of a row."""

    kind: str
    element: str
    size: int


def loop_call(alone: PerAgentLoop, setting: Bindings) -> Call:
    """The steps as one call over the living. Raises UserError for laws that cannot be run so."""
    life = bind_loop(alone, setting)
    address = jit.load(kernel_text(alone, life), [NAME])[NAME]
    return Call(address, life.bind(alone.steps, setting), setting.rows.counts["living"], "alone")


def kernel_text(alone: PerAgentLoop, life: BoundLoop) -> str:
    """LLVM IR of a module with the one public function `NAME`. life: the parts bound.

    Raises:
        UserError: the text of a brain would be too long to be worth compiling.
    """
    return _text(life, alone.until, _fixed(alone))


def _fixed(alone: PerAgentLoop) -> tuple[ReadOnlyRow, ...]:
    """The rows that a life only reads."""
    brain = next(part.brain for part in alone.parts if isinstance(part, BrainStage))
    genes = "i16" if brain.gene_type == np.float16 else "float"
    own = (
        ReadOnlyRow("genome", genes, brain.gene_type.itemsize * brain.num_genes),
        ReadOnlyRow("phenotype", "float", 4 * brain.num_phenotypes),
    )
    return tuple(one for one in own if one.kind == "genome" or one.size)


@lru_cache(maxsize=64)
def _text(life: BoundLoop, until: str, fixed: tuple[ReadOnlyRow, ...]) -> str:
    minds = [(place, part.brain) for place, part in enumerate(life.stretches) if isinstance(part, BrainStage)]
    single = _written(minds, 1)
    for _, text in single:
        limited(text)
    most, many = _side_by_side(minds, max(len(text) for _, text in single))
    declarations: dict[str, None] = dict.fromkeys(law_statements.DECLARATIONS.split("\n"))
    texts = [law_statements.law_function(law.function, f"law{place}") for place, law in enumerate(life.laws)]
    for declared, text in (*single, *many):
        declarations |= dict.fromkeys(declared)
        texts.append(text)
    texts += [_life(life, until, fixed, agents) for agents in sorted({1, most})]
    return "\n".join([*declarations, *texts, _kernel(life.args(), most, fixed)])


def _written(minds: Sequence[tuple[int, BrainProgram]], agents: int) -> list[tuple[list[str], str]]:
    """What the brains declare and do for so many agents. minds: with their places among the parts."""
    return [function_text(mind.step, mind.width, agents, f"think{place}.{agents}") for place, mind in minds]


def _side_by_side(minds: Sequence[tuple[int, BrainProgram]], length: int) -> tuple[int, list[tuple[list[str], str]]]:
    """How many agents side by side, and the brains for so many. length: of the longest for one.

    Many hide each other's waiting, and as their rows stay in the cache four are better than two at every width; but
    text takes time to compile, and too long a one is refused.
    """
    for agents in (4, 2):
        if agents * length <= LIMIT // 2:
            many = _written(minds, agents)
            if all(len(text) <= LIMIT for _, text in many):
                return agents, many
    return 1, []


def _kernel(args: KernelArgs, most: int, fixed: Sequence[ReadOnlyRow]) -> str:
    """A loop over the listed rows, `most` at a time, then one by one."""
    lines = [f"define void @{NAME}(i64 %lo, i64 %hi, ptr %args) {{", "entry:", *args.llvm_list()]
    lines += [line for one in fixed for line in args.llvm_rows(one.kind)]
    lines += [
        "  %count = sub i64 %hi, %lo",
        f"  %groups = sdiv i64 %count, {most}",
        f"  %many = mul i64 %groups, {most}",
    ]
    lines += ["  %rest = add i64 %lo, %many"]
    whole = ["  %whole.at = mul i64 %whole.k, " + str(most), "  %whole.first = add i64 %lo, %whole.at"]
    lines += law_statements.for_each("whole", "0", "%groups", [*whole, *_lives("whole", most, fixed)])
    lines += law_statements.for_each(
        "single", "%rest", "%hi", ["  %single.first = add i64 %single.k, 0", *_lives("single", 1, fixed)]
    )
    return "\n".join([*lines, "  ret void", "}", ""])


def _lives(name: str, agents: int, fixed: Sequence[ReadOnlyRow]) -> list[str]:
    lines, passed = [], []
    for m in range(agents):
        at = f"%{name}.{m}"
        lines += [
            f"  {at}.i = add i64 %{name}.first, {m}",
            f"  {at}.p = getelementptr i32, ptr %list, i64 {at}.i",
            f"  {at}.row = load i32, ptr {at}.p",
            f"  {at}.wide = sext i32 {at}.row to i64",
        ]
        for one in fixed:
            lines.append(f"  {at}.{one.kind}.offset = mul i64 {at}.wide, %{one.kind}_stride")
            lines.append(
                f"  {at}.{one.kind} = getelementptr {one.element}, ptr %{one.kind}, i64 {at}.{one.kind}.offset"
            )
        passed += [f"i32 {at}.row", *(f"ptr {at}.{one.kind}" for one in fixed)]
    return [*lines, f"  call void @life{agents}({', '.join(passed)}, ptr %args)"]


def _life(life: BoundLoop, until: str, fixed: Sequence[ReadOnlyRow], agents: int) -> str:
    """All steps of some agents."""
    params = ", ".join(f"i32 %row{m}, {_pointers(fixed, m)}" for m in range(agents))
    known = [one.kind for one in fixed]
    head = f'define internal void @life{agents}({params}, ptr %args) noinline nounwind "{jit.ALIGNED}" {{'
    lines = [head, "entry:"]
    args = life.args()
    lines += [*args.llvm_steps(), *args.llvm_params()]
    for m in range(agents):
        lines.append(f"  %wide{m} = sext i32 %row{m} to i64")
        for kind in CHANGING:
            if m == 0:
                lines += args.llvm_rows(kind)
            lines += [f"  %{kind}{m}.offset = mul i64 %wide{m}, %{kind}_stride"]
            lines += [f"  %{kind}{m} = getelementptr float, ptr %{kind}, i64 %{kind}{m}.offset"]
    step = "  %step.now = add i64 %p.step, %step.k" if "step" in dict(life.types) else ""
    body = [step, *_who_goes_on(until, agents)]
    number = 0
    for place, part in enumerate(life.stretches):
        if isinstance(part, BrainStage):
            body += _thinking(place, agents, known)
            continue
        calls = [_law_call(life, number + k, law.names) for k, law in enumerate(part)]
        number += len(part)
        for m in range(agents):
            body += _where(f"laws{place}.{m}", f"%on{m}", [call.format(row=f"%row{m}") for call in calls])
    return "\n".join([*lines, *law_statements.for_each("step", "0", "%steps", body), "  ret void", "}", ""])


def _pointers(fixed: Sequence[ReadOnlyRow], m: int) -> str:
    marks = f"noalias nocapture readonly align {ALIGNMENT}"
    return ", ".join(f"ptr {marks}{f' dereferenceable({one.size})' * bool(one.size)} %{one.kind}{m}" for one in fixed)


def _who_goes_on(until: str, agents: int) -> list[str]:
    """%on0, %on1, ...: whether an agent takes this step; the loop ends where nobody does."""
    if not until:
        return [f"  %on{m} = icmp eq i32 0, 0" for m in range(agents)]
    lines = []
    for m in range(agents):
        lines += [
            f"  %until{m}.p = getelementptr i8, ptr %p.{until}, i64 %wide{m}",
            f"  %until{m} = load i8, ptr %until{m}.p",
            f"  %on{m} = icmp eq i8 %until{m}, 0",
        ]
    some = "%on0"
    for m in range(1, agents):
        lines.append(f"  %some{m} = or i1 {some}, %on{m}")
        some = f"%some{m}"
    return [*lines, f"  br i1 {some}, label %go, label %step.exit", "go:"]


def _where(name: str, condition: str, lines: Sequence[str]) -> list[str]:
    jump = f"  br i1 {condition}, label %{name}.do, label %{name}.end"
    return [jump, f"{name}.do:", *lines, f"  br label %{name}.end", f"{name}.end:"]


def _law_call(life: BoundLoop, number: int, names: Sequence[str]) -> str:
    types, passed = dict(life.types), ["i32 {row}"]
    for name in names:
        passed += ["i64 %step.now"] if name == "step" else llvm_arguments(name, types[name])
    return f"  call void @law{number}.law({', '.join(passed)})"


def _thinking(place: int, agents: int, fixed: Sequence[str]) -> list[str]:
    """The brain of all at once where all go on, else of each that does."""
    alone = [line for m in range(agents) for line in _where(f"mind{place}.{m}", f"%on{m}", [_think(place, [m], fixed)])]
    if agents == 1:
        return alone
    everybody, lines = "%on0", []
    for m in range(1, agents):
        lines.append(f"  %all{place}.{m} = and i1 {everybody}, %on{m}")
        everybody = f"%all{place}.{m}"
    lines += [f"  br i1 {everybody}, label %together{place}, label %apart{place}", f"together{place}:"]
    lines += [_think(place, range(agents), fixed), f"  br label %thought{place}", f"apart{place}:"]
    return [*lines, *alone, f"  br label %thought{place}", f"thought{place}:"]


def _think(place: int, agents: Sequence[int], fixed: Sequence[str]) -> str:
    known = (*fixed, *CHANGING)
    rows = [f"ptr %{kind}{m}" if kind in known else "ptr null" for m in agents for kind in KINDS]
    return f"  call void @think{place}.{len(agents)}({', '.join(rows)})"
