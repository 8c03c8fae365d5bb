"""Condensed vectors: the weighted sum of its inputs that a brain computes now, along a recorded life.

Reference: O'Connor, who calls the weights of a unit, folded through all layers below it, the condensed dot product.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pydantic

from alife.analysis.instruments.shared.base import Instrument
from alife.analysis.instruments.shared.input_lanes import InputLanes, input_lanes
from alife.analysis.instruments.shared.life import recorded
from alife.analysis.instruments.shared.tangents import input_seeds, network_of, tangents
from alife.analysis.report.drawing import COLORS, drawing, hide_unused, strip, svg, warm
from alife.analysis.report.finding import Facts, Finding, NotApplicable, Picture, Table
from alife.analysis.report.subject import Measurable, Subject, as_subject
from alife.config import params

TINY = 1e-20  # keeps angles of vectors of length 0 defined
LAGS = 32  # steps, of the drift
PANELS = 3  # actions that are drawn


class Params(params.Params):
    """Length of the recorded life."""

    steps: int = pydantic.Field(160, ge=2, le=10_000, description="steps of the recorded life, of an episode at most")
    episodes: int = pydantic.Field(8, ge=1, le=64, description="episodes of the recorded life")
    shown: int = pydantic.Field(12, ge=1, le=100, description="input lanes that are drawn: those that contribute most")


@dataclass(frozen=True)
class Result:
    """Condensed vectors of O actions at T steps, in the K lanes of the scaled input.

    vectors: C, [T, O, K]. offsets: c0, [T, O], of biases and, where not exact, of the tangent. inputs: x, [T, K], of
    length sqrt(n). outputs: y = C x + c0, [T, O] raw actions before they are clipped to -1..1. error: the largest
    |y - C x - c0| of all steps, relative to the largest |y|. exact: True if the brain is linear between its switches;
    False: C is the gradient at the step. stepped: True if that is because units round what they get, so that c0 has
    their outputs. lanes: names and groups of the lanes. episode: [T].
    """

    vectors: np.ndarray
    offsets: np.ndarray
    inputs: np.ndarray
    outputs: np.ndarray
    error: float
    exact: bool
    stepped: bool
    lanes: InputLanes
    episode: np.ndarray

    @property
    def lengths(self) -> np.ndarray:
        """|C|, [T, O]: the standard deviation of y for independent noise of standard deviation 1 on each lane of x."""
        lengths: np.ndarray = np.linalg.norm(self.vectors, axis=2)
        return lengths

    @property
    def contributions(self) -> np.ndarray:
        """C_k x_k, [T, O, K]: what each lane adds to y; with c0 they sum to y."""
        contributions: np.ndarray = self.vectors * self.inputs[:, None]
        return contributions

    @property
    def input_angles(self) -> np.ndarray:
        """Angles of C and x, [T, O] degrees."""
        return _angles(self.vectors, self.inputs[:, None])

    def share(self, group: str) -> np.ndarray:
        """The share of |C|^2 on a group of lanes, [O] mean over the steps."""
        squares = np.square(self.vectors)
        shares = squares[..., self.lanes.of(group)].sum(axis=2) / (squares.sum(axis=2) + TINY)
        mean: np.ndarray = shares.mean(axis=0)
        return mean

    def between(self, action: int) -> np.ndarray:
        """Angles of C at every two steps, [T, T] degrees. action: from 0."""
        vectors = self.vectors[:, action]
        return _angles(vectors[:, None], vectors[None])

    def drift(self) -> np.ndarray:
        """Mean angle of C and C some steps later in one episode, [M, O] degrees, lags 1 to M, at most LAGS."""
        rows = []
        for lag in range(1, min(LAGS, len(self.episode) - 1) + 1):
            same = self.episode[lag:] == self.episode[:-lag]
            if not same.any():
                break
            rows.append(_angles(self.vectors[lag:][same], self.vectors[:-lag][same]).mean(axis=0))
        return np.array(rows).reshape(len(rows), self.vectors.shape[1])


class Condensed(Instrument[Params]):
    """The weighted sum of its inputs that the brain computes at each step of a recorded life, and what it changes."""

    order = 32
    definition = (
        "y = C x + c0 at the present switches; C folds all layers: C_j = D (cH) S_1 (cH) S_2 ... (cH) S_L H e_j for "
        "the network wht (H: transform, S: diagonal of the slopes chosen, D: flips). Found by forward accumulation of "
        "derivatives through every word of the step, for all brains; the scale that gives x its length is a constant. "
        "Independent noise of variance s^2 on the lanes of x gives y the variance s^2 |C|^2.\n"
        "Source: O'Connor, condensed dot products. Forward accumulation: Griewank, Walther: Evaluating derivatives "
        "(2008), chapter 3."
    )

    def measure(self, subject: Subject) -> Finding:
        """Returns facts, a table and two pictures. Raises NotApplicable."""
        result = measure(subject, self.params)
        facts: Facts = {"form": _form(result)}
        for group in result.lanes.present:
            facts[f"share of |C|² on {_NAMES[group]}"] = f"{result.share(group).mean():.0%}"
        pictures = [_saliency(subject, result, self.params.shown), _drift(subject, result)]
        return Finding("Condensed vectors", TEXT, facts, [_table(subject, result)], pictures)


def _form(result: Result) -> str:
    if result.exact:
        return f"exact: y = C x + c0 to {result.error:.1g} of the largest y in all {len(result.inputs)} steps"
    if result.stepped:
        return "its units round what they get: C is what reaches actions beside them, and c0 has the steps of the units"
    return "its units are smooth or its inputs multiplied: C is the gradient at each step"


_NAMES = {
    "senses": "senses",
    "constant": "the constant input",
    "recurrent": "recurrent inputs",
    "recalled": "values recalled from memory",
    "traces": "traces of past observations",
}
TEXT = (
    "While no switch changes, the brain is one weighted sum: action = C · input. C is computed at each step of a "
    "recorded life, so the picture shows what each input added to an action at that moment; blue pushed it up, red "
    "down. A long C amplifies noise on the inputs; where it turns from one step to the next, the brain weighs its "
    "inputs in another way."
)


def measure(subject: Measurable, params: Params = Params()) -> Result:  # noqa: B008  (frozen)
    """Returns the condensed vectors of a genome along a recorded life.

    Raises:
        NotApplicable: no genome, no world to live in, a world of arenas, a brain without layers or one whose outputs
            are steps, of which every gradient is 0.
    """
    subject = as_subject(subject)
    brain, network, genes = network_of(subject)
    life = recorded(subject, params.steps, params.episodes)
    rows = np.arange(min(len(life), params.steps))
    states, observations = life.states[rows], life.observations[rows]
    notes = ("input", "output")
    found = tangents(brain, genes, states, observations, input_seeds(network), network.num_inputs, notes)
    if "output" not in found.slopes:
        raise NotApplicable("units of its brain round what they get, so that actions are steps and each gradient is 0")
    actions = slice(0, brain.num_actions)
    inputs = found.values["input"][:, : network.num_inputs].astype(np.float64)
    vectors, offsets = found.slopes["output"][:, actions], found.offsets["output"][:, actions]
    outputs = found.values["output"][:, actions].astype(np.float64)
    sums = np.einsum("tok,tk->to", vectors, inputs) + offsets
    error = float(np.abs(outputs - sums).max() / (np.abs(outputs).max() + TINY))
    bent, stepped = "output" in found.bent, "output" in found.stepped
    lanes, exact = input_lanes(subject, network), not bent and not stepped
    return Result(vectors, offsets, inputs, outputs, error, exact, stepped and not bent, lanes, life.episode[rows])


def _angles(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Angles of vectors on the last axis, degrees."""
    cosines = (a * b).sum(axis=-1) / (np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1) + TINY)
    angles: np.ndarray = np.degrees(np.arccos(np.clip(cosines, -1.0, 1.0)))
    return angles


def _table(subject: Subject, result: Result) -> Table:
    drift = result.drift()
    step = drift[0] if len(drift) else np.full(result.vectors.shape[1], np.nan)
    size = np.abs(result.contributions).mean(axis=0)  # [O, K]
    columns = ("action", "noise gain |C|", "angle of C and input (°)", "change of C in a step (°)", "largest input")
    rows = [
        (
            name,
            float(np.median(result.lengths[:, action])),
            float(np.median(result.input_angles[:, action])),
            float(step[action]),
            f"{result.lanes.names[int(size[action].argmax())]} ({size[action].max():.2g})",
        )
        for action, name in enumerate(subject.actuators)
    ]
    return Table("Medians over the life; the largest mean contribution", columns, tuple(rows))


def _saliency(subject: Subject, result: Result, shown: int) -> Picture:
    parts = result.contributions
    size = np.abs(parts).mean(axis=0)  # [O, K]
    chosen = np.sort(np.argsort(-size.max(axis=0), kind="stable")[:shown])
    names, count = [result.lanes.names[lane] for lane in chosen], min(parts.shape[1], PANELS)
    drawn = np.argsort(-np.abs(result.outputs).mean(axis=0), kind="stable")[:count]
    with drawing(count, 1, count * (0.55 + 0.16 * len(chosen)) + 0.2) as (figure, axes):
        for axis, action in zip(axes, np.sort(drawn), strict=True):
            strip(axis, parts[:, action, chosen].T, f"contributions to {subject.actuators[action]}", names)
        axes[-1].set_xlabel("step of the life")
        caption = "What each input added to an action (rows) at each step of the life; with biases they sum to it."
        columns = ("input", *(f"mean |contribution| to {name}" for name in subject.actuators))
        rows = tuple((name, *size[:, lane].tolist()) for name, lane in zip(names, chosen, strict=True))
        return Picture(caption, svg(figure), Table("Numbers", columns, rows))


def _drift(subject: Subject, result: Result) -> Picture:
    drift, lengths = result.drift(), result.lengths
    with drawing(1, 3, 2.6) as (figure, axes):
        gain, angles, lags = axes
        for action, name in enumerate(subject.actuators[: len(COLORS)]):
            gain.plot(lengths[:, action], color=COLORS[action], lw=1.1, label=name)
            lags.plot(np.arange(1, len(drift) + 1), drift[:, action], color=COLORS[action], lw=1.4)
        gain.set(title="noise gain |C|", xlabel="step", ylim=(0, None))
        gain.legend(fontsize=7)
        _matrix(figure, angles, result.between(0), subject.actuators[0])
        lags.set(title="angle of C and C later (°)", xlabel="steps later", ylim=(0, None))
        if not len(drift):
            hide_unused([lags], 0)
        rows = tuple((lag, *row) for lag, row in enumerate(drift.tolist(), 1))
        caption = (
            f"Length of C at each step; angles of C for {subject.actuators[0]} at every two steps, in degrees; and how "
            "far C turns with time. Equal colors in a block are moments with one rule."
        )
        return Picture(caption, svg(figure), Table("Numbers", ("steps later", *subject.actuators), rows))


def _matrix(figure: Any, axis: Any, angles: np.ndarray, name: str) -> None:
    drawn = axis.imshow(angles, cmap=warm(), vmin=0, vmax=max(float(angles.max()), 1.0), interpolation="nearest")
    axis.set(title=f"angles of C, {name} (°)", xlabel="step")
    figure.colorbar(drawn, ax=axis, fraction=0.05)
