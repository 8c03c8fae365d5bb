"""Bodies whose brain is outside: worlds made by name, spaces of their lanes, and a brain that does nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from gymnasium.spaces import Box

from alife.brains import Brain
from alife.brains.shared.network import Network, WidthParams
from alife.config import registry
from alife.config.params import parse_params
from alife.errors import UserError
from alife.ops.vocabulary import Operations
from alife.world import World

SEEDS = range(2**63)  # of a run
CHOSEN = range(2**62)  # episodes that may be asked for
EPISODES = 2**39  # drawn ones lie below: apart from those that a run keeps for judging
WIDTH = 16  # lanes, of which the brain that does nothing uses none


def make_world(name: str, params: Mapping[str, Any]) -> World:
    """A world with these Params. Raises UserError for an unknown name or a value that does not fit."""
    kind, model = registry.find("worlds", name), registry.find_params("worlds", name)
    world: World = kind(parse_params(model, params, f"world {name}"))
    return world


def observation_space(world: World) -> Box:
    """[I] float32. Without bounds: those of a Sensor are what a healthy world gives, not what it promises."""
    return Box(-np.inf, np.inf, (len(world.sensors),), np.float32)


def action_space(world: World) -> Box:
    """[O] float32: a raw output a of a brain, -1..1, acts as low + (high - low) (a + 1) / 2 of its Actuator."""
    return Box(-1.0, 1.0, (len(world.actuators),), np.float32)


def whole(name: str, value: Any, of: range) -> int:
    """An argument that is one of these whole numbers. Raises UserError for any other value."""
    if isinstance(value, int | np.integer) and int(value) in of:
        return int(value)
    raise UserError(
        f"{name}: expected a whole number from {of[0]:,} to {of[-1]:,}, came {' '.join(str(value).split())}; "
        f"write for example {name}={max(of[0], 1)}"
    )


def drawn_episode(options: Mapping[str, Any] | None, draws: np.random.Generator) -> int:
    """The number that `reset` is given as options["episode"], or else a drawn one. Raises UserError."""
    given = (options or {}).get("episode")
    return int(draws.integers(EPISODES)) if given is None else whole("episode", given, CHOSEN)


def lanes(action: Any, world: World) -> np.ndarray:
    """An action as lanes: [O] float32. Raises UserError for another number of values, or for one that is none."""
    try:
        given = np.asarray(action, np.float32)
    except (TypeError, ValueError):
        given = np.empty(0, np.float32)
    if given.shape != (len(world.actuators),) or not np.isfinite(given).all():
        names = ", ".join(actuator.name for actuator in world.actuators)
        raise UserError(
            f"action: expected {len(world.actuators)} finite numbers ({names}), came {' '.join(str(action).split())}; "
            "write env.action_space.sample() to see one"
        )
    return given


class Nobody(Network):
    """A network without genes or state: its actions come from elsewhere."""

    name = "nobody"

    def step(self, o: Operations) -> None:
        """Nothing at all."""


def nobody(world: World) -> Brain:
    """The brain of an agent that thinks elsewhere."""
    return Brain(Nobody(WidthParams(width=WIDTH), len(world.sensors), len(world.actuators)), threads=1)
