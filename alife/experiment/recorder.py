"""Everything a run writes while it runs: rows of metrics and lineage, champions and checkpoints."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

import alife
from alife.config.schema import Config, dump_config
from alife.experiment.elite_files import write_elite_archive
from alife.experiment.records import checkpoint
from alife.experiment.records.append_log import AppendOnlyFile
from alife.experiment.records.genome import Genome, save_genome
from alife.experiment.records.lineage_csv import HEADER, death_rows, living_rows
from alife.experiment.records.metrics_csv import Metrics, Row
from alife.experiment.records.run_folder import RunFolder
from alife.experiment.records.tensorboard import TensorBoardWriter
from alife.simulation.coevolution.coevolution import Coevolution
from alife.simulation.generational import Generations
from alife.simulation.shared_world import Simulation

Lived = Simulation | Generations | Coevolution
SAMPLE = 64  # genomes that a champion's file keeps of its population


class Recorder:
    """The open records of one run.

    Opening cuts the logs back to the lengths in `offsets`, as a checkpoint stored them; an empty mapping begins anew.
    """

    def __init__(self, folder: RunFolder, offsets: dict[str, int], board: bool = False, lived: int = 0) -> None:
        """board: whether to write event files. lived: agent-steps so far. The folder must be held."""
        self.folder, self._lived, self._opened = folder, lived, time.perf_counter()
        self._metrics = Metrics(folder.metrics, offsets.get("metrics", 0))
        self._lineage = AppendOnlyFile(folder.lineage, HEADER, offsets.get("lineage", 0))
        self._board = TensorBoardWriter(folder.board, offsets.get("tensorboard", 0)) if board else None

    def metrics(self, row: Row) -> None:
        """Write a row of metrics.csv, and its points."""
        self._metrics.append(row)
        if self._board:
            self._board.append(row)

    def deaths(self, simulation: Lived) -> None:
        """Write a row of lineage.csv for each agent that died since the last call."""
        self._lineage.append(death_rows(simulation.deaths(), simulation.causes))

    def living(self, simulation: Lived) -> None:
        """Write those still alive; a run that goes on cuts these rows off again."""
        self._lineage.append(living_rows(*simulation.genealogy()))

    def checkpoint(self, simulation: Lived, config: Config, facts: dict[str, int] | None = None) -> dict[str, int]:
        """Write the champion, if any lives, the hall of fame, and the complete state, with further facts.

        Returns the lengths of the logs. The state comes last: a run killed before it is there goes back to the one
        before, and writes all of it again.
        """
        if simulation.num_alive:
            for name, genome in champions(simulation, config).items():
                save_genome(self.folder.champions / f"step-{simulation.steps:09d}{name}.safetensors", genome)
        hall = self._hall(simulation, config) if isinstance(simulation, Generations) else {}
        offsets = {name: log.sync() for name, log in self._logs().items()}
        meta = {"step": simulation.steps, "offsets": offsets, "config": dump_config(config), **(facts or {})}
        checkpoint.save(self.folder.checkpoints, {**simulation.state(), **hall}, {**meta, "package": alife.__version__})
        self._note(simulation)
        return offsets

    def _hall(self, simulation: Generations, config: Config) -> dict[str, np.ndarray]:
        """Write the hall of fame, if anyone stands in it; its arrays for the checkpoint."""
        if len(simulation.hall):
            write_elite_archive(self.folder.hall, simulation, provenance(simulation, config))
        return simulation.hall.arrays()

    def _note(self, simulation: Lived) -> None:
        """Tell in run.json how far this start has come, and how fast."""
        seconds = round(time.perf_counter() - self._opened, 3)
        lived = simulation.agent_steps - self._lived
        self.folder.note({"until": simulation.steps, "seconds": seconds, "agent_steps": lived})

    def _logs(self) -> dict[str, Metrics | AppendOnlyFile | TensorBoardWriter]:
        board = {"tensorboard": self._board} if self._board else {}
        return {"metrics": self._metrics, "lineage": self._lineage, **board}

    def close(self) -> None:
        """Make the logs durable and close them."""
        for log in self._logs().values():
            log.sync()
            log.close()


def champion(simulation: Lived, config: Config) -> Genome:
    """The strategy's champion with its provenance, and a sample of those it lives among; of two sides the first's."""
    return _genome(simulation, config, simulation.champion(), simulation.sample(SAMPLE))


def champions(simulation: Lived, config: Config) -> dict[str, Genome]:
    """What a checkpoint saves: by the end of the file's name the champion, or that of each side."""
    if not isinstance(simulation, Coevolution):
        return {"": champion(simulation, config)}
    samples = simulation.samples(SAMPLE)
    found = simulation.champions().items()
    return {f"-{role}": _genome(simulation, config, one, samples[role]) for role, one in found}


def fitness_told(simulation: Lived, config: Config) -> dict[str, float | None]:
    """Fitness and held-out fitness of the champion, None where nothing tells; of two sides each role's, by its name."""
    found = champions(simulation, config) if simulation.num_alive else {"": None}
    names = ("fitness", "held_out")
    return {
        f"{end[1:]}_{name}" if end else name: genome.meta.get(name) if genome else None
        for end, genome in found.items()
        for name in names
    }


def _genome(simulation: Lived, config: Config, told: dict[str, Any], sample: dict[str, np.ndarray]) -> Genome:
    found = {name: _plain(value) for name, value in told.items()}
    params = np.asarray(found.pop("params"))
    return Genome(params, simulation.brain.spec(), {**provenance(simulation, config), **found}, sample)


def provenance(simulation: Lived, config: Config) -> dict[str, Any]:
    """What is told of every genome that is saved now: world, senses, actions, configuration, seed, step."""
    world = simulation.world
    return {
        "world": config.names["world"],
        "sensors": [sensor.name for sensor in world.sensors],
        "actuators": [actuator.name for actuator in world.actuators],
        "config": dump_config(config),
        "seed": config.seed,
        "step": simulation.steps,
    }


def _plain(value: Any) -> Any:
    """A value as JSON holds it: NumPy scalars as Python's, NaN as null; arrays of genes stay."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, np.ndarray) and value.dtype.kind in "iub":
        return value.tolist()
    return None if isinstance(value, float) and not np.isfinite(value) else value
