"""Evaluates many genomes at once, each alone in its own copy of a world.

All genomes of a generation meet the same episodes, drawn anew for each generation: the id that a world draws by is the
number of the episode, not of the agent. An episode is one program: empty memories, the world's `reset` laws, up to
`lifetime` steps of observing, thinking and acting in one loop an agent, and the sum of fitness.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

import numpy as np

from alife.backends.binding import Rows
from alife.backends.checks import CheckedSteps
from alife.backends.cpu.engine import CpuEngine
from alife.backends.cpu.threads import default_threads
from alife.backends.genome_arrays import HOST, GenomeArrays, Genomes, run_law, take_rows
from alife.backends.namespace import bind_names, constant_scalars
from alife.backends.native_memory import NativeMemory
from alife.backends.program import Bindings, BrainStage, Engine, Stage, birth_stages
from alife.brains import Brain
from alife.errors import UserError
from alife.laws.fields import Field, Fields
from alife.simulation.checked_simulator import CheckedSimulator, made_simulator
from alife.simulation.episode import HELD_OUT as HELD_OUT
from alife.simulation.episode import EpisodeProgram
from alife.simulation.episode_laws import FIELDS, as_shares, closing, opening, take_step, tallied, tally_fields
from alife.simulation.external_world import ExternalEngine, check_host
from alife.simulation.population import own_fields, population_fields
from alife.simulation.pulse import Pulse
from alife.world import EvaluatedWorld, ExternalSimulator, ExternalWorld

FEW = 8  # agents that stand for all
COLUMNS = ("id", "genome", "phenotype", "state", "observations", "actions", "living")  # of those that agents have


class Evaluator(NativeMemory):
    """A world for many genomes at once, each alone in its copy of it.

    Attributes:
        world, brain: the parts.
        count: N, rows: genomes evaluated together.
        seed: of every draw.
        engine: holds the fields and runs the episodes.
        arrays: where genomes lie, on the host or on a GPU.
        columns: further columns beside those of every episode.
        pulse: called while episodes go on that may take long.
    """

    columns: tuple[Field, ...] = ()

    def __init__(
        self,
        world: EvaluatedWorld,
        brain: Brain,
        count: int,
        seed: int,
        threads: int = 0,
        backend: str = "cpu",
        checked: bool = False,
    ) -> None:
        """Compiles an episode.

        Args:
            world, brain: the parts; the brain must fit the world's sensors and actuators.
            count: N.
            seed: of every draw.
            threads: of the CPU, 0 for all cores; no result depends on it.
            backend: "cpu" or "gpu"; no result depends on it.
            checked: check the indices of laws that are not proven in all episodes.

        Raises:
            UserError: laws that do not belong in an episode, or more than fits into memory.
        """
        self.world, self.brain, self.count, self.seed = world, brain, count, seed
        self.program = self._program()
        bindings = self._bindings()
        self.arrays: GenomeArrays = HOST
        self.pulse = Pulse()
        self._num_episodes = 1  # that the totals are sums of
        self.engine = self._engine(bindings, threads or default_threads(), backend)
        self._episodes = CheckedSteps(self.engine, self.program.stages, bindings, checked, first=0)

    def _engine(self, bindings: Bindings, threads: int, backend: str) -> Engine:
        """The engine of episodes; on a GPU genomes are kept there, too."""
        if isinstance(self.world, ExternalWorld):
            raise TypeError("expected a world with laws, got an ExternalWorld; write make_evaluator(world, ...)")
        if backend != "gpu":
            return CpuEngine(bindings, threads)
        from alife.backends.cuda.engine import GpuEngine
        from alife.backends.cuda.genome_arrays import DeviceGenomeArrays

        engine = GpuEngine(bindings)
        arrays = DeviceGenomeArrays(engine.device)
        field = bindings.fields["genome"]
        self._placed = arrays.at(engine.fields.address(field), field)
        self.arrays = arrays
        return engine

    @property
    def fields(self) -> Fields:
        """Every column as it is now."""
        return self.engine.fields

    @property
    def position(self) -> str:
        """Words for the episode and step under way, where that may take long; else ""."""
        return ""

    def close(self) -> None:
        """Gives back what code of others holds; it takes it again where it must."""

    def _bindings(self) -> Bindings:
        world, brain, count = self.world, self.brain, self.count
        sizes = (brain.num_genes, brain.num_states, len(world.sensors), len(world.actuators))
        common = population_fields(*sizes, brain.gene_type.name, brain.num_phenotypes)
        kept = [field for field in common if field.name in COLUMNS]
        tables = {"agents": count, "one": 1, **world.tables}
        try:
            columns = (*kept, *FIELDS, *self.columns, *tally_fields(world))
            fields = Fields((*columns, *own_fields(world, columns)), tables)
        except MemoryError as error:
            message = f"run.capacity: expected what fits into memory, got {count}: {error}"
            raise UserError(message, ("run", "capacity")) from None
        fields["living"][:] = np.arange(count)
        counts = {kind: np.array([size], np.int64) for kind, size in {**tables, "": 1, "living": count}.items()}
        own: dict[str, np.ndarray] = {"seed": np.array(self.seed, np.uint64)}
        own |= {"salt_column": np.array(brain.salt_column, np.int32)}
        names = bind_names(fields, own, world.params.model_dump(), world.constants)
        return Bindings(fields, names, Rows(counts, {"living": fields["living"]}), constant_scalars(names))

    def sample_bindings(self) -> Bindings:
        """Returns columns of their own for a few agents of the world."""
        few = self._with(count=min(self.count, FEW))
        return few._bindings()

    def _with(self, **sizes: int) -> Self:
        """Returns an evaluator of other sizes that can make bindings, and no more."""
        other = object.__new__(type(self))
        vars(other).update({**vars(self), **sizes})
        return other

    def _program(self) -> EpisodeProgram:
        world, brain = self.world, self.brain.program
        return EpisodeProgram(
            before=(*opening(world), *birth_stages(brain, "living"), *world.stage("reset")),
            observe=world.stage("observe"),
            think=(BrainStage(brain),),
            act=(*world.stage("step"), take_step),
            after=(*world.stage("fitness"), *closing(world)),
            steps=world.lifetime,
            lockstep=False,
        )

    def stages(self) -> tuple[Stage, ...]:
        """One episode."""
        return self.program.stages

    def rows_of(self, genomes: np.ndarray) -> np.ndarray:
        """Genomes [R, G] of each role as rows [N, G] of agents."""
        return np.broadcast_to(genomes[0], (self.count, genomes.shape[1]))

    def fitness(self, genomes: Genomes, episodes: int, first: int) -> np.ndarray:
        """Returns the mean fitness of each genome over the same episodes.

        Args:
            genomes: [N, G], on the host or where `arrays` keeps them.
            episodes: E, their number.
            first: number of the first; equal numbers are equal episodes.

        Returns:
            [N] float32.
        """
        self._begin(genomes, first, apart=0)
        self.run_episodes(episodes)
        return self._mean_fitness(episodes)

    def fitness_by_episode(self, genomes: Genomes, episodes: int, first: int) -> tuple[np.ndarray, np.ndarray]:
        """Returns what `fitness` does, and the fitness of each genome in each episode. Arguments as of `fitness`.

        Returns:
            [N] float32, and [N, E] float32.
        """
        self._begin(genomes, first, apart=0)
        single = np.zeros((self.count, episodes), np.float32)
        for number in range(episodes):
            self._run_one(number, episodes)
            single[:, number] = self.fields["fitness"]
        return self._mean_fitness(episodes), single

    def _run_one(self, number: int, episodes: int) -> None:
        """Runs the next episode, or abandons it. number: its place, from 0, among the `episodes` of a generation."""
        self.pulse()
        self._episodes.run(self.engine, 1)

    def _mean_fitness(self, episodes: int) -> np.ndarray:
        """Mean fitness [N] float32 over the episodes that were run, which later means are over, too."""
        self._num_episodes = episodes
        mean: np.ndarray = self.fields["total"].copy() / np.float32(episodes)
        return mean

    @property
    def measures(self) -> np.ndarray | None:
        """[N, M] float32 means over the last episodes, as shares of the way from low to high; None if undeclared."""
        if not self.world.measures:
            return None
        return as_shares(self.world.measures, self._mean("measures"))

    @property
    def objectives(self) -> np.ndarray:
        """[N, K - 1] float32 means over the last episodes of the objectives beside fitness; K - 1 may be 0."""
        return self._mean("objectives") if self.world.objectives else np.zeros((self.count, 0), np.float32)

    def _mean(self, name: str) -> np.ndarray:
        return self.fields[f"{name}_total"] / np.float32(self._num_episodes)

    @contextmanager
    def uncounted(self) -> Iterator[None]:
        """Leaves steps that only judge genomes out of the agent-steps of the run."""
        steps = int(self.fields["agent_steps"][0])
        try:
            yield
        finally:
            self.set_agent_steps(steps)

    def set_agent_steps(self, steps: int) -> None:
        """Sets the count of steps of single agents."""
        self.fields["agent_steps"][0] = steps
        self.engine.written("agent_steps")

    def run_episodes(self, count: int) -> None:
        """Runs episodes one after another, as `open_episodes` has opened them; between them it can be abandoned."""
        for number in range(count):
            self._run_one(number, count)

    def held_out(self, genome: np.ndarray, first: int = HELD_OUT) -> np.ndarray:
        """Returns the fitness of one genome in as many held-out episodes as there are rows.

        Args:
            genome: [G].
            first: number of the first episode.

        Returns:
            [N] float32, one for each episode.
        """
        self._begin(genome, first, apart=1)
        with self.uncounted():
            self.run_episodes(1)
        return self.fields["total"].copy()

    def held_out_of_all(self, genomes: Genomes, episodes: int, first: int) -> tuple[np.ndarray, np.ndarray | None]:
        """Evaluates any number of genomes in the same held-out episodes.

        Args:
            genomes: [A, G], on the host or where `arrays` keeps them.
            episodes: E, their number.
            first: number of the first.

        Returns:
            [A] float32 mean fitness, and [A, M] float32 as `measures`.
        """
        parts, count, kept = [], genomes.shape[0], self._num_episodes
        try:
            with self.uncounted():
                for low in range(0, count, self.count):
                    self._begin(genomes, first, apart=0, which=np.resize(np.arange(low, count), self.count))
                    self.run_episodes(episodes)
                    parts.append((self._mean_fitness(episodes), self.measures))
        finally:
            self._num_episodes = kept
        fitness = np.concatenate([part for part, _ in parts])[:count]
        measures = [part for _, part in parts if part is not None]
        return fitness, np.concatenate(measures)[:count] if measures else None

    def open_episodes(self, first: int, apart: int = 0) -> None:
        """Sets the number of the next episode and clears the sums over episodes.

        Args:
            first: number of the episode, or of the first row's.
            apart: 1 if each row meets an episode of its own.
        """
        f = self.fields
        totals = ("total", *(f"{name}_total" for name in tallied(self.world)))
        for name in totals:
            f[name][:] = 0.0
        f["episode"][0], f["apart"][0] = first, apart
        self.engine.written(*totals, "episode", "apart")

    def _begin(self, genomes: Genomes, first: int, apart: int, which: np.ndarray | None = None) -> None:
        self._place(genomes, which)
        self.open_episodes(first, apart)

    def _place(self, genomes: Genomes, which: np.ndarray | None) -> None:
        """Writes genomes into the field: [N, G], rows [N] of [M, G], or one [G] for all; on a GPU they stay there."""
        if isinstance(genomes, np.ndarray):
            self.fields["genome"][:] = genomes if which is None else genomes[which]
            self.engine.written("genome")
            return
        rows = np.arange(self.count, dtype=np.int32) if which is None else which.astype(np.int32)
        names = {"out": self._placed, "genome": genomes, "which": rows}
        run_law(take_rows, names, self.count)
        self.engine.moved("genome")


class ExternalEvaluator(Evaluator):
    """A world that code outside the language of laws computes, for many genomes at once."""

    world: ExternalWorld

    def _engine(self, bindings: Bindings, threads: int, backend: str) -> Engine:
        check_host(self.world, backend)
        simulator = CheckedSimulator(self.world, self._simulator(), self.pulse, threads)
        self._external = ExternalEngine(CpuEngine(bindings, threads), simulator, self.program)
        return self._external

    def _simulator(self) -> ExternalSimulator:
        """Makes what steps all rows."""
        return made_simulator(self.world, self.count, self.seed)

    def _run_one(self, number: int, episodes: int) -> None:
        self._external.place = (number, episodes)
        try:
            super()._run_one(number, episodes)
        finally:
            self._external.place = None

    def probe(self) -> None:
        """Takes one step of one copy. Raises ExternalError if it fails, before a run begins."""
        probe = CheckedSimulator(self.world, made_simulator(self.world, 1, self.seed), self.pulse)
        probe.quiet = True
        try:
            _, finite = probe.reset(np.zeros(1, np.int64))
            if finite.all():
                probe.take(np.zeros(1, np.int32), np.zeros((1, len(self.world.actuators)), np.float32))
        finally:
            probe.close()

    @property
    def position(self) -> str:
        return self._external.position

    def close(self) -> None:
        self._external.close()
