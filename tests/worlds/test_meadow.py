"""The meadow: its ledger, its laws of the ground, and one life however it is run."""

from __future__ import annotations

import numpy as np
import pytest

from alife.parts.bite_target import reach
from alife.parts.ground import BIN
from alife.parts.lifecycle import AGED, EATEN, STARVED
from alife.world import UNIT
from tests.helpers.lives import life


def test_the_energy_ledger_closes_exactly_at_every_step():
    for kinds in (1, 2):
        simulation = life(seed=3, side=48, population=300, capacity=2000, plant_kinds=kinds)
        start = simulation.world.ledger(simulation.fields, simulation.living())
        for _ in range(150):
            simulation.step()
            assert simulation.world.ledger(simulation.fields, simulation.living()) == start
        assert simulation.births and simulation.death_causes["eaten"] and simulation.death_causes["starved"]


def test_one_life_on_any_number_of_threads_and_in_any_chunks():
    hashes = set()
    for threads, chunks in ((1, [60]), (2, [60]), (3, [1] * 60)):
        simulation = life(seed=5, threads=threads, side=128, population=4000, capacity=9000)
        for chunk in chunks:
            simulation.step(chunk)
        hashes.add(simulation.state_hash())
    assert len(hashes) == 1


def test_another_seed_is_another_life_and_the_hash_sees_one_bit():
    a, b = life(seed=1), life(seed=2)
    assert a.state_hash() != b.state_hash()
    before = a.state_hash()
    a.fields["state"][0, 0] = np.nextafter(np.float32(0), np.float32(1))
    assert a.state_hash() != before


def test_a_restored_life_goes_on_as_if_never_stopped():
    whole, first = life(seed=6), life(seed=6)
    whole.step(120)
    first.step(50)
    saved = {name: array.copy() for name, array in first.state().items()}
    second = life(seed=6)
    second.restore(saved)
    second.step(70)
    assert second.state_hash() == whole.state_hash() and second.agent_steps == whole.agent_steps


def test_an_extinct_world_stays_extinct_and_counts_on():
    simulation = life(founder_energy=0.001, graze=0.0)
    simulation.step(30)
    assert simulation.num_alive == 0 and simulation.death_causes == {"starved": 120, "eaten": 0, "aged": 0}
    simulation.step(10)
    assert simulation.steps == 40 and simulation.metrics()["agents"] == 0


def test_nobody_outlives_a_lifetime_and_the_old_are_counted():
    simulation = life(lifetime=20, split_age=100, founder_energy=5.0)
    simulation.step(21)
    assert simulation.num_alive == 0 and simulation.death_causes["aged"] > 100


def test_without_bites_nobody_is_eaten_and_without_variation_traits_stay():
    simulation = life(bites=False, trait_sigma=0.0, side=64, population=200, capacity=1000)
    sizes = set(simulation.fields["size"][simulation.living()].tolist())
    simulation.step(150)
    assert simulation.death_causes["eaten"] == 0 and simulation.births > 0
    assert set(simulation.fields["size"][simulation.living()].tolist()) <= sizes


def test_no_prey_is_further_away_than_the_distance_that_saves_a_search():
    sizes = np.random.default_rng(1).uniform(0.2, 2.0, (2, 20_000)).astype(np.float32)
    sizes[1, :10_000] = np.nextafter(sizes[0, :10_000] / np.float32(0.9), np.float32(0))  # as large as prey can be
    own, other = sizes[:, sizes[1] < sizes[0] / np.float32(0.9)]
    limit, furthest = reach(own, other), reach(own, own / np.float32(0.9))
    assert len(own) > 12_000 and limit.dtype == np.float32 and (limit * limit <= furthest * furthest).all()


def test_biters_share_what_their_prey_loses():
    simulation, shared = life(seed=3, side=32, population=300, capacity=900), 0
    for _ in range(60):
        rows = simulation.living()
        simulation.step()
        names = ("target", "bite", "bites_on", "lost", "handed_on")
        target, bite, bites_on, lost, handed_on = (simulation.fields[name][rows].astype(np.int64) for name in names)
        biters, place = target >= 0, np.full(900, -1)
        place[rows] = np.arange(len(rows))
        prey = place[target[biters]]
        assert np.array_equal(bites_on, np.bincount(prey, bite[biters], len(rows)))
        shares = lost[prey] * bite[biters] // bites_on[prey]
        assert np.array_equal(handed_on, np.bincount(prey, shares, len(rows))) and (lost <= bites_on).all()
        shared += int((np.bincount(prey, minlength=len(rows)) > 1).sum())
    assert shared > 0


def test_what_the_log_of_the_dead_says_is_what_the_counters_say():
    simulation = life(seed=8, side=48, population=300, capacity=330)
    parts = []
    for _ in range(4):
        simulation.step(60)
        parts.append(simulation.deaths())
    dead = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    living = simulation.fields["id"][simulation.living()]
    everyone = np.sort(np.concatenate([dead["id"], living]))
    assert np.array_equal(everyone, np.arange(300 + simulation.births))
    assert np.array_equal(
        np.bincount(dead["cause"], minlength=3), [simulation.death_causes[c] for c in ("starved", "eaten", "aged")]
    )
    assert (dead["destruction_time"] >= dead["origin_time"]).all() and (dead["parent_id"] < dead["id"]).all()
    assert (STARVED, EATEN, AGED) == (0, 1, 2)


def test_an_ungrazed_cell_grows_to_its_capacity_and_the_season_closes():
    simulation = life(population=1, season=0.0, patch_drift=0.0, lifetime=1, side=32)
    ground = simulation.fields["biomass"]
    ground[...] //= 4
    simulation.step(4000)
    share = ground / (simulation.fields["fertility"] * UNIT)
    assert share.min() > 0.97 and share.max() < 1.08


def test_poison_costs_and_is_another_kind_for_another_agent():
    simulation = life(plant_kinds=2, side=64, population=400, capacity=900)
    kinds = simulation.fields["poison_kind"][:400]
    assert 150 < (kinds == 0).sum() < 250 and set(kinds.tolist()) == {0, 1}
    simulation.step(1)
    taste, sick = simulation.fields["plant_taste"][:400], np.zeros(400, bool)
    on = simulation.fields["kind"][simulation.fields["bin_of"][:400], simulation.fields["cell_of"][:400]]
    sick = on == kinds
    alive = simulation.fields["alive"][:400] == 1
    assert (taste[sick & alive] <= 0).all() and (taste[~sick & alive] >= 0).all() and (taste < 0).any()


@pytest.mark.parametrize("kinds", [1, 2])
def test_observations_are_within_the_ranges_their_sensors_state(kinds):
    simulation = life(plant_kinds=kinds, side=48, population=300, capacity=900)
    parts = []
    for _ in range(80):
        simulation.step()
        rows = simulation.living()
        parts.append(simulation.fields["observations"][rows[simulation.fields["birth_step"][rows] < simulation.steps]])
    seen = np.concatenate(parts)
    for sensor, column in zip(simulation.world.sensors, seen.T, strict=True):
        assert sensor.low <= column.min() and column.max() <= sensor.high, sensor.name
    informative = seen.std(axis=0) > 0
    assert informative.all(), [s.name for s, k in zip(simulation.world.sensors, informative, strict=True) if not k]


def test_the_world_is_a_torus():
    a, b = (life(seed=7, side=32, population=40, season=0.0) for _ in range(2))
    from alife.backends.cpu.threads import Program

    f, g = a.fields, b.fields
    g["x"][:40] = (f["x"][:40] + 16) % 32  # whole bins, so that the ground moves along
    for name in ("biomass", "kind"):
        blocks = f[name].reshape(8, 8, 16)
        g[name][...] = np.roll(blocks, 4, axis=1).reshape(64, 16)
    for s in (a, b):
        Program(s.engine.program.calls[: len(s.world.stage("observe"))]).run()
    assert np.allclose(f["observations"][:40], g["observations"][:40], atol=2e-5)


@pytest.mark.parametrize("side", [16, 32, 48, 64, 128])
def test_fertility_counts_every_patch_near_a_cell_once(side):
    simulation = life(side=side, population=1)
    f = simulation.fields
    cell = np.arange(side) + 0.5
    total = np.full((side, side), simulation.world.params.floor_fertility)
    for x, y, size in zip(f["patch_x"], f["patch_y"], f["patch_size"], strict=True):
        dx, dy = ((d + side / 2) % side - side / 2 for d in (cell[None, :] - x, cell[:, None] - y))
        total += np.exp(-(dx**2 + dy**2) / (2 * size.astype(float) ** 2))
    blocks = f["fertility"].reshape(side // 4, side // 4, 4, 4).swapaxes(1, 2).reshape(side, side)
    assert np.max(np.abs(blocks - total)) < 0.08 * total.max()  # patches beyond the nearest nine are left out
    assert abs(blocks.mean() / total.mean() - 1) < 0.02


def test_a_child_that_costs_more_than_there_is_keeps_its_parents_size():
    simulation = life(trait_sigma=1.0, side=64, population=300, capacity=1500, split_energy=0.75)
    for _ in range(60):
        simulation.step()
        assert (simulation.fields["energy"][simulation.living()] >= 0).all()
    assert simulation.births > 100


def test_the_retina_sees_the_nearest_agent_of_each_direction():
    """Against a loop over all agents on the torus, in float64; a pixel in which it is near the edge may differ."""
    pixels = 16
    simulation = life(
        seed=5, side=32, population=90, retina=pixels, brain={"name": "wht", "width": 64, "projection": None}
    )
    simulation.step(10)
    before = {name: simulation.fields[name].copy() for name in ("x", "y", "heading", "hue")}
    rows = simulation.living()
    simulation.step(1)
    strip, compared, seen = simulation.fields["observations"][:, -2 * pixels :], 0, 0
    for i in rows:
        d = [(before[axis][rows] - before[axis][i] + 16) % 32 - 16 for axis in ("x", "y")]
        d = [part.astype(np.float64) for part in d]
        angle = np.arctan2(d[1], d[0]) - before["heading"][i]
        place = ((angle / (2 * np.pi) + 0.5) % 1.0) * pixels
        distance = np.hypot(*d)
        reach = bins_apart(before, rows, i) & (rows != i)
        for k in range(pixels):
            there = reach & (np.abs(place - k - 0.5) < 0.499)
            doubtful = reach & (np.abs(np.abs(place - k - 0.5) - 0.5) <= 0.001)
            if doubtful.any():
                continue
            expected = 1.0 / (1.0 + distance[there].min()) if there.any() else 0.0
            compared, seen = compared + 1, seen + there.any()
            assert strip[i, k] == pytest.approx(expected, rel=1e-4, abs=1e-6)
            if there.any():
                apart = abs(float(before["hue"][rows[there][distance[there].argmin()]]) - float(before["hue"][i]))
                assert strip[i, k + pixels] == pytest.approx(1 - 4 * min(apart, 1 - apart), abs=1e-4)
            else:
                assert strip[i, k + pixels] == 0.0
    assert compared > 1000 and seen > 100


def bins_apart(view, rows, i):
    """Whether others lie in the three by three bins round an agent."""
    near = np.ones(len(rows), bool)
    for axis in ("x", "y"):
        count = 32 // BIN
        bins = (view[axis][rows] // BIN).astype(int) % count
        apart = (bins - int(view[axis][i] // BIN) % count) % count
        near &= (apart <= 1) | (apart == count - 1)
    return near


def test_the_retina_is_the_same_on_a_card(host_device):
    mind = {"name": "wht", "width": 64, "projection": None}
    ours, theirs = (life(population=40, capacity=60, retina=12, brain=mind, backend=where) for where in ("cpu", "gpu"))
    for run in (ours, theirs):
        run.step(6)
    assert ours.state_hash() == theirs.state_hash()
    assert np.array_equal(ours.fields["observations"], theirs.fields["observations"])
