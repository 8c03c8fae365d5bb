"""Coevolution: two populations of an arena world, each with a strategy of its own, each the other's measure.

Fitness is what a genome does against those it meets (`meetings.py`), from 0 to 1. It changes with the other side, so
the best so far by fitness means nothing: a champion is found anew, among the best of the last generation, by what it
does against the ancestors of the other side.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import numpy as np

from alife.backends.genome_arrays import rows
from alife.errors import UserError
from alife.evolution.shared.base import cleaned, ranked
from alife.laws.fields import Fields
from alife.simulation.coevolution.arena_evaluator import ArenaEvaluator
from alife.simulation.coevolution.hall_of_fame import empty_hall_of_fame, restored
from alife.simulation.coevolution.pairings import Pairings
from alife.simulation.coevolution.side import Side
from alife.simulation.evaluator import HELD_OUT, Evaluator
from alife.simulation.generational import Generations
from alife.simulation.migrants import Migrants
from alife.simulation.population import state_hash

JUDGED = 8  # of a generation the best so many by fitness are tried again before one is its champion
AGAIN = HELD_OUT + 2**32  # episodes in which the champion is tried once more
DUELS = HELD_OUT + 2**34  # and in which the two champions meet each other
OWN = ("best", "mean", "median", "sd", "refused", "diversity")  # columns of a side in metrics.csv


class Coevolution:
    """One run of two populations. Its steps are generations."""

    reached = False  # no fitness ends it: what it is worth changes with the other side

    def __init__(
        self,
        arenas: ArenaEvaluator,
        strategies: tuple[Any, Any],
        episodes: int,
        ancestors: int = 10,
        share: float = 0.5,
    ) -> None:
        """Begin with random genomes.

        Args:
            arenas: where genomes meet; as many as genomes of each side.
            strategies: of the two sides: init, ask, tell.
            episodes: E, of each genome in a generation.
            ancestors: champions of earlier generations that each side keeps, at most; 0: none.
            share: of the episodes that are against ancestors, once there are some.
        """
        self.arenas, self.episodes, self._places = arenas, episodes, ancestors
        self.world, self.brain, self.seed, self.capacity = arenas.world, arenas.brain, arenas.seed, arenas.arenas
        self.sides = [Side(arenas, role) for role in range(2)]
        self._meetings = Pairings(self.sides, episodes, share)
        pairs = zip(self.sides, strategies, strict=True)
        self.populations = [Generations(cast(Evaluator, side), own, episodes) for side, own in pairs]
        self.ancestors = [empty_hall_of_fame(self.brain.num_genes, self.brain.gene_type) for _ in self.sides]
        self.against = np.full(2, np.nan)  # mean fitness of each side against ancestors in the last generation

    # ---- living

    def step(self, count: int = 1) -> None:
        """Try `count` generations."""
        for _ in range(count):
            for population in self.populations:
                population.ask()
            genomes = [population.genomes for population in self.populations]
            self.against = self._meetings.hold(self.steps, genomes, self.ancestors)
            for side, population in zip(self.sides, self.populations, strict=True):
                population.hear(side.told[:, 0])
            if self._places:
                self._honour()

    def _honour(self) -> None:
        """The best of each side in the last generation are ancestors from now on."""
        for role, population in enumerate(self.populations):
            (genome,), before = self._genomes(role, _best(population, 1)), self.ancestors[role]
            self.ancestors[role] = before.followed_by(genome, self.steps - 1, self._places)

    def _genomes(self, role: int, which: np.ndarray) -> np.ndarray:
        """[K, G] of rows of a side's last generation, of the brain's type."""
        return rows(self.populations[role].genomes, which).astype(self.brain.gene_type)

    # ---- looking

    @property
    def steps(self) -> int:
        """Generations tried."""
        return self.populations[0].steps

    @property
    def told(self) -> np.ndarray:
        """[N] fitness of the first side in the last generation."""
        return self.populations[0].told

    @property
    def agent_steps(self) -> int:
        """Steps lived, summed over agents."""
        return self.populations[0].agent_steps

    @property
    def births(self) -> int:
        """Genomes tried so far."""
        return sum(population.births for population in self.populations)

    @property
    def num_alive(self) -> int:
        """Genomes of both sides."""
        return 2 * self.capacity

    @property
    def fields(self) -> Fields:
        """The columns of the arenas."""
        return self.arenas.fields

    def living(self) -> np.ndarray:
        """Rows of the agents in the arenas: [N] int32."""
        return np.arange(self.arenas.count, dtype=np.int32)

    def tried(self, role: int, genomes: np.ndarray, others: np.ndarray, first: int) -> np.ndarray:
        """Fitness [A] in arenas of their own episodes, from number `first` on; these steps do not count.

        role: of the genomes [C, G], which stand in the arenas in turn, as do the others, [K, G] of the other role.
        """
        pool, turn = np.concatenate([genomes, others]).astype(np.float32), np.arange(self.capacity)
        which = np.empty((self.capacity, 2), np.int64)
        which[:, role], which[:, 1 - role] = turn % len(genomes), len(genomes) + turn % len(others)
        with self.arenas.uncounted():
            return self.arenas.play(pool, which, first, apart=True)[:, role, 0]

    @property
    def newborn(self) -> list[np.ndarray]:
        """[N, G] of each side: the random genomes that the run began with."""
        return [self.brain.init(self.capacity, side.seed) for side in self.sides]

    def newest(self) -> np.ndarray:
        """[2, G]: the best of each side in the last generation by fitness; before the first, one to be tried."""
        pairs = enumerate(self.populations)
        return np.stack([self._genomes(role, _best(population, 1))[0] for role, population in pairs])

    def champions(self) -> dict[str, dict[str, Any]]:
        """Of each role, who of the best of the last generation does best against the ancestors of the other side.

        "duel": mean fitness against each other, which two saved genomes can repeat without the ancestors.
        """
        if not self.steps:
            raise UserError("champion: expected a generation that was tried, came none; step the run first")
        found = [self._champion(role) for role in range(2)]
        own = [one["params"][None] for one in found]
        for role, one in enumerate(found):
            one["duel"] = float(self.tried(role, own[role], own[1 - role], DUELS).mean(dtype=np.float64))
        return {side.name: one for side, one in zip(self.sides, found, strict=True)}

    def champion(self) -> dict[str, Any]:
        """That of the first role."""
        return self.champions()[self.sides[0].name]

    def _champion(self, role: int) -> dict[str, Any]:
        population, others = self.populations[role], self._opponents(1 - role)
        which = _best(population, JUDGED)
        genomes = self._genomes(role, which)
        tries = [self.tried(role, genome[None], others, HELD_OUT).mean(dtype=np.float64) for genome in genomes]
        best = int(np.argmax(tries))
        again = self.tried(role, genomes[best : best + 1], others, AGAIN)
        row = which[best : best + 1]
        own, parent = (self._named(ids[row], role) for ids in population.genealogy()[:2])
        return {
            "params": genomes[best], "traits": {}, "role": self.sides[role].name,
            "fitness": float(population.told[row[0]]), "held_out": float(again.mean(dtype=np.float64)),
            "generation": self.steps, "episodes": self.episodes, "step": self.steps,
            "id": int(own[0]), "parents": parent[parent >= 0].tolist(),
        }  # fmt: skip

    def _opponents(self, role: int) -> np.ndarray:
        """[K, G]: the ancestors of a side, or its last generation where none are kept."""
        known = self.ancestors[role].genomes
        return known if len(known) else self._genomes(role, np.arange(self.capacity))

    # ---- other populations

    def emigrants(self, count: int) -> Migrants:
        """Two sides have no place where others of only one could come from. Raises UserError."""
        raise UserError(f"islands: expected a world of one population, got two sides with {count} migrants; write none")

    def immigrate(self, migrants: Migrants) -> None:
        """See `emigrants`. Raises UserError."""
        self.emigrants(len(migrants))

    # ---- records

    causes = Generations.causes

    @property
    def death_causes(self) -> dict[str, int]:
        """Genomes replaced so far."""
        return {"replaced": 2 * self.populations[0].death_causes["replaced"]}

    def _named(self, ids: np.ndarray, role: int) -> np.ndarray:
        """Ids of one side as those of the run, which both sides share; -1 stays."""
        return np.where(ids >= 0, 2 * ids + role, -1)

    def deaths(self) -> dict[str, np.ndarray]:
        """Genomes replaced since the last call; see `Generations`."""
        parts = [population.deaths() for population in self.populations]
        for role, part in enumerate(parts):
            part |= {name: self._named(part[name], role) for name in ("id", "parent_id")}
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def genealogy(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Of the last generation of both sides: ids, ids of parents (-1: none), generation."""
        parts = [population.genealogy() for population in self.populations]
        named = [(*(self._named(ids, role) for ids in part[:2]), part[2]) for role, part in enumerate(parts)]
        ids, parents, born = (np.concatenate(column) for column in zip(*named, strict=True))
        return ids, parents, born

    def sample(self, most: int) -> dict[str, np.ndarray]:
        """At most so many genomes of the last generation of the first side."""
        return self.samples(most)[self.sides[0].name]

    def samples(self, most: int) -> dict[str, dict[str, np.ndarray]]:
        """At most so many genomes of the last generation of each side."""
        pairs = zip(self.sides, self.populations, strict=True)
        return {side.name: population.sample(most) for side, population in pairs}

    def metrics(self) -> dict[str, float | int]:
        """One row of metrics.csv: the same columns for each role. `ancestors`: mean fitness against those."""
        row: dict[str, float | int] = {
            "step": self.steps, "evaluations": self.births, "agent_steps": self.agent_steps
        }  # fmt: skip
        for side, population, against in zip(self.sides, self.populations, self.against, strict=True):
            own = population.metrics()
            named = {name: value for name, value in own.items() if name in OWN or name not in _COMMON}
            row |= {f"{side.name}_{name}": value for name, value in {**named, "ancestors": float(against)}.items()}
        return row

    def state(self) -> dict[str, np.ndarray]:
        """Every array that makes the run; `restore` takes them back."""
        found: dict[str, np.ndarray] = {"against": self.against}
        for side, population, known in zip(self.sides, self.populations, self.ancestors, strict=True):
            arrays = {**population.state(), **known.arrays()}
            found |= {f"{side.name}.{name}": array for name, array in arrays.items()}
        return found

    def restore(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Continue a saved run.

        Raises:
            UserError: the arrays are not those of this configuration.
        """
        for role, (side, population) in enumerate(zip(self.sides, self.populations, strict=True)):
            own = {name.removeprefix(f"{side.name}."): array for name, array in arrays.items() if side.owns(name)}
            population.restore(own)
            self.ancestors[role] = restored(own)
        self.against = np.array(arrays["against"])

    def state_hash(self) -> str:
        """SHA-256 of the whole run: equal on any number of threads, on a card, resumed or not."""
        return state_hash(self.state())


_COMMON = (*OWN, "step", "evaluations", "agent_steps", "best_so_far")


def _best(population: Generations, count: int) -> np.ndarray:
    """Rows of the last generation: the best so many by fitness."""
    return ranked(cleaned(population.told)[0])[:count]
