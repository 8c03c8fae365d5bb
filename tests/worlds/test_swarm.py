"""The swarm: its laws, its ledger, what its agents see, and what it measures."""

from __future__ import annotations

import numpy as np
import pytest

from alife.analysis.studies.shared.run import run_study
from alife.analysis.studies.swarm import Params, Swarm
from alife.backends.cpu.threads import Program
from alife.brains import make_brain
from alife.errors import UserError
from alife.evolution import natural
from alife.experiment.records.genome import load_genome
from alife.laws.law import LISTS, Law
from alife.parts.food import TASTE
from alife.simulation.shared_world import Simulation
from tests.helpers.lives import equal, scalars, snapshot
from worlds import swarm

SMALL = {"side": 48, "population": 120, "patches": 2}


def life(threads=1, backend="cpu", **params):
    world = swarm.Swarm(swarm.Params(**{**SMALL, **params}))
    brain = make_brain({"name": "wht", "memory": None}, len(world.sensors), len(world.actuators))
    return Simulation(world, brain, natural.Natural(natural.Params()), 200, 5, threads, None, backend)


@pytest.fixture(scope="module")
def busy():
    """Births and both kinds of death in every step or two."""
    simulation = life(meal=0.5, supply=9.0, upkeep=0.07, split_energy=0.6, founder_energy=0.5, lifetime=8, hardship=0)
    simulation.step(6)
    return simulation


def test_every_law_equals_itself_as_plain_python(busy):
    laws = [part if isinstance(part, Law) else None for part in busy.stages()]
    for _ in range(3):
        busy.deaths()
        for law, call in zip(laws, busy.engine.program.calls, strict=True):
            before = snapshot(busy)
            if law is not None and law.rows:
                count = int(busy.engine.bindings.rows.counts[law.rows][0])
                rows = busy.fields[law.rows][:count].tolist() if law.rows in LISTS else range(count)
                columns = busy.fields[law.columns].shape[1] if law.columns else None
                given = scalars({name: before[name] for name in law.array_form.arguments})
                for i in rows:
                    for place in [(i,)] if columns is None else [(i, k) for k in range(columns)]:
                        law(*map(np.int32, place), *(given[name] for name in law.array_form.arguments))
            Program([call]).run()
            if law is not None and law.rows:
                wrong = [
                    name
                    for name in law.array_form.arguments
                    if not equal(before[name], busy.engine.bindings.names[name])
                ]
                assert not wrong, f"{law.name} differs in {wrong}"
    assert busy.births and all(busy.death_causes.values())


def test_a_newborn_has_not_eaten_what_the_dead_one_before_it_ate(busy):
    born = 0
    for _ in range(4):
        next_id = busy.fields["id"][busy.living()].max() + 1
        busy.step(1)
        rows = busy.living()[busy.fields["id"][busy.living()] >= next_id]
        assert not busy.fields["meal_now"][rows].any()
        born += len(rows)
    assert born > 20


@pytest.mark.parametrize("params", [{}, {"fixed": True}, {"hardship": 30, "light_cost": 0.01, "patches": 3}])
def test_the_ledger_closes_and_threads_change_nothing(params):
    lives = [life(threads, **params) for threads in (1, 2)]
    told = set()
    for _ in range(4):
        for one in lives:
            one.step(15)
        told.add(lives[0].world.ledger(lives[0].fields, lives[0].living()))
    assert told == {SMALL["population"] * round(swarm.Params().founder_energy * 65536)}
    assert lives[0].state_hash() == lives[1].state_hash()
    assert lives[0].fields.total("intake") > 0
    assert not params.get("fixed") or lives[0].births == sum(lives[0].death_causes.values()) == 0


def test_a_card_lives_the_same_life_to_the_bit(host_device):
    hungry = {"hardship": 0, "upkeep": 0.09, "meal": 0.3, "supply": 3.0}
    lives = [life(backend=backend, **hungry) for backend in ("cpu", "gpu")]
    for one in lives:
        one.step(13)
    assert lives[0].state_hash() == lives[1].state_hash()
    assert lives[0].births and lives[0].death_causes["starved"]


def observed(places, **params):
    """Observations of the first of agents at `places`: x, y, heading, light."""
    simulation = life(population=len(places), **params)
    for name, values in zip(("x", "y", "heading", "light"), np.array(places, np.float32).T, strict=True):
        simulation.fields[name][: len(places)] = values
    simulation.step(1)
    seen = simulation.fields["observations"][0]
    return dict(zip((sensor.name for sensor in simulation.world.sensors), seen.tolist(), strict=True))


def test_neighbours_are_seen_in_their_sector_across_the_seam_and_hidden_where_they_should_be():
    ahead, behind = (2.0, 10.0, np.pi / 2, 0.5), (46.0, 10.5, 0.0, 1.0)
    seen = observed([(0.5, 10.0, 0.0, 0.0), ahead, behind, (20.0, 10.0, 0.0, 1.0)])
    assert seen["nearness ahead"] == pytest.approx(1 - 1.5 / 8) == seen["course ahead"]
    assert seen["light ahead"] == pytest.approx(0.5 * (1 - 1.5 / 8))
    distance = np.hypot(2.5, 0.5)
    assert seen["nearness behind left"] == pytest.approx(1 - distance / 8)
    assert seen["light behind left"] == pytest.approx(1 - distance / 8) and seen["course behind left"] == 0
    others = [value for name, value in seen.items() if "right" in name or name == "nearness ahead left"]
    assert others == [0.0] * 7
    hidden = observed([(0.5, 10.0, 0.0, 0.0), ahead, behind], neighbours=False)
    assert not any(value for name, value in hidden.items() if name.split()[0] in ("nearness", "light", "course"))


def test_a_patch_shares_what_it_gives_and_only_those_on_it_taste_it():
    simulation = life(supply=0.3, meal=0.05, hardship=0)
    simulation.step(1)
    f, rows = simulation.fields, simulation.living()
    f["x"][rows[:40]], f["y"][rows[:40]] = f["patch_x"][0], f["patch_y"][0]
    simulation.step(1)
    on = f["patch"][rows] == 0
    lane = [sensor.name for sensor in simulation.world.sensors].index("food")
    eaters = int(on.sum())
    assert eaters >= 40 and f["eaters"][0, 0] == eaters
    assert set(f["meal_now"][rows[on]].tolist()) == {int(0.3 * 65536) // eaters}
    np.testing.assert_array_equal(f["observations"][rows, lane], TASTE * (f["patch"][rows] >= 0))


def test_polarisation_is_the_length_of_the_mean_unit_heading():
    heading = np.random.default_rng(0).uniform(0, 2 * np.pi, 1000).astype(np.float32)
    assert swarm.polarisation(heading) < 0.1 and swarm.polarisation(np.full(9, 2.0, np.float32)) == pytest.approx(1)
    assert swarm.polarisation(np.array([0, np.pi / 2])) == pytest.approx(np.sqrt(0.5))
    assert swarm.polarisation(heading[:0]) == 0


def test_the_scene_shows_food_where_the_patches_are_and_light_as_colour():
    simulation = life()
    simulation.step(3)
    f, rows = simulation.fields, simulation.living()
    f["light"][rows[0]], f["light"][rows[1]] = 0.0, 1.0
    scene = simulation.world.scene(f, rows)
    assert scene.ground is not None and scene.ground.shape == (48, 48, 3)
    at = [scene.ground[int(y) % 48, int(x) % 48] for x, y in zip(f["patch_x"], f["patch_y"], strict=True)]
    assert all(pixel[1] > pixel[2] for pixel in at)
    assert scene.discs.color[1].sum() > scene.discs.color[0].sum() and len(scene.discs.row) == len(rows)


def test_metrics_have_the_same_columns_for_nobody():
    simulation = life()
    simulation.step(2)
    told = simulation.world.metric_values(simulation.fields, simulation.living())
    nobody = simulation.world.metric_values(simulation.fields, simulation.living()[:0])
    assert list(told) == list(nobody) and all(np.isfinite(list(nobody.values())))


def test_the_study_sets_the_same_agents_into_the_same_worlds_with_and_without_neighbours(tmp_path):
    study = Swarm(Params(seeds=1, quick=True, agents=60))
    seen, hidden = (trial.config for trial in study.trials())
    assert seen.world == hidden.world.model_copy(update={"neighbours": True}) and seen.run == hidden.run
    assert seen.seed == hidden.seed != load_genome(seen.run.founders).meta["seed"]  # not the world they evolved in
    page = tmp_path / "swarm.md"
    outcomes = run_study(study, tmp_path / "out", page, "none")
    rows = [study._measured(one.folder) for one in outcomes]
    assert len(rows) == 2 and all(0 < food < 0.03 for food, _ in rows)
    assert f"hidden: {rows[0][0] / rows[1][0]:.3g} [" in page.read_text()


def test_the_champions_eat_more_where_they_see_each_other():
    config = Swarm(Params(seeds=1)).trials()[0].config
    genomes = load_genome(config.run.founders)
    world = swarm.Swarm(config.world)
    brain = make_brain(genomes.brain, len(world.sensors), len(world.actuators))
    eaten = []
    for seen in (True, False):
        world.params = config.world.model_copy(update={"neighbours": seen})
        simulation = Simulation(world, brain, natural.Natural(natural.Params()), 300, 1, 1, genomes.population)
        simulation.step(1000)
        eaten.append(simulation.fields.total("intake"))
    assert eaten[0] > 1.3 * eaten[1]


def test_a_side_that_no_bins_fill_is_refused():
    from alife.config.schema import parse_config

    with pytest.raises(UserError, match="side"):
        parse_config("world: {name: swarm, side: 50}", "test", ())
