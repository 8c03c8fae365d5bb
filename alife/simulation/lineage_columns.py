"""Further columns of lineage.csv: heritable traits, generation, clade, and a hash of the genome.

In a shared world they are kept in the log of the dead, by laws that run before children take the slots of the dead.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from alife.errors import UserError
from alife.laws.fields import Field, Fields
from alife.laws.law import Law, per_row
from alife.laws.maths import f32, float_bits, i64, u64
from alife.laws.rows import Columns, Table
from alife.simulation.births import LOG
from alife.simulation.columns import Counters, Slot

HASH = "genome_hash"
OWN = ("ancestor_list", "origin_time", "destruction_time", "cause", HASH)  # columns that are not those of agents
FACTOR = 6364136223846793005  # Knuth's, of MMIX


class Lived(Slot):
    """A slot, and a column of it that is logged under another name."""

    value: float


class Logged(Columns, table="log"):
    """A value in the log of the dead."""

    logged: float


@per_row("deaths", scatter=("logged",), tables=LOG)
def log_value(rank: Slot, agents: Table[Lived], log: Table[Logged], totals: Counters) -> None:
    """Logs a column of the dead of this step, which `update_counters` has not counted yet."""
    log[totals.num_logged + i64(rank.row)].logged = agents[rank.dead].value


@per_row("deaths", scatter=("logged",), tables=LOG)
def log_hash(rank: Slot, agents: Table[Slot], log: Table[Logged], totals: Counters) -> None:
    """Logs the hash of the genomes of the dead of this step: `genome_hashes`."""
    a = agents[rank.dead]
    found = u64(len(a.genome))
    for g in range(len(a.genome)):
        found = (found ^ u64(float_bits(f32(a.genome[g])))) * u64(FACTOR)
        found = found ^ (found >> 32)
    log[totals.num_logged + i64(rank.row)].logged = i64(found >> 1)


def genome_hashes(genomes: np.ndarray) -> np.ndarray:
    """Returns a hash of each genome [N, G]: [N] int64, 0 to 2**63 - 1, equal for equal genes as float32."""
    bits = np.ascontiguousarray(genomes, np.float32).view(np.uint32).astype(np.uint64)
    found = np.full(len(genomes), genomes.shape[1], np.uint64)
    for gene in bits.T:
        found = (found ^ gene) * np.uint64(FACTOR)
        found ^= found >> np.uint64(32)
    return (found >> np.uint64(1)).astype(np.int64)


class LineageColumns:
    """The further columns of a shared world's lineage.

    Attributes:
        sources: name of each column -> the column of the agents that it is made of.
    """

    def __init__(self, kinds: Sequence[str], heritable: Sequence[str]) -> None:
        """kinds: of `records.lineage`. heritable: the world's columns that are traits.

        Raises:
            UserError: a trait has the name of another column.
        """
        named = {"traits": {name: name for name in heritable}, HASH: {HASH: "genome"}}
        own = next((name for name in heritable if name in OWN and "traits" in kinds), None)
        if own:
            raise UserError(
                f"records.lineage: a trait of the world is called {own}, as a column of lineage.csv is; rename",
                ("records", "lineage"),
            )
        self.sources = {name: source for kind in kinds for name, source in named.get(kind, {kind: kind}).items()}

    @property
    def logged(self) -> dict[str, str]:
        """Name of each column -> that of its field in the log of the dead."""
        return {name: f"dead_{name}" for name in self.sources}

    def fields(self, agents: Iterable[Field]) -> tuple[Field, ...]:
        """Returns the fields of the log. agents: the columns of agents."""
        kinds = {field.name: field.dtype for field in agents}
        kinds |= {"genome": "int64"}  # of its hash
        return tuple(
            Field(field, kinds[self.sources[name]], table="log", meaning="log of the dead", kept=False)
            for name, field in self.logged.items()
        )

    def laws(self) -> tuple[Law, ...]:
        """Returns the laws that fill them, which run after `log_deaths` and before children are placed."""
        return tuple(
            log_hash.on(logged=field) if name == HASH else log_value.on(value=self.sources[name], logged=field)
            for name, field in self.logged.items()
        )

    def living(self, fields: Fields, rows: np.ndarray) -> dict[str, np.ndarray]:
        """Returns the columns of living agents: [K] slots -> [K] each."""
        columns = {name: fields.rows(source, rows) for name, source in self.sources.items()}
        return columns | ({HASH: genome_hashes(columns[HASH])} if HASH in columns else {})
