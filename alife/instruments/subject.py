"""What is inspected: a genome file, or a run with its champion."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from alife import registry
from alife.brains import Brain, make_brain
from alife.config import Config, parse_config
from alife.genome import Genome, load_genome
from alife.records.folder import RunFolder
from alife.registry import UserError


@dataclass(frozen=True)
class Subject:
    """name: for titles. genome, brain: the champion and its brain, None for an extinct run. run: its folder, if any."""

    name: str
    genome: Genome | None
    brain: Brain | None
    config: Config | None
    run: RunFolder | None

    @property
    def sensors(self) -> list[str]:
        """Names of the observations."""
        return list(self.genome.meta.get("sensors", ())) if self.genome else []

    @property
    def actuators(self) -> list[str]:
        """Names of the actions."""
        return list(self.genome.meta.get("actuators", ())) if self.genome else []


def load(path: Path) -> Subject:
    """The subject at a path.

    Raises:
        UserError: there is no genome or run, or it is damaged.
    """
    folder = RunFolder(path)
    if folder.is_run():
        champions = sorted(folder.champions.glob("*.safetensors"))
        genome = load_genome(champions[-1]) if champions else None
        return Subject(path.resolve().name, genome, _brain(genome) if genome else None, folder.load_config(), folder)
    if not path.exists():
        path = registry.files("genomes").get(str(path), path)
    if not path.exists() or path.is_dir():
        raise UserError(f"{path}: expected a genome file or a run folder, and there is none; see: alife list genomes")
    genome = load_genome(path)
    text = genome.meta.get("config")
    config = parse_config(text, str(path), ()) if isinstance(text, str) else None
    return Subject(path.stem, genome, _brain(genome), config, None)


def _brain(genome: Genome) -> Brain:
    sensors, actuators = genome.meta.get("sensors"), genome.meta.get("actuators")
    if not isinstance(sensors, list) or not isinstance(actuators, list):
        raise UserError("genome: expected the names of sensors and actuators in its description, came none")
    brain = make_brain(genome.brain, len(sensors), len(actuators))
    if brain.num_genes != len(genome.params):
        raise UserError(f"genome: expected {brain.num_genes} genes for its brain, came {len(genome.params)}")
    return brain


def typical_observations(subject: Subject) -> np.ndarray:
    """[I] float32: the middle of each sensor's stated range; 0.5 where the world is not at hand."""
    count = len(subject.sensors)
    if subject.config is None:
        return np.full(count, 0.5, np.float32)
    world = registry.find("worlds", subject.config.names["world"])(subject.config.world)
    return np.array([(sensor.low + sensor.high) / 2 for sensor in world.sensors], np.float32)[:count]
