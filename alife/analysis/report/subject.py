"""What is inspected: a genome file, or a run with its champion."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from alife.analysis.report.living import Living, living_of
from alife.atomic_files import load_arrays
from alife.brains import Brain, make_brain
from alife.config import registry
from alife.config.schema import Config, parse_config
from alife.errors import UserError
from alife.experiment.build import make_world, unit
from alife.experiment.records.genome import Genome, load_genome
from alife.experiment.records.run_folder import RunFolder


@dataclass(frozen=True)
class Subject:
    """name: for titles. genome, brain: the champion and its brain, None for an extinct run. run: its folder, if any.

    config: what it evolved in; None where this world is not at hand, or no longer as it was. package: version of the
    program that wrote the genome.
    """

    name: str
    genome: Genome | None
    brain: Brain | None
    config: Config | None
    run: RunFolder | None
    package: str = "unknown"

    @property
    def sensors(self) -> list[str]:
        """Names of the observations."""
        return list(self.genome.meta.get("sensors", ())) if self.genome else []

    @property
    def actuators(self) -> list[str]:
        """Names of the actions."""
        return list(self.genome.meta.get("actuators", ())) if self.genome else []

    @property
    def unit(self) -> str:
        """What a run counts."""
        return f"{unit(self.config)}s" if self.config else "steps"

    @cached_property
    def living(self) -> Living | None:
        """Those who live in a run; None for a genome and for an extinct run."""
        return living_of(self.run) if self.run else None

    @cached_property
    def bounds(self) -> np.ndarray:
        """[2, I] float32: lowest and highest value of each sensor; 0 and 1 where the world is not at hand."""
        count = len(self.sensors)
        if self.config is None:
            return np.array([np.zeros(count), np.ones(count)], np.float32)
        sensors = make_world(self.config).sensors
        return np.array([[s.low for s in sensors], [s.high for s in sensors]], np.float32)

    @cached_property
    def typical(self) -> np.ndarray:
        """[I] float32: the median of what the living of a run sense; for a genome the middle of each range."""
        if self.living is not None:
            median: np.ndarray = np.median(self.living.observations, axis=0).astype(np.float32)
            return median
        low, high = self.bounds
        middle: np.ndarray = (low + high) / 2
        return middle


def load(path: Path) -> Subject:
    """The subject at a path.

    Raises:
        UserError: there is no genome or run, or it is damaged.
    """
    folder = RunFolder(path)
    if folder.is_run():
        champions = sorted(folder.champions.glob("*.safetensors"))
        genome = load_genome(champions[-1]) if champions else None
        brain = _brain(genome, champions[-1]) if genome else None
        package = _package(champions[-1]) if champions else "unknown"
        return Subject(path.resolve().name, genome, brain, folder.load_config(), folder, package)
    if not path.exists():
        path = registry.files("genomes").get(str(path), path)
    if not path.exists() or path.is_dir():
        raise UserError(f"{path}: expected a genome file or a run folder, and there is none; see: alife list genomes")
    genome = load_genome(path)
    brain = _brain(genome, path)
    return Subject(path.stem, genome, brain, _config(genome.meta, brain, path), None, _package(path))


def _package(path: Path) -> str:
    return str(load_arrays(path)[1].get("package", "unknown"))


def _config(meta: dict[str, Any], brain: Brain, path: Path) -> Config | None:
    """The configuration in a genome file, if its world is here and still has the senses that the brain takes."""
    text = meta.get("config")
    try:
        config = parse_config(text, str(path), ()) if isinstance(text, str) else None
    except UserError:
        return None
    if config is None:
        return None
    return config if len(make_world(config).sensors) == brain.num_observations else None


def _brain(genome: Genome, path: Path) -> Brain:
    sensors, actuators = genome.meta.get("sensors"), genome.meta.get("actuators")
    if not isinstance(sensors, list) or not isinstance(actuators, list):
        raise UserError(f"{path}: expected the names of sensors and actuators in its description, came none")
    brain = make_brain(genome.brain, len(sensors), len(actuators))
    if brain.num_genes != len(genome.params):
        raise UserError(f"{path}: expected {brain.num_genes} genes for its brain, came {len(genome.params)}")
    return brain
