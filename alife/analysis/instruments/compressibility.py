"""Compressibility: how few samples of its weights suffice for a genome to act as before, and to do as well."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pydantic

from alife.analysis.instruments.shared.along import actions_along
from alife.analysis.instruments.shared.base import Instrument
from alife.analysis.instruments.shared.life import recorded
from alife.analysis.instruments.shared.matrix_form import Layer, MatrixForm, Variant, with_ideal_devices
from alife.analysis.instruments.shared.paired import paired
from alife.analysis.instruments.shared.seconds import cost
from alife.analysis.instruments.shared.sparse_rows import pruned, sampled
from alife.analysis.instruments.shared.trials import held_out_fitness
from alife.analysis.instruments.shared.worlds import has_episodes
from alife.analysis.report.drawing import COLORS, LINE, drawing, svg
from alife.analysis.report.finding import Facts, Finding, Picture, Table
from alife.analysis.report.subject import Measurable, Subject, as_subject
from alife.config import params

METHODS = ("sampled", "magnitude", "random")
ENOUGH = 0.95  # share of equal actions at N95


class Params(params.Params):
    """The grid of samples, the number of draws, and how long each variant is tried."""

    most: int = pydantic.Field(1024, ge=1, le=2048, description="largest N; the grid is 1, 2, 4, .. up to it")
    draws: int = pydantic.Field(3, ge=1, le=100, description="draws of samples for each N")
    tolerance: float = pydantic.Field(
        0.1, gt=0, le=2, description="largest difference of equal actions, whose range is 2, in every one of them"
    )
    steps: int = pydantic.Field(200, ge=1, le=10**5, description="steps of the recorded life at most")
    episodes: int = pydantic.Field(8, ge=2, le=4096, description="E, held-out episodes of each variant")


@dataclass(frozen=True)
class Result:
    """Equal actions and fitness by method and number of samples; methods M = 3 in the order of `METHODS`.

    samples: [S] N of each neuron. nonzero: [S] share of the weights that are not 0, of those that are not in the
    genome's matrices. same: [M, S] share of steps whose actions are equal within the tolerance. signs: [M, S] share
    with the same signs. fitness: [M, S] mean over draws and episodes; low, high: its 95 % interval over episodes, of
    the difference from the unchanged genome; NaN in a world without episodes. whole: fitness of the unchanged genome.
    episodes: E, 0 there. steps: T of the life.
    """

    samples: np.ndarray
    nonzero: np.ndarray
    same: np.ndarray
    signs: np.ndarray
    fitness: np.ndarray
    low: np.ndarray
    high: np.ndarray
    whole: float
    episodes: int
    steps: int

    def sufficient(self, reached: np.ndarray) -> int | None:
        """Returns the smallest N from which on `reached`, [S] bool, holds; None if it never does."""
        fails = np.flatnonzero(~reached)
        first = int(fails[-1]) + 1 if len(fails) else 0
        return int(self.samples[first]) if first < len(self.samples) else None


class Compressibility(Instrument[Params]):
    """Actions and fitness of a genome whose layers keep N samples of the weights of each neuron.

    The weights are those between the switches of one layer and those of the next, whatever the genes: the matrix of the
    layer, which may be a fixed transform, times the slopes of the units before it. Biases are kept. Beside the samples
    stand the largest weights, and weights at random, in the same number for each neuron.
    """

    order = 46
    long = True
    definition = (
        "Weights of a layer: z = E v + b, E = [A diag(s), A diag(t), A], v = [max(z', 0), min(z', 0), inputs added "
        "between the layers], z' the sums before the units of the layer below, s and t their slopes above and below "
        "zero, A the matrix of the layer; for the first layer E = A.\n"
        "Row of E, weights w: S = sum |w|, N samples at i + u (systematic, u uniform), c_j of them in weight j's part "
        "of the running sum of |w| N / S; sign(w_j) c_j S / N stands for w_j. Inputs are permuted first. Mordido, Van "
        "Keirsbilck, Keller: Instant quantization of neural networks using Monte Carlo methods (arXiv 1905.12253); "
        "Douc, Cappe, Moulines: Comparison of resampling schemes for particle filtering (ISPA 2005).\n"
        "magnitude and random keep as many weights of a row as the samples hit, as they are; ties are broken at "
        "random.\n"
        "Equal actions: at a step of the recorded life, from its state, every action clipped to -1..1 differs by at "
        "most `tolerance`. N95: the smallest N from which on at least 95 % of steps are equal. Fitness is enough from "
        "the N on from which it is at least F - 0.05 |F|, F that of the unchanged genome in the same episodes."
    )

    def cost(self, subject: Subject) -> str:
        """Returns the number of variants or episodes, and an estimate of the time."""
        variants = len(_grid(self.params)) * self.params.draws * len(METHODS)
        return cost(subject, 1 + variants, self.params.episodes, self.params.steps, 1.25, 1.7)

    def measure(self, subject: Subject) -> Finding:
        """Returns facts and curves. Raises NotApplicable for a brain whose layers are not matrices and units."""
        result = measure(subject, self.params)
        text = TEXT + ("" if result.episodes else " This world has no episodes and so no fitness.")
        return Finding("Compressibility", text, _facts(result, self.params), pictures=[_curves(result)])


TEXT = (
    "Each neuron keeps only N samples of its weights: a weight is hit the more often, the larger it is, and counts as "
    "often as it is hit. If few samples give the same actions, the genome is robust and could run on little hardware. "
    "Keeping the largest weights, or weights at random, in the same number shows what the sampling is worth. The "
    "weights are those between the switches of one layer and those of the next, slopes times transform or matrix; a "
    "unit with two slopes is two inputs there."
)


def measure(subject: Measurable, params: Params | None = None) -> Result:
    """Returns actions and fitness by the number of samples.

    Args:
        subject: a genome with its world.
        params: by default those of `Params`.

    Raises:
        NotApplicable: no genome, agents that meet in arenas, or layers that are not matrices and units.
        ExternalError: code of others fails.
    """
    subject = as_subject(subject)
    p = params or Params()
    episodic, subject = has_episodes(subject), with_ideal_devices(subject)
    assert subject.genome is not None and subject.brain is not None
    life = recorded(subject, p.steps)
    form = MatrixForm(subject.brain, subject.genome.params, life.observations, life.states)
    grid = _grid(p)
    variants = [
        _variant(form.layers, samples, method, draw)
        for samples in grid
        for method in METHODS
        for draw in range(p.draws)
    ]
    shape = (len(grid), len(METHODS), p.draws)
    edit = form.edit(variants)
    actions = actions_along(subject, life, 1 + len(variants), edit, brain=form.brain)
    near = np.abs(actions[1:] - actions[0]) <= p.tolerance
    signs = (actions[1:] > 0) == (actions[0] > 0)
    same, signed = (equal.all(axis=2).mean(axis=1).reshape(shape).mean(axis=2).T for equal in (near, signs))
    own = [(layer.weights, layer.bias) for layer in form.layers]
    counts = np.array([_count(form.layers, variant) for variant in variants]).reshape(shape)[:, 0]
    nonzero = counts.mean(axis=1) / _count(form.layers, own)
    fitness, low, high = np.full((3, len(METHODS), len(grid)), np.nan)
    whole, episodes = float("nan"), 0
    if episodic:
        scores = held_out_fitness(subject, p.episodes, 1 + len(variants), edit=edit, brain=form.brain)
        means = scores[1:].reshape(*shape, p.episodes).mean(axis=2).reshape(-1, p.episodes)
        found = paired(means, scores[0])
        whole, episodes = float(scores[0].mean()), found.episodes
        fitness, low, high = (whole + part.reshape(shape[:2]).T for part in (found.mean, found.low, found.high))
    return Result(np.array(grid), nonzero, same, signed, fitness, low, high, whole, episodes, len(life))


def _grid(p: Params) -> list[int]:
    return [2**k for k in range(p.most.bit_length())]


def _variant(layers: tuple[Layer, ...], samples: int, method: str, draw: int) -> Variant:
    """Returns the weights of each layer that a method keeps at N samples."""
    return [(_thinned(layer.weights, samples, method, [draw, k]), layer.bias) for k, layer in enumerate(layers)]


def _count(layers: tuple[Layer, ...], variant: Variant) -> int:
    """Returns the number of weights that are not 0 in rows in use."""
    pairs = zip(layers, variant, strict=True)
    return sum(int(np.count_nonzero(weights[: layer.used])) for layer, (weights, _) in pairs)


def _thinned(weights: np.ndarray, samples: int, method: str, seed: list[int]) -> np.ndarray:
    rng, (n, m) = np.random.default_rng(seed), weights.shape
    offsets: np.ndarray = rng.random((n,))
    found = sampled(weights, samples, offsets, rng.permutation(m))
    if method == "sampled":
        return found
    noise = rng.random((n, m))
    sizes = np.abs(weights) / max(float(np.abs(weights).max()), 1e-30)
    ranks = np.round(sizes, 5) + 1e-6 * noise if method == "magnitude" else noise
    return pruned(weights, np.count_nonzero(found, axis=1), ranks)


def _facts(result: Result, p: Params) -> Facts:
    facts: Facts = {}
    for method, same in zip(METHODS, result.same, strict=True):
        found = result.sufficient(same >= ENOUGH)
        facts[f"N95, {method}"] = _share(result, found)
    facts["N95 of signs, sampled"] = _share(result, result.sufficient(result.signs[0] >= ENOUGH))
    if result.episodes:
        enough = result.fitness >= result.whole - (1 - ENOUGH) * abs(result.whole)
        for method, reached in zip(METHODS, enough, strict=True):
            facts[f"N enough for fitness, {method}"] = _share(result, result.sufficient(reached))
        facts["fitness, unchanged"] = f"{result.whole:.3g} ({result.episodes} episodes)"
    facts["equal actions"] = f"within {p.tolerance:g}, {result.steps} steps, {p.draws} draws"
    return facts


def _share(result: Result, samples: int | None) -> str:
    if samples is None:
        return f"above {result.samples[-1]}"
    return f"{samples} ({result.nonzero[list(result.samples).index(samples)]:.0%} of weights)"


def _curves(result: Result) -> Picture:
    with drawing(1, 2 if result.episodes else 1, 2.9) as (figure, axes):
        for k, (method, same) in enumerate(zip(METHODS, result.same, strict=True)):
            axes[0].plot(result.samples, same, "o-", color=COLORS[k], ms=3.5, lw=1.5, label=method)
        axes[0].plot(result.samples, result.signs[0], ":", color=COLORS[0], lw=1.5, label="sampled, same signs")
        axes[0].axhline(ENOUGH, color=LINE, lw=1, zorder=0)
        axes[0].set(title="share of equal actions", ylim=(-0.03, 1.03))
        if result.episodes:
            for k, method in enumerate(METHODS):
                axes[1].plot(result.samples, result.fitness[k], "o-", color=COLORS[k], ms=3.5, lw=1.5, label=method)
                axes[1].fill_between(result.samples, result.low[k], result.high[k], color=COLORS[k], alpha=0.15, lw=0)
            axes[1].axhline(result.whole, color=LINE, lw=1, zorder=0)
            axes[1].set(title="fitness in held-out episodes")
        for axis in axes:
            axis.set_xscale("log", base=2)
            axis.set_xticks(result.samples, [str(n) for n in result.samples])
            axis.set_xlabel("N, samples of a neuron")
        axes[0].legend(fontsize=7)
        columns = ("N", "method", "weights not 0", "equal actions", "equal signs", "fitness", "low 95 %", "high 95 %")
        rows = [
            (int(n), method, float(result.nonzero[s]), *(float(part[k, s]) for part in _parts(result)))
            for s, n in enumerate(result.samples)
            for k, method in enumerate(METHODS)
        ]
        caption = "Equal actions and fitness" if result.episodes else "Equal actions"
        caption += " by samples of a neuron, and by as many weights kept by size or at random"
        bands = "; bands are intervals over episodes of the difference from the unchanged genome (gray line)."
        caption += bands if result.episodes else "; gray: 95 %."
        return Picture(caption, svg(figure), Table("Numbers", columns, tuple(rows)))


def _parts(result: Result) -> tuple[np.ndarray, ...]:
    return result.same, result.signs, result.fitness, result.low, result.high
