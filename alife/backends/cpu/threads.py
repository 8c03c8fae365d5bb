"""Programs of kernels, run on threads of our own.

A kernel is `void name(i64 lo, i64 hi, ptr args)`: it runs rows lo..hi-1 of one law or one brain, and `args` points to
its argument cells (see `abi`), so that one signature serves every kernel. A `Program` is a list of kernel calls with a
barrier after each; `run` goes through it without returning to Python, on one thread or several. Which thread runs
which rows never changes a result, because a kernel writes only the rows it was given.
"""

from __future__ import annotations

import _thread
import ctypes
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from alife.backends.abi import BoundArgs
from alife.backends.cpu.jit import _target, load


@dataclass
class Call:
    """A kernel with its arguments, ready to run over the rows of one table.

    Attributes:
        address: of the kernel's function.
        args: its arguments.
        count: [1] int64, the number of rows to run; read when the call begins, so that an earlier call of the same
            program may set it.
        name: of the law or brain.
        cells: int64, the packed arguments.
    """

    address: int
    args: BoundArgs
    count: np.ndarray
    name: str = ""
    cells: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.cells = self.args.host_cells()


_RUNNER = """
declare i32 @sched_yield()
declare void @llvm.x86.sse2.pause()

; program: {count, entries, tickets, frozen, done}; entry: {function, args, rows}
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
  %at = mul i64 %k, 3
  %e0 = getelementptr ptr, ptr %entries, i64 %at
  %function = load ptr, ptr %e0
  %e1 = getelementptr ptr, ptr %e0, i64 1
  %args = load ptr, ptr %e1
  %e2 = getelementptr ptr, ptr %e0, i64 2
  %rowsp = load ptr, ptr %e2
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
  %grain = select i1 %small, i64 64, i64 %tens
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
def _runner() -> Callable[[int, int], None]:
    x86 = _target().triple.startswith(("x86", "i686"))
    ir = _RUNNER.replace("PAUSE", "call void @llvm.x86.sse2.pause()" if x86 else "fence seq_cst")
    ir = ir if x86 else ir.replace("declare void @llvm.x86.sse2.pause()", "")
    posix = os.name == "posix"
    ir = ir.replace("YIELD", "%ignored = call i32 @sched_yield()" if posix else "fence seq_cst")
    ir = ir if posix else ir.replace("declare i32 @sched_yield()", "")
    address = load(ir, ["alife_run_program"])["alife_run_program"]
    return ctypes.CFUNCTYPE(None, ctypes.c_int64, ctypes.c_void_p)(address)


class _Worker:
    """A thread that runs the programs it is given; ctypes releases the interpreter's lock meanwhile."""

    def __init__(self) -> None:
        self._start, self._end = _thread.allocate_lock(), _thread.allocate_lock()
        self._start.acquire()
        self._end.acquire()
        self._job: tuple[int, int] = (0, 0)
        _thread.start_new_thread(self._loop, ())

    def _loop(self) -> None:
        run = _runner()
        while True:
            self._start.acquire()
            run(*self._job)
            self._end.release()

    def begin(self, workers: int, program: int) -> None:
        self._job = (workers, program)
        self._start.release()

    def join(self) -> None:
        """Waits until it is done, also after an interrupt: memory that it writes must not be touched before."""
        interruption: KeyboardInterrupt | None = None
        while True:
            try:
                self._end.acquire()
                break
            except KeyboardInterrupt as error:
                interruption = error
        if interruption:
            raise interruption


_workers: list[_Worker] = []
_workers_lock = threading.Lock()  # held while a program uses the workers, which the whole process shares


def _forget_workers() -> None:
    """Starts anew in a forked child, which has none of its parent's threads and must not wait for their locks."""
    global _workers_lock
    _workers.clear()
    _workers_lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_workers)


def default_threads() -> int:
    """Returns the number of threads to use when the user asks for 0: all cores this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Program:
    """Kernel calls in order, each finished before the next begins."""

    def __init__(self, calls: Sequence[Call]) -> None:
        self.calls = list(calls)
        count = len(self.calls)
        self._entries = np.array([[c.address, c.cells.ctypes.data, c.count.ctypes.data] for c in self.calls], np.int64)
        self._counters = np.zeros((3, count, 8), np.int64)  # tickets, frozen row counts, rows done: a cache line each
        tickets, frozen, done = (part.ctypes.data for part in self._counters)
        self._header = np.array([count, self._entries.ctypes.data, tickets, frozen, done], np.int64)

    def run(self, threads: int = 1) -> None:
        """Runs every call once. threads: at least 1; more pay only from some thousands of rows on."""
        run, program = _runner(), self._header.ctypes.data
        if threads == 1:
            run(1, program)
            return
        with _workers_lock:
            self._run_on(threads)

    def _run_on(self, threads: int) -> None:
        run, program = _runner(), self._header.ctypes.data
        self._counters.fill(0)
        self._counters[1].fill(-1)
        while len(_workers) < threads - 1:
            _workers.append(_Worker())
        begun: list[_Worker] = []
        try:
            for worker in _workers[: threads - 1]:
                begun.append(worker)
                worker.begin(threads, program)
            run(threads, program)
        finally:
            for worker in begun:
                worker.join()
