"""T-maze: the laws that the discrete and the walked world share: where the reward lies, and which choice is sound."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np
import pydantic

from alife.world import (
    FIRST_WORLD_STREAM,
    BaseParams,
    Discs,
    Draws,
    EpisodicAgent,
    EpisodicWorld,
    Measure,
    Scene,
    Sensor,
    View,
    WorldScalars,
    below,
    column,
    f32,
    i32,
    i64,
    per_agent,
)

LARGE, SMALL = 10.0, 1.0  # rewards
SWAP_RANGE = 0.3  # share of half a life around its middle in which the reward is moved

UNDER_WAY, LEAVING = -1, -2  # of `arrived`

SWAP = FIRST_WORLD_STREAM

# Tiles from the north: x wall, s home; goals by the turns that lead there, a bit each, 1 is right.
MAZES = {
    1: ("xxxxx", "0...1", "xx.xx", "xxsxx", "xxxxx"),
    2: ("xxxxxxxxx", "x1xxxxx2x", "x.xxxxx.x", "x.......x", "x.xx.xx.x", "x0xxsxx3x", "xxxxxxxxx"),
}
CROSSINGS = {1: (((2, 3),),), 2: (((4, 3),), ((1, 3), (7, 3)))}  # junctions by how many were passed, and the turns
COLORS = {
    "x": (58, 60, 70), ".": (226, 221, 208), "s": (150, 180, 220), "small": (204, 150, 110), "large": (246, 203, 62)
}  # fmt: skip
AGENT = (60, 110, 190)
REWARD = Sensor("reward", 0, 1, "large reward", "at a goal")
LAST_TURN = Sensor("last turn", -1, 1, "", "of this round: -1 left, 1 right, 0 none yet")


class MazeParams(BaseParams):
    """The maze and the length of a life."""

    turns: int = pydantic.Field(2, ge=1, le=2, description="junctions on the way to a goal: 2 or 4 goals")
    rounds: int = pydantic.Field(
        5, ge=1, le=1000, description="rounds for each half of a life and each pair of goals: 20 in all with 4 goals"
    )


class Searcher(EpisodicAgent):
    """An agent that searches a maze for a reward."""

    first: int = column("int32", meaning="goal of the large reward")
    second: int = column("int32", meaning="goal to which it is moved")
    swap: int = column("int32", meaning="round from which on it is there")
    round: int = column("int32", meaning="rounds that are over")
    arrived: int = column(
        "int32", meaning="goal where the agent is; -1 under way; one more than the last: at none, and over"
    )
    reward: float = column("float32", meaning="where it is")
    untried: int = column("int32", meaning="goals where the large reward may be, a bit each, by what was seen so far")
    sound: int = column("int32", meaning="sound choices so far")


class Turner(Searcher):
    """An agent that knows its last turn."""

    last_turn: float = column("float32", meaning="-1 left, 1 right, 0 none in this round")


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


class Maze(EpisodicWorld):
    """Base of the T-mazes: goals, rounds, measures and the picture."""

    params: MazeParams

    @property
    def num_goals(self) -> int:
        """The number of goals."""
        return 1 << self.params.turns

    @property
    def num_rounds(self) -> int:
        """The number of rounds of a life."""
        return self.params.rounds * self.num_goals

    @property
    @abstractmethod
    def round_steps(self) -> int:
        """Steps of a round, at most, before the one at the goal."""

    @property
    def lifetime(self) -> int:
        return self.num_rounds * (self.round_steps + 1) - 1  # the last reward is not looked at

    @property
    def constants(self) -> dict[str, int | np.ndarray]:
        swap_range = int(SWAP_RANGE * self.num_rounds / 2)
        return {"num_goals": self.num_goals, "num_rounds": self.num_rounds, "swap_range": swap_range}

    @property
    def measures(self) -> tuple[Measure, ...]:
        return (
            Measure("reward", 0, LARGE, "", "mean reward of a round"),
            Measure("right half", 0, 1, "", "share of rounds that end in the right half"),
        )

    @abstractmethod
    def way(self, view: View, row: int) -> tuple[np.ndarray, float, float, float]:
        """Returns lines [K, 4] to draw for an agent, its place x, y, and its heading, in radians; y from the south."""

    def scene(self, view: View, rows: np.ndarray) -> Scene:
        """Returns the maze of one agent and the reward; lines: its `way`. rows: [N] agents.

        North is above: what is drawn at y = 0 is the northern border.
        """
        row = int(rows[0])
        lines, x, y, heading = self.way(view, row)
        maze, color = MAZES[self.params.turns], np.array([AGENT], np.uint8)
        lines[:, 1::2] = len(maze) - lines[:, 1::2]
        at = [np.array([value], np.float32) for value in (x, len(maze) - y, 0.3, -heading)]
        disc = Discs(at[0], at[1], at[2], at[3], color, rows[:1])
        ground = self._ground(int(view["first" if view["round"][row] < view["swap"][row] else "second"][row]))
        colors = np.repeat(color, len(lines), axis=0)
        return Scene(len(maze[0]), len(maze), False, ground, disc, lines, colors, self._facts(view, row))

    def tile(self, letter: str) -> tuple[int, int]:
        """Place of a letter: x, y."""
        maze = MAZES[self.params.turns]
        return next((line.index(letter), len(maze) - 1 - k) for k, line in enumerate(maze) if letter in line)

    def _ground(self, rewarded: int) -> np.ndarray:
        """[H, W, 3] uint8 of the tiles, from the north."""
        colors = {**COLORS, **{str(goal): COLORS["small"] for goal in range(self.num_goals)}}
        colors[str(rewarded)] = COLORS["large"]
        return np.array([[colors[letter] for letter in line] for line in MAZES[self.params.turns]], np.uint8)

    def _facts(self, view: View, row: int) -> dict[str, str]:
        now, over = int(view["round"][row]), int(view["arrived"][row]) != UNDER_WAY
        return {
            "round": f"{now + 1} of {self.num_rounds}",
            "reward": f"{view['reward'][row]:g}" if over else "none yet",
            "sound choices": f"{view['sound'][row]} of {now + over}",
        }
