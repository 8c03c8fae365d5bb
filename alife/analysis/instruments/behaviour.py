"""Behavior: which senses influence which actions, and how actions respond to one sense while the others stay fixed."""

from __future__ import annotations

import numpy as np
import pydantic

from alife.analysis.instruments.shared.base import Instrument
from alife.analysis.report.drawing import COLORS, LINE, ON_WARM, drawing, grid, hide_unused, svg, warm
from alife.analysis.report.finding import Facts, Finding, NotApplicable, Picture, Table
from alife.analysis.report.subject import Subject
from alife.config import params

VISIBLE = 0.1  # influence on an action, whose range is 2; less hardly shows in what an agent does


class Params(params.Params):
    """Resolution of the sweeps."""

    points: int = pydantic.Field(41, ge=3, le=1001, description="values of each sense, from its lowest to its highest")
    shown: int = pydantic.Field(4, ge=1, le=12, description="senses with curves: those of the largest influence")


class Behaviour(Instrument[Params]):
    """Responses of the brain around a typical observation, with an empty memory."""

    order = 30

    def measure(self, subject: Subject) -> Finding | None:
        """Returns pictures and the strongest influences. Raises NotApplicable for an extinct run."""
        if subject.genome is None or subject.brain is None:
            raise NotApplicable("no agent of this run is alive, and it saved no champion; name a genome")
        values, actions = sweep(subject, self.params.points)
        actions = np.clip(actions, -1, 1)
        influence = np.ptp(actions, axis=1)  # [I, O]
        others = "the median of what the living sense" if subject.living else "the middle of their ranges"
        text = (
            f"Each sense is swept through its range while the others stay at {others} and the memory is empty. "
            "Influence is the range of an action over the sweep: at most 2, from -1 to 1; "
            f"below {VISIBLE} it hardly shows."
        )
        pictures = [_influence(subject, influence), self._curves(subject, values, actions, influence)]
        return Finding("Behavior", text, _facts(subject, influence), pictures=pictures)

    def _curves(self, subject: Subject, values: np.ndarray, actions: np.ndarray, influence: np.ndarray) -> Picture:
        chosen = np.argsort(-influence.max(axis=1))[: self.params.shown]
        with drawing(*grid(len(chosen)), 2.2 * grid(len(chosen))[0]) as (figure, axes):
            for axis, sensor in zip(axes, chosen, strict=False):
                for lane, name in enumerate(subject.actuators):
                    color = COLORS[lane % len(COLORS)]
                    axis.plot(values[sensor], actions[sensor, :, lane], color=color, lw=1.6, label=name)
                axis.axvline(subject.typical[sensor], color=LINE, lw=1, zorder=0)
                axis.set(title=subject.sensors[sensor], ylim=(-1.08, 1.08))
            hide_unused(axes, len(chosen))
            axes[0].legend(fontsize=7)
            caption = "Actions as the most influential senses change; vertical lines are typical values."
            rows = [
                (subject.sensors[sensor], float(value), *map(float, row))
                for sensor in chosen
                for value, row in zip(values[sensor], actions[sensor], strict=True)
            ]
            columns = ("sense", "value", *subject.actuators)
            return Picture(caption, svg(figure), Table("Numbers", columns, tuple(rows)))


def sweep(subject: Subject, points: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns values [I, P] of each sense, and the raw actions at them [I, P, O].

    The other senses are typical, the memory is empty. points: P.
    """
    assert subject.genome is not None and subject.brain is not None
    values, rows = swept(subject, points)
    genomes = np.repeat(subject.genome.params[None], len(rows), axis=0)
    actions = subject.brain.step(genomes, subject.brain.new_states(len(rows)), rows)
    return values, actions.reshape(*values.shape, -1)


def swept(subject: Subject, points: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns values of each sense, lowest to highest: [I, P], and observations that take them in turn: [I * P, I]."""
    low, high = subject.bounds
    values = np.linspace(low, high, points).T.astype(np.float32)
    observations = np.tile(subject.typical, (len(values), points, 1))
    for sensor, sweep_values in enumerate(values):
        observations[sensor, :, sensor] = sweep_values
    return values, observations.reshape(-1, len(values))


def _facts(subject: Subject, influence: np.ndarray) -> Facts:
    facts: Facts = {}
    for lane, action in enumerate(subject.actuators):
        strongest = int(influence[:, lane].argmax())
        most = float(influence[strongest, lane])
        name = f"{subject.sensors[strongest]} ({most:.2f})" if most >= VISIBLE else "none"
        facts[f"{action} depends most on"] = name
    count = int((influence.max(axis=1) >= VISIBLE).sum())
    return {**facts, "senses with influence": f"{count} of {len(influence)}"}


def _influence(subject: Subject, influence: np.ndarray) -> Picture:
    with drawing(1, 1, 0.9 + 0.17 * len(influence)) as (figure, (axis,)):
        axis.imshow(influence, aspect="auto", cmap=warm(), vmin=0, vmax=2)
        axis.set_xticks(range(len(subject.actuators)), subject.actuators)
        axis.set_yticks(range(len(subject.sensors)), subject.sensors)
        axis.tick_params(length=0)
        for row, column in np.ndindex(*influence.shape):
            axis.text(column, row, f"{influence[row, column]:.2f}", color=ON_WARM, ha="center", va="center", fontsize=7)
        rows = tuple(zip(subject.sensors, *influence.T.tolist(), strict=True))
        numbers = Table("Numbers", ("sense", *subject.actuators), rows)
        return Picture("Influence of each sense (row) on each action (column).", svg(figure), numbers)
