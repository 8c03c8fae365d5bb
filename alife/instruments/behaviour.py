"""Behaviour: which senses move which actions, and what the agent does when one sense changes and the rest stays."""

from __future__ import annotations

import numpy as np
import pydantic

from alife import params
from alife.instruments.finding import DIVERGING, LEAF, RUST, SKY, Facts, Finding, Picture, drawing, svg
from alife.instruments.subject import Subject, typical_observations
from alife.registry import find


class Params(params.Params):
    """How finely a sense is swept."""

    points: int = pydantic.Field(41, ge=3, le=1001, description="values of each sense between its bounds")
    shown: int = pydantic.Field(4, ge=1, le=12, description="senses whose curves are drawn: those that matter most")


class Behaviour:
    """Responses of the brain around a typical observation, with an empty memory."""

    order = 3

    def __init__(self, settings: Params) -> None:
        self.settings = settings

    def measure(self, subject: Subject) -> Finding | None:
        """Pictures and the strongest influences; None for an extinct run."""
        if subject.genome is None or subject.brain is None:
            return None
        values, actions = sweep(subject, self.settings.points)
        influence = np.ptp(actions, axis=1)  # [I, O]
        text = (
            "Each sense is moved through its range while the others stay in the middle of theirs and the memory is "
            "empty. Influence is how far an action lane moves in all; lanes act between -1 and 1."
        )
        sensor, action = np.unravel_index(np.argmax(influence), influence.shape)
        facts: Facts = {
            "strongest influence": f"{subject.sensors[sensor]} on {subject.actuators[action]}",
            "senses that move an action by 0.1 or more": int((influence.max(axis=1) >= 0.1).sum()),
        }
        pictures = [_influence(subject, influence), self._curves(subject, values, actions, influence)]
        return Finding("Behaviour", text, facts, pictures=pictures)

    def _curves(self, subject: Subject, values: np.ndarray, actions: np.ndarray, influence: np.ndarray) -> Picture:
        chosen = np.argsort(-influence.max(axis=1))[: self.settings.shown]
        with drawing(-(-len(chosen) // 2), 2, 2.2 * -(-len(chosen) // 2)) as (figure, axes):
            for axis, sensor in zip(axes, chosen, strict=False):
                for color, (lane, name) in zip((SKY, LEAF, RUST) * 9, enumerate(subject.actuators), strict=False):
                    axis.plot(values[sensor], np.clip(actions[sensor, :, lane], -1, 1), color=color, lw=1.6, label=name)
                axis.set(title=subject.sensors[sensor], ylim=(-1.08, 1.08))
            axes[0].legend(fontsize=7)
            return Picture("Actions as the most influential senses change.", svg(figure))


def sweep(subject: Subject, points: int) -> tuple[np.ndarray, np.ndarray]:
    """Values [I, P] of each sense, and the actions there [I, P, O], all else typical and the memory empty."""
    assert subject.genome is not None and subject.brain is not None
    brain, middle = subject.brain, typical_observations(subject)
    count = len(middle)
    low, high = _bounds(subject, middle)
    values = np.linspace(low, high, points).T.astype(np.float32)
    observations = np.tile(middle, (count, points, 1))
    for sensor in range(count):
        observations[sensor, :, sensor] = values[sensor]
    rows = observations.reshape(-1, count)
    genomes = np.repeat(subject.genome.params[None], len(rows), axis=0)
    actions = brain.step(genomes, brain.new_states(len(rows)), rows)
    return values, actions.reshape(count, points, -1)


def _bounds(subject: Subject, middle: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if subject.config is None:
        return middle - 0.5, middle + 0.5
    sensors = find("worlds", subject.config.names["world"])(subject.config.world).sensors
    return np.array([s.low for s in sensors], np.float32), np.array([s.high for s in sensors], np.float32)


def _influence(subject: Subject, influence: np.ndarray) -> Picture:
    with drawing(1, 1, 0.9 + 0.17 * len(influence)) as (figure, (axis,)):
        axis.imshow(influence, aspect="auto", cmap=DIVERGING.reversed(), vmin=-influence.max(), vmax=influence.max())
        axis.set_xticks(range(len(subject.actuators)), subject.actuators)
        axis.set_yticks(range(len(subject.sensors)), subject.sensors)
        axis.tick_params(length=0)
        for row, column in np.ndindex(*influence.shape):
            axis.text(column, row, f"{influence[row, column]:.2f}", ha="center", va="center", fontsize=7)
        return Picture("Influence of each sense (row) on each action (column).", svg(figure))
