"""Topologies: which island receives genomes from which, a pure function of the seed and the number of the epoch."""

from __future__ import annotations

import numpy as np

from alife.config.models import IslandParams
from alife.evolution.shared.numerics import draws
from alife.laws.random import MIGRATION


def source(islands: IslandParams, seed: int, epoch: int, place: int) -> int | None:
    """Returns the island whose genomes arrive at `place` at the end of an epoch, or None.

    Args:
        islands: their number and topology.
        seed: of the configuration.
        epoch: the number of migrations before this one.
        place: of the receiving island, 0 to count - 1.
    """
    count = islands.count
    if count < 2 or not islands.migrants or islands.topology == "none":
        return None
    if islands.topology == "ring":
        return (place - 1) % count
    order = np.argsort(draws(seed, MIGRATION, epoch, count)[:, 0], kind="stable")
    return int(order[(int(np.flatnonzero(order == place)[0]) - 1) % count])
