"""T-maze: a reward lies at one of 2 or 4 goals and is moved once. Find it, return to it, and search when it is gone.

A round is a walk from home to a goal, past one junction (2 goals) or two (4 goals). A life has 10 or 20 rounds; near
the middle one, at a moment drawn for each life, the large reward moves to another goal. Each pair of its first and
second goal is a permutation, 12 for 4 goals; the number of the episode modulo 12 selects it. Only memory holds where an
agent has been and what it found there.

A round takes a step for each junction and one at the goal: 60 steps a life in the double T-maze. The agent observes at
a junction that it is one, and the last turn it took: -1 left, 1 right, 0 none in this round; at a goal the reward
there. It turns right if its action is above 0. The world `tmaze_walked` is the same life in continuous space.

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

import numpy as np

from alife.parts.tmaze import (
    LARGE,
    LEAVING,
    UNDER_WAY,
    MazeParams,
    Turner,
    begin,
    judge,
    leave,
    place_reward,
)
from alife.parts.tmaze_life import CROSSINGS, LAST_TURN, REWARD, Maze
from alife.world import Actuator, Sensor, View, column, f32, per_agent


class Params(MazeParams):
    """The maze and the length of a life."""


class Turning(Turner):
    """An agent that turns at junctions."""

    passed: int = column("int32", meaning="junctions passed in this round", title="junctions passed")
    path: int = column(
        "int32", meaning="turns of this round, a bit each; the last is the lowest; 1 is right", reading="hidden"
    )


@per_agent
def set_out(a: Turning) -> None:
    """Starts a round before the first junction."""
    if a.arrived == LEAVING:
        a.arrived = UNDER_WAY
        a.passed = 0
        a.path = 0
        a.last_turn = 0.0


@per_agent
def see(a: Turning) -> None:
    """Observes whether this is a junction, the reward, and the last turn."""
    a.senses.junction = 1.0 if a.arrived == UNDER_WAY else f32(0.0)
    a.senses.reward = a.reward / LARGE
    a.senses.last_turn = a.last_turn


@per_agent
def turn(a: Turning, p: Params) -> None:
    """Turns left or right at a junction."""
    if a.arrived == UNDER_WAY:
        right = 1 if a.outputs.turn > 0.0 else 0
        a.path = 2 * a.path + right
        a.last_turn = f32(2 * right - 1)
        a.passed += 1
        if a.passed == p.turns:
            a.arrived = a.path


class Tmaze(Maze):
    """A maze of one or two junctions, and a reward that is moved once."""

    line_meaning = "the way of this round so far"
    reset = (place_reward, begin, set_out)
    observe = (see,)
    step = (leave, turn, set_out, judge)
    columns = (Turning,)

    params: Params

    @property
    def round_steps(self) -> int:
        return self.params.turns

    @property
    def sensors(self) -> tuple[Sensor, ...]:
        return (Sensor("junction", 0, 1, "", "1 at a junction, 0 at a goal"), REWARD, LAST_TURN)

    @property
    def actuators(self) -> tuple[Actuator, ...]:
        return (Actuator("turn", -1, 1, "", "at a junction: above 0 right, else left"),)

    def way(self, view: View, row: int) -> tuple[np.ndarray, float, float, float]:
        """Returns lines from home past the junctions to the tile where the agent is; its place and heading."""
        path, passed, arrived = (int(view[name][row]) for name in ("path", "passed", "arrived"))
        tiles = [self.tile("s")]
        for count in range(min(passed + 1, self.params.turns)):
            tiles.append(CROSSINGS[self.params.turns][count][path >> (passed - count)])
        tiles += [self.tile(str(arrived))] if arrived >= 0 else []
        lines = np.array([(*a, *b) for a, b in pairwise(tiles)], np.float32) + 0.5
        x0, y0, x1, y1 = lines[-1].tolist()
        return lines, x1, y1, math.atan2(y1 - y0, x1 - x0)
