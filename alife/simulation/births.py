"""Deaths and births in a shared world: which slots become free, and which parent's child takes each of them.

The world marks `died` and `wants_child`. The dead are logged and their slots freed; the free slot of rank r then takes
a child of parent (r + offset) mod births, with a drawn offset, so that a full world favors no slot. Ids follow the
ranks and are never reused. The strategy's breeding law and the world's birth laws fill the new rows.

A step that could overflow the log of the dead does not begin: all its laws run over no rows until the log is read.
"""

from __future__ import annotations

from alife.laws.bounds import LOG_FIELD
from alife.laws.fields import Field
from alife.laws.law import PARTS, Parallel, Pass, per_agent, per_newborn, per_parent, per_row, serial
from alife.laws.maths import f32, i32, i64
from alife.laws.random import BIRTHS, SALTS, below, words


def counter_fields(num_causes: int, num_kinds: int) -> tuple[Field, ...]:
    """Returns the counters of a life, columns of the table "one" of a single row.

    num_causes: causes of death. num_kinds: kinds of rows that laws run over.
    """

    def passing(name: str, meaning: str, shape: tuple[int, ...] = ()) -> Field:
        return Field(name, "int64", shape, table="one", meaning=meaning, kept=False)

    return (
        Field("clock", "int64", table="one", unit="steps", meaning="steps lived; laws read it as `step`"),
        Field("num_living", "int64", table="one", meaning="agents alive"),
        Field("next_id", "int64", table="one", meaning="id of the next child"),
        Field("births", "int64", table="one", meaning="children placed so far"),
        Field("births_refused", "int64", table="one", meaning="children not placed for lack of a slot"),
        Field("agent_steps", "int64", table="one", meaning="agents stepped so far, summed over steps"),
        Field("death_count", "int64", (num_causes,), table="one", meaning="deaths so far by cause"),
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


@per_row(ALWAYS)
def begin(i, row_counts, row_sizes, num_living, num_newborn, num_dead, num_logged, dead_id):
    """Sets the number of rows of each kind: 0 if the deaths of this step might not fit into the log."""
    fits = num_logged[i] + num_living[i] <= i64(len(dead_id))
    for k in range(len(row_sizes)):
        row_counts[i, k] = row_sizes[k] if fits else i64(0)
    row_counts[i, 0] = num_living[i] if fits else i64(0)
    num_newborn[i] = 0
    num_dead[i] = 0


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
def match_births(
    living, num_living, alive, died, wants_child, dead, candidates, newborn, child_rank, num_dead, num_wanting,
    num_newborn
):  # fmt: skip
    """Lists, in the order of slots, the dead, the agents that want a child, and the free slots that take one."""
    gone = 0
    wanted = 0
    for k in range(i32(num_living[0])):
        i = living[k]
        if died[i] != 0:
            dead[gone] = i
            gone += 1
        elif wants_child[i] != 0:
            candidates[wanted] = i
            wanted += 1
    placed = 0
    slot = 0
    while placed < wanted and slot < len(alive):
        if alive[slot] == 0 or died[slot] != 0:
            newborn[placed] = slot
            child_rank[slot] = placed
            placed += 1
        slot += 1
    num_dead[0] = i64(gone)
    num_wanting[0] = i64(wanted)
    num_newborn[0] = i64(placed)


@per_row("deaths", scatter=("alive", "dead_id", "dead_parent", "dead_birth", "dead_step", "dead_cause"),
         reductions=("death_count",))  # fmt: skip
def log_deaths(
    r, dead, num_logged, alive, died, id, parent_id, birth_step, step, dead_id, dead_parent, dead_birth, dead_step,
    dead_cause, death_count
):  # fmt: skip
    """Logs the dead of this step and frees their slots."""
    i = dead[r]
    at = num_logged[0] + i64(r)
    dead_id[at] = id[i]
    dead_parent[at] = parent_id[i]
    dead_birth[at] = birth_step[i]
    dead_step[at] = step
    cause = min(died[i] - 1, death_count.shape[1] - 1)  # a cause that the world did not name counts as its last
    dead_cause[at] = cause
    death_count[0, cause] += 1
    alive[i] = 0


@serial
def update_counters(
    num_living, num_dead, num_wanting, num_newborn, num_logged, next_id, first_id, first_parent, births,
    births_refused, agent_steps, seed, step
):  # fmt: skip
    """Counts births and deaths of this step, and draws which candidate is the first to get a child."""
    agent_steps[0] += num_living[0]
    num_logged[0] += num_dead[0]
    births[0] += num_newborn[0]
    births_refused[0] += num_wanting[0] - num_newborn[0]
    first_id[0] = next_id[0]
    next_id[0] += num_newborn[0]
    if num_wanting[0] > 0:
        a, b, c, d = words(seed, BIRTHS, step, 0, 0)
        first_parent[0] = i64(below(a, num_wanting[0]))


@per_newborn(reads_other_rows=("id", "generation", "clade"), scatter=("parents",))
def assign_lineage(
    i, child_rank, candidates, first_parent, num_wanting, first_id, parents, parent_slot, alive, died, id, parent_id,
    birth_step, generation, clade, offspring, step
):  # fmt: skip
    """Gives each child its parent, its id and its lineage; no parent has two children in a step."""
    p = candidates[(i64(child_rank[i]) + first_parent[0]) % num_wanting[0]]
    parents[child_rank[i]] = p
    parent_slot[i] = p
    alive[i] = 1
    died[i] = 0
    id[i] = first_id[0] + i64(child_rank[i])
    parent_id[i] = id[p]
    birth_step[i] = step + 1
    generation[i] = generation[p] + 1
    clade[i] = clade[p]
    offspring[i] = 0


@per_parent
def count_child(i, offspring):
    """Counts a child of each parent."""
    offspring[i] += 1


def salt(seed, id):
    """Returns a number below 2**24 that tells the draws of one brain from those of another."""
    a, b, c, d = words(seed, SALTS, 0, id, 0)
    return f32(a >> 8)


@per_agent
def salt_founder(i, state, salt_column, seed, id):
    """Gives founders whose brains draw a salt of their own."""
    if salt_column >= 0:
        state[i, salt_column] = salt(seed, id[i])


@per_newborn(columns="state")
def reset_brain_state(i, k, state, salt_column, seed, id):
    """Clears the state of a newborn, but for its salt."""
    state[i, k] = salt(seed, id[i]) if k == salt_column else f32(0.0)


@per_agent
def clear(i, died, wants_child):
    """Clears the marks of this step."""
    died[i] = 0
    wants_child[i] = 0


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
def advance(alive, living, num_living, clock):
    """Lists the living for the next step, and advances the clock."""
    count = 0
    for i in range(len(alive)):
        if alive[i] != 0:
            living[count] = i
            count += 1
    num_living[0] = i64(count)
    clock[0] += 1


placing = (match_births, log_deaths, update_counters, assign_lineage, reset_brain_state)
parent_stages = (count_child,)  # after the strategy's law, before the world's
ending = (clear, advance)
