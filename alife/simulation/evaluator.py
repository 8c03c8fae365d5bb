"""A world for many genomes at once, each alone in its own copy of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from alife.backends.binding import Rows
from alife.backends.cpu.engine import CpuEngine
from alife.backends.cpu.threads import default_threads
from alife.backends.genome_arrays import HOST, GenomeArrays, run_law, take_rows
from alife.backends.namespace import bind_names, constant_scalars
from alife.backends.program import Bindings, BrainStage, Engine, PerAgentLoop, Stage, birth_stages
from alife.brains import Brain
from alife.errors import UserError
from alife.laws.fields import Field, Fields
from alife.simulation.episode_laws import FIELDS, as_shares, closing, opening, take_step, tallied, tally_fields
from alife.simulation.external_world import external_engine
from alife.simulation.population import population_fields
from alife.world import World

HELD_OUT = 2**40  # episodes from here on are met by no generation


class Evaluator:
    """A world for many genomes at once, each alone in its copy of it."""

    columns: tuple[Field, ...] = ()  # beside those of every episode

    def __init__(
        self, world: World, brain: Brain, count: int, seed: int, threads: int = 0, backend: str = "cpu"
    ) -> None:
        """count: N, genomes tried together. See `Simulation` for the others.

        Raises:
            UserError: the laws are not those of a solo world, or more than fits into memory.
        """
        self.world, self.brain, self.count, self.seed = world, brain, count, seed
        setting = self._setting()
        cpu = CpuEngine(setting, threads or default_threads())
        self.engine: Engine = external_engine(cpu, world, seed, backend) if world.hosted else cpu
        self.machine: GenomeArrays = HOST
        if backend == "gpu":
            self._use_card(setting)
        self.engine.prepare(self.parts())

    def _use_card(self, setting: Bindings) -> None:
        """Try genomes on a card, and keep them there."""
        from alife.backends.cuda.engine import GpuEngine
        from alife.backends.cuda.genome_arrays import DeviceGenomeArrays

        engine = GpuEngine(setting)
        machine = DeviceGenomeArrays(engine.card)
        field = setting.fields["genome"]
        self._tried = machine.at(engine.fields.address(field), field)
        self.engine, self.machine = engine, machine
        self._episodes = 1  # that the totals are of

    @property
    def fields(self) -> Fields:
        """Every column as it is now."""
        return self.engine.fields

    def _setting(self) -> Bindings:
        world, brain, count = self.world, self.brain, self.count
        sizes = (brain.num_genes, brain.num_states, len(world.sensors), len(world.actuators))
        common = population_fields(*sizes, brain.gene_type.name, brain.num_phenotypes)
        kept = [
            field
            for field in common
            if field.name in ("id", "genome", "phenotype", "state", "observations", "actions", "living")
        ]
        tables = {"agents": count, "one": 1, **world.tables}
        try:
            fields = Fields((*kept, *FIELDS, *self.columns, *tally_fields(world), *world.fields), tables)
        except MemoryError as error:
            raise UserError(f"run.capacity: expected what fits into memory, got {count}: {error}") from None
        fields["living"][:] = np.arange(count)
        counts = {kind: np.array([size], np.int64) for kind, size in {**tables, "": 1, "living": count}.items()}
        own: dict[str, np.ndarray] = {"seed": np.array(self.seed, np.uint64)}
        own |= {"salt_column": np.array(brain.salt_column, np.int32)}
        names = bind_names(fields, own, world.params.model_dump(), world.constants)
        return Bindings(fields, names, Rows(counts, {"living": fields["living"]}), constant_scalars(names))

    def parts(self) -> tuple[Stage, ...]:
        """One episode."""
        world = self.world
        life = PerAgentLoop(
            (*world.observe, BrainStage(self.brain.program), *world.step, take_step), world.lifetime, until="done"
        )
        born = (*opening(world), *birth_stages(self.brain.program, "living"))
        return (*born, *world.reset, life, *world.fitness, *closing(world))

    def fitness(self, genomes: Any, episodes: int, first: int) -> np.ndarray:
        """Mean fitness of each genome over the same episodes: [N, G] -> [N] float32.

        first: number of the first episode; equal numbers are equal episodes.
        """
        self._begin(genomes, first, apart=0)
        self.engine.run(episodes)
        self._episodes = episodes
        return self.fields["total"].copy() / np.float32(episodes)

    @property
    def measures(self) -> np.ndarray | None:
        """[N, M] float32 means over the last episodes, as shares of the way from low to high; None where none are."""
        if not self.world.measures:
            return None
        return as_shares(self.world.measures, self._mean("measures"))

    @property
    def objectives(self) -> np.ndarray:
        """[N, K - 1] float32 means over the last episodes of what counts beside fitness; K - 1 may be 0."""
        return self._mean("objectives") if self.world.objectives else np.zeros((self.count, 0), np.float32)

    def _mean(self, name: str) -> np.ndarray:
        return self.fields[f"{name}_total"] / np.float32(self._episodes)

    @contextmanager
    def uncounted(self) -> Iterator[None]:
        """Steps that only tell how good something is are not counted among the run's."""
        steps = int(self.fields["agent_steps"][0])
        yield
        self.fields["agent_steps"][0] = steps
        self.engine.written("agent_steps")

    def held_out(self, genome: np.ndarray, first: int = HELD_OUT) -> np.ndarray:
        """Fitness of one genome in as many episodes as there are rows, none of them met before: [G] -> [N] float32."""
        self._begin(genome, first, apart=1)
        with self.uncounted():
            self.engine.run(1)
        return self.fields["total"].copy()

    def _begin(self, genomes: Any, first: int, apart: int, which: np.ndarray | None = None) -> None:
        f = self.fields
        self._place(genomes, which)
        totals = ("total", *(f"{name}_total" for name in tallied(self.world)))
        for name in totals:
            f[name][:] = 0.0
        f["episode"][0], f["apart"][0] = first, apart
        self.engine.written(*totals, "episode", "apart")

    def _place(self, genomes: Any, which: np.ndarray | None) -> None:
        """Genomes [N, G], those rows [N] of [M, G], or one [G] for all, into the field; those of a card stay on it."""
        if isinstance(genomes, np.ndarray):
            self.fields["genome"][:] = genomes if which is None else genomes[which]
            self.engine.written("genome")
            return
        rows = np.arange(self.count, dtype=np.int32) if which is None else which.astype(np.int32)
        names = {"out": self._tried, "of": genomes, "which": rows}
        run_law(take_rows, names, self.count)
        self.engine.moved("genome")
