"""CMA-ES: a normal cloud whose place, width and shape follow the better half. Maximises fitness by rank.

Genomes are m + sigma y, y ~ N(0, C). m moves to the weighted mean of the better half; C learns from their steps, from
the path of m and, in the full form, away from the steps of the worse half; sigma grows while steps of m keep their
direction. Hansen, "The CMA evolution strategy: a tutorial", arXiv:1604.00772, equations 38-58 and Appendix A.

form `full`: C by the library `cma`: turns with a narrow valley along no axis; memory and time grow with G^2, and now
and then G^3. `separable`: a diagonal C, which learns (G + 2) / 3 times faster: Ros and Hansen, "A simple modification
in CMA-ES achieving linear time and space complexity", PPSN X 2008. `auto` is full up to 256 genes.

Genomes tried are clipped into [-1, 1] if `bounded`, and it is the clipped step that is learnt from: m stays within, and
sigma does not grow along the plateau beyond. Where the cloud has become narrower than float32 genes can tell apart, it
starts anew around a place drawn in [-1, 1] with the first sigma (`restart`); the population is the run's, so that it
does not grow.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal, NamedTuple

import numpy as np
import pydantic

from alife.config import params
from alife.errors import UserError
from alife.evolution.shared.base import Evaluation, Progress, Strategy, begun
from alife.evolution.shared.covariance import Diagonal, Full
from alife.evolution.shared.gaussian import injected, normals, tried
from alife.evolution.shared.numerics import draws, exponential, logarithm, rank_utilities, summed, weighted
from alife.laws.random import STEPS


class Params(params.Params):
    """What the cloud can learn, and how wide it is at first."""

    form: Literal["auto", "full", "separable"] = pydantic.Field(
        "auto", description="all of C, or a width for each gene"
    )
    sigma: float = pydantic.Field(0.3, gt=0, le=10, description="deviation of every gene at first")
    restart: bool = pydantic.Field(True, description="start anew elsewhere once it can get no further")
    bounded: bool = pydantic.Field(True, description="clip the genomes tried into [-1, 1]")


MOST = 256  # genes of the full form under `auto`: their axes take some 7 ms, those of 2,048 a second
FULL = 4096  # genes of the full form at all: its two matrices take 256 MiB there
NARROW = 1e-7  # half the distance of float32 numbers near 1


@dataclass(frozen=True)
class State(Progress):
    """centre: [G] float64. sigma: [1]. path, path_sigma: [G] sums of steps of the centre that fade.

    covariance, axes, lengths, updates: see alife.evolution.shared.covariance. rows: [1] int64 population size. age:
    [1] int64 generations since the last start. restarts: [1] int64.
    """

    centre: np.ndarray
    sigma: np.ndarray
    path: np.ndarray
    path_sigma: np.ndarray
    covariance: np.ndarray
    axes: np.ndarray
    lengths: np.ndarray
    updates: np.ndarray
    rows: np.ndarray
    age: np.ndarray
    restarts: np.ndarray


class Rates(NamedTuple):
    """The tutorial's constants, Table 1. weights: [N] of ranks, best first; those above 0 sum to 1."""

    weights: np.ndarray
    effective: float  # mu_eff: 1 / sum(w^2) of those above 0
    path: float  # c_c
    sigma: float  # c_sigma
    damping: float  # d_sigma
    one: float  # c_1
    many: float  # c_mu


@lru_cache(maxsize=8)
def rates(count: int, genes: int, separable: bool) -> Rates:
    """Constants for so many genomes of so many genes."""
    raw = logarithm(np.array([(count + 1) / 2])) - logarithm(np.arange(1, count + 1))
    better, worse = np.maximum(raw, 0.0), np.minimum(raw, 0.0)
    better /= better.sum()
    mu, worse_mu = 1.0 / (better**2).sum(), worse.sum() ** 2 / (worse**2).sum()
    faster = (genes + 2) / 3 if separable else 1.0
    one = min(1.0, faster * 2 / ((genes + 1.3) ** 2 + mu))  # equation 57
    many = min(1 - one, faster * 2 * (0.25 + mu + 1 / mu - 2) / ((genes + 2) ** 2 + mu))  # equation 58
    least = min(1 + one / many, 1 + 2 * worse_mu / (mu + 2), (1 - one - many) / (genes * many))  # equations 50-52
    weights = better + (0.0 if separable else least) * worse / -worse.sum()
    sigma = (mu + 2) / (genes + mu + 5)
    damping = 1 + 2 * max(0.0, ((mu - 1) / (genes + 1)) ** 0.5 - 1) + sigma
    return Rates(weights, mu, (4 + mu / genes) / (genes + 4 + 2 * mu / genes), sigma, damping, one, many)


class Cmaes(Strategy):
    """A cloud that learns its shape."""

    def __init__(self, params: Params) -> None:
        super().__init__(params)

    def init(self, seed: int, genomes: np.ndarray) -> State:
        """Begin at the mean of genomes [N, G]. Raises UserError for too many genes or a missing library."""
        if len(genomes) < 2:
            raise UserError(
                "run.capacity: expected at least 2 genomes for a cloud, came 1; write capacity: 16", ("run", "capacity")
            )
        genes, nothing = genomes.shape[1], np.zeros(1, np.int64)
        return State(
            **begun(seed, genomes),
            centre=weighted(np.full(len(genomes), 1.0 / len(genomes)), genomes),
            rows=np.array([len(genomes)], np.int64),
            restarts=nothing,
            **self._fresh(genes),
        )

    def _fresh(self, genes: int) -> dict[str, Any]:
        """A round cloud that has learnt nothing."""
        paths = {"path": np.zeros(genes), "path_sigma": np.zeros(genes), "age": np.zeros(1, np.int64)}
        return {"sigma": np.array([self.params.sigma]), **paths, **self._form(genes).new(genes)}

    def _form(self, genes: int) -> type[Full] | type[Diagonal]:
        form = self.params.form
        if form == "full" and genes > FULL:
            raise UserError(
                f"strategy.form: expected {FULL:,} genes at most for full, came {genes:,}; write form: separable",
                ("strategy", "form"),
            )
        return Full if form == "full" or (form == "auto" and genes <= MOST) else Diagonal

    def ask(self, state: State) -> np.ndarray:
        """[N, G] the cloud."""
        return tried(state.centre + state.sigma * self._steps(state), self.params.bounded)

    def _matrix(self, state: State) -> Full | Diagonal:
        names = ("covariance", "axes", "lengths", "updates")
        return self._form(len(state.centre))({name: getattr(state, name) for name in names})

    def _steps(self, state: State) -> np.ndarray:
        """[N, G] y of this generation, as far as it stays in bounds."""
        steps = self._matrix(state).steps(normals(state, int(state.rows[0]), len(state.centre)))
        if self.params.bounded:
            low, high = ((bound - state.centre) / state.sigma for bound in (-1.0, 1.0))
            steps = steps.clip(low, high)
        return steps

    def _learn(self, state: State, trials: Evaluation) -> State:
        if not trials.fit:
            return state
        matrix = self._matrix(state)
        r = rates(len(trials.order), len(state.centre), isinstance(matrix, Diagonal))
        told, order = self._steps(state), trials.order
        if trials.guests:
            own = injected(trials, state.centre, state.sigma, matrix.whitened)
            told = np.concatenate([told[: -trials.guests], own])
        steps, fitness = told[order[: trials.fit]], trials.fitness[order[: trials.fit]]
        better, weights = (rank_utilities(part, fitness) for part in of_the_first(trials.fit, r.weights))
        shift, r = weighted(better, steps), r._replace(effective=1.0 / summed(better**2))
        state = replace(state, age=state.age + 1, centre=state.centre + state.sigma * shift)
        state = walked(state, r, shift, matrix)
        learnt = np.concatenate([[r.one], r.many * weights])
        matrix.learn(np.vstack([state.path, steps]), learnt, lost(state, r), 0.1 / (r.one + r.many) / len(shift))
        return self._restarted(replace(state, **matrix.arrays(), sigma=widened(state, r)))

    def _restarted(self, state: State) -> State:
        """A round cloud elsewhere, where this one can get no further."""
        if not self.params.restart or state.sigma[0] * state.lengths.max() > NARROW:
            return state
        genes = len(state.centre)
        words = draws(int(state.seed[0]), STEPS, int(state.generation[0]), genes)[:, 0]
        place = words.astype(np.float64) * 2.0**-31 - 1.0
        return replace(state, centre=place, restarts=state.restarts + 1, **self._fresh(genes))

    def metrics(self, state: State) -> dict[str, float | int]:
        """sigma: of the widest axis. axis_ratio: of it to the narrowest. restarts: so far."""
        widest = float(state.lengths.max())
        return {
            "sigma": float(state.sigma[0]) * widest, "axis_ratio": widest / float(state.lengths.min()),
            "restarts": int(state.restarts[0]),
        }  # fmt: skip


def of_the_first(fit: int, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of ranks that are numbers, [fit] each: weights of the better half, which sum to 1, and of all."""
    better = np.maximum(weights[:fit], 0.0)
    better /= summed(better)
    return better, np.where(weights[:fit] > 0, better, weights[:fit])


def walked(state: State, r: Rates, shift: np.ndarray, matrix: Full | Diagonal) -> State:
    """Both paths, one mean step [G] further: equations 43 and 45."""
    straight = (r.sigma * (2 - r.sigma) * r.effective) ** 0.5
    path_sigma = (1 - r.sigma) * state.path_sigma + straight * matrix.whitened(shift)
    moved = (r.path * (2 - r.path) * r.effective) ** 0.5 * shift
    path = (1 - r.path) * state.path
    after = replace(state, path=path, path_sigma=path_sigma)
    return replace(after, path=path + moved) if steady(after, r) else after


def steady(state: State, r: Rates) -> bool:
    """h_sigma: whether the path of sigma is not too long, so that a growing sigma does not also stretch C."""
    genes, seen = len(state.path), 1 - (1 - r.sigma) ** (2.0 * float(state.age[0]))
    return bool(summed(state.path_sigma**2) / seen / genes < 2 + 4 / (genes + 1))


def lost(state: State, r: Rates) -> float:
    """The variance that a path without its last step lacks: delta(h_sigma) c_1 of equation 47."""
    return 0.0 if steady(state, r) else r.one * r.path * (2 - r.path)


def widened(state: State, r: Rates) -> np.ndarray:
    """[1] sigma after this generation: equation 44, by a factor of e at most, its widest axis within 1e-10 and 10."""
    genes = len(state.path)
    expected = genes**0.5 * (1 - 1 / (4 * genes) + 1 / (21 * genes**2))
    length = summed(state.path_sigma**2) ** 0.5
    factor = exponential(np.array([min(1.0, r.sigma / r.damping * (length / expected - 1))]))
    least, most = 1e-10 / state.lengths.max(), 10.0 / state.lengths.max()
    return np.array([min(most, max(least, float(state.sigma[0] * factor[0])))])
