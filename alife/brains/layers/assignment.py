"""Linear assignment: a column for each row, none twice, at the least total cost.

Shortest augmenting paths with dual prices of rows and columns, O(n^3): Jonker and Volgenant, "A shortest augmenting
path algorithm for dense and sparse linear assignment problems", Computing 38, 1987. Ties go to the lower column.
"""

from __future__ import annotations

import numpy as np


def assign(cost: np.ndarray) -> np.ndarray:
    """[n] int64: the column of each row. cost: [n, n] finite."""
    count = len(cost)
    rows, columns = np.zeros(count), np.zeros(count + 1)  # prices; the last column stands for "not yet assigned"
    owner = np.full(count + 1, -1)
    for row in range(count):
        _augment(cost, row, rows, columns, owner)
    found = np.empty(count, np.int64)
    found[owner[:count]] = np.arange(count)
    return found


def _augment(cost: np.ndarray, row: int, rows: np.ndarray, columns: np.ndarray, owner: np.ndarray) -> None:
    """Assigns `row` by the cheapest chain of changes; prices and owners of columns change in place."""
    count = len(cost)
    owner[count], at = row, count
    least, before = np.full(count, np.inf), np.full(count, count)
    used = np.zeros(count + 1, bool)
    while owner[at] >= 0:
        used[at] = True
        reduced = cost[owner[at]] - rows[owner[at]] - columns[:count]
        better = ~used[:count] & (reduced < least)
        least[better], before[better] = reduced[better], at
        to = int(np.argmin(np.where(used[:count], np.inf, least)))
        step = least[to]
        rows[owner[used]] += step
        columns[used] -= step
        least[~used[:count]] -= step
        at = to
    while at != count:
        owner[at] = owner[before[at]]
        at = int(before[at])
    owner[count] = -1
