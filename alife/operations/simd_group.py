"""Several agents in one vector: how their lanes come together and part again.

A group of g agents keeps n lanes each in n g/16 vectors: vector c holds lanes c 16/g .. (c+1) 16/g - 1 of the first
agent, then those of the second, and so on. Most stages of a transform then lie between vectors, where they need no
shuffle, and what is the same on all lanes of an agent is computed for g agents at once. Memory keeps rows, so loads and
stores exchange blocks: log2 g shuffles a vector.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from alife.operations.simd import Simd


def grouped(o: Simd, rows: list[list[str]]) -> list[list[str]]:
    """Vectors of one agent each, [agent][n/16], as vectors of a group each, [group][n g/16]."""
    if o.group == 1:
        return rows
    result = []
    for first in range(0, o.agents, o.group):
        members = rows[first : first + o.group]
        blocks = [exchange(o, [row[c] for row in members]) for c in range(o.width // o.size)]
        result.append([vector for block in blocks for vector in block])
    return result


def parted(o: Simd, groups: list[list[str]]) -> list[list[str]]:
    """What `grouped` was given."""
    if o.group == 1:
        return groups
    result = []
    for chunks in groups:
        blocks = [exchange(o, chunks[c : c + o.group]) for c in range(0, o.chunks, o.group)]
        result += [list(row) for row in zip(*blocks, strict=True)]
    return result


def exchange(o: Simd, vectors: list[str]) -> list[str]:
    """g vectors of g parts each: part j of vector i becomes part i of vector j, one bit of i and j after another."""
    places, vectors, gap = np.arange(o.size), list(vectors), 1
    while gap < o.group:
        away = gap * o.span
        upper = (places & away) > 0
        low = np.where(upper, places - away + o.size, places)  # lower parts of both, the second's moved up
        high = np.where(upper, places + o.size, places + away)  # upper parts of both, the first's moved down
        for i in (i for i in range(o.group) if not i & gap):
            a, b = vectors[i], vectors[i + gap]
            vectors[i], vectors[i + gap] = o.shuffle(a, low, b), o.shuffle(a, high, b)
        gap *= 2
    return vectors
