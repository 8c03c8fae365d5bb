"""The hall of fame: the best genomes of a whole run, each once, with its best trial.

Of equal fitness the later generation comes first, as it was selected for longer; within a generation the lower id.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace

import numpy as np

PREFIX = "hall."  # of its arrays in a checkpoint
LOOK = 64  # of a generation so many genomes for each place are looked at: copies of one could be all of it


@dataclass(frozen=True)
class EliteArchive:
    """Best first. All [K]: genomes [K, G] as they were tried; fitness float32 as told; held_out float64 its mean over
    episodes never met before, NaN until known; ids, parents (-1: none) and generations int64.
    """

    genomes: np.ndarray
    fitness: np.ndarray
    held_out: np.ndarray
    ids: np.ndarray
    parents: np.ndarray
    generations: np.ndarray

    def __len__(self) -> int:
        return len(self.ids)

    def arrays(self) -> dict[str, np.ndarray]:
        """As a checkpoint keeps them."""
        return {PREFIX + name: array for name, array in _columns(self)}

    def restored(self, arrays: Mapping[str, np.ndarray]) -> EliteArchive:
        """As a checkpoint kept it; empty where that is older than halls are."""
        kept = {name: np.array(arrays[PREFIX + name]) for name, _ in _columns(self) if PREFIX + name in arrays}
        return replace(self, **kept)

    def of(self, rows: np.ndarray) -> EliteArchive:
        """Those of these rows, in their order."""
        return EliteArchive(**{name: array[rows] for name, array in _columns(self)})


def empty_archive(genes: int, kind: np.dtype) -> EliteArchive:
    """A hall where nobody stands yet, for genomes [G] of this type."""
    number = np.zeros(0, np.int64)
    return EliteArchive(np.zeros((0, genes), kind), np.zeros(0, np.float32), np.zeros(0), number, number, number)


def candidates(hall: EliteArchive, most: int, fitness: np.ndarray) -> np.ndarray:
    """Rows of a generation that may enter a hall of `most`, best first. fitness: [N], no number is -inf."""
    least = hall.fitness[-1] if len(hall) >= most else -np.inf
    rows = np.flatnonzero(np.isfinite(fitness) & (fitness >= least))
    count = most * LOOK
    if len(rows) > count:
        edge = np.partition(fitness[rows], -count)[-count]
        above = rows[fitness[rows] > edge]
        rows = np.append(above, rows[fitness[rows] == edge][: count - len(above)])
    return rows[np.argsort(-fitness[rows], kind="stable")]


def insert(hall: EliteArchive, most: int, others: EliteArchive) -> EliteArchive:
    """The best `most` of both. Of the same genome the best trial stands, and what is known of it held out."""
    both = EliteArchive(*(np.concatenate(pair) for pair in zip(_arrays(hall), _arrays(others), strict=True)))
    stands: dict[bytes, int] = {}
    known: dict[bytes, float] = {}
    for row in np.lexsort((both.ids, -both.generations, -both.fitness)):
        genome = both.genomes[row].tobytes()
        stands.setdefault(genome, row)
        if not np.isnan(both.held_out[row]):
            known[genome] = both.held_out[row]
    for genome, row in stands.items():
        both.held_out[row] = known.get(genome, np.nan)
    return both.of(np.fromiter(stands.values(), np.int64, len(stands))[:most])


def _columns(hall: EliteArchive) -> Iterator[tuple[str, np.ndarray]]:
    return ((field.name, getattr(hall, field.name)) for field in fields(hall))


def _arrays(hall: EliteArchive) -> Iterator[np.ndarray]:
    return (array for _, array in _columns(hall))
