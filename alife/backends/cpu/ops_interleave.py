"""Several agents in one vector: interleaves the rows of agents and takes them apart again.

A group of g agents keeps the n lanes of each in n g/16 vectors: vector c holds lanes c 16/g .. (c+1) 16/g - 1 of the
first agent, then those of the second, and so on. Most stages of a transform then lie between vectors, where they need
no shuffle, and what is equal on all lanes of an agent is computed for g agents at once. Memory keeps rows, so loads and
stores exchange blocks: log2 g shuffles a vector.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from alife.backends.cpu.ops_lazy import Vectors, materialize
from alife.backends.cpu.vector_builder import VectorBuilder


def interleave(b: VectorBuilder, rows: Sequence[Vectors]) -> list[Vectors]:
    """Vectors of one agent each, [agent][n/16], as vectors of a group each, [group][n g/16]."""
    if b.group == 1:
        return list(rows)
    return [_interleave_group(b, rows[first : first + b.group]) for first in range(0, b.agents, b.group)]


def _interleave_group(b: VectorBuilder, rows: Sequence[Vectors]) -> Vectors:
    """The vectors of one group, written block by block when they are first read."""
    block = cache(lambda number: exchange(b, [row[number] for row in rows]))
    return b.lazy(lambda c: block(c // b.group)[c % b.group], *rows)


def deinterleave(b: VectorBuilder, value: Sequence[Vectors]) -> list[list[str]]:
    """Vectors of a group each, [group][n g/16], as vectors of one agent each, [agent][n/16]; all written now."""
    if b.group == 1:
        return [materialize(vectors) for vectors in value]
    result = []
    for vectors in value:
        known = materialize(vectors)
        blocks = [exchange(b, known[c : c + b.group]) for c in range(0, b.chunks, b.group)]
        result += [list(row) for row in zip(*blocks, strict=True)]
    return result


def exchange(b: VectorBuilder, vectors: Sequence[str]) -> list[str]:
    """g vectors of g parts each: part j of vector i becomes part i of vector j.

    First every other half of two neighbors is joined, then every other quarter, and so on; this leaves the vectors in
    order of their bits reversed.
    """
    lanes, result, gap = np.arange(b.size), list(vectors), 1
    while gap < b.group:
        odd = lanes // (b.size // gap // 2) % 2  # of the blocks that each stage halves
        tables = [np.concatenate([lanes[odd == which], lanes[odd == which] + b.size]) for which in (0, 1)]
        for i in (i for i in range(b.group) if not i & gap):
            x, y = result[i], result[i + gap]
            result[i], result[i + gap] = (b.shuffle(x, table, y) for table in tables)
        gap *= 2
    return [result[place] for place in reversed_bits(b.group)]


def reversed_bits(count: int) -> list[int]:
    """0 .. count - 1, each with its bits reversed. count: a power of two."""
    places = [0]
    while len(places) < count:
        places = [2 * place for place in places] + [2 * place + 1 for place in places]
    return places
