"""The program of a shared world: the columns that its engine holds, the names in its laws, and the laws of a step.

A step is: the world's `observe` laws, the brain over the living, the world's `step` laws; then the dead leave their
slots, children are matched to free ones, bred by the strategy and completed by the world's `birth` laws.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from alife.backends.binding import Rows
from alife.backends.namespace import bind_names, constant_scalars
from alife.backends.program import Bindings, BrainStage, Stage, birth_stages
from alife.brains import Brain
from alife.config.params import Params
from alife.errors import UserError
from alife.evolution.shared.base import NaturalStrategy
from alife.evolution.shared.schedules import scheduled_fields, scheduled_laws, scheduled_names
from alife.evolution.shared.structural import structure_fields
from alife.laws.fields import Fields
from alife.laws.law import LISTS
from alife.simulation import births, mating
from alife.simulation.lineage_columns import LineageColumns
from alife.simulation.population import own_fields, population_fields
from alife.world import SharedWorld

LOG = 4  # entries in the log of the dead for each slot: a full world fills it only after many steps


class SharedProgram:
    """The program of one shared world.

    Attributes:
        mates: True if children may have two parents.
        further: the further columns of the lineage.
    """

    def __init__(
        self,
        world: SharedWorld,
        brain: Brain,
        strategy: NaturalStrategy[Params],
        capacity: int,
        seed: int,
        lineage: Sequence[str],
    ) -> None:
        """Arguments as of `shared_world.Simulation`.

        Raises:
            UserError: a world without causes of death, or with a trait that has the name of another column.
        """
        if not world.death_causes:
            raise UserError(f"{type(world).__name__}: expected a cause of death, got none; leave out death_causes = ()")
        self._world, self._brain, self._strategy = world, brain, strategy
        self._capacity, self._seed = capacity, seed
        self.mates = strategy.mates
        self.further = LineageColumns(lineage, world.heritable)
        self._structure = strategy.structure_for(brain)
        self._lineage = lineage

    def sized(self, capacity: int) -> SharedProgram:
        """Returns the same program for another number of slots."""
        return SharedProgram(self._world, self._brain, self._strategy, capacity, self._seed, self._lineage)

    @property
    def tables(self) -> dict[str, int]:
        """Rows of each table."""
        return {"agents": self._capacity, "one": 1, "log": LOG * self._capacity, **self._world.tables}

    def bindings(self) -> Bindings:
        """Returns new fields, and what the laws' names stand for in them.

        Raises:
            UserError: more than fits into memory.
        """
        world, brain, schedules = self._world, self._brain, self._strategy.params.schedules
        fields = self._fields()
        own: dict[str, np.ndarray] = {"seed": np.array(self._seed, np.uint64)}
        own |= {"salt_column": np.array(brain.salt_column, np.int32)}
        own |= self._structure.names() if self._structure else {}
        breeding = self._strategy.params.model_dump(exclude=set(schedules))
        own |= scheduled_names(schedules, fields)
        row_sizes = np.array([0, 1, *self.tables.values()], np.int64)
        names = bind_names(
            fields, {**own, "row_sizes": row_sizes}, breeding, world.params.model_dump(), world.constants
        )
        never = constant_scalars(names) - set(schedules)
        rows = Rows(self._row_counts(fields), {name: fields[name] for name in LISTS})
        return Bindings(fields, names, rows, never)

    @property
    def _row_kinds(self) -> tuple[str, ...]:
        """The kinds of rows whose number the field `row_counts` holds, in its order."""
        return ("living", "", *self.tables)

    def _fields(self) -> Fields:
        world, brain = self._world, self._brain
        sizes = (brain.num_genes, brain.num_states, len(world.sensors), len(world.actuators))
        common = population_fields(*sizes, brain.gene_type.name, brain.num_phenotypes)
        counters = births.counter_fields(len(world.death_causes), len(self._row_kinds))
        try:
            columns = (*common, *counters, *scheduled_fields(self._strategy.params.schedules))
            columns = (*columns, *own_fields(world, columns), *(mating.FIELDS if self.mates else ()))
            columns = (*columns, *self.further.fields(columns))
            return Fields((*columns, *(structure_fields(self.mates) if self._structure else ())), self.tables)
        except MemoryError as error:
            message = f"run.capacity: expected what fits into memory, got {self._capacity}: {error}"
            raise UserError(message, ("run", "capacity")) from None

    def _row_counts(self, fields: Fields) -> dict[str, np.ndarray]:
        """Returns the live number of rows of each kind: [1] each."""
        counts = {kind: fields["row_counts"][0, place : place + 1] for place, kind in enumerate(self._row_kinds)}
        counts |= {births.ALWAYS: np.ones(1, np.int64), "deaths": fields["num_dead"], "living_places": counts["living"]}
        return counts | {"newborn": fields["num_newborn"], "parents": fields["num_newborn"]}

    def stages(self) -> tuple[Stage, ...]:
        """Returns one step."""
        world = self._world
        breeding, scheduled = self._strategy.breeding, scheduled_laws(self._strategy.params.schedules)
        if self.mates:
            breeding = (*mating.burying, *breeding, *mating.naming)
        grown = (*births.parent_stages, *birth_stages(self._brain.program, "newborn"))
        arrivals = (
            *births.leaving,
            *self.further.laws(),
            *births.arriving,
            *breeding,
            *grown,
            *world.stage("birth"),
            *births.ending,
        )
        pairing = (*world.stage("pairing"), *mating.pairing) if self.mates else ()
        return (
            births.begin,
            *scheduled,
            *world.stage("observe"),
            BrainStage(self._brain.program),
            *world.stage("step"),
            *pairing,
            *arrivals,
        )
