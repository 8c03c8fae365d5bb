"""Builds the parts of a run from its configuration: world, brain, strategy, and the process that they make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from alife.brains import Brain, make_brain
from alife.config.models import Config
from alife.config.params import Params
from alife.config.registry import find
from alife.config.source_lines import place_of
from alife.errors import LocatedError
from alife.evolution.shared.base import GenerationalStrategy, NaturalStrategy, Strategy, StrategyState
from alife.experiment.founders import load_founders, load_founders_of_roles
from alife.simulation.coevolution.arena_evaluator import ArenaEvaluator
from alife.simulation.coevolution.coevolution import Coevolution
from alife.simulation.evaluator import Evaluator
from alife.simulation.first_episode import check_first_episode
from alife.simulation.generational import Generations
from alife.simulation.interface import Process
from alife.simulation.kinds import make_evaluator
from alife.simulation.shared_world import Simulation
from alife.world import ArenaWorld, EvaluatedWorld, SharedWorld, Unit, World

GENERATIONS = 200  # length of a run that counts generations, if the configuration gives none
MOST = 10**9  # the same with a budget of time


@dataclass(frozen=True)
class Experiment:
    """A configuration and its parts, made once."""

    config: Config
    world: World
    brain: Brain

    def strategy(self) -> Strategy[Params]:
        """Returns a strategy; each population has one of its own."""
        return make_strategy(self.config)

    def _generational(self) -> GenerationalStrategy[Params, StrategyState]:
        strategy = self.strategy()
        assert isinstance(strategy, GenerationalStrategy)
        return strategy

    def process(self, backend: str, with_founders: bool = True) -> Process:
        """Returns the life that a run drives.

        Args:
            backend: "cpu" or "gpu".
            with_founders: False if a checkpoint will be restored, so that no founders are needed.

        Raises:
            UserError: founders that do not fit, or more than fits into memory.
        """
        run, world, brain, lineage = self.config.run, self.world, self.brain, self.config.records.lineage
        _check_genes(brain)
        source = run.founders if with_founders else None
        if isinstance(world, ArenaWorld):
            roles = None if source is None else load_founders_of_roles(source, brain, world)
            return self._arenas(world, backend, with_founders, roles)
        founders = None if source is None else load_founders(source, brain, world)
        if isinstance(world, SharedWorld):
            natural = self.strategy()
            assert isinstance(natural, NaturalStrategy)  # as every configuration is checked
            parts, size = (world, brain, natural), (run.capacity, self.config.seed, run.threads)
            return Simulation(*parts, *size, founders, backend, run.checked, lineage)
        assert isinstance(world, EvaluatedWorld)
        evaluator = self._evaluator(world, backend, with_founders)
        return Generations(evaluator, self._generational(), run.episodes, founders, run.elites, run.target, lineage)

    def _arenas(
        self, world: ArenaWorld, backend: str, check: bool, founders: Sequence[np.ndarray] | None
    ) -> Coevolution:
        """Returns two populations that evolve against each other; founders: [F, G] of each role, None: random ones."""
        run, evaluator = self.config.run, self._evaluator(world, backend, check)
        assert isinstance(evaluator, ArenaEvaluator)
        strategies = self._generational(), self._generational()
        hall = run.hall_of_fame, run.hall_of_fame_share
        return Coevolution(evaluator, strategies, run.episodes, *hall, founders, self.config.records.lineage)

    def _evaluator(self, world: EvaluatedWorld, backend: str, check: bool) -> Evaluator:
        """Returns the evaluator. check: look for indices outside their arrays in a short first episode."""
        run, seed = self.config.run, self.config.seed
        found = make_evaluator(world, self.brain, run.capacity, seed, run.threads, backend, run.checked)
        if check and (world.runs_on_host or not run.checked):
            check_first_episode(found)
        return found


def make_experiment(config: Config, threads: int | None = None) -> Experiment:
    """Returns the parts of a configuration.

    Args:
        config: what to make.
        threads: of the brain's own steps, instead of the configuration's.

    Raises:
        UserError: a part is refused.
    """
    world = make_world(config)
    sizes = len(world.sensors), len(world.actuators)
    brain = make_brain(brain_spec(config), *sizes, threads=config.run.threads if threads is None else threads)
    return Experiment(config, world, brain)


def _check_genes(brain: Brain) -> None:
    """Checks that there is something to evolve. Raises LocatedError."""
    if brain.network.acts and not brain.num_genes:
        place = f"{place_of(type(brain.network), 'step')}: {type(brain.network).__name__}.step"
        raise LocatedError(f'{place}: expected genes to evolve, got none; write o.load(o.genome("weights", count))')


def make_world(config: Config) -> World:
    """Returns the world of a configuration."""
    world: World = find("worlds", config.names["world"])(config.world)
    return world


def make_strategy(config: Config) -> Strategy[Params]:
    """Returns a strategy of a configuration."""
    made: Strategy[Params] = find("strategies", config.names["strategy"])(config.strategy)
    return made


def unit(config: Config) -> Unit:
    """The unit that a run of this configuration counts."""
    found: Unit = find("worlds", config.names["world"]).unit
    return found


def length(config: Config) -> int:
    """Steps or generations of a whole run of this configuration, which a budget or a target may end earlier."""
    run = config.run
    if unit(config) == "step":
        return run.steps
    return run.generations or (GENERATIONS if run.budget is None else MOST)


def brain_spec(config: Config) -> dict[str, Any]:
    """Returns the spec of the brain, as `make_brain` takes it."""
    return {"name": config.names["brain"], **config.brain.model_dump(mode="json")}
