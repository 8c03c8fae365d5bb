"""Copies and pickles: of environments and brains as values, of what holds native memory a refusal in one line."""

from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest

import alife.gym
from alife.brains import make_brain
from alife.cached import cached_property
from alife.config.schema import load_config
from alife.experiment.run import Run
from alife.simulation.kinds import make_evaluator
from worlds import cartpole

WAYS = {"deepcopy": copy.deepcopy, "pickle": lambda value: pickle.loads(pickle.dumps(value))}
SMALL = {"side": 32, "population": 12}
RUNS = {
    "meadow-small": ["run.capacity=32", "world.side=32", "world.population=20", "brain.memory=null"],
    "cartpole": ["run.capacity=4", "world.lifetime=5"],
    "pursuit": ["run.capacity=2", "world.lifetime=5", "brain.memory=null"],
}


@pytest.mark.parametrize("way", WAYS)
def test_the_copy_of_an_environment_goes_on_like_it_on_memory_of_its_own(way: str) -> None:
    env, other = (gymnasium.make("alife/Cartpole-v0").unwrapped for _ in range(2))
    action = np.array([1.0], np.float32)
    for one in (env, other):
        one.reset(seed=5)
        one.step(action)
    twin = WAYS[way](env)
    first = twin.step(action)[0]
    for _ in range(3):
        last = twin.step(action)[0]
    assert not np.array_equal(first, last)
    unmoved = env.step(action)[0]
    assert np.array_equal(unmoved, other.step(action)[0]) and np.array_equal(unmoved, first)
    assert np.array_equal(twin.reset()[0], env.reset()[0])  # the generator of episodes is copied, too


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("name", "params"), [("pursuit", {}), ("meadow", SMALL)])
def test_the_copy_of_many_agents_goes_on_like_them(way: str, name: str, params: dict[str, Any]) -> None:
    env = alife.gym.parallel_env(name, seed=3, **params)
    env.reset(seed=3)
    acting = {agent: env.action_space(agent).high for agent in env.agents}
    env.step(acting)
    twin = WAYS[way](env)
    here = env.step({agent: acting[agent] for agent in env.agents if agent in acting})[0]
    for _ in range(2):
        env.step({agent: env.action_space(agent).low for agent in env.agents})
    there = twin.step({agent: acting[agent] for agent in twin.agents if agent in acting})[0]
    assert here.keys() == there.keys() and all(np.array_equal(here[agent], there[agent]) for agent in here)


def _think(brain: Any) -> list[float]:
    found: list[float] = brain.step(brain.init(1, 0), brain.new_states(1), np.ones((1, 3), np.float32)).tolist()
    return found


def test_a_brain_that_was_used_thinks_the_same_in_another_process(tmp_path: Path) -> None:
    brain = make_brain({"name": "wht", "width": 16, "memory": None}, 3, 1)
    here = _think(brain)
    assert _think(copy.deepcopy(brain)) == here
    (tmp_path / "brain").write_bytes(pickle.dumps((brain, here)))
    code = (
        "import pickle, sys, numpy as np; brain, there = pickle.load(open(sys.argv[1], 'rb'))\n"
        "x = np.ones((1, 3), np.float32); assert brain.step(brain.init(1, 0), brain.new_states(1), x).tolist() == there"
    )
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-c", code, tmp_path / "brain"]
    subprocess.run(command, check=True, timeout=60, env={**os.environ, "PYTHONPATH": str(root)})


@pytest.mark.parametrize("way", [*WAYS, "copy"])
@pytest.mark.parametrize("label", RUNS)
def test_runs_and_what_they_drive_refuse(way: str, label: str) -> None:
    run = Run(load_config(label, [*RUNS[label], "run.threads=1"]))
    for one in (run, run.simulation, run.simulation.engine):
        with pytest.raises(TypeError, match=rf"{type(one).__name__}: expected values to copy or pickle, got native"):
            {**WAYS, "copy": copy.copy}[way](one)


def test_an_evaluator_refuses_and_its_world_travels() -> None:
    world = cartpole.Cartpole(cartpole.Params(lifetime=7))
    evaluator = make_evaluator(world, make_brain({"name": "wht", "width": 16}, 4, 1), 2, 1)
    for way in WAYS.values():
        with pytest.raises(TypeError, match="^Evaluator: expected values"):
            way(evaluator)
        assert way(world).params == world.params and type(way(world)) is type(world)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_process_forked_while_another_thread_computes_a_cached_value_computes_its_own() -> None:
    begun, over = threading.Event(), threading.Event()

    class Slow:
        def __init__(self, waits: bool) -> None:
            self.waits = waits

        @cached_property
        def value(self) -> int:
            if self.waits:
                begun.set()
                over.wait(20)
            return 3

    thread = threading.Thread(target=lambda: Slow(True).value)
    thread.start()
    begun.wait()
    child = os.fork()
    if not child:
        os._exit(Slow(False).value)
    ends = time.monotonic() + 5
    while (status := os.waitpid(child, os.WNOHANG)) == (0, 0) and time.monotonic() < ends:
        time.sleep(0.01)
    over.set()
    thread.join()
    if status == (0, 0):
        os.kill(child, 9)
        os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status[1]) == 3 and status[0] == child
