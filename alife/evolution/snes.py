"""Separable natural evolution strategy: a normal cloud with a width for each gene follows the natural gradient.

Maximises the expected utility of rank. Genomes are centre + sigma s, s standard normal; utilities are by rank, of equal
ones shared; centre += sigma sum(u s); sigma *= exp(eta / 2 sum(u (s^2 - 1))), eta = (3 + ln G) / (5 sqrt(G)).
Schaul, Glasmachers, Schmidhuber, "High dimensions and heavy tails for natural evolution strategies", GECCO 2011,
Algorithm 2; utilities and eta: Wierstra et al., "Natural evolution strategies", JMLR 15, 2014, section 3.1, Table 1.

It learns no correlations: a narrow valley along no axis is followed slowly. Sigma is held within 1e-10 and 10. Genomes
tried are clipped into [-1, 1] if `bounded`; what is learnt is still credited to the unclipped step.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import pydantic

from alife.config import params
from alife.config.schedule import Scheduled
from alife.evolution.shared.base import Evaluation, Progress, Strategy, begun
from alife.evolution.shared.gaussian import cloud, guests_of, noise_of, weighted_moment
from alife.evolution.shared.numerics import exponential, logarithm, rank_utilities, weighted


class Params(params.Params):
    """How wide the cloud is at first, and how fast it learns."""

    sigma: float = pydantic.Field(0.3, gt=0, le=10, description="deviation of every gene at first")
    centre_rate: Scheduled = pydantic.Field(1.0, gt=0, le=2, description="factor of the centre's step; 1: the paper's")
    sigma_rate: Scheduled = pydantic.Field(1.0, gt=0, le=4, description="factor of the paper's learning rate of sigma")
    bounded: bool = pydantic.Field(True, description="clip the genomes tried into [-1, 1]")


@dataclass(frozen=True)
class State(Progress):
    """centre, sigma: [G] float64. rows: [1] int64 population size."""

    centre: np.ndarray
    sigma: np.ndarray
    rows: np.ndarray


@lru_cache(maxsize=8)
def utilities(count: int) -> np.ndarray:
    """[N] utilities of the ranks, best first: max(0, ln(N/2 + 1) - ln k), scaled to sum 1, less 1/N."""
    raw = np.maximum(0.0, logarithm(np.array([count / 2 + 1])) - logarithm(np.arange(1, count + 1)))
    scaled: np.ndarray = raw / raw.sum() - 1.0 / count
    return scaled


class Snes(Strategy):
    """A cloud whose centre and widths follow the natural gradient."""

    def __init__(self, params: Params) -> None:
        super().__init__(params)

    def init(self, seed: int, genomes: np.ndarray) -> State:
        """Begin at the mean of genomes [N, G]."""
        return State(
            **begun(seed, genomes),
            centre=weighted(np.full(len(genomes), 1.0 / len(genomes)), genomes),
            sigma=np.full(genomes.shape[1], self.params.sigma),
            rows=np.array([len(genomes)], np.int64),
        )

    def ask(self, state: State) -> Any:
        """[N, G] the cloud."""
        bounded, count = self.params.bounded, int(state.rows[0])
        return cloud(state, count, state.centre, state.sigma, False, bounded, self.machine)

    def _learn(self, state: State, trials: Evaluation) -> State:
        p, genes, count = self.params, len(state.centre), int(state.rows[0])
        worth = rank_utilities(utilities(count), trials.fitness)
        own, weights = guests_of(trials, worth, state.centre, state.sigma)
        noise = noise_of(state, count, genes, False, self.machine)
        rate = p.sigma_rate * (3 + float(logarithm(np.array([genes]))[0])) / (5 * genes**0.5)
        spread = weighted_moment(noise, worth, squared=True) + weighted(weights, own**2 - 1)
        return replace(
            state,
            centre=state.centre
            + p.centre_rate * state.sigma * (weighted_moment(noise, worth) + weighted(weights, own)),
            sigma=(state.sigma * exponential(rate / 2 * spread)).clip(1e-10, 10.0),
        )
