"""Redundancy of activity: the variance of a layer's covariance eigenvalues (VECA) and its participation ratio."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pydantic

from alife.analysis.instruments.shared.activity import lived
from alife.analysis.instruments.shared.base import Instrument
from alife.analysis.report.drawing import COLORS, drawing, svg
from alife.analysis.report.finding import Facts, Finding, NotApplicable, Picture, Table
from alife.analysis.report.subject import Measurable, Subject, as_subject
from alife.config import params

FEW = 10  # steps for each unit; with fewer the covariance is that of the sample rather than of the brain

SHOWN = 8  # components in the figure at least; more until each layer has almost all of its variance
ALMOST_ALL = 0.99


class Params(params.Params):
    """Length of the recorded life."""

    steps: int = pydantic.Field(400, ge=2, le=100_000, description="steps of an episode, or of the life, at most")
    episodes: int = pydantic.Field(8, ge=1, le=1000, description="episodes, in a world of episodes")


@dataclass(frozen=True)
class Result:
    """Redundancy of each of L layers along a life of T steps.

    Ge et al., "VECA: a method for detecting overfitting in neural networks", AAAI 34:13791, 2020: VECA of the last
    hidden layer. The participation ratio is (sum of eigenvalues)^2 / (sum of their squares).

    Attributes:
        layers: names of the layers, L.
        steps: T.
        units: [L] n, units of each layer.
        veca: [L] variance of the eigenvalues of the covariance of activity, in activity^4.
        participation: [L] effective number of dimensions, 1 to n; NaN for a layer that never changes.
        redundancy: [L] n / participation - 1, from 0, without unit: VECA over the squared mean eigenvalue.
        unequal: [L] part of `redundancy` that unequal variances of units explain.
        correlated: [L] part of it that correlations between units explain: the rest.
        vovu: [L] variance over units of each unit's variance, in activity^4.
        spectra: L arrays [n], eigenvalues as shares of their sum, descending; NaN for a layer that never changes.
    """

    layers: tuple[str, ...]
    steps: int
    units: np.ndarray
    veca: np.ndarray
    participation: np.ndarray
    redundancy: np.ndarray
    unequal: np.ndarray
    correlated: np.ndarray
    vovu: np.ndarray
    spectra: tuple[np.ndarray, ...]


def redundancy(activity: np.ndarray) -> dict[str, float]:
    """Returns the figures of one layer by their names in `Result`; no eigenvalue is computed.

    For the covariance C of n units: VECA = ||C||_F^2 / n - (tr C / n)^2, since the squared Frobenius norm is the sum of
    squared eigenvalues; the squares on its diagonal give VOVU, those beside it what correlations add.

    Args:
        activity: [T, n], T at least 2.
    """
    centered = activity - activity.mean(axis=0)
    covariance = centered.T @ centered / (len(activity) - 1)
    variances = np.diag(covariance)
    count, mean = len(variances), float(variances.mean())
    squares, own = float(np.sum(covariance**2)), float(np.sum(variances**2))
    vovu, pairs = max(own / count - mean**2, 0.0), (squares - own) / count
    scale = mean**2 if mean > 0 else float("nan")
    return {
        "veca": vovu + pairs,
        "participation": count * count * mean**2 / squares if mean > 0 else float("nan"),
        "redundancy": (vovu + pairs) / scale,
        "unequal": vovu / scale,
        "correlated": pairs / scale,
        "vovu": vovu,
    }


def measure(subject: Measurable, params: Params | None = None) -> Result:
    """Measures the redundancy of each hidden layer along a recorded life.

    Args:
        subject: a genome with the configuration it evolved with.
        params: length of the life; None: the defaults.

    Raises:
        NotApplicable: no life can be recorded, it has one step, or the brain notes no layers.
    """
    subject = as_subject(subject)
    params = params or Params()
    record = lived(subject, params.steps, params.episodes)
    steps = len(record.life)
    if steps < 2:
        raise NotApplicable("its life has one step, and a variance needs two; raise veca.episodes")
    found = [redundancy(activity) for activity in record.layers.values()]
    columns = {name: np.array([one[name] for one in found]) for name in found[0]}
    units = np.array([activity.shape[1] for activity in record.layers.values()])
    spectra = tuple(_spectrum(activity) for activity in record.layers.values())
    return Result(tuple(record.layers), steps, units, **columns, spectra=spectra)


def _spectrum(activity: np.ndarray) -> np.ndarray:
    """Returns the eigenvalues of the covariance of activity [T, n] as shares of their sum: [n], descending."""
    values = np.linalg.svd(activity - activity.mean(axis=0), compute_uv=False) ** 2
    shares = np.zeros(activity.shape[1])
    shares[: len(values)] = values
    total = shares.sum()
    return shares / total if total > 0 else np.full(len(shares), np.nan)


class Veca(Instrument[Params]):
    """Effective dimensions of each layer's activity, and how much of its variance is redundant."""

    order = 44
    definition = (
        "C: covariance [n, n] of the outputs of a layer's n units over the steps of a life. VECA = ||C||_F^2 / n - "
        "(tr C / n)^2, the variance of its eigenvalues. Participation ratio PR = (tr C)^2 / ||C||_F^2. VOVU: variance "
        "over units of C_ii. Redundancy n / PR - 1 = VECA / (tr C / n)^2 has no scale.\n"
        "Ge et al., VECA: a method for detecting overfitting in neural networks, AAAI 34:13791 (2020), for the last "
        "hidden layer. They report that VECA grows with test loss in networks trained by gradients; for evolved "
        "brains that is not known."
    )

    def measure(self, subject: Subject) -> Finding | None:
        """Returns the figures of each layer and their spectra.

        Raises:
            NotApplicable: as the function `measure`.
        """
        result = measure(subject, self.params)
        text = (
            "Units that vary together, or some of which vary much more than the others, use fewer dimensions than "
            "there are units. The participation ratio counts the dimensions in use: 1 if all units move as one, the "
            "number of units if they vary equally and independently. Redundancy is 0 in the latter case, and is the "
            "sum of what unequal variances and what correlations between units add."
        )
        if result.steps < FEW * result.units.max():
            text += (
                f" The life has {result.steps} steps for {result.units.max()} units, so few that the ratios are below "
                "those of a longer life."
            )
        return Finding("Redundancy of activity", text, _facts(result), [_table(result)], [_spectra(result)])


def _facts(result: Result) -> Facts:
    return {
        "steps recorded": result.steps,
        "units of a layer": int(result.units[-1]),
        "dimensions in use in the last layer": float(result.participation[-1]),
        "redundancy of the last layer": float(result.redundancy[-1]),
    }


def _table(result: Result) -> Table:
    names = ("participation", "redundancy", "unequal", "correlated", "veca", "vovu")
    columns = ("layer", "units", "dimensions in use", "redundancy", "of unequal variances", "of correlations")
    numbers = [getattr(result, name).tolist() for name in names]
    rows = zip(map(_shown, result.layers), result.units.tolist(), *numbers, strict=True)
    return Table("Redundancy of each layer", (*columns, "VECA", "VOVU"), tuple(rows))


def _shown(name: str) -> str:
    return name.replace("_", " ")


def _spectra(result: Result) -> Picture:
    with drawing(1, 1, 2.4) as (figure, (axis,)):
        for number, (name, spectrum) in enumerate(zip(result.layers, result.spectra, strict=True)):
            ranks = np.arange(1, len(spectrum) + 1)
            color = COLORS[number % len(COLORS)]
            axis.plot(ranks, np.cumsum(spectrum), color=color, lw=1.6, marker="o", ms=2.5, label=_shown(name))
        most = max(SHOWN, *(int(np.sum(np.cumsum(spectrum) < ALMOST_ALL)) + 1 for spectrum in result.spectra))
        axis.set(xlabel="principal components", ylabel="share of variance", xlim=(0.5, most + 0.5), ylim=(0, 1.03))
        axis.legend(fontsize=7, loc="lower right")
        caption = "Share of a layer's variance in its first principal components."
        return Picture(caption, svg(figure), _numbers(result))


def _numbers(result: Result) -> Table:
    ranks = range(int(result.units.max()))
    shares = [np.cumsum(spectrum) for spectrum in result.spectra]
    rows = tuple((rank + 1, *(float(s[rank]) if rank < len(s) else "" for s in shares)) for rank in ranks)
    return Table("Numbers", ("components", *map(_shown, result.layers)), rows)
