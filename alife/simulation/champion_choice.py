"""Choice of a champion among the best genomes of a run, by episodes that selection never met.

Of many noisy evaluations the highest is mostly a lucky one. So the best are evaluated again, all in the same held-out
episodes, the highest mean is the champion, and a further set of episodes, which had no part in the choice, gives the
figure that is reported. Jin and Branke, "Evolutionary optimization in uncertain environments: a survey", IEEE
Transactions on Evolutionary Computation 9, 2005, section II.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from alife.simulation.elite_archive import EliteArchive, insert
from alife.simulation.episode import HELD_OUT

LAST = 4  # the best of the last generation that are candidates beside the elites
REPORTED = HELD_OUT + 2**32  # number of the first episode of the figure that is reported
AGAIN = HELD_OUT + 2**35  # and of those in which the genomes of an archive are evaluated again
TIMES = 32  # episodes of each of these


def choose(
    elites: EliteArchive, last: EliteArchive, held_out: Callable[[np.ndarray], float]
) -> tuple[np.ndarray, float]:
    """Returns the candidate [G] with the highest held-out fitness, and its fitness as selection saw it.

    Of equal ones it is the one with the higher fitness, then the later one.

    Args:
        elites: of the run, with their held-out fitness.
        last: candidates whose held-out fitness may be NaN, at least one.
        held_out: returns the mean held-out fitness of a genome [G].
    """
    pool = insert(elites, len(elites) + len(last), last)
    for place in np.flatnonzero(np.isnan(pool.held_out)):
        pool.held_out[place] = held_out(pool.genomes[place])
    best = np.lexsort((pool.ids, pool.fitness, pool.held_out))[-1]
    return pool.genomes[best], float(pool.fitness[best])
