"""Behavior: which senses influence which actions in a real life, and how actions respond to each of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pydantic

from alife.analysis.instruments.shared import life as lives
from alife.analysis.instruments.shared.base import Instrument
from alife.analysis.instruments.shared.sweep import sweep, swept
from alife.analysis.report.drawing import COLORS, LINE, ON_WARM, drawing, grid, hide_unused, svg, warm
from alife.analysis.report.finding import Facts, Finding, NotApplicable, Picture, Table
from alife.analysis.report.subject import Measurable, Subject, as_subject
from alife.config import params
from alife.errors import UserError

VISIBLE = 0.1  # influence on an action, whose range is 2; less hardly shows in what an agent does
COARSE = 9  # values of each sense, at each moment of a life


class Params(params.Params):
    """Resolution of the sweeps."""

    points: int = pydantic.Field(41, ge=3, le=1001, description="values of each sense, from its lowest to its highest")
    shown: int = pydantic.Field(4, ge=1, le=12, description="senses with curves: those of the largest influence")
    moments: int = pydantic.Field(48, ge=1, le=10**4, description="steps of a recorded life at which senses are swept")
    steps: int = pydantic.Field(200, ge=1, le=10**5, description="length of the recorded life, in steps")


@dataclass(frozen=True)
class Result:
    """Influence and curves.

    influence: [I, O] 0 to 2, range of an action as one sense goes from its lowest to its highest value, the mean over
    moments. moments: their number; 0: at typical observations alone, as no life could be recorded. values: [I, P] of
    each sense. actions: [I, P, O] at them, clipped to -1..1, the other senses typical and the memory empty.
    """

    influence: np.ndarray
    moments: int
    values: np.ndarray
    actions: np.ndarray


class Behaviour(Instrument[Params]):
    """Responses of the brain at the moments of a recorded life, and around a typical observation."""

    order = 30
    definition = (
        "influence of a sense on an action = max - min of the action, clipped to [-1, 1], as the sense goes from its "
        "lowest to its highest value while the other senses and the memory stay as they are; the mean over moments"
    )

    def measure(self, subject: Subject) -> Finding | None:
        """Returns pictures and the strongest influences. Raises NotApplicable for an extinct run."""
        found = measure(subject, self.params)
        others = "the median of what the living sense" if subject.living else "the middle of their ranges"
        where = (
            f"At {found.moments} moments of a life that it did not meet before, each sense is swept through its range "
            "while the others and the memory stay as they were. "
            if found.moments
            else f"Each sense is swept through its range while the others stay at {others} and the memory is empty. "
        )
        text = (
            f"{where}Influence is the range of an action over the sweep: at most 2, from -1 to 1; below {VISIBLE} it "
            f"hardly shows. In the curves the other senses stay at {others}, and the memory is empty."
        )
        curves = self._curves(subject, found.values, found.actions, found.influence)
        pictures = [_influence(subject, found.influence), curves]
        return Finding("Behavior", text, _facts(subject, found.influence), pictures=pictures)

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


def measure(subject: Measurable, params: Params | None = None) -> Result:
    """Sweeps the senses of a genome, at the moments of a recorded life where there is one.

    Args:
        subject: a genome, or a run with a champion.
        params: resolution; None: the defaults.

    Raises:
        NotApplicable: nobody lives.
    """
    subject = as_subject(subject)
    params = params or Params()
    if subject.genome is None or subject.brain is None:
        raise NotApplicable("no agent of this run is alive, and it saved no champion; name a genome")
    values, actions = sweep(subject, params.points)
    actions = np.clip(actions, -1, 1)
    try:
        life = lives.recorded(subject, params.steps)
    except UserError:  # its world is not here, fails, or is one in which agents meet in arenas
        return Result(np.ptp(actions, axis=1), 0, values, actions)
    moments = np.unique(np.linspace(0, len(life) - 1, params.moments).round().astype(int))
    ranges = [_range(subject, life.observations[at], life.states[at]) for at in moments]
    return Result(np.mean(ranges, axis=0), len(moments), values, actions)


def _range(subject: Subject, observation: np.ndarray, state: np.ndarray) -> np.ndarray:
    """Returns the range of each action over the sweep of each sense at one moment: [I, O]."""
    assert subject.genome is not None and subject.brain is not None
    _, rows = swept(subject, COARSE, observation)
    states = np.repeat(state[None], len(rows), axis=0)
    genomes = np.repeat(subject.genome.params[None], len(rows), axis=0)
    actions = subject.brain.step(genomes, states, rows)
    span: np.ndarray = np.ptp(np.clip(actions, -1, 1).reshape(len(observation), COARSE, -1), axis=1)
    return span


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
