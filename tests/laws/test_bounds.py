"""Indices of laws: proven, refused, or checked at run time, on both back ends and as plain Python."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from alife.backends.cuda.law_expressions import INDEX
from alife.backends.cuda.law_statements import law_functions
from alife.brains import make_brain
from alife.errors import UserError
from alife.evolution import natural
from alife.laws.bounds import Shape, noted, outside, site_number
from alife.laws.cells import cell_list_fields, cell_lists
from alife.laws.law import per_agent, per_slot
from alife.laws.maths import i32
from alife.laws.scope import Scope, lanes_of
from alife.laws.source_text import LawError
from alife.laws.types import F32, I32, Array
from alife.simulation.shared_world import Simulation
from alife.world import Actuator, BaseParams, Field, Sensor, SharedWorld, sensor_group
from tests.helpers.laws import run_plain, run_rows

ROOT = Path(__file__).resolve().parents[2]
TYPES = {"x": Array(F32, 2), "which": Array(I32, 1)}
TABLES = {"x": "agents", "which": "agents"}
SHAPES: dict[str, Shape] = {"x": (None, 3), "which": (None,)}


def constant(i, x, which):
    x[i, 3] = 1.0


def looped(i, x, which):
    for k in range(2):
        x[i, k + 2] = 1.0 * x[i, k + 2]


def beyond(i, x, which):
    for k in range(2):
        x[i, k + 3] = 1.0


def guarded(i, x, which, lanes):
    if lanes > 3:
        x[i, 3] = 1.0


def proven(i, x, which):
    for k in range(x.shape[1]):
        x[i, k] = x[i, min(k, 2)] + x[i, (which[i] & 1) + 1] + x[i, k % 3]
    for k in range(len(which)):
        if which[k] > 0:
            x[i, 0] = 0.0


def gathered(i, x, which):
    x[i, which[i]] = 1.0


@pytest.mark.parametrize("function", [constant, beyond])
def test_an_index_that_is_always_outside_is_refused(function) -> None:
    with pytest.raises(
        LawError, match=r"test_bounds.py:\d+: \w+: expected an index of x below 3 in axis 1, got 3; write"
    ):
        per_slot(function).array_form.translate(TYPES, TABLES, SHAPES)


@pytest.mark.parametrize(("function", "count"), [(proven, 0), (looped, 2), (gathered, 1), (guarded, 1)])
def test_only_what_is_not_proven_is_checked(function, count: int) -> None:
    types = {**TYPES, **({"lanes": I32} if function is guarded else {})}
    law = per_slot(function)
    assert len(law.array_form.sites(types, TABLES, SHAPES)) == count
    checked = law.numbered(0)
    assert checked.array_form.translate(types, TABLES, SHAPES) is not None and checked is law.numbered(0)


def test_a_checked_law_notes_the_highest_index_and_touches_nothing_outside() -> None:
    x, log = np.zeros((4, 3), np.float32), np.zeros(1, np.int64)
    which = np.array([0, 100_000_000, -1, 2], np.int32)
    run_rows(per_slot(gathered).numbered(5), 4, x=x, which=which, bounds_log=log)
    assert noted(int(log.view(np.uint64)[0])) == (5, 2, -1)  # -1 as the highest number without a sign
    assert x.sum() == 4 and x[3, 2] == 1
    log[0] = 0
    run_rows(per_slot(gathered).numbered(5), 2, x=x, which=which, bounds_log=log)
    assert noted(int(log.view(np.uint64)[0])) == (5, 2, 100_000_000)


def test_earlier_sites_come_first() -> None:
    assert site_number(0, 0) > site_number(0, 1) > site_number(1, 0) > site_number(1023, 5000) > 0


def test_cuda_text_checks_the_same_index() -> None:
    law = per_slot(gathered)
    text = "".join(law_functions(law.numbered(0).array_form.translate(TYPES, TABLES, SHAPES), "k"))
    assert "alife_place((long long)p_which[(long long)p_i], p_x_n1, p_bounds_log, " in text and "alife_place(" in INDEX
    assert "alife_place" not in "".join(law_functions(law.array_form.translate(TYPES, TABLES, SHAPES), "k"))


@pytest.mark.parametrize("index", [3, -1])
def test_plain_python_raises(index: int) -> None:
    with pytest.raises(IndexError):
        run_plain(per_slot(gathered), 1, x=np.zeros((1, 3), np.float32), which=np.array([index], np.int32))


@per_agent
def seat_all(i, seat, step):
    seat[i] = 2 if step > 20 else 1


@per_agent
def take(i, x, seat, observations):
    x[i] = observations[i, seat[i]]


class Seats(SharedWorld):
    death_causes = ("none",)
    step = (seat_all, take)
    sensors = (Sensor("a", 0, 1, "", "a"), Sensor("b", 0, 1, "", "b"))
    actuators = (Actuator("steer", -0.1, 0.1, "", "b"),)
    fields = (Field("x", "float32"), Field("seat", "int32"))
    num_founders = 10


@pytest.mark.parametrize("backend", ["cpu", "gpu"])
@pytest.mark.usefixtures("host_device")
def test_a_late_error_is_found_where_all_steps_are_checked(backend: str) -> None:
    def life(checked: bool) -> Simulation:
        parts = Seats(BaseParams()), make_brain({"name": "wht"}, 2, 1), natural.Natural(natural.Params())
        return Simulation(*parts, 20, 1, 1, None, backend, checked)

    usual, checked = life(False), life(True)
    usual.step(21)
    checked.step(21)
    assert usual.state_hash() == checked.state_hash()
    usual.step(1)
    with pytest.raises(UserError, match=r"take: expected an index of observations below 2 in axis 1, got 2;"):
        checked.step(1)


@per_agent
def point(a):
    a.senses.near[a.seat] = 1.0


class Grouped(Seats):
    step = (seat_all, point)
    sensors = (*sensor_group("near", "ab", 0, 1, "", ""), Sensor("far", 0, 1, "", ""))


@pytest.mark.parametrize("backend", ["cpu", "gpu"])
@pytest.mark.usefixtures("host_device")
def test_a_lane_past_its_group_is_found_in_checked_steps(backend: str) -> None:
    parts = Grouped(BaseParams()), make_brain({"name": "wht"}, 3, 1), natural.Natural(natural.Params())
    life = Simulation(*parts, 20, 1, 1, None, backend, True)
    life.step(21)
    with pytest.raises(UserError, match=r"point: expected an index of senses.near from 0 to 1, got 2; write one of"):
        life.step(1)


WORLD = '''
from alife.world import Actuator, BaseParams, Field, Sensor, SharedWorld, per_agent

class Params(BaseParams):
    """None."""

@per_agent
def steer(i, x, seat, step, actions):
    seat[i] = LATE if step >= AFTER else 1

@per_agent
def move(i, x, seat, observations):
    INDEXED

class Drops(SharedWorld):
    death_causes = ("dark",)
    step = (steer, move)
    sensors = (Sensor("a", 0, 1, "", "a"), Sensor("b", 0, 1, "", "b"))
    actuators = (Actuator("steer", -0.1, 0.1, "", "b"),)
    fields = (Field("x", "float32"), Field("seat", "int32"))
    num_founders = 10
'''
CASES = {
    "constant": ("x[i] = observations[i, 2]", 0, 1, "", "below 2 in axis 1, got 2;"),
    "far": ("x[i] = observations[i, seat[i]]", 0, 100_000_000, "", "below 2 in axis 1, got 100000000;"),
    "negative": ("x[i] = observations[i, seat[i]]", 0, -1, "", "from 0 on in axis 1, got -1;"),
    "late": ("x[i] = observations[i, seat[i]]", 40, 2, "--checked", "below 2 in axis 1, got 2;"),
}


@pytest.mark.parametrize("case", CASES)
def test_evolve_refuses_in_one_line(case: str, tmp_path: Path) -> None:
    indexed, after, late, option, said = CASES[case]
    text = WORLD.replace("INDEXED", indexed).replace("AFTER", str(after)).replace("LATE", str(late))
    (tmp_path / "worlds").mkdir()
    (tmp_path / "worlds" / "drops.py").write_text(text)
    parts = "world: {name: drops}\nbrain: {name: wht}\nstrategy: {name: natural}\nrun: {capacity: 20, steps: 60}\n"
    (tmp_path / "drops.yaml").write_text(parts)
    command = [sys.executable, ROOT / "run.py", "evolve", "drops.yaml", "--quiet", "--out", "out"]
    ran = subprocess.run([*command, *option.split()], cwd=tmp_path, capture_output=True, text=True, env=os.environ)
    assert ran.returncode == 2 and len(ran.stderr.splitlines()) == 1, ran.stderr
    assert f"drops.py:13: move: expected an index of observations {said}" in ran.stderr


PLANTS = [(f"plants {k}", "plants", 0.0, 1.0) for k in range(3)]
GROUP = Scope(lanes=lanes_of("senses", [("first", "", 0.0, 1.0), *PLANTS]))
OBSERVED = {"observations": Array(F32, 2), "which": Array(I32, 1)}
SIX = {"observations": (4, 6), "which": (4,)}  # lanes of other sensors follow those of the group


def one_too_many(a):
    for k in range(3, 4):
        a.senses.plants[k] = 0.0


def all_of_them(a):
    for k in range(3):
        a.senses.plants[k] = 0.0


def one_of_them(a):
    a.senses.plants[a.which] = 1.0


def test_an_index_past_its_group_of_lanes_is_refused_where_it_can_be_proven() -> None:
    with pytest.raises(
        LawError, match=r"test_bounds.py:\d+: one_too_many: expected an index of senses.plants from 0 to 2"
    ):
        per_agent(one_too_many).within(GROUP).translate(OBSERVED, dict.fromkeys(OBSERVED, "agents"), SIX)
    assert not per_agent(all_of_them).within(GROUP).sites(OBSERVED, dict.fromkeys(OBSERVED, "agents"), SIX)


def test_an_index_past_its_group_of_lanes_is_checked_where_it_cannot() -> None:
    law = per_agent(one_of_them).within(GROUP)
    (site,) = law.sites(OBSERVED, dict.fromkeys(OBSERVED, "agents"), SIX)
    assert (site.array, site.count) == ("senses.plants", 3)
    observations, log = np.zeros((4, 6), np.float32), np.zeros(1, np.int64)
    which = np.array([0, 2, 3, -1], np.int32)
    run_rows(law.numbered(0), 4, observations=observations, which=which, bounds_log=log)
    assert noted(int(log.view(np.uint64)[0]))[2] == -1
    assert observations[:, 4:].sum() == 0 and observations[0, 1] == observations[1, 3] == 1
    log[0] = 0
    run_rows(law.numbered(0), 3, observations=observations, which=which, bounds_log=log)
    entry = noted(int(log.view(np.uint64)[0]))
    assert outside(site, 3, entry[2]).endswith(
        "expected an index of senses.plants from 0 to 2, got 3; write one of those"
    )
    with pytest.raises(IndexError, match="index of senses.plants from 0 to 2, got 3"):
        run_plain(law, 3, observations=observations, which=which)


def test_the_text_of_a_law_without_checks_knows_nothing_of_groups() -> None:
    law, tables = per_agent(one_of_them).within(GROUP), dict.fromkeys(OBSERVED, "agents")
    plain = "".join(law_functions(law.translate(OBSERVED, tables, SIX), "k"))
    checked = "".join(law_functions(law.numbered(0).translate(OBSERVED, tables, SIX), "k"))
    assert "alife_place" not in plain and "p_which[(long long)p_a]" in plain
    assert "alife_place((long long)p_which[(long long)p_a], 3ll, p_bounds_log, " in checked


@per_agent
def choose_bin(a, p):
    a.bin_of = p.wrong if a.id == 3 else i32(a.id) % 4


class Binned(Seats):
    observe = (choose_bin, *cell_lists)
    step = ()
    fields = cell_list_fields()
    tables: ClassVar[dict[str, int]] = {"bins": 4, "bin_ends": 5}


class Wrong(BaseParams):
    wrong: int = 0


def binned(wrong: int, backend: str, kind: type[Binned] = Binned) -> Simulation:
    parts = kind(Wrong(wrong=wrong)), make_brain({"name": "wht"}, 2, 1), natural.Natural(natural.Params())
    return Simulation(*parts, 20, 1, 1, None, backend)


@pytest.mark.parametrize("backend", ["cpu", "gpu"])
@pytest.mark.parametrize(
    ("wrong", "limit"), [(10**6, "below 4, got 1000000"), (-1, "from 0 on, got -1"), (4, "below 4")]
)
@pytest.mark.usefixtures("host_device")
def test_a_bin_that_is_not_there_is_found(wrong: int, limit: str, backend: str) -> None:
    with pytest.raises(UserError, match=rf"check_bins: expected an index of bin_count {limit}"):
        binned(wrong, backend).step(1)
