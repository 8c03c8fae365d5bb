"""Information: how many bits the senses and each layer share with the action and with the next step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pydantic

from alife.analysis.instruments.shared.activity import Lived, lived
from alife.analysis.instruments.shared.base import Instrument
from alife.analysis.instruments.shared.counting import Shared, coded, entropy, quantized, shared
from alife.analysis.instruments.shared.mine import BLOCKS, mine
from alife.analysis.instruments.shared.seconds import about
from alife.analysis.report.drawing import COLORS, INK, drawing, svg
from alife.analysis.report.finding import Facts, Finding, NotApplicable, Picture, Table
from alife.analysis.report.subject import Measurable, Subject, as_subject
from alife.config import params

SATURATED = (
    0.5  # share of distinct rows from which counting says more about the length of the life than about the brain
)
FEWEST = 3 * BLOCKS  # steps for MINE: one for each block and part

UPDATE = 0.0013  # seconds of an update of one network of MINE, as measured on one core


class Params(params.Params):
    """Length of the recorded life, and how coarsely values are counted."""

    steps: int = pydantic.Field(400, ge=2, le=100_000, description="steps of an episode, or of the life, at most")
    episodes: int = pydantic.Field(8, ge=1, le=1000, description="episodes, in a world of episodes")
    levels: int = pydantic.Field(4, ge=2, le=256, description="values of each sensor and action that are told apart")
    unit_levels: int = pydantic.Field(2, ge=2, le=256, description="values of each unit that are told apart")
    shuffles: int = pydantic.Field(20, ge=1, le=1000, description="shuffled orders for the null")
    mine_updates: int = pydantic.Field(
        0,
        ge=0,
        le=100_000,
        description="updates of a network that estimates I(layer; action), about 2 ms each; 0: none",
    )


@dataclass(frozen=True)
class Result:
    """Information in bits of L layers, I sensors and the action, along a life of T steps.

    Attributes:
        layers: names of the layers, L.
        steps: T.
        limit: log2 T, which no plug-in entropy exceeds.
        entropy: [L] H of a layer's row of quantized units, corrected.
        distinct: [L] share of a layer's rows that are distinct, 1 / T to 1.
        action_entropy: H of the row of quantized actions, corrected.
        action: of each layer with the action of the same step, [L].
        ahead: of each layer with itself one step later in the same episode, [L]: predictive information.
        sensors: of each sensor with the action of the same step, [I].
        mine: [L, 2] estimates of I(layer; action) by MINE from values that are not quantized, and after shuffling; None
            if it was not asked for.
    """

    layers: tuple[str, ...]
    steps: int
    limit: float
    entropy: np.ndarray
    distinct: np.ndarray
    action_entropy: float
    action: Shared
    ahead: Shared
    sensors: Shared
    mine: np.ndarray | None

    @property
    def saturated(self) -> np.ndarray:
        """True for layers whose rows are so often distinct that their figures are those of the sample: [L]."""
        return self.distinct > SATURATED


def measure(subject: Measurable, params: Params | None = None) -> Result:
    """Measures information along a recorded life.

    Args:
        subject: a genome with the configuration it evolved with.
        params: length of the life and number of levels; None: the defaults.

    Raises:
        NotApplicable: no life can be recorded, it has one step, or the brain notes no layers.
    """
    subject = as_subject(subject)
    params = params or Params()
    record = lived(subject, params.steps, params.episodes)
    life, names = record.life, tuple(record.layers)
    if len(life) < 2:
        raise NotApplicable("its life has one step, and a share of steps needs two; raise information.episodes")
    low, high = subject.bounds
    sensors = quantized(life.observations, low, high, params.levels)
    ends = np.ones(life.actions.shape[1])
    action = coded(quantized(life.actions, -ends, ends, params.levels))
    codes = [coded(_binned(record.layers[name], params.unit_levels)) for name in names]
    same = np.flatnonzero(life.episode[1:] == life.episode[:-1])
    return Result(
        layers=names,
        steps=len(life),
        limit=float(np.log2(len(life))),
        entropy=np.array([entropy(one) for one in codes]),
        distinct=np.array([(one.max() + 1) / len(one) for one in codes]),
        action_entropy=entropy(action),
        action=shared([(one, action) for one in codes], params.shuffles),
        ahead=shared([(one[same], one[same + 1]) for one in codes if len(same)], params.shuffles),
        sensors=shared([(one, action) for one in sensors.T], params.shuffles),
        mine=_neural(record, params.mine_updates) if params.mine_updates else None,
    )


def _binned(activity: np.ndarray, levels: int) -> np.ndarray:
    """Returns the bins of units between their extremes along the life: [T, n]."""
    return quantized(activity, activity.min(axis=0), activity.max(axis=0), levels)


def _neural(record: Lived, updates: int) -> np.ndarray:
    if len(record.life) < FEWEST:
        raise NotApplicable(
            f"its life has {len(record.life)} steps, and MINE needs {FEWEST}; raise information.episodes or write "
            "--set information.mine_updates=0"
        )
    action = np.clip(record.life.actions, -1, 1)
    other = np.random.default_rng(0).permutation(action)
    return np.array([[mine(one, which, updates) for which in (action, other)] for one in record.layers.values()])


class Information(Instrument[Params]):
    """Bits that senses and layers share with the action and the next step, each beside a shuffled null."""

    order = 46
    definition = (
        "H(T): entropy of a layer's row of outputs, each unit in equal bins between its extremes along the life. "
        "I(X; Y) = H(X) + H(Y) - H(X, Y). Entropies are counted, with (K - 1) / (2 T) nats added for K distinct rows "
        "in T steps (Miller, Note on the bias of information estimates, 1955). "
        "Null: the same estimate with one of the two shuffled in time, which also takes away slow changes that both "
        "share.\nBins decide the figures: compare brains only with the same number of levels. MINE: Belghazi et al., "
        "ICML 2018, a lower bound from values without bins; where one value determines the other, it grows with the "
        "steps and updates, as their information has no bound."
    )

    def cost(self, subject: Subject) -> str:
        """Returns the cost of MINE and an estimate of its time, where it is asked for."""
        updates = self.params.mine_updates
        if not updates:
            return ""
        networks = 2 * getattr(subject.brain.params, "layers", 1) if subject.brain else 2
        return f"MINE: {networks} networks, {updates:,} updates each, {about(networks * updates * UPDATE)}"

    def measure(self, subject: Subject) -> Finding | None:
        """Returns the figures of layers and sensors.

        Raises:
            NotApplicable: as the function `measure`.
        """
        result = measure(subject, self.params)
        facts: Facts = {
            "steps recorded": result.steps,
            "bits at most, log2 steps": result.limit,
            "bits of the action": result.action_entropy,
            "bits of it in last layer": float(result.action.bits[-1]),
            "these after shuffling": float(result.action.null[-1]),
        }
        tables = [_layer_table(result)]
        pictures = [_layer_picture(result), _sensor_picture(subject, result)]
        return Finding("Information", TEXT + _warning(result), facts, tables, pictures)


TEXT = (
    "Information counts what a layer tells: one bit tells two equally frequent cases apart. A layer that keeps what "
    "matters shares many bits with the action; it shares some with itself one step later if it keeps something of the "
    "past or if the world is predictable. Only the excess over the shuffled null counts, since few steps make "
    "unrelated values look related."
)


def _warning(result: Result) -> str:
    names = [_shown(name) for name, saturated in zip(result.layers, result.saturated, strict=True) if saturated]
    if not names:
        return ""
    return (
        f" Saturated: more than half of the rows of {', '.join(names)} are distinct, so their figures say more about "
        f"the {result.steps:,} steps than about the brain."
    )


def _shown(name: str) -> str:
    return name.replace("_", " ")


def _layer_table(result: Result) -> Table:
    columns = ["layer", "H", "distinct rows", "I(action)", "shuffled", "I(next step)", "next, shuffled"]
    blank = np.full(len(result.layers), np.nan)
    ahead = (result.ahead.bits, result.ahead.null) if len(result.ahead.bits) else (blank, blank)
    values = [result.entropy, result.distinct, result.action.bits, result.action.null, *ahead]
    if result.mine is not None:
        columns += ["MINE I(action)", "MINE, shuffled"]
        values += [*result.mine.T]
    rows = zip(map(_shown, result.layers), *(value.tolist() for value in values), strict=True)
    return Table("Bits of each layer", tuple(columns), tuple(rows))


def _layer_picture(result: Result) -> Picture:
    places = np.arange(len(result.layers))
    kinds = [("with the action", result.action), ("with its next step", result.ahead)]
    kinds = [(name, kind) for name, kind in kinds if len(kind.bits)]
    with drawing(1, 1, 0.9 + 0.4 * len(places)) as (figure, (axis,)):
        for number, (name, kind) in enumerate(kinds):
            at = places + (number - 0.5) * 0.38
            axis.barh(at, kind.bits, height=0.36, color=COLORS[number], alpha=0.85, label=name)
            _null(axis, at, kind, number == 0)
        axis.set_yticks(places, [_shown(name) for name in result.layers])
        axis.invert_yaxis()
        axis.set(xlabel="bits", xlim=(min(0.0, axis.get_xlim()[0]), None))
        axis.legend(fontsize=7, loc="upper left", bbox_to_anchor=(1, 1))
        caption = "Bits that each layer shares with the action and with its own next step; ticks: the shuffled null."
        return Picture(caption, svg(figure), _layer_numbers(result, kinds))


def _layer_numbers(result: Result, kinds: list[tuple[str, Shared]]) -> Table:
    columns = ["layer"]
    values: list[np.ndarray] = []
    for name, kind in kinds:
        columns += [name, f"{name}, shuffled", f"{name}, 95 % of shuffled below"]
        values += [kind.bits, kind.null, kind.high]
    rows = zip(map(_shown, result.layers), *(value.tolist() for value in values), strict=True)
    return Table("Numbers", tuple(columns), tuple(rows))


def _null(axis: Any, at: np.ndarray, kind: Shared, labelled: bool) -> None:
    """Draws a tick at the 95th percentile of each null. at: [M] places."""
    label = "95 % of shuffled below" if labelled else None
    axis.plot(kind.high, at, "|", color=INK, ms=9, mew=1.6, label=label)


def _sensor_picture(subject: Subject, result: Result) -> Picture:
    names = subject.sensors
    places = np.arange(len(names))
    with drawing(1, 1, 0.8 + 0.17 * len(names)) as (figure, (axis,)):
        axis.barh(places, result.sensors.bits, height=0.7, color=COLORS[0], alpha=0.85)
        _null(axis, places, result.sensors, labelled=True)
        axis.set_yticks(places, names)
        axis.invert_yaxis()
        axis.set(xlabel="bits", xlim=(min(0.0, axis.get_xlim()[0]), None))
        axis.legend(fontsize=7, loc="lower right")
        kinds = zip(names, *(getattr(result.sensors, key).tolist() for key in ("bits", "null", "high")), strict=True)
        numbers = Table("Numbers", ("sensor", "bits", "shuffled", "95 % of shuffled below"), tuple(kinds))
        return Picture("Bits that each sensor shares with the action of the same step.", svg(figure), numbers)
