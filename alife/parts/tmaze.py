"""T-maze: the laws that the discrete and the walked world share: where the reward lies, and which choice is sound."""

from __future__ import annotations

import pydantic

from alife.world import (
    FIRST_WORLD_STREAM,
    BaseParams,
    Draws,
    EpisodicAgent,
    WorldScalars,
    below,
    column,
    f32,
    i32,
    i64,
    per_agent,
)

LARGE, SMALL = 10.0, 1.0  # rewards

UNDER_WAY, LEAVING = -1, -2  # of `arrived`

SWAP = FIRST_WORLD_STREAM


class MazeParams(BaseParams):
    """The maze and the length of a life."""

    turns: int = pydantic.Field(2, ge=1, le=2, description="junctions on the way to a goal: 2 or 4 goals")
    rounds: int = pydantic.Field(
        5, ge=1, le=1000, description="rounds for each half of a life and each pair of goals: 20 in all with 4 goals"
    )


class Searcher(EpisodicAgent):
    """An agent that searches a maze for a reward."""

    first: int = column("int32", meaning="goal of the large reward", reading="place", title="goal at first")
    second: int = column("int32", meaning="goal to which it is moved", reading="place", title="goal later")
    swap: int = column("int32", meaning="round from which on it is there", reading="place", title="moved in round")
    round: int = column("int32", meaning="rounds that are over", title="rounds over")
    arrived: int = column(
        "int32",
        meaning="goal where the agent is; -1 under way; one more than the last: at none, and over",
        reading="hidden",
    )
    reward: float = column("float32", meaning="where it is")
    untried: int = column(
        "int32",
        meaning="goals where the large reward may be, a bit each, by what was seen so far",
        reading="bits",
        title="possible goals",
    )
    sound: int = column("int32", meaning="sound choices so far", title="sound choices")


class Turner(Searcher):
    """An agent that knows its last turn."""

    last_turn: float = column(
        "float32",
        meaning="-1 left, 1 right, 0 none in this round",
        words={-1: "left", 0: "none yet", 1: "right"},
        title="last turn",
    )


class MazeScalars(WorldScalars):
    """Constants. num_goals, num_rounds: of a life. swap_range: rounds on either side of the middle one."""

    num_goals: int
    num_rounds: int
    swap_range: int


@per_agent
def place_reward(a: Searcher, draws: Draws, world: MazeScalars) -> None:
    """Sets the permutation, and draws the round from which on the reward is at the second goal."""
    permutation = i32(a.id % i64(world.num_goals * (world.num_goals - 1)))
    a.first = permutation % world.num_goals
    a.second = (a.first + 1 + permutation // world.num_goals) % world.num_goals
    word, x, y, z = draws.once.words(SWAP, 0)
    a.swap = world.num_rounds // 2 - world.swap_range + i32(below(word, i64(2 * world.swap_range + 1)))


@per_agent
def begin(a: Searcher, world: MazeScalars) -> None:
    """Clears what was tried."""
    a.round = 0
    a.arrived = LEAVING
    a.reward = 0.0
    a.untried = (1 << world.num_goals) - 1
    a.sound = 0


@per_agent
def leave(a: Searcher) -> None:
    """Returns home in the step after a round."""
    if a.arrived != UNDER_WAY:
        a.round += 1
        a.arrived = LEAVING


def still_untried(untried: int, goal: int, found: int, num_goals: int) -> int:
    """Returns the goals where the reward may be, a bit each, after a visit; at least one."""
    visited = 1 << goal
    others = (1 << num_goals) - 1 - visited
    if found != 0:
        return visited
    if untried == visited:  # it was there, or must have been: it has moved
        return others
    return untried & others


@per_agent
def judge(a: Searcher, world: MazeScalars) -> None:
    """Scores a round: the reward, and whether the choice was sound. The goal after the last one is none."""
    a.reward = 0.0
    if a.arrived >= 0:
        goal = a.arrived
        if goal < world.num_goals:
            found = 1 if goal == (a.first if a.round < a.swap else a.second) else 0
            a.reward = LARGE if found != 0 else f32(SMALL)
            a.sound += (a.untried >> goal) & 1
            a.untried = still_untried(a.untried, goal, found, world.num_goals)
            a.measures.reward += a.reward / f32(world.num_rounds)
            a.measures.right_half += (1.0 if 2 * goal >= world.num_goals else f32(0.0)) / f32(world.num_rounds)
        a.fitness = f32(a.sound) / f32(world.num_rounds)
        if a.round + 1 == world.num_rounds:
            a.done = 1
