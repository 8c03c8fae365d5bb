"""A per-agent loop as native code: laws and brains in one loop over steps, up to four agents side by side.

Several agents hide each other's latency; how many is a matter of the processor, and part of the loop's plan.

What depends on a genome alone (its loads, the expansion of weights) is the same in every step. LLVM moves all of it
before the loop, because the pointer to the genome is marked as not aliased, as aligned, and as dereferenceable for a
whole row; so is the pointer to the phenotype. Without one of these marks the loads stay in the loop, after the test
for the agents that are still running.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial

import numpy as np

from alife.backends.abi import KernelArgs, llvm_arguments
from alife.backends.cpu import jit, law_kernels
from alife.backends.cpu.llvm_text import LIMIT, limited
from alife.backends.cpu.ops_kernel import function_text, usual_window
from alife.backends.cpu.plan import KernelText, Plan
from alife.backends.cpu.planned import PlannedKernel
from alife.backends.cpu.planned_call import Planned
from alife.backends.cpu.threads import Call
from alife.backends.episode import BoundLoop, bind_loop
from alife.backends.program import Bindings, BrainStage, PerAgentLoop
from alife.laws.fields import ALIGNMENT
from alife.ops.program import BrainProgram
from alife.ops.vocabulary import KINDS

NAME = "alife_episode"
GRAIN = 16  # rows that a thread takes at a time; few, as a row is a whole episode
GRAINS = (64,)  # likewise: rows that a thread takes at a time
SAMPLE = 512  # rows of a trial
WRITTEN = ("state", "input", "output")  # kinds of rows that the loop stores to


@dataclass(frozen=True)
class ReadOnlyRow:
    """A kind of rows that the loop only reads. element: LLVM's type of a value. size: bytes of a row."""

    kind: str
    element: str
    size: int


def loop_call(loop: PerAgentLoop, bindings: Bindings) -> Call:
    """Returns all steps of a loop as one call over the living.

    Raises:
        UserError: a stage that cannot be in a per-agent loop; see `bind_loop`.
    """
    bound, rows = bind_loop(loop, bindings), bindings.rows
    written = {"state", "observations", "actions"}.union(*(law.writes for law in bound.laws))
    planned = Planned(
        kernel=_kernel_of(bound, loop.until, _read_only(bound)),
        size=0,
        rows=rows.lists["living"],
        written=[bindings.names[name] for name in sorted(written)],
        whole=True,
        steps=loop.steps,
        sample=SAMPLE,
    )
    return Call(0, bound.bind(loop.steps, bindings), rows.counts["living"], "episode", planned)


@lru_cache(maxsize=64)
def _kernel_of(bound: BoundLoop, until: str, read_only: tuple[ReadOnlyRow, ...]) -> PlannedKernel:
    usual = usual_plan()
    others = [replace(usual, window=0), replace(usual, agents=2), replace(usual, agents=1)]
    return PlannedKernel(NAME, partial(_text, bound, until, read_only), usual, others, GRAINS)


def usual_plan() -> Plan:
    """Returns the plan of loops that were not measured."""
    return Plan(agents=4, ahead=0, window=usual_window(), grain=GRAIN)


def kernel_text(loop: PerAgentLoop, bound: BoundLoop, plan: Plan | None = None) -> KernelText:
    """Prints LLVM IR of a module with the one public function `NAME`.

    Args:
        loop, bound: the loop, and it bound.
        plan: of its numbers only `agents`, those that run side by side, and `window` count; by default the usual one.

    Raises:
        UserError: the text of a brain is too long to be worth compiling.
    """
    return _text(bound, loop.until, _read_only(bound), plan or usual_plan())


def _read_only(bound: BoundLoop) -> tuple[ReadOnlyRow, ...]:
    brain = bound.brains[0].brain
    element = "i16" if brain.gene_type == np.float16 else "float"
    genome = ReadOnlyRow("genome", element, brain.gene_type.itemsize * brain.num_genes)
    phenotype = ReadOnlyRow("phenotype", "float", 4 * brain.num_phenotypes)
    return (genome, phenotype) if phenotype.size else (genome,)


def _text(bound: BoundLoop, until: str, read_only: tuple[ReadOnlyRow, ...], plan: Plan) -> KernelText:
    stages = enumerate(bound.segments)
    brains = [(place, stage.brain) for place, stage in stages if isinstance(stage, BrainStage)]
    single = _functions(brains, replace(plan, agents=1))
    for _, text in single:
        limited(text)
    agents, several = _side_by_side(brains, max(len(text) for _, text in single), plan)
    declarations: dict[str, None] = dict.fromkeys(law_kernels.DECLARATIONS.split("\n"))
    texts = [law_kernels.law_function(law.function, f"law{place}") for place, law in enumerate(bound.laws)]
    for declared, text in (*single, *several):
        declarations |= dict.fromkeys(declared)
        texts.append(text)
    texts += [_loop(bound, until, read_only, count) for count in sorted({1, agents})]
    ir = "\n".join([*declarations, *texts, _kernel(bound.args(), agents, read_only)])
    return KernelText(ir, Plan(agents, ahead=0, window=plan.window, grain=GRAIN))


def _functions(brains: Sequence[tuple[int, BrainProgram]], plan: Plan) -> list[tuple[list[str], str]]:
    """Declarations and definition of each brain by a plan. brains: with their places among the segments."""
    return [function_text(brain.step, brain.width, plan, f"brain{place}.{plan.agents}") for place, brain in brains]


def _side_by_side(
    brains: Sequence[tuple[int, BrainProgram]], length: int, plan: Plan
) -> tuple[int, list[tuple[list[str], str]]]:
    """Returns how many agents run side by side, and the brains for them.

    Text takes time to compile, and a text that is too long is refused.

    Args:
        brains: with their places among the segments.
        length: of the longest text for one agent.
        plan: its agents run side by side, if the text is short enough.
    """
    for agents in (count for count in (8, 4, 2) if count <= plan.agents):
        if agents * length <= LIMIT // 2:
            several = _functions(brains, replace(plan, agents=agents))
            if all(len(text) <= LIMIT for _, text in several):
                return agents, several
    return 1, []


def _kernel(args: KernelArgs, agents: int, read_only: Sequence[ReadOnlyRow]) -> str:
    """Prints a loop over the listed rows, `agents` at a time, then one by one."""
    lines = [f"define void @{NAME}(i64 %lo, i64 %hi, ptr %args) {{", "entry:", *args.llvm_list()]
    lines += [line for row in read_only for line in args.llvm_rows(row.kind)]
    lines += [
        "  %count = sub i64 %hi, %lo",
        f"  %groups = sdiv i64 %count, {agents}",
        f"  %grouped = mul i64 %groups, {agents}",
        "  %rest = add i64 %lo, %grouped",
    ]
    group = ["  %group.at = mul i64 %group.k, " + str(agents), "  %group.first = add i64 %lo, %group.at"]
    lines += law_kernels.for_each("group", "0", "%groups", [*group, *_loop_call("group", agents, read_only)])
    single = ["  %single.first = add i64 %single.k, 0", *_loop_call("single", 1, read_only)]
    lines += law_kernels.for_each("single", "%rest", "%hi", single)
    return "\n".join([*lines, "  ret void", "}", ""])


def _loop_call(name: str, agents: int, read_only: Sequence[ReadOnlyRow]) -> list[str]:
    """Calls the loop over steps for the agents from entry %name.first of the list on."""
    lines, passed = [], []
    for m in range(agents):
        at = f"%{name}.{m}"
        lines += [
            f"  {at}.i = add i64 %{name}.first, {m}",
            f"  {at}.p = getelementptr i32, ptr %list, i64 {at}.i",
            f"  {at}.row = load i32, ptr {at}.p",
            f"  {at}.wide = sext i32 {at}.row to i64",
        ]
        passed.append(f"i32 {at}.row")
        for row in read_only:
            address = f"{at}.{row.kind}"
            lines += [
                f"  {address}.offset = mul i64 {at}.wide, %{row.kind}_stride",
                f"  {address} = getelementptr {row.element}, ptr %{row.kind}, i64 {address}.offset",
            ]
            passed.append(f"ptr {address}")
    return [*lines, f"  call void @loop{agents}({', '.join(passed)}, ptr %args)"]


def _loop(bound: BoundLoop, until: str, read_only: Sequence[ReadOnlyRow], agents: int) -> str:
    """Prints the function of all steps of that many agents."""
    params = ", ".join(f"i32 %row{m}, {_pointers(read_only, m)}" for m in range(agents))
    head = f'define internal void @loop{agents}({params}, ptr %args) noinline nounwind "{jit.ALIGNED}" {{'
    args = bound.args()
    lines = [head, "entry:", *args.llvm_steps(), *args.llvm_params()]
    for m in range(agents):
        lines.append(f"  %wide{m} = sext i32 %row{m} to i64")
        for kind in WRITTEN:
            if m == 0:
                lines += args.llvm_rows(kind)
            lines += [f"  %{kind}{m}.offset = mul i64 %wide{m}, %{kind}_stride"]
            lines += [f"  %{kind}{m} = getelementptr float, ptr %{kind}, i64 %{kind}{m}.offset"]
    step = "  %step.now = add i64 %p.step, %step.k" if "step" in dict(bound.types) else ""
    body = [step, *_running(until, agents)]
    kinds = {*(row.kind for row in read_only), *WRITTEN}
    number = 0
    for place, segment in enumerate(bound.segments):
        if isinstance(segment, BrainStage):
            body += _brain_calls(place, agents, kinds)
            continue
        calls = [_law_call(bound, number + k, law.names) for k, law in enumerate(segment)]
        number += len(segment)
        for m in range(agents):
            body += _if(f"laws{place}.{m}", f"%on{m}", [call.format(row=f"%row{m}") for call in calls])
    return "\n".join([*lines, *law_kernels.for_each("step", "0", "%steps", body), "  ret void", "}", ""])


def _pointers(read_only: Sequence[ReadOnlyRow], m: int) -> str:
    marks = f"noalias nocapture readonly align {ALIGNMENT}"
    return ", ".join(
        f"ptr {marks}{f' dereferenceable({row.size})' * bool(row.size)} %{row.kind}{m}" for row in read_only
    )


def _running(until: str, agents: int) -> list[str]:
    """Defines %on0, %on1, ...: true if the agent takes this step. The loop ends when no agent does."""
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


def _if(name: str, condition: str, lines: Sequence[str]) -> list[str]:
    jump = f"  br i1 {condition}, label %{name}.do, label %{name}.end"
    return [jump, f"{name}.do:", *lines, f"  br label %{name}.end", f"{name}.end:"]


def _law_call(bound: BoundLoop, number: int, names: Sequence[str]) -> str:
    types, passed = dict(bound.types), ["i32 {row}"]
    for name in names:
        passed += ["i64 %step.now"] if name == "step" else llvm_arguments(name, types[name])
    return f"  call void @law{number}.law({', '.join(passed)})"


def _brain_calls(place: int, agents: int, kinds: set[str]) -> list[str]:
    """Calls the brain for all agents at once if all take this step, else for each that does."""
    one_by_one = [
        line for m in range(agents) for line in _if(f"brain{place}.{m}", f"%on{m}", [_brain_call(place, [m], kinds)])
    ]
    if agents == 1:
        return one_by_one
    every, lines = "%on0", []
    for m in range(1, agents):
        lines.append(f"  %all{place}.{m} = and i1 {every}, %on{m}")
        every = f"%all{place}.{m}"
    lines += [f"  br i1 {every}, label %together{place}, label %apart{place}", f"together{place}:"]
    lines += [_brain_call(place, range(agents), kinds), f"  br label %after{place}", f"apart{place}:"]
    return [*lines, *one_by_one, f"  br label %after{place}", f"after{place}:"]


def _brain_call(place: int, agents: Sequence[int], kinds: set[str]) -> str:
    rows = [f"ptr %{kind}{m}" if kind in kinds else "ptr null" for m in agents for kind in KINDS]
    return f"  call void @brain{place}.{len(agents)}({', '.join(rows)})"
