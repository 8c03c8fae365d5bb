"""Every law of a step and of the founding, compiled, equals itself run as plain Python, bit for bit, in a meadow."""

from __future__ import annotations

import numpy as np
import pytest

from alife.backends.cpu.threads import Program
from alife.brains import make_brain
from alife.evolution import natural
from alife.laws.law import LISTS, Law, per_row
from alife.parts.part import Part
from alife.simulation import births
from alife.simulation.shared_world import Simulation
from alife.world import Columns, column
from tests.helpers.lives import equal, life, scalars, snapshot
from worlds import meadow


def rows_of(simulation, law):
    """Returns the rows that the compiled law would run over now."""
    count = int(simulation.engine.bindings.rows.counts[law.rows][0])
    if not law.rows:
        return [()] * count
    rows = simulation.fields[law.rows][:count].tolist() if law.rows in LISTS else range(count)
    columns = simulation.fields[law.columns].shape[1] if law.columns else None
    return [(i,) for i in rows] if columns is None else [(i, k) for i in rows for k in range(columns)]


def laws_of_a_step(simulation):
    """Returns (law, call) in the order of the program; law is None for the brain."""
    laws = [part if isinstance(part, Law) else None for part in simulation.stages()]
    return list(zip(laws, simulation.engine.program.calls, strict=True))


def run_plainly(simulation, law, names):
    given = scalars({name: names[name] for name in law.array_form.arguments})
    for row in rows_of(simulation, law):
        law(*map(np.int32, row), *(given[name] for name in law.array_form.arguments))


HALVES = {"name": "wht", "storage": "float16", "memory": {"storage": "float16"}}


def crowd(kinds, brain=None):
    """Returns a small hungry crowd in which much happens: bites, births, deaths by every cause, poison."""
    simulation = life(
        seed=4, capacity=130, side=16, population=90, plant_kinds=kinds, youth=0, split_age=3, lifetime=9,
        handling=1, split_energy=0.75, founder_energy=0.9, upkeep=0.06, brain=brain,
    )  # fmt: skip
    simulation.fields["energy"][:9] = 1
    simulation.step(7)
    return simulation


@pytest.mark.parametrize(("kinds", "brain"), [(1, None), (2, None), (1, HALVES)])
def test_every_law_of_a_step_equals_itself_as_plain_python(kinds, brain):
    simulation = crowd(kinds, brain)
    happened = set()
    for _ in range(4):
        simulation.deaths()  # read the log, or the step would not begin
        for law, call in laws_of_a_step(simulation):
            before = snapshot(simulation)
            if law is not None:
                run_plainly(simulation, law, before)
            Program([call]).run()
            if law is None:
                continue
            after = simulation.engine.bindings.names
            wrong = [name for name in law.array_form.arguments if not equal(before[name], after[name])]
            assert not wrong, f"{law.name} differs in {wrong}"
            happened |= {law.name} if rows_of(simulation, law) else set()
    assert happened == {law.name for law, _ in laws_of_a_step(simulation) if law is not None}
    assert simulation.births > 0 and all(simulation.death_causes.values())


def test_a_step_does_not_begin_before_there_is_room_to_log_its_deaths():
    simulation = crowd(2)
    simulation.fields["num_logged"][0] = len(simulation.fields["dead_id"]) - simulation.num_alive + 1
    before = {name: array.copy() for name, array in simulation.state().items()}
    simulation.engine.run(3)
    assert all(equal(array, before[name]) for name, array in simulation.state().items())
    simulation.step()  # moves the log aside and goes on
    assert simulation.steps == before["clock"][0] + 1


class Clock(Columns, table="one"):
    ticks: int = column("int64")


@per_row("one")
def tick(one, world):
    one.ticks += 1


class Ticks(Part):
    """A part with a law over the table of one row."""

    columns = (Clock,)
    end = (tick,)


class Counting(meadow.Meadow):
    parts = (*meadow.Meadow.parts, Ticks())


def test_reading_the_log_changes_no_state_and_a_full_world_continues():
    lives = []
    for often in (1, 25):
        place = Counting(meadow.Params(side=16, population=60, lifetime=5, split_age=2, split_energy=0.75))
        brain = make_brain({"name": "wht"}, len(place.sensors), len(place.actuators))
        simulation = Simulation(place, brain, natural.Natural(natural.Params()), 60, 3)
        for _ in range(100 // often):
            simulation.step(often)
            if often == 1:
                simulation.deaths()
        lives.append((simulation.state_hash(), int(simulation.fields["ticks"][0])))
    assert lives[0] == lives[1] and lives[0][1] == 100


def test_every_law_of_the_founding_equals_itself_as_plain_python():
    simulation = life(seed=9, side=16, population=20, capacity=25, plant_kinds=2)
    laws = simulation.world.stage("reset")
    for law, call in zip(laws, simulation.engine.calls(laws), strict=True):
        before = snapshot(simulation)
        run_plainly(simulation, law, before)
        Program([call]).run()
        assert all(equal(before[name], simulation.engine.bindings.names[name]) for name in law.array_form.arguments), (
            law.name
        )


def test_children_take_the_free_slots_in_order_from_a_drawn_parent_on():
    simulation = life(seed=2, capacity=10, population=7)
    f = simulation.fields
    f["wants_child"][:7] = [1, 0, 1, 1, 1, 1, 0]
    f["died"][[3, 6]] = 1  # a dying agent frees its slot and gets no child
    for call in simulation.engine.calls((births.begin, *births.placing, *births.parent_stages)):
        Program([call]).run()
    assert f["newborn"][:4].tolist() == [3, 6, 7, 8] and f["births"][0] == 4 and f["births_refused"][0] == 0
    parents, wanting = f["parents"][:4].tolist(), [0, 2, 4, 5]
    start = wanting.index(parents[0])
    assert parents == wanting[start:] + wanting[:start]
    assert f["id"][[3, 6, 7, 8]].tolist() == [7, 8, 9, 10]
    assert f["parent_id"][[3, 6, 7, 8]].tolist() == f["id"][parents].tolist()
    assert f["offspring"][parents].tolist() == [1, 1, 1, 1]


def test_a_full_world_refuses_births_and_favors_no_slot():
    parents = []
    for seed in range(40):
        simulation = life(seed=seed, capacity=8, population=7)
        simulation.fields["wants_child"][:7] = 1
        for call in simulation.engine.calls((births.begin, *births.placing, *births.parent_stages)):
            Program([call]).run()
        assert simulation.births == 1 and simulation.fields["births_refused"][0] == 6
        parents.append(int(simulation.fields["parents"][0]))
    assert len(set(parents)) == 7
