"""Tasks by name, and the search that a budget brings along where none is chosen."""

from __future__ import annotations

from pathlib import Path

import pytest

from alife.config.recipe import HOSTED, RECIPE
from alife.config.registry import find_params
from alife.config.schema import dump_config, load_config
from alife.config.task import load_task, within
from alife.errors import UserError

TIME = within("10m")
SEARCH = RECIPE["strategy"]


def test_a_world_is_a_task_and_a_configuration_of_the_name_comes_first(tmp_path: Path, monkeypatch) -> None:
    world = load_task("repeat_first", ["seed=7"])
    assert (world.names["world"], world.label, world.seed) == ("repeat_first", "repeat_first", 7)
    assert world.world == find_params("worlds", "repeat_first")()
    assert load_task("mushrooms") == load_config("mushrooms")
    monkeypatch.chdir(tmp_path)
    Path("repeat_first").write_text("world: {name: tmaze}")
    assert load_task("repeat_first").names["world"] == "tmaze"
    with pytest.raises(UserError, match="unknown config 'repeat_second': expected"):
        load_task("repeat_second")


def test_an_environment_is_a_task() -> None:
    pytest.importorskip("gymnasium")
    task = load_task("CartPole-v1", TIME)
    assert (task.names["world"], task.label, task.world.environment) == ("gymnasium", "CartPole-v1", "CartPole-v1")
    assert {key: getattr(task.run, key) for key in HOSTED["run"]} == HOSTED["run"]
    assert (task.names["strategy"], task.brain.projection) == ("cmaes", HOSTED["brain"]["projection"])  # type: ignore[attr-defined]
    assert load_task("CartPole-v1", [*TIME, "brain.layers=2"]).names["brain"] == "wht"
    assert load_task("gymnasium.envs:Acrobot-v1").label == "gymnasium.envs-Acrobot-v1"


def test_a_budget_brings_the_recipe_where_nothing_is_chosen() -> None:
    task = load_task("repeat_first", TIME)
    assert task.names["strategy"] == SEARCH["name"]
    assert task.strategy.model_dump().items() >= {key: SEARCH[key] for key in SEARCH if key != "name"}.items()
    assert {key: getattr(task.run, key) for key in RECIPE["run"]} == RECIPE["run"]
    assert (task.run.budget, task.run.generations, task.names["brain"]) == ("10m", None, "mind")
    assert load_task("repeat_first", [*TIME, "brain.layers=2"]).names["brain"] == "wht"
    chosen = load_task("repeat_first", [*TIME, "strategy.name=snes", "run.capacity=32"])
    assert chosen.names["strategy"] == "snes" and chosen.strategy == find_params("strategies", "snes")()
    assert (chosen.run.capacity, chosen.run.episodes) == (32, RECIPE["run"]["episodes"])
    again = load_config({"world": {"name": "repeat_first"}, "run": {"budget": "10m"}})
    assert dump_config(again) == dump_config(task)
    assert load_task("repeat_first").names["strategy"] == "ga" and load_task("repeat_first").run.capacity == 8192


def test_a_budget_replaces_the_generations_of_a_configuration_and_none_of_the_command_line() -> None:
    assert load_task("mushrooms", TIME).run.generations is None
    assert load_task("mushrooms", [*TIME, "run.generations=5"]).run.generations == 5
    assert load_task("mushrooms", TIME).run.capacity == load_config("mushrooms").run.capacity
    assert load_task("pursuit", TIME).names["strategy"] == "ga" and load_task("pursuit", TIME).names["brain"] == "wht"
