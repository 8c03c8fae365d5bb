"""Deaths and births without generations: who leaves a slot, whose child gets which, in what order.

The world marks `died` and `wants_child`. The dead are logged and their slots freed; the free slot of rank r then takes
a child of parent (r + offset) mod births, with a drawn offset, so that a full world favours nobody. Ids follow the
ranks and are never reused. The strategy's breeding law and the world's birth laws fill the new rows.
"""

from __future__ import annotations

from alife.compile.language import per_agent, per_newborn, serial
from alife.maths import f32, i32, i64
from alife.population import Field
from alife.random import BIRTHS, SALTS, below, words


def counter_fields(num_causes: int) -> tuple[Field, ...]:
    """The counters of a life, in the table "one" of a single row."""
    return (
        Field("clock", "int64", table="one", unit="steps", meaning="steps lived; laws read it as `step`"),
        Field("num_living", "int64", table="one", meaning="agents alive"),
        Field("num_newborn", "int64", table="one", meaning="children placed in this step", kept=False),
        Field("num_logged", "int64", table="one", meaning="entries in the log of the dead", kept=False),
        Field("next_id", "int64", table="one", meaning="id of the next child"),
        Field("births", "int64", table="one", meaning="children placed so far"),
        Field("births_refused", "int64", table="one", meaning="children not placed for lack of a slot"),
        Field("agent_steps", "int64", table="one", meaning="agents stepped so far, summed over steps"),
        Field("death_count", "int64", (num_causes,), table="one", meaning="deaths so far by cause"),
    )


@serial
def bury(
    living, num_living, alive, died, id, parent_id, birth_step, step, dead_id, dead_parent, dead_birth, dead_step,
    dead_cause, num_logged, death_count
):  # fmt: skip
    """Log this step's dead and free their slots."""
    for k in range(i32(num_living[0])):
        i = living[k]
        if died[i] != 0:
            at = num_logged[0]
            dead_id[at] = id[i]
            dead_parent[at] = parent_id[i]
            dead_birth[at] = birth_step[i]
            dead_step[at] = step
            cause = min(died[i] - 1, death_count.shape[1] - 1)  # a number the world did not name counts as its last
            dead_cause[at] = cause
            death_count[0, cause] += 1
            num_logged[0] = at + 1
            alive[i] = 0


@serial
def match(
    living, num_living, alive, died, wants_child, candidates, newborn, parents, parent_slot, num_newborn, births,
    births_refused, seed, step
):  # fmt: skip
    """Pair the free slots, in order, with those who want a child, from a drawn one on."""
    wanted = 0
    for k in range(i32(num_living[0])):
        i = living[k]
        if wants_child[i] != 0 and died[i] == 0:
            candidates[wanted] = i
            wanted += 1
    placed = 0
    if wanted > 0:
        a, b, c, d = words(seed, BIRTHS, step, 0, 0)
        offset = i32(below(a, i64(wanted)))
        slot = 0
        while placed < wanted and slot < len(alive):
            if alive[slot] == 0:
                chosen = candidates[(placed + offset) % wanted]
                newborn[placed] = slot
                parents[placed] = chosen
                parent_slot[slot] = chosen
                placed += 1
            slot += 1
    num_newborn[0] = i64(placed)
    births[0] += i64(placed)
    births_refused[0] += i64(wanted - placed)


@serial
def name_children(
    newborn, num_newborn, parents, alive, id, parent_id, birth_step, generation, clade, offspring, died, step,
    next_id
):  # fmt: skip
    """Give each child its id and lineage, and count it on its parent."""
    for r in range(i32(num_newborn[0])):
        i = newborn[r]
        p = parents[r]
        alive[i] = 1
        died[i] = 0
        id[i] = next_id[0]
        next_id[0] += 1
        parent_id[i] = id[p]
        birth_step[i] = step + 1
        generation[i] = generation[p] + 1
        clade[i] = clade[p]
        offspring[i] = 0
        offspring[p] += 1


def salt(seed, id):
    """What tells the draws of one brain from those of another: a whole number below 2**24."""
    a, b, c, d = words(seed, SALTS, 0, id, 0)
    return f32(a >> 8)


@per_agent
def salt_founder(i, state, salt_column, seed, id):
    """Brains that draw begin with a salt of their own."""
    if salt_column >= 0:
        state[i, salt_column] = salt(seed, id[i])


@per_newborn
def empty_mind(i, state, salt_column, seed, id):
    """A newborn remembers nothing."""
    for k in range(state.shape[1]):
        state[i, k] = 0.0
    if salt_column >= 0:
        state[i, salt_column] = salt(seed, id[i])


@serial
def advance(alive, living, num_living, died, wants_child, agent_steps, clock):
    """List the living for the next step, and go to it."""
    agent_steps[0] += num_living[0]
    count = 0
    for i in range(len(alive)):
        died[i] = 0
        wants_child[i] = 0
        if alive[i] != 0:
            living[count] = i
            count += 1
    num_living[0] = i64(count)
    clock[0] += 1
