"""The full step of the meadow: senses, brains, actions, births; its kernels; the memory of a large one; cart-pole."""

from __future__ import annotations

import subprocess
import sys
import time
from functools import partial
from statistics import median
from typing import Any

import numpy as np

from alife.analysis.benchmarks import Measure, Progress, collect, silent
from alife.analysis.benchmarks.world_scale import bench_scale, settled
from alife.backends.cpu.engine import CpuEngine
from alife.backends.cpu.threads import Program, default_threads
from alife.brains import make_brain
from alife.config.registry import find, find_params
from alife.experiment.run import Run
from alife.simulation.evaluator import Evaluator

SIDE, FOUNDERS, CAPACITY = 544, 18_000, 40_000  # settles near 10,000 agents
LARGE = {"side": 1664, "founders": 110_000, "capacity": 131_072, "steps": 20}
FLOOR, AIM = 4e6, 5e6  # agent-steps per second on two threads
EPISODE_FLOOR, EPISODE_AIM = 8e6, 12e6  # the same, of an episodic world
LARGE_LIMIT = 1024  # MiB for 100,000 agents
THREADS = 2  # that limits and aims are for
STEPS, REPEATS = 20, 7

_MEMORY = """
import pathlib, re, resource, sys
from alife.analysis.benchmarks.world_scale import settled
run = settled({side}, {founders}, {capacity}, {steps})
status = pathlib.Path("/proc/self/status")  # getrusage counts what the process held that started this one
if status.exists():
    peak = int(re.search(r"VmHWM:\\s*(\\d+) kB", status.read_text())[1]) // 2**10
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (2**20 if sys.platform == "darwin" else 2**10)
print(run.simulation.num_alive, peak)
"""


def bench_world(backend: str, progress: Progress = silent) -> list[dict[str, Any]]:
    """Returns rows of what, agents, threads, value, unit, least, most and aim."""
    progress("settling of a meadow", 0.0)
    run = settled(SIDE, FOUNDERS, CAPACITY, 400, backend)
    numbers = sorted({1, 2, default_threads()})
    cases: dict[str, Measure] = {
        f"meadow, threads: {threads}": partial(_whole_step, run, threads) for threads in numbers
    }
    cases |= {"kernels of the meadow": partial(_parts, run), "cost at each size": bench_scale, "memory": _memory}
    return collect(
        cases | {f"cartpole, threads: {threads}": partial(_episodes, threads) for threads in numbers}, progress
    )


def _whole_step(run: Run, threads: int) -> list[dict[str, Any]]:
    simulation, rates = run.simulation, []
    cpu_engine(run).threads = threads
    cpu_engine(run).program.settle(threads)  # as a long run is after its first seconds
    for _ in range(REPEATS):
        before, began = simulation.agent_steps, time.perf_counter()
        simulation.step(STEPS)
        rates.append((simulation.agent_steps - before) / (time.perf_counter() - began))
    row = {"what": "meadow, full step", "agents": simulation.num_alive, "threads": threads}
    limits = {"least": FLOOR, "aim": AIM} if threads == THREADS else {}
    return [{**row, "value": median(rates), "unit": "agent-steps/s", **limits}]


def _parts(run: Run) -> list[dict[str, Any]]:
    """Returns rows of nanoseconds per agent of each kernel on one thread, the 10 costliest first."""
    simulation = run.simulation
    times: dict[str, list[float]] = {}
    programs = [(call.name, Program([call])) for call in cpu_engine(run).program.calls]
    for _, program in programs:
        program.settle(1)
    for _ in range(REPEATS):
        for name, program in programs:
            began = time.perf_counter()
            program.run(1)
            times.setdefault(name, []).append(time.perf_counter() - began)
    costs = {name: 1e9 * median(spent) / simulation.num_alive for name, spent in times.items()}
    order = sorted(costs, key=lambda name: -costs[name])[:10]
    shape = {"agents": simulation.num_alive, "threads": 1}
    return [{"what": f"  {name}", **shape, "value": costs[name], "unit": "ns/agent"} for name in order]


def cpu_engine(run: Run) -> CpuEngine:
    """Returns the engine of a run, which must be on the CPU."""
    engine = run.simulation.engine
    assert isinstance(engine, CpuEngine)
    return engine


def balancing(genomes: int, backend: str = "cpu", threads: int = 1, brain: dict[str, Any] | None = None) -> Evaluator:
    """Returns cart-pole with copies of a genome that balances the pole to the end, after one episode."""
    world = find("worlds", "cartpole")(find_params("worlds", "cartpole")())
    controller = make_brain(brain or {"name": "wht"}, len(world.sensors), len(world.actuators))
    evaluator = Evaluator(world, controller, genomes, 1, threads, backend)
    drawn = controller.init(genomes, seed=3)
    for seed in range(4, 64):
        fitness = evaluator.fitness(drawn, 1, 0)
        if fitness.max() >= world.lifetime:
            break
        drawn = controller.init(genomes, seed)
    evaluator.fitness(np.resize(drawn[np.argmax(fitness)], drawn.shape), 1, 0)
    return evaluator


def _episodes(threads: int) -> list[dict[str, Any]]:
    evaluator = balancing(1024, threads=threads)
    rates = []
    for _ in range(REPEATS):
        before, began = int(evaluator.fields["agent_steps"][0]), time.perf_counter()
        evaluator.engine.run(4)
        rates.append((int(evaluator.fields["agent_steps"][0]) - before) / (time.perf_counter() - began))
    row = {"what": "cartpole, an episode in one loop", "agents": 1024, "threads": threads}
    limits = {"least": EPISODE_FLOOR, "aim": EPISODE_AIM} if threads == THREADS else {}
    return [{**row, "value": median(rates), "unit": "agent-steps/s", **limits}]


def _memory() -> list[dict[str, Any]]:
    """Returns the row of the peak memory of a separate process that runs 100,000 agents."""
    command = [sys.executable, "-c", _MEMORY.format(**LARGE)]
    agents, mebibytes = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    row = {"what": "meadow, peak memory", "agents": int(agents), "threads": default_threads()}
    return [{**row, "value": float(mebibytes), "unit": "MiB", "most": LARGE_LIMIT}]
