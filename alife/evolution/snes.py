"""Separable natural evolution strategy: a normal search distribution, one sigma per gene, follows the natural gradient.

Maximizes the expected rank utility. Genomes are mean + sigma s, s standard normal; equal fitness shares utilities u;
mean += sigma sum(u s); sigma *= exp(eta / 2 sum(u (s^2 - 1))), eta = (3 + ln G) / (5 sqrt(G)). Schaul, Glasmachers,
Schmidhuber, "High dimensions and heavy tails for natural evolution strategies", GECCO 2011, Algorithm 2; utilities and
eta: Wierstra et al., "Natural evolution strategies", JMLR 15, 2014, section 3.1, Table 1.

It learns no correlations, so that a narrow valley along no axis is followed slowly. Sigma is held within 1e-10 and 10.
Genomes are clipped into [-1, 1] if `bounded`; the gradient is still credited to the unclipped step.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import final

import numpy as np
import pydantic

from alife.config import params
from alife.config.schedule import Scheduled
from alife.evolution.shared.base import Evaluation, GenerationalStrategy, Genomes, StrategyState, initial_fields
from alife.evolution.shared.gaussian import as_genomes, sample_noise, sample_population, split_injected, weighted_moment
from alife.evolution.shared.numerics import exponential, logarithm, rank_utilities, weighted_sum
from alife.laws.saved_arrays import saved


class Params(params.Params):
    """First width, learning rates and bounds of the search distribution."""

    sigma: float = pydantic.Field(
        0.3, gt=0, le=10, description="standard deviation of every gene at first, in units of a gene"
    )
    centre_rate: Scheduled = pydantic.Field(
        1.0, gt=0, le=2, description="factor of the step of the mean; 1: the paper's"
    )
    sigma_rate: Scheduled = pydantic.Field(
        1.0, gt=0, le=4, description="factor of eta, the learning rate of sigma; 1: the paper's"
    )
    bounded: bool = pydantic.Field(True, description="clip the evaluated genomes into [-1, 1]")


@dataclass(frozen=True)
class State(StrategyState):
    """centre, sigma: [G] float64 mean and standard deviation of each gene. rows: [1] int64 population size."""

    centre: np.ndarray = saved()
    sigma: np.ndarray = saved(low=0)
    rows: np.ndarray = saved(constant=True)


@lru_cache(maxsize=8)
def utilities_by_rank(count: int) -> np.ndarray:
    """Returns [N] utilities of the ranks, best first: max(0, ln(N/2 + 1) - ln k), scaled to sum 1, minus 1/N."""
    raw = np.maximum(0.0, logarithm(np.array([count / 2 + 1])) - logarithm(np.arange(1, count + 1)))
    scaled: np.ndarray = raw / raw.sum() - 1.0 / count
    return scaled


@final
class Snes(GenerationalStrategy[Params, State]):
    """A search distribution whose mean and widths follow the natural gradient."""

    def init(self, seed: int, genomes: np.ndarray) -> State:
        """Returns the state before the first generation, its mean that of genomes [N, G]."""
        return State(
            **initial_fields(seed, genomes),
            centre=weighted_sum(np.full(len(genomes), 1.0 / len(genomes)), genomes),
            sigma=np.full(genomes.shape[1], self.params.sigma),
            rows=np.array([len(genomes)], np.int64),
        )

    def ask(self, state: State) -> Genomes:
        """Returns [N, G] float32 samples."""
        count, bounded = int(state.rows[0]), self.params.bounded
        return sample_population(state, count, state.centre, state.sigma, False, bounded, self.machine)

    def center(self, state: State) -> np.ndarray:
        """Returns the mean as a genome: [G] float32."""
        return as_genomes(state.centre, self.params.bounded)

    def _tell(self, state: State, evaluation: Evaluation) -> State:
        p, genes, count = self.params, len(state.centre), int(state.rows[0])
        utilities = rank_utilities(utilities_by_rank(count), evaluation.fitness)
        injected, weights = split_injected(evaluation, utilities, state.centre, state.sigma)
        noise = sample_noise(state, count, genes, False, self.machine)
        eta = p.sigma_rate * (3 + float(logarithm(np.array([genes]))[0])) / (5 * genes**0.5)
        mean_gradient = weighted_moment(noise, utilities) + weighted_sum(weights, injected)
        sigma_gradient = weighted_moment(noise, utilities, squared=True) + weighted_sum(weights, injected**2 - 1)
        return replace(
            state,
            centre=state.centre + p.centre_rate * state.sigma * mean_gradient,
            sigma=(state.sigma * exponential(eta / 2 * sigma_gradient)).clip(1e-10, 10.0),
        )
