"""The brain alone on a GPU: agent-steps per second beside what the bandwidth of its memory allows."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from alife.analysis.benchmarks import Progress, collect, silent
from alife.analysis.benchmarks.gpu import bandwidth, seconds
from alife.backends.binding import Rows
from alife.backends.cuda.device import first_device
from alife.backends.cuda.engine import GpuEngine
from alife.backends.program import Bindings, BrainStage
from alife.brains import Brain, make_brain
from alife.laws.fields import Field, Fields

AGENTS = 1_000_000
OBSERVATIONS, ACTIONS = 12, 4
BARE: dict[str, Any] = {"name": "wht", "projection": None, "memory": None, "injection": 0}
MEMORY = {"bits": 64, "values": 4}
CASES: dict[str, dict[str, Any]] = {
    "memory 64 x 4": {"name": "wht", "projection": None, "memory": MEMORY},
    "memory 64 x 4, float16": {
        "name": "wht", "projection": None, "storage": "float16", "memory": {**MEMORY, "storage": "float16"},
    },
    "default": {"name": "wht"},
    **{f"bare {width}": {**BARE, "width": width} for width in (32, 64, 128, 256)},
}  # fmt: skip
GOALS = {"memory 64 x 4": (1e9, 2e9)}  # agent-steps per second on a GPU of the H200's class: least, aim
STEPS = 20


def bench_brain_gpu(progress: Progress = silent) -> list[dict[str, Any]]:
    """Returns one row for each case: agent-steps/s, bytes of one, agent-steps/s that the memory allows, share of it."""
    copied = bandwidth(first_device())
    return collect({name: partial(_case, name, spec, copied) for name, spec in CASES.items()}, progress)


def _case(name: str, spec: dict[str, Any], copied: float) -> list[dict[str, Any]]:
    brain = make_brain(spec, OBSERVATIONS, ACTIONS)
    engine = GpuEngine(population(brain, AGENTS))
    engine.prepare([BrainStage(brain.program)])
    rate = AGENTS * STEPS / seconds(engine.device, lambda: engine.run(STEPS))
    least, aim = GOALS.get(name, (None, None))
    moved = brain.count()["bytes"]
    return [{
        "case": name, "agents": AGENTS, "steps/s": rate, "least": least, "aim": aim, "bytes": moved,
        "memory allows": copied / moved, "share": rate * moved / copied,
    }]  # fmt: skip


def population(brain: Brain, agents: int) -> Bindings:
    """Returns agents that have brains alone, with random genomes and observations."""
    rng = np.random.default_rng(1)
    genome, state = brain.init(4096, seed=1), brain.new_states(0)
    fields = Fields(
        [
            Field("genome", genome.dtype.name, (brain.num_genes,)),
            Field("state", state.dtype.name, (brain.num_states,)),
            Field("observations", "float32", (brain.num_observations,)),
            Field("actions", "float32", (brain.num_actions,)),
            Field("living", "int32"),
        ],
        {"agents": agents},
    )
    fields["genome"][:] = np.resize(genome, (agents, brain.num_genes))
    fields["observations"][:] = np.resize(rng.normal(size=(4096, brain.num_observations)), fields["observations"].shape)
    fields["living"][:] = np.arange(agents)
    return Bindings(fields, dict(fields), Rows({"living": np.array([agents])}, {"living": fields["living"]}))
