"""Homology: loops in the weights of consecutive layers, against weights in shuffled order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pydantic

from alife.analysis.instruments.shared.base import Instrument
from alife.analysis.instruments.shared.effective_weights import effective_weights
from alife.analysis.instruments.shared.persistence import loops, neural_persistence, relevance
from alife.analysis.report.drawing import COLORS, LINE, MUTED, drawing, svg
from alife.analysis.report.finding import Facts, Finding, NotApplicable, Picture, Table
from alife.analysis.report.subject import Measurable, Subject, as_subject
from alife.config import params

SIGNS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "|w|": np.abs,
    "w > 0": lambda weights: np.maximum(weights, 0.0),
    "w < 0": lambda weights: np.maximum(-weights, 0.0),
}
THRESHOLDS = 10.0 ** np.linspace(0.0, -4.0, 81)


class Params(params.Params):
    """Size of the null, and of the largest network."""

    shuffles: int = pydantic.Field(9, ge=1, le=1000, description="orders of the weights for the null")
    triangles: int = pydantic.Field(
        50_000, ge=1, le=10**7, description="triangles of all pairs of layers at most; more take longer"
    )


@dataclass(frozen=True)
class Loops:
    """Loops of two consecutive layers.

    layers: names of inputs, units and outputs. sign: which weights count. points: [K, 2] birth and death, relevances,
    death below birth. null: the same of each of S shuffled orders.
    """

    layers: str
    sign: str
    points: np.ndarray
    null: tuple[np.ndarray, ...]

    @property
    def persistence(self) -> float:
        """Sum of birth less death over all loops."""
        return _persistence(self.points)

    @property
    def null_count(self) -> float:
        """Mean number of loops of the null."""
        return float(np.mean([len(points) for points in self.null]))

    @property
    def null_persistence(self) -> np.ndarray:
        """Persistence of each order of the null: [S]."""
        return np.array([_persistence(points) for points in self.null])


@dataclass(frozen=True)
class Result:
    """Loops of each pair of consecutive layers, and neural persistence of each layer.

    Attributes:
        loops: for each pair of layers those of |w|, of weights above 0 and of weights below 0.
        matrices: names of the matrices, M.
        neural: [M] neural persistence, 0 to 1.
        neural_null: [M] its mean over the shuffled orders.
    """

    loops: tuple[Loops, ...]
    matrices: tuple[str, ...]
    neural: np.ndarray
    neural_null: np.ndarray


def measure(subject: Measurable, params: Params | None = None) -> Result:
    """Finds the loops in a genome's weights and in the same weights in shuffled order.

    Args:
        subject: a genome; its world is not needed.
        params: sizes; None: the defaults.

    Raises:
        NotApplicable: a network whose layers are no matrices, that has one layer of them, or more triangles than
            `params` allow.
    """
    subject = as_subject(subject)
    weights, params = effective_weights(subject), params or Params()
    sizes = [len(matrix) for matrix in weights] + [weights[-1].shape[1]]
    if len(weights) < 2:
        raise NotApplicable("it has one layer of weights, and a loop of relevances needs two")
    triangles = sum(a * b * c for a, b, c in zip(sizes[:-2], sizes[1:-1], sizes[2:], strict=True))
    if triangles > params.triangles:
        raise NotApplicable(
            f"it has {triangles:,} triangles, which takes long; write --set homology.triangles={triangles}"
        )
    draws = np.random.default_rng(0)
    prepared = balanced if _rectified(subject) else list
    orders = [[_shuffled(matrix, draws) for matrix in weights] for _ in range(params.shuffles)]
    weights, shuffled = prepared(weights), [prepared(each) for each in orders]
    names = _names(len(weights), sizes[-1] != sizes[-2])
    found = [_loops(names, place, sign, weights, shuffled) for place in range(len(weights) - 1) for sign in SIGNS]
    neural = _neural(weights)
    null = np.mean([_neural(each) for each in shuffled], axis=0)
    matrices = tuple(f"{a} to {b}" for a, b in zip(names[:-1], names[1:], strict=True))
    return Result(tuple(found), matrices, neural, null)


def _shuffled(matrix: np.ndarray, draws: np.random.Generator) -> np.ndarray:
    """Returns a matrix whose weights other than 0 change places, so that connections are those of its wiring."""
    out = matrix.copy()
    out[matrix != 0] = draws.permutation(matrix[matrix != 0])
    return out


def _rectified(subject: Subject) -> bool:
    """Returns True if units are ReLUs, which can be scaled."""
    return subject.brain is not None and getattr(subject.brain.params, "unit", "relu") == "relu"


def _names(count: int, output: bool) -> list[str]:
    """Returns names of the lanes before, between and after `count` matrices; output: if the last ones are outputs."""
    hidden = [f"layer {number}" for number in range(1, count + 1)]
    return ["input", *hidden[:-1], "output" if output else hidden[-1]]


def balanced(weights: list[np.ndarray]) -> list[np.ndarray]:
    """Returns the same function of ReLUs: the inputs of each hidden unit have length 1, the scale moves to its outputs.

    Relevances depend on the scales of outputs, which are no part of the function.

    Args:
        weights: matrices [n_in, n_out], one for each layer.
    """
    out = [matrix.copy() for matrix in weights]
    for before, after in zip(out[:-1], out[1:], strict=True):
        length = np.sqrt(np.sum(before**2, axis=0))
        scale = np.where(length > 0, length, 1.0)
        before /= scale
        after *= scale[:, None]
    return out


def _loops(
    names: list[str], place: int, sign: str, weights: list[np.ndarray], shuffled: list[list[np.ndarray]]
) -> Loops:
    points, *null = (_points(each, place, sign) for each in (weights, *shuffled))
    return Loops(" - ".join(names[place : place + 3]), sign, points, tuple(null))


def _points(weights: list[np.ndarray], place: int, sign: str) -> np.ndarray:
    first, second = (relevance(SIGNS[sign](matrix)) for matrix in weights[place : place + 2])
    return loops(first, second)


def _neural(weights: list[np.ndarray]) -> np.ndarray:
    largest = max(max(float(np.abs(matrix).max()) for matrix in weights), 1e-30)
    return np.array([neural_persistence(matrix, largest) for matrix in weights])


def _persistence(points: np.ndarray) -> float:
    return float(np.sum(points[:, 0] - points[:, 1]))


class Homology(Instrument[Params]):
    """Persistence diagrams of loops between layers, beside those of the same weights in shuffled order."""

    order = 26
    definition = (
        "Relevance R_ij of weight w_ij: |w_ij| over the sum of |w_i'j| over the inputs i' of j; also of weights above "
        "0 alone, as in the source, and below 0 alone. Before that the inputs of each ReLU are scaled to length 1, "
        "which its outputs make up for. Vertices come at 1, edges at their relevance; triangle (i, k, j) and edge "
        "(i, j) at R_ik R_kj, the edge at the largest. Points: first homology over Z_2. Watanabe and Yamana, arXiv "
        "2106.03016, without their grid of thresholds.\nNeural persistence: Rieck et al., ICLR 2019, a maximum "
        "spanning tree of |w| / max |w|; it mostly follows the variance of weights (arXiv 2307.10865).\nNull: the "
        "weights of each matrix in shuffled order; those that are 0, as no connection is there, keep their places."
    )

    def measure(self, subject: Subject) -> Finding | None:
        """Returns the loops of each pair of layers.

        Raises:
            NotApplicable: as the function `measure`.
        """
        result = measure(subject, self.params)
        text = (
            "A loop leads from one lane through others back to it, and is filled once a direct relevance of an input "
            "for an output spans it. Many loops that last mean that units share inputs and outputs in various "
            "combinations. Random weights have loops, too, and of |w| nearly the number that the wiring gives: only "
            "a persistence that differs from that of the same weights in shuffled order is structure."
        )
        whole = [each for each in result.loops if each.sign == "|w|"]
        facts: Facts = {
            "loops": sum(len(each.points) for each in whole),
            "loops, shuffled": sum(each.null_count for each in whole),
            "persistence": sum(each.persistence for each in whole),
            "persistence, shuffled": sum(float(each.null_persistence.mean()) for each in whole),
        }
        pictures = [_diagram(result), _curves(whole)]
        return Finding("Loops of weights", text, facts, [_table(result), _neural_table(result)], pictures)


def _table(result: Result) -> Table:
    columns = ("layers", "weights", "loops", "shuffled", "persistence", "shuffled, mean", "shuffled below")
    rows = [
        (
            each.layers,
            each.sign,
            len(each.points),
            each.null_count,
            each.persistence,
            float(each.null_persistence.mean()),
            f"{int(np.sum(each.null_persistence < each.persistence))} of {len(each.null)}",
        )
        for each in result.loops
    ]
    return Table("Loops of consecutive layers", columns, tuple(rows))


def _neural_table(result: Result) -> Table:
    rows = zip(result.matrices, result.neural.tolist(), result.neural_null.tolist(), strict=True)
    return Table("Neural persistence", ("matrix", "genome", "shuffled"), tuple(rows))


def _diagram(result: Result) -> Picture:
    """Draws birth and death of all loops, by the sign of weights, over those of the null of |w|."""
    with drawing(1, 1, 3.2) as (figure, (axis,)):
        null = np.concatenate([points for each in result.loops if each.sign == "|w|" for points in each.null])
        _points_of(axis, null, MUTED, "|w|, shuffled", 0.25)
        for number, sign in enumerate(SIGNS):
            found = np.concatenate([each.points for each in result.loops if each.sign == sign])
            _points_of(axis, found, COLORS[number], sign, 0.7)
        low = THRESHOLDS[-1]
        axis.plot([low, 1], [low, 1], color=LINE, lw=1, zorder=0)
        axis.set(xscale="log", yscale="log", xlim=(1.2, low), ylim=(1.2, low))
        axis.set(xlabel="birth, relevance", ylabel="death, relevance")
        axis.legend(fontsize=7, loc="upper left", bbox_to_anchor=(1, 1))
        caption = (
            "Loops: the farther a point is from the line, the longer the loop lasts as smaller relevances are let in. "
            "Those at the edge last to the end."
        )
        return Picture(caption, svg(figure), _points_table(result))


def _points_of(axis: Any, points: np.ndarray, color: str, label: str, alpha: float) -> None:
    axis.scatter(*np.maximum(points, THRESHOLDS[-1]).T, s=7, color=color, alpha=alpha, label=label, lw=0)


def _points_table(result: Result) -> Table:
    rows = [
        (each.layers, each.sign, float(birth), float(death))
        for each in result.loops
        for birth, death in each.points[np.argsort(each.points[:, 1] - each.points[:, 0], kind="stable")]
    ]
    return Table("Numbers", ("layers", "weights", "birth", "death"), tuple(rows))


def alive(points: np.ndarray) -> np.ndarray:
    """Returns the number of loops at each of the thresholds: [81]. points: [K, 2] birth and death."""
    born, dead = (np.sum(points[:, column] >= THRESHOLDS[:, None], axis=1) for column in (0, 1))
    counts: np.ndarray = born - dead
    return counts


def _curves(whole: list[Loops]) -> Picture:
    """Draws the number of loops over thresholds for each pair of layers, with the range of the null."""
    columns: list[tuple[str, np.ndarray]] = []
    with drawing(1, 1, 2.6) as (figure, (axis,)):
        for number, each in enumerate(whole):
            color = COLORS[number % len(COLORS)]
            null = np.array([alive(points) for points in each.null])
            axis.fill_between(THRESHOLDS, null.min(axis=0), null.max(axis=0), color=color, alpha=0.2, lw=0)
            axis.plot(THRESHOLDS, alive(each.points), color=color, lw=1.6, label=each.layers)
            columns += [(each.layers, alive(each.points)), (f"{each.layers}, shuffled", null.mean(axis=0))]
        axis.set(xscale="log", xlim=(1, THRESHOLDS[-1]), xlabel="relevances from this one up", ylabel="loops of |w|")
        axis.legend(fontsize=7, loc="upper left", bbox_to_anchor=(1, 1))
        names, values = zip(*columns, strict=True)
        rows = tuple(zip(THRESHOLDS.tolist(), *(value.tolist() for value in values), strict=True))
        caption = "Loops as smaller and smaller relevances are let in; bands: the range of the shuffled orders."
        return Picture(caption, svg(figure), Table("Numbers", ("relevance", *names), rows))
