"""One agent of a solo world as an environment of Gymnasium: the laws that genomes live by, without a brain.

An episode is the one that a genome lives in an `Evaluator` of the same seed and episode number: the same observations
to the last bit for the same actions. Its return is the fitness that the world gives it: the reward of a step is by how
much that changed, the last one includes what the world makes of the whole life. `terminated`: the world ended it.
`truncated`: the lifetime is over. No law runs after the end, so the last observation is the one before.
"""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np

from alife.backends.cpu.engine import CpuEngine
from alife.backends.cpu.threads import Program
from alife.errors import UserError
from alife.gym.render import MODES, Drawn
from alife.gym.spaces import SEEDS, action_space, drawn_episode, lanes, make_world, nobody, observation_space, whole
from alife.simulation.evaluator import Evaluator
from alife.world import EpisodicWorld, ExternalWorld, View, World


class Episode:
    """Episodes of one agent, step by step, with actions from outside.

    world: whose laws it lives by. fields: every column as it is now.
    """

    def __init__(self, world: EpisodicWorld, seed: int) -> None:
        self.world = world
        self._evaluator = Evaluator(world, nobody(world), 1, seed, threads=1)
        program, engine = self._evaluator.program, self._evaluator.engine
        assert isinstance(engine, CpuEngine)
        self._before, self._observe, self._act, self._after = (
            Program(engine.calls(part)) for part in (program.before, program.observe, program.act, program.after)
        )
        self.fields = engine.fields

    @property
    def observations(self) -> np.ndarray:
        """[I] float32, a copy."""
        return self.fields.row("observations", 0)

    def begin(self, episode: int) -> None:
        """Reset to the first observation of an episode."""
        self._evaluator.open_episodes(episode)
        self.fields["clock"][0] = 0
        self._before.run()
        self._observe.run()

    def act(self, actions: np.ndarray) -> tuple[float, bool, bool]:
        """One step: fitness so far, whether the world ended it, whether time is up. actions: [O]."""
        f = self.fields
        f["actions"][0] = actions
        self._act.run()
        ended, late = bool(f["done"][0]), int(f["clock"][0]) + 1 >= self.world.lifetime
        if ended or late:
            self._after.run()
        else:
            f["clock"][0] += 1
            self._observe.run()
        return float(f["fitness"][0]), ended, late and not ended


class SoloEnv(Drawn, gymnasium.Env[np.ndarray, np.ndarray]):
    """An environment of one agent; its spaces are the world's sensors and actuators, one lane each."""

    metadata: dict[str, Any] = {"render_modes": MODES, "render_fps": 30}

    def __init__(self, world: str, seed: int = 1, render_mode: str | None = None, **params: Any) -> None:
        """Make the world.

        Args:
            world: name of a solo world.
            seed: of all episodes, as the seed of a run is.
            render_mode: None, "rgb_array" or "human".
            params: the world's Params.

        Raises:
            UserError: an unknown world or one that is not solo, a value that does not fit, an unknown render mode.
        """
        self.world = _check_episodic(make_world(world, params), world)
        self._draw_with(render_mode)
        self.observation_space, self.action_space = observation_space(self.world), action_space(self.world)
        self._episode, self._fitness, self._over = Episode(self.world, whole("seed", seed, SEEDS)), 0.0, True

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Begin an episode. seed: of the draw of its number. options: {"episode": number} to choose it."""
        super().reset(seed=seed)
        episode = drawn_episode(options, self.np_random)
        self._episode.begin(episode)
        self._fitness, self._over = 0.0, False
        self._show()
        return self._episode.observations, {"episode": episode}

    def step(self, action: np.ndarray) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        """One step. action: [O] of `action_space`."""
        if self._over:
            raise UserError("step: expected an episode that is not over; call reset() first")
        fitness, ended, late = self._episode.act(lanes(action, self.world))
        reward, self._fitness, self._over = fitness - self._fitness, fitness, ended or late
        self._show()
        return self._episode.observations, reward, ended, late, {"fitness": fitness}

    def _scene(self) -> tuple[View, np.ndarray]:
        """The one agent."""
        return self._episode.fields, np.arange(1)


def _check_episodic(world: World, name: str) -> EpisodicWorld:
    if isinstance(world, EpisodicWorld):
        return world
    if isinstance(world, ExternalWorld):
        raise UserError(f"world {name}: expected laws of its own, and it runs other environments; make those")
    raise UserError(
        f"world {name}: expected an episodic world, got {world.kind}; write alife.gym.parallel_env('{name}')"
    )
