"""Passes: consecutive laws over the same rows that go through them together, some hundred rows at a time.

What one law of a pass reads or writes of these rows is then still in the cache for the next one, and threads wait for
each other once a pass. Laws share one where no row can notice it (`fusion`): the rows are those of one list, visited in
one order, and neither law reads from other rows what the other one writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from alife.backends.abi import Strided
from alife.backends.binding import translated, typed
from alife.backends.cpu.jit import load
from alife.backends.fusion import BoundLaw, joins
from alife.backends.program import Bindings, Stage
from alife.laws.law import Law

BLOCK = 256  # rows: a few cache lines of each fit into any L2 cache

_PASS = f"""
declare i64 @llvm.smin.i64(i64, i64)

; args: {{count, {{function, args}} of each kernel}}
define void @alife_run_pass(i64 %lo, i64 %hi, ptr %args) {{
entry:
  %count = load i64, ptr %args
  br label %block
block:
  %first = phi i64 [%lo, %entry], [%beyond, %done]
  %more = icmp slt i64 %first, %hi
  br i1 %more, label %begin, label %exit
begin:
  %beyond = add i64 %first, {BLOCK}
  %last = call i64 @llvm.smin.i64(i64 %beyond, i64 %hi)
  br label %next
next:
  %k = phi i64 [0, %begin], [%k1, %call]
  %left = icmp slt i64 %k, %count
  br i1 %left, label %call, label %done
call:
  %k2 = shl i64 %k, 1
  %at = add i64 %k2, 1
  %e0 = getelementptr ptr, ptr %args, i64 %at
  %function = load ptr, ptr %e0
  %e1 = getelementptr ptr, ptr %e0, i64 1
  %own = load ptr, ptr %e1
  call void %function(i64 %first, i64 %last, ptr %own)
  %k1 = add i64 %k, 1
  br label %next
done:
  br label %block
exit:
  ret void
}}
"""


@cache
def pass_kernel() -> int:
    """Returns the address of the kernel of a pass."""
    return load(_PASS, ["alife_run_pass"])["alife_run_pass"]


def pass_cells(kernels: Sequence[tuple[int, int]]) -> np.ndarray:
    """Returns the argument cells of a pass: int64. kernels: address of each and of its own cells."""
    return np.array([len(kernels), *(part for kernel in kernels for part in kernel)], np.int64)


def joined(stages: Sequence[Stage], lists: Sequence[Strided | None], bindings: Bindings) -> list[bool]:
    """Returns, for each stage, True if it is a law that shares the pass of the one before it.

    stages: of a program without loops. lists: of the rows of each.
    """
    found: list[bool] = []
    group: list[BoundLaw] = []
    for place, stage in enumerate(stages):
        if not isinstance(stage, Law) or stage.number >= 0:
            group = []
            found.append(False)
            continue
        law = BoundLaw(stage.array_form, translated(typed(stage, bindings.names, bindings.fields.tables)))
        shares = bool(group) and lists[place] is lists[place - 1] and joins(law, group)
        group = [*group, law] if shares else [law]
        found.append(shares)
    return found
