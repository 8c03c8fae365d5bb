"""This project's worlds as environments of other people's tools.

    import alife.gym
    environment = gymnasium.make("alife/Mushrooms-v0", colours=2)     # one agent of a solo world
    environment = alife.gym.parallel_env("meadow", population=100)     # all agents of a world, for PettingZoo

Importing this registers every solo world by its name: world `tall_grass` is `alife/TallGrass-v0`. What `make` and
`parallel_env` are given beside their own arguments are the world's Params.
"""

from __future__ import annotations

from typing import Any

from alife.config import registry
from alife.errors import UserError
from alife.world import EpisodicWorld

VERSION = 0  # of every environment: a higher one once the same actions lead to other lives

try:
    import gymnasium
except ImportError:
    raise UserError(
        "alife.gym: expected the library gymnasium, which is not installed; write pip install '.[gymnasium]' in a clone"
    ) from None


def environment_id(world: str) -> str:
    """tall_grass -> alife/TallGrass-v0."""
    return f"alife/{registry.class_name(world)}-v{VERSION}"


def register() -> None:
    """Register every solo world that is found by now, such as those in the folder worlds/ of the current directory."""
    for name in registry.names("worlds"):
        if environment_id(name) not in gymnasium.registry and _is_solo(name):
            gymnasium.register(environment_id(name), entry_point="alife.gym.solo_world:SoloEnv", kwargs={"world": name})


def _is_solo(name: str) -> bool:
    """Whether it is, and its laws are its own; a file that cannot be imported is nothing to be made."""
    try:
        world = registry.find("worlds", name)
    except UserError:
        return False
    return issubclass(world, EpisodicWorld)


def parallel_env(world: str, **params: Any) -> Any:
    """Every agent of a world in which many live, as a ParallelEnv of PettingZoo.

    See `alife.gym.shared_world` for shared worlds, such as the meadow, and `alife.gym.arena_world` for arenas, such as
    pursuit.

    Raises:
        UserError: PettingZoo is not installed, or the world is none of many agents, or its Params refuse a value.
    """
    try:
        from alife.gym.world_env import make
    except ModuleNotFoundError as error:
        if error.name != "pettingzoo":
            raise
        raise UserError(
            "parallel_env: expected the library pettingzoo, and it is not installed; "
            "write pip install '.[pettingzoo]' in a clone"
        ) from None
    return make(world, params)


register()
