"""A population under a strategy: it asks for genomes, is told their fitness, and keeps ids and parents.

Fitness: higher is better; NaN and infinities rank last, and are counted.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from alife.backends.genome_arrays import GenomeArrays, with_injected
from alife.backends.genome_arrays import rows as rows_of
from alife.brains import Brain
from alife.config.declarations import check_tuple
from alife.config.declarations import check_values as check_hook
from alife.config.params import Params
from alife.errors import UserError
from alife.evolution.shared import hooks
from alife.evolution.shared.base import GenerationalStrategy, Genomes, StrategyState
from alife.evolution.shared.numerics import cleaned, ranked
from alife.laws.saved_arrays import Saved, check_all, check_values, rules_of
from alife.simulation.lineage_columns import HASH, genome_hashes
from alife.simulation.metric_columns import population_columns
from alife.simulation.migrants import Migrants
from alife.simulation.population import diversity, spread
from alife.world import Metric

MOST = 2**40  # generations: episodes from this number on are held out
_RULES: dict[str, Saved | None] = {  # of the arrays beside the strategy's
    "generation": Saved(low=0, high=MOST),
    "told": Saved(finite=False),
    "genomes": Saved(),
    "parents": Saved(low=-1, below="births"),
    "guests": Saved(("guests",)),
}


class EvolvingPopulation:
    """The genomes of one strategy, generation by generation.

    Attributes:
        steps: generations told.
        fitness: [N] float32 of the last generation, -inf where it is invalid.
        genomes: [N, G] of the last generation, or of the first before it was evaluated.
        guests: [K, G] genomes from elsewhere, to be evaluated in the next generation.
        capacity: N.
    """

    def __init__(
        self,
        brain: Brain,
        strategy: GenerationalStrategy[Params, StrategyState],
        count: int,
        seed: int,
        arrays: GenomeArrays,
        founders: np.ndarray | None = None,
        lineage: Sequence[str] = (),
    ) -> None:
        """Begins with the founders [F, G], repeated in order; None draws random genomes.

        Args:
            brain: whose genomes these are.
            strategy: see `alife.evolution.shared.base`.
            count: N.
            seed: of the strategy's draws.
            arrays: where genomes lie.
            founders: genomes to begin with.
            lineage: further columns of its records, as `records.lineage` names them.
        """
        self.lineage_columns = tuple(name for name in lineage if name in ("generation", HASH))
        self.brain, self.seed, self.capacity, self._strategy, self._arrays = brain, seed, count, strategy, arrays
        self.steps = 0
        given = brain.init(count, seed) if founders is None else founders
        strategy.bind(arrays, brain)
        founding = hooks.call(self.strategy, "init", seed, np.resize(given, (count, brain.num_genes)))
        hooks.check_state(strategy, "init", founding, StrategyState)
        self.memory = self._with_matrices(founding, _arrays_of(founding))
        self.fitness = np.zeros(count, np.float32)
        self.genomes = self._asked()
        self._parents = np.full(count, -1, np.int64)
        self.guests = np.zeros((0, brain.num_genes), brain.gene_type)
        self._replaced: list[dict[str, np.ndarray]] = []

    @property
    def strategy(self) -> GenerationalStrategy[Params, StrategyState]:
        """The strategy, its schedules at their values in this generation."""
        if not self._strategy.params.schedules:
            return self._strategy
        now = copy.copy(self._strategy)
        now.params = now.params.at(self.steps)
        return now

    # ---- generations

    def ask(self) -> None:
        """Makes `genomes` those of the next generation."""
        if self.steps:
            self._replaced.append(self._as_replaced())
        self.genomes = with_injected(self._asked(), self.guests)
        self._parents = self.strategy.parent_ids(self.memory, self.capacity)
        self._parents[self.capacity - len(self.guests) :] = -1

    def _asked(self) -> Genomes:
        genomes: Genomes = hooks.call(self.strategy, "ask", self.memory)
        hooks.check_genomes(self._strategy, genomes, self.capacity, self.brain.num_genes, self.brain.gene_type)
        return genomes

    def tell(
        self,
        fitness: np.ndarray,
        measures: np.ndarray | None,
        objectives: np.ndarray,
        episodes: np.ndarray | None = None,
    ) -> None:
        """Ends the generation that was asked for.

        Args:
            fitness: [N] float32.
            measures: [N, M] as shares of their ranges, or None.
            objectives: [N, K - 1] beside fitness.
            episodes: [N, E] fitness in each episode, where the strategy needs it.
        """
        needs = self.strategy.needs
        guests, self.guests = self.guests, self.guests[:0]
        scores = np.column_stack([fitness, objectives]) if "objectives" in needs else fitness
        needed = measures if "measures" in needs else None
        self.fitness = cleaned(scores, needed)[0].reshape(self.capacity, -1)[:, 0].copy()
        self.memory = self.strategy.tell(self.memory, scores, needed, guests, episodes)
        self.steps += 1

    def best_rows(self, count: int) -> np.ndarray:
        """Rows of the last generation with the highest fitness, best first: [count]."""
        return ranked(self.fitness)[:count]

    def genomes_at(self, rows: np.ndarray) -> np.ndarray:
        """Genomes [K, G] at rows [K] of the last generation, of the brain's gene type."""
        return rows_of(self.genomes, rows).astype(self.brain.gene_type)

    def best_so_far(self) -> tuple[np.ndarray, float]:
        """The best genome of all generations, [G] of the brain's gene type, and its fitness."""
        genome, fitness = self.strategy.best(self.memory)
        return genome.astype(self.brain.gene_type), float(fitness)

    def sample(self, most: int) -> dict[str, np.ndarray]:
        """At most `most` genomes of the last generation, evenly by row: {"genome": [K, G]} of the brain's gene type."""
        return {"genome": self.genomes_at(spread(np.arange(self.capacity), most))}

    def emigrants(self, count: int) -> Migrants:
        """At most `count` genomes for other populations: the best of the last generation; none before the first."""
        valid = int(np.isfinite(self.fitness).sum()) if self.steps else 0
        best = ranked(self.fitness)[: min(count, valid)]
        return Migrants(self.genomes_at(best), np.full(len(best), self.steps))

    def newest(self) -> np.ndarray:
        """The best genome [G] of the last generation; before the first, or if none is finite, one of them."""
        best = self.emigrants(1).genomes
        genome: np.ndarray = best[0] if len(best) else self.sample(1)["genome"][0]
        return genome

    @property
    def num_invalid(self) -> int:
        """Genomes so far whose fitness, or what else the strategy needs, was not finite."""
        return int(self.memory.refused[0])

    def snapshot(self) -> dict[str, Any]:
        """Returns what `revert` takes to undo a generation that could not be ended."""
        return {**vars(self), "_replaced": list(self._replaced)}

    def revert(self, snapshot: Mapping[str, Any]) -> None:
        """Goes back to a snapshot."""
        vars(self).update(snapshot)

    # ---- lineage

    @property
    def ids(self) -> np.ndarray:
        """[N] int64 of the last generation; never used twice."""
        return np.arange(self.capacity) + max(self.steps - 1, 0) * self.capacity

    @property
    def parents(self) -> np.ndarray:
        """[N] int64 ids of the first parents of the last generation; -1: none known."""
        return self._parents

    @property
    def births(self) -> int:
        """Genomes evaluated so far."""
        return self.steps * self.capacity

    @property
    def num_replaced(self) -> int:
        """Genomes replaced so far."""
        return max(self.steps - 1, 0) * self.capacity

    def _as_replaced(self) -> dict[str, np.ndarray]:
        ended = {"destruction_time": np.full(self.capacity, self.steps), "cause": np.zeros(self.capacity, np.int32)}
        return {**self.genealogy(), **ended}

    def deaths(self) -> dict[str, np.ndarray]:
        """Genomes replaced since the last call: id, parent_id, origin_time, destruction_time (generations), cause."""
        if not self._replaced:
            return {name: array[:0] for name, array in self._as_replaced().items()}
        parts, self._replaced = self._replaced, []
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def genealogy(self) -> dict[str, np.ndarray]:
        """The last generation: id, parent_id (-1: none), origin_time (its number), further columns: [N] each."""
        born = np.full(self.capacity, max(self.steps - 1, 0))
        further = {name: born if name == "generation" else self._hashes() for name in self.lineage_columns}
        return {"id": self.ids, "parent_id": self._parents, "origin_time": born, **further}

    def _hashes(self) -> np.ndarray:
        return genome_hashes(self.genomes_at(np.arange(self.capacity)))

    # ---- records

    def columns(self) -> tuple[Metric, ...]:
        """The columns of `metrics`, in order."""
        return population_columns(self._strategy)

    def metrics(self) -> dict[str, float | int]:
        """Columns of metrics.csv that tell of this population."""
        finite = np.isfinite(self.fitness)
        known = self.fitness[finite] if self.steps and finite.any() else np.full(1, np.nan)
        best = float(self.strategy.best(self.memory)[1])
        return {
            "best": float(known.max()),
            "mean": float(known.mean(dtype=np.float64)),
            "median": float(np.median(known)),
            "sd": float(known.std(dtype=np.float64)),
            "refused": self.num_invalid,
            "best_so_far": best if self.steps and np.isfinite(best) else np.nan,
            "diversity": diversity(self.sample(64)["genome"]),
            **self._strategy.params.scheduled(self.steps),
            **self._own_metrics(),
        }

    def _own_metrics(self) -> Mapping[str, float | int]:
        """Columns of the strategy. Raises LocatedError for something else than a number for each."""
        values: Mapping[str, float | int] = hooks.call(self.strategy, "metrics", self.memory)
        names = [column.name for column in check_tuple(self._strategy, "columns", Metric)]
        check_hook(self._strategy, "metrics", names, values)
        return values

    def center(self) -> np.ndarray | None:
        """The genome [G] in the middle of the search distribution, of the brain's gene type; None: there is none."""
        return self._as_genes(hooks.call(self.strategy, "center", self.memory))

    def last_center(self, before: StrategyState) -> np.ndarray | None:
        """The center [G] that a search ended with which began anew since this state, None: it did not."""
        return self._as_genes(hooks.call(self.strategy, "last_center", before, self.memory))

    def _as_genes(self, genome: np.ndarray | None) -> np.ndarray | None:
        """A genome [G] of the brain's gene type, or None where it is none or not finite."""
        if genome is None or not np.isfinite(genome).all():
            return None
        return np.asarray(genome).astype(self.brain.gene_type)

    def archived(self) -> Genomes | None:
        """The genomes [A, G] of the strategy's archive; None if it has none."""
        return self.strategy.archived(self.memory)

    def corrected(self, fitness: np.ndarray, measures: np.ndarray | None) -> dict[str, float]:
        """Metrics of the archive by held-out fitness [A] and measures [A, M]."""
        return self.strategy.corrected(self.memory, fitness, measures)

    def state(self) -> dict[str, np.ndarray]:
        """Every array that makes the population, by the names of a checkpoint."""
        own = {
            "generation": np.array([self.steps]),
            "told": self.fitness,
            "genomes": np.ascontiguousarray(np.asarray(self.genomes)),
            "parents": self._parents,
            "guests": self.guests,
        }
        return {**own, **{f"strategy.{name}": np.asarray(array) for name, array in _arrays_of(self.memory).items()}}

    def check(self, arrays: Mapping[str, np.ndarray], num_measures: int, num_objectives: int) -> None:
        """Checks saved arrays [...], by name.

        Args:
            arrays: as `state` returned them.
            num_measures: of the world.
            num_objectives: of the world, beside fitness.

        Raises:
            UserError: the arrays are not those of this configuration, or do not fit each other.
        """
        rules: dict[str, Saved | None] = {
            f"strategy.{name}": rule for name, rule in rules_of(type(self.memory)).items()
        }
        lengths = {"N": self.capacity, "G": self.brain.num_genes, "M": num_measures, "K": 1 + num_objectives}
        check_all({"generation": np.array([self.steps])}, arrays, _RULES, {})
        births = int(arrays["generation"][0]) * self.capacity
        check_all(self.state(), arrays, _RULES | rules, {**lengths, "births": births, "evaluations": births + 1})
        check_values("guests", np.array(len(arrays["guests"])), Saved(high=self.capacity), {})
        if int(arrays["strategy.generation"][0]) != int(arrays["generation"][0]):
            told, done = arrays["strategy.generation"].tolist(), arrays["generation"].tolist()
            raise UserError(f"expected strategy.generation as generation, {done}, got {told}")

    def restore(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Continues from saved arrays [...], by name, that `check` accepts."""
        self.steps, self.fitness = int(arrays["generation"][0]), cleaned(arrays["told"])[0]
        self.genomes, self._parents = np.array(arrays["genomes"]), np.array(arrays["parents"])
        self.guests = np.array(arrays["guests"])
        saved = {name: np.array(arrays[f"strategy.{name}"]) for name in _arrays_of(self.memory)}
        self.memory = self._with_matrices(self.memory, saved)

    def _with_matrices(self, memory: StrategyState, arrays: Mapping[str, np.ndarray]) -> StrategyState:
        """A strategy's state of these arrays, its matrices where the genomes lie."""
        matrices = {name: self._arrays.matrix(arrays[name]) for name in self._strategy.matrices}
        return dataclasses.replace(memory, **{**arrays, **matrices})


def _arrays_of(memory: StrategyState) -> dict[str, np.ndarray]:
    return {field.name: getattr(memory, field.name) for field in dataclasses.fields(memory)}
