"""Generations: a strategy asks for genomes to be tried, each lives its episodes alone, the strategy is told how well.

In a solo world every genome lives in its own copy of the world. All genomes of a generation meet the same episodes,
drawn afresh for each generation: the id that a world draws by is the episode's number, not the agent's. An episode is
one program: a newborn mind, the world's `reset` laws, up to `lifetime` steps of sensing, thinking and acting, in one
loop an agent, and the sum of fitness. Fitness: higher is better; NaN and infinities are the worst rank, and counted.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from alife.backends.genome_arrays import rows as rows_of
from alife.backends.genome_arrays import with_guests
from alife.errors import UserError
from alife.evolution.shared.base import cleaned, ranked
from alife.evolution.shared.structural import structure_for
from alife.laws.fields import Fields
from alife.simulation.elite_archive import EliteArchive, candidates, empty_archive, insert
from alife.simulation.evaluator import HELD_OUT, Evaluator
from alife.simulation.migrants import Migrants
from alife.simulation.population import diversity, spread, state_hash

JUDGED = 2**41  # and from here on those that tell whether the target is reached: who is chosen by them looks good there


class Generations:
    """One run of a strategy over a solo world. Its steps are generations."""

    def __init__(
        self,
        trial: Evaluator,
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
        self.hall, self._places = empty_archive(trial.brain.num_genes, trial.brain.gene_type), hall
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
        rows = candidates(self.hall, self._places, told)
        genomes, born = self._of_last(rows), np.full(len(rows), self.steps - 1)
        unknown = np.full(len(rows), np.nan)
        others = EliteArchive(genomes, told[rows], unknown, self.ids[rows], self._parents[rows], born)
        self.hall = insert(self.hall, self._places, others)

    def judged_hall(self) -> EliteArchive:
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
        empty_archive = {name: array[:0] for name, array in self._as_dead().items()}
        parts, self._replaced = [empty_archive, *self._replaced], []
        return {name: np.concatenate([part[name] for part in parts]) for name in empty_archive}

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
