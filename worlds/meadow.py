"""A meadow on a torus: biomass grows in drifting patches; agents graze, bite, starve and split. Nothing is scored.

The ground is a grid of cells of side 1 that hold biomass. Fertile patches drift slowly and swell and shrink with the
season. An agent carries energy and a body; it turns, walks, grazes the cell it stands on and may bite a smaller agent
ahead of it. Color, body size and diet are inherited; the diet trades plants for meat. An agent with enough energy
splits. With two kinds of plant one of them poisons; which one differs between agents, so it must be learned.

Energy, bodies and biomass are int32 quanta (2**16 a unit), moved and never made: sunlight in, heat out, and the sum of
all pools closes exactly. Each law writes only the rows of one side; what two agents contest is summed from each side.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pydantic

from alife.world import (
    FIRST_WORLD_STREAM,
    SECTORS,
    TWO_PI,
    UNIT,
    Actuator,
    BaseParams,
    Discs,
    Field,
    Fields,
    Law,
    Metric,
    Scene,
    Sensor,
    SharedWorld,
    View,
    around,
    atan2,
    cell_list_fields,
    cell_lists,
    clip,
    cos,
    exp,
    f32,
    floor,
    i32,
    i64,
    lane,
    normal,
    per_agent,
    per_bin,
    per_newborn,
    per_parent,
    per_row,
    power,
    sector_of,
    sin,
    sqrt,
    stochastic_round,
    torus,
    turned,
    uniform,
    words,
    wrapped,
)

BIN = 4  # side of a bin of the cell lists, in cells; also the distance within which others are always seen
CELLS = BIN * BIN  # cells of a bin: the ground is [bins, CELLS], so that a bin owns its cells
NEUTRAL_GENES = 8
MOUTH_POWER, METABOLIC_POWER = 0.67, 0.75  # of body size: intake and Kleiber's law
TERRAIN_EVERY = 64  # steps between two updates of a cell's fertility
GROWTH_EVERY = 8  # steps between two updates of its biomass
PATCH_SPACING = 26.0  # cells between patches: 24 or 25 of them on a side of 128

GROUND, FOUND, PLACE, TRAITS, NEUTRAL, POISON, GROWTH = (FIRST_WORLD_STREAM + k for k in range(7))  # streams

STARVED, EATEN, AGED = 0, 1, 2  # causes of death


class Params(BaseParams):
    """Parameters: energy in units, lengths in cells, time in steps."""

    side: int = pydantic.Field(192, ge=16, le=8192, multiple_of=4, description="side of the torus, cells")
    population: int = pydantic.Field(3000, ge=1, le=2**26, description="founders")
    founder_energy: float = pydantic.Field(0.8, gt=0, le=100, description="energy of a founder, units")
    patch_radius: float = pydantic.Field(7.0, gt=0, le=20, description="mean radius (sigma) of a fertile patch, cells")
    patch_drift: float = pydantic.Field(0.01, ge=0, le=1, description="speed of a patch, cells a step")
    floor_fertility: float = pydantic.Field(
        0.02, ge=0, le=10, description="fertility between the patches, units of biomass a cell"
    )
    season: float = pydantic.Field(0.3, ge=0, lt=1, description="swing of fertility over a year, share")
    year: int = pydantic.Field(2000, ge=1, le=10**9, description="steps of a year")
    growth: float = pydantic.Field(0.015, ge=0, le=0.1, description="logistic growth of biomass, share a step")
    seeding: float = pydantic.Field(0.0005, ge=0, le=0.1, description="growth from nothing, share of fertility a step")
    plant_kinds: int = pydantic.Field(
        1, ge=1, le=2, description="kinds of plant; with 2, one of them poisons each agent, not the same one for all"
    )
    poison: float = pydantic.Field(1.0, ge=0, le=10, description="energy lost for each unit of poison eaten, units")
    graze: float = pydantic.Field(0.12, ge=0, le=10, description="most that a body of size 1 grazes in a step, units")
    graze_half: float = pydantic.Field(
        0.25, gt=0, le=10, description="biomass at which grazing is half as quick, units"
    )
    upkeep: float = pydantic.Field(0.02, ge=0, le=1, description="cost of a body of size 1, units a step")
    thrust_cost: float = pydantic.Field(
        0.01, ge=0, le=1, description="cost of full thrust of a body of size 1, units a step"
    )
    brain_cost: float = pydantic.Field(0.0, ge=0, le=1, description="cost of each 1,000 genes, units a step")
    speed: float = pydantic.Field(0.8, ge=0, le=2, description="speed at full thrust, cells a step")
    bites: bool = pydantic.Field(True, description="true: agents can bite each other")
    bite_energy: float = pydantic.Field(
        3.0, ge=0, le=100, description="most that a bite of a body of size 1 takes, units"
    )
    bite_gain: float = pydantic.Field(0.8, ge=0, le=1, description="share of a bite that a pure meat eater gains")
    bite_cost: float = pydantic.Field(0.005, ge=0, le=1, description="cost of a bite of a body of size 1, units")
    handling: int = pydantic.Field(10, ge=0, le=10**9, description="steps after a bite before the next one")
    youth: int = pydantic.Field(20, ge=0, le=10**9, description="steps in which a newborn neither bites nor is bitten")
    split_energy: float = pydantic.Field(
        1.5, ge=0.75, le=100, description="energy at which a body of size 1 splits, units"
    )
    split_age: int = pydantic.Field(50, ge=0, le=10**9, description="age before the first split, steps")
    split_loss: float = pydantic.Field(0.1, ge=0, lt=1, description="share of energy lost in a split")
    lifetime: int = pydantic.Field(400, ge=1, le=10**9, description="age at which an agent dies, steps")
    retina: int = pydantic.Field(
        0,
        ge=0,
        le=64,
        description="directions all round in which nearness and hue of the nearest agent are seen; 0: none",
    )
    mate_reach: float = pydantic.Field(
        4.0, ge=0, le=8, description="largest distance of a mate, cells; it must be in sight"
    )
    mate_diet: float = pydantic.Field(0.25, ge=0, le=1, description="largest difference of diets between mates")
    carrion: float = pydantic.Field(0.8, ge=0, le=1, description="share of a dead body that feeds its cell")
    trait_sigma: float = pydantic.Field(
        0.05, ge=0, le=1, description="standard step of log size and of diet at birth; a third of it for hue"
    )


# ---- the ground


def bin_at(column, row, side):
    """Returns the bin of a cell, both coordinates inside the world."""
    return (row >> 2) * (side >> 2) + (column >> 2)


def cell_at(column, row):
    """Returns the place of a cell in its bin."""
    return ((row & 3) << 2) + (column & 3)


@per_row("patches")
def drift(
    k, patch_x, patch_y, patch_size, patch_kind, patch_row, side, patch_radius, patch_drift, plant_kinds, seed, step
):  # fmt: skip
    """Moves the patches: each circles its place in the grid of patches, at its own pace, radius and phase."""
    if step % TERRAIN_EVERY == 0:
        a, b, c, d = words(seed, GROUND, 0, i64(k), 0)
        spacing = f32(side) / f32(patch_row)
        way = (0.15 + 0.35 * uniform(seed, GROUND, 0, i64(k), 1)) * spacing
        turn = uniform(seed, GROUND, 0, i64(k), 2) * TWO_PI + patch_drift * f32(step) / way
        turn = turn - floor(turn / TWO_PI) * TWO_PI
        patch_x[k] = (f32(k % patch_row) + 0.5) * spacing + way * cos(turn)
        patch_y[k] = (f32(k // patch_row) + 0.5) * spacing + way * sin(turn)
        patch_size[k] = patch_radius * (0.6 + 0.8 * uniform(seed, GROUND, 0, i64(k), 3))
        patch_kind[k] = i32(a >> 8) % plant_kinds


def fertile(b, k, patch_x, patch_y, patch_size, patch_kind, patch_row, side, floor_fertility):
    """Returns the fertility of cell k of bin b from the nine patches around it, and the kind of the strongest."""
    x = f32(b % (side // BIN) * BIN + (k & 3)) + 0.5
    y = f32(b // (side // BIN) * BIN + (k >> 2)) + 0.5
    spacing = f32(side) / f32(patch_row)
    column = i32(x / spacing)
    row = i32(y / spacing)
    total = floor_fertility
    best = 0.0
    kind = 0
    neighbors = min(3, patch_row)  # on a small torus fewer patches are neighbors, each once
    for v in range(row - 1, row - 1 + neighbors):
        for u in range(column - 1, column - 1 + neighbors):
            p = (v % patch_row) * patch_row + u % patch_row
            dx = torus(x - patch_x[p], f32(side))
            dy = torus(y - patch_y[p], f32(side))
            z = (dx * dx + dy * dy) / (2.0 * patch_size[p] * patch_size[p])
            if z < 12.0:
                part = exp(-z)
                total += part
                if part > best:
                    best = part
                    kind = patch_kind[p]
    return total, kind


@per_bin(period=TERRAIN_EVERY)
def update_fertility(
    b, fertility, kind, patch_x, patch_y, patch_size, patch_kind, patch_row, side, floor_fertility, step
):  # fmt: skip
    """Lets fertility follow the patches, a share of the bins a step."""
    if step == 0 or (i64(b) + step) % TERRAIN_EVERY == 0:
        for k in range(CELLS):
            total, strongest = fertile(b, k, patch_x, patch_y, patch_size, patch_kind, patch_row, side, floor_fertility)
            fertility[b, k] = total
            kind[b, k] = strongest


@per_bin
def sow(b, biomass, fertility):
    """Fills the meadow with biomass."""
    for k in range(CELLS):
        biomass[b, k] = i32(fertility[b, k] * UNIT)


def growth_of(biomass, capacity, growth, seeding):
    """Returns the biomass that a cell gains, or loses above its capacity, in `GROWTH_EVERY` steps, in units."""
    if biomass > capacity:
        return -0.01 * f32(GROWTH_EVERY) * (biomass - capacity)
    return f32(GROWTH_EVERY) * (growth * biomass * (1.0 - biomass / capacity) + seeding * capacity)


@per_bin(period=GROWTH_EVERY)
def ground(
    b, biomass, sunlight, warmth, fertility, growth, seeding, season, year, bin_start, bin_slots, cell_of, eaten,
    returned, seed, step
):  # fmt: skip
    """Removes grazed biomass, adds that of the dead, and grows every `GROWTH_EVERY` steps."""
    for k in range(bin_start[b], bin_start[b + 1]):
        j = bin_slots[k]
        biomass[b, cell_of[j]] += returned[j] - eaten[j]
    if (i64(b) + step) % GROWTH_EVERY == 0:
        phase = TWO_PI * f32(step % i64(year)) / f32(year)
        swing = 1.0 + season * sin(phase)
        for k in range(CELLS):
            gain = growth_of(f32(biomass[b, k]) / UNIT, fertility[b, k] * swing, growth, seeding)
            a, d, e, g = words(seed, GROWTH, step, i64(b), k)
            change = i32(stochastic_round(abs(gain) * UNIT, a))
            if gain >= 0.0:
                sunlight[b, k] += i64(change)
            else:
                change = -min(change, biomass[b, k])
                warmth[b, k] -= i64(change)
            biomass[b, k] += change


# ---- founders


@per_agent
def found(i, x, y, heading, size, diet, hue, side, seed, id):
    """Places founders at random, of random size, diet and hue."""
    x[i] = uniform(seed, FOUND, 0, id[i], 0) * f32(side)
    y[i] = uniform(seed, FOUND, 0, id[i], 1) * f32(side)
    heading[i] = uniform(seed, FOUND, 0, id[i], 2) * TWO_PI
    size[i] = 0.6 + 0.8 * uniform(seed, FOUND, 0, id[i], 3)
    diet[i] = uniform(seed, FOUND, 0, id[i], 4)
    hue[i] = uniform(seed, FOUND, 0, id[i], 5)


@per_agent
def init_energy(i, energy, mouth, metabolism, size, founder_energy, poison_kind, plant_kinds, seed, id):
    """Gives founders their energy, derived traits and the kind of plant that poisons them."""
    energy[i] = i32(founder_energy * UNIT)
    mouth[i] = power(size[i], MOUTH_POWER)
    metabolism[i] = power(size[i], METABOLIC_POWER)
    poison_kind[i] = poison_susceptibility(plant_kinds, seed, id[i])


def poison_susceptibility(plant_kinds, seed, id):
    """Returns the kind of plant that poisons this agent; -1 if there is only one."""
    return i32(uniform(seed, POISON, 0, id, 0) * 2.0) if plant_kinds == 2 else -1


# ---- observe


@per_agent
def locate(i, x, y, size, hue, birth_step, cell_of, bin_of, seen, youth, side, step):
    """Finds the bin and cell of each agent, and writes what others see of it into one row."""
    column = wrapped(i32(x[i]), side)
    row = wrapped(i32(y[i]), side)
    bin_of[i] = bin_at(column, row, side)
    cell_of[i] = cell_at(column, row)
    seen[i, 0] = x[i]
    seen[i, 1] = y[i]
    seen[i, 2] = size[i]
    seen[i, 3] = size[i] if step - birth_step[i] >= i64(youth) else 1.0e9
    seen[i, 4] = hue[i]


def reach(a, b):
    """Returns the distance within which a body of size a bites one of size b."""
    return 0.5 * (a + b) + 0.4


def shift(k, count, side):
    """Returns the offset of coordinates of bins that lie across the seam of the torus."""
    return -side if k < 0 else side if k >= count else f32(0.0)


def run_of_bins(column, bins, part):
    """Returns neighboring bins of a row as one run of the cell lists: first and last column, and worlds to add to x.

    At the seam of the torus there are two parts: those on this side, and the one across.
    """
    if part == 0:
        return max(column - 1, 0), min(column + 1, bins - 1), 0
    other = bins - 1 if column == 0 else 0
    return other, other, -1 if column == 0 else 1


@per_agent
def look(i, seen, heading, size, near_distance, near_slot, prey, bin_of, bin_start, bin_slots, bites, side):
    """Finds the nearest agent of each sector, and the nearest one ahead that could be bitten."""
    for s in range(SECTORS):
        near_distance[i, s] = 1.0e9
        near_slot[i, s] = -1
    prey[i] = -1
    closest = 1.0e9
    east = cos(heading[i])
    north = sin(heading[i])
    largest = size[i] / 0.9 if bites != 0 else 0.0
    bins = side // BIN
    row = bin_of[i] // bins
    column = bin_of[i] - row * bins
    for v in range(row - 1, row + 2):
        y = shift(v, bins, f32(side)) - seen[i, 1]
        b = wrapped(v, bins) * bins
        for part in range(2 if column == 0 or column == bins - 1 else 1):
            first, last, across = run_of_bins(column, bins, part)
            x = f32(side * across) - seen[i, 0]
            for k in range(bin_start[b + first], bin_start[b + last + 1]):
                j = bin_slots[k]
                dx = seen[j, 0] + x
                dy = seen[j, 1] + y
                square = dx * dx + dy * dy
                ahead = dx * east + dy * north
                s = sector_of(ahead, dy * east - dx * north)
                if square < near_distance[i, s] and j != i:
                    near_distance[i, s] = square
                    near_slot[i, s] = j
                    if s == 0 and seen[j, 3] < largest:
                        limit = reach(size[i], seen[j, 3])
                        if square < limit * limit and square < closest:
                            closest = square
                            prey[i] = j


def richness(biomass, graze_half):
    """Returns the rate of grazing, 0..1, at a biomass in quanta (Holling type II)."""
    p = f32(biomass) / UNIT
    return p / (p + graze_half)


@per_agent
def see_plants(i, observations, x, y, heading, biomass, cell_of, bin_of, kind, plant_kinds, graze_half, side):
    """Observes plants by sector and underfoot, and with two kinds also their color."""
    c = cos(heading[i])
    s = sin(heading[i])
    for k in range(SECTORS):
        near = 0.0
        colour = 0.0
        for ring in range(3):
            radius = 1.5 if ring == 0 else 3.5 if ring == 1 else 6.5
            weight = 0.5 if ring == 0 else 0.3 if ring == 1 else 0.2
            column = wrapped(i32(floor(x[i] + radius * c)), side)
            row = wrapped(i32(floor(y[i] + radius * s)), side)
            b = bin_at(column, row, side)
            cell = cell_at(column, row)
            plants = weight * richness(biomass[b, cell], graze_half)
            near += plants
            if plant_kinds == 2:
                colour += plants * (1.0 - 2.0 * f32(kind[b, cell]))
        observations[i, k] = near
        if plant_kinds == 2 and (k == 0 or k == 1 or k == 4):
            observations[i, 26 + (0 if k == 0 else 1 if k == 1 else 2)] = colour
        turned = c * 0.30901699 - s * 0.95105652  # 72 degrees on
        s = s * 0.30901699 + c * 0.95105652
        c = turned
    underfoot = richness(biomass[bin_of[i], cell_of[i]], graze_half)
    observations[i, SECTORS] = underfoot
    if plant_kinds == 2:
        observations[i, 25] = underfoot * (1.0 - 2.0 * f32(kind[bin_of[i], cell_of[i]]))


@per_agent
def see_others(
    i, observations, seen, size, hue, energy, speed_now, plant_taste, meat_taste, near_distance, near_slot,
    split_energy
):  # fmt: skip
    """Observes the nearest agent of each sector, and the agent itself."""
    for k in range(SECTORS):
        j = near_slot[i, k]
        at = SECTORS + 1 + 3 * k
        observations[i, at] = 0.0
        observations[i, at + 1] = 0.0
        observations[i, at + 2] = 0.0
        if j >= 0:
            observations[i, at] = 1.0 / (1.0 + sqrt(near_distance[i, k]))
            observations[i, at + 1] = (seen[j, 2] - size[i]) / (seen[j, 2] + size[i])
            apart = abs(seen[j, 4] - hue[i])
            observations[i, at + 2] = 1.0 - 4.0 * min(apart, 1.0 - apart)
    observations[i, 21] = clip(f32(energy[i]) / (UNIT * split_energy * size[i]), 0.0, 2.0)
    observations[i, 22] = speed_now[i]
    observations[i, 23] = plant_taste[i]
    observations[i, 24] = meat_taste[i]


@per_agent
def see_strip(
    i, observations, seen, hue, heading, bin_of, bin_start, bin_slots, retina, first_pixel, side
):  # fmt: skip
    """Observes the nearest agent in each direction of a strip all round, from behind over the right to behind."""
    for k in range(2 * retina):
        observations[i, first_pixel + k] = 0.0
    east = cos(heading[i])
    north = sin(heading[i])
    bins = side // BIN
    row = bin_of[i] // bins
    column = bin_of[i] - row * bins
    for v in range(row - 1, row + 2):
        y = shift(v, bins, f32(side)) - seen[i, 1]
        b = wrapped(v, bins) * bins
        for part in range(2 if column == 0 or column == bins - 1 else 1):
            first, last, across = run_of_bins(column, bins, part)
            x = f32(side * across) - seen[i, 0]
            for k in range(bin_start[b + first], bin_start[b + last + 1]):
                j = bin_slots[k]
                dx = seen[j, 0] + x
                dy = seen[j, 1] + y
                near = 1.0 / (1.0 + sqrt(dx * dx + dy * dy))
                angle = atan2(dy * east - dx * north, dx * east + dy * north)
                at = first_pixel + max(0, min(i32((angle / TWO_PI + 0.5) * f32(retina)), retina - 1))
                if j != i and near > observations[i, at]:
                    observations[i, at] = near
                    apart = abs(seen[j, 4] - hue[i])
                    observations[i, at + retina] = 1.0 - 4.0 * min(apart, 1.0 - apart)


# ---- act and live


@per_agent
def intend(
    i, actions, size, mouth, diet, biomass, bin_of, cell_of, appetite, target, bite, prey, ready_step, graze,
    graze_half, bite_energy, step
):  # fmt: skip
    """Computes how much an agent would graze, and which agent it bites."""
    hunger = graze * mouth[i] * sqrt(1.0 - diet[i])
    appetite[i] = i32(hunger * richness(biomass[bin_of[i], cell_of[i]], graze_half) * UNIT)
    target[i] = -1
    bite[i] = 0
    if prey[i] >= 0 and step >= ready_step[i] and actions[i, 2] > 0.25:
        target[i] = prey[i]
        bite[i] = i32(bite_energy * size[i] * UNIT)


@per_agent
def share_cell(i, eaten, appetite, biomass, cell_of, bin_of, bin_start, bin_slots):
    """Shares the biomass of a cell: each agent gets its appetite, or a proportional share, rounded down."""
    wanted = i64(0)
    for k in range(bin_start[bin_of[i]], bin_start[bin_of[i] + 1]):
        j = bin_slots[k]
        if cell_of[j] == cell_of[i]:
            wanted += i64(appetite[j])
    there = i64(biomass[bin_of[i], cell_of[i]])
    eaten[i] = appetite[i] if wanted <= there else i32(i64(appetite[i]) * there // wanted)


@per_bin
def count_hunters(b, hunters, target, bin_start, bin_slots):
    """Counts the agents of a bin that bite: most bins have none, which saves their neighbors the search."""
    count = 0
    for k in range(bin_start[b], bin_start[b + 1]):
        if target[bin_slots[k]] >= 0:
            count += 1
    hunters[b] = count


def bites_from(i, total, lost, target, bite, hunters, bin_of, bin_start, bin_slots, bins):
    """Sums over the agents that bite i: their bites, or, once the total is known, their shares of the loss."""
    result = i64(0)
    row = bin_of[i] // bins
    column = bin_of[i] - row * bins
    for v in range(row - 1, row + 2):
        for u in range(column - 1, column + 2):
            b = wrapped(v, bins) * bins + wrapped(u, bins)
            if hunters[b] > 0:
                for k in range(bin_start[b], bin_start[b + 1]):
                    j = bin_slots[k]
                    if target[j] == i:
                        result += i64(bite[j]) if total == 0 else i64(lost) * i64(bite[j]) // total
    return result


@per_agent
def resolve_bites(
    i, bites_on, lost, rounding_remainder, energy, target, bite, hunters, bin_of, bin_start, bin_slots, side
):
    """Sums the bites on an agent, and the remainder that rounding the shares leaves."""
    total = bites_from(i, i64(0), 0, target, bite, hunters, bin_of, bin_start, bin_slots, side // BIN)
    bites_on[i] = total
    lost[i] = i32(min(total, i64(energy[i])))
    rounding_remainder[i] = 0
    if total > 0:
        given = bites_from(i, total, lost[i], target, bite, hunters, bin_of, bin_start, bin_slots, side // BIN)
        rounding_remainder[i] = lost[i] - i32(given)


def body_of(size):
    """Returns the quanta bound in a body."""
    return i32(0.5 * size * UNIT)


@per_agent
def metabolise(
    i, x, y, heading, speed_now, energy, heat, size, mouth, metabolism, diet, actions, eaten, kind, bin_of, cell_of,
    poison_kind, target, bite, bites_on, lost, rounding_remainder, ready_step, plant_taste, meat_taste, plant_intake,
    meat_intake, life_plants, life_meat, died, returned, wants_child, birth_step, genome, graze, poison, upkeep,
    thrust_cost, brain_cost, speed, bite_gain, bite_cost, handling, split_energy, split_age, lifetime, carrion,
    side, step
):  # fmt: skip
    """Digests, pays for the step, moves, and decides about death or a child."""
    sick = poison_kind[i] == kind[bin_of[i], cell_of[i]]
    plants = 0 if sick else eaten[i]
    gross = i64(0)
    if target[i] >= 0:
        t = target[i]
        gross = i64(lost[t]) * i64(bite[i]) // bites_on[t]
        ready_step[i] = step + i64(handling)
    meat = i32(f32(gross) * bite_gain * sqrt(diet[i]))
    thrust = lane(actions[i, 1], 0.0, 1.0)
    cost = upkeep * metabolism[i] + thrust_cost * size[i] * thrust * thrust
    cost += brain_cost * 0.001 * f32(genome.shape[1])
    if bite[i] > 0:
        cost += bite_cost * size[i]
    if sick:
        cost += poison * f32(eaten[i]) / UNIT
    store = energy[i] - lost[i] + plants + meat
    paid = min(store, i32(cost * UNIT))
    store -= paid
    heat[i] += i64(paid + (eaten[i] - plants) + rounding_remainder[i]) + gross - i64(meat)
    plant_intake[i] += i64(plants)
    meat_intake[i] += i64(meat)
    life_plants[i] += plants
    life_meat[i] += meat
    full = graze * mouth[i] * UNIT
    plant_taste[i] = clip((0.0 - f32(eaten[i]) if sick else f32(eaten[i])) / full, -1.0, 1.0)
    meat_taste[i] = clip(f32(meat) / (UNIT * size[i]), 0.0, 1.0)
    heading[i] = turned(heading[i] + lane(actions[i, 0], -0.6, 0.6))
    speed_now[i] = thrust
    x[i] = around(x[i] + speed * thrust * cos(heading[i]), f32(side))
    y[i] = around(y[i] + speed * thrust * sin(heading[i]), f32(side))
    age = step - birth_step[i]
    returned[i] = 0
    if store <= 0 or age >= i64(lifetime):
        died[i] = 1 + (AGED if store > 0 else EATEN if lost[i] > 0 else STARVED)
        corpse = store + body_of(size[i])
        returned[i] = i32(carrion * f32(corpse))
        heat[i] += i64(corpse - returned[i])
        store = 0
    elif age >= i64(split_age) and f32(store) >= split_energy * size[i] * UNIT:
        wants_child[i] = 1
    energy[i] = store


@per_agent(reductions=("price",))
def price_statistics(i, died, offspring, size, diet, life_plants, life_meat, price):
    """Adds the dead to sums for the Price covariances of offspring number w with z: n, w, then z and w z of each z."""
    if died[i] != 0:
        w = i64(offspring[i])
        price[0, 0] += 1
        price[0, 1] += w
        for t in range(3):
            z = i64(life_plants[i]) + i64(life_meat[i])
            if t == 0:
                z = i64(size[i] * UNIT)
            elif t == 1:
                z = i64(diet[i] * UNIT)
            price[0, 2 + 2 * t] += z
            price[0, 3 + 2 * t] += w * z


# ---- births


@per_agent
def meet(i, mate, wants_child, near_slot, near_distance, diet, mate_reach, mate_diet):
    """Names a mate: of the nearest agents seen in this step, one a sector, the nearest with a similar diet."""
    mate[i] = -1
    if wants_child[i] != 0:
        closest = mate_reach * mate_reach
        for s in range(SECTORS):
            j = near_slot[i, s]
            if j >= 0 and near_distance[i, s] < closest and abs(diet[j] - diet[i]) <= mate_diet:
                closest = near_distance[i, s]
                mate[i] = j


@per_parent
def split_parent(
    i, energy, heat, size, diet, hue, child_size, child_diet, child_hue, child_energy, id, trait_sigma, split_loss,
    seed, step
):  # fmt: skip
    """Lets the parent pay for the child's body, lose a share, and halve the rest."""
    grown = size[i] * exp(trait_sigma * normal(seed, TRAITS, step, id[i], 0))
    fits = grown >= 0.4 and grown <= 2.0 and body_of(grown) <= energy[i]
    child_size[i] = grown if fits else size[i]
    child_diet[i] = clip(diet[i] + trait_sigma * normal(seed, TRAITS, step, id[i], 1), 0.0, 1.0)
    child_hue[i] = around(hue[i] + trait_sigma * 0.33 * normal(seed, TRAITS, step, id[i], 2), 1.0)
    left = energy[i] - body_of(child_size[i])
    loss = i32(split_loss * f32(left))
    child_energy[i] = (left - loss) // 2
    energy[i] = left - loss - child_energy[i]
    heat[i] += i64(loss)


@per_newborn(reads_other_rows=("x", "y", "heading", "neutral"))
def inherit(
    i, parent_slot, x, y, heading, size, mouth, metabolism, diet, hue, energy, neutral, child_size, child_diet,
    child_hue, child_energy, poison_kind, ready_step, speed_now, plant_taste, meat_taste, life_plants, life_meat,
    plant_kinds, trait_sigma, youth, side, id, seed, step
):  # fmt: skip
    """Places a child one cell away from its parent, with its share of energy and varied traits."""
    p = parent_slot[i]
    way = uniform(seed, PLACE, step, id[i], 0) * TWO_PI
    x[i] = around(x[p] + cos(way), f32(side))
    y[i] = around(y[p] + sin(way), f32(side))
    heading[i] = way
    size[i] = child_size[p]
    mouth[i] = power(size[i], MOUTH_POWER)
    metabolism[i] = power(size[i], METABOLIC_POWER)
    diet[i] = child_diet[p]
    hue[i] = child_hue[p]
    energy[i] = child_energy[p]
    for k in range(NEUTRAL_GENES):
        neutral[i, k] = neutral[p, k] + trait_sigma * normal(seed, NEUTRAL, step, id[i], k)
    poison_kind[i] = poison_susceptibility(plant_kinds, seed, id[i])
    ready_step[i] = step + i64(youth)
    speed_now[i] = 0.0
    plant_taste[i] = 0.0
    meat_taste[i] = 0.0
    life_plants[i] = 0
    life_meat[i] = 0


class Meadow(SharedWorld):
    """A torus of drifting pastures, whose grazers bite each other and evolve by natural selection."""

    death_causes = ("starved", "eaten", "aged")
    heritable: ClassVar[tuple[str, ...]] = ("size", "diet", "hue")
    reset: tuple[Law, ...] = (drift, update_fertility, sow, found)
    founding: tuple[Law, ...] = (init_energy,)
    observe: tuple[Law, ...] = (locate, *cell_lists, look, see_plants, see_others)
    step: tuple[Law, ...] = (
        drift,
        update_fertility,
        intend,
        share_cell,
        count_hunters,
        resolve_bites,
        metabolise,
        price_statistics,
        ground,
    )
    pairing: tuple[Law, ...] = (meet,)
    birth: tuple[Law, ...] = (split_parent, inherit)

    params: Params

    def __init__(self, params: Params) -> None:
        super().__init__(params)
        if params.retina:
            self.observe = (*self.observe, see_strip)

    @property
    def num_founders(self) -> int:
        return self.params.population

    @property
    def sensors(self) -> tuple[Sensor, ...]:
        ways = ("ahead", "ahead left", "behind left", "behind right", "ahead right")
        plants = [Sensor(f"plants {way}", 0, 1, "", "biomass seen 1.5, 3.5 and 6.5 cells away") for way in ways]
        others = [
            sensor
            for way in ways
            for sensor in (
                Sensor(f"nearness {way}", 0, 1, "", "1 / (1 + distance) of the nearest agent, 0 if none is seen"),
                Sensor(f"size {way}", -1, 1, "", "(its size - mine) / (its size + mine)"),
                Sensor(f"kinship {way}", -1, 1, "", "1 for my hue, -1 for the opposite one"),
            )
        ]
        own = (
            Sensor("energy", 0, 2, "", "energy over that of a split"),
            Sensor("speed", 0, 1, "", "thrust of the last step"),
            Sensor("taste of plants", -1, 1, "", "grazed in the last step; negative if it was poison"),
            Sensor("taste of meat", 0, 1, "", "gained by the bite of the last step"),
        )
        colors = ("plant hue underfoot", *(f"plant hue {way}" for way in ("ahead", "ahead left", "ahead right")))
        hues = [Sensor(name, -1, 1, "", "biomass there: positive of kind 0, negative of kind 1") for name in colors]
        underfoot = Sensor("plants underfoot", 0, 1, "", "biomass of my cell")
        return (*plants, underfoot, *others, *own, *(hues if self.params.plant_kinds == 2 else ()), *self._strip)

    @property
    def _strip(self) -> tuple[Sensor, ...]:
        """Sensors of nearness in every direction of the retina, then of hue."""
        places = range(1, self.params.retina + 1)
        near = (
            Sensor(f"retina nearness {k}", 0, 1, "", "of the nearest agent there, 0 if there is none") for k in places
        )
        hues = (Sensor(f"retina kinship {k}", -1, 1, "", "1 for my hue, -1 for the opposite one") for k in places)
        return (*near, *hues)

    @property
    def actuators(self) -> tuple[Actuator, ...]:
        return (
            Actuator("turn", -0.6, 0.6, "radians a step", "left is positive"),
            Actuator("thrust", 0.0, 1.0, "", "share of full speed"),
            Actuator("bite", -1.0, 1.0, "", "above 0.25 the agent bites the one in reach ahead"),
        )

    @property
    def tables(self) -> dict[str, int]:
        bins = (self.params.side // BIN) ** 2
        return {"bins": bins, "bin_ends": bins + 1, "patches": self._patch_row**2}

    @property
    def _patch_row(self) -> int:
        return max(1, round(self.params.side / PATCH_SPACING))

    @property
    def constants(self) -> dict[str, int]:
        return {"patch_row": self._patch_row, "first_pixel": len(self.sensors) - 2 * self.params.retina}

    @property
    def fields(self) -> tuple[Field, ...]:
        def scratch(name: str, dtype: str, meaning: str, shape: tuple[int, ...] = ()) -> Field:
            return Field(name, dtype, shape, meaning=meaning, kept=False)

        return (
            Field("x", "float32", unit="cells", meaning="position, 0..side"),
            Field("y", "float32", unit="cells", meaning="position, 0..side"),
            Field("heading", "float32", unit="radians", meaning="0..2 pi"),
            Field("speed_now", "float32", meaning="thrust of the last step, 0..1"),
            Field("energy", "int32", unit="quanta", meaning="energy without that of the body"),
            Field("size", "float32", meaning="body size, 0.4..2"),
            Field("mouth", "float32", meaning="size to the power of grazing"),
            Field("metabolism", "float32", meaning="size to the power of upkeep"),
            Field("diet", "float32", meaning="0 plants .. 1 meat"),
            Field("hue", "float32", meaning="color, 0..1 around the circle"),
            Field("neutral", "float32", (NEUTRAL_GENES,), meaning="genes that nothing reads: pure drift"),
            Field("poison_kind", "int32", meaning="kind of plant that poisons it, -1 if none does"),
            Field("ready_step", "int64", unit="steps", meaning="when it may bite again"),
            Field("plant_taste", "float32", meaning="-1..1"),
            Field("meat_taste", "float32", meaning="0..1"),
            Field("life_plants", "int32", unit="quanta", meaning="grazed in this life"),
            Field("life_meat", "int32", unit="quanta", meaning="gained by bites in this life"),
            Field("heat", "int64", unit="quanta", meaning="given off in this slot since the start"),
            Field("plant_intake", "int64", unit="quanta", meaning="grazed in this slot since the start"),
            Field("meat_intake", "int64", unit="quanta", meaning="gained by bites in this slot since the start"),
            Field("biomass", "int32", (CELLS,), table="bins", unit="quanta", meaning="plants of the cell"),
            Field("fertility", "float32", (CELLS,), table="bins", unit="units", meaning="capacity without season"),
            Field("kind", "uint8", (CELLS,), table="bins", meaning="kind of plant"),
            Field("sunlight", "int64", (CELLS,), table="bins", unit="quanta", meaning="grown since the start"),
            Field("warmth", "int64", (CELLS,), table="bins", unit="quanta", meaning="decayed since the start"),
            Field("price", "int64", (8,), table="one", meaning="sums over the dead, see `price_statistics`"),
            Field("patch_x", "float32", table="patches", unit="cells", meaning="center"),
            Field("patch_y", "float32", table="patches", unit="cells", meaning="center"),
            Field("patch_size", "float32", table="patches", unit="cells", meaning="radius (sigma)"),
            Field("patch_kind", "int32", table="patches", meaning="kind of plant"),
            *cell_list_fields(),
            scratch("cell_of", "int32", "place of its cell in its bin"),
            scratch("seen", "float32", "x, y, size, size as prey, hue: what others see of it", (5,)),
            Field("hunters", "int32", table="bins", meaning="agents of the bin that bite", kept=False),
            scratch("near_distance", "float32", "squared distance to the nearest agent of each sector", (SECTORS,)),
            scratch("near_slot", "int32", "its slot, or -1", (SECTORS,)),
            scratch("prey", "int32", "slot of whom it could bite, or -1"),
            scratch("target", "int32", "slot of whom it bites, or -1"),
            scratch("bite", "int32", "quanta it would take"),
            scratch("bites_on", "int64", "quanta that all biters would take of it"),
            scratch("lost", "int32", "quanta it loses to them"),
            scratch("rounding_remainder", "int32", "quanta lost that no biter gets, by rounding"),
            scratch("appetite", "int32", "quanta it would graze"),
            scratch("eaten", "int32", "quanta it grazes"),
            scratch("returned", "int32", "quanta its dead body gives to the cell"),
            scratch("child_size", "float32", "of the child it gets"),
            scratch("child_diet", "float32", "of the child it gets"),
            scratch("child_hue", "float32", "of the child it gets"),
            scratch("child_energy", "int32", "of the child it gets"),
        )

    @property
    def metrics(self) -> tuple[Metric, ...]:
        selected = (("size", ""), ("diet", ""), ("intake", "energy"))
        return (
            Metric("energy", "energy", "mean energy of an agent", headline=True),
            Metric("plant_intake", "energy", "grazed by all agents since the start"),
            Metric("meat_intake", "energy", "gained by bites of all agents since the start"),
            Metric("standing", "", "biomass as a share of what the ground could carry", headline=True),
            Metric("size", "", "mean body size", headline=True),
            Metric("diet", "0..1", "mean diet: 0 eats plants alone, 1 meat alone", headline=True),
            Metric("size_sd", "", "standard deviation of body size"),
            Metric("diet_sd", "", "standard deviation of diet"),
            Metric("size_at_bound", "0..1", "share of agents within 5 % of the least or the largest body size"),
            Metric("neutral_drift", "", "root mean square of the mean of each gene that nothing reads"),
            *(
                Metric(
                    f"price_{name}", unit, f"covariance of lifetime offspring with {name} over mean offspring (Price)"
                )
                for name, unit in selected
            ),
            Metric("pair_correlation", "", "chance of a neighbor in the same bin over that of a uniform scatter"),
            Metric("energy_total", "energy", "all pools, less sunlight, plus heat: the same at every step"),
        )

    def metric_values(self, view: Fields, rows: np.ndarray) -> dict[str, float | int]:
        """Returns the values of `metrics`; rows: [N] living slots."""
        energy, size, diet = (view[name][rows] for name in ("energy", "size", "diet"))
        some = len(rows) > 0
        mean = {name: float(view[name][rows].mean()) if some else 0.0 for name in ("size", "diet")}
        edge = (np.log(size / 0.4) < 0.05) | (np.log(2.0 / size) < 0.05)
        return {
            "energy": float(energy.mean() / UNIT) if some else 0.0,
            "plant_intake": view.total("plant_intake") / UNIT,
            "meat_intake": view.total("meat_intake") / UNIT,
            "standing": float(view.total("biomass") / UNIT / view["fertility"].sum(dtype=np.float64)),
            **mean,
            "size_sd": float(size.std()) if some else 0.0,
            "diet_sd": float(diet.std()) if some else 0.0,
            "size_at_bound": float(edge.mean()) if some else 0.0,
            "neutral_drift": float(np.sqrt((view["neutral"][rows].mean(axis=0) ** 2).mean())) if some else 0.0,
            **price_covariances(view["price"][0]),
            "pair_correlation": self._pair_correlation(view, rows),
            "energy_total": self.ledger(view, rows) / UNIT,
        }

    def ledger(self, view: Fields, rows: np.ndarray) -> int:
        """Returns the quanta in all pools, less sunlight, plus heat: the same at every step. rows: [N] living slots."""
        bodies = (np.float32(0.5) * view["size"][rows] * np.float32(UNIT)).astype(np.int64)
        pools = view.total("biomass") + int(view["energy"][rows].sum(dtype=np.int64)) + int(bodies.sum())
        return pools + view.total("heat") + view.total("warmth") - view.total("sunlight")

    def _pair_correlation(self, view: View, rows: np.ndarray) -> float:
        """Chance of a neighbor in the same bin over that of a uniform scatter (Morisita's index): 1 is random."""
        if len(rows) < 2:
            return 1.0
        bins = self.params.side // BIN
        column, row = (np.minimum(view[axis][rows].astype(int) // BIN, bins - 1) for axis in ("x", "y"))
        counts = np.bincount(row * bins + column, minlength=bins * bins).astype(np.int64)
        return float((counts * (counts - 1)).sum() * bins * bins / (len(rows) * (len(rows) - 1)))

    def scene(self, view: View, rows: np.ndarray) -> Scene:
        """Returns grass by biomass and agents by hue. rows: [N] living slots."""
        side = self.params.side
        discs = Discs(
            view["x"][rows],
            view["y"][rows],
            0.1 + 0.45 * view["size"][rows],
            view["heading"][rows],
            hue_colors(view["hue"][rows], view["diet"][rows]),
            rows,
        )
        return Scene(side, side, True, self._grass(view), discs)

    def _grass(self, view: View) -> np.ndarray:
        """[side, side, 3] uint8: bare earth to lush green; the second kind of plant is violet."""
        side = self.params.side
        level = np.clip(view["biomass"] >> 8, 0, 255) + 256 * view["kind"].astype(np.int32)
        rows = level.reshape(side // BIN, side // BIN, BIN, BIN).swapaxes(1, 2)  # bins of cells -> rows of cells
        colors: np.ndarray = np.take(GRASS, rows.reshape(side, side), axis=0)
        return colors


def grass_colors() -> np.ndarray:
    """Returns [2 * 256, 3] uint8: for each kind of plant, the color of 0 to 255/256 units of biomass."""
    lush = (np.arange(256) / 255)[:, None] ** 0.7
    earth = np.array((176, 156, 116))
    plants = (np.array((84, 140, 60)), np.array((138, 104, 164)))
    return np.concatenate([earth + (plant - earth) * lush for plant in plants]).astype(np.uint8)


GRASS = grass_colors()


def price_covariances(sums: np.ndarray) -> dict[str, float]:
    """Returns covariances of lifetime offspring with size, diet and intake over all dead, over mean offspring.

    sums: [8] int64, see `price_statistics`.
    """
    n, w = max(int(sums[0]), 1), int(sums[1])
    out = {}
    for k, name in enumerate(("size", "diet", "intake")):
        z, wz = int(sums[2 + 2 * k]) / UNIT, int(sums[3 + 2 * k]) / UNIT
        out[f"price_{name}"] = (wz / n - w / n * z / n) / (w / n) if w else 0.0
    return out


def hue_colors(hue: np.ndarray, diet: np.ndarray) -> np.ndarray:
    """Returns [N, 3] uint8 colors of hues [N]: around the circle, meat eaters deeper."""
    angle = (hue[:, None] * 6.0 + np.array([0.0, 4.0, 2.0])) % 6.0
    pure = np.clip(np.abs(angle - 3.0) - 1.0, 0.0, 1.0)
    light = 1.0 - 0.35 * diet[:, None]
    colors: np.ndarray = (255.0 * light * (0.35 + 0.65 * pure)).astype(np.uint8)
    return colors
