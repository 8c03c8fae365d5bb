"""The columns that agents have in each kind of world, as laws name them."""

from __future__ import annotations

from typing import Any

from alife.laws.rows import Columns, Vector


class Agent(Columns):
    """The columns that every agent has, and its lanes by name.

    Attributes:
        id: int64; of an agent of a shared world its own, in an episode the number of the episode.
        genome: [G] genes.
        senses: observations, by the names of `sensors`.
        actions: values of `actuators`, by their names, each in its unit.
        outputs: the same as the brain gave them.
    """

    id: int
    genome: Vector[float]
    senses: Any
    actions: Any
    outputs: Any


class SharedAgent(Agent):
    """The columns of an agent of a shared world.

    Attributes:
        birth_step: int64 step in which it was placed.
        generation: int32, 0 for a founder, else its parent's + 1.
        offspring: int32 children placed so far.
        died: uint8, which a law sets to 1 + the place of a cause in `death_causes`.
        wants_child: uint8, which a law sets to 1 for a child in this step.
        parent_slot: int32, of a newborn: its parent's row.
        mate: int32, in `pairing`: the row of a mate, or -1.
    """

    birth_step: int
    generation: int
    offspring: int
    died: int
    wants_child: int
    parent_slot: int
    mate: int


class EpisodicAgent(Agent):
    """The columns of an agent of an episode.

    Attributes:
        fitness: float32 sum, to which laws add; higher is better.
        done: uint8, which a law sets to 1 when the agent is out.
        taken: int32 steps taken in this episode.
        measures: sums over the episode, by the names of `measures`.
        objectives: sums over the episode, by the names of `objectives`.
    """

    fitness: float
    done: int
    taken: int
    measures: Any
    objectives: Any


class ArenaAgent(EpisodicAgent):
    """The columns of an agent of an arena.

    Attributes:
        seat: int32 place in its arena, from 0, the first role first.
        role: int32 place of its role in `roles`.
    """

    seat: int
    role: int
