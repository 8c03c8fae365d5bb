"""The elite archive: the best genomes of a whole run, each once, with its best evaluation.

Of equal fitness the later generation comes first, as it was selected for longer; within a generation the lower id.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields

import numpy as np

from alife.laws.saved_arrays import Saved, check_all

PREFIX = "hall."  # of its arrays in a checkpoint
LOOK = 64  # candidates of a generation for each place: all of them could be copies of one genome

_RULES = {
    "genomes": Saved(("E",)),
    "fitness": Saved(("E",)),
    "held_out": Saved(("E",), finite=False),
    "ids": Saved(("E",), low=0, below="births"),
    "parents": Saved(("E",), low=-1, below="births"),
    "generations": Saved(("E",), low=0, below="generations"),
}


@dataclass(frozen=True)
class EliteArchive:
    """Genomes, best first.

    Attributes:
        genomes: [K, G] as they were evaluated.
        fitness: [K] float32 in their generation.
        held_out: [K] float64 mean fitness over held-out episodes, NaN until known.
        ids, parents, generations: [K] int64; a parent is -1 if there is none.
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
        """The arrays of a checkpoint."""
        return {PREFIX + name: array for name, array in _columns(self)}

    def restored(self, arrays: Mapping[str, np.ndarray], births: int, generations: int) -> EliteArchive:
        """Returns the archive that a checkpoint holds as arrays [K, ...]; empty if it is older than archives are.

        Args:
            arrays: of the checkpoint.
            births: genomes evaluated so far.
            generations: so far.

        Raises:
            UserError: they are not those of this configuration, or do not fit each other.
        """
        if not any(name.startswith(PREFIX) for name in arrays):
            return self
        lengths = {"births": births, "generations": generations}
        check_all(self.arrays(), arrays, {PREFIX + name: rule for name, rule in _RULES.items()}, lengths)
        return EliteArchive(**{name: np.array(arrays[PREFIX + name]) for name, _ in _columns(self)})

    def of(self, rows: np.ndarray) -> EliteArchive:
        """Returns the genomes at rows [M], in their order."""
        return EliteArchive(**{name: array[rows] for name, array in _columns(self)})


def empty_archive(genes: int, kind: np.dtype) -> EliteArchive:
    """Returns an archive without genomes, for genomes [G] of this dtype."""
    number = np.zeros(0, np.int64)
    return EliteArchive(np.zeros((0, genes), kind), np.zeros(0, np.float32), np.zeros(0), number, number, number)


def single(genome: np.ndarray, fitness: float) -> EliteArchive:
    """Returns an archive of one genome [G] whose id, parent and generation are unknown: -1."""
    number = np.full(1, -1)
    return EliteArchive(genome[None], np.full(1, fitness, np.float32), np.full(1, np.nan), number, number, number)


def candidates(archive: EliteArchive, most: int, fitness: np.ndarray) -> np.ndarray:
    """Returns rows of a generation that may enter an archive of `most` places, best first.

    fitness: [N], -inf where it is not finite.
    """
    least = archive.fitness[-1] if len(archive) >= most else -np.inf
    rows = np.flatnonzero(np.isfinite(fitness) & (fitness >= least))
    count = most * LOOK
    if len(rows) > count:
        edge = np.partition(fitness[rows], -count)[-count]
        above = rows[fitness[rows] > edge]
        rows = np.append(above, rows[fitness[rows] == edge][: count - len(above)])
    return rows[np.argsort(-fitness[rows], kind="stable")]


def insert(archive: EliteArchive, most: int, others: EliteArchive) -> EliteArchive:
    """Returns the best `most` of both. Equal genomes keep their best evaluation and a held-out fitness once known."""
    both = EliteArchive(*(np.concatenate(pair) for pair in zip(_arrays(archive), _arrays(others), strict=True)))
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


def _columns(archive: EliteArchive) -> Iterator[tuple[str, np.ndarray]]:
    return ((field.name, getattr(archive, field.name)) for field in fields(archive))


def _arrays(archive: EliteArchive) -> Iterator[np.ndarray]:
    return (array for _, array in _columns(archive))
