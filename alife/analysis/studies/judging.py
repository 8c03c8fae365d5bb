"""The champion of a run in another world than it was evolved in."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from alife.brains import make_brain
from alife.config.registry import find
from alife.config.schema import Config
from alife.experiment.build import brain_spec
from alife.experiment.records.genome import load_genome
from alife.experiment.records.run_folder import RunFolder
from alife.simulation.evaluator import Evaluator

EPISODES = 256


def held_out(folder: Path, config: Config) -> float:
    """Mean fitness of a run's last champion in the world of a configuration, over episodes that no generation met.

    Raises:
        UserError: the genome does not fit the configuration's brain and world.
    """
    genome = load_genome(sorted(RunFolder(folder).champions.glob("step-*.safetensors"))[-1])
    world = find("worlds", config.names["world"])(config.world)
    brain = make_brain(brain_spec(config), len(world.sensors), len(world.actuators), threads=config.run.threads)
    trial = Evaluator(world, brain, EPISODES, config.seed, config.run.threads)
    return float(trial.held_out(genome.params).mean(dtype=np.float64))
