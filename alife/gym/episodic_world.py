"""One agent of an episodic world as an environment of Gymnasium.

An episode is the same as that of a genome in an `Evaluator` of the same seed and episode number: the same actions give
the same observations to the last bit. The return is the world's fitness: the reward of a step is the change of fitness,
which in the last step includes the world's `fitness` laws. `terminated`: the world has ended the episode. `truncated`:
the lifetime is over. No law runs after the end, so the last observation is that of the step before.
"""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np

from alife.config.arguments import check_integer
from alife.errors import UserError
from alife.gym.control import ControlledEpisode
from alife.gym.render import MODES, RenderMixin
from alife.gym.spaces import (
    SEEDS,
    action_space,
    check_action,
    choose_episode,
    make_world,
    observation_space,
)
from alife.world import EpisodicWorld, ExternalWorld, View, World


class AgentEpisode(ControlledEpisode):
    """Episodes of a single agent whose actions come from outside."""

    def __init__(self, world: EpisodicWorld, seed: int) -> None:
        """Compiles the stages. See `ControlledEpisode`."""
        super().__init__(world, seed)
        self._lifetime = world.lifetime
        self._act, self._after = self._compile(self._stages.act), self._compile(self._stages.after)

    def act(self, action: np.ndarray) -> tuple[float, bool, bool]:
        """Takes one step.

        Args:
            action: [O].

        Returns:
            Fitness so far, True if the world has ended the episode, True if the lifetime is over.
        """
        f = self.fields
        f["actions"][0] = action
        self._act.run()
        terminated, expired = bool(f["done"][0]), int(f["clock"][0]) + 1 >= self._lifetime
        if terminated or expired:
            self._after.run()
        else:
            f["clock"][0] += 1
            self._observe.run()
        return float(f["fitness"][0]), terminated, expired and not terminated


class EpisodicEnv(RenderMixin, gymnasium.Env[np.ndarray, np.ndarray]):
    """An environment of one agent, whose spaces are the world's sensors and actuators."""

    metadata: dict[str, Any] = {"render_modes": MODES, "render_fps": 30}

    def __init__(self, world: str, seed: int = 1, render_mode: str | None = None, **params: Any) -> None:
        """Makes the world.

        Args:
            world: name of an episodic world.
            seed: of all episodes, as the seed of a run is.
            render_mode: None, "rgb_array" or "human".
            params: the world's Params.

        Raises:
            UserError: an unknown world or one of another kind, a value that does not fit, an unknown render mode.
        """
        self.world = _check_episodic(make_world(world, params), world)
        self._set_render_mode(render_mode)
        self.observation_space, self.action_space = observation_space(self.world), action_space(self.world)
        self._episode = AgentEpisode(self.world, check_integer("seed", seed, SEEDS))
        self._actuators = self.world.actuators  # which some worlds make anew each time
        self._fitness, self._over = 0.0, True

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Begins an episode.

        Args:
            seed: of the generator that draws the number of the episode; None goes on drawing.
            options: {"episode": number} chooses the episode.

        Returns:
            [I] observations, and {"episode": number}.

        Raises:
            UserError: no such episode.
        """
        super().reset(seed=seed)
        episode = choose_episode(options, self.np_random)
        self._episode.begin(episode)
        self._fitness, self._over = 0.0, False
        self._render_for_human()
        return self._episode.observations(), {"episode": episode}

    def step(self, action: np.ndarray) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        """Takes one step.

        Args:
            action: [O] of `action_space`.

        Returns:
            [I] observations, reward, terminated, truncated, and {"fitness": so far}.

        Raises:
            UserError: the episode is over, or the action does not fit.
        """
        if self._over:
            raise UserError("step: expected an episode that is not over; call reset() first")
        fitness, terminated, truncated = self._episode.act(check_action(action, self._actuators))
        reward, self._fitness, self._over = fitness - self._fitness, fitness, terminated or truncated
        self._render_for_human()
        return self._episode.observations(), reward, terminated, truncated, {"fitness": fitness}

    def _view(self) -> tuple[View, np.ndarray]:
        return self._episode.fields, np.arange(1)


def _check_episodic(world: World, name: str) -> EpisodicWorld:
    if isinstance(world, EpisodicWorld):
        return world
    if isinstance(world, ExternalWorld):
        raise UserError(
            f"world {name}: expected an episodic world, got {world.kind}: it runs other environments; make those"
        )
    raise UserError(
        f"world {name}: expected an episodic world, got {world.kind}; write alife.gym.parallel_env('{name}')"
    )
