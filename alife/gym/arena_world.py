"""Arenas as environments of PettingZoo: the teams of one arena, such as a predator and its prey, with brains outside.

An agent is named by its role and its place in the team: `predator_0`, `prey_1`. The laws are those of an episode of
`ArenaEvaluator` of the same seed and episode number, to the last bit. An agent's return is the fitness that the world
gives it: the reward of a step is by how much that changed, as if the episode ended with it. `terminated`: it is out.
`truncated`: the world's lifetime is over for those who are not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from alife.backends.cpu.engine import CpuEngine
from alife.backends.cpu.threads import Program
from alife.gym.spaces import SEEDS, drawn_episode, nobody, whole
from alife.gym.world_env import Each, Step, WorldEnv
from alife.laws.fields import Fields
from alife.simulation.coevolution.arena_evaluator import ArenaEvaluator
from alife.simulation.episode import pass_time
from alife.simulation.episode_laws import closing
from alife.world import ArenaWorld


class Match:
    """Episodes of one arena, step by step, with actions from outside.

    world: whose laws its agents live by. fields: every column as it is now.
    """

    def __init__(self, world: ArenaWorld, seed: int) -> None:
        self.world = world
        self._evaluator = ArenaEvaluator(world, nobody(world), 1, seed, threads=1)
        program, engine = self._evaluator.program, self._evaluator.engine
        assert isinstance(engine, CpuEngine)
        parts = (program.before, program.observe, (*program.act, pass_time), world.fitness, closing(world))
        self._before, self._observe, self._act, self._judge, self._close = (
            Program(engine.calls(part)) for part in parts
        )
        self.fields = engine.fields

    @property
    def over(self) -> bool:
        """True if the lifetime is over."""
        return int(self.fields["clock"][0]) >= self.world.lifetime

    def begin(self, episode: int) -> None:
        """Reset to the first observations of an episode."""
        self._evaluator.open_episodes(episode)
        self.fields["clock"][0] = 0
        self._before.run()
        self._observe.run()

    def act(self, actions: Mapping[int, np.ndarray]) -> np.ndarray:
        """One step: fitness of each row if the episode ended with it, [N]. actions: row -> [O]."""
        for row, given in actions.items():
            self.fields["actions"][row] = given
        self._act.run()
        if self.over:
            return self._judged()
        kept = {name: array.copy() for name, array in self.fields.items()}
        fitness = self._judged()
        for name, array in kept.items():
            self.fields[name][...] = array
        self._observe.run()
        return fitness

    def _judged(self) -> np.ndarray:
        self._judge.run()
        fitness: np.ndarray = self.fields["fitness"].copy()
        if self.over:
            self._close.run()
            self.fields["clock"][0] = self.world.lifetime
        return fitness


class ArenaEnv(WorldEnv):
    """An environment of one arena. possible_agents: all who are in it at the beginning."""

    def __init__(self, world: str, seed: int = 1, render_mode: str | None = None, **params: Any) -> None:
        """Make the arena.

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
        self.possible_agents = [f"{role}_{place}" for role, size in teams for place in range(size)]
        self._rows = {agent: row for row, agent in enumerate(self.possible_agents)}
        self._match, self._drawn = Match(self.world, seed), np.random.default_rng(seed)
        self._fitness = np.zeros(len(self._rows), np.float32)

    def reset(self, seed: int | None = None, options: Each | None = None) -> tuple[Each, Each]:
        """Begin an episode. seed: of the draw of its number. options: {"episode": number} to choose it."""
        if seed is not None:
            self._drawn = np.random.default_rng(whole("seed", seed, SEEDS))
        episode = drawn_episode(options, self._drawn)
        self._match.begin(episode)
        self._fitness[:] = 0.0
        self.agents = list(self.possible_agents)
        self._show()
        return self._seen(self.agents), {agent: {"episode": episode} for agent in self.agents}

    def step(self, actions: Each) -> Step:
        """One step of all. actions: of every agent in `agents`, [O] each.

        Returns:
            Observations, rewards, terminations, truncations and infos of those who acted; once out, an agent has its
            last observation.

        Raises:
            UserError: an action is missing, or does not fit.
        """
        there, last = self.agents, self._seen(self.agents)
        if not there:
            return {}, {}, {}, {}, {}
        fitness = self._match.act(self._acts(actions, {agent: self._rows[agent] for agent in there}))
        rewards = fitness.astype(np.float64) - self._fitness
        self._fitness = fitness
        out, late = self._match.fields["done"] > 0, self._match.over
        self.agents = [] if late else [agent for agent in there if not out[self._rows[agent]]]
        self._show()
        return (
            {**last, **self._seen(self.agents)},
            {agent: float(rewards[self._rows[agent]]) for agent in there},
            {agent: bool(out[self._rows[agent]]) for agent in there},
            {agent: late and not out[self._rows[agent]] for agent in there},
            {agent: {"fitness": float(fitness[self._rows[agent]])} for agent in there},
        )

    def _seen(self, agents: list[str]) -> Each:
        return {agent: self._match.fields["observations"][self._rows[agent]].copy() for agent in agents}

    def _scene(self) -> tuple[Fields, np.ndarray]:
        return self._match.fields, np.arange(len(self._rows))
