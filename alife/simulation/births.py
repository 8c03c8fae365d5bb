"""Deaths and births in a shared world: which slots become free, and which parent's child takes each of them.

The world marks `died` and `wants_child`. The dead are logged and their slots freed; the free slot of rank r then takes
a child of parent (r + offset) mod births, with a drawn offset, so that a full world favors no slot. Ids follow the
ranks and are never reused. The strategy's breeding law and the world's birth laws fill the new rows.

A step that could overflow the log of the dead does not begin: all its laws run over no rows until the log is read.
"""

from __future__ import annotations

from alife.laws.bounds import LOG_FIELD
from alife.laws.fields import Field
from alife.laws.law import per_agent, per_newborn, per_parent, per_row, serial
from alife.laws.maths import f32, i32, i64
from alife.laws.parallel import PARTS, Parallel, Pass
from alife.laws.random import BIRTHS, SALTS, below, words
from alife.laws.rows import Draws, Table
from alife.simulation.columns import Counters, EngineScalars, LogEntry, Slot

MOST = 2**48  # steps, and ids: far from where their sums and products leave int64


def counter_fields(num_causes: int, num_kinds: int) -> tuple[Field, ...]:
    """Returns the counters of a life, columns of the table "one" of a single row.

    num_causes: causes of death. num_kinds: kinds of rows that laws run over.
    """

    def passing(name: str, meaning: str, shape: tuple[int, ...] = ()) -> Field:
        return Field(name, "int64", shape, table="one", meaning=meaning, kept=False)

    return (
        Field("clock", "int64", table="one", unit="steps", meaning="steps lived; laws read `step`", low=0, high=MOST),
        Field("num_living", "int64", table="one", meaning="agents alive", low=0),
        Field("next_id", "int64", table="one", meaning="id of the next child", low=0, high=MOST),
        Field("births", "int64", table="one", meaning="children placed so far", low=0),
        Field("births_refused", "int64", table="one", meaning="children not placed for lack of a slot", low=0),
        Field("agent_steps", "int64", table="one", meaning="agents stepped so far, summed over steps", low=0),
        Field("death_count", "int64", (num_causes,), table="one", meaning="deaths so far by cause", low=0),
        passing("row_counts", "rows that laws run over in this step, by kind", (num_kinds,)),
        passing("num_dead", "agents that die in this step"),
        passing("num_wanting", "agents that want a child in this step"),
        passing("num_newborn", "children placed in this step"),
        passing("first_parent", "place among those who want a child of the one who gets the first"),
        passing("first_id", "id of this step's first child"),
        passing("num_logged", "entries in the log of the dead"),
        LOG_FIELD,
    )


ALWAYS = "always"  # one row, in steps that do not begin, too
LOG = {"log": "log"}  # the namespace of the log of the dead


@per_row(ALWAYS, tables=LOG)
def begin(totals: Counters, log: Table[LogEntry], world: EngineScalars) -> None:
    """Sets the number of rows of each kind: 0 if the deaths of this step might not fit into the log."""
    fits = totals.num_logged + totals.num_living <= i64(len(log.dead_id))
    for k in range(len(world.row_sizes)):
        totals.row_counts[k] = world.row_sizes[k] if fits else i64(0)
    totals.row_counts[0] = totals.num_living if fits else i64(0)
    totals.num_newborn = 0
    totals.num_dead = 0


# Each block counts its part of the slots, then lists them after those that earlier blocks counted.
_SLOTS = """
  const int begin = alife_part(p_alive_n0, blockIdx.x), end = alife_part(p_alive_n0, blockIdx.x + 1);
"""
_COUNT_FATES = f"""{_SLOTS}
  int dead = 0, wanting = 0, free = 0, total;
  for (int i = begin + threadIdx.x; i < end; i += blockDim.x) {{
    const bool gone = p_died[i] != 0;
    dead += p_alive[i] != 0 && gone;
    wanting += p_alive[i] != 0 && !gone && p_wants_child[i] != 0;
    free += p_alive[i] == 0 || gone;
  }}
  alife_scan(dead, &total);
  if (threadIdx.x == 0) dead_parts[blockIdx.x] = total;
  alife_scan(wanting, &total);
  if (threadIdx.x == 0) wanting_parts[blockIdx.x] = total;
  alife_scan(free, &total);
  if (threadIdx.x == 0) free_parts[blockIdx.x] = total;
"""
_LIST_FATES = f"""{_SLOTS}
  int deaths, wanted, room, tile;
  int at_dead = alife_before(dead_parts, &deaths), at_wanting = alife_before(wanting_parts, &wanted);
  int at_free = alife_before(free_parts, &room);
  const int born = wanted < room ? wanted : room;
  for (int first = begin; first < end; first += blockDim.x) {{
    const int i = first + threadIdx.x;
    const bool is = i < end, alive = is && p_alive[i] != 0, gone = is && p_died[i] != 0;
    int place = at_dead + alife_scan(alive && gone, &tile);
    if (alive && gone) p_dead[place] = i;
    at_dead += tile;
    const bool wants = alive && !gone && p_wants_child[i] != 0;
    place = at_wanting + alife_scan(wants, &tile);
    if (wants) p_candidates[place] = i;
    at_wanting += tile;
    const bool free = is && (!alive || gone);
    place = at_free + alife_scan(free, &tile);
    if (free && place < born) {{
      p_newborn[place] = i;
      p_child_rank[i] = place;
    }}
    at_free += tile;
  }}
  if (blockIdx.x == 0 && threadIdx.x == 0) {{
    p_num_dead[0] = deaths;
    p_num_wanting[0] = wanted;
    p_num_newborn[0] = born;
  }}
"""
_PARTS = tuple((name, PARTS) for name in ("dead_parts", "wanting_parts", "free_parts"))


@serial(parallel=Parallel((Pass(_COUNT_FATES), Pass(_LIST_FATES)), _PARTS))
def match_births(agents: Table[Slot], totals: Counters) -> None:
    """Lists, in the order of slots, the dead, the agents that want a child, and the free slots that take one."""
    gone = 0
    wanted = 0
    for k in range(i32(totals.num_living)):
        a = agents[agents[k].living]
        if a.died != 0:
            agents[gone].dead = a.row
            gone += 1
        elif a.wants_child != 0:
            agents[wanted].candidates = a.row
            wanted += 1
    placed = 0
    slot = 0
    while placed < wanted and slot < len(agents.alive):
        if agents[slot].alive == 0 or agents[slot].died != 0:
            agents[placed].newborn = slot
            agents[slot].child_rank = placed
            placed += 1
        slot += 1
    totals.num_dead = i64(gone)
    totals.num_wanting = i64(wanted)
    totals.num_newborn = i64(placed)


LOGGED = ("dead_id", "dead_parent", "dead_birth", "dead_step", "dead_cause")


@per_row("deaths", scatter=("alive", *LOGGED), reductions=("death_count",), tables=LOG)
def log_deaths(rank: Slot, agents: Table[Slot], log: Table[LogEntry], totals: Counters, world: EngineScalars) -> None:
    """Logs the dead of this step and frees their slots."""
    a = agents[rank.dead]
    entry = log[totals.num_logged + i64(rank.row)]
    entry.dead_id = a.id
    entry.dead_parent = a.parent_id
    entry.dead_birth = a.birth_step
    entry.dead_step = world.step
    cause = min(a.died - 1, len(totals.death_count) - 1)  # a cause that the world did not name counts as its last
    entry.dead_cause = cause
    totals.death_count[cause] += 1
    a.alive = 0


@serial
def update_counters(totals: Counters, draws: Draws) -> None:
    """Counts births and deaths of this step, and draws which candidate is the first to get a child."""
    totals.agent_steps += totals.num_living
    totals.num_logged += totals.num_dead
    totals.births += totals.num_newborn
    totals.births_refused += totals.num_wanting - totals.num_newborn
    totals.first_id = totals.next_id
    totals.next_id += totals.num_newborn
    if totals.num_wanting > 0:
        a, b, c, d = draws.words(BIRTHS, 0)
        totals.first_parent = i64(below(a, totals.num_wanting))


@per_newborn(reads_other_rows=("id", "generation", "clade"), scatter=("parents",))
def assign_lineage(child: Slot, agents: Table[Slot], totals: Counters, world: EngineScalars) -> None:
    """Gives each child its parent, its id and its lineage; no parent has two children in a step."""
    place = (i64(child.child_rank) + totals.first_parent) % totals.num_wanting
    parent = agents[agents[place].candidates]
    agents[child.child_rank].parents = parent.row
    child.parent_slot = parent.row
    child.alive = 1
    child.died = 0
    child.id = totals.first_id + i64(child.child_rank)
    child.parent_id = parent.id
    child.birth_step = world.step + 1
    child.generation = parent.generation + 1
    child.clade = parent.clade
    child.offspring = 0


@per_parent
def count_child(parent: Slot) -> None:
    """Counts a child of each parent."""
    parent.offspring += 1


def salt(seed: int, id: int) -> float:
    """Returns a float32 below 2**24 that tells one brain's draws from another's. seed: uint64. id: int64."""
    a, b, c, d = words(seed, SALTS, 0, id, 0)
    return f32(a >> 8)


@per_agent
def salt_founder(a: Slot, world: EngineScalars) -> None:
    """Gives founders whose brains draw a salt of their own."""
    if world.salt_column >= 0:
        a.state[world.salt_column] = salt(world.seed, a.id)


@per_newborn(columns="state")
def reset_brain_state(child: Slot, k: int, world: EngineScalars) -> None:
    """Clears the state of a newborn, but for its salt."""
    child.state[k] = salt(world.seed, child.id) if k == world.salt_column else f32(0.0)


@per_agent
def clear(a: Slot) -> None:
    """Clears the marks of this step."""
    a.died = 0
    a.wants_child = 0


_COUNT_LIVING = f"""{_SLOTS}
  int living = 0, total;
  for (int i = begin + threadIdx.x; i < end; i += blockDim.x) living += p_alive[i] != 0;
  alife_scan(living, &total);
  if (threadIdx.x == 0) living_parts[blockIdx.x] = total;
"""
_LIST_LIVING = f"""{_SLOTS}
  int all, tile, at = alife_before(living_parts, &all);
  for (int first = begin; first < end; first += blockDim.x, at += tile) {{
    const int i = first + threadIdx.x;
    const bool alive = i < end && p_alive[i] != 0;
    const int place = at + alife_scan(alive, &tile);
    if (alive) p_living[place] = i;
  }}
  if (blockIdx.x == 0 && threadIdx.x == 0) {{
    p_num_living[0] = all;
    p_clock[0] += 1;
  }}
"""


@serial(parallel=Parallel((Pass(_COUNT_LIVING), Pass(_LIST_LIVING)), (("living_parts", PARTS),)))
def advance(agents: Table[Slot], totals: Counters) -> None:
    """Lists the living for the next step, and advances the clock."""
    count = 0
    for slot in range(len(agents.alive)):
        if agents[slot].alive != 0:
            agents[count].living = slot
            count += 1
    totals.num_living = i64(count)
    totals.clock += 1


leaving = (match_births, log_deaths)
arriving = (update_counters, assign_lineage, reset_brain_state)
placing = (*leaving, *arriving)
parent_stages = (count_child,)  # after the strategy's law, before the world's
ending = (clear, advance)
