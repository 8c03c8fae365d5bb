"""The worlds as environments of Gymnasium and PettingZoo.

    import alife.gym
    environment = gymnasium.make("alife/Mushrooms-v0", encounters=8)  # one agent of an episodic world
    environment = alife.gym.parallel_env("meadow", population=100)    # all agents of a world, for PettingZoo

Importing this module registers every episodic world by its name: world `tall_grass` is `alife/TallGrass-v0`. Keyword
arguments of `make` and `parallel_env` beside their own are the world's Params.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alife.config import registry
from alife.errors import UserError
from alife.world import ArenaWorld, EpisodicWorld, SharedWorld

if TYPE_CHECKING:
    from alife.gym.world_env import MultiAgentEnv

VERSION = 0  # of every environment: raised when the same actions give another result

try:
    import gymnasium
except ImportError:
    raise UserError(
        "alife.gym: expected the library gymnasium, which is not installed; write pip install '.[gymnasium]' in a clone"
    ) from None


def environment_id(world: str) -> str:
    """Returns the id of an environment: tall_grass -> alife/TallGrass-v0."""
    return f"alife/{registry.class_name(world)}-v{VERSION}"


def register() -> None:
    """Registers every episodic world found so far, such as those in the folder worlds/ of the current directory."""
    entry_point = "alife.gym.episodic_world:EpisodicEnv"
    for name in registry.names("worlds"):
        if environment_id(name) not in gymnasium.registry and _is_episodic(name):
            gymnasium.register(environment_id(name), entry_point=entry_point, kwargs={"world": name})


def _is_episodic(name: str) -> bool:
    """Returns True for an episodic world, and False for any other or for a file that cannot be imported."""
    try:
        world = registry.find("worlds", name)
    except UserError:
        return False
    return issubclass(world, EpisodicWorld)


def parallel_env(world: str, **params: Any) -> MultiAgentEnv:
    """Returns all agents of a shared world, such as the meadow, or of an arena, as a ParallelEnv of PettingZoo.

    Args:
        world: name of a shared world or an arena world.
        params: arguments of `alife.gym.shared_world.SharedWorldEnv` or `alife.gym.arena_world.ArenaEnv`, among them the
            world's Params.

    Raises:
        UserError: PettingZoo is not installed, the world is of another kind, or its Params refuse a value.
    """
    try:
        from alife.gym.arena_world import ArenaEnv
        from alife.gym.shared_world import SharedWorldEnv
    except ModuleNotFoundError as error:
        if error.name != "pettingzoo":
            raise
        raise UserError(
            "parallel_env: expected the library pettingzoo, and it is not installed; "
            "write pip install '.[pettingzoo]' in a clone"
        ) from None
    kind = registry.find("worlds", world)
    if issubclass(kind, SharedWorld):
        return SharedWorldEnv(world, **params)
    if issubclass(kind, ArenaWorld):
        return ArenaEnv(world, **params)
    hint = f"write gymnasium.make('{environment_id(world)}')" if issubclass(kind, EpisodicWorld) else "name another"
    raise UserError(f"world {world}: expected a shared or an arena world, got an {kind.kind} one; {hint}")


register()
