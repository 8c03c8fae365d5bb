"""Births of two parents, if the strategy mates: the world names a mate, the strategy decides and crosses the genes.

The laws `pairing` of a world write the field `mate`: for each agent that wants a child the slot of a living agent near
it, or -1. An agent that dies in this step has no more children, so a mate's genes are read before its slot is reused.
The strategy writes `mate_slot` of each child: its second parent's slot, or -1. Without mating these columns are absent.
"""

from __future__ import annotations

from alife.laws.fields import Field
from alife.laws.law import per_agent, per_newborn, per_row
from alife.laws.maths import i64
from alife.laws.rows import Table
from alife.simulation.births import LOG
from alife.simulation.columns import Counters, LogEntry, Slot

FIELDS = (
    Field("mate", "int32", meaning="of who wants a child: slot of its mate, or -1; set by the world", kept=False),
    Field("mate_slot", "int32", meaning="of a newborn: its second parent's slot, or -1", kept=False),
    Field("second_parent_id", "int64", meaning="-1 for who has one parent, or none", low=-1),
    Field("births_of_two", "int64", table="one", meaning="children of two parents placed so far", low=0),
    Field("dead_second_parent", "int64", table="log", meaning="log of the dead", kept=False),
)


@per_agent
def part_from_the_dying(a: Slot, agents: Table[Slot]) -> None:
    """Drops mates that die in this step."""
    if a.mate >= 0 and agents[a.mate].died != 0:
        a.mate = -1


@per_row("deaths", scatter=("dead_second_parent",), tables=LOG)
def bury_beside(rank: Slot, agents: Table[Slot], log: Table[LogEntry], totals: Counters) -> None:
    """Logs the second parents of the dead of this step, which are in the log already."""
    entry = log[totals.num_logged - totals.num_dead + i64(rank.row)]
    entry.dead_second_parent = agents[rank.dead].second_parent_id


@per_newborn(reductions=("births_of_two",))
def name_second(child: Slot, agents: Table[Slot], totals: Counters) -> None:
    """Gives each child the id of its second parent."""
    m = child.mate_slot
    child.second_parent_id = agents[m].id if m >= 0 else i64(-1)
    if m >= 0:
        totals.births_of_two += 1


pairing = (part_from_the_dying,)  # after the world's own, before children are placed
burying = (bury_beside,)  # after `log_deaths`, before children take the slots of the dead
naming = (name_second,)  # after the strategy's laws
