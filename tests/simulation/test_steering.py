"""Interventions in a shared world: ledgers close, ids are new, and what does not fit is refused before it changes."""

from __future__ import annotations

import numpy as np
import pytest

from alife.brains import make_brain
from alife.errors import UserError
from alife.evolution import natural
from alife.simulation.interventions import parse_change, parse_intervention, place_values
from alife.simulation.shared_world import Simulation
from alife.simulation.world_numbers import params_of_structure
from alife.world import UNIT, SharedWorld
from tests.helpers.lives import life
from worlds import swarm


def intervene(simulation, kind, **values):
    simulation.steering.prepare(parse_change(kind, values))()


def school() -> Simulation:
    world = swarm.Swarm(swarm.Params(side=48, population=60))
    brain = make_brain({"name": "wht"}, len(world.sensors), len(world.actuators))
    return Simulation(world, brain, natural.Natural(natural.Params()), 100, 1, 1)


@pytest.fixture(scope="module")
def still() -> Simulation:
    """A life at its beginning."""
    return life()


@pytest.mark.parametrize("make", [lambda: life(side=32, plant_kinds=2), school], ids=["meadow", "swarm"])
def test_ledgers_close_ids_are_new_and_the_life_goes_on(make):
    simulation = make()
    simulation.step(12)
    f, ledger = simulation.fields, lambda: simulation.world.ledger(simulation.fields, simulation.living())
    before, count, next_id = ledger(), simulation.num_alive, int(f["next_id"][0])
    rows = simulation.living()
    gone, copied, moved = (int(f["id"][row]) for row in rows[:3])
    intervene(simulation, "remove", id=gone)
    assert ledger() == before and simulation.num_alive == count - 1 and gone not in f["id"][simulation.living()]
    intervene(simulation, "clone", id=np.int64(copied), x=1.5, y=2.5)
    slot = int(np.flatnonzero(f["id"] == next_id)[0])
    same = ("genome", "energy", "generation", "heading")
    assert all(np.array_equal(f[name][slot], f[name][rows[1]]) for name in same)
    assert f["parent_id"][slot] == -1 and f["clade"][slot] == next_id and f["x"][slot] == 1.5
    intervene(simulation, "move", id=moved, x=3, y=31.0)
    assert (f["x"][rows[2]], f["y"][rows[2]]) == (3, 31)
    traits = {name: float(f[name][rows[3]]) for name in simulation.world.heritable}
    genome = f["genome"][rows[3]].copy()
    intervene(simulation, "place", x=0, y=0, count=3, **place_values(genome, traits))
    new = np.flatnonzero(f["id"] > next_id)
    assert len(new) == 3 and (f["genome"][new] == genome).all() and (f["birth_step"][new] == 12).all()
    assert all((f[name][new] == np.float32(value)).all() for name, value in traits.items())
    assert (f["energy"][new] == int(np.float32(simulation.world.params.founder_energy) * UNIT)).all()
    assert ledger() == before and simulation.num_alive == count + 3
    simulation.check(simulation.state())
    simulation.step(20)
    assert ledger() == before
    deaths = simulation.deaths()
    assert simulation.causes[int(deaths["cause"][deaths["id"] == gone][0])] == "removed"
    assert deaths["destruction_time"][deaths["id"] == gone] == 12


def test_food_is_painted_and_counted_as_sunlight_or_decay():
    simulation = life()
    f, ledger = simulation.fields, lambda: simulation.world.ledger(simulation.fields, simulation.living())
    before, sunlight, untouched = ledger(), simulation.fields.total("sunlight"), simulation.fields["biomass"].copy()
    intervene(simulation, "paint", field="food", x=0.5, y=31.5, radius=1.0, value=4)  # over both edges
    changed = f["biomass"] != untouched
    assert changed.sum() == 5 and (f["biomass"][changed] == 4 * UNIT).all()
    assert f.total("sunlight") - sunlight == 5 * 4 * UNIT - untouched[changed].sum() and ledger() == before
    intervene(simulation, "paint", field="food", x=0.5, y=31.5, radius=1.0, value=0.0)
    assert f.total("warmth") == 5 * 4 * UNIT and f["biomass"][changed].sum() == 0 and ledger() == before


def test_a_number_that_is_set_acts_as_if_the_world_had_begun_with_it():
    early, late = life(upkeep=0.05, lifetime=30), life()
    for name, value in (("upkeep", 0.05), ("lifetime", 30)):
        intervene(late, "set", param=name, value=value)
    early.step(35)
    late.step(35)
    assert early.state_hash() == late.state_hash() and late.world.params.lifetime == 30


def test_numbers_that_may_change_are_those_that_only_laws_of_a_step_read(still):
    numbers = {one.name: one for one in still.steering.numbers.all()}
    assert {"upkeep", "growth", "lifetime", "bites"} <= numbers.keys()
    assert not {"side", "population", "plant_kinds", "retina", "founder_energy"} & numbers.keys()
    upkeep = numbers["upkeep"]
    assert (upkeep.value, upkeep.low, upkeep.high) == (0.02, 0, 1) and "units a step" in upkeep.meaning
    assert {"side", "plant_kinds", "population"} <= set(params_of_structure(still.world))


@pytest.mark.parametrize(
    ("kind", "values", "line"),
    [
        ("destroy", {}, "unknown intervention 'destroy': expected clone"),
        ("remove", {"id": 10**6}, "expected the id of a living agent, got 1000000"),
        ("remove", {"id": "one"}, "intervene remove: id: expected a valid integer, got 'one'"),
        ("clone", {"id": 0}, "intervene clone: x: expected a value, got nothing"),
        ("clone", {"id": 0, "x": 32.0, "y": 0}, "expected x from 0 to below 32, got 32.0"),
        ("move", {"id": 0, "x": 0, "y": float("nan")}, "intervene move: y: expected a finite number"),
        ("place", {"genes": "AAAA", "x": 0, "y": 0}, "genes: expected base64 of genes"),
        ("place", {"genes": "AAAAAA==", "x": 0, "y": 0}, "genes for this brain, got 1"),
        ("place", {"genes": "", "x": 0, "y": 0, "count": 1000}, "expected room for 1000 more agents, got 280"),
        ("set", {"param": "side", "value": 64}, "got side: the world is built with it, or no step reads it; these may"),
        ("set", {"param": "upkep", "value": 0.1}, "no such Param; did you mean 'upkeep'"),
        ("set", {"param": "upkeep", "value": 2.0}, "upkeep: expected less than or equal to 1, got 2.0"),
        ("set", {"param": "upkeep", "value": "0.1"}, "expected a number, true or false, got '0.1'"),
        ("paint", {"field": "walls", "x": 0, "y": 0, "radius": 1, "value": 1}, "unknown paint 'walls': expected food"),
        ("paint", {"field": "food", "x": 0, "y": 0, "radius": 1, "value": 11}, "expected food from 0 to 10 units"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line_and_changes_nothing(kind, values, line, still):
    before = still.state_hash()
    with pytest.raises(UserError) as refused:
        intervene(still, kind, **values)
    assert line in str(refused.value) and "\n" not in str(refused.value)
    assert still.state_hash() == before


def test_a_world_that_counts_nothing_refuses_agents_and_one_without_paints_refuses_paint(monkeypatch):
    simulation = school()
    with pytest.raises(UserError, match="expected a world with paints, got swarm"):
        intervene(simulation, "paint", field="food", x=1, y=1, radius=1, value=1)
    monkeypatch.setattr(type(simulation.world), "account", SharedWorld.account)
    with pytest.raises(UserError, match="expected a world that counts what agents hold, got swarm"):
        intervene(simulation, "remove", id=0)


@pytest.mark.parametrize("entry", [None, [], {"step": 1.0}, {"step": -1, "kind": "remove", "values": {"id": 1}}])
def test_only_whole_records_are_interventions(entry):
    with pytest.raises(UserError, match="expected an intervention with step, kind and values"):
        parse_intervention(entry)
