"""Walks over agents that are close in space, as generators that laws loop over: `for x in neighbors(a, agents):`.

They read the cell lists of `alife.laws.cells`, which laws name `agents.cell_lists`. The order of a walk is part of its
meaning: sums of floats and ties depend on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, TypeVar

from alife.laws.maths import f32
from alife.laws.rows import Columns, Table
from alife.laws.torus import wrapped

Other = TypeVar("Other", bound=Columns)


class Placed(Protocol):
    """An agent with a place. bin_of: its bin. x, y: position, 0..side."""

    bin_of: int
    row: int
    x: float
    y: float


def members(b: int, agents: Table[Other]) -> Iterator[Other]:
    """Yields the agents of bin b, in ascending order of their rows."""
    for k in range(agents.cell_lists.start[b], agents.cell_lists.start[b + 1]):
        yield agents[agents.cell_lists.slots[k]]


def bins_around(a: Placed, agents: Table[Columns]) -> Iterator[int]:
    """Yields the 3 x 3 bins around an agent on the torus, row by row, from west to east.

    Where the torus is less than three bins wide, some are yielded more than once.
    """
    across = agents.cell_lists.across
    row = a.bin_of // across
    column = a.bin_of - row * across
    for v in range(row - 1, row + 2):
        for u in range(column - 1, column + 2):
            yield wrapped(v, across) * across + wrapped(u, across)


def neighbors(a: Placed, agents: Table[Other]) -> Iterator[tuple[Other, float, float]]:
    """Yields each other agent of the 3 x 3 bins around an agent, and its offset from this one, x and y.

    The positions are those that `alife.laws.cells.sort_positions` found. The bins come row by row; those of a row are
    one run of the cell lists, and at the seam of the torus the bin across it comes last. Where the torus is two bins
    wide, an agent is yielded once for each of its images in these bins.
    """
    across = agents.cell_lists.across
    row = a.bin_of // across
    column = a.bin_of - row * across
    edge = 1 if column == 0 or column == across - 1 else 0
    for run in range(3 << edge):
        begin, end, east, north = run_around(row - 1 + (run >> edge), column, run & edge, agents)
        x = east - a.x
        y = north - a.y
        for k in range(begin, end):
            other = agents[agents.cell_lists.slots[k]]
            if other.row != a.row:
                yield other, agents.cell_lists.x[k] + x, agents.cell_lists.y[k] + y


def within(radius: float, a: Placed, agents: Table[Other]) -> Iterator[tuple[Other, float, float]]:
    """Yields the neighbors of an agent that are less than a radius away, as `neighbors` does.

    radius: in the unit of positions, at most the side of a bin; those beyond the 3 x 3 bins are not met.
    """
    for other, dx, dy in neighbors(a, agents):
        if dx * dx + dy * dy < radius * radius:
            yield other, dx, dy


def run_around(v: int, column: int, beyond: int, agents: Table[Columns]) -> tuple[int, int, float, float]:
    """Returns the run of the cell lists that holds three bins of row v around a column, or those beyond the seam.

    Args:
        v: row of bins, from -1 to the number of rows.
        column: of bins.
        beyond: 0 for the bins on this side of the seam, 1 for the one across it from the first or last column.
        agents: whose cell lists are read.

    Returns:
        where the run begins, where it ends, and what to add to x and y of an agent in it.
    """
    across = agents.cell_lists.across
    side = agents.cell_lists.side
    north = shift(v, across, f32(side))
    b = wrapped(v, across) * across
    if beyond == 0:
        begin = agents.cell_lists.start[b + max(column - 1, 0)]
        return begin, agents.cell_lists.start[b + min(column + 1, across - 1) + 1], f32(0.0), north
    other = across - 1 if column == 0 else 0
    seam = -1 if column == 0 else 1
    return agents.cell_lists.start[b + other], agents.cell_lists.start[b + other + 1], f32(side * seam), north


def shift(k: int, count: int, side: float) -> float:
    """Returns the offset of coordinates of bins that lie across the seam of the torus."""
    return -side if k < 0 else side if k >= count else f32(0.0)
