"""Turns a configuration into the parts of a run."""

from __future__ import annotations

from typing import Any

from alife.brains import make_brain
from alife.config.registry import find
from alife.config.schema import Config
from alife.experiment.founders import load_founders
from alife.simulation.coevolution.arena_evaluator import ArenaEvaluator
from alife.simulation.coevolution.coevolution import Coevolution
from alife.simulation.evaluator import Evaluator
from alife.simulation.generational import Generations
from alife.simulation.shared_world import Simulation

GENERATIONS = 200  # of a solo world, where the configuration does not say


def is_solo(config: Config) -> bool:
    """Whether agents live alone."""
    solo: bool = find("worlds", config.names["world"]).kind == "solo"
    return solo


def by_generations(config: Config) -> bool:
    """Whether genomes are tried, alone or in arenas, so that a run counts generations."""
    tried: bool = find("worlds", config.names["world"]).kind != "shared"
    return tried


def length(config: Config) -> int:
    """Steps to run in all: of worlds where genomes are tried, generations."""
    return (config.run.generations or GENERATIONS) if by_generations(config) else config.run.steps


def brain_spec(config: Config) -> dict[str, Any]:
    """The brain as `make_brain` takes it."""
    return {"name": config.names["brain"], **config.brain.model_dump(mode="json")}


def _simulation(config: Config, backend: str, with_founders: bool) -> Simulation | Generations | Coevolution:
    world = find("worlds", config.names["world"])(config.world)
    strategy = find("strategies", config.names["strategy"])(config.strategy)
    run = config.run
    brain = make_brain(brain_spec(config), len(world.sensors), len(world.actuators), threads=run.threads)
    source = run.founders if with_founders else None
    founders = None if source is None else load_founders(source, brain, world)
    if world.kind == "solo":
        trial = Evaluator(world, brain, run.capacity, config.seed, run.threads, backend)
        return Generations(trial, strategy, run.episodes, founders, run.hall, run.target)
    if world.kind == "arena":
        arenas = ArenaEvaluator(world, brain, run.capacity, config.seed, run.threads, backend)
        both = strategy, find("strategies", config.names["strategy"])(config.strategy)
        return Coevolution(arenas, both, run.episodes, run.hall, run.ancestors)
    return Simulation(world, brain, strategy, run.capacity, config.seed, run.threads, founders, backend)
