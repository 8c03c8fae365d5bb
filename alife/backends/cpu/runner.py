"""The native code that takes a thread through a program of kernels; see `threads`.

Threads take the rows of a call piece by piece, of `grain` rows each. A grain of 0 is a quarter of a thread's share, 64
at least.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from functools import cache

from alife.backends.cpu.jit import _target, load

_RUNNER = """
declare i32 @sched_yield()
declare void @llvm.x86.sse2.pause()

; program: {count, entries, tickets, frozen, done}; entry: {function, args, rows, grain}
define void @alife_run_program(i64 %workers, ptr %program) {
entry:
  %count = load i64, ptr %program
  %p1 = getelementptr i64, ptr %program, i64 1
  %entries = load ptr, ptr %p1
  %p2 = getelementptr i64, ptr %program, i64 2
  %tickets = load ptr, ptr %p2
  %p3 = getelementptr i64, ptr %program, i64 3
  %frozen = load ptr, ptr %p3
  %p4 = getelementptr i64, ptr %program, i64 4
  %done = load ptr, ptr %p4
  br label %next
next:
  %k = phi i64 [0, %entry], [%k1, %advance]
  %more = icmp slt i64 %k, %count
  br i1 %more, label %begin, label %exit
begin:
  %at = mul i64 %k, 4
  %e0 = getelementptr ptr, ptr %entries, i64 %at
  %function = load ptr, ptr %e0
  %e1 = getelementptr ptr, ptr %e0, i64 1
  %args = load ptr, ptr %e1
  %e2 = getelementptr ptr, ptr %e0, i64 2
  %rowsp = load ptr, ptr %e2
  %e3 = getelementptr ptr, ptr %e0, i64 3
  %given = load i64, ptr %e3
  %slot = mul i64 %k, 8
  %ticket = getelementptr i64, ptr %tickets, i64 %slot
  %freeze = getelementptr i64, ptr %frozen, i64 %slot
  %finish = getelementptr i64, ptr %done, i64 %slot
  %now = load i64, ptr %rowsp
  %alone = icmp eq i64 %workers, 1
  br i1 %alone, label %single, label %shared
single:
  %any = icmp sgt i64 %now, 0
  br i1 %any, label %whole, label %advance
whole:
  call void %function(i64 0, i64 %now, ptr %args)
  br label %advance
shared:
  %swap = cmpxchg ptr %freeze, i64 -1, i64 %now seq_cst seq_cst
  %old = extractvalue {i64, i1} %swap, 0
  %mine = extractvalue {i64, i1} %swap, 1
  %rows = select i1 %mine, i64 %now, i64 %old
  %pieces = mul i64 %workers, 4
  %share = sdiv i64 %rows, %pieces
  %tens = and i64 %share, -16
  %small = icmp slt i64 %tens, 64
  %usual = select i1 %small, i64 64, i64 %tens
  %fixed = icmp sgt i64 %given, 0
  %grain = select i1 %fixed, i64 %given, i64 %usual
  br label %take
take:
  %lo = atomicrmw add ptr %ticket, i64 %grain seq_cst
  %left = icmp slt i64 %lo, %rows
  br i1 %left, label %piece, label %wait
piece:
  %end = add i64 %lo, %grain
  %over = icmp sgt i64 %end, %rows
  %hi = select i1 %over, i64 %rows, i64 %end
  call void %function(i64 %lo, i64 %hi, ptr %args)
  %ran = sub i64 %hi, %lo
  %before = atomicrmw add ptr %finish, i64 %ran seq_cst
  br label %take
wait:
  %spins = phi i64 [0, %take], [%spins1, %again]
  %sofar = load atomic i64, ptr %finish seq_cst, align 8
  %ready = icmp sge i64 %sofar, %rows
  br i1 %ready, label %advance, label %spin
spin:
  PAUSE
  %spins1 = add i64 %spins, 1
  %long = icmp sgt i64 %spins, 400
  br i1 %long, label %yield, label %again
yield:
  YIELD
  br label %again
again:
  br label %wait
advance:
  %k1 = add i64 %k, 1
  br label %next
exit:
  ret void
}
"""


@cache
def runner() -> Callable[[int, int], None]:
    """Returns the compiled runner, a function of the number of threads and the address of a program."""
    x86 = _target().triple.startswith(("x86", "i686"))
    ir = _RUNNER.replace("PAUSE", "call void @llvm.x86.sse2.pause()" if x86 else "fence seq_cst")
    ir = ir if x86 else ir.replace("declare void @llvm.x86.sse2.pause()", "")
    posix = os.name == "posix"
    ir = ir.replace("YIELD", "%ignored = call i32 @sched_yield()" if posix else "fence seq_cst")
    ir = ir if posix else ir.replace("declare i32 @sched_yield()", "")
    address = load(ir, ["alife_run_program"])["alife_run_program"]
    return ctypes.CFUNCTYPE(None, ctypes.c_int64, ctypes.c_void_p)(address)
