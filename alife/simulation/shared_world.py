"""A life of a shared world: its steps, migrants, records and champion.

What a step does stands in `shared_program.py`. Everything that makes the life lies in one field table, so saving,
hashing and resuming are loops over it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from alife.backends.checks import FIRST_STEPS, CheckedSteps
from alife.backends.cpu.engine import CpuEngine
from alife.backends.cpu.threads import default_threads
from alife.backends.native_memory import NativeMemory
from alife.backends.program import Engine, Stage
from alife.brains import Brain
from alife.config.declarations import check_values
from alife.config.params import Params
from alife.errors import UserError
from alife.evolution.shared.base import NaturalStrategy
from alife.evolution.shared.numerics import draws
from alife.laws.fields import Fields
from alife.laws.random import MIGRATION
from alife.simulation.arrivals import arrive, list_living
from alife.simulation.death_log import DeathLog
from alife.simulation.elite_archive import EliteArchive
from alife.simulation.finite import FiniteWatch, finite
from alife.simulation.founding import Founders, place_founders
from alife.simulation.interface import Champion, Duel
from alife.simulation.metric_columns import shared_columns
from alife.simulation.migrants import Migrants
from alife.simulation.population import diversity, spread, state_hash
from alife.simulation.pulse import Pulse
from alife.simulation.saved_fields import check_fields
from alife.simulation.shared_program import SharedProgram
from alife.simulation.steering import Parts, Steering
from alife.world import Metric, SharedWorld, Unit

LEAVING = ("migrated", "removed")  # causes beside those of death


class Simulation(NativeMemory):
    """One life of one shared world.

    Attributes:
        world, brain, strategy: the parts.
        capacity: slots for agents.
        seed: of every draw.
        engine: holds the fields and runs the steps.
        steering: carries out interventions; None on the GPU.
        mates: True if children may have two parents.
    """

    unit: Unit = "step"
    position = ""  # no step takes long
    reached = False  # nothing is scored
    duel: Duel | None = None
    elites: EliteArchive | None = None
    begun = 0

    def __init__(
        self,
        world: SharedWorld,
        brain: Brain,
        strategy: NaturalStrategy[Params],
        capacity: int,
        seed: int,
        threads: int = 0,
        founders: Founders | None = None,
        backend: str = "cpu",
        checked: bool = False,
        lineage: Sequence[str] = (),
    ) -> None:
        """Places the founders.

        Args:
            world, brain, strategy: the parts; the brain must fit the world's sensors and actuators.
            capacity: slots for agents.
            seed: of every draw of this life.
            threads: of the CPU, 0 for all cores; no result depends on it.
            founders: genomes and heritable traits to start from, repeated in order; None draws random genomes.
            backend: "cpu" or "gpu"; no result depends on it.
            checked: check the indices of laws in all steps, not only in the first ones.
            lineage: further columns of its records, as `records.lineage` names them.

        Raises:
            UserError: more founders than slots, genomes that do not fit the brain, or more than fits into memory.
        """
        self.world, self.brain, self.strategy = world, brain, strategy
        self.capacity, self.seed = capacity, seed
        self._program = SharedProgram(world, brain, strategy, capacity, seed, lineage)
        self.mates = self._program.mates
        bindings = self._program.bindings()
        founding = CpuEngine(bindings, threads or default_threads())
        place_founders(founding, world, brain, seed, self.mates, founders, world.num_founders)
        self.engine: Engine = founding
        self.steering: Steering | None = None
        if backend == "gpu":
            from alife.backends.cuda.engine import GpuEngine

            self.engine = GpuEngine(bindings)
        self._steps = CheckedSteps(self.engine, self.stages(), bindings, checked)
        self._log = DeathLog(self.engine, self.mates, self._program.further)
        if self.engine is founding:
            removed = self.causes.index("removed")
            parts = Parts(world, brain, seed, self._program, founding, bindings, self._log, removed)
            self.steering = Steering(parts)
        names = [sensor.name for sensor in world.sensors]
        self._finite = FiniteWatch(bindings.fields.table.values(), names, looks=(1, FIRST_STEPS))
        self.pulse = Pulse()  # that no step needs

    @property
    def fields(self) -> Fields:
        """Every column of the life as it is now."""
        return self.engine.fields

    def stages(self) -> tuple[Stage, ...]:
        """One step."""
        return self._program.stages()

    # ---- steps

    def step(self, count: int = 1) -> None:
        """Advances by `count` steps. An extinct world stays as it is, only its clock goes on.

        Raises:
            UserError: a law used an index outside its array, in one of the first steps or with `checked`; the life is
                then of no use any more.
        """
        end = self.steps + count
        while (before := self.steps) < end:
            self._advance(before + self._finite.stretch(end - before))
            self._finite.look(self.fields, self.living, self.steps, self._finite.due(self.steps - before))

    def _advance(self, end: int) -> None:
        """Advances to step `end`; see `step`."""
        stretch = end - self.steps
        while (before := self.steps) < end:
            self._steps.run(self.engine, min(stretch, end - before))
            if self.steps < min(before + stretch, end):  # one did not begin: its deaths may not fit into the log
                self._log.spill()
                stretch = max(1, 2 * (self.steps - before))

    @property
    def steps(self) -> int:
        """Steps done."""
        return int(self.fields["clock"][0])

    @property
    def num_alive(self) -> int:
        """Living agents."""
        return int(self.fields["num_living"][0])

    @property
    def agent_steps(self) -> int:
        """Steps of single agents, in sum."""
        return int(self.fields["agent_steps"][0])

    @property
    def births(self) -> int:
        """Children placed so far."""
        return int(self.fields["births"][0])

    @property
    def death_causes(self) -> dict[str, int]:
        """Deaths so far by cause."""
        counts = self.fields["death_count"][0]
        return {name: int(count) for name, count in zip(self.world.death_causes, counts, strict=True)}

    def living(self) -> np.ndarray:
        """Slots of the living: [N] int32, ascending."""
        return self.fields["living"][: self.num_alive].copy()

    def has_ended(self, generations: int | None) -> bool:
        """True if nobody lives, or if the mean generation of the living is at least `generations`."""
        born = self.fields["generation"][self.living()]
        return not born.size or (generations is not None and bool(born.mean() >= generations))

    # ---- other populations

    def emigrants(self, count: int) -> Migrants:
        """At most `count` of the living, drawn, for other populations; nothing changes here."""
        rows, f = self._leaving(count), self.fields
        traits = {name: f.rows(name, rows) for name in self.world.heritable}
        return Migrants(f.rows("genome", rows), f.rows("generation", rows), traits)

    def immigrate(self, migrants: Migrants) -> None:
        """Lets migrants take the bodies of drawn agents, which leave: their places and energy, no memory, new ids."""
        rows = self._leaving(len(migrants))
        came = migrants.first(len(rows))
        self._log.add_leaving(rows, self.steps, self.causes.index("migrated"))
        new = {"genome": came.genomes, "generation": came.generations, **came.traits, "state": 0.0}
        arrive(self.engine, self.brain, self.seed, rows, new, self.steps)

    def _leaving(self, count: int) -> np.ndarray:
        """Rows of at most `count` of the living, drawn for this step: [M]."""
        rows = self.living()
        chance = draws(self.seed, MIGRATION, self.steps, len(rows))[:, 0]
        leaving: np.ndarray = rows[np.argsort(chance, kind="stable")[:count]]
        return leaving

    def say_not_finite(self) -> None:
        """Says, once for each column, that living agents hold numbers that are not finite."""
        self._finite.look(self.fields, self.living, self.steps, self._finite.columns)

    def close(self) -> None:
        """Does nothing: nothing is held of the code of others."""

    # ---- records

    @property
    def causes(self) -> tuple[str, ...]:
        """Names of causes of death, 'migrated' for leaving to another population, and 'removed' from outside."""
        return (*self.world.death_causes, *LEAVING)

    @property
    def lineage_columns(self) -> tuple[str, ...]:
        """Names of the further columns of `deaths` and `genealogy`."""
        return tuple(self._program.further.sources)

    def genealogy(self) -> dict[str, np.ndarray]:
        """The living: id, parent_id (-1: none), origin_time, if they mate second_parent_id, further columns: [N]."""
        rows, f = self.living(), self.fields
        names = {"id": "id", "parent_id": "parent_id", "origin_time": "birth_step"}
        names |= {"second_parent_id": "second_parent_id"} if self.mates else {}
        return {name: f[field][rows] for name, field in names.items()} | self._program.further.living(f, rows)

    def samples(self, most: int) -> dict[str, dict[str, np.ndarray]]:
        """Genomes [K, G] and traits [K] float32 of at most `most` of the living that are finite, evenly by slot."""
        rows = spread(self.living(), most)
        for name in ("genome", *self.world.heritable):
            rows = rows[np.isfinite(self.fields.rows(name, rows)).reshape(len(rows), -1).all(axis=1)]
        traits = {name: self.fields.rows(name, rows).astype(np.float32) for name in self.world.heritable}
        return {"": {"genome": self.fields.rows("genome", rows), **traits}}

    def last_fitness(self) -> dict[str, np.ndarray]:
        """Nothing: nothing is scored."""
        return {}

    def newest(self) -> np.ndarray:
        """The genome of the champion: [1, G]."""
        return self.champions()[""].params[None]

    def corrected(self) -> dict[str, float]:
        """{}: no strategy keeps an archive."""
        return {}

    def judged_elites(self) -> EliteArchive | None:
        """None: nothing is scored."""
        return None

    def deaths(self) -> dict[str, np.ndarray]:
        """Agents that died since the last call, in order: id, parent_id, origin_time, destruction_time, cause: [D].

        Where they mate also second_parent_id (-1: none); last the further columns.
        """
        return self._log.take()

    def state(self) -> dict[str, np.ndarray]:
        """Every array that makes the life, as live views; `restore` takes them back."""
        return self.fields.kept()

    def check(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Checks saved arrays [...], by name. Raises UserError."""
        check_fields(self.fields, arrays, self._program.tables, self.world.params.model_dump())

    def restore(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Continues from saved arrays [...], by name.

        Raises:
            UserError: the arrays are not those of this configuration.
        """
        self.check(arrays)
        mine = self.state()
        for name, array in mine.items():
            array[...] = arrays[name]
        list_living(self.fields)
        self.fields["num_logged"][0] = 0
        self.begun = self.steps
        self.engine.written(*mine, "living", "num_logged")

    def state_hash(self) -> str:
        """SHA-256 of the whole life: equal on any number of threads, window open or not, resumed or not."""
        return state_hash(self.state())

    def columns(self) -> tuple[Metric, ...]:
        """The columns of metrics.csv, in order."""
        return shared_columns(self.world, self.strategy)

    def metrics(self) -> dict[str, float | int]:
        """One row of metrics.csv."""
        rows = self.living()
        f = self.fields
        row: dict[str, float | int] = {
            "step": self.steps,
            "agents": len(rows),
            "births": self.births,
            "births_refused": int(f["births_refused"][0]),
            **({"births_of_two": int(f["births_of_two"][0])} if self.mates else {}),
            **{f"deaths_{name}": count for name, count in self.death_causes.items()},
            "generation": float(f["generation"][rows].mean()) if len(rows) else 0.0,
            "generation_max": int(f["generation"][rows].max()) if len(rows) else 0,
            "clades": len(np.unique(f["clade"][rows])),
            "diversity": diversity(f.rows("genome", spread(rows))),
            **self.strategy.params.scheduled(self.steps),
        }
        values = self.world.metric_values(f, rows)
        check_values(self.world, "metric_values", [one.name for one in self.world.metrics], values, row)
        return {**row, **values}

    def champions(self, judge: bool = True) -> dict[str, Champion]:
        """The strategy's champion among the living with finite genes, with its traits and its place in the lineage.

        judge: makes no difference, as nothing is scored.

        Raises:
            UserError: nobody lives.
        """
        rows = self.living()
        if not len(rows):
            raise UserError(
                "champion: expected living agents, got an extinct world; take a run or checkpoint that lives"
            )
        f = self.fields
        sound = finite(f["genome"], rows)
        rows = rows[sound] if sound.any() else rows
        return {"": self._champion(int(rows[self.strategy.champion(f["genome"][rows], f["clade"][rows])]))}

    def agent(self, id_: int) -> Champion | None:
        """The living agent of an id, with its traits and its place in the lineage; None if there is none."""
        rows = self.living()
        found = rows[self.fields["id"][rows] == id_]
        return self._champion(int(found[0])) if len(found) else None

    def _champion(self, slot: int) -> Champion:
        f = self.fields
        traits = {name: float(f[name][slot]) for name in self.world.heritable}
        names = ("id", "parent_id", *(("second_parent_id",) if self.mates else ()), "clade", "offspring")
        facts = {name: int(f[name][slot]) for name in names}
        return Champion(f["genome"][slot].copy(), self.steps, int(f["generation"][slot]), traits, facts=facts)

    def progress(self, row: Mapping[str, float | int]) -> list[tuple[str, float | int]]:
        """Agents, births, deaths, and the world's headline metric."""
        counts = [("agents", self.num_alive), ("births", self.births), ("deaths", sum(self.death_causes.values()))]
        first = [one.name for one in self.world.metrics if one.headline][:1]
        return [*counts, *((name, row[name]) for name in first if name in row)]

    def summary(self) -> str:
        """Steps and living agents, or causes of death if nobody lives."""
        if self.num_alive:
            return f"{self.steps:,} steps, {self.num_alive:,} agents alive"
        causes = ", ".join(f"{name} {count:,}" for name, count in self.death_causes.items())
        return f"extinct, seen at step {self.steps:,}; deaths: {causes or 'none'}"
