"""OpenAI's evolution strategy: maximises the mean utility of rank over a normal cloud of given width.

Genomes are centre + sigma e and centre - sigma e in turn, e standard normal; ranks r become utilities r/(N - 1) - 1/2,
shared by equals; the gradient is sum(u e) / (N sigma), less `weight_decay` times the centre, and the centre follows it
by Adam or by gradient ascent with momentum. Salimans, Ho, Chen, Sidor, Sutskever, "Evolution strategies as a scalable
alternative to reinforcement learning", arXiv:1703.03864, 2017, Algorithm 1 and section 2.1; Adam: Kingma and Ba,
arXiv:1412.6980, Algorithm 1.

The cloud keeps its width but for `sigma_decay`, so that it ends near an optimum, not on it; a schedule of `sigma` is
followed as it stands. An odd population tries the centre too. Genomes tried are clipped into [-1, 1] if `bounded`; what
is learnt is still credited to the unclipped step.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pydantic

from alife.config import params
from alife.config.schedule import Scheduled
from alife.evolution.shared.base import Evaluation, Progress, Strategy, begun
from alife.evolution.shared.gaussian import cloud, guests_of, noise_of, weighted_moment
from alife.evolution.shared.numerics import rank_utilities, weighted


class Params(params.Params):
    """How wide the cloud is, and how its centre follows the gradient."""

    sigma: Scheduled = pydantic.Field(0.1, gt=0, le=10, description="deviation of the cloud, in the units of a gene")
    sigma_decay: Scheduled = pydantic.Field(0.999, gt=0, le=1, description="factor of sigma a generation")
    sigma_min: Scheduled = pydantic.Field(0.01, gt=0, le=10, description="sigma never decays below this")
    optimiser: Literal["adam", "momentum"] = pydantic.Field("adam", description="how the centre follows the gradient")
    learning_rate: Scheduled = pydantic.Field(
        0.02, gt=0, le=10, description="adam: about the step of a gene a generation"
    )
    momentum: Scheduled = pydantic.Field(
        0.9, ge=0, lt=1, description="share of the gradient's mean that stays (beta 1)"
    )
    weight_decay: Scheduled = pydantic.Field(0.0, ge=0, le=1, description="pull of every gene towards 0")
    bounded: bool = pydantic.Field(True, description="clip the genomes tried into [-1, 1]")

    def at(self, step: int) -> Params:
        """A sigma that is a schedule is followed as it stands: it does not decay as well."""
        now = super().at(step)
        return now.model_copy(update={"sigma_decay": 1.0}) if "sigma" in self.schedules else now


BETA2, EPSILON = 0.999, 1e-8  # Kingma and Ba, Algorithm 1


@dataclass(frozen=True)
class State(Progress):
    """centre: [G] float64. decay: [1] float64 factor of sigma by now. rows: [1] int64 population size.

    mean, square: [G] float64 running means of the gradient and of its square. powers: [2] float64 beta1^t, beta2^t.
    """

    centre: np.ndarray
    decay: np.ndarray
    rows: np.ndarray
    mean: np.ndarray
    square: np.ndarray
    powers: np.ndarray


class OpenEs(Strategy):
    """A gradient from ranks of mirrored steps."""

    def __init__(self, params: Params) -> None:
        super().__init__(params)

    def init(self, seed: int, genomes: np.ndarray) -> State:
        """Begin at the mean of genomes [N, G]."""
        centre = weighted(np.full(len(genomes), 1.0 / len(genomes)), genomes)
        return State(
            **begun(seed, genomes),
            centre=centre,
            decay=np.ones(1),
            rows=np.array([len(genomes)], np.int64),
            mean=np.zeros_like(centre),
            square=np.zeros_like(centre),
            powers=np.ones(2),
        )

    def ask(self, state: State) -> Any:
        """[N, G] mirrored pairs in neighbouring rows; of an odd number the last is the centre."""
        sigma, bounded = self._sigma(state), self.params.bounded
        return cloud(state, int(state.rows[0]), state.centre, sigma, True, bounded, self.machine)

    def _sigma(self, state: State) -> np.ndarray:
        """[1] float64 deviation of the cloud in this generation."""
        p = self.params
        sigma: np.ndarray = np.maximum(p.sigma * state.decay, min(p.sigma, p.sigma_min))
        return sigma

    def _learn(self, state: State, trials: Evaluation) -> State:
        count, sigma = len(trials.order), self._sigma(state)
        utilities = rank_utilities(0.5 - np.arange(count) / max(count - 1, 1), trials.fitness)
        own, weights = guests_of(trials, utilities, state.centre, sigma)
        noise = noise_of(state, count, len(state.centre), True, self.machine)
        pairs = utilities[0 : count - 1 : 2] - utilities[1::2]
        summed = (weighted_moment(noise, pairs) if len(pairs) else 0.0) + weighted(weights, own)
        gradient = summed / (count * sigma) - self.params.weight_decay * state.centre
        return replace(self._followed(state, gradient), decay=state.decay * self.params.sigma_decay)

    def _followed(self, state: State, gradient: np.ndarray) -> State:
        """The centre moved along the gradient [G]."""
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
