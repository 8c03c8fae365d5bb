"""An arena as an environment of PettingZoo: the teams of one arena, such as a predator and its prey.

An agent is named by its role and its number in the team: `predator_0`, `prey_1`. An episode is the same to the last bit
as that of an `ArenaEvaluator` of the same seed and episode number. The return of an agent is the world's fitness: the
reward of a step is the change of the fitness that the agent would have if the episode ended with it. `terminated`: the
agent is out. `truncated`: the world's lifetime is over, and the agent is not out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from alife.config.arguments import check_integer
from alife.gym.control import ControlledEpisode
from alife.gym.spaces import SEEDS, choose_episode
from alife.gym.world_env import MultiAgentEnv, PerAgent, StepResult
from alife.simulation.episode import pass_time
from alife.simulation.episode_laws import closing
from alife.world import ArenaWorld, View


class ArenaEpisode(ControlledEpisode):
    """Episodes of one arena whose agents' actions come from outside."""

    def __init__(self, world: ArenaWorld, seed: int) -> None:
        """Compiles the stages. See `ControlledEpisode`."""
        super().__init__(world, seed)
        self._lifetime = world.lifetime
        self._act = self._compile((*self._stages.act, pass_time))
        self._score, self._close = self._compile(world.stage("fitness")), self._compile(closing(world))

    @property
    def over(self) -> bool:
        """True if the lifetime is over."""
        return int(self.fields["clock"][0]) >= self._lifetime

    def act(self, actions: Mapping[int, np.ndarray]) -> np.ndarray:
        """Takes one step.

        Args:
            actions: row -> [O].

        Returns:
            [N] fitness of each row if the episode ended with this step.
        """
        for row, action in actions.items():
            self.fields["actions"][row] = action
        self._act.run()
        if self.over:
            fitness = self._scores()
            self._close.run()
            self.fields["clock"][0] = self._lifetime
            return fitness
        kept = {name: array.copy() for name, array in self.fields.items()}  # laws of fitness write other columns, too
        fitness = self._scores()
        for name, array in kept.items():
            self.fields[name][...] = array
        self._observe.run()
        return fitness

    def _scores(self) -> np.ndarray:
        self._score.run()
        fitness: np.ndarray = self.fields["fitness"].copy()
        return fitness


class ArenaEnv(MultiAgentEnv):
    """An environment of one arena.

    Attributes:
        possible_agents: all agents of the arena, which are there at the beginning.
    """

    def __init__(self, world: str, seed: int = 1, render_mode: str | None = None, **params: Any) -> None:
        """Makes the arena.

        Args:
            world: name of an arena world.
            seed: of all episodes, as the seed of a run is.
            render_mode: None, "rgb_array" or "human".
            params: the world's Params.

        Raises:
            UserError: an unknown world, or a value that does not fit.
        """
        super().__init__(world, seed, render_mode, params)
        assert isinstance(self.world, ArenaWorld)
        teams = zip(self.world.roles, self.world.team, strict=True)
        self.possible_agents = [f"{role}_{number}" for role, size in teams for number in range(size)]
        self._rows = {agent: row for row, agent in enumerate(self.possible_agents)}
        self._episode, self._generator = ArenaEpisode(self.world, seed), np.random.default_rng(seed)
        self._fitness = np.zeros(len(self._rows), np.float32)

    def reset(self, seed: int | None = None, options: PerAgent | None = None) -> tuple[PerAgent, PerAgent]:
        """Begins an episode.

        Args:
            seed: of the generator that draws the number of the episode; None goes on drawing.
            options: {"episode": number} chooses the episode.

        Returns:
            Observations [I] of all agents, and {"episode": number} of each.

        Raises:
            UserError: no such seed or episode.
        """
        if seed is not None:
            self._generator = np.random.default_rng(check_integer("seed", seed, SEEDS))
        episode = choose_episode(options, self._generator)
        self._episode.begin(episode)
        self._fitness[:] = 0.0
        self.agents = list(self.possible_agents)
        self._render_for_human()
        return self._observations(self.agents), {agent: {"episode": episode} for agent in self.agents}

    def step(self, actions: PerAgent) -> StepResult:
        """Takes one step of all agents.

        Args:
            actions: [O] of every agent in `agents`.

        Returns:
            Observations, rewards, terminations, truncations and infos of the agents that acted. The last observation of
            an agent that is out is that of the step before.

        Raises:
            UserError: an action is missing, or does not fit.
        """
        acting, last = self.agents, self._observations(self.agents)
        if not acting:
            return {}, {}, {}, {}, {}
        fitness = self._episode.act(self._by_row(actions, {agent: self._rows[agent] for agent in acting}))
        rewards = fitness.astype(np.float64) - self._fitness
        self._fitness = fitness
        out, expired = self._episode.fields["done"] > 0, self._episode.over
        self.agents = [] if expired else [agent for agent in acting if not out[self._rows[agent]]]
        self._render_for_human()
        return (
            {**last, **self._observations(self.agents)},
            {agent: float(rewards[self._rows[agent]]) for agent in acting},
            {agent: bool(out[self._rows[agent]]) for agent in acting},
            {agent: expired and not out[self._rows[agent]] for agent in acting},
            {agent: {"fitness": float(fitness[self._rows[agent]])} for agent in acting},
        )

    def _observations(self, agents: list[str]) -> PerAgent:
        return {agent: self._episode.observations(self._rows[agent]) for agent in agents}

    def _view(self) -> tuple[View, np.ndarray]:
        return self._episode.fields, np.arange(len(self._rows))
