"""Generations: a strategy asks for genomes to be tried, each lives its episodes alone, the strategy is told how well.

In a solo world every genome lives in its own copy of the world. All genomes of a generation meet the same episodes,
drawn afresh for each generation: the id that a world draws by is the episode's number, not the agent's. An episode is
one program: a newborn mind, the world's `reset` laws, up to `lifetime` steps of sensing, thinking and acting, in one
loop an agent, and the sum of fitness. Fitness: higher is better; NaN and infinities are the worst rank, and counted.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from alife.brains import Brain
from alife.compile.kernels import Rows
from alife.compile.native import default_threads
from alife.engine import Alone, Engine, Part, Setting, Think, births_of
from alife.engine.cpu import Cpu
from alife.engine.names import fixed, named
from alife.episodes import FIELDS, as_shares, closing, opening, take_step, tallied, tally_fields
from alife.errors import UserError
from alife.evolution.generational import cleaned, ranked
from alife.evolution.matrix import HOST, Machine, run_law, take_rows, with_guests
from alife.evolution.matrix import rows as rows_of
from alife.evolution.structure import structure_for
from alife.hall import Hall, empty, entered, entrants
from alife.hosted import hosted
from alife.migrants import Migrants
from alife.population import Field, Fields, diversity, population_fields, spread, state_hash
from alife.world import World

HELD_OUT = 2**40  # episodes from here on are met by no generation
JUDGED = 2**41  # and from here on those that tell whether the target is reached: who is chosen by them looks good there


class Trial:
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
        cpu = Cpu(setting, threads or default_threads())
        self.engine: Engine = hosted(cpu, world, seed, backend) if world.hosted else cpu
        self.machine: Machine = HOST
        if backend == "gpu":
            self._use_card(setting)
        self.engine.prepare(self.parts())

    def _use_card(self, setting: Setting) -> None:
        """Try genomes on a card, and keep them there."""
        from alife.engine.gpu import Gpu
        from alife.evolution.on_card import CardMachine

        engine = Gpu(setting)
        machine = CardMachine(engine.card)
        field = setting.fields["genome"]
        self._tried = machine.at(engine.fields.address(field), field)
        self.engine, self.machine = engine, machine
        self._episodes = 1  # that the totals are of

    @property
    def fields(self) -> Fields:
        """Every column as it is now."""
        return self.engine.fields

    def _setting(self) -> Setting:
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
        names = named(fields, own, world.params.model_dump(), world.constants)
        return Setting(fields, names, Rows(counts, {"living": fields["living"]}), fixed(names))

    def parts(self) -> tuple[Part, ...]:
        """One episode."""
        world = self.world
        life = Alone((*world.observe, Think(self.brain.program), *world.step, take_step), world.lifetime, until="done")
        born = (*opening(world), *births_of(self.brain.program, "living"))
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


class Generations:
    """One run of a strategy over a solo world. Its steps are generations."""

    def __init__(
        self,
        trial: Trial,
        strategy: Any,
        episodes: int,
        founders: Mapping[str, np.ndarray] | None = None,
        hall: int = 0,
        target: float | None = None,
    ) -> None:
        """Begin with the founders' genomes, repeated in order; None draws random ones.

        Args:
            trial: where genomes are tried.
            strategy: init, ask, tell, best.
            episodes: E, of each genome in a generation.
            hall: best genomes of the whole run to keep, at most.
            target: held-out fitness of a genome that ends the run; None: none does.
        """
        self.trial, self._strategy, self.episodes = trial, strategy, episodes
        self.steps = 0
        self.world, self.brain, self.seed, self.capacity = trial.world, trial.brain, trial.seed, trial.count
        given = trial.brain.init(trial.count, trial.seed) if founders is None else founders["genome"]
        strategy.machine, strategy.align = trial.machine, trial.brain.aligned
        strategy.structure = structure_for(strategy.params, trial.brain)
        founding = self.strategy.init(trial.seed, np.resize(given, (trial.count, trial.brain.num_genes)))
        self.memory = self._placed(founding, _arrays(founding))
        self.told = np.zeros(trial.count, np.float32)  # fitness of the last generation
        self.genomes = self.strategy.ask(self.memory)  # of the last generation, or of the first before it was tried
        self._parents = self._born = np.full(trial.count, -1, np.int64)
        self.guests = np.zeros((0, trial.brain.num_genes), trial.brain.gene_type)  # to be tried in the next generation
        self._replaced: list[dict[str, np.ndarray]] = []
        self._spent = 0  # agent-steps before a resume
        self.hall, self._places = empty(trial.brain.num_genes, trial.brain.gene_type), hall
        self.target, self._reached = target, np.zeros((0, trial.brain.num_genes), trial.brain.gene_type)

    @property
    def strategy(self) -> Any:
        """With its schedules as they are in this generation."""
        if not self._strategy.params.schedules:
            return self._strategy
        now = copy.copy(self._strategy)
        now.params = now.params.at(self.steps)
        return now

    # ---- living

    def step(self, count: int = 1) -> None:
        """Try `count` generations, or fewer where one reaches the target."""
        for _ in range(count):
            if self.reached:
                return
            self.ask()
            self.hear(self.trial.fitness(self.genomes, self.episodes, self.steps * self.episodes))

    def ask(self) -> None:
        """Make `genomes` those of the next generation."""
        if self.steps:
            self._replaced.append(self._as_dead())
        self.genomes, self._parents = with_guests(self.strategy.ask(self.memory), self.guests), self._named_parents()
        self._parents[self.capacity - len(self.guests) :] = -1

    def hear(self, fitness: np.ndarray) -> None:
        """End the generation that was asked for: [N] float32 how well its genomes did."""
        self.told = fitness
        guests, self.guests = self.guests, self.guests[:0]
        self.memory = self.strategy.tell(self.memory, *self._heard(), guests=guests)
        self.steps += 1
        if self._places:
            self._honour()
        if self.target is not None:
            self._judge(self.target)

    @property
    def reached(self) -> bool:
        """Whether a genome of the last generation reached the target."""
        return len(self._reached) > 0

    def _judge(self, target: float) -> None:
        """Try the best of the last generation, if it may reach the target, in episodes that no generation meets."""
        told, _ = cleaned(self.told)
        row = ranked(told)[:1]
        if told[row[0]] >= target:
            best = self._of_last(row)
            self._reached = best[: int(self._held_out(best[0], JUDGED) >= target)]

    def _held_out(self, genome: np.ndarray, first: int = HELD_OUT) -> float:
        return float(self.trial.held_out(genome, first).mean(dtype=np.float64))

    def _honour(self) -> None:
        """Let the best of the last generation into the hall of fame."""
        told, _ = cleaned(self.told)
        rows = entrants(self.hall, self._places, told)
        genomes, born = self._of_last(rows), np.full(len(rows), self.steps - 1)
        unknown = np.full(len(rows), np.nan)
        others = Hall(genomes, told[rows], unknown, self.ids[rows], self._parents[rows], born)
        self.hall = entered(self.hall, self._places, others)

    def judged_hall(self) -> Hall:
        """The hall of fame with everyone's held-out fitness, by which those of equal fitness are ordered."""
        hall = self.hall
        for place in np.flatnonzero(np.isnan(hall.held_out)):
            hall.held_out[place] = self._held_out(hall.genomes[place])
        return hall.of(np.lexsort((hall.ids, -hall.held_out, -hall.fitness)))

    def _heard(self) -> tuple[np.ndarray, np.ndarray | None]:
        """What the strategy needs of the last generation: fitness [N], or all objectives [N, K]; measures or None."""
        needs, trial = self.strategy.needs, self.trial
        fitness = np.column_stack([self.told, trial.objectives]) if "objectives" in needs else self.told
        return fitness, trial.measures if "measures" in needs else None

    def emigrants(self, count: int) -> Migrants:
        """At most so many genomes for other populations: the best of the last generation, or of none before it."""
        told, wrong = cleaned(self.told)
        best = ranked(told)[: min(count, len(told) - wrong if self.steps else 0)]
        return Migrants(self._of_last(best), np.full(len(best), self.steps))

    def immigrate(self, migrants: Migrants) -> None:
        """Genomes from elsewhere are tried in the next generation, instead of the last that the strategy asks."""
        self.guests = migrants.genomes.astype(self.brain.gene_type)

    @property
    def ids(self) -> np.ndarray:
        """[N] int64 of the last generation; never used twice."""
        return np.arange(self.capacity) + max(self.steps - 1, 0) * self.capacity

    def _named_parents(self) -> np.ndarray:
        """[N] ids of the first parents of the genomes asked for; -1 where the strategy knows of none."""
        if hasattr(self.memory, "parent_ids"):
            ids: np.ndarray = self.memory.parent_ids.copy()
            return ids
        rows = getattr(self.memory, "parents", self._born)
        return np.where(rows >= 0, rows + (self.steps - 1) * self.capacity, -1)

    def _as_dead(self) -> dict[str, np.ndarray]:
        count = self.capacity
        times = {"origin_time": self.steps - 1, "destruction_time": self.steps}
        columns = {name: np.full(count, time, np.int64) for name, time in times.items()}
        return {"id": self.ids, "parent_id": self._parents, **columns, "cause": np.zeros(count, np.int32)}

    @property
    def fields(self) -> Fields:
        """The columns of the trial."""
        return self.trial.fields

    @property
    def num_alive(self) -> int:
        return self.capacity

    def living(self) -> np.ndarray:
        """Rows of the genomes on trial: [N] int32."""
        return np.arange(self.capacity, dtype=np.int32)

    @property
    def agent_steps(self) -> int:
        """Steps lived, summed over agents."""
        return self._spent + int(self.fields["agent_steps"][0])

    @property
    def births(self) -> int:
        """Genomes tried so far."""
        return self.steps * self.capacity

    # ---- records

    causes = ("replaced",)  # of leaving

    @property
    def death_causes(self) -> dict[str, int]:
        """Genomes replaced so far."""
        return {"replaced": max(self.steps - 1, 0) * self.capacity}

    def deaths(self) -> dict[str, np.ndarray]:
        """Genomes replaced since the last call: id, parent_id, origin_time, destruction_time (generations), cause."""
        empty = {name: array[:0] for name, array in self._as_dead().items()}
        parts, self._replaced = [empty, *self._replaced], []
        return {name: np.concatenate([part[name] for part in parts]) for name in empty}

    def genealogy(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Of the last generation: ids, ids of parents (-1: none), generation: [N] each."""
        return self.ids, self._parents, np.full(self.capacity, max(self.steps - 1, 0))

    def sample(self, most: int) -> dict[str, np.ndarray]:
        """At most so many genomes of the last generation, evenly by row: {"genome": [K, G]} of the brain's type."""
        return {"genome": self._of_last(spread(np.arange(self.capacity), most))}

    def _of_last(self, rows: np.ndarray) -> np.ndarray:
        """Genomes [K, G] of rows of the last generation, of the brain's type."""
        return rows_of(self.genomes, rows).astype(self.brain.gene_type)

    def metrics(self) -> dict[str, float | int]:
        """One row of metrics.csv."""
        told = np.where(np.isfinite(self.told), self.told, np.nan)
        known = told[~np.isnan(told)] if self.steps and not np.isnan(told).all() else np.full(1, np.nan)
        best = float(self.strategy.best(self.memory)[1])
        return {
            "step": self.steps,
            "evaluations": self.births,
            "agent_steps": self.agent_steps,
            "best": float(known.max()),
            "mean": float(known.mean(dtype=np.float64)),
            "median": float(np.median(known)),
            "sd": float(known.std(dtype=np.float64)),
            "refused": int(np.sum(getattr(self.memory, "refused", 0))),
            "best_so_far": best if self.steps and np.isfinite(best) else np.nan,
            "diversity": diversity(self.sample(64)["genome"]),
            **self._strategy.params.scheduled(self.steps),
            **self.strategy.metrics(self.memory),
        }

    def _best(self) -> tuple[np.ndarray, float]:
        """The genome that reached the target, or the best so far; and its fitness."""
        if self.reached:
            return self._reached[0], float(cleaned(self.told)[0].max())
        genome, fitness = self.strategy.best(self.memory)
        return genome, float(fitness)

    def champion(self) -> dict[str, Any]:
        """The best genome so far: params [G], fitness (as told), held_out (its mean over episodes never met before)."""
        if not self.steps:
            raise UserError("champion: expected a generation that was tried, came none; step the run first")
        genome, fitness = self._best()
        return {
            "params": genome.astype(self.brain.gene_type), "traits": {}, "fitness": fitness,
            "held_out": self._held_out(genome), "generation": self.steps,
            "episodes": self.episodes, "step": self.steps,
        }  # fmt: skip

    def state(self) -> dict[str, np.ndarray]:
        """Every array that makes the run; `restore` takes them back."""
        own = {"generation": np.array([self.steps]), "told": self.told, "agent_steps": np.array([self.agent_steps])}
        own |= {
            "genomes": np.ascontiguousarray(np.asarray(self.genomes)),
            "parents": self._parents,
            "guests": self.guests,
        }
        own |= {"reached": self._reached} if self.target is not None else {}
        return {**own, **{f"strategy.{name}": np.asarray(array) for name, array in _arrays(self.memory).items()}}

    def restore(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Continue a saved run.

        Raises:
            UserError: the arrays are not those of this configuration.
        """
        for name, mine in self.state().items():
            given = arrays.get(name)
            if given is None or given.dtype != mine.dtype or given.ndim != mine.ndim:
                came = "nothing" if given is None else f"{given.dtype} {given.shape}"
                raise UserError(
                    f"checkpoint: expected {name} as {mine.dtype} {mine.shape}, got {came}; "
                    "resume with the config it was made with"
                )
        self.steps, self.told = int(arrays["generation"][0]), np.array(arrays["told"])
        self.genomes, self._parents = np.array(arrays["genomes"]), np.array(arrays["parents"])
        self.guests = np.array(arrays["guests"])
        self._reached = np.array(arrays.get("reached", self._reached))
        self._spent = int(arrays["agent_steps"][0]) - int(self.fields["agent_steps"][0])
        self.hall = self.hall.restored(arrays)
        self.memory = self._placed(
            self.memory, {name: np.array(arrays[f"strategy.{name}"]) for name in _arrays(self.memory)}
        )

    def _placed(self, memory: Any, arrays: Mapping[str, Any]) -> Any:
        """A strategy's state of these arrays, its matrices where the genomes are tried."""
        matrices = {name: self.trial.machine.matrix(arrays[name]) for name in self._strategy.matrices}
        return dataclasses.replace(memory, **{**arrays, **matrices})

    def state_hash(self) -> str:
        """SHA-256 of the whole run: equal on any number of threads, on a card, resumed or not."""
        return state_hash(self.state())


def _arrays(memory: Any) -> dict[str, np.ndarray]:
    return {field.name: getattr(memory, field.name) for field in dataclasses.fields(memory)}
