"""The base of environments of many agents: a world, spaces that all agents share, actions by name, pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from gymnasium.spaces import Box
from pettingzoo import ParallelEnv

from alife.config.arguments import check_integer
from alife.errors import UserError, suggestion
from alife.gym.render import MODES, RenderMixin
from alife.gym.spaces import SEEDS, action_space, check_action, make_world, observation_space

PerAgent = dict[str, Any]  # name of an agent -> its value
StepResult = tuple[PerAgent, PerAgent, PerAgent, PerAgent, PerAgent]  # observations, rewards, terminations, ...


class MultiAgentEnv(RenderMixin, ParallelEnv[str, np.ndarray, np.ndarray]):
    """Base of both kinds.

    Attributes:
        agents: names of the agents that act in the next step; empty before `reset`.
    """

    def __init__(self, world: str, seed: int, render_mode: str | None, params: Mapping[str, Any]) -> None:
        """Makes the world.

        Args:
            world: its name.
            seed: as the seed of a run is.
            render_mode: None, "rgb_array" or "human".
            params: the world's Params.

        Raises:
            UserError: an unknown world, or a value that does not fit.
        """
        self.world = make_world(world, params)
        self.metadata = {"name": world, "render_modes": MODES, "render_fps": 30}
        self._set_render_mode(render_mode)
        self._observation_space, self._action_space = observation_space(self.world), action_space(self.world)
        self._seed = check_integer("seed", seed, SEEDS)
        self.agents: list[str] = []

    def observation_space(self, agent: str) -> Box:
        """Returns the space of observations [I], the same for all agents."""
        return self._observation_space

    def action_space(self, agent: str) -> Box:
        """Returns the space of actions [O], the same for all agents."""
        return self._action_space

    def _by_row(self, actions: PerAgent, rows: Mapping[str, int]) -> dict[int, np.ndarray]:
        """Returns checked actions by row: [O] each.

        Args:
            actions: by agent.
            rows: of the agents that act.

        Raises:
            UserError: an action is missing, or does not fit.
        """
        for agent in rows:
            if agent not in actions:
                near = suggestion(agent, actions)
                raise UserError(f"step: expected an action of every agent in env.agents, got none of {agent}{near}")
        actuators = self.world.actuators
        return {row: check_action(actions[agent], actuators) for agent, row in rows.items()}
