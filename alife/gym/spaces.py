"""Worlds by name, their spaces, and checks of arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from gymnasium.spaces import Box

from alife.config import registry
from alife.config.arguments import check_integer
from alife.config.params import parse_params
from alife.config.renamed_keys import check_split
from alife.errors import UserError
from alife.world import Actuator, World

SEEDS = range(2**63)  # of a run
EPISODES = range(2**62)  # numbers of episodes that may be chosen
DRAWN = 2**39  # numbers of drawn episodes are below: apart from the held-out episodes of a run


def make_world(name: str, params: Mapping[str, Any]) -> World:
    """Returns a world.

    Args:
        name: of the world.
        params: values of its Params; others keep their defaults.

    Raises:
        UserError: an unknown name, or a value that does not fit.
    """
    check_split(name, params)
    kind, model = registry.find("worlds", name), registry.find_params("worlds", name)
    world: World = kind(parse_params(model, params, f"world {name}"))
    return world


def observation_space(world: World) -> Box:
    """Returns the space of observations [I] float32: without bounds, as those of a Sensor are not guaranteed."""
    return Box(-np.inf, np.inf, (len(world.sensors),), np.float32)


def action_space(world: World) -> Box:
    """Returns the space of actions [O] float32 from -1 to 1, which act as raw outputs of a brain, see `Actuator`."""
    return Box(-1.0, 1.0, (len(world.actuators),), np.float32)


def choose_episode(options: Mapping[str, Any] | None, generator: np.random.Generator) -> int:
    """Returns the number of the next episode: options["episode"], or else a drawn one.

    Args:
        options: as given to `reset`.
        generator: draws it.

    Raises:
        UserError: options["episode"] is no such number.
    """
    given = (options or {}).get("episode")
    return int(generator.integers(DRAWN)) if given is None else check_integer("episode", given, EPISODES)


def check_action(action: Any, actuators: Sequence[Actuator]) -> np.ndarray:
    """Returns an action as an array [O] float32.

    Args:
        action: given.
        actuators: [O] of the world.

    Raises:
        UserError: another number of values, or one that is not finite.
    """
    try:
        given = np.asarray(action, np.float32)
    except (TypeError, ValueError):
        given = np.empty(0, np.float32)
    if given.shape != (len(actuators),) or not np.isfinite(given).all():
        names = ", ".join(actuator.name for actuator in actuators)
        raise UserError(
            f"action: expected {len(actuators)} finite numbers ({names}), got {_one_line(action)}; "
            "write env.action_space.sample() to see one"
        )
    return given


def _one_line(value: Any) -> str:
    return " ".join(str(value).split())
