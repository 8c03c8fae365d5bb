"""A meadow that lives long: its memory and its speed stay flat, and its energy is neither made nor lost."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from alife.simulation.shared_world import Simulation
from tests.helpers.lives import life

STATUS = Path("/proc/self/status")
GROWTH = 4 << 20  # bytes that memory may grow by, after the first tenth
SLOWER = 1.5  # the last third may take this many times as long as the middle third, on a busy machine


@dataclass(frozen=True)
class Sample:
    """A moment of a life. memory: bytes of this process. cost: CPU seconds of an agent-step since the sample before."""

    step: int
    agents: int
    memory: int
    cost: float
    ledger: int


def meadow() -> Simulation:
    """Returns the meadow of the long life. What is compiled in a long run is compiled now."""
    simulation = life(seed=1, capacity=2000, side=64, population=300)
    simulation.engine.program.settle(1)
    return simulation


def resident() -> int:
    """Returns the bytes of memory that this process holds; 0 where the system does not say."""
    return int(re.search(r"VmRSS:\s*(\d+) kB", STATUS.read_text())[1]) * 1024 if STATUS.exists() else 0  # type: ignore[index]


def ledger(simulation: Simulation) -> int:
    """Returns the energy of a meadow: all pools, less sunlight, plus heat, in quanta."""
    return simulation.world.ledger(simulation.fields, simulation.living())  # type: ignore[attr-defined, no-any-return]


def samples(simulation: Simulation, steps: int, every: int, seconds: float) -> Iterator[Sample]:
    """Yields a moment every `every` steps, to the end of the steps or of the time."""
    ends = time.monotonic() + seconds
    while simulation.steps < steps and time.monotonic() < ends and simulation.num_alive:
        before, began = simulation.agent_steps, time.process_time()
        simulation.step(every)
        simulation.deaths()  # as a recorder takes them
        cost = (time.process_time() - began) / max(1, simulation.agent_steps - before)
        yield Sample(simulation.steps, simulation.num_alive, resident(), cost, ledger(simulation))


def faults(found: list[Sample]) -> list[str]:
    """Returns what did not stay as it should: a line each."""
    said, late = [], found[len(found) // 10 :]
    if len({each.ledger for each in found}) > 1:
        said.append(f"energy: expected {found[0].ledger} quanta at every step, got {found[-1].ledger} at the end")
    if late[-1].memory - late[0].memory > GROWTH:
        said.append(f"memory: grew from {late[0].memory:,} to {late[-1].memory:,} bytes")
    third = len(found) // 3
    if third:
        middle = median(each.cost for each in found[third : 2 * third])
        last = median(each.cost for each in found[-third:])
        if last > SLOWER * middle:
            said.append(f"speed: an agent-step took {1e9 * middle:.0f} ns, later {1e9 * last:.0f}")
    return said
