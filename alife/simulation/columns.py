"""Types of the rows that laws of births and episodes touch, for type checkers and readers.

The fields themselves, with their dtypes and meanings, are those of `population.population_fields`,
`births.counter_fields`, `mating.FIELDS`, and `episode_laws.FIELDS`.
"""

from __future__ import annotations

from alife.laws.rows import Columns, Vector
from alife.world import ArenaAgent, EpisodicAgent, SharedAgent, WorldScalars


class Slot(SharedAgent):
    """A slot of a shared world. The columns from `living` on are lists: row k holds the k-th slot of the list."""

    alive: int
    parent_id: int
    clade: int
    child_rank: int
    mate_slot: int
    second_parent_id: int
    state: Vector[float]
    living: int
    newborn: int
    parents: int
    candidates: int
    dead: int


class LogEntry(Columns, table="log"):
    """An entry of the log of the dead."""

    dead_id: int
    dead_parent: int
    dead_second_parent: int
    dead_birth: int
    dead_step: int
    dead_cause: int


class Counters(Columns, table="one", namespace="totals"):
    """The counters of a shared world."""

    clock: int
    num_living: int
    next_id: int
    births: int
    births_refused: int
    births_of_two: int
    agent_steps: int
    death_count: Vector[int]
    row_counts: Vector[int]
    num_dead: int
    num_wanting: int
    num_newborn: int
    first_parent: int
    first_id: int
    num_logged: int


class Life(EpisodicAgent):
    """An agent of an episode. values, sums: a column of sums over an episode, and that of sums over a generation."""

    total: float
    state: Vector[float]
    values: Vector[float]
    sums: Vector[float]


class SeatedLife(Life, ArenaAgent):
    """An agent of an arena."""

    arena: int


class EpisodeCounters(Columns, table="one", namespace="totals"):
    """The counters of episodes."""

    clock: int
    episode: int
    apart: int
    agent_steps: int


class EngineScalars(WorldScalars):
    """Constants of a life. salt_column: the column of `state` that holds the salt, or -1. row_sizes: [kinds] int64."""

    salt_column: int
    row_sizes: Vector[int]
