"""Choice of a champion among the best genomes of a run, by episodes that selection never met.

Of many noisy evaluations the highest is mostly a lucky one. So the best are evaluated again, all in the same held-out
episodes, the highest mean is the champion, and a further set of episodes, which had no part in the choice, gives the
figure that is reported. Jin and Branke, "Evolutionary optimization in uncertain environments: a survey", IEEE
Transactions on Evolutionary Computation 9, 2005, section II.

Of many candidates in few held-out episodes the highest is a lucky one, too. Where a generation is so small that these
are fewer than `ENOUGH`, the first few are evaluated in more of them: Bechhofer, Dunnett and Sobel, "A two-sample
multiple decision procedure for ranking means of normal populations", Biometrika 41, 1954.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from alife.simulation.elite_archive import EliteArchive, insert
from alife.simulation.episode import HELD_OUT

ENOUGH = 128  # held-out episodes between the first candidates
FIRST = 4  # of these
LAST = 4  # the best of the last generation that are candidates beside the elites
REPORTED = HELD_OUT + 2**32  # number of the first episode of the figure that is reported
AGAIN = HELD_OUT + 2**35  # and of those in which the genomes of an archive are evaluated again
TIMES = 32  # episodes of each of these


def choose(
    elites: EliteArchive, last: EliteArchive, held_out: Callable[[np.ndarray, int], float], episodes: int
) -> tuple[np.ndarray, float]:
    """Returns the candidate [G] with the highest held-out fitness, and its fitness as selection saw it.

    Of equal ones it is the one with the higher fitness, then the later one.

    Args:
        elites: of the run, with their held-out fitness.
        last: candidates whose held-out fitness may be NaN, at least one.
        held_out: returns the mean held-out fitness of a genome [G] in the episodes from this number on.
        episodes: over which it is a mean.
    """
    pool = insert(elites, len(elites) + len(last), last)
    for place in np.flatnonzero(np.isnan(pool.held_out)):
        pool.held_out[place] = held_out(pool.genomes[place], HELD_OUT)
    order = _best_first(pool)
    more = range(HELD_OUT + episodes, HELD_OUT + ENOUGH, episodes)
    if more:
        pool = pool.of(order[:FIRST])
        for row, genome in enumerate(pool.genomes):
            pool.held_out[row] = np.mean([pool.held_out[row], *(held_out(genome, first) for first in more)])
        order = _best_first(pool)
    return pool.genomes[order[0]], float(pool.fitness[order[0]])


def _best_first(pool: EliteArchive) -> np.ndarray:
    """Places [K] of candidates by held-out fitness, best first."""
    return np.lexsort((pool.ids, pool.fitness, pool.held_out))[::-1]
