"""Several agents in one vector: how their lanes come together and part again.

A group of g agents keeps n lanes each in n g/16 vectors: vector c holds lanes c 16/g .. (c+1) 16/g - 1 of the first
agent, then those of the second, and so on. Most stages of a transform then lie between vectors, where they need no
shuffle, and what is the same on all lanes of an agent is computed for g agents at once. Memory keeps rows, so loads and
stores exchange blocks: log2 g shuffles a vector.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from alife.backends.cpu.ops_lazy import materialize

if TYPE_CHECKING:
    from alife.backends.cpu.ops import Simd, Vectors


def interleave(o: Simd, rows: Sequence[Vectors]) -> list[Vectors]:
    """Vectors of one agent each, [agent][n/16], as vectors of a group each, [group][n g/16]."""
    if o.group == 1:
        return list(rows)
    return [_together(o, rows[first : first + o.group]) for first in range(0, o.agents, o.group)]


def _together(o: Simd, rows: Sequence[Vectors]) -> Vectors:
    """The vectors of one group, written block by block when they are asked for."""
    block = cache(lambda number: exchange(o, [row[number] for row in rows]))
    return o.late(lambda c: block(c // o.group)[c % o.group], *rows)


def deinterleave(o: Simd, groups: Sequence[Vectors]) -> list[list[str]]:
    """What `interleave` was given."""
    if o.group == 1:
        return [materialize(vectors) for vectors in groups]
    result = []
    for vectors in groups:
        known = materialize(vectors)
        blocks = [exchange(o, known[c : c + o.group]) for c in range(0, o.chunks, o.group)]
        result += [list(row) for row in zip(*blocks, strict=True)]
    return result


def exchange(o: Simd, vectors: Sequence[str]) -> list[str]:
    """g vectors of g parts each: part j of vector i becomes part i of vector j.

    Halves of neighbours come together, then every other quarter of these, and so on; parts end in order of their bits
    reversed.
    """
    lanes, result, gap = np.arange(o.size), list(vectors), 1
    while gap < o.group:
        odd = lanes // (o.size // gap // 2) % 2  # of blocks that halve at each stage
        tables = [np.concatenate([lanes[odd == which], lanes[odd == which] + o.size]) for which in (0, 1)]
        for i in (i for i in range(o.group) if not i & gap):
            a, b = result[i], result[i + gap]
            result[i], result[i + gap] = (o.shuffle(a, table, b) for table in tables)
        gap *= 2
    return [result[place] for place in reversed_bits(o.group)]


def reversed_bits(count: int) -> list[int]:
    """0 .. count - 1, a power of two, each with its bits in reverse."""
    places = [0]
    while len(places) < count:
        places = [2 * place for place in places] + [2 * place + 1 for place in places]
    return places
