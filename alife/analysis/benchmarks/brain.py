"""Agent-steps a second of brains alone, beside the time of merely reading their rows, beside NumPy and dense layers.

Rows: genes, what is fixed at birth, and state. All networks are compared without memory, each weight a gene.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from alife.backends.cpu import jit
from alife.backends.cpu.brain_step import step_call
from alife.backends.cpu.threads import Call, Program
from alife.brains import Brain, make_brain, padded
from alife.config.registry import names

BARE: dict[str, Any] = {"name": "wht", "layers": 3, "projection": None, "memory": None, "injection": 0}
CASES: dict[str, dict[str, Any]] = {
    **{f"bare {width}": {**BARE, "width": width} for width in (32, 64, 128, 256)},
    "default 32": {"name": "wht"},
    "default 64": {"name": "wht", "width": 64},
    "born 32": {"name": "wht", "unfold": "birth"},
    "born 64": {"name": "wht", "width": 64, "unfold": "birth"},
}
LIMITS = {f"{kind} {width}": most for kind in ("bare", "default", "born") for width, most in ((32, 4.0), (64, 2.5))}
YARDSTICK = "dense"
WIDTHS = (32, 64)  # at which all networks are compared
ROOM = 10**9  # bytes of rows, at most
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
    backend: str = "cpu", agents: int = 50_000, threads: int = 0, seconds: float = 1.0
) -> list[dict[str, Any]]:
    """One row a case: agent-steps/s and readings of the rows/s in the same run, at most so many times as long; how many
    times as fast as the definition in NumPy, at least so many; and as dense layers of its width.

    Args:
        backend: "cpu" or "auto".
        agents: N, rows; fewer where they would take more than a gigabyte.
        threads: of the CPU, 0: all cores; the reading uses as many, the reference has one.
        seconds: how long each figure is measured, about.
    """
    own = [_case(name, spec, backend, threads, agents, seconds) for name, spec in CASES.items()]
    return own + [row for width in WIDTHS for row in _networks(width, backend, threads, agents, seconds)]


def _networks(width: int, backend: str, threads: int, agents: int, seconds: float) -> list[dict[str, Any]]:
    """Every network of one width, the yardstick first."""
    rows = []
    for name in sorted(names("brains"), key=lambda name: name != YARDSTICK):
        spec = {"name": name, "width": width, "projection": None, "memory": None}
        rows.append(_case(f"{name} {width}", spec, backend, threads, agents, seconds))
        rows[-1]["x dense"] = rows[-1]["steps/s"] / rows[0]["steps/s"]
    return rows


def _case(name: str, spec: dict[str, Any], backend: str, threads: int, agents: int, seconds: float) -> dict[str, Any]:
    brain = make_brain(spec, OBSERVATIONS, ACTIONS, backend, threads)
    agents = max(1, min(agents, ROOM // (4 * (brain.num_genes + brain.num_phenotypes + brain.num_states))))
    genes, states = brain.init(agents, seed=1), brain.new_states(agents)
    born = brain.develop(genes, states)
    looks = padded(agents, OBSERVATIONS)
    looks[:] = np.random.default_rng(1).normal(size=(agents, OBSERVATIONS))
    step = _stepper(brain, genes, states, looks, born)
    read = _reader([rows for rows in (genes, states, born) if rows.shape[1]], brain.threads)
    think, reading = _best_of(step, read, seconds)
    few = max(1, agents // 25)
    some = (genes[:few], states[:few].copy(), looks[:few])
    numpy = _seconds(lambda: brain.step(*some, engine="reference", phenotypes=born[:few]), 0.0) / few
    return {
        "case": name, "agents": agents, "steps/s": agents / think, "reads/s": agents / reading,
        "x read": think / reading, "most": LIMITS.get(name), "x numpy": numpy * agents / think, "least": NUMPY_LIMIT,
    }  # fmt: skip


def _stepper(
    brain: Brain, genes: np.ndarray, states: np.ndarray, looks: np.ndarray, born: np.ndarray
) -> Callable[[], None]:
    actions = padded(len(genes), ACTIONS)
    rows, count = np.arange(len(genes), dtype=np.int32), np.array([len(genes)])
    arrays = {"genome": genes, "state": states, "input": looks, "output": actions}
    arrays |= {"phenotype": born} if brain.num_phenotypes else {}
    program = Program([step_call(brain.program, arrays, rows, count)])
    return lambda: program.run(brain.threads)


def _reader(arrays: list[np.ndarray], threads: int) -> Callable[[], None]:
    sums, address = padded(1, 16), jit.load(READER, [NAME])[NAME]
    calls = []
    for rows in arrays:
        cells = [rows.ctypes.data, rows.strides[0] // 4, -(-rows.shape[1] // 16), sums.ctypes.data]
        calls.append(Call(address, np.array(cells, np.int64), np.array([len(rows)]), [rows, sums]))
    program = Program(calls)
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
