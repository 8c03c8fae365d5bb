"""Episodes of a saved genome in an environment of Gymnasium."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from alife.config.arguments import check_integer
from alife.errors import ExternalError
from alife.experiment.records.genome import Genome
from alife.gym.episodic_world import EpisodicEnv
from alife.gym.policy import Policy, as_genome, policy, spaces_of, world_of
from alife.parts.gymnasium_calls import RESET, STEP, called, observation_of, parts_of
from alife.parts.gymnasium_copies import SEEDS, Maker
from alife.parts.gymnasium_library import made
from alife.parts.returned_values import to_flag, to_number

MOST = range(1, 10**9)  # episodes, and steps of one


def play(
    genome: Genome | str | Path, env: Any = None, episodes: int = 1, seed: int = 1, steps: int | None = None
) -> np.ndarray:
    """Lets a genome live in an environment, and returns the sums of rewards.

    Args:
        genome: a genome, its file, or the name of one in genomes/.
        env: an environment of Gymnasium, such as one with a render_mode, or its id; None: that in which it evolved.
        episodes: E, their number.
        seed: episode k is reset with `seed + k`.
        steps: most steps of an episode; None: until the environment ends it.

    Returns:
        [E] float64.

    Raises:
        UserError: no such genome or environment, or spaces that do not fit the genome.
        ExternalError: the environment fails, or returns what it should not.
    """
    episodes = check_integer("episodes", episodes, MOST)
    seed = check_integer("seed", seed, range(SEEDS - episodes))
    steps = None if steps is None else check_integer("steps", steps, MOST)
    genome = as_genome(genome)
    if env is not None and not isinstance(env, str):
        spaces_of(env)
        return _returns(policy(genome, env), env, episodes, seed, steps)
    environment = _own(genome) if env is None else made("make", env, {})
    try:
        return _returns(policy(genome, environment), environment, episodes, seed, steps)
    finally:
        environment.close()


def _own(genome: Genome) -> Any:
    """The environment that a genome evolved in."""
    world = world_of(genome)
    return world.make() if isinstance(world, Maker) else EpisodicEnv(world.entry_name(), **world.params.model_dump())


def _returns(act: Policy, env: Any, episodes: int, seed: int, steps: int | None) -> np.ndarray:
    """The sums of rewards [E]."""
    return np.array([_return(act, env, seed + number, steps, number) for number in range(episodes)])


def _return(act: Policy, env: Any, seed: int, steps: int | None, number: int) -> float:
    """The sum of rewards of an episode. number: its own, for errors."""
    taken, total, over = 0, 0.0, False
    act.reset()
    try:
        seen = observation_of(called(RESET, None, env.reset, seed=seed))
        while not over and taken != steps:
            taken += 1
            seen, reward, end, cut = parts_of(called(STEP, None, env.step, act(seen)))
            total += to_number(reward, "reward")
            over = to_flag(end, "terminated") | to_flag(cut, "truncated")
    except ExternalError as error:
        title = getattr(getattr(env, "spec", None), "id", type(env).__name__)
        raise ExternalError(f"{title}: episode {number}, step {taken}: {error}") from error
    return total
