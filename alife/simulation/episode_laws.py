"""Columns and laws that open and close an episode, around those of the world."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from alife.laws.bounds import LOG_FIELD
from alife.laws.fields import Field
from alife.laws.law import per_agent, per_row
from alife.laws.maths import f32, i64
from alife.simulation.births import salt
from alife.simulation.columns import EngineScalars, EpisodeCounters, Life
from alife.world import Law, Measure, World

FIELDS = (
    Field("fitness", "float32", meaning="of this episode; higher is better"),
    Field("done", "uint8", meaning="1 once its episode is over, set by the world"),
    Field("taken", "int32", unit="steps", meaning="steps of this episode"),
    Field("total", "float32", meaning="fitness over the episodes of this generation"),
    Field("clock", "int64", table="one", unit="steps", meaning="step of the episode; laws read it as `step`"),
    Field("episode", "int64", table="one", meaning="number of the episode"),
    Field("apart", "int64", table="one", meaning="1 where each agent meets an episode of its own, else 0"),
    Field("agent_steps", "int64", table="one", meaning="agents stepped so far, summed over steps"),
    LOG_FIELD,
)


TALLIES = ("measures", "objectives")  # columns that a world may declare


def tallied(world: World) -> tuple[str, ...]:
    """Returns those of `TALLIES` that a world declares."""
    return tuple(name for name in TALLIES if getattr(world, name))


def as_shares(measures: Sequence[Measure], values: np.ndarray) -> np.ndarray:
    """Returns values of measures [N, M] as shares of the way from low to high."""
    low, high = (np.array([getattr(one, end) for one in measures], np.float32) for end in ("low", "high"))
    shares: np.ndarray = (values - low) / (high - low)
    return shares


def tally_fields(world: World) -> tuple[Field, ...]:
    """Returns columns [N, K] for sums over an episode, and over the episodes of a generation."""
    return tuple(
        Field(name + end, "float32", (len(getattr(world, name)),), meaning=f"{name} that the world declares{when}")
        for name in tallied(world)
        for end, when in (("", ", of this episode"), ("_total", ", over the episodes of this generation"))
    )


@per_agent(columns="values")
def open_tally(a: Life, k: int) -> None:
    """Clears the sums of an episode."""
    a.values[k] = 0.0


@per_agent(columns="values")
def close_tally(a: Life, k: int) -> None:
    """Adds the episode to the sums of the generation."""
    a.sums[k] += a.values[k]


@per_agent
def open_life(a: Life, totals: EpisodeCounters) -> None:
    """Opens an episode: the same for all, or each agent's own."""
    a.id = totals.episode + i64(a.row) * totals.apart
    a.fitness = 0.0
    a.done = 0
    a.taken = 0


@per_agent(columns="state")
def reset_brain_state(a: Life, k: int, world: EngineScalars) -> None:
    """Clears the state, but for the salt by which brains draw."""
    a.state[k] = salt(world.seed, a.id) if k == world.salt_column else f32(0.0)


@per_agent
def take_step(a: Life) -> None:
    """Counts a step."""
    a.taken += 1


@per_agent(reductions=("agent_steps",))
def close_life(a: Life, totals: EpisodeCounters) -> None:
    """Adds the episode to the total of the generation."""
    a.total += a.fitness
    totals.agent_steps += i64(a.taken)


@per_row("one")
def close_episode(totals: EpisodeCounters) -> None:
    """Sets the clock to 0 for the next episode."""
    totals.clock = 0
    totals.episode += 1


def opening(world: World) -> tuple[Law, ...]:
    """Returns the laws that open an episode, before those of the world."""
    return (open_life, reset_brain_state, *(open_tally.on(values=name) for name in tallied(world)))


def closing(world: World) -> tuple[Law, ...]:
    """Returns the laws that close an episode, after those of the world."""
    tallies = (close_tally.on(values=name, sums=f"{name}_total") for name in tallied(world))
    return (close_life, *tallies, close_episode)
