"""Births of two parents: genes come from both, mates are alive, and a life is the same however it is run."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from alife.backends.cpu.threads import Program
from alife.brains import make_brain
from alife.config.schema import load_config
from alife.errors import UserError
from alife.evolution import natural
from alife.experiment.evolve import evolve
from alife.laws.maths import f32, i32
from alife.laws.random import FIRST_WORLD_STREAM, below, uniform, words
from alife.parts.mating import Mating
from alife.simulation import births, mating
from alife.simulation.shared_world import Simulation
from alife.world import Actuator, BaseParams, Sensor, SharedWorld, per_agent
from tests.helpers.lives import equal, life, snapshot
from tests.laws.test_laws import laws_of_a_step, rows_of, run_plainly

BUSY = {"side": 32, "population": 200, "capacity": 500, "split_age": 5, "split_energy": 0.8, "founder_energy": 2.0}


def mating_life(share=1.0, rate=0.0, **of):
    return life(**{**BUSY, **of}, strategy=natural.Params(mating=share, mutation_rate=rate))


def newborn(simulation):
    """Returns the slots of the children of the last step."""
    return simulation.fields["newborn"][: int(simulation.fields["num_newborn"][0])].copy()


def test_genes_come_from_both_parents_and_from_nobody_else():
    simulation, both, genomes = mating_life(), 0, {}
    f = simulation.fields
    genomes = dict(zip(f["id"][:200].tolist(), f["genome"][:200].copy(), strict=True))
    for _ in range(60):
        simulation.step()
        for i in newborn(simulation):
            mother, father = genomes[int(f["parent_id"][i])], genomes.get(int(f["second_parent_id"][i]))
            genomes[int(f["id"][i])] = child = f["genome"][i].copy()
            if father is None:
                assert f["second_parent_id"][i] == -1 and np.array_equal(child, mother)
                continue
            assert ((child == mother) | (child == father)).all()
            told_apart = mother != father
            if told_apart.all():
                both += 1
                assert 0.25 < (child == father).mean() < 0.75  # of 192 genes half, give or take 7 deviations
    assert both > 20 and f["births_of_two"][0] > both


def test_the_share_of_two_parents_is_what_was_asked_for_where_a_mate_is_near():
    counts = np.zeros(2)
    simulation = mating_life(share=0.3, side=64, population=900, capacity=1800, seed=3)
    f = simulation.fields
    for _ in range(80):
        simulation.step()
        born = newborn(simulation)
        near = f["mate"][f["parent_slot"][born]] >= 0
        assert not (f["mate_slot"][born] >= 0)[~near].any()
        counts += near.sum(), (f["mate_slot"][born] >= 0).sum()
    assert counts[0] > 300 and abs(counts[1] / counts[0] - 0.3) < 4 * (0.21 / counts[0]) ** 0.5
    assert f["births_of_two"][0] == counts[1] == simulation.metrics()["births_of_two"]


def positions_seen(f):
    """Returns the positions [N, 2] of agents as they were sensed in the last step, from the cell lists."""
    count, found = f["bin_start"][-1], np.zeros((len(f["x"]), 2))
    found[f["bin_slots"][:count]] = np.stack([f["bin_x"][:count], f["bin_y"][:count]], axis=1)
    return found


def test_mates_live_are_near_and_eat_alike():
    simulation, seen = mating_life(mate_reach=3.0, mate_diet=0.1), 0
    f = simulation.fields
    for _ in range(40):
        living = set(f["id"][simulation.living()].tolist())
        simulation.step()
        where = positions_seen(f)
        for i in newborn(simulation):
            p, m = f["parent_slot"][i], f["mate_slot"][i]
            if m >= 0:
                seen += 1
                assert m != p and f["alive"][m] and f["second_parent_id"][i] == f["id"][m] in living
                apart = np.abs(where[m] - where[p])
                assert np.hypot(*np.minimum(apart, 32 - apart)) < 3.0 and abs(f["diet"][m] - f["diet"][p]) <= 0.1001
    assert seen > 20


def test_a_mate_that_dies_in_this_step_is_none():
    simulation = mating_life(capacity=10, population=7)
    f = simulation.fields
    genomes = f["genome"].copy()
    f["wants_child"][:3], f["mate"][:3], f["died"][4] = 1, [4, 5, -1], 1
    laws = (births.begin, *mating.pairing, *births.placing, *mating.burying, natural.choose, natural.cross)
    for call in simulation.engine.calls((*laws, *mating.naming)):
        Program([call]).run()
    born = newborn(simulation)
    assert 4 in born  # a child has the slot of the mate that died
    by_parent = {int(f["parent_id"][i]): i for i in born}
    assert [int(f["second_parent_id"][by_parent[p]]) for p in range(3)] == [-1, 5, -1]
    assert np.array_equal(f["genome"][by_parent[0]], genomes[0])
    assert simulation.deaths()["second_parent_id"].tolist() == [-1]


def test_without_mating_nothing_of_it_is_there():
    simulation = life()
    assert not {field.name for field in mating.FIELDS} & set(simulation.fields)
    assert (
        natural.Natural(natural.Params()).breeding == (natural.breed,) and "births_of_two" not in simulation.metrics()
    )
    assert not {"meet", "choose"} & {getattr(part, "name", "") for part in simulation.stages()}


def test_one_life_on_any_number_of_threads_and_after_a_restore():
    lives = [mating_life(share=0.6, rate=0.05, side=128, population=4000, capacity=9000, threads=n) for n in (1, 2, 3)]
    for one in lives[:2]:
        one.step(60)
    lives[2].step(25)
    last = mating_life(share=0.6, rate=0.05, side=128, population=4000, capacity=9000, seed=1)
    last.restore({name: array.copy() for name, array in lives[2].state().items()})
    last.step(35)
    assert lives[0].fields["births_of_two"][0] > 100
    assert lives[0].state_hash() == lives[1].state_hash() == last.state_hash()


def test_every_law_equals_itself_as_plain_python():
    hungry = {"youth": 0, "handling": 1, "upkeep": 0.06, "split_age": 2, "founder_energy": 1.2, "lifetime": 9}
    simulation = mating_life(share=0.7, rate=0.3, population=90, capacity=130, side=16, seed=4, **hungry)
    simulation.step(4)
    happened = set()
    for _ in range(5):
        simulation.deaths()  # read the log, or the step would not begin
        for law, call in laws_of_a_step(simulation):
            before = snapshot(simulation)
            if law is not None:
                run_plainly(simulation, law, before)
                happened |= {law.name} if rows_of(simulation, law) else set()
            Program([call]).run()
            after = simulation.engine.bindings.names
            assert law is None or all(equal(before[name], after[name]) for name in law.array_form.arguments), law.name
    assert {"meet", "part_from_the_dying", "bury_beside", "choose", "cross", "name_second"} <= happened


def test_a_card_lives_the_same_life(host_device):
    ours, theirs = (mating_life(share=0.6, rate=0.05, backend=backend) for backend in ("cpu", "gpu"))
    for one in (ours, theirs):
        one.step(60)
    assert theirs.state_hash() == ours.state_hash() and theirs.metrics() == ours.metrics()
    assert ours.fields["births_of_two"][0] > 20
    mine, others = ours.deaths(), theirs.deaths()
    assert all(np.array_equal(mine[name], others[name]) for name in mine) and (mine["second_parent_id"] >= 0).any()


def test_who_comes_from_elsewhere_has_no_parents_here():
    here, there = mating_life(seed=1), mating_life(seed=2)
    for one in (here, there):
        one.step(50)
        one.deaths()
    f, before = there.fields, there.fields["id"].copy()
    second = dict(zip(f["id"].tolist(), f["second_parent_id"].tolist(), strict=True))
    there.immigrate(here.emigrants(20))
    came = np.flatnonzero(f["id"] != before)
    assert len(came) == 20 and (f["second_parent_id"][came] == -1).all()
    left = there.deaths()
    assert left["second_parent_id"].tolist() == [second[id] for id in left["id"].tolist()]
    assert (left["second_parent_id"] >= 0).any()


# ---- records


def test_the_lineage_names_both_parents_and_is_valid_elsewhere(tmp_path):
    pandas, phyloframe = pytest.importorskip("pandas"), pytest.importorskip("phyloframe.legacy")
    changes = ["strategy.mating=0.7", "world.side=48", "world.population=300", "run.capacity=900"]
    changes += ["run.steps=240", "run.checkpoint_every=80", "world.split_age=5", "world.lifetime=60"]
    whole = evolve(load_config("meadow", changes), tmp_path / "whole")
    evolve(load_config("meadow", [*changes, "run.steps=80"]), tmp_path / "half")
    again = evolve(load_config("meadow", changes), tmp_path / "half", resume=True)
    assert again.simulation.state_hash() == whole.simulation.state_hash()
    texts = [(tmp_path / name / "lineage.csv").read_text() for name in ("whole", "half")]
    assert texts[0] == texts[1]
    rows = list(csv.DictReader(texts[0].splitlines()))
    parents = [row["ancestor_list"].strip("[]").split(",") for row in rows]
    two = [(int(row["id"]), *map(int, pair)) for row, pair in zip(rows, parents, strict=True) if len(pair) == 2]
    assert len(two) == whole.simulation.fields["births_of_two"][0] > 20
    assert all(a != b and a < child and b < child for child, a, b in two)
    table = pandas.read_csv(tmp_path / "whole" / "lineage.csv")
    assert len(table) == whole.simulation.births + 300 and phyloframe.alifestd_validate(table)


def test_a_world_that_names_no_mates_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(Mating, "pairing", ())
    path = tmp_path / "lonely.yaml"
    path.write_text("world: {name: meadow}\nstrategy:\n  name: natural\n  mating: 0.5\n")
    with pytest.raises(UserError, match="lonely.yaml:4: strategy.mating needs a world that chooses mates, but 'me"):
        load_config(path)
    assert load_config(path, ["strategy.mating=0"])


# ---- what it is good for


@per_agent
def feel(i, observations):
    """Writes the only observation, always 0."""
    observations[i, 0] = 0.0


@per_agent
def suffer_or_breed(i, genome, died, wants_child, seed, id, step):
    """Kills with a probability that each of eight genes not above 0 adds to; survivors may want a child."""
    bad = 0
    for g in range(8):
        bad += 0 if genome[i, g] > 0.0 else 1
    if uniform(seed, FIRST_WORLD_STREAM, step, id[i], 0) < 0.01 + 0.03 * f32(bad):
        died[i] = 1
    elif uniform(seed, FIRST_WORLD_STREAM, step, id[i], 1) < 0.3:
        wants_child[i] = 1


@per_agent
def meet_anyone(i, mate, living, num_living, seed, id, step):
    """Chooses a mate among all living agents."""
    a, b, c, d = words(seed, FIRST_WORLD_STREAM, step, id[i], 2)
    mate[i] = living[i32(below(a, num_living[0]))]


class Halves(SharedWorld):
    """A world without space, in which eight genes keep an agent alive."""

    observe, step, pairing = (feel,), (suffer_or_breed,), (meet_anyone,)
    num_founders = 40
    sensors = (Sensor("nothing", 0, 1, "", "always 0"),)
    actuators = (Actuator("nothing", 0, 1, "", "not looked at"),)


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_two_clades_with_half_of_the_good_genes_each_join_them_only_by_mating(share):
    spec = {"name": "wht", "width": 16, "layers": 1, "memory": None, "projection": None}
    place, brain = Halves(BaseParams()), make_brain(spec, 1, 1)
    founders = np.full((2, brain.num_genes), -0.5, np.float32)
    founders[0, :4] = founders[1, 4:8] = 0.5
    breeder = natural.Natural(natural.Params(mating=share, mutation_rate=0.0))
    simulation = Simulation(place, brain, breeder, 300, seed=1, founders={"genome": founders})
    simulation.step(300)
    good = (simulation.fields["genome"][simulation.living(), :8] > 0).sum(axis=1)
    assert len(good) > 200
    best = {0.0: [4], 0.5: [8]}  # the best that can be had takes over
    assert np.unique(good).tolist() == best[share]


@per_agent
def want_nobody(a, p):
    a.wants_child = 1
    a.mate = p.wrong if a.id == 3 else -1


class Suitors(SharedWorld):
    death_causes = ("none",)
    pairing = (want_nobody,)
    sensors = (Sensor("a", 0, 1, "", "a"),)
    actuators = (Actuator("b", 0, 1, "", "b"),)
    num_founders = 10


class Suit(BaseParams):
    wrong: int = -1


@pytest.mark.parametrize("backend", ["cpu", "gpu"])
@pytest.mark.usefixtures("host_device")
def test_a_mate_outside_the_slots_is_found(backend: str) -> None:
    def suitors(wrong: int) -> Simulation:
        parts = Suitors(Suit(wrong=wrong)), make_brain({"name": "dense"}, 1, 1)
        return Simulation(*parts, natural.Natural(natural.Params(mating=0.5)), 20, 1, 1, None, backend)

    suitors(-1).step(1)
    with pytest.raises(UserError, match="part_from_the_dying: expected an index of died below 20, got 1000000"):
        suitors(10**6).step(1)
