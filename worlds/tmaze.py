"""T-maze: a reward lies at one of 2 or 4 goals and is moved once. Find it, return to it, and search when it is gone.

A round is a walk from home to a goal, past one junction (2 goals) or two (4 goals). A life has 10 or 20 rounds; near
the middle one, at a moment drawn for each life, the large reward moves to another goal. Each pair of its first and
second goal is a permutation, 12 for 4 goals; the number of the episode modulo 12 selects it. Only memory holds where an
agent has been and what it found there.

In the discrete form a round takes a step for each junction and one at the goal: 60 steps a life in the double T-maze.
The agent observes at a junction that it is one, and the last turn it took: -1 left, 1 right, 0 none in this round; at a
goal the reward there. It turns right if its action is above 0.

In the continuous form it walks 0.1 tile a step and steers 45 degrees to the left, straight on or 45 degrees to the
right, whichever of three actions is largest. It observes the distance of walls, 45 degrees to the left, ahead and to
the right (3 tiles at most), the reward at a goal, and whether its tile is a junction; with `turn_shown` also the last
turn, by its headings when it came to the last junction and when it left it. A round also ends, without a reward, at a
wall, after 100 steps, and after 20 steps for each tile that it has seen.

Fitness is the share of logically sound choices: the goal where the reward is known to be, else one not tried since it
was lost, or since the beginning. Measures are the mean reward of a round (10 large, 1 elsewhere) and the share of goals
in the right half.

Protocol and its figures (mazes, rounds, rewards, the swap, all permutations, senses and steering, the count of sound
choices): PermutationsTMaze, RoundsTMaze, TMaze and LogicScorer of github.com/rasmusgreve/neuralturingmachines, the code
of Greve, Jacobsen and Risi, "Evolving neural Turing machines for reward-based learning", GECCO 2016. The discrete form
and the range of swaps in the maze of one junction are ours.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Literal

import numpy as np
import pydantic

from alife.world import (
    FIRST_WORLD_STREAM,
    Actuator,
    BaseParams,
    Discs,
    EpisodicWorld,
    Field,
    Measure,
    Scene,
    Sensor,
    View,
    below,
    cos,
    f32,
    floor,
    i32,
    i64,
    per_agent,
    sin,
    words,
)

LARGE, SMALL = 10.0, 1.0  # rewards
SWAP_RANGE = 0.3  # share of half a life around its middle in which the reward is moved

UNDER_WAY, LEAVING = -1, -2  # of `arrived`
WALL, OPEN, JUNCTION, GOAL = 0, 1, 2, 3  # of tiles; the first goal is 3

EIGHTH = 0.78539816  # of a turn, radians
SPEED = 0.1  # tiles a step
RANGE = 3.0  # largest distance of a wall that is observed, tiles
MOST_STEPS, PATIENCE = 100, 20  # steps of a round, at most; for each tile seen

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


class Params(BaseParams):
    """The maze and the length of a life."""

    form: Literal["discrete", "continuous"] = pydantic.Field(
        "discrete", description="discrete: a step at each junction; continuous: a walk in tiles of a unit"
    )
    turns: int = pydantic.Field(2, ge=1, le=2, description="junctions on the way to a goal: 2 or 4 goals")
    rounds: int = pydantic.Field(
        5, ge=1, le=1000, description="rounds for each half of a life and each pair of goals: 20 in all with 4 goals"
    )
    turn_shown: bool = pydantic.Field(
        False, description="continuous: true to observe the last turn, as in the discrete form"
    )


@per_agent
def place_reward(i, first, second, swap, num_goals, num_rounds, swap_range, seed, id):
    """Sets the permutation, and draws the round from which on the reward is at the second goal."""
    permutation = i32(id[i] % i64(num_goals * (num_goals - 1)))
    first[i] = permutation % num_goals
    second[i] = (first[i] + 1 + permutation // num_goals) % num_goals
    a, b, c, d = words(seed, SWAP, 0, id[i], 0)
    swap[i] = num_rounds // 2 - swap_range + i32(below(a, i64(2 * swap_range + 1)))


@per_agent
def begin(i, round, arrived, reward, untried, sound, num_goals):
    """Clears what was tried."""
    round[i] = 0
    arrived[i] = LEAVING
    reward[i] = 0.0
    untried[i] = (1 << num_goals) - 1
    sound[i] = 0


@per_agent
def leave(i, round, arrived):
    """Returns home in the step after a round."""
    if arrived[i] != UNDER_WAY:
        round[i] += 1
        arrived[i] = LEAVING


# ---- the discrete form


@per_agent
def set_out(i, arrived, passed, path, last_turn):
    """Starts a round before the first junction."""
    if arrived[i] == LEAVING:
        arrived[i] = UNDER_WAY
        passed[i] = 0
        path[i] = 0
        last_turn[i] = 0.0


@per_agent
def see(i, observations, arrived, reward, last_turn):
    """Observes whether this is a junction, the reward, and the last turn."""
    observations[i, 0] = 1.0 if arrived[i] == UNDER_WAY else f32(0.0)
    observations[i, 1] = reward[i] / LARGE
    observations[i, 2] = last_turn[i]


@per_agent
def turn(i, actions, arrived, passed, path, last_turn, turns):
    """Turns left or right at a junction."""
    if arrived[i] == UNDER_WAY:
        right = 1 if actions[i, 0] > 0.0 else 0
        path[i] = 2 * path[i] + right
        last_turn[i] = f32(2 * right - 1)
        passed[i] += 1
        if passed[i] == turns:
            arrived[i] = path[i]


# ---- the continuous form


@per_agent
def set_out_walking(i, arrived, x, y, heading, strolled, visited, tiles_seen, home_x, home_y):
    """Starts a round in the middle of the home tile, headed north."""
    if arrived[i] == LEAVING:
        arrived[i] = UNDER_WAY
        x[i] = f32(home_x) + 0.5
        y[i] = f32(home_y) + 0.5
        heading[i] = 2
        strolled[i] = 0
        visited[i] = i64(0)
        tiles_seen[i] = 0


def tile_at(maze, column, row):
    """Returns the kind of a tile; beyond the maze there are walls."""
    if column < 0 or row < 0 or column >= maze.shape[1] or row >= maze.shape[0]:
        return 0
    return maze[row, column]


def free_way(maze, x, y, eighths):
    """Returns the tiles to the nearest wall in a direction, `RANGE` at most (Amanatides and Woo 1987)."""
    dx = cos(f32(eighths) * EIGHTH)
    dy = sin(f32(eighths) * EIGHTH)
    wide = 1.0 / max(abs(dx), 1e-6)  # of the way from one border to the next
    high = 1.0 / max(abs(dy), 1e-6)
    column = i32(floor(x))
    row = i32(floor(y))
    next_column = (f32(column) + 1.0 - x if dx > 0.0 else x - f32(column)) * wide
    next_row = (f32(row) + 1.0 - y if dy > 0.0 else y - f32(row)) * high
    way = f32(0.0)
    while way < RANGE and tile_at(maze, column, row) != WALL:
        if next_column < next_row:
            way = next_column
            next_column += wide
            column += 1 if dx > 0.0 else -1
        else:
            way = next_row
            next_row += high
            row += 1 if dy > 0.0 else -1
    return min(way, RANGE)


@per_agent
def look(i, observations, reward, x, y, heading, maze):
    """Observes three ranges from left to right, the reward, and whether this is a junction."""
    for k in range(3):
        observations[i, k] = free_way(maze, x[i], y[i], heading[i] + 1 - k) / RANGE
    observations[i, 3] = reward[i] / LARGE
    observations[i, 4] = 1.0 if tile_at(maze, i32(floor(x[i])), i32(floor(y[i]))) == JUNCTION else f32(0.0)


@per_agent
def walk(i, actions, arrived, x, y, heading, strolled, visited, tiles_seen, maze, num_goals):
    """Steers and walks; ends the round at a goal, at a wall, or when it takes too long."""
    if arrived[i] == UNDER_WAY:
        if actions[i, 0] > actions[i, 1] and actions[i, 0] >= actions[i, 2]:
            heading[i] = (heading[i] + 1) % 8
        elif actions[i, 2] > actions[i, 1]:
            heading[i] = (heading[i] + 7) % 8
        x[i] += SPEED * cos(f32(heading[i]) * EIGHTH)
        y[i] += SPEED * sin(f32(heading[i]) * EIGHTH)
        strolled[i] += 1
        column = i32(floor(x[i]))
        row = i32(floor(y[i]))
        tile = tile_at(maze, column, row)
        bit = i64(1) << i64(row * maze.shape[1] + column)
        if tile >= GOAL:
            arrived[i] = tile - GOAL
        elif tile == WALL:
            arrived[i] = num_goals
        else:
            if visited[i] & bit == 0:
                visited[i] = visited[i] | bit
                tiles_seen[i] += 1
            if strolled[i] >= MOST_STEPS or strolled[i] >= PATIENCE * tiles_seen[i]:
                arrived[i] = num_goals


@per_agent
def forget_turn(i, arrived, last_turn, inside):
    """Clears the last turn at the start of a round."""
    if arrived[i] == LEAVING:
        last_turn[i] = 0.0
        inside[i] = 0


@per_agent
def notice_turn(i, x, y, heading, entered, inside, last_turn, maze):
    """Notes a turn if the heading at leaving a junction differs; straight on or back is no turn."""
    here = 1 if tile_at(maze, i32(floor(x[i])), i32(floor(y[i]))) == JUNCTION else 0
    if here != 0 and inside[i] == 0:
        entered[i] = heading[i]
    elif here == 0 and inside[i] != 0:
        change = (heading[i] - entered[i] + 8) % 8
        if change % 4 != 0:
            last_turn[i] = -1.0 if change < 4 else f32(1.0)
    inside[i] = here


@per_agent
def show_turn(i, observations, last_turn):
    """Observes the last turn, after the other observations."""
    observations[i, 5] = last_turn[i]


# ---- both


def still_untried(untried, goal, found, num_goals):
    """Returns the goals where the reward may be, a bit each, after a visit; at least one."""
    visited = 1 << goal
    others = (1 << num_goals) - 1 - visited
    if found != 0:
        return visited
    if untried == visited:  # it was there, or must have been: it has moved
        return others
    return untried & others


@per_agent
def judge(
    i, round, arrived, reward, first, second, swap, untried, sound, fitness, measures, done, num_goals, num_rounds
):
    """Scores a round: the reward, and whether the choice was sound. The goal after the last one is none."""
    reward[i] = 0.0
    if arrived[i] >= 0:
        goal = arrived[i]
        if goal < num_goals:
            found = 1 if goal == (first[i] if round[i] < swap[i] else second[i]) else 0
            reward[i] = LARGE if found != 0 else f32(SMALL)
            sound[i] += (untried[i] >> goal) & 1
            untried[i] = still_untried(untried[i], goal, found, num_goals)
            measures[i, 0] += reward[i] / f32(num_rounds)
            measures[i, 1] += (1.0 if 2 * goal >= num_goals else f32(0.0)) / f32(num_rounds)
        fitness[i] = f32(sound[i]) / f32(num_rounds)
        if round[i] + 1 == num_rounds:
            done[i] = 1


LAST_TURN = Field("last_turn", "float32", meaning="-1 left, 1 right, 0 none in this round")
DISCRETE = (
    Field("passed", "int32", meaning="junctions passed in this round"),
    Field("path", "int32", meaning="turns of this round, a bit each; the last is the lowest; 1 is right"),
    LAST_TURN,
)
SHOWN = (
    LAST_TURN,
    Field("entered", "int32", unit="eighths of a turn", meaning="heading when it came to the last junction"),
    Field("inside", "uint8", meaning="1 in the tile of a junction"),
)
CONTINUOUS = (
    Field("x", "float32", unit="tiles", meaning="position, from the west"),
    Field("y", "float32", unit="tiles", meaning="position, from the south"),
    Field("heading", "int32", unit="eighths of a turn", meaning="0 is east, 2 north"),
    Field("strolled", "int32", unit="steps", meaning="of this round"),
    Field("visited", "int64", meaning="tiles seen in this round, a bit each"),
    Field("tiles_seen", "int32", meaning="their number"),
)


class Tmaze(EpisodicWorld):
    """A maze of one or two junctions, and a reward that is moved once."""

    params: Params

    def __init__(self, params: Params) -> None:
        super().__init__(params)
        out, sense, move = (set_out, see, turn) if self.discrete else (set_out_walking, look, walk)
        forget, notice, show = ((forget_turn,), (notice_turn,), (show_turn,)) if self._noticing else ((), (), ())
        self.reset, self.observe = (place_reward, begin, *forget, out), (sense, *show)
        self.step = (leave, move, *notice, *forget, out, judge)

    @property
    def discrete(self) -> bool:
        """True in the discrete form, where a step is a junction."""
        return self.params.form == "discrete"

    @property
    def _noticing(self) -> bool:
        return self.params.turn_shown and not self.discrete

    @property
    def num_goals(self) -> int:
        """The number of goals."""
        return 1 << self.params.turns

    @property
    def num_rounds(self) -> int:
        """The number of rounds of a life."""
        return self.params.rounds * self.num_goals

    @property
    def lifetime(self) -> int:
        steps = self.params.turns if self.discrete else MOST_STEPS
        return self.num_rounds * (steps + 1) - 1  # the last reward is not looked at

    @property
    def constants(self) -> dict[str, int | np.ndarray]:
        swap_range = int(SWAP_RANGE * self.num_rounds / 2)
        own: dict[str, int | np.ndarray] = {
            "num_goals": self.num_goals,
            "num_rounds": self.num_rounds,
            "swap_range": swap_range,
        }
        home_x, home_y = self._tile("s")
        return own if self.discrete else {**own, "home_x": home_x, "home_y": home_y, "maze": self._maze}

    @property
    def _maze(self) -> np.ndarray:
        """[H, W] int32 kinds of tiles, row 0 in the south."""
        kinds = {"x": WALL, ".": OPEN, "s": OPEN}
        lines = reversed(MAZES[self.params.turns])
        maze = np.array([[kinds[c] if c in kinds else GOAL + int(c) for c in line] for line in lines], np.int32)
        for x, y in (tile for passed in CROSSINGS[self.params.turns] for tile in passed):
            maze[y, x] = JUNCTION
        return maze

    @property
    def sensors(self) -> tuple[Sensor, ...]:
        reward = Sensor("reward", 0, 1, "large reward", "at a goal")
        turned = Sensor("last turn", -1, 1, "", "of this round: -1 left, 1 right, 0 none yet")
        if self.discrete:
            return (Sensor("junction", 0, 1, "", "1 at a junction, 0 at a goal"), reward, turned)
        ranges = (Sensor(f"range {side}", 0, 1, "3 tiles", "to the next wall") for side in ("left", "ahead", "right"))
        senses = (*ranges, reward, Sensor("junction", 0, 1, "", "1 in the tile of a junction"))
        return (*senses, turned) if self._noticing else senses

    @property
    def actuators(self) -> tuple[Actuator, ...]:
        if self.discrete:
            return (Actuator("turn", -1, 1, "", "at a junction: above 0 right, else left"),)
        return tuple(Actuator(side, -1, 1, "", "the largest one is taken") for side in ("left", "straight on", "right"))

    @property
    def measures(self) -> tuple[Measure, ...]:
        return (
            Measure("reward", 0, LARGE, "", "mean reward of a round"),
            Measure("right half", 0, 1, "", "share of rounds that end in the right half"),
        )

    @property
    def fields(self) -> tuple[Field, ...]:
        return (
            Field("first", "int32", meaning="goal of the large reward"),
            Field("second", "int32", meaning="goal to which it is moved"),
            Field("swap", "int32", meaning="round from which on it is there"),
            Field("round", "int32", meaning="rounds that are over"),
            Field(
                "arrived",
                "int32",
                meaning="goal where the agent is; -1 under way; one more than the last: at none, and over",
            ),
            Field("reward", "float32", meaning="where it is"),
            Field(
                "untried", "int32", meaning="goals where the large reward may be, a bit each, by what was seen so far"
            ),
            Field("sound", "int32", meaning="sound choices so far"),
            *(DISCRETE if self.discrete else CONTINUOUS),
            *(SHOWN if self._noticing else ()),
        )

    def scene(self, view: View, rows: np.ndarray) -> Scene:
        """Returns the maze of one agent and the reward; lines: the way of this round, or its ranges. rows: [N] agents.

        North is above: what is drawn at y = 0 is the northern border.
        """
        row = int(rows[0])
        lines, x, y, heading = self._stood(view, row) if self.discrete else self._walked(view, row)
        maze, color = MAZES[self.params.turns], np.array([AGENT], np.uint8)
        lines[:, 1::2] = len(maze) - lines[:, 1::2]
        at = [np.array([value], np.float32) for value in (x, len(maze) - y, 0.3, -heading)]
        disc = Discs(at[0], at[1], at[2], at[3], color, rows[:1])
        ground = self._ground(int(view["first" if view["round"][row] < view["swap"][row] else "second"][row]))
        colors = np.repeat(color, len(lines), axis=0)
        return Scene(len(maze[0]), len(maze), False, ground, disc, lines, colors, self._facts(view, row))

    def _stood(self, view: View, row: int) -> tuple[np.ndarray, float, float, float]:
        """Lines from home past the junctions to where the agent is, the middle of a tile; its place and heading."""
        path, passed, arrived = (int(view[name][row]) for name in ("path", "passed", "arrived"))
        tiles = [self._tile("s")]
        for count in range(min(passed + 1, self.params.turns)):
            tiles.append(CROSSINGS[self.params.turns][count][path >> (passed - count)])
        tiles += [self._tile(str(arrived))] if arrived >= 0 else []
        lines = np.array([(*a, *b) for a, b in pairwise(tiles)], np.float32) + 0.5
        x0, y0, x1, y1 = lines[-1].tolist()
        return lines, x1, y1, math.atan2(y1 - y0, x1 - x0)

    def _walked(self, view: View, row: int) -> tuple[np.ndarray, float, float, float]:
        """Lines to the walls seen, place and heading."""
        x, y, eighths = (view[name][row] for name in ("x", "y", "heading"))
        ways = {turned: float(free_way(self._maze, x, y, eighths + turned)) for turned in (1, 0, -1)}
        angles = {turned: (int(eighths) + turned) * EIGHTH for turned in ways}
        ends = [(x, y, x + way * math.cos(angles[k]), y + way * math.sin(angles[k])) for k, way in ways.items()]
        return np.array(ends, np.float32), float(x), float(y), int(eighths) * EIGHTH

    def _tile(self, letter: str) -> tuple[int, int]:
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
