"""World `gymnasium`: genomes live in environments as in a plain loop over them; what does not fit is one line."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest

from alife.analysis.instruments.fresh import Fresh
from alife.analysis.instruments.fresh import Params as FreshParams
from alife.analysis.report.finding import NotApplicable
from alife.analysis.report.subject import load
from alife.brains.brain import Brain
from alife.config.registry import find, find_params, names, path
from alife.config.schema import load_config
from alife.errors import UserError
from alife.experiment.evolve import evolve
from alife.experiment.run import Run

gymnasium = pytest.importorskip("gymnasium")
from tests.helpers.environments import trial_of, world_of  # noqa: E402

SMALL = ["run.capacity=12", "run.episodes=2", "run.metrics_every=1", "run.checkpoint_every=1", "world.lifetime=40"]


def lived(brain: Brain, genome: np.ndarray, world: Any, seed: int, act: Any) -> float:
    """The return of one genome in one environment of Gymnasium's, step by step."""
    environment, state, total, over = world.make(), brain.new_states(1), 0.0, False
    seen, _ = environment.reset(seed=seed)
    while not over:
        lanes = brain.step(genome[None], state, world.senses.read(seen[None]))[0]
        seen, reward, end, cut, _ = environment.step(act(lanes))
        total, over = total + reward, end or cut
    return total


def torque(lanes: np.ndarray) -> np.ndarray:
    """Of Pendulum-v1: -2..2."""
    return (np.clip(lanes.astype(np.float64), -1, 1) * 2).astype(np.float32)


ACTS = {"CartPole-v1": lambda lanes: int(lanes[0] > 0), "Acrobot-v1": np.argmax, "Pendulum-v1": torque}


@pytest.mark.parametrize("name", ACTS)
def test_a_trial_is_a_plain_loop_over_environments(name: str) -> None:
    trial = trial_of(environment=name, lifetime=60)
    genomes = trial.brain.init(5, 3)
    fitness = trial.fitness(genomes, 2, first=7)
    seed_of = sys.modules[type(trial.world).__module__].seed_of
    for genome, told in zip(genomes, fitness, strict=True):
        returns = [lived(trial.brain, genome, trial.world, seed_of(2, 7 + k), ACTS[name]) for k in range(2)]
        assert told == pytest.approx(np.mean(returns), rel=1e-6)
    same, seen = trial.fitness(np.repeat(genomes[:1], 5, axis=0), 1, first=3), trial.fields["observations"]
    assert (same == same[0]).all() and (seen == seen[0]).all()  # one episode for all
    trial.held_out(genomes[0])
    assert len(np.unique(seen, axis=0)) == 5  # one for each


def test_a_run_resumed_ends_as_one_that_was_not(tmp_path: Any) -> None:
    def settings(generations: int) -> Any:
        return load_config("gymnasium", [*SMALL, f"run.generations={generations}"])

    whole = evolve(settings(3), tmp_path / "whole", threads=2)
    evolve(settings(1), tmp_path / "parts", threads=1)
    parts = evolve(settings(3), tmp_path / "parts", resume=True, threads=1)
    assert whole.simulation.state_hash() == parts.simulation.state_hash()
    files = ("metrics.csv", "lineage.csv")
    assert all((tmp_path / "whole" / f).read_bytes() == (tmp_path / "parts" / f).read_bytes() for f in files)


def test_lanes_of_spaces() -> None:
    lake, car = world_of(environment="FrozenLake-v1"), world_of(environment="MountainCar-v0")
    assert [s.name for s in lake.sensors[:2]] == ["is 0", "is 1"] and len(lake.sensors) == 16
    assert np.array_equal(lake.senses.read(np.array([3, 0])), np.eye(16, dtype=np.float32)[[3, 0]])
    ends = np.stack([car.make().observation_space.low, car.make().observation_space.high])
    np.testing.assert_allclose(car.senses.read(ends), [[-1, -1], [1, 1]], atol=1e-6)
    assert car.lifetime == 200 and len(car.actuators) == 3
    wide = world_of(environment="CartPole-v1", scale=2.0)
    np.testing.assert_allclose(wide.senses.read(np.array([[2.4, 3.0, 0.0, -2.0]]))[0], [0.5, 1.5, 0.0, -1.0], atol=1e-6)


def test_a_lane_that_is_no_number_is_the_middle_of_its_action() -> None:
    acts = world_of(environment="Pendulum-v1").acts
    lanes = np.array([[np.nan], [np.inf], [-np.inf], [0.5]], np.float32)
    assert acts.choose(lanes).tolist() == [[0.0], [2.0], [-2.0], [1.0]]


def test_its_own_vector_form_lives_the_episodes_of_single_copies() -> None:
    settings = {"environment": "CartPole-v1", "lifetime": 60}
    forms = [trial_of(24, vectorization=form, **settings) for form in ("vector_entry_point", "sync")]
    genomes = forms[0].brain.init(24, 3)
    own, single = (trial.fitness(genomes, 2, first=0) for trial in forms)
    assert np.array_equal(own, single) and 8 <= own.min() < own.max() <= 60
    same, seen = forms[0].fitness(np.repeat(genomes[:1], 24, axis=0), 1, first=3), forms[0].fields["observations"]
    assert (same == same[0]).all() and (seen == seen[0]).all()  # one episode for all
    own, single = (trial.held_out(genomes[1]) for trial in forms)
    assert np.array_equal(own, single) and len(np.unique(seen, axis=0)) == 24  # one for each


REFUSED = {
    "world.environment=CartPol-v1": "CartPole",
    "world.environment=Blackjack-v1": "registered without a limit; write lifetime: 1000",
    "world.environment=nothing_here:X-v0": "is nothing_here.py in the current folder",
    "world.environment=json:X-v0": "let json call gymnasium.register('X-v0', YourEnv) when it is imported",
    "world.arguments.gravity=1": "unexpected keyword argument 'gravity'",
    "world.vectorization=vector_entry_point": "vector entry point",
    "brain.width=16": "observations + constant",
    "world.environment=Taxi-v4": "expected 1 to 255 numbers or values, for which the widest brain (width: 256)",
    "world.environment=FrozenLake8x8-v1": "got 66; write width: 128 and memory.bits: 128",
    "world.scale=0": "scale",
}


@pytest.mark.parametrize("setting", REFUSED)
def test_what_does_not_fit_is_one_line(setting: str, command: Any, tmp_path: Any) -> None:
    other = ["--set", "world.environment=FrozenLake-v1"] if setting.startswith(("brain", "world.vec")) else []
    out = tmp_path / "run"
    status, _, error = command("evolve", "gymnasium", "--out", out, *other, "--set", setting)
    assert status == 2 and REFUSED[setting] in error and error.count("\n") == 1 and not out.exists()


def test_without_the_library(command: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gymnasium", None)
    status, _, error = command("evolve", "gymnasium")
    assert status == 2 and "pip install '.[gymnasium]' in a clone" in error and error.count("\n") == 1
    assert command("list", "worlds")[0] == 0 and command("schema")[0] == 0


def test_without_what_an_environment_needs(command: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "Box2D", None)
    status, _, error = command("evolve", "gymnasium", "--set", "world.environment=LunarLander-v3")
    assert status == 2 and "pip install '.[box2d]' in a clone" in error and error.count("\n") == 1


def test_worlds_go_there_and_come_back() -> None:
    """Cart and pole as an environment of Gymnasium as a world: it is sensed and rewarded as at home."""
    there = trial_of(4, environment="alife.gym:alife/Cartpole-v0", lifetime=50)
    here = find("worlds", "cartpole")(find_params("worlds", "cartpole")(lifetime=50))
    genomes = there.brain.init(4, 1)
    told = there.fitness(genomes, 1, 0)
    assert len(here.sensors) == len(there.world.sensors) and (told >= 5).all() and (told <= 50).all()
    assert np.array_equal(told, there.fields["taken"])  # one for each step


def test_a_card_is_refused_and_auto_is_the_cpu(host_device: Any) -> None:
    assert Run(load_config("gymnasium", SMALL)).backend == "cpu"
    with pytest.raises(UserError, match="write backend: cpu"):
        Run(load_config("gymnasium", [*SMALL, "run.backend=gpu"]))


@pytest.mark.parametrize("name", [name for name in names("genomes") if name.startswith("gym-")])
def test_champions_solve_their_environments(name: str) -> None:
    """In episodes that no generation met; that they do what the file says is in test_champions.py."""
    subject = load(path("genomes", name))
    assert subject.genome and subject.config
    threshold = gymnasium.spec(subject.config.world.environment).reward_threshold  # type: ignore[attr-defined]
    assert subject.genome.meta["held_out"] >= threshold


def test_the_instrument_lives_fresh_episodes() -> None:
    subject = load(path("genomes", "gym-mountaincar"))
    finding = Fresh(FreshParams(episodes=10)).measure(subject)
    assert finding and finding.facts["episodes"] == 10 and finding.facts["mean"] > -110
    assert -200 <= finding.facts["minimum"] <= finding.facts["mean"] <= finding.facts["maximum"] <= 0
    with pytest.raises(NotApplicable, match="no episodes of one agent"):
        Fresh(FreshParams()).measure(load(path("genomes", "meadow")))
