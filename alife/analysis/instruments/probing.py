"""Probing images: planes of observations through a moment of a life, as each layer sees them.

References: O'Connor, probing deep networks by 2-D variations; Poole et al.: Exponential expressivity in deep neural
networks through transient chaos (NeurIPS 2016); Hanin, Rolnick: Complexity of linear regions in deep networks (2019).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pydantic

from alife.analysis.instruments.shared import mean_field
from alife.analysis.instruments.shared.base import Instrument
from alife.analysis.instruments.shared.life import Life, recorded
from alife.analysis.instruments.shared.tangents import arrays_of, input_seeds, network_of, tangents, thinned
from alife.analysis.report.drawing import COLORS, LINE, diverging, drawing, svg
from alife.analysis.report.finding import Facts, Finding, NotApplicable, Picture, Table
from alife.analysis.report.subject import Measurable, Subject, as_subject
from alife.brains import Brain
from alife.brains.shared.base import NetworkBase
from alife.brains.wht import Wht
from alife.config import params
from alife.ops.edited import Edit
from alife.ops.switches import Switches

START = (0.0, 0.5, 0.9)  # cosines of pairs of inputs
PAIRS = 64  # of each cosine
MOST_DEPTHS = 4  # layers that are drawn


class Params(params.Params):
    """The plane of observations."""

    size: int = pydantic.Field(72, ge=8, le=512, description="points along each side of the plane")
    span: float = pydantic.Field(
        1.0, gt=0, le=10, description="half the side of the plane, where 1 is half the range of each sense"
    )
    draw: int = pydantic.Field(0, ge=0, le=2**31 - 1, description="number of the random directions of the plane")
    moments: int = pydantic.Field(24, ge=1, le=1000, description="steps of the life at which small differences grow")


@dataclass(frozen=True)
class Result:
    """A plane of M x M observations as the L layers of the first member see it.

    layers: values of the layers, [L, M, M, n]. actions: raw, [M, M, O]. patterns: numbers of the switch pattern up to
    each layer, [L, M, M] uint64; None if its units are smooth. regions: number of patterns in the plane, [L]. boundary:
    length of their boundaries where a side of the plane has length 1, [L]. start: cosines of pairs of inputs, [P].
    cosines: measured after each layer, from the input on, [L + 1, P]. predicted: the same by mean field; None where it
    does not apply. growth: relative size of a small difference after each layer, where it was 1 at the input,
    [T, L + 1] at T steps of a life: root mean square over directions of the input.
    """

    layers: np.ndarray
    actions: np.ndarray
    patterns: np.ndarray | None
    regions: np.ndarray
    boundary: np.ndarray
    start: np.ndarray
    cosines: np.ndarray
    predicted: np.ndarray | None
    growth: np.ndarray

    @property
    def exponent(self) -> float:
        """Mean logarithm of the growth of small differences per layer, natural."""
        return float(np.log(self.growth[:, -1]).mean() / (self.growth.shape[1] - 1))


class Probing(Instrument[Params]):
    """A random plane of observations through a moment of a life, as each layer of the brain divides it."""

    order = 34
    definition = (
        "The plane is x(u, v) = x0 + r (u e1 + v e2), x0 an observation in the middle of a recorded life, with the "
        "state of that moment, e1 and e2 random and orthonormal, r half the range of each sense. A region is a set of "
        "points with one pattern of all switches up to a layer; those smaller than the grid are missed. Boundary "
        "length: pi/4 times the step of the grid times the pairs of neighbors with unlike patterns (Cauchy and "
        "Crofton). Growth of a small difference after layer l: |J_l| |x| / (sqrt(K) |h_l|), J_l the exact derivative "
        "of its values by the K lanes of the scaled input, Frobenius norm.\n"
        "Mean field: c' = (A c + B (2/pi) (sqrt(1 - c^2) + c asin c)) / (A + B), A and B the means of ((a + b)/2)^2 "
        "and ((a - b)/2)^2 over the units' slopes, plus the input where it is added again. It holds for wide layers "
        "whose slopes are independent of what they see; its slope at c = 1 is 1, so that small differences keep their "
        "size.\n"
        "Source: O'Connor, probing; Poole et al. (NeurIPS 2016, arXiv 1606.05340); Cho, Saul (2009), equation 6."
    )

    def measure(self, subject: Subject) -> Finding:
        """Returns facts and two pictures. Raises NotApplicable."""
        result = measure(subject, self.params)
        facts: Facts = {}
        if result.patterns is not None:
            facts["regions in the plane"] = f"{result.regions[-1]:,} of {result.patterns[0].size:,} points"
            facts["length of their boundaries"] = f"{result.boundary[-1]:.3g} sides of the plane"
        facts["small differences after the layers"] = f"{np.median(result.growth[:, -1]):.2f} times their size"
        facts["growth per layer, logarithm"] = f"{result.exponent:+.3f}"
        text = PLANE + (SMOOTH if result.patterns is None else SWITCHES) + CURVES
        text += "" if result.predicted is None else RANDOM
        return Finding("Probing images", text, facts, pictures=[_images(subject, result), _curves(result)])


PLANE = (
    "A random plane of observations is cut through one moment of a recorded life, and every point is shown to the "
    "brain with the memory of that moment. "
)
SWITCHES = (
    "Upper row: the values of a layer as colors, then an action. Lower row: regions in each of which all switches "
    "stand alike, so that the brain is one linear rule. "
)
SMOOTH = "The values of each layer are drawn as colors; its units are smooth and have no switches. "
CURVES = (
    "Below: how alike pairs of random inputs remain from layer to layer, and how small differences grow: the more, the "
    "finer the detail that actions turn on."
)
RANDOM = " Random units of its kind would keep small differences at 1."


def measure(subject: Measurable, params: Params = Params()) -> Result:  # noqa: B008  (frozen)
    """Returns a plane of observations through a moment of a life as the layers see it.

    Raises:
        NotApplicable: no genome, no world to live in, a world of arenas, a brain without layers, or a single sense,
            which spans no plane.
    """
    subject = as_subject(subject)
    brain, network, genes = network_of(subject)
    if brain.num_observations < 2:
        raise NotApplicable("it has a single sense, and a plane of observations needs two")
    life = recorded(subject, 4 * params.moments)
    growth, smooth = _growth(brain, network, genes, life, params.moments)
    middle = len(life) // 2
    seen = plane(subject, life.observations[middle], params)
    states = np.repeat(life.states[middle][None], len(seen), axis=0)
    probe = switches(brain, genes, states, seen)
    side, depth = params.size, range(1, network.params.layers + 1)
    layers = np.array([probe.notes[f"layer_{layer}"] for layer in depth]).reshape(len(depth), side, side, -1)
    patterns = np.array([probe.patterns[f"layer_{layer}"] for layer in depth]).reshape(len(depth), side, side)
    weights = {name: values[0] for name, values in probe.notes.items() if name.startswith("weights_")}
    start = np.array(START)
    return Result(
        layers,
        probe.arrays["output"][:, : brain.num_actions].reshape(side, side, -1),
        None if smooth else patterns,
        np.array([len(np.unique(one)) for one in patterns]),
        np.array([boundary_length(one) for one in patterns]),
        start,
        _cosines(brain, network, genes, life, middle),
        mean_field.predicted(network, weights, start)
        if isinstance(network, Wht) and mean_field.applies(network)
        else None,
        growth,
    )


def plane(subject: Subject, through: np.ndarray, params: Params) -> np.ndarray:
    """Returns the observations of a plane: [M * M, I] float32, row by row.

    subject: its senses have ranges. through: [I] the observation in the middle. params: size M, span and draw.
    """
    low, high = subject.bounds.astype(np.float64)
    directions, _ = np.linalg.qr(np.random.default_rng(params.draw).normal(size=(len(through), 2)))
    places = np.linspace(-params.span, params.span, params.size)
    v, u = (each.ravel() for each in np.meshgrid(places, places, indexing="ij"))
    offsets = np.outer(u, directions[:, 0]) + np.outer(v, directions[:, 1])
    seen: np.ndarray = (through + offsets * (high - low) / 2).astype(np.float32)
    return seen


def switches(
    brain: Brain, genes: np.ndarray, states: np.ndarray, observations: np.ndarray, edit: Edit | None = None
) -> Switches:
    """Returns what one step of a genome notes, with its switch patterns.

    genes: [G]. states: [N, S], not changed. observations: [N, I]. edit: changes notes in place.
    """
    probe = Switches(brain.network.width, arrays_of(brain, genes, states, observations), edit)
    with np.errstate(all="ignore"):
        brain.program.step(probe)
    return probe


def boundary_length(patterns: np.ndarray) -> float:
    """Returns the length of the boundaries between equal values of a grid [M, M] whose side has length 1."""
    across = (patterns[:, 1:] != patterns[:, :-1]).sum() + (patterns[1:] != patterns[:-1]).sum()
    return float(across) * np.pi / 4 / (len(patterns) - 1)


def _cosines(brain: Brain, network: NetworkBase, genes: np.ndarray, life: Life, moment: int) -> np.ndarray:
    """Returns the cosines [L + 1, P] of the layers' values for pairs of random inputs, at the moment's state."""
    draw, lanes = np.random.default_rng(1), network.num_inputs
    one, other = draw.normal(size=(2, len(START), PAIRS, lanes))
    one /= np.linalg.norm(one, axis=-1, keepdims=True)
    other -= (one * other).sum(axis=-1, keepdims=True) * one
    other /= np.linalg.norm(other, axis=-1, keepdims=True)
    start = np.array(START)[:, None, None]
    pairs = np.stack([one, start * one + np.sqrt(1 - start**2) * other]) * np.sqrt(network.width)
    rows = pairs.reshape(-1, lanes).astype(np.float32)

    def place(name: str, values: np.ndarray) -> None:
        if name == "input":
            values[:, :lanes] = rows

    states, seen = (np.repeat(each[moment][None], len(rows), axis=0) for each in (life.states, life.observations))
    notes = switches(brain, genes, states, seen, place).notes
    names = ["input", *(f"layer_{layer}" for layer in range(1, network.params.layers + 1))]
    values = np.array([notes[name] for name in names]).reshape(len(names), 2, len(START), PAIRS, -1).astype(np.float64)
    dots = (values[:, 0] * values[:, 1]).sum(axis=-1)
    sizes = np.linalg.norm(values, axis=-1).prod(axis=1)
    cosines: np.ndarray = (dots / np.maximum(sizes, 1e-20)).mean(axis=-1)
    return cosines


def _growth(brain: Brain, network: NetworkBase, genes: np.ndarray, life: Life, moments: int) -> tuple[np.ndarray, bool]:
    """Returns the growth of small differences [T, L + 1] at steps of a life, and True if units are smooth.

    Raises:
        NotApplicable: layers whose values are steps, of which each derivative is 0.
    """
    rows, lanes = thinned(life, moments), network.num_inputs
    names = ["input", *(f"layer_{layer}" for layer in range(1, network.params.layers + 1))]
    found = tangents(brain, genes, life.states[rows], life.observations[rows], input_seeds(network), lanes, names)
    if names[-1] not in found.slopes:
        raise NotApplicable("units of its brain round what they get, so that layers are steps and each gradient is 0")
    relative = [
        np.linalg.norm(found.slopes[name], axis=(1, 2)) / np.maximum(np.linalg.norm(found.values[name], axis=1), 1e-20)
        for name in names
    ]
    growth = np.array(relative).T
    return np.maximum(growth / growth[:, :1], 1e-20), names[-1] in found.bent


def _images(subject: Subject, result: Result) -> Picture:
    depth = len(result.layers)
    chosen = np.unique(np.linspace(0, depth - 1, min(depth, MOST_DEPTHS)).round().astype(int))
    rows = 1 if result.patterns is None else 2
    with drawing(rows, len(chosen) + 1, 2.0 * rows) as (figure, axes):
        for axis in axes:
            axis.set(xticks=[], yticks=[])
        for place, layer in enumerate(chosen):
            axes[place].imshow(value_colors(result.layers[layer]), interpolation="nearest", origin="lower")
            axes[place].set_title(f"layer {layer + 1}")
            if result.patterns is not None:
                below = axes[len(chosen) + 1 + place]
                below.imshow(region_colors(result.patterns[layer]), interpolation="nearest", origin="lower")
                below.set_title(f"{result.regions[layer]:,} regions")
        for row in range(rows):
            _action(subject, result, axes[(row + 1) * (len(chosen) + 1) - 1], row)
        regions = (
            ""
            if result.patterns is None
            else " Each color of the lower row is one pattern of all switches up to there."
        )
        caption = (
            f"Values of layers as colors (three random directions), and actions with their zeros as a line.{regions}"
        )
        columns = ("layer", "regions", "length of boundaries, in sides")
        counts = zip(range(1, depth + 1), result.regions.tolist(), result.boundary.tolist(), strict=True)
        numbers = None if result.patterns is None else Table("Numbers", columns, tuple(counts))
        return Picture(caption, svg(figure), numbers)


def _action(subject: Subject, result: Result, axis: Any, number: int) -> None:
    if number >= result.actions.shape[2]:
        axis.axis("off")
        return
    values = np.clip(result.actions[..., number], -1, 1)
    axis.imshow(values, cmap=diverging(), vmin=-1, vmax=1, origin="lower", interpolation="nearest")
    if values.min() < 0 < values.max():
        axis.contour(values, levels=[0], colors=[COLORS[6]], linewidths=0.7)
    axis.set_title(subject.actuators[number])


def value_colors(values: np.ndarray) -> np.ndarray:
    """Returns colors [M, M, 3] of values [M, M, n]: three random projections, each scaled by its spread."""
    projected = values @ np.random.default_rng(2).normal(size=(values.shape[-1], 3))
    centered = projected - np.median(projected, axis=(0, 1))
    colors: np.ndarray = 0.5 + 0.45 * np.tanh(centered / (centered.std(axis=(0, 1)) + 1e-9))
    return colors


def region_colors(patterns: np.ndarray) -> np.ndarray:
    """Returns a color [M, M, 3] for each number of a pattern."""
    _, places = np.unique(patterns, return_inverse=True)
    count = int(places.max()) + 1
    palette = np.random.default_rng(3).uniform(0.25, 0.95, size=(count, 3))
    return palette[places.reshape(patterns.shape)]


def _curves(result: Result) -> Picture:
    depth = np.arange(len(result.cosines))
    with drawing(1, 2, 2.6) as (figure, (alike, growth)):
        for pair, start in enumerate(result.start):
            alike.plot(depth, result.cosines[:, pair], "o-", color=COLORS[pair], ms=3, lw=1.4, label=f"from {start:g}")
            if result.predicted is not None:
                alike.plot(depth, result.predicted[:, pair], "--", color=COLORS[pair], lw=1)
        alike.set(title="cosine of pairs of random inputs", xlabel="layer", ylim=(-0.1, 1.05), xticks=depth)
        alike.legend(fontsize=7)
        low, middle, high = np.quantile(result.growth, (0.25, 0.5, 0.75), axis=0)
        growth.fill_between(depth, low, high, color=COLORS[0], alpha=0.25, lw=0)
        growth.plot(depth, middle, "o-", color=COLORS[0], ms=3, lw=1.4)
        if result.predicted is not None:
            growth.axhline(1, color=LINE, lw=1, ls="--")
        growth.set(title="relative size of a small difference", xlabel="layer", ylim=(0, None), xticks=depth)
        rows = [("cosine", f"from {start:g}", *result.cosines[:, k].tolist()) for k, start in enumerate(result.start)]
        if result.predicted is not None:
            rows += [
                ("predicted", f"from {start:g}", *result.predicted[:, k].tolist())
                for k, start in enumerate(result.start)
            ]
        rows += [
            ("growth", part, *each.tolist())
            for part, each in (("quartile 1", low), ("median", middle), ("quartile 3", high))
        ]
        alone = result.predicted is None
        caption = "Left: mean cosine of layers for pairs of inputs. Right: growth along the life, median and quartiles."
        caption += "" if alone else " Dashed: the mean-field prediction from its slopes, and 1, that of random units."
        columns = ("measure", "part", *(f"layer {layer}" if layer else "input" for layer in depth.tolist()))
        return Picture(caption, svg(figure), Table("Numbers", columns, tuple(rows)))
