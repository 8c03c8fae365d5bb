"""The subject of a report: a genome file, or a run with its champion."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import alife
from alife.analysis.report.living import Living, living_of
from alife.analysis.report.place import place_of
from alife.atomic_files import load_arrays
from alife.brains import Brain, make_brain
from alife.cached import cached_property
from alife.config.models import Config
from alife.config.schema import parse_config
from alife.errors import UserError, as_shown
from alife.experiment.build import make_strategy, make_world, unit
from alife.experiment.records.genome import Genome, load_genome
from alife.experiment.records.run_folder import RunFolder
from alife.simulation.metric_columns import metric_columns
from alife.world import Metric

NAME = 60  # characters of the name of a sensor or actuator


@dataclass(frozen=True)
class Subject:
    """A genome or a run, loaded.

    name: for titles. genome, brain: the champion and its brain, None for an extinct run. config: the configuration it
    evolved with; None if its world is not here, or has other numbers of sensors or actuators now. run: the run folder,
    None for a genome file. package: version of alife that wrote the genome.
    """

    name: str
    genome: Genome | None
    brain: Brain | None
    config: Config | None
    run: RunFolder | None
    package: str = "unknown"

    @property
    def sensors(self) -> list[str]:
        """Names of the observations: [I]."""
        return _names(self.genome, "sensors")

    @property
    def actuators(self) -> list[str]:
        """Names of the actions: [O]."""
        return _names(self.genome, "actuators")

    @property
    def unit(self) -> str:
        """The unit of `step` in the records of a run: "generations" or "steps"."""
        return f"{unit(self.config)}s" if self.config else "steps"

    @cached_property
    def metrics(self) -> tuple[Metric, ...]:
        """The columns of metrics.csv of such a run; none if its world is not here."""
        if self.config is None:
            return ()
        return metric_columns(make_world(self.config), make_strategy(self.config))

    @cached_property
    def living(self) -> Living | None:
        """The living agents of a run; None for a genome, for an extinct run, and if the world is not a shared one."""
        return living_of(self.run) if self.run else None

    @cached_property
    def bounds(self) -> np.ndarray:
        """Lowest and highest value of each sensor: [2, I] float32; 0 and 1 if the world is not here."""
        count = len(self.sensors)
        if self.config is None:
            return np.array([np.zeros(count), np.ones(count)], np.float32)
        sensors = make_world(self.config).sensors
        return np.array([[s.low for s in sensors], [s.high for s in sensors]], np.float32)

    @cached_property
    def typical(self) -> np.ndarray:
        """Typical observations: [I] float32, the median over the living; without them the middle of each range."""
        if self.living is not None:
            median: np.ndarray = np.median(self.living.observations, axis=0).astype(np.float32)
            return median
        low, high = self.bounds
        middle: np.ndarray = (low + high) / 2
        return middle


Measurable = Subject | Genome | Path | str  # what the function `measure` of an instrument takes


def _names(genome: Genome | None, key: str) -> list[str]:
    """Names in a genome file as a page shows them."""
    return [as_shown(str(name), NAME) for name in genome.meta.get(key, ())] if genome else []


def as_subject(what: Measurable) -> Subject:
    """Returns what can be measured as a Subject: a path or a name is loaded, and a subject stays the same.

    Raises:
        UserError: it is none of them, there is no such genome or run, or it is damaged.
    """
    if isinstance(what, Subject):
        return what
    if isinstance(what, Genome):
        return of_genome(what)
    if isinstance(what, str | Path):
        return load(Path(what))
    raise UserError(f"expected a genome or a run: a path, a Genome or a Subject, got {as_shown(repr(what))}")


def load(path: Path) -> Subject:
    """Loads a genome file, a run folder, or the genome of a name that `list genomes` shows.

    Raises:
        UserError: there is no such genome or run, or it is damaged.
    """
    path = place_of(path)
    folder = RunFolder(path)
    if folder.is_run():
        champions = sorted(folder.champions.glob("*.safetensors"))
        genome = load_genome(champions[-1]) if champions else None
        brain = _brain(genome, champions[-1]) if genome else None
        package = _package(champions[-1]) if champions else "unknown"
        config = folder.load_config()
        fitting = config if brain is None or _fits(config, brain) else None
        return Subject(path.resolve().name, genome, brain, fitting, folder, package)
    return of_genome(load_genome(path), path, _package(path))


def of_genome(genome: Genome, path: Path | None = None, package: str = alife.__version__) -> Subject:
    """Returns a genome as a subject.

    Args:
        genome: of any world.
        path: its file, where it has one.
        package: version of alife that wrote it.

    Raises:
        UserError: its brain cannot be made, or has another number of genes.
    """
    path = path or Path(str(genome.meta.get("world", "genome")))
    brain = _brain(genome, path)
    return Subject(path.stem, genome, brain, _config(genome.meta, brain, path), None, package)


def _package(path: Path) -> str:
    return str(load_arrays(path)[1].get("package", "unknown"))


def _config(meta: dict[str, Any], brain: Brain, path: Path) -> Config | None:
    """Returns the configuration in a genome file if its world is here and has as many sensors and actuators still."""
    text = meta.get("config")
    if not isinstance(text, str):
        return None
    try:
        config = parse_config(text, str(path), ())
        return config if _fits(config, brain) else None
    except UserError:
        return None


def _fits(config: Config, brain: Brain) -> bool:
    """True if the world of a configuration has as many sensors and actuators as a brain."""
    world = make_world(config)
    return (len(world.sensors), len(world.actuators)) == (brain.num_observations, brain.num_actions)


def _brain(genome: Genome, path: Path) -> Brain:
    sensors, actuators = genome.meta.get("sensors"), genome.meta.get("actuators")
    if not isinstance(sensors, list) or not isinstance(actuators, list):
        raise UserError(f"{path}: expected a genome with names of sensors and actuators, got none; name another file")
    brain = make_brain(genome.brain, len(sensors), len(actuators))
    if brain.num_genes != len(genome.params):
        raise UserError(
            f"{path}: expected {brain.num_genes} genes for its brain, got {len(genome.params)}; name another file"
        )
    return brain
