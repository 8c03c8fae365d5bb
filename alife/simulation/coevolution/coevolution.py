"""Coevolution: two populations of an arena world, each with a strategy of its own, each the other's measure.

The fitness of a genome is what it does against those it meets (`pairings.py`), from 0 to 1. It changes with the other
side, so the best so far by fitness means nothing: a champion is found anew, among the best of the last generation, by
its fitness against the other side's hall of fame.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from alife.backends.native_memory import NativeMemory
from alife.backends.program import Engine, Stage
from alife.config.params import Params
from alife.errors import UserError
from alife.evolution.shared.base import GenerationalStrategy, StrategyState
from alife.evolution.shared.numerics import cleaned_mean
from alife.laws.fields import Fields
from alife.laws.saved_arrays import Saved, check_all
from alife.simulation.coevolution.arena_evaluator import ArenaEvaluator
from alife.simulation.coevolution.duel import ArenaDuel
from alife.simulation.coevolution.hall_of_fame import PREFIX, HallOfFame, empty_hall_of_fame
from alife.simulation.coevolution.pairings import Pairings
from alife.simulation.coevolution.side import Side
from alife.simulation.elite_archive import EliteArchive
from alife.simulation.evaluator import HELD_OUT
from alife.simulation.evolving_population import EvolvingPopulation
from alife.simulation.generational import OWN_RULES, Generations
from alife.simulation.interface import Champion, fitness_text, invalid_text
from alife.simulation.metric_columns import GENERATIONS, LEFT_OUT, side_columns
from alife.simulation.migrants import Migrants
from alife.simulation.population import state_hash
from alife.simulation.steering import Steering
from alife.simulation.undo import whole_or_not
from alife.world import Metric, Unit

JUDGED = 8  # the best of a generation by fitness that are evaluated again before one is its champion
AGAIN = HELD_OUT + 2**32  # number of the first episode in which the champion is evaluated once more
DUELS = HELD_OUT + 2**34  # and of the first in which the two champions meet each other


class Coevolution(NativeMemory):
    """One run of two populations. Its steps are generations.

    Attributes:
        arenas: where genomes meet.
        sides: the two roles.
        populations: the genomes of each side and their strategy.
        halls: the hall of fame of each side.
        against: [2] mean fitness of each side against past champions in the last generation.
    """

    unit: Unit = "generation"
    begun = 0
    steering: Steering | None = None  # no world is shared
    causes: tuple[str, ...] = Generations.causes
    position = ""  # no step takes long
    reached = False  # no fitness ends a run, as its meaning changes with the other side

    def __init__(
        self,
        arenas: ArenaEvaluator,
        strategies: Sequence[GenerationalStrategy[Params, StrategyState]],
        episodes: int,
        hall: int = 10,
        share: float = 0.5,
        founders: Sequence[np.ndarray] | None = None,
        lineage: Sequence[str] = (),
    ) -> None:
        """Begins with the founders' genomes, repeated in order; None draws random ones.

        Args:
            arenas: where genomes meet; as many as genomes of each side.
            strategies: of the two sides: init, ask, tell.
            episodes: E, of each genome in a generation.
            hall: places in the hall of fame of each side; 0: none is kept.
            share: of the episodes that are against past champions, once there are some.
            founders: genomes [F, G] of each side.
            lineage: further columns of its records, as `records.lineage` names them.
        """
        self.arenas, self.episodes, self._places = arenas, episodes, hall
        self.pulse, self._strategies = arenas.pulse, strategies
        self.world, self.brain, self.seed, self.capacity = arenas.world, arenas.brain, arenas.seed, arenas.arenas
        self.roles = arenas.world.roles
        self.sides = [Side(arenas, role) for role in range(2)]
        self._pairings = Pairings(self.sides, episodes, share)
        self.populations = [
            EvolvingPopulation(self.brain, strategy, self.capacity, side.seed, arenas.arrays, given, lineage)
            for side, strategy, given in zip(self.sides, strategies, founders or (None, None), strict=True)
        ]
        self.halls = [empty_hall_of_fame(self.brain.num_genes, self.brain.gene_type) for _ in self.sides]
        self.against = np.full(2, np.nan)
        self._spent = 0  # agent-steps before a resume

    # ---- generations

    def step(self, count: int = 1) -> None:
        """Evaluates `count` generations."""
        for _ in range(count):
            with whole_or_not(self, ("halls", "against"), self.populations, self.arenas):
                self._step()

    def _step(self) -> None:
        for population in self.populations:
            population.ask()
        genomes = [population.genomes for population in self.populations]
        self.against = self._pairings.run(self.steps, genomes, self.halls)
        for side, population in zip(self.sides, self.populations, strict=True):
            population.tell(side.fitness, side.measures, side.objectives)
        if self._places:
            self.halls = [self._admitted(role) for role in range(2)]

    def _admitted(self, role: int) -> HallOfFame:
        """Returns the hall of fame of a side with the best of its last generation."""
        (genome,) = self.populations[role].genomes_at(self.populations[role].best_rows(1))
        return self.halls[role].followed_by(genome, self.steps - 1, self._places)

    @property
    def steps(self) -> int:
        """Generations evaluated."""
        return self.populations[0].steps

    def has_ended(self, generations: int | None) -> bool:
        """False: generations end by their number."""
        return False

    # ---- looking

    @property
    def engine(self) -> Engine:
        """The engine that runs episodes."""
        return self.arenas.engine

    def stages(self) -> tuple[Stage, ...]:
        """One episode."""
        return self.arenas.stages()

    @property
    def fields(self) -> Fields:
        """The columns of the arenas."""
        return self.arenas.fields

    @property
    def num_alive(self) -> int:
        """Genomes of both sides."""
        return 2 * self.capacity

    def living(self) -> np.ndarray:
        """Rows of the agents in the arenas: [N] int32."""
        return np.arange(self.arenas.count, dtype=np.int32)

    @property
    def agent_steps(self) -> int:
        """Steps of single agents, in sum."""
        return self._spent + int(self.fields["agent_steps"][0])

    @property
    def births(self) -> int:
        """Genomes evaluated so far."""
        return sum(population.births for population in self.populations)

    @property
    def death_causes(self) -> dict[str, int]:
        """Genomes replaced so far."""
        return {"replaced": sum(population.num_replaced for population in self.populations)}

    @property
    def duel(self) -> ArenaDuel:
        """Comparisons between the two sides."""
        return ArenaDuel(self.arenas, self.sides, self.halls)

    def newest(self) -> np.ndarray:
        """The fittest genome of the last generation of each side, or before the first one of its genomes: [2, G]."""
        return np.stack([population.genomes_at(population.best_rows(1))[0] for population in self.populations])

    def last_fitness(self) -> dict[str, np.ndarray]:
        """Fitness [N] of the last generation of each role."""
        return {side.name: one.fitness for side, one in zip(self.sides, self.populations, strict=True)}

    @property
    def elites(self) -> EliteArchive | None:
        """None: no genome is the best for good."""
        return None

    def corrected(self) -> dict[str, float]:
        """{}: an archive would depend on opponents."""
        return {}

    def judged_elites(self) -> EliteArchive | None:
        """None, see `elites`."""
        return None

    def agent(self, id_: int) -> Champion | None:
        """None: genomes of arenas have no ids."""
        return None

    def champions(self, judge: bool = True) -> dict[str, Champion]:
        """Returns, for each role, the genome of the last generation that does best against past champions.

        judge: False for the one that did best in that generation, without further episodes.

        Its fact "duel" is the mean fitness of the two champions against each other, which two saved genomes can repeat
        without the halls of fame.

        Raises:
            UserError: no generation was evaluated.
        """
        if not self.steps:
            raise UserError("champion: expected a generation that was evaluated, got none; step the run first")
        if not judge:
            best = [population.best_rows(1) for population in self.populations]
            return {self.sides[role].name: self._told(role, row) for role, row in enumerate(best)}
        found = [self._champion(role) for role in range(2)]
        own = [one.params[None] for one in found]
        duels = [cleaned_mean(self.duel.compare(role, own[role], own[1 - role], DUELS)) for role in range(2)]
        pairs = zip(self.sides, found, duels, strict=True)
        return {side.name: replace(one, facts={**one.facts, "duel": duel}) for side, one, duel in pairs}

    def _champion(self, role: int) -> Champion:
        population, others = self.populations[role], self._opponents(1 - role)
        which = population.best_rows(JUDGED)
        genomes = population.genomes_at(which)
        means = [cleaned_mean(self.duel.compare(role, genome[None], others, HELD_OUT)) for genome in genomes]
        best = int(np.argmax(means))
        again = self.duel.compare(role, genomes[best : best + 1], others, AGAIN)
        return replace(self._told(role, which[best : best + 1]), held_out=cleaned_mean(again))

    def _told(self, role: int, row: np.ndarray) -> Champion:
        """The genome of a row [1] of the last generation, with what is known of it."""
        population = self.populations[role]
        own, parent = (self._shared_ids(ids[row], role) for ids in (population.ids, population.parents))
        facts = {
            "role": self.sides[role].name, "episodes": self.episodes,
            "id": int(own[0]), "parents": parent[parent >= 0].tolist(),
        }  # fmt: skip
        (genome,), fitness = population.genomes_at(row), float(population.fitness[row[0]])
        return Champion(genome, self.steps, self.steps, {}, fitness, None, facts)

    def _opponents(self, role: int) -> np.ndarray:
        """[K, G]: the hall of fame of a side, or its last generation where none is kept."""
        hall = self.halls[role].genomes
        return hall if len(hall) else self.populations[role].genomes_at(np.arange(self.capacity))

    def samples(self, most: int) -> dict[str, dict[str, np.ndarray]]:
        """At most `most` genomes of the last generation of each role."""
        return {side.name: one.sample(most) for side, one in zip(self.sides, self.populations, strict=True)}

    def say_not_finite(self) -> None:
        """Does nothing: what is not finite makes a fitness invalid, which `summary` tells."""

    def close(self) -> None:
        """Gives back what code of others holds, of which there is none."""
        self.arenas.close()

    # ---- other populations

    def emigrants(self, count: int) -> Migrants:
        """Refuses: migrants of one population have no place in two sides.

        Raises:
            UserError: always.
        """
        raise UserError(f"islands: expected a world of one population, got two sides with {count} migrants; write none")

    def immigrate(self, migrants: Migrants) -> None:
        """Refuses, as `emigrants` does.

        Raises:
            UserError: always.
        """
        self.emigrants(len(migrants))

    # ---- records

    def _shared_ids(self, ids: np.ndarray, role: int) -> np.ndarray:
        """Ids of one side as those of the run, which both sides share; -1 stays."""
        return np.where(ids >= 0, 2 * ids + role, -1)

    def deaths(self) -> dict[str, np.ndarray]:
        """Genomes replaced since the last call; times are generations."""
        return self._of_both([population.deaths() for population in self.populations])

    def _of_both(self, parts: Sequence[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
        for role, part in enumerate(parts):
            part |= {name: self._shared_ids(part[name], role) for name in ("id", "parent_id")}
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def genealogy(self) -> dict[str, np.ndarray]:
        """The last generation of both sides, as `EvolvingPopulation.genealogy`: [2 N] each."""
        return self._of_both([population.genealogy() for population in self.populations])

    @property
    def lineage_columns(self) -> tuple[str, ...]:
        """Names of the further columns of `deaths` and `genealogy`."""
        return self.populations[0].lineage_columns

    def columns(self) -> tuple[Metric, ...]:
        """The columns of metrics.csv, in order: the same ones for each role."""
        pairs = zip(self.roles, self._strategies, strict=True)
        return (*GENERATIONS, *(column for role, strategy in pairs for column in side_columns(role, strategy)))

    def metrics(self) -> dict[str, float | int]:
        """One row of metrics.csv."""
        row: dict[str, float | int] = {
            "step": self.steps, "evaluations": self.births, "agent_steps": self.agent_steps
        }  # fmt: skip
        for side, population, against in zip(self.sides, self.populations, self.against, strict=True):
            own = {**population.metrics(), "ancestors": float(against)}
            row |= {f"{side.name}_{name}": value for name, value in own.items() if name != LEFT_OUT}
        return row

    def progress(self, row: Mapping[str, float | int]) -> list[tuple[str, float | int]]:
        """Mean fitness of each role; NaN before it is known."""
        return [(f"{role} mean fitness", row.get(f"{role}_mean", np.nan)) for role in self.roles]

    def summary(self) -> str:
        """Generations, and how good the champions are against past ones."""
        scores = ", ".join(f"{role} {fitness_text(one.held_out)}" for role, one in self.champions().items())
        size = f"{self.steps:,} generation{'s' * (self.steps != 1)} of {self.capacity:,} a side"
        invalid = invalid_text(sum(population.num_invalid for population in self.populations), self.births)
        return "; ".join([size, f"champions against past ones: {scores}", *filter(None, [invalid])])

    def state(self) -> dict[str, np.ndarray]:
        """Every array that makes the run; `restore` takes them back."""
        found: dict[str, np.ndarray] = {"against": self.against}
        steps = np.array([self.agent_steps])
        for side, population, hall in zip(self.sides, self.populations, self.halls, strict=True):
            arrays = {**population.state(), "agent_steps": steps, **hall.arrays()}
            found |= {f"{side.name}.{name}": array for name, array in arrays.items()}
        return found

    def check(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Checks saved arrays [...], by name. Raises UserError."""
        check_all({"against": self.against}, arrays, {"against": Saved(finite=False)}, {})
        for role, own in enumerate(self._by_role(arrays)):
            try:
                check_all({"agent_steps": np.array([0])}, own, OWN_RULES, {})
                self.populations[role].check(own, len(self.world.measures), len(self.world.objectives))
                self.halls[role].restored(own, int(own["generation"][0]))
            except UserError as error:
                raise UserError(f"{self.sides[role].name}: {error}") from None
        self._check_sides(arrays)

    def _check_sides(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Checks that both sides are as far as each other. Raises UserError."""
        both = self._by_role(arrays)
        for what, (first, second) in (
            ("generations", [int(own["generation"][0]) for own in both]),
            ("champions in the hall of fame", [len(own[f"{PREFIX}generations"]) for own in both]),
        ):
            if first != second:
                raise UserError(f"expected as many {what} of both roles, got {first} and {second}")

    def _by_role(self, arrays: Mapping[str, np.ndarray]) -> list[dict[str, np.ndarray]]:
        """Saved arrays [...] of each side, by their names there."""
        return [
            {name.removeprefix(f"{side.name}."): array for name, array in arrays.items() if side.owns(name)}
            for side in self.sides
        ]

    def restore(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Continues from saved arrays [...], by name.

        Raises:
            UserError: the arrays are not those of this configuration.
        """
        self.check(arrays)
        for role, own in enumerate(self._by_role(arrays)):
            self.populations[role].restore(own)
            self.halls[role] = self.halls[role].restored(own, self.populations[role].steps)
            self._spent = int(own["agent_steps"][0]) - int(self.fields["agent_steps"][0])
        self.against = np.array(arrays["against"])

    def state_hash(self) -> str:
        """SHA-256 of `state`: equal on any number of threads, on CPU and GPU, resumed or not."""
        return state_hash(self.state())
