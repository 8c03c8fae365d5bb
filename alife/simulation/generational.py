"""Generations: a strategy asks for genomes, each lives its episodes alone, and the strategy is told their fitness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from alife.backends.native_memory import NativeMemory
from alife.backends.program import Engine, Stage
from alife.config.params import Params
from alife.errors import UserError
from alife.evolution.shared.base import GenerationalStrategy, StrategyState
from alife.evolution.shared.numerics import WORST, cleaned_mean
from alife.laws.fields import Fields
from alife.laws.saved_arrays import Saved, check_all
from alife.simulation.champion_choice import AGAIN, LAST, REPORTED, TIMES, choose
from alife.simulation.elite_archive import EliteArchive, candidates, empty_archive, insert, single
from alife.simulation.evaluator import HELD_OUT, Evaluator
from alife.simulation.evolving_population import EvolvingPopulation
from alife.simulation.interface import Champion, Duel, fitness_text, invalid_text
from alife.simulation.metric_columns import GENERATIONS
from alife.simulation.migrants import Migrants
from alife.simulation.population import state_hash
from alife.simulation.pulse import Pulse
from alife.simulation.steering import Steering
from alife.simulation.undo import whole_or_not
from alife.world import Metric, Unit

JUDGED = (
    2**41
)  # from this episode on: those that decide whether the target is reached; who is chosen by them looks good
OWN_RULES = {
    "agent_steps": Saved(low=0, high=2**62),
    "reached": Saved(("reached",)),
    "centers": Saved(("centers",)),
    "center_fitness": Saved(("centers",), finite=False),
}


class Generations(NativeMemory):
    """One run of a strategy over an episodic world. Its steps are generations.

    Attributes:
        evaluator: where genomes are evaluated.
        population: the genomes and their strategy.
        episodes: E, of each genome in a generation.
        elites: the best genomes of the run so far, each once.
        target: held-out fitness of a genome that ends the run; None: none does.
    """

    unit: Unit = "generation"
    begun = 0
    causes: tuple[str, ...] = ("replaced",)
    duel: Duel | None = None
    steering: Steering | None = None  # no world is shared

    def __init__(
        self,
        evaluator: Evaluator,
        strategy: GenerationalStrategy[Params, StrategyState],
        episodes: int,
        founders: Mapping[str, np.ndarray] | None = None,
        elites: int = 0,
        target: float | None = None,
        lineage: Sequence[str] = (),
    ) -> None:
        """Begins with the founders' genomes, repeated in order; None draws random ones.

        Args:
            evaluator: where genomes are evaluated.
            strategy: init, ask, tell, best.
            episodes: E, of each genome in a generation.
            founders: "genome" [F, G].
            elites: places in the elite archive.
            target: held-out fitness of a genome that ends the run; None: none does.
            lineage: further columns of its records, as `records.lineage` names them.
        """
        self.evaluator, self.episodes = evaluator, episodes
        self.world, self.brain, self.seed, self.capacity = (
            evaluator.world,
            evaluator.brain,
            evaluator.seed,
            evaluator.count,
        )
        genomes = None if founders is None else founders["genome"]
        parts, size = (self.brain, strategy), (self.capacity, self.seed)
        self.population = EvolvingPopulation(*parts, *size, evaluator.arrays, genomes, lineage)
        self._spent = 0  # agent-steps before a resume
        self._corrected: tuple[int, dict[str, float]] = (-1, {})  # metrics of an archive at a generation
        self._judged: Champion | None = None  # the champion of these generations, once its held-out fitness is known
        self.elites, self._places = empty_archive(self.brain.num_genes, self.brain.gene_type), elites
        self._centers = empty_archive(self.brain.num_genes, self.brain.gene_type)  # of searches that began anew
        self.target, self._reached = target, np.zeros((0, self.brain.num_genes), self.brain.gene_type)

    # ---- generations

    def step(self, count: int = 1) -> None:
        """Evaluates `count` generations, or fewer where one reaches the target."""
        for _ in range(count):
            if self.reached:
                return
            with whole_or_not(self, ("elites", "_centers", "_reached"), [self.population], self.evaluator):
                self._step()

    def _step(self) -> None:
        self.population.ask()
        evaluator, asked = self.evaluator, (self.population.genomes, self.episodes, self.steps * self.episodes)
        by_episode = "episodes" in self.population.strategy.needs
        fitness, by_itself = evaluator.fitness_by_episode(*asked) if by_episode else (evaluator.fitness(*asked), None)
        before = self.population.memory
        self.population.tell(fitness, evaluator.measures, evaluator.objectives, by_itself)
        self._keep_center(before)
        if self._places:
            self._collect_elites()
        if self.target is not None:
            self._judge(self.target)

    def _keep_center(self, before: StrategyState) -> None:
        """Keeps the center of a search that ended with this generation, as a candidate for the champion."""
        center = self.population.last_center(before)
        if center is not None:
            kept = single(center, self._fitness_of(center))
            self._centers = insert(self._centers, len(self._centers) + 1, kept)

    @property
    def pulse(self) -> Pulse:
        """Called while a generation goes on that may take long."""
        return self.evaluator.pulse

    @property
    def position(self) -> str:
        """Words for the episode and step under way, where that may take long; else ""."""
        return self.evaluator.position

    def say_not_finite(self) -> None:
        """Does nothing: what is not finite makes a fitness invalid, which `summary` tells."""

    def close(self) -> None:
        """Gives back what code of others holds; a further step takes it again."""
        self.evaluator.close()

    @property
    def steps(self) -> int:
        """Generations evaluated."""
        return self.population.steps

    @property
    def reached(self) -> bool:
        """True if a genome of the last generation reached the target."""
        return len(self._reached) > 0

    def has_ended(self, generations: int | None) -> bool:
        """False: generations end by their number or at the target."""
        return False

    def _judge(self, target: float) -> None:
        """Evaluates the best of the last generation, if it may reach the target, in held-out episodes."""
        row = self.population.best_rows(1)
        if self.population.fitness[row[0]] >= target:
            best = self.population.genomes_at(row)
            self._reached = best[: int(self._held_out(best[0], JUDGED) >= target)]

    def _held_out(self, genome: np.ndarray, first: int = HELD_OUT) -> float:
        """Mean fitness of a genome over held-out episodes; -inf if it is not finite."""
        return cleaned_mean(self.evaluator.held_out(genome, first))

    def _collect_elites(self) -> None:
        """Insert the best of the last generation into the elite archive."""
        rows = candidates(self.elites, self._places, self.population.fitness)
        self.elites = insert(self.elites, self._places, self._last(rows))

    def _last(self, rows: np.ndarray) -> EliteArchive:
        """Genomes at rows [K] of the last generation, their held-out fitness unknown."""
        of, born, unknown = self.population, np.full(len(rows), self.steps - 1), np.full(len(rows), np.nan)
        return EliteArchive(of.genomes_at(rows), of.fitness[rows], unknown, of.ids[rows], of.parents[rows], born)

    def judged_elites(self) -> EliteArchive:
        """The elite archive with every genome's held-out fitness, which orders genomes of equal fitness."""
        elites = self.elites
        for place in np.flatnonzero(np.isnan(elites.held_out)):
            elites.held_out[place] = self._held_out(elites.genomes[place])
        return elites.of(np.lexsort((elites.ids, -elites.held_out, -elites.fitness)))

    # ---- looking

    @property
    def engine(self) -> Engine:
        """The engine that runs episodes."""
        return self.evaluator.engine

    def stages(self) -> tuple[Stage, ...]:
        """One episode."""
        return self.evaluator.stages()

    @property
    def fields(self) -> Fields:
        """The columns of the evaluator."""
        return self.evaluator.fields

    @property
    def num_alive(self) -> int:
        """Genomes of a generation."""
        return self.capacity

    def living(self) -> np.ndarray:
        """Rows of the genomes under evaluation: [N] int32."""
        return np.arange(self.capacity, dtype=np.int32)

    @property
    def agent_steps(self) -> int:
        """Steps of single agents, in sum."""
        return self._spent + int(self.fields["agent_steps"][0])

    @property
    def births(self) -> int:
        """Genomes evaluated so far."""
        return self.population.births

    @property
    def death_causes(self) -> dict[str, int]:
        """Genomes replaced so far."""
        return {"replaced": self.population.num_replaced}

    def champions(self, judge: bool = True) -> dict[str, Champion]:
        """The best genome so far, or the one that reached the target.

        judge: choose by held-out fitness, as `champion_choice.py` does, and find that of the chosen one; False: where
            that was not done yet, the one with the highest fitness, its held-out fitness unknown.

        Raises:
            UserError: no generation was evaluated.
        """
        if not self.steps:
            raise UserError("champion: expected a generation that was evaluated, got none; step the run first")
        known = self._judged
        if known is None or known.step != self.steps:
            genome, fitness = self._best(judge)
            held_out = self._held_out(genome, REPORTED) if judge else None
            known = Champion(genome, self.steps, self.steps, {}, fitness, held_out, {"episodes": self.episodes})
            self._judged = known if judge else None
        return {"": known}

    def _best(self, judge: bool) -> tuple[np.ndarray, float]:
        """The champion [G], and its fitness as selection saw it."""
        population = self.population
        if self.reached:
            return self._reached[0], float(population.fitness.max())
        best, fitness = population.best_so_far()
        if not judge or not np.isfinite(fitness):
            return best, fitness
        rows = population.best_rows(LAST)
        last = insert(single(best, fitness), LAST + 1, self._last(rows[np.isfinite(population.fitness[rows])]))
        center = population.center()
        if center is not None:
            last = insert(last, LAST + 2, single(center, self._fitness_of(center)))
        last = insert(last, len(last) + len(self._centers), self._centers)
        return choose(self.judged_elites(), last, self._held_out, self.capacity)

    def _fitness_of(self, genome: np.ndarray) -> float:
        """Fitness of a genome in the episodes of the last generation, as if it had been one of it; -inf: not finite."""
        first = (self.steps - 1) * self.episodes
        return cleaned_mean(self.evaluator.held_out_of_all(genome[None], self.episodes, first)[0])

    def agent(self, id_: int) -> Champion | None:
        """None: genomes of episodes have no ids."""
        return None

    def corrected(self) -> dict[str, float]:
        """Metrics of the strategy's archive, if it has one, by evaluating its genomes again in held-out episodes."""
        step, known = self._corrected
        if step != self.steps:
            archived = self.population.archived()
            again = None if archived is None else self.evaluator.held_out_of_all(archived, TIMES, AGAIN)
            known = {} if again is None else self.population.corrected(*again)
            self._corrected = self.steps, known
        return known

    def samples(self, most: int) -> dict[str, dict[str, np.ndarray]]:
        """At most `most` genomes of the last generation."""
        return {"": self.population.sample(most)}

    def last_fitness(self) -> dict[str, np.ndarray]:
        """Fitness [N] of the last generation."""
        return {"": self.population.fitness}

    def newest(self) -> np.ndarray:
        """The best genome of the last generation: [1, G]."""
        return self.population.newest()[None]

    # ---- other populations

    def emigrants(self, count: int) -> Migrants:
        """At most `count` of the best genomes of the last generation, or of none before it."""
        return self.population.emigrants(count)

    def immigrate(self, migrants: Migrants) -> None:
        """Evaluates genomes from elsewhere in the next generation, in place of the last that the strategy asks for."""
        self.population.guests = migrants.genomes.astype(self.brain.gene_type)

    # ---- records

    def deaths(self) -> dict[str, np.ndarray]:
        """Genomes replaced since the last call; times are generations."""
        return self.population.deaths()

    def genealogy(self) -> dict[str, np.ndarray]:
        """The last generation: id, parent_id (-1: none), origin_time (its number), further columns: [N] each."""
        return self.population.genealogy()

    @property
    def lineage_columns(self) -> tuple[str, ...]:
        """Names of the further columns of `deaths` and `genealogy`."""
        return self.population.lineage_columns

    def columns(self) -> tuple[Metric, ...]:
        """The columns of metrics.csv, in order."""
        return (*GENERATIONS, *self.population.columns())

    def metrics(self) -> dict[str, float | int]:
        """One row of metrics.csv."""
        counts = {"step": self.steps, "evaluations": self.births, "agent_steps": self.agent_steps}
        return {**counts, **self.population.metrics()}

    def progress(self, row: Mapping[str, float | int]) -> list[tuple[str, float | int]]:
        """Best and mean fitness, once they are known."""
        return [(f"{name} fitness", row[name]) for name in ("best", "mean") if np.isfinite(row.get(name, np.nan))]

    def summary(self) -> str:
        """Generations, and how good the best genome is."""
        best = self.champions()[""]
        reached = "; target reached" if self.reached else ""
        size = f"{self.steps:,} generation{'s' * (self.steps != 1)} of {self.capacity:,}"
        invalid = invalid_text(self.population.num_invalid, self.births)
        if best.fitness == WORST:
            return f"{size}; {invalid}"
        more = f"; {invalid}" if invalid else ""
        scores = f"{fitness_text(best.fitness)}, {fitness_text(best.held_out)} in held-out episodes"
        archive = "".join(f"; {name.replace('_', ' ')} {value:.4g}" for name, value in self.corrected().items())
        return f"{size}{reached}; best fitness {scores}{archive}{more}"

    def state(self) -> dict[str, np.ndarray]:
        """Every array that makes the run; `restore` takes them back."""
        return {**self.population.state(), **self._own_state()}

    def _own_state(self) -> dict[str, np.ndarray]:
        reached = {"reached": self._reached} if self.target is not None else {}
        centers = self._center_arrays() if len(self._centers) else {}
        return {"agent_steps": np.array([self.agent_steps]), **reached, **centers}

    def _center_arrays(self) -> dict[str, np.ndarray]:
        return {"centers": self._centers.genomes, "center_fitness": self._centers.fitness}

    def check(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Checks saved arrays [...], by name. Raises UserError."""
        centers = self._center_arrays() if "centers" in arrays else {}
        check_all({**self._own_state(), **centers}, arrays, OWN_RULES, {})
        self.population.check(arrays, len(self.world.measures), len(self.world.objectives))
        generations = int(arrays["generation"][0])
        self.elites.restored(arrays, generations * self.capacity, generations)

    def restore(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Continues from saved arrays [...], by name.

        Raises:
            UserError: the arrays are not those of this configuration.
        """
        self.check(arrays)
        self.population.restore(arrays)
        self._judged, self._corrected = None, (-1, {})
        self._reached = np.array(arrays.get("reached", self._reached))
        self._centers = self._centers.of(np.arange(0))
        for genome, fitness in zip(arrays.get("centers", ()), arrays.get("center_fitness", ()), strict=True):
            self._centers = insert(self._centers, len(self._centers) + 1, single(genome, float(fitness)))
        self._spent = int(arrays["agent_steps"][0]) - int(self.fields["agent_steps"][0])
        self.elites = self.elites.restored(arrays, self.births, self.steps)

    def state_hash(self) -> str:
        """SHA-256 of `state`: equal on any number of threads, on CPU and GPU, resumed or not."""
        return state_hash(self.state())
