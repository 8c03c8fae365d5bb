"""Held-out fitness of a run's champion, also in another world than it evolved in."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from alife.config.models import Config
from alife.evolution.shared.numerics import cleaned_mean
from alife.experiment.build import make_experiment
from alife.experiment.records.genome import load_genome
from alife.experiment.records.run_folder import RunFolder
from alife.simulation.champion_choice import REPORTED
from alife.simulation.kinds import make_evaluator
from alife.world import EvaluatedWorld

EPISODES = 256


def held_out(folder: Path, config: Config, episodes: int = EPISODES) -> float:
    """Returns the mean fitness of a run's last champion over episodes.

    Neither selection nor the choice of the champion met them. It is -inf if it is not finite.

    Args:
        folder: the run folder.
        config: the configuration whose world and brain are used.
        episodes: their number.

    Raises:
        UserError: the genome does not fit the configuration's brain and world.
    """
    return fitness_of(
        load_genome(sorted(RunFolder(folder).champions.glob("step-*.safetensors"))[-1]).params, config, episodes
    )


def fitness_of(params: np.ndarray, config: Config, episodes: int = EPISODES) -> float:
    """Returns the mean fitness of a genome [G] over such episodes. Arguments, result and errors as of `held_out`."""
    experiment = make_experiment(config)
    world = experiment.world
    assert isinstance(world, EvaluatedWorld)
    evaluator = make_evaluator(world, experiment.brain, episodes, config.seed, config.run.threads)
    try:
        return cleaned_mean(evaluator.held_out(params, REPORTED))
    finally:
        evaluator.close()
