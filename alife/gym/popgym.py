"""The environments of POPGym (extra `popgym`) for the world `gymnasium`, such as RepeatPreviousEasy:

    alife evolve gymnasium --set world.environment=alife.gym.popgym:POPGym/RepeatPreviousEasy-v0

Importing this module registers each of them with its limit of steps, and with the last action among the observations
where POPGym asks for it. Morad et al., "POPGym: benchmarking partially observable reinforcement learning", ICLR 2023,
arXiv 2303.01859. Its games are also worlds of their own here, which are faster.
"""

from __future__ import annotations

from typing import Any

import gymnasium

from alife.errors import UserError

try:
    from popgym import envs
    from popgym.wrappers import PreviousAction
except ImportError:
    raise UserError(
        "alife.gym.popgym: expected the library popgym, which is not installed; "
        "write pip install '.[popgym]' in a clone"
    ) from None


def make(name: str) -> Any:
    """Returns an environment of POPGym, such as RepeatPreviousEasy."""
    environment: Any = getattr(envs, name)()
    return PreviousAction(environment) if environment.obs_requires_prev_action else environment


def steps_of(environment: Any) -> int:
    """Returns the steps of an episode of POPGym, at most."""
    for name in ("max_episode_length", "episode_length"):
        if hasattr(environment, name):
            return int(getattr(environment, name))
    return int(environment.deck_size) - 1


def register() -> None:
    """Registers every environment of POPGym: RepeatPreviousEasy as POPGym/RepeatPreviousEasy-v0."""
    for kind in envs.ALL:
        key = f"POPGym/{kind.__name__}-v0"
        if key not in gymnasium.registry:
            steps, arguments = steps_of(kind()), {"name": kind.__name__}
            gymnasium.register(key, entry_point=f"{__name__}:make", max_episode_steps=steps, kwargs=arguments)


register()
