"""Environments that keep to the interface of Gymnasium, or break it in one point each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gymnasium
import numpy as np

from alife.brains import make_brain
from alife.config.registry import find, find_params
from alife.simulation.evaluator import Evaluator
from alife.simulation.kinds import make_evaluator

BARE = {"name": "wht", "projection": None, "layers": 1, "injection": 0}
ZERO = np.zeros(3, np.float32)
COUNTS = {"made": 0, "closed": 0, "steps": 0, "episodes": 0}


class Base(gymnasium.Env[Any, Any]):
    """Five steps of reward 1. Subclasses change one of its methods."""

    observation_space: Any = gymnasium.spaces.Box(-1, 1, (3,), np.float32)
    action_space: Any = gymnasium.spaces.Discrete(2)

    def __init__(self, **arguments: Any) -> None:
        COUNTS["made"] += 1
        self.arguments, self.t = arguments, 0

    def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        self.seed, self.t = seed, 0
        COUNTS["episodes"] += 1
        return self.see(), {}

    def step(self, action: Any) -> Any:
        self.t, self.action = self.t + 1, action
        COUNTS["steps"] += 1
        return self.see(), self.reward(), self.over(), False, {}

    def see(self) -> Any:
        return ZERO

    def reward(self) -> Any:
        return 1.0

    def over(self) -> Any:
        return self.t >= 5

    def close(self) -> None:
        COUNTS["closed"] += 1


def register(name: str, steps: int | None = 9, vector: Callable[..., Any] | None = None, **parts: Any) -> str:
    """Registers an environment with these attributes in place of those of `Base`; returns its id."""
    key = f"Foreign/{name}-v0"
    kind = type(name, (Base,), parts)
    gymnasium.registry.pop(key, None)
    gymnasium.register(key, entry_point=kind, max_episode_steps=steps, vector_entry_point=vector)
    return key


def world_of(**params: Any) -> Any:
    """Returns world `gymnasium` with these Params."""
    return find("worlds", "gymnasium")(find_params("worlds", "gymnasium")(**params))


def trial_of(count: int = 5, **params: Any) -> Evaluator:
    """Returns an evaluator of world `gymnasium` for `count` genomes of a small brain."""
    world = world_of(**params)
    return make_evaluator(world, make_brain(BARE, len(world.sensors), len(world.actuators)), count, seed=2, threads=1)


def raising(error: BaseException) -> Callable[..., Any]:
    """Returns a method that raises an error."""

    def method(*_: Any, **__: Any) -> Any:
        raise error

    return method
