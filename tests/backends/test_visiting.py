"""The order in which laws visit agents, and the passes that laws share: both are speed alone."""

from __future__ import annotations

import pytest

from alife.backends.checks import FIRST_STEPS
from alife.backends.cpu import bind as binding
from alife.backends.cpu import visiting
from alife.backends.cpu.threads import Call, Program
from alife.laws.law import Law
from alife.simulation.shared_world import Simulation
from tests.helpers.lives import life


def busy(threads: int = 1) -> Simulation:
    """Returns a small crowd in which agents are born and die, so that slots are out of order."""
    simulation: Simulation = life(
        seed=4, threads=threads, capacity=900, side=32, population=700, youth=0, split_age=3, lifetime=9, handling=1,
        split_energy=0.75, founder_energy=0.9, upkeep=0.06,
    )  # fmt: skip
    return simulation


def by_place(simulation: Simulation, calls: list[Call]) -> list[str]:
    slots = simulation.fields["bin_slots"]
    return [call.name for call in calls if call.args.rows is slots]


def test_laws_that_look_around_every_agent_visit_them_by_place() -> None:
    simulation = busy()
    simulation.step(FIRST_STEPS + 1)
    assert by_place(simulation, simulation.engine.program.calls) == ["see_plants", "look", "share_cell"]


@pytest.mark.parametrize(("before", "after"), [((), ("fill_bins",)), (("fill_bins", "advance"), ())])
def test_where_the_cell_lists_do_not_hold_the_living_slots_come_in_order(
    before: tuple[str, ...], after: tuple[str, ...]
) -> None:
    simulation = busy()
    laws = {law.name: law for law in simulation.stages() if isinstance(law, Law)}
    order = [laws[name] for name in (*before, "look", *after)]
    simulation.engine._known = {}
    assert by_place(simulation, simulation.engine.calls(order)) == []


def test_neither_the_order_of_visits_nor_passes_nor_threads_change_a_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    plain, simulation = busy(), busy(threads=2)
    monkeypatch.setattr(visiting, "by_place", lambda laws: (False,) * len(laws))
    binding._print.cache_clear()
    plain.engine._known = {}
    plain.step(FIRST_STEPS + 1)
    plain.engine.program = Program(plain.engine.program.calls)
    assert by_place(plain, plain.engine.program.calls) == []
    monkeypatch.undo()
    binding._print.cache_clear()
    simulation.step(FIRST_STEPS + 1)
    assert len(by_place(simulation, simulation.engine.program.calls)) == 3
    for each in (plain, simulation):
        each.step(20)
    assert plain.state_hash() == simulation.state_hash()
    assert int(plain.fields["births"][0]) > 100 < int(plain.fields["death_count"].sum())


def test_a_pass_holds_laws_of_one_order_none_of_which_reads_what_another_writes_elsewhere() -> None:
    simulation = busy()
    simulation.step(FIRST_STEPS + 1)
    program = simulation.engine.program
    names = [call.name for call in program.calls]
    found = {name: next(group for group in program.passes if name in group) for name in names}
    assert sum(program.passes, []) == names and len(program.passes) < len(names) * 2 / 3
    assert found["look"] == ["see_plants", "look"]  # see_others goes slot by slot
    assert found["lose"] == ["lose"]  # the prey must have lost before biters share that
    assert found["digest_meat"][-1] == "price_statistics"
