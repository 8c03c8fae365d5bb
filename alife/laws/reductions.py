"""Reductions over neighbors: the nearest one, the nearest of each group, and sums.

Each takes a walk: a generator such as `neighbors(a, agents)` or `within(radius, a, agents)`, or a generator expression
over one, whose `if` chooses among them:

    row, square = nearest((other, dx, dy) for other, dx, dy in neighbors(a, agents) if other.size < a.size)
    light = sum_over(other.light / (1.0 + dx * dx + dy * dy) for other, dx, dy in within(8.0, a, agents))

These functions are their own definition: `reducing` puts their text in place of the statement that calls them. A
function of one's own that loops over one of its parameters, and returns at its end at most, is a reduction too.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from alife.laws.maths import Number, zero_of
from alife.laws.rows import Columns, Vector

INFINITY = math.inf


def nearest(found: Iterable[tuple[Columns, float, float]]) -> tuple[int, float]:
    """Finds the nearest of the agents of a walk; of equally near ones, the one met first.

    Args:
        found: agents, and their offsets x and y, as `neighbors` yields them.

    Returns:
        its row, or -1 if there is none, and its squared distance, or infinity.
    """
    row = -1
    least = INFINITY
    for other, dx, dy in found:
        square = dx * dx + dy * dy
        if square < least:
            least = square
            row = other.row
    return row, least


def nearest_of_each(
    rows: Vector[int], squares: Vector[float], found: Iterable[tuple[int, Columns, float, float]]
) -> None:
    """Finds the nearest agent of each of a few groups, such as sectors of sight; of equally near ones, the first met.

    Args:
        rows: column of the law's row, [G]; set to the row of the nearest agent of each group, or -1.
        squares: column of the law's row, [G]; set to its squared distance, or infinity.
        found: number of the group, 0..G-1, agent, and its offsets x and y.
    """
    for group in range(len(squares)):
        squares[group] = INFINITY
        rows[group] = -1
    for group, other, dx, dy in found:
        square = dx * dx + dy * dy
        if square < squares[group]:
            squares[group] = square
            rows[group] = other.row


def sum_over(values: Iterable[Number]) -> Number:
    """Adds up values in the order of a walk, in which float32 rounds the same everywhere.

    Args:
        values: all of one type, float32 or integers; those of `1 for ...` count.

    Returns:
        the sum, of their type; 0 without any.
    """
    total = zero_of(values)
    for value in values:
        total += value
    return total
