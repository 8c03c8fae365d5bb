"""Centers and spreads of observed numbers, measured among random actions: against NumPy, and where there are none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from alife.config.recipe import fill_recipe
from alife.config.schema import dump_config, load_config, parse_config
from alife.config.yaml_source import from_values
from alife.errors import UserError

gymnasium = pytest.importorskip("gymnasium")
from gymnasium import spaces  # noqa: E402

from alife.parts.gymnasium_measured import LEAST, STEPS, measured  # noqa: E402
from alife.parts.gymnasium_spaces import senses_of  # noqa: E402
from tests.helpers.environments import raising, register, world_of  # noqa: E402

HIGH = np.array([10, 10, np.inf, np.inf], np.float32)
SPACE = spaces.Dict(
    {"numbers": spaces.Box(-HIGH, HIGH), "which": spaces.Discrete(2), "image": spaces.Box(0, 1, (2, 2))}
)


def reset(environment: Any, *, seed: int | None = None, options: Any = None) -> Any:
    """Begins an episode of numbers that are drawn anew in each step."""
    environment.t, environment.random = 0, np.random.default_rng(seed)
    return environment.see(), {}


def see(environment: Any) -> Any:
    """A wide number, one that hardly varies, one of a large unit, one that never varies."""
    wide, narrow, large = environment.random.normal([2, 1, 5000], [3, 0.001, 100])
    numbers = np.array([wide, narrow, large, 7], np.float32)
    return {"numbers": numbers, "which": 1, "image": np.ones((2, 2), np.float32)}


def drifting(**parts: Any) -> str:
    """Registers the environment; parts: that replace its own."""
    return register("Drifting", observation_space=SPACE, **{"reset": reset, "see": see, **parts})


def test_numbers_are_centered_and_divided_by_their_spread() -> None:
    world = world_of(environment=drifting(), normal="measured")
    assert world.normal == world_of(environment=drifting(), normal="measured").normal
    pairs = dict(zip([sensor.name for sensor in world.sensors], world.normal, strict=True))
    center, spread = pairs["numbers 0"]
    assert abs(center - 0.2) < 0.15 and abs(spread - 0.3) < 0.08  # 2 and 3 in a Box from -10 to 10; few steps
    assert pairs["numbers 1"] == (pytest.approx(0.1, abs=1e-3), LEAST)
    assert abs(pairs["numbers 2"][0] - 5000) < 60 and 60 < pairs["numbers 2"][1] < 140
    assert pairs["numbers 3"] == (7, 1)
    assert all(pair == (0, 1) for name, pair in pairs.items() if "numbers" not in name)
    given = {"numbers": np.array([[2, 1, 5000, 7]]), "which": [1], "image": np.ones((1, 2, 2))}
    raw = senses_of(SPACE, 1.0).read(given)
    expected = (raw - [pair[0] for pair in world.normal]) / [pair[1] for pair in world.normal]
    np.testing.assert_allclose(world.senses.read(given), expected, rtol=1e-6)
    low = next(sensor for sensor in world.sensors if sensor.name == "numbers 0").low
    assert low == float(f"{(-1 - center) / spread:.4g}")
    assert "numbers 0 is beyond the bounds" in world.senses.outside(
        world.senses.read({**given, "numbers": np.array([[10.1, 1, 5000, 7]])})
    )


def test_episodes_observe_the_numbers_so() -> None:
    key = drifting()
    pairs = world_of(environment=key, normal="measured").normal
    worlds = [world_of(environment=key, **given) for given in ({}, {"normal": pairs})]
    seen = [world.simulator(3, 1).reset(np.array([0, 1, 2])) for world in worlds]
    np.testing.assert_allclose(seen[1], (seen[0] - np.array(pairs)[:, 0]) / np.array(pairs)[:, 1], rtol=1e-5, atol=1e-5)


def test_what_cannot_be_measured_is_left_to_the_run() -> None:
    environment = gymnasium.make(drifting(step=raising(ValueError("broken"))))
    assert measured(environment, senses_of(SPACE, 1.0), "x") is None
    key = register("Counting", observation_space=spaces.Discrete(3), see=lambda self: 1)
    assert world_of(environment=key, normal="measured").normal is None
    assert world_of(environment=key, normal="measured").settled_params().normal is None


def test_only_so_many_steps_are_taken() -> None:
    taken = []
    key = drifting(over=lambda self: False, reward=lambda self: taken.append(1) or 0.0)
    world_of(environment=key, normal="measured", lifetime=10**6).normal  # noqa: B018
    assert len(taken) == STEPS


def test_a_budget_measures_and_a_written_key_is_kept() -> None:
    key = drifting()
    task = {"world": {"name": "gymnasium", "environment": key}, "run": {"budget": "1m", "capacity": 4}}
    config = load_config(task)
    assert config.world.normal == world_of(environment=key, normal="measured").normal  # type: ignore[attr-defined]
    assert parse_config(dump_config(config), "genome").world == config.world
    assert load_config(task, ["world.normal=null"]).world.normal is None  # type: ignore[attr-defined]
    assert load_config(task, ["run.budget=null"]).world.normal is None  # type: ignore[attr-defined]
    document = from_values({"world": {"name": "cartpole"}, "run": {"budget": "1m"}}, "x")
    fill_recipe(document, type(world_of(environment=key)).__mro__[1])
    assert document.values["world"] == {"name": "cartpole"}  # a world without a recipe


def test_pairs_that_do_not_fit_are_refused() -> None:
    task = {"world": {"name": "gymnasium", "environment": drifting(), "normal": [[0, 1]]}}
    with pytest.raises(UserError, match="expected a center and a spread for each of 10 observed numbers, got 1"):
        load_config(task)
    task["world"]["normal"] = [[0, 0]] * 10  # type: ignore[index]
    with pytest.raises(UserError, match="world.normal"):
        load_config(task)
