"""Agent-steps a second of the brain alone, beside the time of merely reading its parameters and beside NumPy."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from alife.brains import Brain, make_brain, padded
from alife.compile import native

BARE: dict[str, Any] = {"name": "wht", "layers": 3, "projection": None, "memory": None, "injection": 0}
CASES: dict[str, dict[str, Any]] = {
    **{f"bare {width}": {**BARE, "width": width} for width in (32, 64, 128, 256)},
    "default": {"name": "wht"},
}
LIMITS = {"bare 32": 4.0, "bare 64": 2.5}  # times the reading, at most
NUMPY_LIMIT = 10.0  # times the reference, at least
OBSERVATIONS, ACTIONS = 12, 4
NAME = "alife_read"
# Sums vectors of 16 floats of rows lo..hi; cells: address, row stride in floats, vectors a row, where sums go.
READER = f"""
define void @{NAME}(i64 %lo, i64 %hi, ptr %args) nounwind {{
entry:
  %rows = load ptr, ptr %args
  %c1 = getelementptr i64, ptr %args, i64 1
  %stride = load i64, ptr %c1
  %c2 = getelementptr i64, ptr %args, i64 2
  %vectors = load i64, ptr %c2
  %c3 = getelementptr i64, ptr %args, i64 3
  %sums = load ptr, ptr %c3
  br label %row
row:
  %i = phi i64 [%lo, %entry], [%i1, %next]
  %total = phi <16 x float> [zeroinitializer, %entry], [%sum, %next]
  %more = icmp slt i64 %i, %hi
  br i1 %more, label %begin, label %end
begin:
  %offset = mul i64 %i, %stride
  %first = getelementptr float, ptr %rows, i64 %offset
  br label %vector
vector:
  %j = phi i64 [0, %begin], [%j1, %vector]
  %so_far = phi <16 x float> [%total, %begin], [%sum, %vector]
  %at = mul i64 %j, 16
  %place = getelementptr float, ptr %first, i64 %at
  %x = load <16 x float>, ptr %place, align 4
  %sum = fadd <16 x float> %so_far, %x
  %j1 = add i64 %j, 1
  %again = icmp slt i64 %j1, %vectors
  br i1 %again, label %vector, label %next
next:
  %i1 = add i64 %i, 1
  br label %row
end:
  %where = getelementptr <16 x float>, ptr %sums, i64 0
  store <16 x float> %total, ptr %where, align 64
  ret void
}}
"""


def bench_brain(
    backend: str = "cpu", agents: int = 50_000, threads: int = 0, seconds: float = 0.4
) -> list[dict[str, Any]]:
    """One row a case: agent-steps/s and readings of the parameters/s in the same run, at most so many times as long;
    and how many times as fast as the definition in NumPy, at least so many.

    Args:
        backend: "cpu" or "auto".
        agents: N, rows of parameters.
        threads: of the CPU, 0: all cores; the reading uses as many, the reference has one.
        seconds: how long each figure is measured, about.
    """
    brains = {name: make_brain(spec, OBSERVATIONS, ACTIONS, backend, threads) for name, spec in CASES.items()}
    return [_case(name, brain, agents, seconds) for name, brain in brains.items()]


def _case(name: str, brain: Brain, agents: int, seconds: float) -> dict[str, Any]:
    genes, states = brain.init(agents, seed=1), brain.new_states(agents)
    looks = padded(agents, OBSERVATIONS)
    looks[:] = np.random.default_rng(1).normal(size=(agents, OBSERVATIONS))
    step, read = _stepper(brain, genes, states, looks), _reader(genes, brain.threads)
    think, reading = _best_of(step, read, seconds)
    few = max(1, agents // 25)
    numpy = _seconds(lambda: brain.step(genes[:few], states[:few].copy(), looks[:few], engine="reference"), 0.0) / few
    return {
        "case": name, "agents": agents, "steps/s": agents / think, "reads/s": agents / reading,
        "x read": think / reading, "most": LIMITS.get(name), "x numpy": numpy * agents / think, "least": NUMPY_LIMIT,
    }  # fmt: skip


def _stepper(brain: Brain, genes: np.ndarray, states: np.ndarray, looks: np.ndarray) -> Callable[[], None]:
    actions = padded(len(genes), ACTIONS)
    rows, count = np.arange(len(genes), dtype=np.int32), np.array([len(genes)])
    program = native.Program([brain.call(genes, states, looks, actions, rows, count)])
    return lambda: program.run(brain.threads)


def _reader(genes: np.ndarray, threads: int) -> Callable[[], None]:
    sums = padded(1, 16)
    args = np.array([genes.ctypes.data, genes.strides[0] // 4, genes.shape[1] // 16, sums.ctypes.data], np.int64)
    address = native.load(READER, [NAME])[NAME]
    program = native.Program([native.Call(address, args, np.array([len(genes)]), [genes, sums])])
    return lambda: program.run(threads)


def _best_of(first: Callable[[], None], second: Callable[[], None], seconds: float) -> tuple[float, float]:
    """Shortest time of each, taken in turns, so that both see the same machine."""
    times = [(_once(first), _once(second)) for _ in range(2)]
    end = time.perf_counter() + 2 * seconds
    while time.perf_counter() < end:
        times.append((_once(first), _once(second)))
    return min(a for a, _ in times), min(b for _, b in times)


def _once(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def _seconds(work: Callable[[], object], seconds: float) -> float:
    """Shortest time of at least two runs."""
    times, end = [_once(work), _once(work)], time.perf_counter() + seconds
    while time.perf_counter() < end:
        times.append(_once(work))
    return min(times)
