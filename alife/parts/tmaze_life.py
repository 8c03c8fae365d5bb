"""T-maze: the mazes, their lives, measures and picture, of the discrete and the walked world."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import numpy as np

from alife.parts.tmaze import LARGE, SMALL, UNDER_WAY, MazeParams
from alife.world import Discs, EpisodicWorld, Mark, Measure, Scene, Sensor, View

SWAP_RANGE = 0.3  # share of half a life around its middle in which the reward is moved

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


class Maze(EpisodicWorld):
    """Base of the T-mazes: goals, rounds, measures and the picture.

    Attributes:
        line_meaning: a few words for the lines of `way`.
    """

    params: MazeParams
    line_meaning: ClassVar[str]

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

    @property
    def legend(self) -> tuple[Mark, ...]:
        tiles = {
            "s": "home", "large": f"goal of the large reward, {LARGE:g}", "small": f"goal of a small reward, {SMALL:g}",
            ".": "way", "x": "wall",
        }  # fmt: skip
        return (
            Mark("agent", (AGENT,), "the agent"),
            Mark("line", (AGENT,), self.line_meaning),
            *(Mark("ground", (COLORS[kind],), meaning) for kind, meaning in tiles.items()),
        )

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
