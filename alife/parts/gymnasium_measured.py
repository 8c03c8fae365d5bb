"""Centers and spreads of observed numbers, measured in a few episodes of random actions.

Declared bounds hold all that may ever be observed, often ten or a hundred times what is: of LunarLander a speed beyond
a tenth of its bounds is rare. A lane that hardly varies has little say beside a constant one, and weights are at most
1, so that evolution cannot make up for it. Less its mean and over its standard deviation each lane varies as much as
the others. Mania, Guy and Recht, "Simple random search of static linear policies is competitive for reinforcement
learning", NeurIPS 2018, section 3.2; there the numbers follow the search, here they are measured once, so that a genome
means the same in each generation.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from alife.parts.gymnasium_calls import RESET, STEP, called, close_all, observation_of, parts_of
from alife.parts.gymnasium_spaces import Senses
from alife.parts.returned_values import to_flag
from alife.world import ExternalError

Pairs = tuple[tuple[float, float], ...]

SEED, SAMPLE = "seed(1) of the action space", "sample() of the action space -> an action"
EPISODES, STEPS = 10, 1000  # at most, of all episodes together
LEAST = 0.05  # spread of a lane with bounds: what varies less is held to be noise, or to have hardly been met
MOST = 1e9  # center and spread, as the world's parameter has it
TINY = 1e-6  # spread of a lane without, as a share of the size of its numbers


def measured(environment: Any, senses: Senses, title: str) -> Pairs | None:
    """Returns the center and the spread of each lane, and closes the environment.

    Lanes of images, of bits and of what counts have center 0 and spread 1, which leaves them as they are. Seeds are
    fixed, so that an environment that repeats episodes by their seeds is measured alike each time.

    Args:
        environment: of Gymnasium, a single one.
        senses: the lanes of its observations by their bounds.
        title: its name, for errors.

    Returns:
        [I] pairs; None if the environment fails, which a run says better, or there is nothing to measure.
    """
    free = senses.measurable
    try:
        lanes = _met(environment, senses) if free.any() else np.zeros((0, 0))
    except ExternalError:
        return None
    finally:
        close_all([environment], title)
    lanes = lanes[np.isfinite(lanes).all(axis=1)] if len(lanes) else lanes
    return _pairs(lanes, senses.bounded, free) if len(lanes) else None


def _met(environment: Any, senses: Senses) -> np.ndarray:
    """The lanes [T, I] float64 that random actions meet."""
    met: list[np.ndarray] = []
    space = environment.action_space
    called(SEED, None, space.seed, 1)
    for episode in range(EPISODES):
        seen, over = observation_of(called(RESET, None, environment.reset, seed=episode + 1)), False
        while not over and len(met) < STEPS:
            met.append(senses.lanes(tuple(part[None].copy() for part in senses.checked(seen)))[0])
            seen, _, end, cut = parts_of(called(STEP, None, environment.step, called(SAMPLE, None, space.sample)))
            over = to_flag(end, "terminated") | to_flag(cut, "truncated")
    return np.array(met, np.float64)


def _pairs(lanes: np.ndarray, bounded: np.ndarray, free: np.ndarray) -> Pairs:
    """The pairs of lanes [T, I]. bounded, free: [I] bool."""
    centers, spreads = lanes.mean(axis=0), lanes.std(axis=0)
    tiny = TINY * np.maximum(abs(lanes).max(axis=0), TINY)
    spreads = np.where(bounded, np.maximum(spreads, LEAST), np.where(spreads > tiny, spreads, 1.0))
    centers, spreads = np.clip(centers, -MOST, MOST), np.minimum(spreads, MOST)
    rows = zip(np.where(free, centers, 0.0), np.where(free, spreads, 1.0), strict=True)
    return tuple((float(f"{center:.4g}"), float(f"{spread:.4g}")) for center, spread in rows)
