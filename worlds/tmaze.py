"""T-maze: a reward lies at one of 2 or 4 goals and is moved once. Find it, go back to it, and search when it is gone.

A round is a walk from home to a goal, past one junction (2 goals) or two (4 goals). A life has 10 or 20 rounds; near
the middle one, at a moment drawn for each life, the large reward moves to another goal. Each pair of its first and
second goal is one permutation: 12 of 4 goals; episode number modulo 12 tells which. Nothing but memory tells an agent
where it has been and what it found there.

The agent sees at a junction that it is one, and the last turn it took: -1 left, 1 right, 0 none in this round; at a
goal the reward there. It turns right where its action is above 0. A round takes a step for each junction and one at
the goal: 60 steps a life in the double T-maze.

Fitness is the share of logically sound choices: the goal where the reward is known to be, else one not tried since it
was lost, or since the beginning. Measures are the mean reward of a round (10 large, 1 elsewhere) and the share of goals
in the right half.

Protocol and its figures (rounds, rewards, the swap, all permutations, the count of sound choices): PermutationsTMaze,
RoundsTMaze and LogicScorer of github.com/rasmusgreve/neuralturingmachines, the code of Greve, Jacobsen and Risi,
"Evolving neural Turing machines for reward-based learning", GECCO 2016. There agents walk in continuous space.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pydantic

from alife.maths import f32, i32, i64
from alife.random import FIRST_WORLD_STREAM, below, words
from alife.world import Actuator, BaseParams, Discs, Field, Measure, Scene, Sensor, View, World, per_agent

LARGE, SMALL = 10.0, 1.0  # rewards
SWAP_RANGE = 0.3  # of half a life: how far from the middle the reward may be moved

UNDER_WAY = -1  # of `arrived`

SWAP = FIRST_WORLD_STREAM

# Tiles from the north: x wall, s home; goals by the turns that lead there, a bit each, 1 is right.
MAZES = {
    1: ("xxxxx", "0...1", "xx.xx", "xxsxx", "xxxxx"),
    2: ("xxxxxxxxx", "x1xxxxx2x", "x.xxxxx.x", "x.......x", "x.xx.xx.x", "x0xxsxx3x", "xxxxxxxxx"),
}
CROSSINGS = {1: (((2, 3),),), 2: (((4, 3),), ((1, 3), (7, 3)))}  # junctions by how many were passed, and the turns
COLORS = {"x": (58, 60, 70), "s": (150, 180, 220), "small": (204, 150, 110), "large": (246, 203, 62)}
FLOOR, AGENT = (226, 221, 208), (60, 110, 190)


class Params(BaseParams):
    """The maze, and how long a life is."""

    turns: int = pydantic.Field(2, ge=1, le=2, description="junctions on the way to a goal: 2 or 4 goals")
    rounds: int = pydantic.Field(
        5, ge=1, le=1000, description="for each half of a life and each pair of goals: 20 in all with 4 goals"
    )


@per_agent
def place_reward(i, first, second, swap, num_goals, num_rounds, swap_range, seed, id):
    """Which permutation this is, and the round from which on the reward is at the second goal."""
    permutation = i32(id[i] % i64(num_goals * (num_goals - 1)))
    first[i] = permutation % num_goals
    second[i] = (first[i] + 1 + permutation // num_goals) % num_goals
    a, b, c, d = words(seed, SWAP, 0, id[i], 0)
    swap[i] = num_rounds // 2 - swap_range + i32(below(a, i64(2 * swap_range + 1)))


@per_agent
def begin(i, round, arrived, reward, untried, sound, num_goals):
    """Nothing is tried yet."""
    round[i] = 0
    arrived[i] = UNDER_WAY
    reward[i] = 0.0
    untried[i] = (1 << num_goals) - 1
    sound[i] = 0


@per_agent
def stand_at_home(i, passed, path, last_turn):
    """Before the first junction."""
    passed[i] = 0
    path[i] = 0
    last_turn[i] = 0.0


@per_agent
def see(i, observations, arrived, reward, last_turn):
    """Whether this is a junction, the reward, the last turn."""
    observations[i, 0] = 1.0 if arrived[i] == UNDER_WAY else f32(0.0)
    observations[i, 1] = reward[i] / LARGE
    observations[i, 2] = last_turn[i]


@per_agent
def turn(i, actions, round, arrived, passed, path, last_turn, turns):
    """Left or right at a junction; from a goal home, whatever the action."""
    if arrived[i] != UNDER_WAY:
        round[i] += 1
        arrived[i] = UNDER_WAY
        passed[i] = 0
        path[i] = 0
        last_turn[i] = 0.0
    else:
        right = 1 if actions[i, 0] > 0.0 else 0
        path[i] = 2 * path[i] + right
        last_turn[i] = f32(2 * right - 1)
        passed[i] += 1
        if passed[i] == turns:
            arrived[i] = path[i]


def still_untried(untried, goal, found, num_goals):
    """The goals where the reward may be, a bit each, after a visit; at least one."""
    visited = 1 << goal
    others = (1 << num_goals) - 1 - visited
    if found != 0:
        return visited
    if untried == visited:  # it was there, or had to be: it has moved
        return others
    return untried & others


@per_agent
def judge(
    i, round, arrived, reward, first, second, swap, untried, sound, fitness, measures, done, num_goals, num_rounds
):
    """At the end of a round: the reward, and whether the choice was sound."""
    reward[i] = 0.0
    if arrived[i] != UNDER_WAY:
        goal = arrived[i]
        found = 1 if goal == (first[i] if round[i] < swap[i] else second[i]) else 0
        reward[i] = LARGE if found != 0 else f32(SMALL)
        sound[i] += (untried[i] >> goal) & 1
        untried[i] = still_untried(untried[i], goal, found, num_goals)
        fitness[i] = f32(sound[i]) / f32(num_rounds)
        measures[i, 0] += reward[i] / f32(num_rounds)
        measures[i, 1] += (1.0 if 2 * goal >= num_goals else f32(0.0)) / f32(num_rounds)
        if round[i] + 1 == num_rounds:
            done[i] = 1


class Tmaze(World):
    """A maze of one or two junctions, and a reward that is moved once."""

    kind = "solo"
    reset = (place_reward, begin, stand_at_home)
    observe = (see,)
    step = (turn, judge)

    params: Params

    @property
    def num_goals(self) -> int:
        """At the ends of all ways."""
        return 1 << self.params.turns

    @property
    def num_rounds(self) -> int:
        """Of a life."""
        return self.params.rounds * self.num_goals

    @property
    def lifetime(self) -> int:
        return self.num_rounds * (self.params.turns + 1) - 1  # the last reward is not looked at

    @property
    def constants(self) -> dict[str, int]:
        swap_range = int(SWAP_RANGE * self.num_rounds / 2)
        return {"num_goals": self.num_goals, "num_rounds": self.num_rounds, "swap_range": swap_range}

    @property
    def sensors(self) -> tuple[Sensor, ...]:
        return (
            Sensor("junction", 0, 1, "", "1 at a junction, 0 at a goal"),
            Sensor("reward", 0, 1, "large reward", "at a goal"),
            Sensor("last turn", -1, 1, "", "of this round: -1 left, 1 right, 0 none yet"),
        )

    @property
    def actuators(self) -> tuple[Actuator, ...]:
        return (Actuator("turn", -1, 1, "", "at a junction: above 0 right, else left"),)

    @property
    def measures(self) -> tuple[Measure, ...]:
        return (
            Measure("reward", 0, LARGE, "", "of a round, on average"),
            Measure("right half", 0, 1, "", "share of rounds that end in the right half"),
        )

    @property
    def fields(self) -> tuple[Field, ...]:
        return (
            Field("first", "int32", meaning="goal of the large reward"),
            Field("second", "int32", meaning="goal to which it is moved"),
            Field("swap", "int32", meaning="round from which on it is there"),
            Field("round", "int32", meaning="rounds that are over"),
            Field("arrived", "int32", meaning="goal where the agent is, -1 under way"),
            Field("reward", "float32", meaning="where it is"),
            Field(
                "untried", "int32", meaning="goals where the large reward may be, a bit each, by what was seen so far"
            ),
            Field("sound", "int32", meaning="sound choices so far"),
            Field("passed", "int32", meaning="junctions passed in this round"),
            Field("path", "int32", meaning="turns of this round, a bit each; the last is the lowest; 1 is right"),
            Field("last_turn", "float32", meaning="-1 left, 1 right, 0 none in this round"),
        )

    def scene(self, view: View, rows: np.ndarray) -> Scene:
        """The maze of one agent: the way that it took in this round, the reward where it lies."""
        row = rows[:1]
        points = self._way(view, int(rows[0]))
        here = np.array(points[-1:], np.float32)
        disc = Discs(
            here[:, 0], here[:, 1], np.full(1, 0.3, np.float32), self._heading(points), np.array([AGENT], np.uint8), row
        )
        lines = np.array([(*a, *b) for a, b in pairwise(points)], np.float32)
        colors = np.full((len(lines), 3), AGENT, np.uint8)
        maze = MAZES[self.params.turns]
        ground = self._ground(self._rewarded(view, int(rows[0])))
        return Scene(len(maze[0]), len(maze), False, ground, disc, lines, colors, self._facts(view, int(rows[0])))

    def _rewarded(self, view: View, row: int) -> int:
        """The goal of the large reward."""
        return int(view["first" if view["round"][row] < view["swap"][row] else "second"][row])

    def _way(self, view: View, row: int) -> list[tuple[float, float]]:
        """Home, the junctions passed in this round, and where the agent is: middles of tiles."""
        path, passed, arrived = (int(view[name][row]) for name in ("path", "passed", "arrived"))
        tiles = [self._tile("s")]
        for count in range(min(passed + 1, self.params.turns)):
            tiles.append(CROSSINGS[self.params.turns][count][path >> (passed - count)])
        tiles += [self._tile(str(arrived))] if arrived != UNDER_WAY else []
        return [(x + 0.5, y + 0.5) for x, y in tiles]

    def _tile(self, letter: str) -> tuple[int, int]:
        """Where a letter stands: x, y."""
        maze = MAZES[self.params.turns]
        return next((line.index(letter), len(maze) - 1 - k) for k, line in enumerate(maze) if letter in line)

    @staticmethod
    def _heading(points: list[tuple[float, float]]) -> np.ndarray:
        """[1] radians: the way it came."""
        (x0, y0), (x1, y1) = points[-2:]
        return np.array([np.arctan2(y1 - y0, x1 - x0)], np.float32)

    def _ground(self, rewarded: int) -> np.ndarray:
        """[H, W, 3] uint8 of the tiles."""
        colors = {**COLORS, **{str(goal): COLORS["small"] for goal in range(self.num_goals)}, ".": FLOOR}
        colors[str(rewarded)] = COLORS["large"]
        maze = reversed(MAZES[self.params.turns])
        return np.array([[colors[letter] for letter in line] for line in maze], np.uint8)

    def _facts(self, view: View, row: int) -> dict[str, str]:
        now, arrived = int(view["round"][row]), int(view["arrived"][row])
        judged = now + (arrived != UNDER_WAY)
        turned = {-1: "left", 0: "none", 1: "right"}[int(view["last_turn"][row])]
        return {
            "round": f"{now + 1} of {self.num_rounds}", "last turn": turned,
            "reward": f"{view['reward'][row]:g}" if arrived != UNDER_WAY else "none",
            "sound choices": f"{view['sound'][row]} of {judged}",
        }  # fmt: skip
