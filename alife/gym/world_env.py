"""What environments of many agents share: a world, spaces that are the same for all, actions by name, pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from gymnasium.spaces import Box
from pettingzoo import ParallelEnv

from alife.errors import UserError, suggestion
from alife.gym.render import MODES, Drawn
from alife.gym.spaces import SEEDS, action_space, lanes, make_world, observation_space, whole
from alife.world import ArenaWorld, SharedWorld

Each = dict[str, Any]  # agent -> what belongs to it
Step = tuple[Each, Each, Each, Each, Each]  # observations, rewards, terminations, truncations, infos


class WorldEnv(Drawn, ParallelEnv[str, np.ndarray, np.ndarray]):
    """Base of both kinds. agents: names of those who act in the next step; nobody before `reset`."""

    def __init__(self, world: str, seed: int, render_mode: str | None, params: Mapping[str, Any]) -> None:
        """Make the world. Raises UserError for an unknown one, or a value that does not fit."""
        self.world = make_world(world, params)
        self.metadata = {"name": world, "render_modes": MODES, "render_fps": 30}
        self._draw_with(render_mode)
        self._observation_space, self._action_space = observation_space(self.world), action_space(self.world)
        self._seed = whole("seed", seed, SEEDS)
        self.agents: list[str] = []

    def observation_space(self, agent: str) -> Box:
        """The same for all."""
        return self._observation_space

    def action_space(self, agent: str) -> Box:
        """The same for all."""
        return self._action_space

    def _acts(self, actions: Each, slots: Mapping[str, int]) -> dict[int, np.ndarray]:
        """Actions by slot. Raises UserError for one that is missing or does not fit."""
        for agent in slots:
            if agent not in actions:
                near = suggestion(agent, actions)
                raise UserError(f"step: expected an action of every agent in env.agents, came none of {agent}{near}")
        return {slot: lanes(actions[agent], self.world) for agent, slot in slots.items()}


def make(world: str, params: Mapping[str, Any]) -> WorldEnv:
    """The environment for the kind of a world. Raises UserError for one in which agents live alone."""
    from alife.config.registry import find
    from alife.gym.arena_world import ArenaEnv
    from alife.gym.shared_world import HerdEnv

    kind = find("worlds", world)
    if issubclass(kind, SharedWorld):
        return HerdEnv(world, **params)
    if issubclass(kind, ArenaWorld):
        return ArenaEnv(world, **params)
    raise UserError(f"world {world}: expected a world of many agents, got an {kind.kind} one; write gymnasium.make")
