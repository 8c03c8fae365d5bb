"""Plane: a torus of cells, on which agents have a place and a heading, and cell lists that find neighbors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pydantic

from alife.parts.part import Part
from alife.parts.streams import FOUND, PLACE
from alife.world import (
    TWO_PI,
    BaseParams,
    Draws,
    Field,
    Law,
    SharedAgent,
    Table,
    WorldScalars,
    around,
    cell_list_fields,
    cell_lists,
    column,
    cos,
    f32,
    i32,
    per_agent,
    per_newborn,
    sin,
    sort_positions,
    wrapped,
)


class Placed(SharedAgent):
    """An agent in the plane. bin_of: int32 bin of the cell lists, as of the start of the step."""

    x: float = column("float32", unit="cells", meaning="position", low=0, high="side")
    y: float = column("float32", unit="cells", meaning="position", low=0, high="side")
    heading: float = column("float32", unit="radians", meaning="0..2 pi", finite=True)
    bin_of: int


class PlaneParams(BaseParams):
    """Size of the plane and number of founders."""

    side: int = pydantic.Field(192, ge=16, le=8192, multiple_of=4, description="side of the torus, cells")
    population: int = pydantic.Field(3000, ge=1, le=2**26, description="founders")


class PlaneScalars(WorldScalars):
    """Constants of the plane. bin_side: side of a bin of the cell lists, cells. bins_across: bins along a side."""

    bin_side: int
    bins_across: int


@per_agent
def found(a: Placed, draws: Draws, p: PlaneParams) -> None:
    """Places founders at random."""
    a.x = around(draws.once.uniform(FOUND, 0) * f32(p.side), f32(p.side))
    a.y = around(draws.once.uniform(FOUND, 1) * f32(p.side), f32(p.side))
    a.heading = draws.once.uniform(FOUND, 2) * TWO_PI


@per_agent
def locate(a: Placed, p: PlaneParams, world: PlaneScalars) -> None:
    """Finds the bin of an agent."""
    column = wrapped(i32(a.x), p.side) // world.bin_side
    row = wrapped(i32(a.y), p.side) // world.bin_side
    a.bin_of = row * world.bins_across + column


@per_newborn(reads_other_rows=("x", "y", "heading"))
def place_child(a: Placed, agents: Table[Placed], draws: Draws, p: PlaneParams) -> None:
    """Places a child one cell away from its parent, headed away from it."""
    parent = agents[a.parent_slot]
    way = draws.uniform(PLACE, 0) * TWO_PI
    a.x = around(parent.x + cos(way), f32(p.side))
    a.y = around(parent.y + sin(way), f32(p.side))
    a.heading = way


class Plane(Part):
    """A torus with cell lists, in which `neighbors` finds agents.

    bin_side: side of a bin, cells; agents less than this apart find each other where there are two or more bins.
    """

    columns = (Placed,)
    reset = (found,)
    observe: tuple[Law, ...] = (locate, *cell_lists, sort_positions)
    birth = (place_child,)

    def __init__(self, bin_side: int) -> None:
        self.bin_side = bin_side

    def tables(self, params: Any) -> dict[str, int]:
        bins = (params.side // self.bin_side) ** 2
        return {"bins": bins, "bin_ends": bins + 1}

    def constants(self, params: Any) -> dict[str, int]:
        return {"bin_side": self.bin_side, "bins_across": params.side // self.bin_side}

    def fields(self) -> tuple[Field, ...]:
        return cell_list_fields()


def in_disc(x: float, y: float, radius: float, side: int) -> np.ndarray:
    """Returns which cells have their centers in a disc, with that under its center: [side, side] bool, rows by y."""
    centers = np.arange(side) + 0.5
    dx, dy = ((centers - place + side / 2) % side - side / 2 for place in (x, y))
    inside: np.ndarray = dx[None, :] ** 2 + dy[:, None] ** 2 <= radius * radius
    inside[int(y), int(x)] = True
    return inside


def pair_correlation(x: np.ndarray, y: np.ndarray, bins: int, bin_side: int) -> float:
    """Chance of a neighbor in the same bin over that of a uniform scatter (Morisita's index): 1 is random.

    Args:
        x, y: [N] positions, cells.
        bins: along a side.
        bin_side: side of a bin, cells.
    """
    if len(x) < 2:
        return 1.0
    column, row = (np.minimum(axis.astype(int) // bin_side, bins - 1) for axis in (x, y))
    counts = np.bincount(row * bins + column, minlength=bins * bins).astype(np.int64)
    return float((counts * (counts - 1)).sum() * bins * bins / (len(x) * (len(x) - 1)))
