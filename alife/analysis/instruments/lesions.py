"""Lesions: the units of a brain that matter, found by silencing them one by one and in balanced parts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pydantic

from alife.analysis.instruments.shared.along import actions_along
from alife.analysis.instruments.shared.base import Instrument
from alife.analysis.instruments.shared.life import recorded
from alife.analysis.instruments.shared.paired import paired
from alife.analysis.instruments.shared.seconds import cost
from alife.analysis.instruments.shared.trials import EditRows, held_out_fitness
from alife.analysis.instruments.shared.worlds import has_episodes
from alife.analysis.report.drawing import INK, LINE, RUST, SKY, drawing, strip, svg
from alife.analysis.report.finding import Facts, Finding, NotApplicable, Picture, Table
from alife.analysis.report.subject import Measurable, Subject, as_subject
from alife.brains.shared.lesions import lane_parts
from alife.config import params

LAYER = re.compile(r"(member_\d+_)?layer_\d+")  # names of the notes of hidden layers


class Params(params.Params):
    """Number of parts, and how long each variant is tried."""

    parts: int = pydantic.Field(8, ge=2, le=64, description="P, balanced parts of each layer, at most the width")
    episodes: int = pydantic.Field(16, ge=2, le=4096, description="E, held-out episodes of each variant")
    steps: int = pydantic.Field(200, ge=1, le=10**5, description="steps of a life at most, in a world without episodes")


@dataclass(frozen=True)
class Effects:
    """Effects of silencing, [R, K]: R layers, K units or parts.

    mean: fitness with the lesion less fitness without; in a world without episodes the mean distance of actions. low,
    high: its 95 % interval over episodes; equal to the mean where there are no episodes. clear: True if 0 lies outside.
    """

    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    clear: np.ndarray


@dataclass(frozen=True)
class Result:
    """Effects of lesions of one genome.

    layers: the R notes that are edited, such as layer_1 and member_2_layer_1. part_of: [R, n] int64 part of each unit,
    0..P-1. units: effects of each unit, [R, n]. parts: of each part, [R, P]. episodes: E; 0 in a world without
    episodes. steps: of the recorded life there; else 0. fitness: mean of the unchanged genome; NaN there.
    """

    layers: tuple[str, ...]
    part_of: np.ndarray
    units: Effects
    parts: Effects
    episodes: int
    steps: int
    fitness: float


class Lesions(Instrument[Params]):
    """The effect of silencing each unit of each layer, alone and together with others.

    A unit is silent if the layers after it get 0 on its lane; what it fed back to itself and what it wrote stays. In a
    world of episodes the effect is the change of fitness in the same held-out episodes; elsewhere the change of actions
    at each step of a recorded life, whose states are those of the unchanged brain.
    """

    order = 45
    long = True
    definition = (
        "Part k of P of a layer: a fixed permutation of its n lanes cut into P runs, whose sizes differ by at most "
        "one; each unit is silent in one of the P variants, and P = n is each unit alone. Partition dropout (drop_one) "
        "after Keller's slides on networks of linear complexity, without its rescaling of the other units.\n"
        "effect = fitness with the lesion - fitness without, paired by episode; 95 % percentile bootstrap over the "
        "episodes of one genome (Efron and Tibshirani 1993, chapter 13). Without episodes: mean over steps and actions "
        "of |action with - action without|, actions clipped to -1..1."
    )

    def cost(self, subject: Subject) -> str:
        """Returns the number of variants or episodes, and an estimate of the time."""
        has_episodes(subject)  # or it does not apply
        assert subject.brain is not None
        p = subject.brain.params
        layers = getattr(p, "layers", 1) * getattr(p, "ensemble", 1)
        variants = 1 + layers * (p.width + self.params.parts)
        return cost(subject, variants, self.params.episodes, self.params.steps)

    def measure(self, subject: Subject) -> Finding:
        """Returns facts, a map of units and the effects of parts. Raises NotApplicable where there are no layers."""
        result = measure(subject, self.params)
        what = "fitness" if result.episodes else "actions"
        text = (TEXT + (TEXT_FITNESS if result.episodes else TEXT_ACTIONS)).format(e=result.episodes, t=result.steps)
        return Finding("Lesions", text, _facts(result), pictures=[_map(result, what), _parts(result, what)])


TEXT = (
    "Units of the hidden layers are silenced, and the rest of the brain goes on without them: each unit alone, and "
    "each balanced part of a layer at once. A unit that is not missed is not used, or others stand in for it. Where a "
    "part costs more than its units one by one, they stand in for each other; where it costs less, the lack of one "
    "makes up for that of another. "
)
TEXT_FITNESS = (
    "The effect is the change of fitness in {e} held-out episodes, the same for all variants; intervals are over "
    "episodes. Of units that do nothing at all, about one in twenty has an interval without 0 by chance."
)
TEXT_ACTIONS = (
    "This world has no episodes and so no fitness: the effect is how far the actions move, on average, in {t} steps of "
    "a recorded life. One life gives no interval."
)


def measure(subject: Measurable, params: Params | None = None) -> Result:
    """Returns the effects of lesions of a genome.

    Args:
        subject: a genome with its world.
        params: by default those of `Params`.

    Raises:
        NotApplicable: no genome, a brain that notes no layers, or agents that meet in arenas.
        ExternalError: code of others fails.
    """
    subject = as_subject(subject)
    p = params or Params()
    layers, width = _layers(subject)
    if p.parts > width:
        raise NotApplicable(f"a layer of {width} units has no {p.parts} parts; write --set lesions.parts={width}")
    part_of = np.array([lane_parts(width, p.parts, *_place(name)) for name in layers])
    silent = _variants(part_of, p.parts)
    if has_episodes(subject):
        return _by_fitness(subject, p, layers, part_of, silent)
    return _by_actions(subject, p, layers, part_of, silent)


def _layers(subject: Subject) -> tuple[tuple[str, ...], int]:
    """Returns the names of the notes of hidden layers, in the order of the step, and their width."""
    if subject.genome is None or subject.brain is None:
        raise NotApplicable("no agent of this run is alive, and it saved no champion; name a genome")
    brain = subject.brain
    notes = brain.notes(subject.genome.params[None], brain.new_states(1), subject.typical[None])
    names = tuple(name for name in notes if LAYER.fullmatch(name))
    if not names:
        raise NotApplicable(f"the brain {brain.name} notes no hidden layers")
    return names, brain.network.width


def _place(name: str) -> tuple[int, int]:
    """Returns the number of the layer, from 1, and of the member, from 0, of a note such as member_2_layer_1."""
    member, _, layer = name.rpartition("layer_")
    return int(layer), int(member.split("_")[1]) - 1 if member else 0


def _variants(part_of: np.ndarray, parts: int) -> np.ndarray:
    """Returns the silent units of each variant, [V, R, n] bool: none, then each part, then each unit, by layer."""
    rows, width = part_of.shape
    silent = np.zeros((1 + rows * (parts + width), rows, width), bool)
    for row in range(rows):
        first = 1 + row * parts
        silent[first : first + parts, row] = part_of[row] == np.arange(parts)[:, None]
        first = 1 + rows * parts + row * width
        silent[first : first + width, row] = np.eye(width, dtype=bool)
    return silent


def _editor(layers: tuple[str, ...], silent: np.ndarray) -> EditRows:
    row_of = {name: row for row, name in enumerate(layers)}

    def edit(name: str, lanes: np.ndarray, which: np.ndarray) -> None:
        if name in row_of:
            lanes[silent[which, row_of[name]]] = 0

    return edit


def _by_fitness(
    subject: Subject, p: Params, layers: tuple[str, ...], part_of: np.ndarray, silent: np.ndarray
) -> Result:
    fitness = held_out_fitness(subject, p.episodes, len(silent), edit=_editor(layers, silent))
    found = paired(fitness[1:], fitness[0])
    parts, units = (
        Effects(
            *(values[chosen].reshape(len(layers), -1) for values in (found.mean, found.low, found.high, found.clear))
        )
        for chosen in (slice(0, len(layers) * p.parts), slice(len(layers) * p.parts, None))
    )
    return Result(layers, part_of, units, parts, found.episodes, 0, float(fitness[0].mean()))


def _by_actions(
    subject: Subject, p: Params, layers: tuple[str, ...], part_of: np.ndarray, silent: np.ndarray
) -> Result:
    life = recorded(subject, p.steps)
    actions = actions_along(subject, life, len(silent), _editor(layers, silent))
    changes = np.abs(actions[1:] - actions[0]).mean(axis=(1, 2))
    cut = len(layers) * p.parts
    parts, units = (
        Effects(mean, mean, mean, mean > 0)
        for mean in (part.reshape(len(layers), -1) for part in (changes[:cut], changes[cut:]))
    )
    return Result(layers, part_of, units, parts, 0, len(life), float("nan"))


def _facts(result: Result) -> Facts:
    found, size = result.units, np.abs(result.units.mean)
    row, unit = np.unravel_index(int(size.argmax()), size.shape)
    most, part = np.unravel_index(int(np.abs(result.parts.mean).argmax()), result.parts.mean.shape)
    facts: Facts = {"units": size.size}
    if result.episodes:
        facts["mean fitness, unchanged"] = result.fitness
        facts["units missed (interval below 0)"] = int((found.high < 0).sum())
        facts["units in the way (above 0)"] = int((found.low > 0).sum())
    else:
        facts["units that move actions by 0.01"] = int((size > 0.01).sum())
    place, effect = f"{_label(result, int(row))}, unit {unit}", _effect(result, found, row, unit)
    facts["largest effect of a unit"] = f"{effect} ({place})"
    place, effect = f"{_label(result, int(most))}, part {part}", _effect(result, result.parts, most, part)
    facts["largest effect of a part"] = f"{effect} ({place})"
    facts["sum of effects of parts"] = float(result.parts.mean.sum())
    facts["sum of effects of units"] = float(result.units.mean.sum())
    return facts


def _effect(result: Result, effects: Effects, row: Any, column: Any) -> str:
    mean, low, high = (values[row, column] for values in (effects.mean, effects.low, effects.high))
    return f"{mean:+.3g} [{low:+.3g}, {high:+.3g}]" if result.episodes else f"{mean:.3g}"


def _label(result: Result, row: int) -> str:
    return result.layers[row].replace("_", " ")


def _map(result: Result, what: str) -> Picture:
    names = [_label(result, row) for row in range(len(result.layers))]
    with drawing(1, 1, 1.0 + 0.3 * len(names)) as (figure, (axis,)):
        strip(axis, result.units.mean, f"change of {what} without the unit", names)
        if result.episodes:
            rows, units = np.nonzero(result.units.clear)
            axis.plot(units, rows, ".", color=INK, ms=2.5)
        axis.set_xlabel("unit")
    dots = "; a dot: the interval over episodes does not hold 0" if result.episodes else ""
    columns = ("layer", "unit", "part", f"change of {what}", "low 95 %", "high 95 %")
    rows_of = [
        (names[row], unit, int(result.part_of[row, unit]), *_numbers(result, result.units, row, unit))
        for row, unit in np.ndindex(*result.part_of.shape)
    ]
    return Picture(f"Each unit silenced alone{dots}.", svg(figure), Table("Units", columns, tuple(rows_of)))


def _parts(result: Result, what: str) -> Picture:
    shape, names = result.parts.mean.shape, [_label(result, row) for row in range(len(result.layers))]
    sums = np.zeros(shape)
    np.add.at(sums, (np.arange(shape[0])[:, None], result.part_of), result.units.mean)
    with drawing(1, shape[0], 2.2) as (figure, axes):
        for row, axis in enumerate(axes):
            bars, places = result.parts.mean[row], np.arange(shape[1])
            errors = [bars - result.parts.low[row], result.parts.high[row] - bars]
            axis.bar(places, bars, color=SKY, alpha=0.85, yerr=errors if result.episodes else None, ecolor=INK)
            axis.plot(places, sums[row], "_", color=RUST, ms=9, mew=2)
            axis.axhline(0, color=LINE, lw=1, zorder=0)
            axis.set(title=names[row], xlabel="part", xticks=places if shape[1] <= 16 else [])
        axes[0].set_ylabel(f"change of {what}")
    columns = ("layer", "part", f"change of {what}", "low 95 %", "high 95 %", "sum of its units alone")
    rows = [
        (names[row], part, *_numbers(result, result.parts, row, part), float(sums[row, part]))
        for row, part in np.ndindex(*shape)
    ]
    caption = "Each part of a layer silenced at once (bars), and the sum of the effects of its units alone (red)."
    return Picture(caption, svg(figure), Table("Parts", columns, tuple(rows)))


def _numbers(result: Result, effects: Effects, row: int, column: int) -> tuple[float | str, ...]:
    mean, low, high = (float(values[row, column]) for values in (effects.mean, effects.low, effects.high))
    return (mean, low, high) if result.episodes else (mean, "", "")
