"""OpenAI's evolution strategy: maximizes the mean rank utility over a normal search distribution of given width.

Genomes are mean + sigma e and mean - sigma e in turn, e standard normal. Ranks r become utilities r/(N - 1) - 1/2,
which equal fitness shares; the gradient is sum(u e) / (N sigma), minus `weight_decay` times the mean, and the mean
follows it by Adam or by gradient ascent with momentum. Salimans, Ho, Chen, Sidor, Sutskever, "Evolution strategies as a
scalable alternative to reinforcement learning", arXiv:1703.03864, 2017, Algorithm 1 and section 2.1; Adam: Kingma and
Ba, arXiv:1412.6980, Algorithm 1.

The width changes by `sigma_decay` alone, so that the search ends near an optimum, not on it; a schedule of `sigma`
replaces the decay. An odd population also evaluates the mean. Genomes are clipped into [-1, 1] if `bounded`; the
gradient is still credited to the unclipped step.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, final

import numpy as np
import pydantic

from alife.config import params
from alife.config.schedule import Scheduled
from alife.evolution.shared.base import Evaluation, GenerationalStrategy, Genomes, StrategyState, initial_fields
from alife.evolution.shared.gaussian import as_genomes, sample_noise, sample_population, split_injected, weighted_moment
from alife.evolution.shared.numerics import rank_utilities, weighted_sum
from alife.laws.saved_arrays import saved


class Params(params.Params):
    """Width of the search distribution, and the optimizer of its mean."""

    sigma: Scheduled = pydantic.Field(
        0.1, gt=0, le=10, description="standard deviation of the search distribution, in units of a gene"
    )
    sigma_decay: Scheduled = pydantic.Field(0.999, gt=0, le=1, description="factor of sigma per generation")
    sigma_min: Scheduled = pydantic.Field(0.01, gt=0, le=10, description="sigma never decays below this")
    optimiser: Literal["adam", "momentum"] = pydantic.Field("adam", description="how the mean follows the gradient")
    learning_rate: Scheduled = pydantic.Field(
        0.02, gt=0, le=10, description="adam: about the step of a gene per generation; momentum: factor of the gradient"
    )
    momentum: Scheduled = pydantic.Field(
        0.9, ge=0, lt=1, description="share of the running mean of the gradient that stays (Adam's beta 1)"
    )
    weight_decay: Scheduled = pydantic.Field(
        0.0, ge=0, le=1, description="pull of every gene towards 0: share of the mean subtracted from the gradient"
    )
    bounded: bool = pydantic.Field(True, description="clip the evaluated genomes into [-1, 1]")

    def at(self, step: int) -> Params:
        """Returns the Params at this generation; where sigma has a schedule, it does not decay as well."""
        now = super().at(step)
        return now.model_copy(update={"sigma_decay": 1.0}) if "sigma" in self.schedules else now


BETA2, EPSILON = 0.999, 1e-8  # Kingma and Ba, Algorithm 1


@dataclass(frozen=True)
class State(StrategyState):
    """centre: [G] float64 mean of the search distribution. decay: [1] float64 factor of sigma so far.

    rows: [1] int64 population size. mean, square: [G] float64 running means of the gradient and of its square. powers:
    [2] float64 beta1^t, beta2^t after t generations.
    """

    centre: np.ndarray = saved()
    decay: np.ndarray = saved(low=0)
    rows: np.ndarray = saved(constant=True)
    mean: np.ndarray = saved()
    square: np.ndarray = saved(low=0)
    powers: np.ndarray = saved(low=0, high=1)


@final
class OpenEs(GenerationalStrategy[Params, State]):
    """A gradient estimated from the ranks of mirrored samples."""

    def init(self, seed: int, genomes: np.ndarray) -> State:
        """Returns the state before the first generation, its mean that of genomes [N, G]."""
        mean = weighted_sum(np.full(len(genomes), 1.0 / len(genomes)), genomes)
        return State(
            **initial_fields(seed, genomes),
            centre=mean,
            decay=np.ones(1),
            rows=np.array([len(genomes)], np.int64),
            mean=np.zeros_like(mean),
            square=np.zeros_like(mean),
            powers=np.ones(2),
        )

    def ask(self, state: State) -> Genomes:
        """Returns [N, G] float32 mirrored pairs in consecutive rows; the last of an odd number is the mean."""
        count, bounded = int(state.rows[0]), self.params.bounded
        return sample_population(state, count, state.centre, self._sigma(state), True, bounded, self.machine)

    def _sigma(self, state: State) -> np.ndarray:
        """Returns the [1] float64 standard deviation of this generation."""
        p = self.params
        sigma: np.ndarray = np.maximum(p.sigma * state.decay, min(p.sigma, p.sigma_min))
        return sigma

    def center(self, state: State) -> np.ndarray:
        """Returns the mean as a genome: [G] float32."""
        return as_genomes(state.centre, self.params.bounded)

    def _tell(self, state: State, evaluation: Evaluation) -> State:
        count, sigma = len(evaluation.order), self._sigma(state)
        utilities = rank_utilities(0.5 - np.arange(count) / max(count - 1, 1), evaluation.fitness)
        injected, weights = split_injected(evaluation, utilities, state.centre, sigma)
        noise = sample_noise(state, count, len(state.centre), True, self.machine)
        pairs = utilities[0 : count - 1 : 2] - utilities[1::2]
        total = (weighted_moment(noise, pairs) if len(pairs) else 0.0) + weighted_sum(weights, injected)
        gradient = total / (count * sigma) - self.params.weight_decay * state.centre
        return replace(self._follow(state, gradient), decay=state.decay * self.params.sigma_decay)

    def _follow(self, state: State, gradient: np.ndarray) -> State:
        """Moves the mean along the gradient [G]."""
        p = self.params
        if p.optimiser == "momentum":
            mean = p.momentum * state.mean + gradient
            return replace(state, centre=state.centre + p.learning_rate * mean, mean=mean)
        mean = p.momentum * state.mean + (1 - p.momentum) * gradient
        square = BETA2 * state.square + (1 - BETA2) * gradient**2
        powers = state.powers * [p.momentum, BETA2]
        step = (mean / (1 - powers[0])) / (np.sqrt(square / (1 - powers[1])) + EPSILON)
        centre = state.centre + p.learning_rate * step
        return replace(state, centre=centre, mean=mean, square=square, powers=powers)
