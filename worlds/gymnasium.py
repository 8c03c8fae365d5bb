"""Environments of Gymnasium with Box or Discrete spaces: each agent alone in its copy, the return its fitness.

Observations: a Box is flattened, one lane a number, bounded ones scaled to -1..1 and those without bounds divided by
`scale`; a Discrete observation is one-hot. Actions: the largest of k lanes for a Discrete(k), the sign of one lane for
two; for a bounded Box each lane runs from its low to its high. Other spaces are refused. `reset` is seeded by the seed
of the run and the number of the episode, so all genomes meet the same episodes.

With `vectorization: vector_entry_point` an environment's own form for many copies is used if it has one, which is much
faster; it seeds all copies at once, so that each row of a generation meets an episode of its own, and the fitness of a
genome depends on its row.

This world computes on the host, outside the language of laws. It needs the extra `gymnasium` (LunarLander and the like
the extra `box2d`). Towers et al., "Gymnasium: a standard interface for reinforcement learning environments", arXiv
2407.17032.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pydantic

from alife.world import (
    FIRST_WORLD_STREAM,
    Actuator,
    BaseParams,
    ExternalSimulator,
    ExternalWorld,
    Sensor,
    UserError,
    words,
)

EPISODE = FIRST_WORLD_STREAM
INSTALL = "install that; LunarLander and its kin come with pip install '.[box2d]' in a clone"
BOUNDED = 1e30  # larger bounds, such as the largest float32, count as none


class Params(BaseParams):
    """The environment and how it is made."""

    environment: str = pydantic.Field("CartPole-v1", min_length=1, description="id of the environment, or module:id")
    arguments: dict[str, bool | int | float | str] = pydantic.Field(
        {}, description="further arguments of gymnasium.make"
    )
    lifetime: int | None = pydantic.Field(
        None, ge=1, le=10**6, description="most steps of an episode; null: as the environment is registered"
    )
    scale: float = pydantic.Field(1.0, gt=0, le=1e9, description="divisor of observations without bounds")
    vectorization: Literal["sync", "vector_entry_point"] = pydantic.Field(
        "sync", description="one copy after another, or the environment's own form for many copies"
    )


@dataclass(frozen=True)
class Senses:
    """The lanes of an observation space. read: observations [K, ...] of that space -> [K, I] float32."""

    sensors: tuple[Sensor, ...]
    read: Callable[[Any], np.ndarray]


@dataclass(frozen=True)
class Acts:
    """The lanes of an action space. choose: raw outputs of brains [K, O] -> actions [K, ...] of that space."""

    actuators: tuple[Actuator, ...]
    choose: Callable[[np.ndarray], np.ndarray]


def senses_of(space: Any, scale: float) -> Senses:
    """Returns the lanes of an observation space. Raises UserError for one that is neither Box nor Discrete."""
    kind = type(space).__name__
    if kind == "Discrete":
        count, start = int(space.n), int(space.start)
        sensors = tuple(Sensor(f"is {start + k}", 0, 1, "", "1 while the observation is this") for k in range(count))
        return Senses(sensors, lambda seen: (np.asarray(seen)[:, None] == start + np.arange(count)).astype(np.float32))
    if kind != "Box":
        raise refused("observations", "a Box or Discrete space", kind)
    low, high = (bound.astype(np.float64).ravel() for bound in (space.low, space.high))
    bounded = (abs(low) < BOUNDED) & (abs(high) < BOUNDED) & (high > low)
    low, high = (np.where(bounded, bound, side * scale) for bound, side in ((low, -1), (high, 1)))
    middle, half = (low + high) / 2, (high - low) / 2
    sensors = tuple(
        Sensor(f"observation {k}", -1, 1, f"{half[k]:.4g}", f"from {middle[k]:.4g} on") for k in range(len(low))
    )
    return Senses(sensors, lambda seen: ((np.reshape(seen, (len(seen), -1)) - middle) / half).astype(np.float32))


def acts_of(space: Any) -> Acts:
    """Returns the lanes of an action space. Raises UserError for one that is neither a bounded Box nor Discrete."""
    kind = type(space).__name__
    if kind == "Discrete":
        return _switch(int(space.start)) if space.n == 2 else _greatest(int(space.n), int(space.start))
    if kind != "Box":
        raise refused("actions", "a Box or Discrete space", kind)
    low, high = (bound.astype(np.float64).ravel() for bound in (space.low, space.high))
    if not (abs(low) < BOUNDED).all() or not (abs(high) < BOUNDED).all():
        raise refused("actions", "bounds of every number", "a Box without")
    actuators = tuple(Actuator(f"action {k}", low[k], high[k], "", "of the environment") for k in range(len(low)))

    def choose(lanes: np.ndarray) -> np.ndarray:
        numbers = np.nan_to_num(lanes.astype(np.float64))  # NaN counts as 0
        shares = (np.clip(numbers, -1, 1) + 1) / 2
        values = np.clip(low + (high - low) * shares, low, high).astype(space.dtype)
        return np.reshape(values, (len(lanes), *space.shape))

    return Acts(actuators, choose)


def _switch(start: int) -> Acts:
    actuator = Actuator("action", -1, 1, "", f"above 0: {start + 1}, else {start}")
    return Acts((actuator,), lambda lanes: start + (lanes[:, 0] > 0).astype(np.int64))


def _greatest(count: int, start: int) -> Acts:
    actuators = tuple(Actuator(f"action {start + k}", -1, 1, "", "the largest is taken") for k in range(count))
    return Acts(actuators, lambda lanes: start + np.argmax(lanes, axis=1))


def refused(what: str, expected: str, came: str) -> UserError:
    """Returns the error for an environment with other spaces."""
    advice = "take another environment, or wrap and register it with such a space"
    return UserError(f"environment: {what}: expected {expected}, got {came}; {advice}", ("world", "environment"))


class Copies:
    """Copies of an environment, one a row, stepped one after another; a row that is done is left alone."""

    def __init__(self, world: Gymnasium, count: int, seed: int) -> None:
        self._copies = [world.make() for _ in range(count)]
        self._senses, self._acts, self._seed = world.senses, world.acts, seed

    def reset(self, episodes: np.ndarray) -> np.ndarray:
        """Begins these episodes: [N] numbers -> observations [N, I]."""
        seeds = {episode: seed_of(self._seed, episode) for episode in set(episodes.tolist())}
        pairs = zip(self._copies, episodes.tolist(), strict=True)
        return self._senses.read(np.stack([copy.reset(seed=seeds[episode])[0] for copy, episode in pairs]))

    def step(self, rows: np.ndarray, actions: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """One step of some rows: [K], raw actions [K, O] -> observations [K, I], rewards [K], over [K] bool."""
        chosen = zip(rows.tolist(), self._acts.choose(actions), strict=True)
        seen, rewards, ends, cuts, _ = zip(*(self._copies[row].step(action) for row, action in chosen), strict=True)
        return self._senses.read(np.stack(seen)), np.array(rewards, np.float64), np.array(ends) | np.array(cuts)


class Vector:
    """The environment's own form for many copies. What its rows do after their end is ignored."""

    def __init__(self, world: Gymnasium, count: int, seed: int) -> None:
        self._copies, self._shape = world.make_vector(count), (count, len(world.actuators))
        self._senses, self._acts, self._seed = world.senses, world.acts, seed

    def reset(self, episodes: np.ndarray) -> np.ndarray:
        """Begins an episode in each row, all drawn from the number of the first: [N] -> observations [N, I]."""
        return self._senses.read(self._copies.reset(seed=seed_of(self._seed, int(episodes[0])))[0])

    def step(self, rows: np.ndarray, actions: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Takes one step of some rows, with shapes [K, ...] as in `Copies.step`."""
        lanes = np.zeros(self._shape, np.float32)
        lanes[rows] = actions
        seen, rewards, ends, cuts, _ = self._copies.step(self._acts.choose(lanes))
        return self._senses.read(seen[rows]), rewards[rows].astype(np.float64), (ends | cuts)[rows]


def seed_of(seed: int, episode: int) -> int:
    """Returns the seed of an episode: 64 bits drawn from the seed of the run and the number of the episode."""
    with np.errstate(over="ignore"):  # whole numbers that wrap round
        counts: list[Any] = [np.uint64(seed), np.int32(EPISODE), np.int64(0), np.int64(episode), np.int32(0)]
        a, b, _, _ = words(*counts)
    return int(a) << 32 | int(b)


class Gymnasium(ExternalWorld):
    """An environment of Gymnasium for each agent."""

    params: Params

    def simulator(self, count: int, seed: int) -> ExternalSimulator:
        return (Copies if self.params.vectorization == "sync" else Vector)(self, count, seed)

    def make(self) -> Any:
        """Returns one environment. Raises UserError if it cannot be made."""
        p = self.params
        limit = {} if p.lifetime is None else {"max_episode_steps": p.lifetime}
        return self._made("make", disable_env_checker=True, **limit)

    def make_vector(self, count: int) -> Any:
        """Returns the environment's own form for `count` copies. Raises UserError if there is none."""
        limit = {} if self.params.lifetime is None else {"max_episode_steps": self.params.lifetime}
        return self._made("make_vec", num_envs=count, vectorization_mode="vector_entry_point", **limit)

    def _made(self, maker: str, **options: Any) -> Any:
        p = self.params
        try:
            return getattr(_library(), maker)(p.environment, **options, **p.arguments)
        except UserError:
            raise
        except Exception as error:  # of the library or of the environment: each has kinds of its own
            came = " ".join(f"{type(error).__name__}: {error}".split())
            expected = f"one that gymnasium.{maker} makes of {p.environment} {p.arguments or ''}".strip()
            missing = type(error).__name__ == "DependencyNotInstalled"
            advice = INSTALL if missing else "write CartPole-v1 or another of gymnasium.registry, and what it takes"
            raise UserError(
                f"environment: expected {expected}, got {came}; {advice}", ("world", "environment")
            ) from error

    @cached_property
    def _one(self) -> Any:
        """An environment whose spaces are read."""
        if self.params.vectorization == "vector_entry_point":
            self.make_vector(1)
        return self.make()

    @cached_property
    def senses(self) -> Senses:
        """The lanes of its observations."""
        return senses_of(self._one.observation_space, self.params.scale)

    @cached_property
    def acts(self) -> Acts:
        """The lanes of its actions."""
        return acts_of(self._one.action_space)

    @property
    def lifetime(self) -> int:
        steps = self._one.spec.max_episode_steps if self.params.lifetime is None else self.params.lifetime
        if not steps:
            raise UserError(
                f"lifetime: expected steps, as {self.params.environment} is registered without a limit; "
                "write lifetime: 1000",
                ("world", "lifetime"),
            )
        return int(steps)

    @property
    def sensors(self) -> tuple[Sensor, ...]:
        return self.senses.sensors

    @property
    def actuators(self) -> tuple[Actuator, ...]:
        return self.acts.actuators


def _library() -> Any:
    """The library. Raises UserError if it is not installed."""
    try:
        return importlib.import_module("gymnasium")
    except ImportError:
        raise UserError(
            "world gymnasium: expected the library of this name, and it is not installed; "
            "write pip install '.[gymnasium]' in a clone",
            ("world", "name"),
        ) from None
