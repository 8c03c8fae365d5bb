"""Generations of a solo world: the same run resumed, on two threads, on a card; fitness that is no number; refusals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from alife.brains import make_brain
from alife.cli.progress import last_word
from alife.config.registry import find, find_params, names
from alife.config.schema import load_config
from alife.evolution import ga
from alife.experiment.evolve import evolve, open_run
from alife.experiment.founders import load_founders
from alife.experiment.records.genome import load_genome
from alife.simulation.champion_choice import ENOUGH, FIRST, LAST, REPORTED
from alife.simulation.evaluator import HELD_OUT, Evaluator
from alife.simulation.generational import Generations
from tests.backends.test_episode import BRAINS, WORLDS

SOLO = """seed: 5
world: {name: mushrooms, encounters: 4}
strategy: {name: ga}
run: {generations: 12, capacity: 40, episodes: 3, checkpoint_every: 5, metrics_every: 1, threads: 1}
"""


@pytest.fixture
def solo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "solo.yaml").write_text(SOLO)
    return tmp_path / "solo.yaml"


def files(root: Path) -> dict[str, bytes]:
    return {name: (root / name).read_bytes() for name in ("metrics.csv", "lineage.csv")}


def test_a_run_resumed_from_any_checkpoint_is_the_run_nobody_stopped(solo: Path) -> None:
    config = load_config(solo)
    whole = evolve(config, "whole")
    for end in (1, 5, 7, 11):
        part = config.model_copy(update={"run": config.run.model_copy(update={"generations": end})})
        evolve(part, f"part{end}")
        again = evolve(config, f"part{end}", resume=True, threads=2)
        assert again.simulation.state_hash() == whole.simulation.state_hash()
        assert files(Path(f"part{end}")) == files(Path("whole"))
    assert open_run("whole").simulation.state_hash() == whole.simulation.state_hash()


def test_a_run_ends_once_a_genome_reaches_the_target(solo: Path) -> None:
    more = ["run.generations=60", "run.capacity=128", "run.target=0.62", "run.checkpoint_every=7"]
    config = load_config(solo, more)
    whole = evolve(config, "whole")
    end, champion = whole.simulation.steps, whole.simulation.champions()[""]
    assert f"{end} generations of 128; target reached; best" in last_word(whole, None)
    assert 7 < end < 60 and whole.finished and champion.held_out > 0.59
    genome = load_genome(f"whole/champions/step-{end:09d}.safetensors")
    np.testing.assert_array_equal(genome.params, champion.params)
    part = config.model_copy(update={"run": config.run.model_copy(update={"generations": 7})})
    assert not evolve(part, "part").simulation.reached
    for _ in range(2):  # to the end, and then no further
        again = evolve(config, "part", resume=True)
        assert again.simulation.steps == end and again.simulation.state_hash() == whole.simulation.state_hash()
        assert files(Path("part")) == files(Path("whole"))


def test_the_best_so_far_is_no_worse_for_a_target() -> None:
    """One that was told more, but only by luck, stays the best so far; the champion is the one that was confirmed."""
    told = iter((0.9, 0.8))
    run = generations(lambda genomes, *_: np.linspace(0, next(told), len(genomes), dtype=np.float32))
    run.target, judged = 0.7, iter((0.1, 0.75, 0.74))
    run.evaluator.held_out = lambda genome, first: np.full(2, next(judged))  # type: ignore[method-assign]
    run.step(5)
    assert run.steps == 2 and run.reached and run.metrics()["best_so_far"] == pytest.approx(0.9)
    champion = run.champions()[""]
    assert champion.fitness == pytest.approx(0.8) and champion.held_out == 0.74
    np.testing.assert_array_equal(champion.params, run.population.genomes[-1])


def test_on_a_card_it_is_the_same_run(solo: Path, host_device) -> None:
    config = load_config(solo, ["run.generations=3", "run.capacity=9"])
    ours, theirs = evolve(config, "cpu", backend="cpu"), evolve(config, "gpu", backend="gpu")
    assert theirs.backend == "gpu" and ours.simulation.state_hash() == theirs.simulation.state_hash()
    assert files(Path("cpu")) == files(Path("gpu"))


def test_lineage_follows_the_first_parents_and_the_champion_founds_a_run(solo: Path) -> None:
    run = evolve(load_config(solo), "run")
    rows = [line.split(",") for line in Path("run/lineage.csv").read_text().splitlines()[1:]]
    assert len(rows) == 12 * 40 and len({row[0] for row in rows}) == len(rows)
    for name, parents, born, _, _ in rows:
        assert (parents == "[none]") == (born == "0")
        assert born == "0" or int(parents.strip("[]")) // 40 == int(born) - 1 and int(name) // 40 == int(born)
    champion = sorted(Path("run/champions").iterdir())[-1]
    genome = load_genome(champion)
    assert genome.meta["fitness"] <= run.row["best_so_far"] and 0 <= genome.meta["held_out"] <= 1
    founders = load_founders(champion, run.simulation.brain, run.simulation.world)
    assert founders["genome"].shape == (40, run.simulation.brain.num_genes)


def generations(fitness_of=None) -> Generations:
    place = WORLDS["mushrooms"]
    trial = Evaluator(place, make_brain(BRAINS["bare"], len(place.sensors), len(place.actuators)), 30, seed=1)
    if fitness_of:
        trial.fitness = fitness_of  # type: ignore[method-assign]
    return Generations(trial, ga.Ga(ga.Params()), episodes=1)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_fitness_that_is_no_number_is_the_worst_and_counted(wrong: float) -> None:
    def fitness(genomes, episodes, first):
        told = genomes[:, 0].copy()
        told[::2] = wrong
        return told

    run = generations(fitness)
    run.step()
    assert run.metrics()["refused"] == 15 and run.metrics()["best"] == run.population.genomes[1::2, 0].max()
    assert (run.population.memory.parents % 2 == 1).all()
    assert run.champions()[""].fitness in run.population.genomes[1::2, 0]


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_held_out_fitness_that_is_no_number_reaches_no_target_and_is_not_told(wrong: float) -> None:
    run = generations(lambda genomes, *_: np.linspace(0, 1, len(genomes), dtype=np.float32))
    run.target = 0.01
    run.evaluator.held_out = lambda genome, first: np.array([1, wrong], np.float32)  # type: ignore[method-assign]
    run.step(2)
    champion = run.champions()[""]
    assert run.steps == 2 and not run.reached and champion.held_out == -np.inf
    assert run.summary() == "2 generations of 30; best fitness 1, no finite fitness in held-out episodes"
    assert champion.metadata()["fitness"] == 1 and "held_out" not in champion.metadata()


@pytest.mark.parametrize("elites", [0, 5])
def test_the_champion_is_the_best_in_fresh_episodes_not_the_luckiest(elites: int) -> None:
    """Selection is told luck; held out a genome is worth its first gene, and 10 less in the episodes of the report."""
    luck, firsts = iter((0.5, 0.9, 0.1)), []
    run = generations(lambda genomes, *_: next(luck) * np.linspace(0, 1, len(genomes), dtype=np.float32))

    def held_out(genome, first):
        firsts.append(first)
        return np.full(2, genome[0] - 10 * (first == REPORTED))

    run.evaluator.held_out, run._places = held_out, elites  # type: ignore[method-assign]
    run.step(3)
    lucky = run.champions(judge=False)[""]
    assert lucky.held_out is None and lucky.fitness == pytest.approx(0.9) and not firsts
    champion, luckiest = run.champions()[""], run.population.best_so_far()[0]
    tried = [*run.elites.genomes, *run.population.genomes_at(run.population.best_rows(LAST)), luckiest]
    assert champion.params[0] == max(genome[0] for genome in tried) > luckiest[0]
    assert champion.held_out == pytest.approx(champion.params[0] - 10)
    more = range(HELD_OUT + run.capacity, HELD_OUT + ENOUGH, run.capacity)
    assert firsts.count(REPORTED) == 1 and set(firsts) == {HELD_OUT, REPORTED, *more}
    assert len(firsts) == 1 + len({genome.tobytes() for genome in tried}) + FIRST * len(more)
    assert run.summary() and run.champions()[""] is champion and firsts.count(REPORTED) == 1


def test_a_strategy_that_does_not_belong_to_the_world_is_refused(solo: Path, command) -> None:
    status, _, errors = command("evolve", solo, "--set", "strategy.name=natural")
    assert status == 2 and "strategy 'natural' needs a shared world, but" in errors and "{name: ga}" in errors
    status, _, errors = command("evolve", "meadow", "--set", "strategy.name=ga")
    assert status == 2 and "strategy 'ga' needs a world with fitness, but 'meadow' is shared" in errors


def test_cartpole_is_gymnasiums() -> None:
    """Each step from the state that Gymnasium is in, to float32; and it ends when Gymnasium ends."""
    gymnasium = pytest.importorskip("gymnasium")
    world = find("worlds", "cartpole")(find_params("worlds", "cartpole")())
    trial = Evaluator(world, make_brain(BRAINS["bare"], 4, 1), 1, seed=1)
    (roll,) = world.stage("step")
    names_ = trial.engine.bindings.names
    environment, rng, ended = gymnasium.make("CartPole-v1").unwrapped, np.random.default_rng(0), 0
    for episode in range(20):
        environment.reset(seed=episode)
        over = False
        while not over:
            for name, value in zip(("x", "x_dot", "theta", "theta_dot"), environment.state, strict=True):
                names_[name][0] = value
            action = int(rng.integers(2))
            names_["actions"][0, 0], names_["done"][0] = 2 * action - 1, 0
            roll(np.int32(0), *(names_[name] for name in roll.array_form.arguments))
            _, _, over, _, _ = environment.step(action)
            ours = [float(names_[name][0]) for name in ("x", "x_dot", "theta", "theta_dot")]
            np.testing.assert_allclose(ours, environment.state, rtol=2e-6, atol=2e-6)
            assert bool(names_["done"][0]) == over
        ended += 1
    assert ended == 20


def test_every_solo_world_is_evolved_by_default() -> None:
    solo_worlds = [
        name
        for name in names("worlds")
        if find("worlds", name).unit == "generation" and find("worlds", name).num_populations == 1
    ]
    assert {"cartpole", "mushrooms"} <= set(solo_worlds)
    for name in sorted(solo_worlds, key="gymnasium".__eq__):
        if name == "gymnasium":  # the last
            pytest.importorskip(name)
        sizes = ["run.generations=2", "run.capacity=8", "run.episodes=1", "run.metrics_every=1"]
        row = evolve(load_config(name.replace("_", "-"), [*sizes, "brain={layers: 1, projection: null}"])).row
        assert row["step"] == 2 and row["evaluations"] == 16 and row["agent_steps"] > 0


@pytest.mark.parametrize(("name", "world"), [("gray", "mushrooms"), ("map_elites", "mushrooms"), ("nsga2", "cartpole")])
def test_those_that_are_held_keep_their_ids(name, world) -> None:
    """No genome is without a parent after the first generation, and each was tried before its children."""
    place = WORLDS[world]
    brain = make_brain(BRAINS["bare"], len(place.sensors), len(place.actuators))
    kind, params = find("strategies", name), find_params("strategies", name)
    run = Generations(Evaluator(place, brain, 10, seed=1), kind(params()), episodes=1)
    older = False
    for generation in range(8):
        run.step()
        ids, parents = (run.genealogy()[name] for name in ("id", "parent_id"))
        assert (parents == -1).all() if generation == 0 else (parents >= 0).all() and (parents < ids[0]).all()
        older |= bool((parents < ids[0] - 10).any())
    assert older or name != "gray"
