"""Arenas: laws in step over all of them, equal on both machines; two populations that evolve against each other."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from alife.analysis.instruments import ancestry
from alife.analysis.instruments.arms_race import outcomes
from alife.analysis.report.subject import load
from alife.backends.cpu.threads import Program
from alife.backends.program import LockstepLoop
from alife.brains import make_brain
from alife.config.schema import load_config
from alife.errors import UserError
from alife.evolution import ga
from alife.experiment.evolve import evolve, open_run
from alife.experiment.founders import load_founders
from alife.experiment.open import open_target
from alife.experiment.records.genome import load_genome
from alife.experiment.replay import replay_run
from alife.experiment.run import Run
from alife.laws.law import LISTS, Law
from alife.simulation.coevolution.arena_evaluator import ArenaEvaluator
from alife.simulation.coevolution.coevolution import Coevolution
from alife.simulation.coevolution.hall_of_fame import empty_hall_of_fame
from alife.simulation.evaluator import HELD_OUT
from tests.helpers.lives import equal, scalars
from worlds import pursuit

BRAINS = {
    "default": {"name": "wht"},
    "half": {"name": "wht", "storage": "float16", "memory": {"bits": 32}},
    "bare": {"name": "wht", "projection": None, "memory": None, "injection": 0},
}
SMALL: dict[str, Any] = {"lifetime": 12, "side": 6.0, "reach": 1.0}
CONFIG = """seed: 5
world: {name: pursuit, lifetime: 12, side: 6.0, reach: 1.0}
brain: {memory: null, layers: 1, injection: 0}
strategy: {name: ga}
run: {generations: 6, capacity: 12, episodes: 4, hall_of_fame: 3, checkpoint_every: 4, metrics_every: 1, threads: 1}
"""


def arenas(count: int, brain: str = "default", threads: int = 1, backend: str = "cpu", **world: Any) -> ArenaEvaluator:
    place = pursuit.Pursuit(pursuit.Params(**{**SMALL, **world}))
    mind = make_brain(BRAINS[brain], len(place.sensors), len(place.actuators))
    return ArenaEvaluator(place, mind, count, seed=7, threads=threads, backend=backend)


def pairs(count: int) -> np.ndarray:
    """[A, 2] rows of a pool of 2 A genomes: each meets one of the other half."""
    return np.stack([np.arange(count), 2 * count - 1 - np.arange(count)], axis=1)


def pool(of: ArenaEvaluator) -> np.ndarray:
    return of.brain.init(2 * of.arenas, seed=3)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "arena.yaml").write_text(CONFIG)
    return tmp_path / "arena.yaml"


def test_every_law_of_an_episode_equals_itself_as_plain_python() -> None:
    of = arenas(9, "half", predators=2, prey=3)
    of._begin(pool(of), 4, 1, np.repeat(pairs(9), of.team, axis=1).ravel())
    parts = [inner for part in of.stages() for inner in _taken(part, 5)]
    names, happened = of.engine.bindings.names, set()
    for part, call in zip(parts, of.engine.calls(parts), strict=True):
        before = {name: array.copy() for name, array in names.items()}
        Program([call]).run()
        if isinstance(part, Law):
            given = scalars({name: before[name] for name in part.array_form.arguments})
            for row in _rows(of, part):
                part(*map(np.int32, row), *(given[name] for name in part.array_form.arguments))
            assert not [name for name in part.array_form.arguments if not equal(before[name], names[name])], part.name
            happened.add(part.name)
    assert {"enter", "reset_brain_state", "see", "move", "catch", "pass_time", "reward", "close_life"} <= happened
    assert 0 < of.fields["done"].sum() < 27 and of.fields["clock"][0] == 0


def _taken(part: Any, steps: int) -> list[Any]:
    return list(part.stages) * steps if isinstance(part, LockstepLoop) else [part]


def _rows(of: ArenaEvaluator, law: Law) -> list[tuple[int, ...]]:
    count = int(of.engine.bindings.rows.counts[law.rows][0])
    assert law.rows not in LISTS or np.array_equal(of.fields[law.rows], np.arange(count))
    bound = dict(zip(law.array_form.parameters, law.array_form.arguments, strict=True))
    columns = of.fields[bound[law.columns]].shape[1] if law.columns else None
    return [(i,) for i in range(count)] if columns is None else [(i, k) for i in range(count) for k in range(columns)]


@pytest.mark.parametrize("reverse", [False, True])
def test_on_a_card_arenas_are_the_same(host_device, reverse: bool) -> None:
    host_device.reverse = reverse
    ours, theirs = arenas(5), arenas(5, backend="gpu")
    for episode in (0, 3):
        told = [of.play(pool(of), pairs(5), episode) for of in (ours, theirs)]
        assert equal(*told)
    assert [name for name in ours.fields if not equal(np.array(ours.fields[name]), np.array(theirs.fields[name]))] == []


def test_arenas_do_not_touch_each_other_and_threads_change_nothing() -> None:
    one, two, which = arenas(301), arenas(301, threads=2), pairs(301)
    before = one.play(pool(one), which, 2)
    assert equal(before, two.play(pool(two), which, 2))
    which[[7, 100], 0] = 50
    after = one.play(pool(one), which, 2)
    differs = np.flatnonzero((before != after).any(axis=(1, 2)))
    assert set(differs) <= {7, 100} and len(differs)
    assert np.ptp(before[:, 0, 0]) > 0


def test_equal_pairs_have_equal_episodes_and_those_apart_their_own() -> None:
    of = arenas(20)
    which = np.zeros((20, 2), np.int64) + [0, 30]
    assert np.ptp(of.play(pool(of), which, 5), axis=0).max() == 0
    apart = of.play(pool(of), which, 5, apart=True)
    assert np.ptp(apart[:, 0]) > 0 and equal(apart[3], of.play(pool(of), which, 8)[0])


def coevolution(count: int = 6, **options: Any) -> Coevolution:
    return Coevolution(arenas(count, "bare"), (ga.Ga(ga.Params()), ga.Ga(ga.Params())), 4, **options)


def test_everyone_is_told_of_its_own_meetings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Meetings that tell who met: each genome has every episode, half of them against one ancestor that all meet."""
    run, met = coevolution(share=0.5), []

    def play(genomes: Any, which: np.ndarray, episode: int, apart: bool = False) -> np.ndarray:
        met.append((episode, which.copy(), len(genomes)))
        return which.astype(np.float32)[:, :, None]

    monkeypatch.setattr(run.arenas, "play", play)
    for generation in range(3):
        met.clear()
        run.step()
        for role, side in enumerate(run.sides):
            assert side.fitness.tolist() == [6 * role + row for row in range(6)]
        assert [episode - 4 * generation for episode, _, _ in met] == (
            [0, 0, 1, 1, 2, 3] if generation else [*range(4)]
        )
        assert all(
            sorted(which[:, 0]) == [*range(6)] and sorted(which[:, 1]) == [*range(6, 12)] for _, which, _ in met[-2:]
        )
        if generation:
            assert set(met[0][1][:, 1]) == {met[0][2] - 1} and set(met[1][1][:, 0]) == {12 + generation - 1}
    assert run.halls[0].generations.tolist() == [0, 1, 2]


def test_ancestors_stay_spread_over_the_whole_run() -> None:
    known = empty_hall_of_fame(2, np.dtype(np.float32))
    for generation in range(200):
        known = known.followed_by(np.full(2, generation, np.float32), generation, 9)
    times = known.generations
    assert len(known) == 9 and times[0] == 0 and times[-1] == 199 and np.diff(times).max() <= 64
    assert (known.genomes[:, 0] == times).all() and known.until(100).generations.max() <= 100


def test_a_run_resumed_is_the_run_nobody_stopped_on_either_machine(config: Path, host_device) -> None:
    settings = load_config(config)
    whole = evolve(settings, "whole")
    for end in (1, 4):
        part = settings.model_copy(update={"run": settings.run.model_copy(update={"generations": end})})
        evolve(part, f"part{end}")
        again = evolve(settings, f"part{end}", resume=True, threads=2)
        assert again.simulation.state_hash() == whole.simulation.state_hash()
        assert _files(f"part{end}") == _files("whole")
    short = load_config(config, ["run.generations=2", "run.capacity=4"])
    ours, theirs = evolve(short, "cpu", backend="cpu"), evolve(short, "gpu", backend="gpu")
    assert theirs.backend == "gpu" and ours.simulation.state_hash() == theirs.simulation.state_hash()
    assert _files("cpu") == _files("gpu")
    _check_records(Path("whole"))


def _files(root: str) -> list[bytes]:
    return [Path(root, name).read_bytes() for name in ("metrics.csv", "lineage.csv")]


def _check_records(root: Path) -> None:
    """Columns and champions of both roles; ids of both sides are of one lineage, children of their own side."""
    header = (root / "metrics.csv").read_text().splitlines()[0].split(",")
    assert [name for name in header if name.endswith("_mean")] == ["predator_mean", "prey_mean"]
    rows = [line.split(",") for line in (root / "lineage.csv").read_text().splitlines()[1:]]
    assert len({row[0] for row in rows}) == len(rows) == 6 * 24
    assert all(row[1] == "[none]" or (int(row[1].strip("[]")) - int(row[0])) % 2 == 0 for row in rows)
    for role in ("predator", "prey"):
        saved = load_genome(root / f"champions/step-000000006-{role}.safetensors")
        assert saved.meta["role"] == role and 0 <= saved.meta["held_out"] <= 1
    course = ancestry.Ancestry(ancestry.Params()).measure(load(root))
    assert course and sum("of each side" in chart for chart in course.charts) == 3
    simulation = open_run(root).simulation
    steps = simulation.agent_steps
    won = outcomes(simulation.duel, simulation.champions(), simulation.steps // 2, 50)
    assert len(won) == 4 and all(0 <= share.low <= share.value <= share.high <= 1 for share in won.values())
    champion = simulation.champions()["prey"].params
    against = simulation.halls[0].genomes
    assert equal(*(simulation.duel.compare(1, champion[None], against, 2**41) for _ in range(2)))
    assert simulation.agent_steps == steps


def test_an_arena_watched_step_by_step_is_that_of_a_run_which_goes_on_unseen(config: Path) -> None:
    watched, alone = (Run(load_config(config, ["run.generations=2"])) for _ in range(2))
    seen = replay_run(watched)
    seen.step(2 * seen.simulation.length + 2)  # and after an episode one for the next to begin
    alone.step(2)
    assert seen.run is watched and watched.simulation.state_hash() == alone.simulation.state_hash()
    life, steps = replay_run(alone).simulation, range(12)
    best = alone.simulation.newest()
    for _ in steps:
        life.step()
    assert life.over and life.close() == arenas_of(alone).play(best, np.array([[0, 1]]), HELD_OUT)[0, 0, 0]


def arenas_of(run: Run) -> ArenaEvaluator:
    return ArenaEvaluator(run.simulation.world, run.simulation.brain, 1, run.config.seed, threads=1)


def test_a_genome_is_watched_beside_that_of_the_other_role(config: Path, command) -> None:
    run = evolve(load_config(config, ["run.generations=1"]), "run")
    hunter, hunted = (Path(f"run/champions/step-000000001-{role}.safetensors") for role in run.simulation.world.roles)
    life = open_target(str(hunted), None, ()).simulation
    assert all(equal(life.fields["genome"][row], load_genome(hunter if row < 1 else hunted).params) for row in range(3))
    alien = hunted.rename(hunted.with_name("best.safetensors"))
    status, _, errors = command("live", alien, "--frames", 1)
    assert status == 2 and "expected a genome that names its role" in errors and errors.count("\n") == 1
    hunted.write_bytes(hunter.read_bytes())
    status, _, errors = command("live", hunter, "--frames", 1)
    assert status == 2 and f"{hunted.name}: expected a genome of role prey, got predator" in errors
    alien.rename(hunted)
    hunter.unlink()
    status, _, errors = command("live", hunted, "--frames", 1)
    assert status == 2 and f"expected a genome of the other role beside it, {hunter.name}" in errors


@pytest.mark.parametrize("name", ["snes", "map_elites"])
def test_any_strategy_by_generations_serves_both_sides(config: Path, name: str) -> None:
    settings = load_config(config, [f"strategy={{name: {name}}}", "run.generations=3", "run.checkpoint_every=1"])
    whole = evolve(settings, "whole")
    evolve(settings.model_copy(update={"run": settings.run.model_copy(update={"generations": 2})}), "part")
    assert evolve(settings, "part", resume=True).simulation.state_hash() == whole.simulation.state_hash()
    assert _files("part") == _files("whole")
    measures = [side.measures for side in whole.simulation.sides]
    assert all(
        one.shape == (12, 2) and np.ptp(one, axis=0).min() > 0 and 0 <= one.min() <= one.max() <= 1 for one in measures
    )
    first, second = (population.memory.seed for population in whole.simulation.populations)
    assert first != second


def test_json_tells_of_both_roles(config: Path, command) -> None:
    _, out, _ = command("evolve", config, "--set", "run.generations=1", "--json", "--quiet", "--out", "one")
    told = json.loads(out)
    champions = {
        role: load_genome(next(Path("one/champions").glob(f"*-{role}.*"))).meta for role in pursuit.Pursuit.roles
    }
    assert "fitness" not in told and told["predator_champion"].endswith("-predator.safetensors")
    assert sum(meta["duel"] for meta in champions.values()) == pytest.approx(1)  # what one wins the other loses
    for role, meta in champions.items():
        assert (told[f"{role}_fitness"], told[f"{role}_held_out"]) == (meta["fitness"], meta["held_out"])


def test_both_sides_start_from_the_genomes_of_their_roles(config: Path, command) -> None:
    base = load_config(config, ["run.generations=2", "run.founders=run"])
    evolve(load_config(config, ["run.generations=1", "run.capacity=5"]), "run")
    before, after = open_run("run").simulation, Run(base).simulation
    for old, new in zip(before.populations, after.populations, strict=True):
        assert np.array_equal(new.genomes, np.resize(old.genomes, new.genomes.shape))
    files = Run(load_config(config, ["run.founders=run/champions"])).simulation  # samples of both populations
    for one, other in zip(files.populations, after.populations, strict=True):
        assert np.array_equal(one.genomes, other.genomes)
    ended = evolve(base, "next").simulation.state_hash()
    assert evolve(load_config(config, ["run.generations=1", "run.founders=run"]), "half").simulation.steps == 1
    again = evolve(load_config(config, ["run.generations=2", "run.founders=run"]), "half", resume=True)
    assert again.simulation.state_hash() == ended
    status, _, errors = command("evolve", config, "--resume", "--out", "run", "--set", "run.capacity=4")
    assert status == 2 and "from its genomes with --set run.founders=run" in errors


def test_founders_of_one_role_are_no_founders_of_both(config: Path, command) -> None:
    evolve(load_config(config, ["run.generations=1"]), "run")
    (prey,) = Path("run/champions").glob("*-prey.*")
    status, _, errors = command("evolve", config, "--set", f"run.founders={prey}")
    assert status == 2 and "expected genomes of each role, predator and prey, got none of predator; name" in errors
    place = pursuit.Pursuit(pursuit.Params(**SMALL))
    brain = open_run("run").simulation.brain
    assert len(load_founders(prey, brain, place)["genome"]) == 12
    with pytest.raises(UserError, match="expected the genomes of one population, got those of predator and prey"):
        load_founders("run", brain, place)


def test_a_sweep_keeps_the_champions_of_both_roles(config: Path, command) -> None:
    few = ("--set", "run.generations=1", "--set", "run.capacity=2", "--address", "none", "--quiet", "--out", "many")
    status, out, _ = command("evolve", config, "--sweep", "seed=1..2", "--json", *few)
    assert status == 0 and json.loads(out)["fitness"] is None  # of which side, and against whom?
    with open("many/results.csv", newline="") as file:
        table = list(csv.DictReader(file))
    for role in ("predator", "prey"):
        champion = load_genome(Path(f"many/champions/run-001-{role}.safetensors")).meta
        assert float(table[1][f"{role}_held_out"]) == champion["held_out"]
        assert float(table[1][f"{role}_fitness"]) == champion["fitness"]
    assert "fitness" not in table[0]
    names = sorted(path.name for path in Path("many/champions").iterdir())
    assert names == [f"run-00{run}-{role}.safetensors" for run in range(2) for role in ("predator", "prey")]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("run.target=1", "run.target needs a world of one population, but 'pursuit' has two"),
        ("run.hall_of_fame=1", "run.hall_of_fame: expected 0, or 2 or more"),
        ("islands.count=2", "islands.count: expected 1, as 'pursuit' has two populations, got 2"),
        ("strategy.name=natural", "strategy 'natural' needs a shared world, but 'pursuit' is an arena"),
    ],
)
def test_what_two_sides_cannot_have_is_refused(config: Path, command, change: str, words: str) -> None:
    status, _, errors = command("evolve", config, "--set", change)
    assert status == 2 and words in errors and "write" in errors + "leave out write"
    assert errors.count("\n") == 1 and [path.name for path in config.parent.iterdir()] == ["arena.yaml"]


def test_a_world_of_arenas_needs_two_teams() -> None:
    class Alone(pursuit.Pursuit):
        roles = ("predator",)

    place = Alone(pursuit.Params())
    with pytest.raises(UserError, match=r"Alone: expected two roles, a team .* got roles \('predator',\)"):
        ArenaEvaluator(place, make_brain(BRAINS["bare"], 7, 2), 3, seed=1)
