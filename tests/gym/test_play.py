"""A saved genome in an environment of Gymnasium: as in its run, as in a loop of one's own, and refused in one line."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import alife
from alife.config.schema import dump_config, load_config
from alife.errors import ExternalError, UserError
from alife.parts.gymnasium_copies import seed_of

gymnasium = pytest.importorskip("gymnasium")
import alife.gym  # noqa: E402
from tests.helpers.environments import BARE, ZERO, register, trial_of  # noqa: E402


def genome_of(trial: Any, row: int, **settings: Any) -> alife.Genome:  # type: ignore[name-defined]
    """A genome of an evaluator, with a file's description of its world."""
    brain = {**BARE, "memory": None}
    config = load_config({"world": {"name": "gymnasium", **settings}, "brain": brain})
    return alife.Genome(trial.brain.init(row + 1, 3)[row], trial.brain.spec(), {"config": dump_config(config)})


@pytest.mark.parametrize(
    ("name", "normal"),
    [("CartPole-v1", None), ("Acrobot-v1", None), ("Pendulum-v1", None), ("Pendulum-v1", "measured")],
)
def test_it_does_what_it_did_in_its_run(name: str, normal: str | None) -> None:
    trial = trial_of(3, environment=name, lifetime=50, normal=normal)
    fitness = trial.fitness(trial.brain.init(3, 3), 1, first=4)
    for row in range(3):
        genome = genome_of(trial, row, environment=name, lifetime=50, normal=normal)
        assert ("measured" in genome.meta["config"]) is False
        assert alife.play(genome, name, seed=seed_of(2, 4), steps=50)[0] == pytest.approx(fitness[row], rel=1e-6)
        assert alife.play(genome, seed=seed_of(2, 4))[0] == pytest.approx(fitness[row], rel=1e-6)


def test_several_episodes_are_those_of_seeds_in_turn_and_each_begins_anew() -> None:
    many = alife.play("gym-acrobot", "Acrobot-v1", episodes=3, seed=5)
    assert many.shape == (3,) and len(set(many.tolist())) > 1
    assert many.tolist() == [alife.play("gym-acrobot", seed=seed)[0] for seed in (5, 6, 7)]
    policy, environment = alife.policy(alife.load_genome("gym-acrobot")), gymnasium.make("Acrobot-v1")
    for seed, expected in zip((5, 6, 7), many, strict=True):
        policy.reset()
        (seen, _), total, over = environment.reset(seed=seed), 0.0, False
        while not over:
            seen, reward, end, cut, _ = environment.step(policy(seen))
            total, over = total + reward, end or cut
        assert total == expected


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
def test_the_copy_of_a_policy_goes_on_like_it(copied: Callable[[Any], Any]) -> None:
    for policy in (alife.policy("gym-acrobot"), alife.policy("gym-acrobot", gymnasium.make("Acrobot-v1"))):
        seen = policy.senses.tree.space.sample()
        policy(seen)
        other = copied(policy)
        assert [int(policy(seen)) for _ in range(3)] == [int(other(seen)) for _ in range(3)]
        np.testing.assert_array_equal(policy._state, other._state)


def test_an_observation_is_mapped_as_the_file_says() -> None:
    space = gymnasium.spaces.Box(0, 1, (3,))
    key = register("Unit", observation_space=space)
    trial = trial_of(2, environment=key)
    new = genome_of(trial, 0, environment=key)
    text = "".join(line for line in new.meta["config"].splitlines(True) if "nonnegative:" not in line)
    old = alife.Genome(new.params, new.brain, {"config": text})
    assert alife.policy(new).senses.read(ZERO[None]).tolist() == [[0, 0, 0]]
    assert alife.policy(old).senses.read(ZERO[None]).tolist() == [[-1, -1, -1]]
    assert alife.policy(old, gymnasium.make(key)).senses.read(ZERO[None]).tolist() == [[-1, -1, -1]]
    assert alife.policy(alife.Genome(new.params, new.brain), key).senses.read(ZERO[None]).tolist() == [[0, 0, 0]]


def test_its_own_environment_need_not_be_here_if_another_is_given() -> None:
    key = register("Gone")
    genome = genome_of(trial_of(1, environment=key), 0, environment=key)
    expected = alife.play(genome)
    gymnasium.registry.pop(key)
    assert alife.play(genome, register("There")) == expected
    with pytest.raises(UserError, match="Foreign/Gone-v0"):
        alife.play(genome)


def test_a_genome_of_a_world_acts_there() -> None:
    assert alife.play("cartpole").tolist() == [500] == alife.play("cartpole", "alife/Cartpole-v0").tolist()
    assert alife.play("cartpole", steps=7).tolist() == [7]
    act = alife.policy("meadow")
    actions = [act(np.full(len(act.senses.sensors), 0.1)) for _ in range(2)]
    assert actions[0].shape == (3,) and actions[0].dtype == np.float32 and (abs(actions[0]) <= 1).all()
    act.reset()
    assert np.array_equal(act(np.full(len(act.senses.sensors), 0.1)), actions[0])


REFUSED: list[tuple[Callable[[], Any], str]] = [
    (lambda: alife.play("gym-cartpole", "Acrobot-v1"), "of 4 observed numbers and 1 lanes of actions, .* got 6 and 3;"),
    (lambda: alife.play("gym-cartpol"), "did you mean 'gym-cartpole'"),
    (lambda: alife.play("meadow"), "expected an episodic world, got shared"),
    (lambda: alife.play("gym-cartpole", "CartPol-v1"), "gymnasium.make makes of CartPol-v1"),
    (lambda: alife.play("gym-cartpole", 3), "env: expected a single environment .*, got int"),
    (lambda: alife.play("gym-cartpole", gymnasium.make_vec("CartPole-v1", 2)), "got CartPoleVectorEnv"),
    (lambda: alife.play("gym-cartpole", episodes=0), "episodes: expected an integer from 1"),
    (lambda: alife.play("gym-cartpole", seed=2**31), "seed: expected an integer from 0"),
    (lambda: alife.play("gym-cartpole", steps=0), "steps: expected an integer from 1"),
    (
        lambda: alife.policy(alife.Genome(np.zeros(3, np.float32), BARE)),
        "holds its configuration.*name the environment",
    ),
    (lambda: alife.policy(alife.Genome(np.zeros(3, np.float32), BARE), "CartPole-v1"), "genes, .*, got 3;"),
    (lambda: alife.policy("gym-cartpole")(np.zeros(3)), "observation: expected real numbers of shape"),
]


@pytest.mark.parametrize(("call", "text"), REFUSED)
def test_what_does_not_fit_is_one_line(call: Callable[[], Any], text: str) -> None:
    with pytest.raises(UserError, match=text) as raised:
        call()
    assert "\n" not in str(raised.value)


def test_an_environment_that_fails_is_named_with_episode_and_step() -> None:
    def reward(self: Any) -> Any:
        return None if self.t == 3 else 1.0

    key = register("Failing", reward=reward)
    with pytest.raises(ExternalError, match="Foreign/Failing-v0: episode 0, step 3: reward: expected a real number"):
        alife.play(genome_of(trial_of(1, environment=key), 0, environment=key), gymnasium.make(key))
