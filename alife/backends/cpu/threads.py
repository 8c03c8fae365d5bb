"""Programs of kernels, run on threads of our own.

A kernel is `void name(i64 lo, i64 hi, ptr args)`: it runs rows lo..hi-1 of one law or one brain, and `args` points to
its argument cells (see `abi`), so that one signature serves every kernel. A `Program` is a list of kernel calls with a
barrier after each; `run` goes through it without returning to Python, on one thread or several. Which thread runs
which rows never changes a result, because a kernel writes only the rows it was given.
"""

from __future__ import annotations

import _thread
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from alife.backends.abi import BoundArgs
from alife.backends.cpu.passes import pass_cells, pass_kernel
from alife.backends.cpu.plan import Plan
from alife.backends.cpu.planned import Kernel
from alife.backends.cpu.planned_call import Planned
from alife.backends.cpu.runner import runner
from alife.backends.native_memory import NativeMemory


@dataclass
class Call(NativeMemory):
    """A kernel with its arguments, ready to run over the rows of one table.

    Attributes:
        address: of the kernel's function.
        args: its arguments.
        count: [1] int64, the number of rows to run; read when the call begins, so that an earlier call of the same
            program may set it.
        name: of the law or brain.
        planned: for a kernel with variants, how to choose among them; its address is then 0.
        cells: int64, the packed arguments.
    """

    address: int
    args: BoundArgs
    count: np.ndarray
    name: str = ""
    planned: Planned | None = None
    cells: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.cells = self.args.host_cells()


class _Worker:
    """A thread that runs the programs it is given; ctypes releases the interpreter's lock meanwhile."""

    def __init__(self) -> None:
        self._start, self._end = _thread.allocate_lock(), _thread.allocate_lock()
        self._start.acquire()
        self._end.acquire()
        self._job: tuple[int, int] = (0, 0)
        _thread.start_new_thread(self._loop, ())

    def _loop(self) -> None:
        run = runner()
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


@dataclass
class _Variable:
    """A call of a kernel with variants, in a program. at: its places. kernel: the variant that these hold."""

    planned: Planned
    count: np.ndarray
    at: list[int]
    kernel: Kernel | None = None


def _in_passes(calls: Sequence[Call], joined: Sequence[bool]) -> list[list[Call]]:
    passes: list[list[Call]] = []
    for place, call in enumerate(calls):
        if place < len(joined) and joined[place]:
            passes[-1].append(call)
        else:
            passes.append([call])
    return passes


def _variable(passes: Sequence[Sequence[Call]]) -> list[_Variable]:
    found: dict[int, _Variable] = {}
    for place, (call, *_) in enumerate(passes):
        if call.planned:
            found.setdefault(id(call), _Variable(call.planned, call.count, [])).at.append(place)
    return list(found.values())


class Program(NativeMemory):
    """Kernel calls in order, each finished before the next begins, or in one pass with it; see `passes`.

    Attributes:
        calls: all of them.
        passes: names of those of each pass.
    """

    def __init__(self, calls: Sequence[Call], joined: Sequence[bool] = ()) -> None:
        """joined: for each call, True if it shares the pass of the one before it; empty: none does."""
        self.calls = list(calls)
        passes = _in_passes(self.calls, joined)
        self.passes = [[call.name for call in each] for each in passes]
        count = len(passes)
        kernels = [[(call.address, call.cells.ctypes.data) for call in each] for each in passes]
        self._cells = [pass_cells(each) if len(each) > 1 else np.zeros(0, np.int64) for each in kernels]
        entries = [
            (*((pass_kernel(), cells.ctypes.data) if len(cells) else each[0]), first.count.ctypes.data, 0)  # 0: grain
            for each, cells, (first, *_) in zip(kernels, self._cells, passes, strict=True)
        ]
        self._entries = np.array(entries, np.int64).reshape(count, 4)
        self._counters = np.zeros((3, count, 8), np.int64)  # tickets, frozen row counts, rows done: a cache line each
        tickets, frozen, done = (part.ctypes.data for part in self._counters)
        self._header = np.array([count, self._entries.ctypes.data, tickets, frozen, done], np.int64)
        self._variable = _variable(passes)

    def run(self, threads: int = 1) -> None:
        """Runs every call once. threads: at least 1; more pay only from some thousands of rows on."""
        due = []
        for one in self._variable:
            place = one.planned.place(int(one.count[0]), threads)
            if one.planned.due(int(one.count[0]), place, len(one.at)):
                due.append(one.planned)
            else:
                self._use(one, one.planned.kernel.kernel(place))
        if due:
            self._run_measuring(due, threads)
        else:
            self._run_all(threads)

    def settle(self, threads: int = 1) -> None:
        """Runs every call once, and measures every plan that is not known yet. threads: as in `run`."""
        self._run_measuring([one.planned for one in self._variable if one.planned.unknown(one.count, threads)], threads)

    def plans(self, threads: int = 1) -> list[Plan]:
        """Returns the plan of each call that has one, in order, as it would run now. threads: as in `run`."""
        places = [(one.planned, one.planned.place(int(one.count[0]), threads)) for one in self._variable]
        return [planned.kernel.kernel(place).plan for planned, place in places]

    def _run_measuring(self, due: list[Planned], threads: int) -> None:
        """Runs the calls one by one, after trials of the variants of some of them on the rows as they are then."""
        for call in self.calls:
            one = Program([call])
            if call.planned in due:
                due.remove(call.planned)
                one._measure(call.planned, threads)
                one = Program([call])
            one.run(threads)

    def _measure(self, planned: Planned, threads: int) -> None:
        """Chooses the plan of the only call, on its first rows."""
        (one,), rows = self._variable, np.zeros(1, np.int64)
        self._entries[0, 2] = rows.ctypes.data

        def trial(kernel: Kernel, most: int) -> None:
            rows[0] = most
            self._use(one, kernel)
            self._run_all(threads)

        planned.measure(int(one.count[0]), threads, trial)

    def _use(self, one: _Variable, kernel: Kernel) -> None:
        if kernel is not one.kernel:
            one.kernel = kernel
            for place in one.at:
                self._entries[place, 0], self._entries[place, 3] = kernel.address, kernel.plan.grain

    def _run_all(self, threads: int) -> None:
        if threads == 1:
            runner()(1, self._header.ctypes.data)
            return
        with _workers_lock:
            self._run_on(threads)

    def _run_on(self, threads: int) -> None:
        run, program = runner(), self._header.ctypes.data
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
