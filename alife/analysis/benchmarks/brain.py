"""Agent-steps per second of brains alone, beside the time to read their rows, the NumPy reference, and dense layers.

Rows: genome, phenotype and state. All networks are compared without memory, each weight a gene.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from statistics import median
from typing import Any

import numpy as np

from alife.analysis.benchmarks import Progress, silent
from alife.backends.abi import KernelArgs
from alife.backends.cpu import jit
from alife.backends.cpu.brain_step import step_call
from alife.backends.cpu.size_class import cache_sizes
from alife.backends.cpu.threads import Call, Program
from alife.brains import Brain, compared_networks, make_brain, padded
from alife.laws.types import F32, Array

BARE: dict[str, Any] = {"name": "wht", "layers": 3, "projection": None, "memory": None, "injection": 0}
CASES: dict[str, dict[str, Any]] = {
    **{f"bare {width}": {**BARE, "width": width} for width in (32, 64, 128, 256)},
    "default 32": {"name": "wht"},
    "default 64": {"name": "wht", "width": 64},
    **{f"default {n}": {"name": "wht", "width": n, "projection": 4 * n, "memory": {"bits": n}} for n in (128, 256)},
    "born 32": {"name": "wht", "unfold": "birth"},
    "born 64": {"name": "wht", "width": 64, "unfold": "birth"},
}
TAPE: dict[str, Any] = {"keys": "tape", "lag": True}
PARTS: dict[str, dict[str, Any]] = {  # the default with one part changed, and the mind that has several
    "tape 32": {"name": "wht", "memory": TAPE},
    "bound 32": {"name": "wht", "memory": {"keys": "bound"}},
    "tape and content 32": {"name": "wht", "memories": [{}, TAPE]},
    "seen, compared 32": {"name": "wht", "memory": {"store": "seen", "compare": True}},
    "gathered gate 32": {"name": "wht", "memory": {"gate": "gathered"}},
    "slots that add 32": {"name": "wht", "memory": {"keys": "slots", "rule": "hebb", "full_scale": 32}},
    "polytope 32": {"name": "wht", "memory": {"keys": "polytope"}},
    "familiarity 32": {"name": "wht", "memory": {"familiarity": True}},
    **{
        f"{kind} 32": {"name": "wht", "history": {"kind": kind, "taps": 4, "lanes": 4}}
        for kind in ("delay", "leaky", "walsh")
    },
    "latches 32": {"name": "wht", "recurrent": {"lanes": 4, "gated": True}},
    **{f"{part} 32": {"name": "wht", part: True} for part in ("input_gains", "products", "direct", "explore")},
    "last actions 32": {"name": "wht", "last_actions": "largest"},
    "mind 32": {"name": "mind"},
}
LIMITS = {name: 2.0 for name in CASES} | {"born 32": 4.0, "born 64": 2.5}  # time of a step over that of a reading
YARDSTICK = "dense"
WIDTHS = (32, 64)  # of the comparison of all networks
CACHES = 8  # times the largest cache: bytes of the rows of a case with a limit, at least
ROOM = 15 * 10**8  # bytes of rows, at most
FEWEST = 50_000  # agents, unless that is more
BRIEFLY = 0.3  # of the seconds of a case with a limit: what the others are measured for
DRAWN = 4_096  # different genomes, at most
SAMPLE = 2_000  # agents that the reference steps, at most
NUMPY_LIMIT = 10.0  # speed as a multiple of the reference, at least
OBSERVATIONS, ACTIONS = 12, 4
NAME = "alife_read"
READ_ARGS = KernelArgs(params=(("rows", Array(F32, 2)), ("sums", Array(F32, 1))))
READER = f"""
; sums vectors of 16 floats of rows lo..hi-1
define void @{NAME}(i64 %lo, i64 %hi, ptr %args) nounwind {{
entry:
{chr(10).join(READ_ARGS.llvm_params())}
  %most = add i64 %p.rows.n1, 15
  %vectors = sdiv i64 %most, 16
  br label %row
row:
  %i = phi i64 [%lo, %entry], [%i1, %next]
  %total = phi <16 x float> [zeroinitializer, %entry], [%sum, %next]
  %more = icmp slt i64 %i, %hi
  br i1 %more, label %begin, label %end
begin:
  %offset = mul i64 %i, %p.rows.s0
  %first = getelementptr float, ptr %p.rows, i64 %offset
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
  %where = getelementptr <16 x float>, ptr %p.sums, i64 0
  store <16 x float> %total, ptr %where, align 64
  ret void
}}
"""


def bench_brain(
    backend: str = "cpu", agents: int = 0, threads: int = 0, seconds: float = 1.0, progress: Progress = silent
) -> list[dict[str, Any]]:
    """Returns one row for each case.

    Its columns: agent-steps per second (steps/s); readings of the rows per second (reads/s), measured in turn with the
    steps; the time of a step as a multiple of that of the reading after it (x read) and its limit (most); the speed as
    a multiple of that of the NumPy reference (x numpy) and its limit (least), and of dense layers of the same width (x
    dense); the plan of the step (plan), which is measured first unless it is known or `ALIFE_PLAN` fixes it. Figures
    are medians.

    Args:
        backend: "cpu" or "auto".
        agents: N, the number of rows; fewer if they would take more than 1.5 gigabytes. 0: 50,000, and in the cases
            with a limit as many more as fill the largest cache eight times: a part of fewer stays in it, so that they
            are read faster than memory is.
        threads: CPU threads, 0: all cores. Reading uses as many, the reference one.
        seconds: time to measure a step and a reading, each, about; three tenths of it in cases without a limit.
        progress: called before each case.
    """
    settings = {"backend": backend, "agents": agents, "threads": threads, "seconds": seconds}
    networks = _networks(WIDTHS, compared_networks())
    rows = _rows(CASES | PARTS | networks, progress, **settings)
    _compare(rows, networks)
    return list(rows.values())


def bench_networks(
    width: int,
    brains: Collection[str],
    backend: str = "cpu",
    agents: int = FEWEST,
    threads: int = 0,
    seconds: float = 1.0,
    progress: Progress = silent,
) -> list[dict[str, Any]]:
    """Returns the rows of networks of one width, without projection and memory.

    Args:
        width: n, lanes.
        brains: their names; `dense` is measured with them, as what `x dense` is a multiple of.
        backend, agents, threads, seconds, progress: as in `bench_brain`.
    """
    networks = _networks((width,), {YARDSTICK, *brains})
    rows = _rows(networks, progress, backend=backend, agents=agents, threads=threads, seconds=seconds)
    _compare(rows, networks)
    return list(rows.values())


def _networks(widths: Sequence[int], brains: Collection[str]) -> dict[str, dict[str, Any]]:
    return {
        f"{name} {width}": {"name": name, "width": width, "projection": None, "memory": None}
        for width in widths
        for name in sorted(brains)
    }


def _rows(cases: Mapping[str, dict[str, Any]], progress: Progress, **settings: Any) -> dict[str, dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    for name, spec in cases.items():
        progress(name, len(rows) / len(cases))
        rows[name] = _case(name, spec, **settings)
    return rows


def _compare(rows: dict[str, dict[str, Any]], networks: Mapping[str, dict[str, Any]]) -> None:
    """Adds the column `x dense` to the rows of networks."""
    for name, spec in networks.items():
        rows[name]["x dense"] = rows[name]["steps/s"] / rows[f"{YARDSTICK} {spec['width']}"]["steps/s"]


def _case(name: str, spec: dict[str, Any], backend: str, agents: int, threads: int, seconds: float) -> dict[str, Any]:
    brain = make_brain(spec, OBSERVATIONS, ACTIONS, backend, threads)
    size = 4 * (brain.num_genes + brain.num_phenotypes + brain.num_states)
    agents = max(1, min(agents or _beyond_cache(size, name in LIMITS), ROOM // size))
    genes, states = padded(agents, brain.num_genes), brain.new_states(agents)
    genes[:] = np.resize(brain.init(min(agents, DRAWN), seed=1), genes.shape)
    born = brain.develop(genes, states)
    observations = padded(agents, OBSERVATIONS)
    observations[:] = np.random.default_rng(1).normal(size=(agents, OBSERVATIONS))
    program = step_program(brain, genes, states, observations, born)
    program.settle(brain.threads)
    read = _reader([rows for rows in (genes, states, born) if rows.shape[1]], brain.threads)
    seconds *= 1 if name in LIMITS else BRIEFLY
    stepping, reading, ratio = _in_turn(lambda: program.run(brain.threads), read, seconds)
    few = min(SAMPLE, max(1, agents // 25))
    sample = (genes[:few], states[:few].copy(), observations[:few])
    numpy = _seconds(lambda: brain.step(*sample, engine="reference", phenotypes=born[:few]), 0.0) / few
    return {
        "case": name, "agents": agents, "steps/s": agents / stepping, "reads/s": agents / reading,
        "x read": ratio, "most": LIMITS.get(name), "x numpy": numpy * agents / stepping,
        "least": NUMPY_LIMIT, "plan": str(program.plans(brain.threads)[0]).replace(",", " "),
    }  # fmt: skip


def step_program(
    brain: Brain, genes: np.ndarray, states: np.ndarray, observations: np.ndarray, born: np.ndarray
) -> Program:
    """Returns a step of all agents, in place. genes: [N, G], states: [N, S], observations: [N, I], born: [N, P]."""
    actions = padded(len(genes), ACTIONS)
    rows, count = np.arange(len(genes), dtype=np.int32), np.array([len(genes)])
    arrays = {"genome": genes, "state": states, "input": observations, "output": actions}
    arrays |= {"phenotype": born} if brain.num_phenotypes else {}
    return Program([step_call(brain.program, arrays, rows, count)])


def _reader(arrays: list[np.ndarray], threads: int) -> Callable[[], None]:
    sums, address = padded(1, 16)[0], jit.load(READER, [NAME])[NAME]
    program = Program([Call(address, READ_ARGS.bind(params=[rows, sums]), np.array([len(rows)])) for rows in arrays])
    return lambda: program.run(threads)


def _beyond_cache(size: int, limited: bool) -> int:
    """Returns the number of agents whose rows, of `size` bytes each, do not stay in a cache, or that of other cases."""
    return max(FEWEST, CACHES * cache_sizes()["L3"] // size if limited else 0)


def _in_turn(first: Callable[[], None], second: Callable[[], None], seconds: float) -> tuple[float, float, float]:
    """Returns the median time of each and of their ratio, measured in turn, so that both run under the same load."""
    times = [(_once(first), _once(second)) for _ in range(3)]
    end = time.perf_counter() + 2 * seconds
    while time.perf_counter() < end:
        times.append((_once(first), _once(second)))
    ones, others = zip(*times, strict=True)
    return median(ones), median(others), median(one / other for one, other in times)


def _once(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def _seconds(work: Callable[[], object], seconds: float) -> float:
    """Returns the shortest time of at least two runs."""
    times, end = [_once(work), _once(work)], time.perf_counter() + seconds
    while time.perf_counter() < end:
        times.append(_once(work))
    return min(times)
