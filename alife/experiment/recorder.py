"""Records a run while it runs: rows of metrics and lineage, champions, elites and checkpoints."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import alife
from alife.config.models import Config
from alife.config.schema import dump_config
from alife.errors import UserError
from alife.experiment.elite_files import write_elite_archive
from alife.experiment.records import checkpoint
from alife.experiment.records.append_log import AppendOnlyFile
from alife.experiment.records.genome import Genome, save_genome
from alife.experiment.records.lineage_csv import death_rows, header, living_rows
from alife.experiment.records.lineage_order import restore_log, sort_by_id
from alife.experiment.records.metrics_csv import Metrics, Row
from alife.experiment.records.run_folder import RunFolder
from alife.experiment.records.tensorboard import TensorBoardWriter
from alife.simulation.interface import Champion, Process
from alife.world import World

SAMPLE = 64  # genomes that a champion's file keeps of its population


class Recorder:
    """The open records of one run.

    Opening cuts the logs back to the lengths in `offsets`, as a checkpoint stored them; an empty mapping begins anew.
    """

    def __init__(
        self,
        folder: RunFolder,
        offsets: dict[str, int],
        tensorboard: bool = False,
        agent_steps: int = 0,
        lineage: Sequence[str] = (),
    ) -> None:
        """The folder must be locked.

        tensorboard: also write event files. agent_steps: so far. lineage: names of further columns of lineage.csv.
        """
        self.folder, self._agent_steps, self._opened = folder, agent_steps, time.perf_counter()
        self._metrics = Metrics(folder.metrics, offsets.get("metrics", 0))
        restore_log(folder.lineage)
        self._lineage = AppendOnlyFile(folder.lineage, header(lineage), offsets.get("lineage", 0))
        self._board = TensorBoardWriter(folder.board, offsets.get("tensorboard", 0)) if tensorboard else None

    def metrics(self, row: Row) -> None:
        """Writes a row of metrics.csv, and its points for TensorBoard."""
        self._metrics.append(row)
        if self._board:
            self._board.append(row)

    def deaths(self, simulation: Process) -> None:
        """Writes a row of lineage.csv for each agent that died since the last call."""
        self._lineage.append(death_rows(simulation.deaths(), simulation.causes))

    def living(self, simulation: Process) -> None:
        """Writes the living into the lineage; a run that goes on cuts these rows off again."""
        self._lineage.append(living_rows(simulation.genealogy()))

    def checkpoint(
        self, simulation: Process, config: Config, facts: Mapping[str, float] | None = None, judge: bool = True
    ) -> dict[str, int]:
        """Writes the champion, if there is one, the elites, and the complete state, with further facts.

        judge: False to leave out the held-out fitness that is not known yet, and the files of elites.

        Returns the lengths of the logs. The state comes last: a run killed before it is there goes back to the one
        before, and writes all of it again.

        Raises:
            UserError: the run could not be continued from this state, of which nothing is written.
        """
        simulation.say_not_finite()
        arrays = self._sound(simulation)
        if has_champion(simulation):
            for ending, genome in champions(simulation, config, judge).items():
                save_genome(self.folder.champions / f"step-{simulation.steps:09d}{ending}.safetensors", genome)
        if judge:
            self._write_elites(simulation, config)
        meta = {**self._meta(simulation, config), "judged": judge, **(facts or {})}
        checkpoint.save(self.folder.checkpoints, arrays, meta, config.run.keep_checkpoints_every)
        self._note(simulation)
        return dict(meta["offsets"])

    def savepoint(self, path: Path, simulation: Process, config: Config, facts: Mapping[str, float]) -> None:
        """Writes the complete state into a file of its own, with further facts. Raises as `checkpoint`."""
        checkpoint.write(path, self._sound(simulation), {**self._meta(simulation, config), **facts})

    def _meta(self, simulation: Process, config: Config) -> dict[str, Any]:
        """Makes the logs durable, and describes the present state."""
        offsets = {name: log.sync() for name, log in self._logs().items()}
        own = {"step": simulation.steps, "offsets": offsets, "config": dump_config(config)}
        return {**own, "package": alife.__version__}

    def _sound(self, simulation: Process) -> dict[str, np.ndarray]:
        """Returns the state with the elites, which a checkpoint must be able to give back. Raises UserError."""
        state = complete_state(simulation)
        try:
            simulation.check(state)
        except UserError as error:
            kept = checkpoint.listed(self.folder.checkpoints)
            last = f"the last checkpoint, {kept[-1]}, stays" if kept else "there is no checkpoint yet"
            raise UserError(
                f"{simulation.unit} {simulation.steps:,}: {error.args[0].partition(';')[0]}; such a run cannot be "
                f"continued, so it ends here, and {last}; correct what writes it"
            ) from None
        return state

    def _write_elites(self, simulation: Process, config: Config) -> None:
        """Writes the elite archive, if it holds any genome."""
        judged = simulation.judged_elites()
        if judged is not None and len(judged):
            facts = {**provenance(simulation.world, config, simulation.steps), "episodes": config.run.episodes}
            write_elite_archive(self.folder.hall, judged, simulation.brain.spec(), facts)

    def _note(self, simulation: Process) -> None:
        """Notes in run.json how far this start has come, and how fast."""
        seconds = round(time.perf_counter() - self._opened, 3)
        agent_steps = simulation.agent_steps - self._agent_steps
        self.folder.note({"until": simulation.steps, "seconds": seconds, "agent_steps": agent_steps})

    def _logs(self) -> dict[str, Metrics | AppendOnlyFile | TensorBoardWriter]:
        board = {"tensorboard": self._board} if self._board else {}
        return {"metrics": self._metrics, "lineage": self._lineage, **board}

    def close(self, ended: bool = True) -> None:
        """Makes the logs durable and closes them. ended: sort the lineage by id, too, which takes some time."""
        for log in self._logs().values():
            log.sync()
            log.close()
        if ended:
            sort_by_id(self.folder.lineage)


def complete_state(simulation: Process) -> dict[str, np.ndarray]:
    """Returns live views of the state and of the elites, by name: what `restore` takes back."""
    elites = simulation.elites.arrays() if simulation.elites is not None else {}
    return {**simulation.state(), **elites}


def has_champion(simulation: Process) -> bool:
    """True if anyone lives, and where generations count one was evaluated."""
    return simulation.num_alive > 0 and (simulation.unit == "step" or simulation.steps > 0)


def champions(simulation: Process, config: Config, judge: bool = True) -> dict[str, Genome]:
    """Returns the champion of each population for a genome file, with its provenance and a sample of its population.

    The keys are endings of file names: "" for a single population, else "-" and the role. judge: as of `Process`.
    """
    samples, facts = simulation.samples(SAMPLE), provenance(simulation.world, config, simulation.steps)
    return {
        f"-{role}" if role else "": _genome(simulation, facts, one, samples[role])
        for role, one in simulation.champions(judge).items()
    }


def agent_genome(simulation: Process, config: Config, id_: int) -> Genome:
    """Returns a living agent of a shared world for a genome file, as `champions` does.

    Raises:
        UserError: no agent of this id is alive.
    """
    agent = simulation.agent(id_)
    if agent is None:
        raise UserError(f"agent: expected the id of a living agent of a shared world, got {id_}; write one of its ids")
    return _genome(
        simulation, provenance(simulation.world, config, simulation.steps), agent, simulation.samples(SAMPLE)[""]
    )


def champion_fitness(simulation: Process, config: Config) -> dict[str, float | None]:
    """Returns fitness and held-out fitness of the champion, None where unknown; of two roles as "ROLE_fitness"."""
    found = champions(simulation, config) if has_champion(simulation) else {"": None}
    names = ("fitness", "held_out")
    return {
        f"{ending[1:]}_{name}" if ending else name: genome.meta.get(name) if genome else None
        for ending, genome in found.items()
        for name in names
    }


def results(simulation: Process, config: Config, row: Row | None = None) -> dict[str, Any]:
    """Returns what `evolve --json` and results.csv tell of a run, under the names of its records.

    row: its last row of metrics.csv, if that is known.

    Returns:
        Fitness of the champion, as `champion_fitness`; every column of metrics.csv; those of an archive that are found
        by held-out episodes; state_hash. NaN is None.
    """
    values = {**(row or simulation.metrics()), **simulation.corrected()}
    columns = {name: _plain(value) for name, value in values.items()}
    return {**champion_fitness(simulation, config), **columns, "state_hash": simulation.state_hash()}


def _genome(simulation: Process, facts: dict[str, Any], champion: Champion, sample: dict[str, np.ndarray]) -> Genome:
    own = {name: _plain(value) for name, value in champion.metadata().items()}
    return Genome(champion.params, simulation.brain.spec(), {**facts, **own}, sample)


def provenance(world: World, config: Config, step: int) -> dict[str, Any]:
    """Facts that every genome keeps that is saved at a step: world, sensors, actuators, configuration, seed, step."""
    return {
        "world": config.names["world"],
        "sensors": [sensor.name for sensor in world.sensors],
        "actuators": [actuator.name for actuator in world.actuators],
        "config": dump_config(config),
        "seed": config.seed,
        "step": step,
    }


def _plain(value: Any) -> Any:
    """A value as JSON holds it: NumPy scalars as Python's, NaN as null; arrays of genes stay."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, np.ndarray) and value.dtype.kind in "iub":
        return value.tolist()
    return None if isinstance(value, float) and not np.isfinite(value) else value
