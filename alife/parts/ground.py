"""Ground: cells of side 1 on the plane, in the bins of the cell lists, and the cell that each agent stands on.

A table of the ground is [bins, CELLS]: a bin owns its cells, so that a law over bins may write them.
"""

from __future__ import annotations

import numpy as np

from alife.parts.part import Part
from alife.parts.plane import Placed, PlaneParams, in_disc
from alife.world import column, i32, per_agent, wrapped

BIN = 4  # side of a bin of the cell lists, in cells; also the distance within which others are always seen
CELLS = BIN * BIN  # cells of a bin


class Standing(Placed):
    """An agent on the ground."""

    cell_of: int = column("int32", meaning="place of its cell in its bin", kept=False)


def bin_at(column: int, row: int, side: int) -> int:
    """Returns the bin of a cell, both coordinates inside the world."""
    return (row >> 2) * (side >> 2) + (column >> 2)


def cell_at(column: int, row: int) -> int:
    """Returns the place of a cell in its bin."""
    return ((row & 3) << 2) + (column & 3)


def disc_cells(x: float, y: float, radius: float, side: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns the cells whose centers lie in a disc, and the cell under its center: [K] bins, [K] places in them."""
    rows, columns = np.nonzero(in_disc(x, y, radius, side))
    return (rows >> 2) * (side >> 2) + (columns >> 2), ((rows & 3) << 2) + (columns & 3)


@per_agent
def find_cell(a: Standing, p: PlaneParams) -> None:
    """Finds the cell that an agent stands on."""
    a.cell_of = cell_at(wrapped(i32(a.x), p.side), wrapped(i32(a.y), p.side))


class Cells(Part):
    """The cell under each agent; the plane's bins must be `BIN` wide."""

    columns = (Standing,)
    observe = (find_cell,)
