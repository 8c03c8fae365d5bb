"""Births of two parents, if the strategy mates: the world names a mate, the strategy decides and crosses the genes.

The laws `pairing` of a world write the field `mate`: for each agent that wants a child the slot of a living agent near
it, or -1. An agent that dies in this step has no more children, so a mate's genes are read before its slot is reused.
The strategy writes `mate_slot` of each child: its second parent's slot, or -1. Without mating these columns are absent.
"""

from __future__ import annotations

from alife.laws.fields import Field
from alife.laws.law import per_agent, per_newborn, per_row
from alife.laws.maths import i64

FIELDS = (
    Field("mate", "int32", meaning="of who wants a child: slot of its mate, or -1; set by the world", kept=False),
    Field("mate_slot", "int32", meaning="of a newborn: its second parent's slot, or -1", kept=False),
    Field("second_parent_id", "int64", meaning="-1 for who has one parent, or none"),
    Field("births_of_two", "int64", table="one", meaning="children of two parents placed so far"),
    Field("dead_second_parent", "int64", table="log", meaning="log of the dead", kept=False),
)


@per_agent
def part_from_the_dying(i, mate, died):
    """Drops mates that die in this step."""
    if mate[i] >= 0 and died[mate[i]] != 0:
        mate[i] = -1


@per_row("deaths", scatter=("dead_second_parent",))
def bury_beside(r, dead, num_logged, num_dead, second_parent_id, dead_second_parent):
    """Logs the second parents of the dead of this step, which are in the log already."""
    dead_second_parent[num_logged[0] - num_dead[0] + i64(r)] = second_parent_id[dead[r]]


@per_newborn(reductions=("births_of_two",))
def name_second(i, mate_slot, id, second_parent_id, births_of_two):
    """Gives each child the id of its second parent."""
    m = mate_slot[i]
    second_parent_id[i] = id[m] if m >= 0 else i64(-1)
    if m >= 0:
        births_of_two[0] += 1


pairing = (part_from_the_dying,)  # after the world's own, before children are placed
burying = (bury_beside,)  # after `log_deaths`, before children take the slots of the dead
naming = (name_second,)  # after the strategy's laws
