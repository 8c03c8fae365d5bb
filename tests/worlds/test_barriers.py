"""Barriers: nobody crosses one, worlds without one live as before, and what is built replays to the same bits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import alife
from alife.backends.cpu.threads import Program
from alife.brains import make_brain
from alife.evolution import natural
from alife.experiment.run import Run
from alife.experiment.savepoints import Start
from alife.laws.law import LISTS, Law
from alife.parts import barriers
from alife.simulation.shared_world import Simulation
from tests.helpers.lives import equal, scalars, snapshot
from worlds import swarm

BUSY = {"meal": 0.5, "supply": 9.0, "upkeep": 0.07, "split_energy": 0.6, "founder_energy": 0.5, "lifetime": 8}
OWN = [law for name, law in vars(barriers).items() if isinstance(law, Law)]


def life(backend: str = "cpu", **params: object) -> Simulation:
    """A small swarm with births and deaths in every step or two."""
    given = {"side": 24, "population": 60, "patches": 2, "hardship": 0, **BUSY, **params}
    world = swarm.Swarm(swarm.Params(**given))
    brain = make_brain({"name": "wht", "memory": None}, len(world.sensors), len(world.actuators))
    return Simulation(world, brain, natural.Natural(natural.Params()), 200, 5, 1, None, backend)


def meadow(out: Path | None = None, seed: int = 1, **params: object) -> Run:
    world = {"name": "meadow", "side": 32, "population": 120, "barriers": True, **params}
    return Run({"seed": seed, "world": world, "run": {"capacity": 300, "checkpoint_every": 20}}, out)


def enclosed(walls: np.ndarray) -> np.ndarray:
    """Returns the number of the region of each free cell of a torus, by naive flooding; -1 in walls."""
    found, side = np.where(walls > 0, -1, 0), len(walls)
    regions = 0
    for start in zip(*np.nonzero(walls == 0), strict=True):
        regions += found[start] == 0
        waiting = [start] if found[start] == 0 else []
        while waiting:
            row, column = waiting.pop()
            if found[row, column] == 0:
                found[row, column] = regions
                waiting += [((row + 1) % side, column), ((row - 1) % side, column)]
                waiting += [(row, (column + 1) % side), (row, (column - 1) % side)]
    return found


@pytest.mark.parametrize("way", ["x", "y", "diagonal"])
def test_nobody_crosses_a_barrier_of_a_cell_at_any_speed(way: str) -> None:
    """Two regions of a torus, parted by walls that are as thin as can be: of a cell, or of cells that touch corners."""
    run = meadow(speed=2.0, founder_energy=5.0, split_energy=2.0)
    for k in range(32):
        for at in (8, 24):
            x, y = {"x": (at, k), "y": (k, at), "diagonal": (k, (k + at) % 32)}[way]
            run.intervene("paint", field="wall", x=x + 0.5, y=y + 0.5, radius=0.0, value=1)
    f = run.simulation.fields
    region = enclosed(f["wall"].reshape(32, 32))
    assert region.max() == 2
    home: dict[int, int] = {}
    born = moved = 0
    for _ in range(60):
        for row in run.simulation.living():
            here, id, parent = region[int(f["y"][row]), int(f["x"][row])], int(f["id"][row]), int(f["parent_id"][row])
            born += id not in home and parent >= 0
            known = home.get(id, home.get(parent, here))
            assert here == known or known == -1  # one on which a barrier was built walks out
            home[id] = here
        before = f["x"].copy()
        run.step(1)
        moved += int((f["x"] != before).sum())
    assert born > 20 and moved > 1000


@pytest.mark.parametrize("name", ["meadow", "swarm"])
def test_a_world_without_a_barrier_lives_as_one_without_the_part(name: str) -> None:
    size = {"name": name, "side": 48, "population": 100}
    lives = [Run({"world": {**size, "barriers": on}, "run": {"capacity": 200}}) for on in (False, True)]
    for run in lives:
        run.step(40)
    without, built = (run.simulation.state() for run in lives)
    assert set(built) - set(without) == {"wall"} and not built["wall"].any()
    assert all(equal(without[column], built[column]) for column in without)


def test_what_is_built_replays_resumes_and_goes_back_to_the_same_bits(tmp_path: Path) -> None:
    run = meadow(tmp_path / "run", rooms=16, wall_sense=True)
    run.step(15)
    run.intervene("paint", field="wall", x=3, y=4, radius=1, value=1, to_x=20, to_y=28)
    run.step(10)
    run.intervene("paint", field="wall", x=10, y=12, radius=3, value=0)
    run.step(10)
    hashed, record = run.simulation.state_hash(), run.interventions.done
    run.release()  # as if it was killed: the checkpoint of step 20 has one of the two
    resumed = alife.open_run(tmp_path / "run")
    assert resumed.simulation.steps == 20
    resumed.step(15)
    replayed = Run(run.config, start=Start(None, record))
    replayed.step(35)
    untouched = Run(run.config)
    untouched.step(35)
    assert resumed.simulation.state_hash() == replayed.simulation.state_hash() == hashed
    assert untouched.simulation.state_hash() != hashed
    assert resumed.undo(2).simulation.state_hash() == untouched.simulation.state_hash()
    resumed.release()
    with pytest.raises(alife.UserError, match=r"intervene: expected x from 0 to below 32, got 40"):
        replayed.intervene("paint", field="wall", x=3, y=4, radius=1, value=1, to_x=40, to_y=4)


def test_a_stroke_has_no_gap_and_a_room_its_doors() -> None:
    run = meadow(rooms=16)
    walls = run.simulation.fields["wall"].reshape(32, 32)
    assert walls[0].tolist() == ([1] * 6 + [0] * 4 + [1] * 6) * 2 and (walls[:, 0] == walls[0]).all()
    assert enclosed(walls).max() == 1 and enclosed(np.maximum(walls, np.eye(1, 32, 0) > 2)).max() == 1
    run.intervene("paint", field="wall", x=0.5, y=0.5, radius=0.5, value=1, to_x=31.5, to_y=17.5)
    cells = np.argwhere(walls[:, 17:31])
    assert len({int(column) for _, column in cells}) == 14  # in every column that the stroke passes


def test_a_run_goes_on_with_barriers_as_if_it_had_always_had_them() -> None:
    run = meadow(barriers=False)
    run.step(5)
    run.intervene("set", param="upkeep", value=0.03)
    run.step(5)
    run.savepoint("early")
    run.step(5)
    on = run.with_barriers()
    on.intervene("paint", field="wall", x=16, y=16, radius=6, value=1)
    on.step(10)
    anew = Run(on.config, start=Start(None, on.interventions.done))
    anew.step(25)
    assert on.simulation.state_hash() == anew.simulation.state_hash() and run.simulation.steps == 15
    assert on.at("early").simulation.steps == 10 and on.back(20).simulation.steps == 5
    with pytest.raises(alife.UserError, match="expected a world with barriers, got seasons"):
        Run({"world": {"name": "seasons"}, "run": {"capacity": 4}}).with_barriers()


def test_each_law_of_barriers_equals_itself_as_plain_python() -> None:
    busy = life(barriers=True, rooms=8, wall_sense=True)
    names, seen = {law.name for law in OWN}, set()
    for _ in range(4):
        for part, call in zip(busy.stages(), busy.engine.program.calls, strict=True):
            before = snapshot(busy) if isinstance(part, Law) and part.name in names else None
            if before is not None and isinstance(part, Law):
                count = int(busy.engine.bindings.rows.counts[part.rows][0])
                rows = busy.fields[part.rows][:count].tolist() if part.rows in LISTS else range(count)
                given = scalars({name: before[name] for name in part.array_form.arguments})
                for row in rows:
                    part(np.int32(row), *(given[name] for name in part.array_form.arguments))
                seen |= {part.name} if count else set()
            Program([call]).run()
            if before is not None and isinstance(part, Law):
                arguments = part.array_form.arguments
                assert all(equal(before[name], busy.engine.bindings.names[name]) for name in arguments), part.name
    assert seen == names - {"build_rooms"}  # which runs once, before


def test_both_backends_stop_the_same_agents(host_device: object) -> None:
    lives = [life(backend, barriers=True, rooms=8, wall_sense=True) for backend in ("cpu", "gpu")]
    for one in lives:
        one.step(8)
    assert lives[0].births and lives[0].state_hash() == lives[1].state_hash()
