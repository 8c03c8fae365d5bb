"""The full step of the meadow on a GPU, 10,000 to 1,000,000 agents, and how its time divides; births; cart-pole."""

from __future__ import annotations

from functools import partial
from typing import Any

from alife.analysis.benchmarks import Measure, Progress, collect, silent
from alife.analysis.benchmarks.gpu import REPEATS, bandwidth, costs, shares
from alife.analysis.benchmarks.world import balancing
from alife.analysis.benchmarks.world_scale import settled
from alife.backends.cuda.device import first_device
from alife.backends.cuda.engine import GpuEngine
from alife.evolution.shared.base import NaturalStrategy
from alife.experiment.build import make_experiment
from alife.simulation import births
from alife.simulation.evaluator import Evaluator
from alife.simulation.interface import Process
from alife.world import SharedWorld

# agents it settles near -> founders, side of the torus, capacity; least and aim in agent-steps per second
SCALES: dict[int, tuple[int, int, int, float, float]] = {
    10_000: (18_000, 544, 40_000, 1e8, 3e8),
    100_000: (180_000, 1720, 400_000, 3e8, 8e8),
    1_000_000: (1_800_000, 5440, 3_000_000, 5e8, 8e8),
}
BORN, BIRTH_SIDE = 500_000, 5440  # children of a step, and cells along a side of their world
CHILDREN = (5e8, 2e9)  # children per second: least, aim
GENOMES = (16_384, 262_144)  # evaluated at once
EPISODE_GOALS = (3e9, 8e9)  # agent-steps per second of an episodic world: least, aim
SETTLE, STEPS = 400, 20


def bench_world_gpu(progress: Progress = silent) -> list[dict[str, Any]]:
    """Returns rows of what, agents, value, unit, least, aim and shares of the time, with the costliest kernels."""
    copied = bandwidth(first_device())
    cases: dict[str, Measure] = {f"meadow, {scale:,} agents": partial(_scale, scale, copied) for scale in SCALES}
    cases |= {"births": lambda: [_births(copied)], "cartpole": lambda: [*map(_episodes, GENOMES)]}
    return [{"what": "copy", "value": copied, "unit": "bytes/s"}, *collect(cases, progress)]


def _scale(scale: int, copied: float) -> list[dict[str, Any]]:
    founders, side, capacity, least, aim = SCALES[scale]
    simulation = settled(side, founders, capacity, SETTLE, "gpu").simulation
    agents, engine = simulation.num_alive, engine_of(simulation)
    divided = shares(engine, STEPS, copied)
    row = {"what": "meadow, full step", "agents": agents, "value": agents / divided["us a step"] * 1e6}
    row |= {"unit": "agent-steps/s", "least": least, "aim": aim, "memory allows": copied * agents / divided["bytes"]}
    shape = {"agents": agents, "unit": "ps/agent"}
    parts = [{"what": f"  {title}", **shape, "value": cost} for title, cost in costs(engine, agents)]
    return [{**row, **divided}, *parts]


def _births(copied: float) -> dict[str, Any]:
    """Returns the row of births: half of a full world dies, each of the other half gets a child."""
    run = settled(BIRTH_SIDE, BORN, 2 * BORN, 0, "gpu")
    simulation, world, strategy = run.simulation, run.simulation.world, make_experiment(run.config).strategy()
    assert isinstance(world, SharedWorld) and isinstance(strategy, NaturalStrategy)
    engine = engine_of(simulation)
    breeding = (*births.placing, *strategy.breeding, *births.parent_stages, *world.stage("birth"))
    engine.prepare((births.begin, *breeding, *births.ending))
    times = [_birth_seconds(simulation, engine) for _ in range(REPEATS)]
    rate = BORN / sorted(times)[REPEATS // 2]
    moved = 2 * engine.fields.row_bytes("genome") + engine.fields.row_bytes("state")
    least, aim = CHILDREN
    row = {"what": "births", "agents": BORN, "value": rate, "unit": "children/s", "least": least, "aim": aim}
    return {**row, "memory allows": copied / moved, "bytes": moved * BORN}


def _birth_seconds(simulation: Process, engine: GpuEngine) -> float:
    fields = engine.fields
    fields["died"][BORN:] = 1
    fields["wants_child"][:BORN] = 1
    fields["num_logged"][0] = 0
    engine.written("died", "wants_child", "num_logged")
    before = simulation.births
    elapsed = engine.device.seconds(lambda: engine.run(1))
    if simulation.births != before + BORN:
        raise RuntimeError(f"expected {BORN} births, got {simulation.births - before}")
    return elapsed


def _episodes(genomes: int) -> dict[str, Any]:
    """Returns the row of cart-pole, an episode in one launch, with genomes that balance the pole to the end."""
    evaluator = balancing(genomes, "gpu")
    engine = engine_of(evaluator)
    before = int(evaluator.fields["agent_steps"][0])
    elapsed = engine.device.seconds(lambda: engine.run(1))
    least, aim = EPISODE_GOALS
    row = {"what": "cartpole, one launch an episode", "agents": genomes}
    rate = (int(evaluator.fields["agent_steps"][0]) - before) / elapsed
    return {**row, "value": rate, "unit": "agent-steps/s", "least": least, "aim": aim}


def engine_of(simulation: Process | Evaluator) -> GpuEngine:
    """Returns the engine of a simulation, which must be on a GPU."""
    assert isinstance(simulation.engine, GpuEngine)
    return simulation.engine
