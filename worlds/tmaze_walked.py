"""T-maze in continuous space: the life of the world `tmaze`, walked.

The agent walks 0.1 tile a step and steers 45 degrees to the left, straight on or 45 degrees to the right, whichever of
three actions is largest. It observes the distance of walls, 45 degrees to the left, ahead and to the right (3 tiles at
most), the reward at a goal, and whether its tile is a junction; with `turn_shown` also the last turn, by its headings
when it came to the last junction and when it left it. A round also ends, without a reward, at a wall, after 100 steps,
and after 20 steps for each tile that it has seen.

Greve, Jacobsen and Risi, "Evolving neural Turing machines for reward-based learning", GECCO 2016; see `tmaze`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pydantic

from alife.parts.tmaze import (
    LARGE,
    LEAVING,
    UNDER_WAY,
    MazeParams,
    MazeScalars,
    Searcher,
    Turner,
    begin,
    judge,
    leave,
    place_reward,
)
from alife.parts.tmaze_life import CROSSINGS, LAST_TURN, MAZES, REWARD, Maze
from alife.world import Actuator, Sensor, Vector, View, column, cos, f32, floor, i32, i64, per_agent, sensor_group, sin

WALL, OPEN, JUNCTION, GOAL = 0, 1, 2, 3  # of tiles; the first goal is 3

WINDS = dict(
    enumerate(("east", "north-east", "north", "north-west", "west", "south-west", "south", "south-east"))
)  # of headings
EIGHTH = 0.78539816  # of a turn, radians
SPEED = 0.1  # tiles a step
RANGE = 3.0  # largest distance of a wall that is observed, tiles
MOST_STEPS, PATIENCE = 100, 20  # steps of a round, at most; for each tile seen


class Params(MazeParams):
    """The maze and the length of a life."""

    turn_shown: bool = pydantic.Field(False, description="true to observe the last turn, as in the discrete form")


class Walker(Searcher):
    """An agent that walks."""

    x: float = column("float32", unit="tiles", meaning="position, from the west")
    y: float = column("float32", unit="tiles", meaning="position, from the south")
    heading: int = column("int32", unit="eighths of a turn", meaning="0 is east, 2 north")
    strolled: int = column("int32", unit="steps", meaning="of this round", title="steps in round")
    visited: int = column("int64", meaning="tiles seen in this round, a bit each", reading="hidden")
    tiles_seen: int = column("int32", meaning="their number", title="tiles seen")


class Noticing(Walker, Turner):
    """An agent that notices its turns."""

    entered: int = column(
        "int32",
        unit="eighths of a turn",
        meaning="heading when it came to the last junction",
        words=WINDS,
        title="entry heading",
    )
    inside: int = column("uint8", meaning="1 in the tile of a junction", reading="flag", title="at a junction")


class WalkScalars(MazeScalars):
    """Constants. home_x, home_y: the home tile. maze: [H, W] int32 kinds of tiles, row 0 in the south."""

    home_x: int
    home_y: int
    maze: Any


@per_agent
def set_out(a: Walker, world: WalkScalars) -> None:
    """Starts a round in the middle of the home tile, headed north."""
    if a.arrived == LEAVING:
        a.arrived = UNDER_WAY
        a.x = f32(world.home_x) + 0.5
        a.y = f32(world.home_y) + 0.5
        a.heading = 2
        a.strolled = 0
        a.visited = i64(0)
        a.tiles_seen = 0


def tile_at(maze: Vector[int], column: int, row: int) -> int:
    """Returns the kind of a tile of a maze [H, W]; beyond the maze there are walls."""
    if column < 0 or row < 0 or column >= maze.shape[1] or row >= maze.shape[0]:
        return 0
    return maze[row, column]


def free_way(maze: Vector[int], x: float, y: float, eighths: int) -> float:
    """Returns the tiles to the next wall of a maze [H, W] in a direction, `RANGE` at most (Amanatides and Woo 1987)."""
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


def tile_of(a: Walker, world: WalkScalars) -> int:
    """Returns the kind of the tile that an agent is on."""
    return tile_at(world.maze, i32(floor(a.x)), i32(floor(a.y)))


@per_agent
def look(a: Walker, world: WalkScalars) -> None:
    """Observes three ranges from left to right, the reward, and whether this is a junction."""
    for k in range(3):
        a.senses.range[k] = free_way(world.maze, a.x, a.y, a.heading + 1 - k) / RANGE
    a.senses.reward = a.reward / LARGE
    a.senses.junction = 1.0 if tile_of(a, world) == JUNCTION else f32(0.0)


@per_agent
def walk(a: Walker, world: WalkScalars) -> None:
    """Steers and walks; ends the round at a goal, at a wall, or when it takes too long."""
    if a.arrived == UNDER_WAY:
        if a.outputs.left > a.outputs.straight_on and a.outputs.left >= a.outputs.right:
            a.heading = (a.heading + 1) % 8
        elif a.outputs.right > a.outputs.straight_on:
            a.heading = (a.heading + 7) % 8
        a.x += SPEED * cos(f32(a.heading) * EIGHTH)
        a.y += SPEED * sin(f32(a.heading) * EIGHTH)
        a.strolled += 1
        column = i32(floor(a.x))
        row = i32(floor(a.y))
        tile = tile_at(world.maze, column, row)
        bit = i64(1) << i64(row * world.maze.shape[1] + column)
        if tile >= GOAL:
            a.arrived = tile - GOAL
        elif tile == WALL:
            a.arrived = world.num_goals
        else:
            if a.visited & bit == 0:
                a.visited = a.visited | bit
                a.tiles_seen += 1
            if a.strolled >= MOST_STEPS or a.strolled >= PATIENCE * a.tiles_seen:
                a.arrived = world.num_goals


@per_agent
def forget_turn(a: Noticing) -> None:
    """Clears the last turn at the start of a round."""
    if a.arrived == LEAVING:
        a.last_turn = 0.0
        a.inside = 0


@per_agent
def notice_turn(a: Noticing, world: WalkScalars) -> None:
    """Notes a turn if the heading at leaving a junction differs; straight on or back is no turn."""
    here = 1 if tile_of(a, world) == JUNCTION else 0
    if here != 0 and a.inside == 0:
        a.entered = a.heading
    elif here == 0 and a.inside != 0:
        change = (a.heading - a.entered + 8) % 8
        if change % 4 != 0:
            a.last_turn = -1.0 if change < 4 else f32(1.0)
    a.inside = here


@per_agent
def show_turn(a: Noticing) -> None:
    """Observes the last turn."""
    a.senses.last_turn = a.last_turn


class TmazeWalked(Maze):
    """A maze of one or two junctions to walk in, and a reward that is moved once."""

    line_meaning = "what it sees: the way to a wall, 3 tiles at most"

    params: Params

    def __init__(self, params: Params) -> None:
        super().__init__(params)
        shown = params.turn_shown
        self.columns = (Noticing if shown else Walker,)
        forget, notice, show = ((forget_turn,), (notice_turn,), (show_turn,)) if shown else ((), (), ())
        self.reset, self.observe = (place_reward, begin, *forget, set_out), (look, *show)
        self.step = (leave, walk, *notice, *forget, set_out, judge)

    @property
    def round_steps(self) -> int:
        return MOST_STEPS

    @property
    def constants(self) -> dict[str, int | np.ndarray]:
        home_x, home_y = self.tile("s")
        return {**super().constants, "home_x": home_x, "home_y": home_y, "maze": self._maze}

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
        ranges = sensor_group("range", ("left", "ahead", "right"), 0, 1, "3 tiles", "to the next wall")
        senses = (*ranges, REWARD, Sensor("junction", 0, 1, "", "1 in the tile of a junction"))
        return (*senses, LAST_TURN) if self.params.turn_shown else senses

    @property
    def actuators(self) -> tuple[Actuator, ...]:
        return tuple(Actuator(side, -1, 1, "", "the largest one is taken") for side in ("left", "straight on", "right"))

    def way(self, view: View, row: int) -> tuple[np.ndarray, float, float, float]:
        """Returns lines to the walls seen, place and heading."""
        x, y, eighths = (view[name][row] for name in ("x", "y", "heading"))
        maze: Any = self._maze
        ways = {turned: float(free_way(maze, x, y, eighths + turned)) for turned in (1, 0, -1)}
        angles = {turned: (int(eighths) + turned) * EIGHTH for turned in ways}
        ends = [(x, y, x + way * math.cos(angles[k]), y + way * math.sin(angles[k])) for k, way in ways.items()]
        return np.array(ends, np.float32), float(x), float(y), int(eighths) * EIGHTH
