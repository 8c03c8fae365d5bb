"""Robustness: fitness of a genome on hardware whose devices are noisy, stuck, or coarse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pydantic

from alife.analysis.instruments.shared.along import actions_along
from alife.analysis.instruments.shared.base import Instrument
from alife.analysis.instruments.shared.devices import on_crossbar, quantized
from alife.analysis.instruments.shared.life import recorded
from alife.analysis.instruments.shared.matrix_form import Layer, MatrixForm, Variant, with_ideal_devices
from alife.analysis.instruments.shared.seconds import cost
from alife.analysis.instruments.shared.trials import held_out_fitness
from alife.analysis.instruments.shared.worlds import has_episodes
from alife.analysis.report.drawing import LINE, SKY, drawing, grid, svg
from alife.analysis.report.finding import Facts, Finding, NotApplicable, Picture, Table
from alife.analysis.report.subject import Measurable, Subject, as_subject
from alife.analysis.statistics import resampled_means
from alife.config import params

ENOUGH = 0.95  # of the fitness of exact weights, or share of equal actions
DRAWN = ("noise", "stuck")  # properties of devices that differ from draw to draw
Matrices = Callable[[np.ndarray, int], np.ndarray]  # weights [n, m] and number of the layer -> [D, n, m]
Sizes = tuple[pydantic.PositiveFloat, ...]
Counts = tuple[int, ...]


class Params(params.Params):
    """The grids, the number of draws, and how long each variant is tried."""

    noise: Sizes = pydantic.Field((0.02, 0.05, 0.1, 0.2, 0.4, 0.8), description="sigma of log-normal conductances")
    stuck: Sizes = pydantic.Field(
        (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1), description="shares of devices that are stuck"
    )
    levels: Counts = pydantic.Field((2, 4, 8, 16, 32, 64), description="numbers of conductances of a device")
    bits: Counts = pydantic.Field((2, 3, 4, 5, 6, 8), description="bits of whole-number weights")
    low: float = pydantic.Field(0.01, ge=0, le=0.9, description="lowest conductance; the highest is 1")
    draws: int = pydantic.Field(10, ge=10, le=1000, description="D, draws of devices for each sigma and each share")
    tolerance: float = pydantic.Field(0.1, gt=0, le=2, description="largest difference of equal actions")
    steps: int = pydantic.Field(200, ge=1, le=10**5, description="steps of the recorded life at most")
    episodes: int = pydantic.Field(8, ge=2, le=4096, description="E, held-out episodes of each variant")

    @pydantic.model_validator(mode="after")
    def _in_range(self) -> Params:
        """Rejects grids beyond what devices can have."""
        for name, low, high in (("noise", 0, 2), ("stuck", 0, 1), ("levels", 2, 1024), ("bits", 2, 24)):
            values = getattr(self, name)
            if not values or list(values) != sorted(set(values)) or values[0] < low or values[-1] > high:
                raise ValueError(f"expected {name} ascending, from {low} to {high}, got {list(values)}")
        return self


@dataclass(frozen=True)
class Curve:
    """Fitness that is left, by one property of devices.

    name: noise, stuck, levels or bits. at: [S] its values, ascending. mean: [S] fitness, or share of equal actions in a
    world without episodes. low, high: [S] 95 % percentile bootstrap interval of the mean: over draws of devices for
    noise and stuck, else over episodes. values: [S, D or 1] mean of each draw.
    """

    name: str
    at: np.ndarray
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    values: np.ndarray


@dataclass(frozen=True)
class Result:
    """Robustness of one genome.

    curves: of each property. whole: fitness with exact weights, 1 in a world without episodes. episodes: E; 0 there.
    steps: T of the recorded life.
    """

    curves: tuple[Curve, ...]
    whole: float
    episodes: int
    steps: int

    def enough(self, curve: Curve) -> np.ndarray:
        """Returns where the mean is at least F - 0.05 |F|, F that of exact weights: [S] bool."""
        reached: np.ndarray = curve.mean >= self.whole - (1 - ENOUGH) * abs(self.whole)
        return reached


class Robustness(Instrument[Params]):
    """Fitness of a genome whose weights are held by imprecise devices; in shared worlds the share of equal actions.

    Each weight and each bias of a layer is the difference of two conductances, one in a positive and one in a negative
    column. The weights are those between the switches of one layer and those of the next; switches and memory are
    exact.
    """

    order = 47
    long = True
    definition = (
        "Weights of a layer: z = E v + b as in Compressibility. Double column: G+ = low + (1 - low) max(w, 0) / m, "
        "G- = low + (1 - low) max(-w, 0) / m, m the largest |w| of the layer, biases included; w = m (G+ - G-) / (1 "
        "- low). noise: G exp(sigma z), z nearly normal, for each device; stuck: a share of devices, half of them at "
        "low, half at 1; levels: G at the nearest of L; devices are those of the brain `crossbar`. bits: w to "
        "the nearest of 2^B - 1 whole multiples, without devices, the same as 2^(B - 1) levels of exact pairs.\n"
        "MemTorch, memtorch/map/Parameter.py for the columns, memtorch/bh/nonideality for levels and faults "
        "(github.com/coreylammie/MemTorch); Liu and Zeng, memristor crossbars for in-situ learning.\n"
        "Bands: 95 % percentile bootstrap of the mean, over draws of devices for noise and stuck, over episodes for "
        "levels and bits, which draw nothing. One genome, the same episodes throughout."
    )

    def cost(self, subject: Subject) -> str:
        """Returns the number of variants or episodes, and an estimate of the time."""
        p = self.params
        variants = (len(p.noise) + len(p.stuck)) * p.draws + len(p.levels) + len(p.bits)
        return cost(subject, 1 + variants, p.episodes, p.steps, 1.25, 1.0)

    def measure(self, subject: Subject) -> Finding:
        """Returns facts and curves. Raises NotApplicable for a brain whose layers are not matrices and units."""
        result = measure(subject, self.params)
        text = TEXT + (TEXT_FITNESS if result.episodes else TEXT_ACTIONS)
        return Finding("Robustness", text, _facts(result, self.params), pictures=[_curves(result)])


TEXT = (
    "The weights of the genome are put on simulated hardware: on pairs of devices whose conductances deviate, of which "
    "some are stuck, or which know only a few levels; and as whole numbers of few bits. "
)
TEXT_FITNESS = "A curve that stays flat for long belongs to a genome that would survive such hardware."
TEXT_ACTIONS = (
    "This world has no episodes and so no fitness: it is counted in how many steps of a recorded life all actions stay "
    "the same within a tolerance."
)


def measure(subject: Measurable, params: Params | None = None) -> Result:
    """Returns what is left of a genome on imprecise hardware.

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
    settings = [(name, float(at)) for name in ("noise", "stuck", "levels", "bits") for at in getattr(p, name)]
    groups = [_variants(form.layers, name, at, p) for name, at in settings]
    variants = [variant for group in groups for variant in group]
    edit = form.edit(variants)
    if episodic:
        scores = held_out_fitness(subject, p.episodes, 1 + len(variants), edit=edit, brain=form.brain)
        scores = scores[:, np.isfinite(scores).all(axis=0)].astype(np.float64)
        if not scores.shape[1]:
            raise NotApplicable("in none of its held-out episodes is fitness finite")
    else:
        actions = actions_along(subject, life, 1 + len(variants), edit, brain=form.brain)
        scores = (np.abs(actions - actions[0]) <= p.tolerance).all(axis=2).astype(np.float64)
    ends = np.cumsum([1, *map(len, groups)])
    parts = [scores[first:end] for first, end in zip(ends[:-1], ends[1:], strict=True)]
    curves = tuple(_curve(name, settings, parts, episodic) for name in dict.fromkeys(name for name, _ in settings))
    return Result(curves, float(scores[0].mean()), scores.shape[1] if episodic else 0, len(life))


def _variants(layers: tuple[Layer, ...], name: str, at: float, p: Params) -> list[Variant]:
    """Returns the weights of all layers for each draw of devices; a single one where nothing is drawn."""
    draws = p.draws if name in DRAWN else 1
    held = []
    for number, layer in enumerate(layers):
        rows = np.concatenate([layer.weights, layer.bias[:, None]], axis=1)
        if name == "bits":
            held.append(quantized(rows, int(at))[None])
        else:
            value = int(at) if name == "levels" else at
            held.append(on_crossbar(rows, draws, number * draws, low=p.low, **{name: value}))
    return [[(rows[draw, :, :-1], rows[draw, :, -1]) for rows in held] for draw in range(draws)]


def _curve(name: str, settings: list[tuple[str, float]], parts: list[np.ndarray], episodic: bool) -> Curve:
    """Returns the curve of one property. parts: scores [D, E or T] of each setting."""
    chosen = [(at, part) for (which, at), part in zip(settings, parts, strict=True) if which == name]
    values = np.array([part.mean(axis=1) for _, part in chosen])
    mean = values.mean(axis=1)
    low, high = mean.copy(), mean.copy()
    samples = values if name in DRAWN else np.array([part[0] for _, part in chosen])
    if name in DRAWN or episodic:  # steps of one life are no independent samples
        low, high = np.percentile(resampled_means(samples), [2.5, 97.5], axis=0)
    return Curve(name, np.array([at for at, _ in chosen]), mean, low, high, values)


LABELS = {
    "noise": "conductance noise, sigma",
    "stuck": "share of devices that are stuck",
    "levels": "levels of a device",
    "bits": "bits of a weight",
}


def _facts(result: Result, p: Params) -> Facts:
    facts: Facts = {}
    for curve in result.curves:
        reached = result.enough(curve)
        order = reached if curve.name in DRAWN else reached[::-1]
        count = int(np.cumprod(order).sum())
        at = curve.at if curve.name in DRAWN else curve.at[::-1]
        best = f"{at[count - 1]:g}" if count else None
        if curve.name in DRAWN:
            facts[f"{LABELS[curve.name]}, tolerated"] = f"up to {best}" if best else f"below {at[0]:g}"
        else:
            facts[f"{LABELS[curve.name]}, needed"] = best or f"above {at[0]:g}"
    if result.episodes:
        facts["fitness, exact weights"] = f"{result.whole:.3g} ({result.episodes} episodes)"
    else:
        facts["equal actions"] = f"within {p.tolerance:g}, {result.steps} steps"
    facts["draws of devices"] = p.draws
    return facts


def _curves(result: Result) -> Picture:
    what = "fitness" if result.episodes else "share of equal actions"
    count = len(result.curves)
    with drawing(*grid(count), 2.3 * grid(count)[0]) as (figure, axes):
        for axis, curve in zip(axes, result.curves, strict=False):
            if curve.name in DRAWN:
                for k, values in enumerate(curve.values):
                    axis.plot(np.full(len(values), k), values, "_", color=SKY, ms=7, alpha=0.35)
            places = np.arange(len(curve.at))
            axis.plot(places, curve.mean, "o-", color=SKY, ms=4, lw=1.5)
            axis.fill_between(places, curve.low, curve.high, color=SKY, alpha=0.2, lw=0)
            axis.axhline(result.whole, color=LINE, lw=1, zorder=0)
            axis.set_xticks(places, [f"{at:g}" for at in curve.at])
            axis.set(title=what, xlabel=LABELS[curve.name])
        columns = ("property", "value", what, "low 95 %", "high 95 %", "draws")
        rows = tuple(
            (LABELS[curve.name], float(at), float(mean), float(low), float(high), curve.values.shape[1])
            for curve in result.curves
            for at, mean, low, high in zip(curve.at, curve.mean, curve.low, curve.high, strict=True)
        )
        caption = "Fitness that is left" if result.episodes else "Equal actions that are left"
        caption += (
            " on imprecise devices; gray: exact weights. Ticks: draws of devices. Bands: the interval of the mean, "
        )
        caption += "over draws for noise and stuck devices"
        caption += ", over episodes for levels and bits." if result.episodes else "; levels and bits draw nothing."
        return Picture(caption, svg(figure), Table("Numbers", columns, rows))
