"""Namespaces of laws: resolved to arrays they mean what their text says, and errors name the text as written."""

from __future__ import annotations

import numpy as np
import pytest

from alife.brains import make_brain
from alife.config.registry import find, find_params, names
from alife.laws.law import Law, per_agent, per_bin, serial
from alife.laws.maths import clip, f32, i32, i64
from alife.laws.random import uniform
from alife.laws.scope import EMPTY, Scope, lanes_of
from alife.laws.source_text import LawError
from alife.laws.types import of_array
from alife.laws.views import run_row
from alife.simulation.evaluator import Evaluator
from alife.simulation.shared_world import Simulation
from alife.world import Actuator, EpisodicAgent, EpisodicWorld, Sensor, column, interleaved, sensor_group
from tests.helpers.laws import run_plain, run_rows
from tests.helpers.lives import equal

SENSES = [(f"plants {k}", "plants", 0.0, 1.0) for k in range(3)] + [("taste of meat", "", 0.0, 1.0)]
ACTIONS = [("turn", "", -0.6, 0.6), ("bite", "", -1.0, 1.0)]
SCOPE = Scope(
    tables=(("ground", "bins"), ("patches", "patches")),
    columns=(("patches", "x", "patch_x"),),
    owners=(
        ("size", "agents"),
        ("more", "agents"),
        ("out", "agents"),
        ("graze", "p"),
        ("maze", "world"),
        ("biomass", "bins"),
        ("speed", "p"),
    ),
    lanes=(*lanes_of("senses", SENSES), *lanes_of("actions", ACTIONS), *lanes_of("outputs", ACTIONS)),
)


def values(count: int = 7) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    return {
        "size": rng.random(count, np.float32),
        "bin_of": rng.integers(0, 4, count).astype(np.int32),
        "prey": rng.integers(0, count, count).astype(np.int32),
        "id": np.arange(count, dtype=np.int64) * 1000,
        "neutral": rng.random((count, 5), np.float32),
        "out": np.zeros(count, np.float32),
        "more": np.zeros((count, 2), np.float32),
        "biomass": rng.random((4, 3), np.float32),
        "patch_x": rng.random(2, np.float32),
        "observations": np.zeros((count, 4), np.float32),
        "actions": rng.normal(0, 2, (count, 2)).astype(np.float32),
        "graze": np.array(0.3, np.float32),
        "maze": rng.integers(0, 5, (2, 3)).astype(np.int32),
        "births": np.array([3], np.int64),
        "step": np.array(11, np.int64),
        "seed": np.array(5, np.uint64),
    }


def richness(ground, k, p):
    return ground.biomass[k] / (ground.biomass[k] + p.graze)


def mine(a, ground, p, draws):
    return richness(ground[a.bin_of], 1, p) + draws.once.uniform(3, 1) * a.size


@per_agent
def everything(a, agents, ground, patches, p, world, draws, totals):
    size = a.size
    out = mine(a, ground, p, draws)
    prey = agents[a.prey]
    a.out = size + out + prey.size + agents[prey.row].neutral[2] + f32(world.maze[1, 2]) + patches[1].x
    a.more[1] += p.graze if prey.row != a.row else f32(0.0)
    for k in range(3):
        a.senses.plants[k] = a.neutral[k] + draws.uniform(2, k)
    a.senses.taste_of_meat = a.actions.turn + a.actions.bite * a.outputs.bite
    if totals.births > i64(2) and world.step == i64(11):
        a.more[0] = f32(len(a.neutral)) + f32(world.maze.shape[1])


def test_every_form_of_access_means_the_same_compiled_resolved_and_as_views() -> None:
    law = everything.within(SCOPE)
    compiled, resolved, viewed = values(), values(), values()
    run_rows(law, 7, **compiled)
    run_plain(law, 7, **resolved)
    for row in range(7):
        run_row(everything, row, viewed, SCOPE)
    for name in compiled:
        assert equal(compiled[name], resolved[name]) and equal(compiled[name], viewed[name]), name
    v = compiled
    turn = np.float32(-0.6) + np.float32(1.2) * (np.clip(v["actions"][:, 0], -1, 1) + 1) * np.float32(0.5)
    meat = turn + np.clip(v["actions"][:, 1], -1, 1) * v["actions"][:, 1]
    np.testing.assert_allclose(v["observations"][:, 3], meat, rtol=1e-6)
    with np.errstate(over="ignore"):
        drawn = uniform(np.uint64(5), np.int32(2), np.int64(11), np.int64(3000), np.int32(1))
    assert v["observations"][3, 1] == v["neutral"][3, 1] + drawn and (v["more"][:, 0] == 8).all()


def test_names_that_clash_are_kept_apart() -> None:
    """A column is called like a local variable, a function of the module, and one of Python's own."""

    @per_agent
    def clash(a, p):
        size = a.size + p.clip
        a.id = i64(clip(size, 0.0, 0.5) * 100.0)

    given = {"size": np.ones(2, np.float32), "clip": np.array(1.0, np.float32), "id": np.zeros(2, np.int64)}
    run_rows(clash, 2, **given)
    assert given["id"].tolist() == [50, 50] and set(clash.array_form.arguments) == {"size", "clip", "id"}


def test_the_array_form_may_be_mixed_in_and_scalars_are_passed_once() -> None:
    @per_agent
    def mixed(a, size, step, world, p):
        a.out = size[a.row] + f32(world.step - step) + p.graze

    given = values()
    run_rows(mixed, 7, **given)
    assert equal(given["out"], given["size"] + np.float32(0.3)) and mixed.array_form.arguments.count("step") == 1


def test_options_name_columns_and_the_single_row_needs_no_index() -> None:
    @per_agent(reductions=("births",))
    def count(a, totals):
        totals.births += i64(a.bin_of)

    @serial
    def close(totals, agents):
        agents[2].out = f32(totals.births)

    given = values()
    run_rows(count, 7, **given)
    run_rows(close, 1, **given)
    assert given["births"][0] == 3 + given["bin_of"].sum() == given["out"][2]


def test_a_law_may_name_further_tables_and_a_length_is_that_of_rows() -> None:
    """The same function over other tables draws by their rows."""

    @per_agent(tables={"log": "entries"}, scatter=("patch_x",))
    def note(a, log, agents, draws):
        log[a.row + 1].patch_x = f32(len(log.patch_x) + len(agents.size) + len(a.neutral)) + draws.uniform(2, 0)

    given, longer = values(), np.zeros(9, np.float32)
    run_rows(note, 7, **given | {"patch_x": longer})
    elsewhere = Law(note.function, "places", tables=note.tables, scatter=note.scatter)
    plain, viewed = np.zeros((2, 9), np.float32)
    run_plain(elsewhere, 7, **given | {"patch_x": plain})
    for row in range(7):
        run_row(elsewhere, row, given | {"patch_x": viewed}, EMPTY)
    assert (longer[1:8] >= 21).all() and longer[8] == 0 and equal(plain, viewed)
    assert "id" in note.array_form.arguments and "id" not in elsewhere.array_form.arguments


def half(a):
    return 0.5 * a.size


def test_a_function_that_is_given_the_own_row_reads_it_there() -> None:
    """It may read a column that the law writes; of another row it may not."""

    @per_agent
    def shrink(a):
        a.size = half(a)

    @per_agent
    def copy(a, agents):
        a.size = half(agents[a.prey])

    given = values()
    before = given["size"].copy()
    run_rows(shrink, 7, **given)
    assert equal(given["size"], before * np.float32(0.5))
    with pytest.raises(LawError, match="copy: expected a written field to be read at row a only"):
        refused(copy)


def refused(law, scope: Scope = EMPTY) -> None:
    resolved, given = law.within(scope), values()
    types = {name: of_array(given[field]) for name, field in zip(resolved.parameters, resolved.arguments, strict=True)}
    tables = {"biomass": "bins", "patch_x": "patches", "births": "one", "maze": "", "graze": ""}
    resolved.translate(types, {name: tables.get(name, "agents") for name in types})


def wrong(body: str, parameters: str = "a, agents, ground, p, world, draws"):
    """A law with this body, in a file of its own, so that errors can name its line."""
    return f"@per_agent\ndef law({parameters}):\n    {body}\n"


WRONG = [
    ("a.out = a.senses.plant", "expected a name of senses; did you mean 'plants'?, got plant; write one of"),
    ("a.out = a.senses.plants", "expected one of 3, senses.plants[k], got a.senses.plants; write that"),
    ("a.senses.taste_of_meat[1] = 0.0", "expected a single lane, senses.taste_of_meat, got a.senses.taste_of_meat[1]"),
    ("a.senses.plants[3] = 0.0", "expected an index from 0 to 2, got 3; write one of those"),
    ("a.out = a.graze", "expected a name of table agents, got graze of Params; write p.graze"),
    ("a.out = p.size", "expected a name of Params, got size of table agents; write size of a row of agents"),
    ("a.out = f32(p.maze[0, 0])", "expected a name of Params, got maze of the world; write world.maze"),
    ("a.out = agents.size", "expected a column of a row, got agents.size; write agents[...].size"),
    ("a.out = draws.gauss(1, 2)", "expected draws.words, draws.uniform, draws.normal of a stream and a count, got"),
    ("a.out = draws.uniform(1)", "got draws.uniform(1); write draws.uniform(STREAM, 0)"),
    ("a.out = a.senses[2]", "expected a lane by its name"),
    ("agents[a.prey].out = 1.0", "expected a write to row a of a field of its own table, got agents[a.prey].out"),
    ("ground[a.bin_of].biomass[0] = 1.0", "got ground[a.bin_of].biomass[0]"),
    ("p.graze = 0.5", "expected a column of a row to write, got p.graze; write a.name = ..."),
    ("a.size += p.graze and 1.0", "law: expected a comparison, got a number"),
    ("q = p", "law: expected"),
    ("a.out = a.size if a else 0.0", "law: expected"),
    ("a = agents[2]", "law: expected"),
]


@pytest.mark.parametrize(("body", "message"), WRONG)
def test_what_is_misused_is_named_as_it_was_written(tmp_path, body: str, message: str) -> None:
    path = tmp_path / "place.py"
    path.write_text(wrong(body))
    scope: dict[str, object] = {"per_agent": per_agent, "f32": f32, "i32": i32}
    exec(compile(path.read_text(), str(path), "exec"), scope)
    with pytest.raises(LawError) as caught:
        refused(scope["law"], SCOPE)
    text = str(caught.value)
    assert message in text and text.startswith(f"{path}:3: law: ") and "\n" not in text
    assert "size_" not in text and "observations[" not in text


def test_lanes_of_a_group_lie_apart_evenly_or_are_refused() -> None:
    near, far = (sensor_group(name, "ab", 0, 1, "", "") for name in ("near", "far"))

    class Lanes(EpisodicWorld):
        lifetime = 1
        sensors = (Sensor("first", 0, 1, "", ""), *interleaved(near, far))
        actuators = (Actuator("go", 0, 1, "", ""),)

    place = Lanes(find_params("worlds", "cartpole")())
    assert place.scope.lane_of["senses", "far"].first == 2 and place.scope.lane_of["senses", "far"].stride == 2
    assert place.scope.lane_of["senses", "near_b"].first == 3


class Runner(EpisodicAgent):
    x: float = column("float32", name="place", meaning="where it is")


def test_a_column_may_have_another_name_in_files() -> None:
    class Track(EpisodicWorld):
        lifetime = 1
        columns = (Runner,)
        sensors = (Sensor("x", 0, 1, "", ""),)
        actuators = (Actuator("go", 0, 1, "", ""),)

    @per_agent
    def look(a):
        a.senses.x = a.x

    track = Track(find_params("worlds", "cartpole")())
    assert [field.name for field in track.fields] == ["place"]
    assert look.within(track.scope).arguments == ("observations", "place")


def laws_of(world, *stages: str):
    return [law for stage in stages for law in getattr(world, stage)]


def held_to_views(world, given: dict[str, np.ndarray], stages: tuple[str, ...], rows: range) -> int:
    """Runs the laws of some stages both ways over the same columns; returns how many have namespaces."""
    twin, count = {name: array.copy() for name, array in given.items()}, 0
    for law in laws_of(world, *stages):
        resolved = law.within(world.scope)
        if resolved.function is law.function or law.rows not in ("living", "bins", "patches", "newborn", "parents"):
            continue
        count += 1
        some = rows if law.rows in ("living", "newborn", "parents") else range(world.tables[law.rows])
        arguments = [given[name] if given[name].ndim else given[name][()] for name in resolved.arguments]
        for row in some:
            resolved(np.int32(row), *arguments)
            run_row(law, row, twin, world.scope)
        for name in resolved.arguments:
            assert equal(given[name], twin[name]), (law.name, name)
    return count


OWN = [name for name in names("worlds") if not find("worlds", name).runs_on_host]


@pytest.mark.parametrize("name", [name for name in OWN if find("worlds", name).unit == "generation"])
def test_laws_of_scored_worlds_mean_what_their_text_says(name: str) -> None:
    world = find("worlds", name)(find_params("worlds", name)())
    brain = make_brain({"name": "wht", "width": 64}, len(world.sensors), len(world.actuators))
    evaluator = Evaluator.__new__(Evaluator)
    evaluator.world, evaluator.brain, evaluator.count, evaluator.seed = world, brain, 3, 4
    given = dict(evaluator._bindings().names)
    given["actions"][:] = np.random.default_rng(1).normal(size=given["actions"].shape)
    given["taken"][:] = 1
    if "seat" not in given:
        given |= {"seat": np.zeros(3, np.int32), "role": np.zeros(3, np.uint8)}
    if world.num_populations > 1:
        given["seat"][:], given["role"][:] = range(3), (0, 1, 1)
    assert held_to_views(world, given, ("reset", *("observe", "step") * 3, "fitness"), range(3)) > 6


@pytest.mark.parametrize("name", [name for name in OWN if find("worlds", name).unit == "step"])
@pytest.mark.parametrize("changes", [{}, {"plant_kinds": 2, "retina": 3}])
def test_laws_of_shared_worlds_mean_what_their_text_says(name: str, changes: dict[str, int]) -> None:
    model = find_params("worlds", name)
    if changes.keys() - model.model_fields.keys():
        pytest.skip("a world without these parameters")
    world = find("worlds", name)(model(side=24, population=30, **changes))
    brain = make_brain({"name": "wht", "width": 64}, len(world.sensors), len(world.actuators))
    natural = find("strategies", "natural")(find_params("strategies", "natural")())
    simulation = Simulation(world, brain, natural, 40, 3)
    simulation.step(3)
    given = dict(simulation.engine.bindings.names)
    rows = range(8)  # who lives there now
    assert held_to_views(world, given, ("reset", "founding", "observe", "step", "birth"), rows) > 12


@per_bin
def reach_over(bin, ground):
    ground[bin.row + 1].biomass[0] = 1.0


def test_another_row_of_the_own_table_is_not_written() -> None:
    with pytest.raises(LawError, match=r"expected a write to row bin .*, got ground\[bin.row \+ 1\].biomass\[0\]"):
        refused(reach_over, Scope(tables=(("ground", "bins"),)))
