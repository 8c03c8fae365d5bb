"""A step as a native kernel: a loop over listed rows, several agents at a time, and the rest one by one.

Argument cells: address and row stride (in elements) of genome, phenotype, state, input, output; then the address of
the int32 list of rows. The kernel runs entries lo..hi of that list.
"""

from __future__ import annotations

from alife.operations.layout import Step, find_layout
from alife.operations.simd import Simd
from alife.operations.text import Text, limited
from alife.operations.words import KINDS

NAME = "alife_brain"
ROWS = 2 * len(KINDS)  # the cell of the row list


def kernel_text(step: Step, width: int, interleave: int = 1) -> str:
    """LLVM IR of a module with the one function `NAME`."""
    loops = [_rows_loop(step, width, 1, "%lo", "done")]
    if interleave > 1:
        whole = _rows_loop(step, width, interleave, "%lo", "start1")
        loops = [whole, _rows_loop(step, width, 1, f"%i{interleave}", "done")]
    declarations = dict.fromkeys(line for text in loops for line in text.declarations)
    stack = [line for text in loops for line in text.stack]
    head = [f"define void @{NAME}(i64 %lo, i64 %hi, ptr %args) nounwind {{", "entry:", *stack, *_cells()]
    first = f"  br label %start{interleave}"
    body = [line for text in loops for line in text.lines]
    return limited("\n".join([*declarations, *head, first, *body, "done:", "  ret void", "}", ""]))


def function_text(step: Step, width: int, agents: int, name: str) -> tuple[list[str], str]:
    """The step of `agents` agents as a function to be inlined: what it declares, and its definition.

    Its parameters are pointers to rows: for each agent in turn one of each kind in `KINDS`.
    """
    text = Text("v", "entry")
    bases = {kind: [f"%{kind}{m}" for m in range(agents)] for kind in KINDS}
    step(Simd(width, text, bases))
    text.flush()
    rows = ", ".join(f"ptr noalias %{kind}{m}" for m in range(agents) for kind in KINDS)
    head = f"define internal void @{name}({rows}) alwaysinline nounwind {{"
    return list(text.declarations), limited(
        "\n".join([head, "entry:", *text.stack, *text.lines, "  ret void", "}", ""])
    )


def _cells() -> list[str]:
    lines = []
    for i, kind in enumerate(KINDS):
        for what, type_, cell in (("", "ptr", 2 * i), ("_stride", "i64", 2 * i + 1)):
            lines.append(f"  %{kind}{what}_cell = getelementptr i64, ptr %args, i64 {cell}")
            lines.append(f"  %{kind}{what} = load {type_}, ptr %{kind}{what}_cell")
    lines.append(f"  %rows_cell = getelementptr i64, ptr %args, i64 {ROWS}")
    lines.append("  %rows = load ptr, ptr %rows_cell")
    return lines


def _rows_loop(step: Step, width: int, agents: int, begin: str, after: str) -> Text:
    """Blocks from `start` on: while `agents` entries are left from `begin` on, run the step on them; then `after`."""
    start, head, inside = (f"{block}{agents}" for block in ("start", "head", "inside"))
    text = Text(f"a{agents}_", start)
    text.label(start)
    text.line(f"br label %{head}")
    text.label(head)
    here = len(text.lines)
    text.line(f"%end{agents} = add i64 %i{agents}, {agents}")
    text.line(f"%fits{agents} = icmp sle i64 %end{agents}, %hi")
    text.line(f"br i1 %fits{agents}, label %{inside}, label %{after}")
    text.label(inside)
    step(Simd(width, text, _bases(text, agents, find_layout(step, width).half_genes)))
    text.flush()
    text.lines.insert(here, f"  %i{agents} = phi i64 [{begin}, %{start}], [%end{agents}, %{text.block}]")
    text.line(f"br label %{head}")
    return text


def _bases(text: Text, agents: int, half_genes: bool) -> dict[str, list[str]]:
    """Pointers to the rows of the entries i, i + 1, ... of the list."""
    first = text.let(f"getelementptr i32, ptr %rows, i64 %i{agents}")
    entries = [text.let(f"getelementptr i32, ptr {first}, i64 {m}") for m in range(agents)]
    short = [text.let(f"load i32, ptr {entry}") for entry in entries]
    rows = [text.let(f"sext i32 {row} to i64") for row in short]
    halves = {"genome"} if half_genes else set()
    return {kind: [_row(text, kind, row, "i16" if kind in halves else "float") for row in rows] for kind in KINDS}


def _row(text: Text, kind: str, row: str, element: str) -> str:
    offset = text.let(f"mul i64 {row}, %{kind}_stride")
    return text.let(f"getelementptr {element}, ptr %{kind}, i64 {offset}")
