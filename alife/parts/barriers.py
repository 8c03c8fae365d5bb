"""Barriers: cells of the plane that no agent enters: painted while the world runs, or walls of rooms from the start.

A move is taken along x first, then along y; what of it would enter a barrier is left out, so that an agent slides along
it. One on which a barrier is built may walk out. Nothing else is stopped: neither sight nor bites.
A world without a barrier lives to the same bits as one without this part.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pydantic

from alife.parts.part import Part
from alife.parts.plane import Placed, PlaneParams, in_disc
from alife.world import (
    RGB,
    BaseParams,
    Columns,
    Fields,
    Mark,
    Paint,
    Sensor,
    Table,
    View,
    around,
    column,
    cos,
    f32,
    i32,
    per_agent,
    per_newborn,
    per_row,
    sin,
    torus,
    wrapped,
)

WALL = "wall"  # name of the column, and of the paint that builds barriers
DOOR = 4  # cells of the opening in the middle of each side of a room
STONE: RGB = (66, 64, 70)
LEGEND = Mark("ground", (STONE,), "barrier: no agent enters it")


class BarrierParams(BaseParams):
    """Lengths in cells."""

    barriers: bool = pydantic.Field(False, description="true: barriers can be built, which no agent enters")
    rooms: int = pydantic.Field(
        0,
        ge=0,
        le=8192,
        description="with barriers: side of the rooms that the world begins with, each with doors 4 wide to those "
        "around it, cells; 0: none",
    )
    wall_sense: bool = pydantic.Field(False, description="with barriers: true: agents sense one that is a cell ahead")


class WalledParams(BarrierParams, PlaneParams):
    """Params of the laws of barriers."""


class Cell(Columns, table="cells"):
    """A cell of side 1; cells are in rows of `side` from the corner at 0, 0."""

    wall: int = column("uint8", meaning="1: a barrier", low=0, high=1)


class Walker(Placed):
    """An agent that barriers stop."""

    from_x: float = column("float32", unit="cells", meaning="place before the move", kept=False, reading="hidden")
    from_y: float = column("float32", unit="cells", meaning="place before the move", kept=False, reading="hidden")


@per_row("cells")
def build_rooms(cell: Cell, p: WalledParams) -> None:
    """Builds the walls of the rooms."""
    cell.wall = 0
    if p.rooms > 0:
        east = (i32(cell.row) % p.side) % p.rooms
        north = (i32(cell.row) // p.side) % p.rooms
        low = (p.rooms - DOOR) // 2
        door_east = 1 if east >= low and east < low + DOOR else 0
        door_north = 1 if north >= low and north < low + DOOR else 0
        if (east == 0 and door_north == 0) or (north == 0 and door_east == 0):
            cell.wall = 1


def is_wall(cells: Table[Cell], x: float, y: float, p: WalledParams) -> bool:
    """Returns True if there is a barrier at a place."""
    return cells[wrapped(i32(y), p.side) * p.side + wrapped(i32(x), p.side)].wall != 0


def is_barred(cells: Table[Cell], x: float, y: float, dx: float, dy: float, p: WalledParams) -> bool:
    """Returns True if a way of up to 2 cells along one axis meets a barrier, half way or at its end."""
    half = is_wall(cells, around(x + 0.5 * dx, f32(p.side)), around(y + 0.5 * dy, f32(p.side)), p)
    return half or is_wall(cells, around(x + dx, f32(p.side)), around(y + dy, f32(p.side)), p)


@per_agent
def leave_from(a: Walker) -> None:
    """Notes where an agent is before it moves."""
    a.from_x = a.x
    a.from_y = a.y


@per_agent
def stop(a: Walker, cells: Table[Cell], p: WalledParams) -> None:
    """Takes back what of the move would enter a barrier."""
    if not is_wall(cells, a.from_x, a.from_y, p):
        if is_barred(cells, a.from_x, a.from_y, torus(a.x - a.from_x, f32(p.side)), 0.0, p):
            a.x = a.from_x
        if is_barred(cells, a.x, a.from_y, 0.0, torus(a.y - a.from_y, f32(p.side)), p):
            a.y = a.from_y


@per_newborn(reads_other_rows=("x", "y"))
def stop_child(a: Walker, agents: Table[Walker], cells: Table[Cell], p: WalledParams) -> None:
    """Keeps a child on its parent's side of a barrier."""
    parent = agents[a.parent_slot]
    if not is_wall(cells, parent.x, parent.y, p):
        if is_barred(cells, parent.x, parent.y, torus(a.x - parent.x, f32(p.side)), 0.0, p):
            a.x = parent.x
        if is_barred(cells, a.x, parent.y, 0.0, torus(a.y - parent.y, f32(p.side)), p):
            a.y = parent.y


@per_agent
def sense_wall(a: Walker, cells: Table[Cell], p: WalledParams) -> None:
    """Observes whether a barrier is one cell ahead."""
    x = around(a.x + cos(a.heading), f32(p.side))
    y = around(a.y + sin(a.heading), f32(p.side))
    a.senses.wall_ahead = 1.0 if is_wall(cells, x, y, p) else 0.0


class Barriers(Part):
    """Barriers on the plane; it comes after the parts that move agents and place children, and is off by default."""

    columns = (Cell, Walker)
    reset = (build_rooms,)
    begin = (leave_from,)
    move = (stop,)
    birth = (stop_child,)
    paints = (Paint(WALL, "", 0, 1, "1 builds a barrier, 0 takes it away"),)
    legend = (LEGEND,)

    def is_on(self, params: Any) -> bool:
        return bool(params.barriers)

    def laws(self, stage: str, params: Any) -> tuple[Any, ...]:
        """Returns its laws of a stage or phase; the sense where it is asked for."""
        return (sense_wall,) if stage == "observe" and params.wall_sense else super().laws(stage, params)

    def sensors(self, params: Any) -> tuple[Sensor, ...]:
        return (Sensor("wall ahead", 0, 1, "", "1: a barrier is one cell ahead"),) if params.wall_sense else ()

    def tables(self, params: Any) -> dict[str, int]:
        return {"cells": params.side * params.side}

    def paint(self, fields: Fields, name: str, x: float, y: float, radius: float, value: float, params: Any) -> None:
        """Builds barriers in a disc, or takes them away; see `SharedWorld.paint`."""
        walls = fields[WALL].reshape(params.side, params.side)
        walls[in_disc(x, y, radius, params.side)] = value >= 0.5

    def draw_ground(self, colors: np.ndarray, view: View, down: np.ndarray, across: np.ndarray) -> None:
        """Colors barriers; see `Part.draw_ground`. colors: [R, C, 3], down, across: [R], [C]."""
        draw_walls(colors, view, down, across)


def draw_walls(colors: np.ndarray, view: View, down: np.ndarray, across: np.ndarray) -> np.ndarray:
    """Colors the barriers among cells of the ground, if there are any.

    Args:
        colors: [R, C, 3] uint8 of the cells, which are changed.
        view: columns of the world.
        down, across: [R] rows and [C] columns of the cells.

    Returns:
        colors.
    """
    if WALL in view:
        side = math.isqrt(view[WALL].size)
        colors[view[WALL].take(down[:, None] * side + across) > 0] = STONE
    return colors
