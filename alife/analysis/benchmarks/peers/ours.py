"""This library, on all cores: cart-pole, whole episodes in one compiled loop; brains alone; the meadow."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from alife.analysis.benchmarks.brain import ACTIONS, OBSERVATIONS, step_program
from alife.analysis.benchmarks.world import balancing
from alife.analysis.benchmarks.world_scale import DENSITY, settled
from alife.brains import make_brain, padded

STEPS = 20  # of an evaluation of the meadow


def default(genomes: int) -> Callable[[], int]:
    """Evaluates the default brain: three layers, 288 weights unfolded from 192 genes, a memory used in each step."""
    return _generation(genomes, {"name": "wht"})


def bare(genomes: int) -> Callable[[], int]:
    """Evaluates three layers of 64 weights, each a gene, without memory: the closest to the networks of the peers."""
    return _generation(genomes, {"name": "wht", "memory": None, "projection": None})


def _generation(genomes: int, brain: dict[str, Any]) -> Callable[[], int]:
    evaluator = balancing(genomes, threads=0, brain=brain)
    copies = evaluator.fields["genome"].copy()
    return lambda: int(evaluator.fitness(copies, episodes=1, first=0).sum())


def brain(agents: int) -> Callable[[], int]:
    """Returns a step of the default brain of width 32."""
    brain = make_brain({"name": "wht"}, OBSERVATIONS, ACTIONS, threads=0)
    genes, states, observations = brain.init(agents, seed=1), brain.new_states(agents), padded(agents, OBSERVATIONS)
    observations[:] = np.random.default_rng(1).standard_normal((agents, OBSERVATIONS), np.float32)
    program = step_program(brain, genes, states, observations, brain.develop(genes, states))
    program.settle(brain.threads)

    def evaluate() -> int:
        program.run(brain.threads)
        return agents

    return evaluate


def meadow(agents: int) -> Callable[[], int]:
    """Returns some steps of a meadow with this number of founders."""
    simulation = settled(4 * round(math.sqrt(agents / DENSITY) / 4), agents, 4 * agents, 0).simulation

    def evaluate() -> int:
        before = simulation.agent_steps
        simulation.step(STEPS)
        return simulation.agent_steps - before

    return evaluate
