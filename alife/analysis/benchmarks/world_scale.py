"""The cost of a step of the meadow per agent, from a thousand agents to a million, at one density and one age.

All are young: as far as they are followed here, every founder is still alive, so that the agents of all sizes are in
equal states, and the largest takes few steps. Costs are those of the whole step, on all cores.
"""

from __future__ import annotations

import math
import time
from statistics import median
from typing import Any

from alife.backends.checks import FIRST_STEPS
from alife.backends.cpu.engine import CpuEngine
from alife.backends.cpu.threads import default_threads
from alife.config.schema import load_config
from alife.experiment.run import Run

SIZES = {1_000: 8, 10_000: 3, 100_000: 1, 1_000_000: 1}  # agents: worlds that are measured, one after another
DENSITY = 0.045  # agents a cell
AGE, STEPS, REPEATS = FIRST_STEPS, 4, 3  # steps before the first measurement, of a measurement; measurements of a world
MOST = 1.5  # the largest cost over the smallest


def settled(side: int, founders: int, capacity: int, steps: int, backend: str = "cpu") -> Run:
    """Returns the run of a meadow after `steps` steps; after some 400 it has survived the first cull."""
    size = [f"world.side={side}", f"world.population={founders}", f"run.capacity={capacity}"]
    run = Run(load_config("meadow", [*size, f"run.backend={backend}"]))
    run.simulation.step(steps)
    return run


def bench_scale(sizes: dict[int, int] | None = None) -> list[dict[str, Any]]:
    """Returns rows of what, agents, threads, value and unit: the cost at each size, and two ratios with their limit.

    sizes: {agents: worlds to measure}.
    """
    costs = {agents: _cost(agents, worlds) for agents, worlds in (sizes or SIZES).items()}
    few, many = min(costs), max(costs)
    ratios = {
        f"  cost at {many:,} over cost at {few:,} agents": costs[many] / costs[few],
        "  largest cost over smallest": max(costs.values()) / min(costs.values()),
    }
    threads = default_threads()
    return [
        *(
            {"what": "meadow, cost of a step", "agents": agents, "threads": threads, "value": cost, "unit": "ns/agent"}
            for agents, cost in costs.items()
        ),
        *(
            {"what": what, "threads": threads, "value": ratio, "unit": "times", "most": MOST}
            for what, ratio in ratios.items()
        ),
    ]


def _cost(agents: int, worlds: int) -> float:
    """Returns the median nanoseconds of an agent-step."""
    side = 4 * round(math.sqrt(agents / DENSITY) / 4)
    times = []
    for _ in range(worlds):
        run = settled(side, agents, agents + agents // 4, AGE)
        assert isinstance(run.simulation.engine, CpuEngine)
        run.simulation.engine.program.settle(default_threads())
        for _ in range(REPEATS):
            before, began = run.simulation.agent_steps, time.perf_counter()
            run.simulation.step(STEPS)
            times.append((time.perf_counter() - began) / (run.simulation.agent_steps - before))
        run.close()
    return 1e9 * median(times)
