"""CMA-ES: a normal search distribution whose mean, width and shape follow the better half. Maximizes fitness by rank.

Genomes are m + sigma y, y ~ N(0, C). m moves to the weighted mean of the better half; C learns from their steps, from
the path of m and, in the full form, away from the steps of the worse half; sigma grows while steps of m keep their
direction. Hansen, "The CMA evolution strategy: a tutorial", arXiv:1604.00772, equations 38-58 and Appendix A.

form `full`: C aligns with a narrow valley along no axis; memory and time grow with G^2, and every
few generations with G^3. `separable`: a diagonal C, which learns (G + 2) / 3 times as fast: Ros and Hansen, "A simple
modification in CMA-ES achieving linear time and space complexity", PPSN X 2008. `auto` is full up to 256 genes.

Genomes are clipped into [-1, 1] if `bounded`, and the clipped step is learned from: m stays within the bounds, and
sigma does not grow along the plateau beyond them. A distribution narrower than the spacing of float32 genes restarts
from a random mean in [-1, 1] with the first sigma (`restart`); the population keeps the run's size. With `descent` it
also restarts after that number of generations: where a descent ends near a solution with probability p, and else near a
worse optimum, which no further generation leaves, k short ones find one with probability 1 - (1 - p)^k. Luke, "When
short runs beat long runs", GECCO 2001. The mean of each descent is a candidate for the champion of the run. With
`alternate` the descents without and with memories follow each other: genes of memories cost a task that needs none, and
a task that needs them fails without.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal, NamedTuple, final

import numpy as np
import pydantic

from alife.config import params
from alife.errors import UserError
from alife.evolution.shared.base import Evaluation, GenerationalStrategy, StrategyState, initial_fields
from alife.evolution.shared.covariance import Covariance, DiagonalCovariance, FullCovariance, part_of, put_back
from alife.evolution.shared.gaussian import as_genomes, injected_steps, standard_normals
from alife.evolution.shared.numerics import draws, exponential, logarithm, ordered_sum, rank_utilities, weighted_sum
from alife.evolution.shared.structural import BrainGenes
from alife.laws.random import STEPS
from alife.laws.saved_arrays import saved
from alife.world import Metric


class Params(params.Params):
    """Form, first width and bounds of the search distribution."""

    form: Literal["auto", "full", "separable"] = pydantic.Field(
        "auto", description="full covariance matrix, or one variance per gene; auto: full up to 256 genes"
    )
    sigma: float = pydantic.Field(
        0.3, gt=0, le=10, description="standard deviation of every gene at first, in units of a gene"
    )
    restart: bool = pydantic.Field(True, description="restart from a random mean once the distribution has converged")
    descent: int | None = pydantic.Field(
        None, ge=1, le=10**9, description="generations after which it restarts anyway; null: it goes on"
    )
    alternate: bool = pydantic.Field(
        False,
        description="the first of every two descents leaves out memories: their genes are 0; of brains with memories "
        "and input_gains",
    )
    bounded: bool = pydantic.Field(True, description="clip the evaluated genomes into [-1, 1]")


AUTO_FULL_GENES = 256  # largest G of the full form under `auto`: its axes take some 50 ms, those of 1,024 genes 2 s
MAX_FULL_GENES = 4096  # largest G of the full form: its two matrices take 256 MiB there
DISTRIBUTION = ("centre", "path", "path_sigma", "covariance", "axes", "lengths")  # fields with values of genes
CONVERGED = 1e-7  # standard deviation of the widest axis: half the spacing of float32 numbers near 1


@dataclass(frozen=True)
class State(StrategyState):
    """centre: [G] float64 mean m. sigma: [1] float64. path, path_sigma: [G] float64 evolution paths p_c and p_sigma.

    covariance, axes, lengths, updates: see alife.evolution.shared.covariance. rows: [1] int64 population size. age:
    [1] int64 generations since the last start. restarts: [1] int64 number of restarts so far.
    """

    centre: np.ndarray = saved()
    sigma: np.ndarray = saved(low=0)
    path: np.ndarray = saved()
    path_sigma: np.ndarray = saved()
    covariance: np.ndarray = saved()
    axes: np.ndarray = saved()
    lengths: np.ndarray = saved(low=0)
    updates: np.ndarray = saved(low=0)
    rows: np.ndarray = saved(constant=True)
    age: np.ndarray = saved(low=0)
    restarts: np.ndarray = saved(low=0)


class Constants(NamedTuple):
    """Constants of the tutorial, Table 1, under its names. weights: [N] of ranks, best first; the positive sum to 1."""

    weights: np.ndarray
    mu_eff: float  # 1 / sum(w^2) of the positive weights
    c_c: float
    c_sigma: float
    d_sigma: float
    c_1: float
    c_mu: float


@lru_cache(maxsize=8)
def constants(count: int, genes: int, separable: bool) -> Constants:
    """Returns the constants for `count` genomes of `genes` genes."""
    raw = logarithm(np.array([(count + 1) / 2])) - logarithm(np.arange(1, count + 1))
    better, worse = np.maximum(raw, 0.0), np.minimum(raw, 0.0)
    better /= ordered_sum(better)
    mu_eff, mu_eff_worse = 1.0 / ordered_sum(better**2), ordered_sum(worse) ** 2 / ordered_sum(worse**2)
    faster = (genes + 2) / 3 if separable else 1.0
    c_1 = min(1.0, faster * 2 / ((genes + 1.3) ** 2 + mu_eff))  # equation 57
    c_mu = min(1 - c_1, faster * 2 * (0.25 + mu_eff + 1 / mu_eff - 2) / ((genes + 2) ** 2 + mu_eff))  # equation 58
    least = min(1 + c_1 / c_mu, 1 + 2 * mu_eff_worse / (mu_eff + 2), (1 - c_1 - c_mu) / (genes * c_mu))  # 50-52
    weights = better + (0.0 if separable else least) * worse / -ordered_sum(worse)
    c_c = (4 + mu_eff / genes) / (genes + 4 + 2 * mu_eff / genes)
    c_sigma = (mu_eff + 2) / (genes + mu_eff + 5)
    d_sigma = 1 + 2 * max(0.0, math.sqrt((mu_eff - 1) / (genes + 1)) - 1) + c_sigma
    return Constants(weights, mu_eff, c_c, c_sigma, d_sigma, c_1, c_mu)


def valid_weights(num_valid: int, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns the weights of the first `num_valid` ranks, [num_valid] each: the positive alone, which sum to 1; all."""
    better = np.maximum(weights[:num_valid], 0.0)
    better /= ordered_sum(better)
    return better, np.where(weights[:num_valid] > 0, better, weights[:num_valid])


def advance_paths(state: State, c: Constants, shift: np.ndarray, covariance: Covariance) -> State:
    """Adds the mean step [G] to both evolution paths: equations 43 and 45."""
    straight = math.sqrt(c.c_sigma * (2 - c.c_sigma) * c.mu_eff)
    path_sigma = (1 - c.c_sigma) * state.path_sigma + straight * covariance.whiten(shift)
    moved = math.sqrt(c.c_c * (2 - c.c_c) * c.mu_eff) * shift
    path = (1 - c.c_c) * state.path
    after = replace(state, path=path, path_sigma=path_sigma)
    return replace(after, path=path + moved) if h_sigma(after, c) else after


def h_sigma(state: State, c: Constants) -> bool:
    """Returns False while p_sigma is so long that its steps would stretch C in addition to sigma: below equation 45."""
    genes, seen = len(state.path), 1 - (1 - c.c_sigma) ** (2.0 * float(state.age[0]))
    return bool(ordered_sum(state.path_sigma**2) / seen / genes < 2 + 4 / (genes + 1))


def missing_variance(state: State, c: Constants) -> float:
    """Returns the variance that p_c lacks where it was stalled: delta(h_sigma) c_1 of equation 47."""
    return 0.0 if h_sigma(state, c) else c.c_1 * c.c_c * (2 - c.c_c)


def adapt_sigma(state: State, c: Constants) -> np.ndarray:
    """Returns [1] sigma after this generation: equation 44.

    It grows at most by a factor of e, and the standard deviation of its widest axis stays within 1e-10 and 10.
    """
    genes = len(state.path)
    expected = math.sqrt(genes) * (1 - 1 / (4 * genes) + 1 / (21 * genes**2))
    length = math.sqrt(ordered_sum(state.path_sigma**2))
    factor = exponential(np.array([min(1.0, c.c_sigma / c.d_sigma * (length / expected - 1))]))
    least, most = 1e-10 / state.lengths.max(), 10.0 / state.lengths.max()
    return np.array([min(most, max(least, float(state.sigma[0] * factor[0])))])


@final
class Cmaes(GenerationalStrategy[Params, State]):
    """A search distribution that learns its shape."""

    columns = (
        Metric("sigma", "", "standard deviation along the widest axis, in units of a gene"),
        Metric("axis_ratio", "", "standard deviation along the widest axis over that along the narrowest"),
        Metric("restarts", "", "number of restarts so far"),
    )

    def init(self, seed: int, genomes: np.ndarray) -> State:
        """Returns the state before the first generation, its mean that of genomes [N, G].

        Raises:
            UserError: fewer than 2 genomes, or too many genes for the full form.
        """
        if len(genomes) < 2:
            raise UserError(
                "run.capacity: expected at least 2 genomes for strategy cmaes, got 1; write capacity: 16",
                ("run", "capacity"),
            )
        return State(
            **initial_fields(seed, genomes),
            centre=weighted_sum(np.full(len(genomes), 1.0 / len(genomes)), genomes),
            rows=np.array([len(genomes)], np.int64),
            restarts=np.zeros(1, np.int64),
            **self._start(genomes.shape[1]),
        )

    def ask(self, state: State) -> np.ndarray:
        """Returns [N, G] float32 samples."""
        part = self._part(state)
        return self._genomes(state, part.centre + part.sigma * self._steps(part))

    def metrics(self, state: State) -> dict[str, float | int]:
        """Returns a value for each of `columns`."""
        lengths = self._part(state).lengths
        widest = float(lengths.max())
        return {
            "sigma": float(state.sigma[0]) * widest, "axis_ratio": widest / float(lengths.min()),
            "restarts": int(state.restarts[0]),
        }  # fmt: skip

    def center(self, state: State) -> np.ndarray:
        """Returns the mean as a genome: [G] float32."""
        mean: np.ndarray = self._genomes(state, self._part(state).centre[None])[0]
        return mean

    def _tell(self, state: State, evaluation: Evaluation) -> State:
        num_valid, order = evaluation.num_valid, evaluation.order
        if not num_valid:
            return state
        whole, state = state, self._part(state)
        covariance = self._covariance(state)
        c = constants(len(order), len(state.centre), isinstance(covariance, DiagonalCovariance))
        steps = self._steps(state)
        if evaluation.num_injected:
            injected = injected_steps(evaluation, state.centre, state.sigma, covariance.whiten, self._varied(whole))
            steps = np.concatenate([steps[: -evaluation.num_injected], injected])
        steps, fitness = steps[order[:num_valid]], evaluation.fitness[order[:num_valid]]
        better, weights = (rank_utilities(part, fitness) for part in valid_weights(num_valid, c.weights))
        shift, c = weighted_sum(better, steps), c._replace(mu_eff=1.0 / ordered_sum(better**2))
        state = replace(state, age=state.age + 1, centre=state.centre + state.sigma * shift)
        state = advance_paths(state, c, shift, covariance)
        learned, rates = np.vstack([state.path, steps]), np.concatenate([[c.c_1], c.c_mu * weights])
        covariance.adapt(learned, rates, missing_variance(state, c), 0.1 / (c.c_1 + c.c_mu) / len(shift))
        after = replace(state, **covariance.arrays(), sigma=adapt_sigma(state, c))
        return self._restart(self._whole(whole, after))

    def last_center(self, before: State, after: State) -> np.ndarray | None:
        """Returns the mean that a descent ended with, if it just did: [G] float32."""
        return self.center(before) if after.restarts[0] > before.restarts[0] else None

    def _restart(self, state: State) -> State:
        """Replaces a distribution that has converged, or whose time is over, by a round one around a random mean."""
        converged = self.params.restart and state.sigma[0] * self._part(state).lengths.max() <= CONVERGED
        if not converged and (self.params.descent is None or state.age[0] < self.params.descent):
            return state
        genes = len(state.centre)
        words = draws(int(state.seed[0]), STEPS, int(state.generation[0]), genes)[:, 0]
        mean = words.astype(np.float64) * 2.0**-31 - 1.0
        return replace(state, centre=mean, restarts=state.restarts + 1, **self._start(genes))

    def memory_genes_for(self, brain: BrainGenes) -> np.ndarray | None:
        """Returns which genes [G] bool memories use, or None if no descent leaves them out."""
        return brain.memory_genes if self.params.alternate else None

    def _varied(self, state: State) -> np.ndarray:
        """Returns the genes [G] bool that this descent varies; the others are 0."""
        if self.memory_genes is None or state.restarts[0] % 2:
            return np.ones(len(state.centre), bool)
        varied: np.ndarray = ~self.memory_genes
        return varied

    def _part(self, state: State) -> State:
        """Returns the state with the distribution of the genes that vary alone."""
        genes = self._varied(state)
        if genes.all():
            return state
        return replace(state, **{name: part_of(getattr(state, name), genes) for name in DISTRIBUTION})

    def _whole(self, state: State, part: State) -> State:
        """Returns `part` with the distribution of the genes that do not vary as in `state`."""
        genes = self._varied(state)
        if genes.all():
            return part
        fields = {name: put_back(getattr(state, name), getattr(part, name), genes) for name in DISTRIBUTION}
        return replace(part, **fields)

    def _genomes(self, state: State, samples: np.ndarray) -> np.ndarray:
        """Returns samples [N, V] of the genes that vary as genomes [N, G] float32."""
        genes = self._varied(state)
        genomes = np.zeros((len(samples), len(genes)), np.float32)
        genomes[:, genes] = as_genomes(samples, self.params.bounded)
        return genomes

    def _start(self, genes: int) -> dict[str, np.ndarray]:
        """Returns the fields of a round distribution that has learned nothing."""
        paths = {"path": np.zeros(genes), "path_sigma": np.zeros(genes), "age": np.zeros(1, np.int64)}
        return {"sigma": np.array([self.params.sigma]), **paths, **self._form(genes).initial(genes)}

    def _form(self, genes: int) -> type[Covariance]:
        form = self.params.form
        if form == "full" and genes > MAX_FULL_GENES:
            raise UserError(
                f"strategy.form: expected at most {MAX_FULL_GENES:,} genes for full, got {genes:,}; "
                "write form: separable",
                ("strategy", "form"),
            )
        return FullCovariance if form == "full" or (form == "auto" and genes <= AUTO_FULL_GENES) else DiagonalCovariance

    def _covariance(self, state: State) -> Covariance:
        names = ("covariance", "axes", "lengths", "updates")
        form = DiagonalCovariance if state.covariance.ndim == 1 else FullCovariance
        return form({name: getattr(state, name) for name in names})

    def _steps(self, state: State) -> np.ndarray:
        """Returns the steps y of this generation, [N, G] float64, clipped to the bounds if bounded."""
        noise = np.asarray(standard_normals(state, int(state.rows[0]), len(state.centre)))
        steps = self._covariance(state).steps(noise)
        if self.params.bounded:
            low, high = ((bound - state.centre) / state.sigma for bound in (-1.0, 1.0))
            steps = steps.clip(low, high)
        return steps
