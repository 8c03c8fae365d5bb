"""Colors by species: groups of agents whose genomes are near each other."""

from __future__ import annotations

import numpy as np

from alife.simulation.population import spread
from alife.viewer.coloring.groups import COUNTED, NONE, Grouped
from alife.viewer.coloring.spread import Spread
from alife.viewer.interface import Life

GENES = 64  # genes at most that are compared, evenly chosen
SHARE = 0.5  # of the distance of two genomes that have nothing in common, up to which they are of one species
RANDOM = (2 / 3) ** 0.5  # root mean square difference of two numbers drawn evenly from -1..1
MOST = 256  # species at most; those without a living member are forgotten


class Species(Grouped):
    """Colors agents by the first genome found that is near theirs (leader clustering: Hartigan 1975, chapter 3).

    A genome founds a species if its root mean square difference to those of all other founders is at least `SHARE`
    of that of two random genomes. Each agent is looked at once, a few in each frame.
    """

    title = "species"
    noun = "species"
    meaning = f"genomes near each other, by {GENES} genes at most"

    def __init__(self, life: Life) -> None:
        """See `Coloring`."""
        super().__init__(life)
        genes = life.fields["genome"].shape[1]
        self._genes = spread(np.arange(genes), GENES)
        self._leaders = np.zeros((0, len(self._genes)), np.float32)
        self._names = np.zeros(0, np.int64)  # of the leaders' species
        self._born = 0
        self._spread = Spread(life, self._species)

    def labels(self, rows: np.ndarray) -> np.ndarray:
        """Returns the species of agents, from 1: [N] slots -> [N], NONE where not known yet."""
        found = self._spread.values(rows, again=False)
        labels: np.ndarray = np.where(np.isfinite(found), found, NONE).astype(np.int64)
        if len(self._names) >= MOST and self._calls % COUNTED == 0:
            self._forget(labels)
        return labels

    def _species(self, rows: np.ndarray) -> np.ndarray:
        """Returns the species of agents, new ones among them, NaN where there is no room: [K] slots -> [K]."""
        genomes = self.life.fields.rows("genome", rows)[:, self._genes].astype(np.float32)
        labels = self._nearest(genomes)
        for place in np.flatnonzero(labels == NONE):
            if labels[place] == NONE and len(self._names) < MOST:
                self._found(genomes[place])
                near = _distances(genomes, self._leaders[-1:])[:, 0] < SHARE * RANDOM
                labels[near & (labels == NONE)] = self._names[-1]
        return np.where(labels == NONE, np.nan, labels)

    def _nearest(self, genomes: np.ndarray) -> np.ndarray:
        """Returns the species of the nearest leader within reach: [K, genes] -> [K], NONE for none."""
        if not len(self._names):
            return np.full(len(genomes), NONE)
        distance = _distances(genomes, self._leaders)
        best = distance.argmin(axis=1)
        near = distance[np.arange(len(best)), best] < SHARE * RANDOM
        return np.where(near, self._names[best], NONE)

    def _found(self, genome: np.ndarray) -> None:
        """Adds a species. genome: [genes] of its leader."""
        self._born += 1
        self._leaders = np.concatenate([self._leaders, genome[None]])
        self._names = np.append(self._names, self._born)

    def _forget(self, labels: np.ndarray) -> None:
        """Forgets species without living members. labels: [N] of the living."""
        kept = np.isin(self._names, labels)
        self._leaders, self._names = self._leaders[kept], self._names[kept]


def _distances(genomes: np.ndarray, leaders: np.ndarray) -> np.ndarray:
    """Returns root mean square differences of genes: [K, genes], [M, genes] -> [K, M]."""
    common = np.einsum("kg,mg->km", genomes, leaders)  # not @, whose threads wait for those of the simulation
    square = (genomes**2).sum(axis=1)[:, None] + (leaders**2).sum(axis=1) - 2 * common
    distances: np.ndarray = np.sqrt(np.maximum(square, 0) / genomes.shape[1])
    return distances
