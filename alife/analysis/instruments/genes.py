"""Genes: pictures of the genes, and of the weights and slopes that they unfold into."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alife.analysis.instruments.shared.base import Instrument
from alife.analysis.instruments.shared.base import NoParams as Params
from alife.analysis.report.drawing import COLORS, LINE, SKY, drawing, largest, strip, svg
from alife.analysis.report.finding import Facts, Finding, NotApplicable, Picture, Table
from alife.analysis.report.subject import Measurable, Subject, as_subject

EXTREME = 0.9  # genes beyond it are counted
ROW = 64  # genes in a row of the picture, at most


@dataclass(frozen=True)
class Result:
    """Genes and what they unfold into.

    Attributes:
        genes: slot -> [...] float32 or float16, -1 to 1, in the slot's shape.
        weights: name -> [rows, n] float32; slopes have two rows, above and below zero.
        extreme: share of all genes with |g| > 0.9, 0 to 1.
    """

    genes: dict[str, np.ndarray]
    weights: dict[str, np.ndarray]
    extreme: float


class Genes(Instrument[Params]):
    """Color strips of genes and weights, and the two slopes of every unit."""

    order = 20
    definition = (
        f"genes beyond ±{EXTREME} = share of genes g with |g| > {EXTREME}\n"
        "weights: those that a step of the brain reads, after its projection; a unit's output is s x for x > 0 and t x "
        "otherwise, s and t its two slopes"
    )

    def measure(self, subject: Subject) -> Finding | None:
        """Returns pictures. Raises NotApplicable for an extinct run."""
        result = measure(subject)
        weights, count = result.weights, sum(genes.size for genes in result.genes.values())
        text = (
            "Each unit multiplies its input by one slope above zero and by another below. Equal slopes make a unit "
            "linear, slopes of opposite sign make it fold its input. The genes of random founders are uniform from -1 "
            "to 1, a tenth of them beyond ±0.9; a larger share suggests that selection favors extremes."
        )
        facts: Facts = {"genes": count, f"genes beyond ±{EXTREME}": f"{result.extreme:.0%}"}
        slopes = {name: values for name, values in weights.items() if len(values) == 2}
        pictures = [_genes(subject), *([_strips(weights)] if weights else []), *([_slopes(slopes)] if slopes else [])]
        return Finding("Genes and weights", text, facts, pictures=pictures)


def measure(subject: Measurable) -> Result:
    """Returns the genes of a genome by slot, and its weights.

    Args:
        subject: a genome, or a run with a champion.

    Raises:
        NotApplicable: an extinct run.
    """
    subject = as_subject(subject)
    if subject.genome is None or subject.brain is None:
        raise NotApplicable("no agent of this run is alive, and it saved no champion; name a genome")
    genes = subject.genome.params
    slots = {
        name: genes[start : start + int(np.prod(shape))].reshape(shape)
        for name, (kind, start, shape) in subject.brain.layout.items()
        if kind == "genome"
    }
    return Result(slots, unfolded(subject), float(np.mean(np.abs(genes) > EXTREME)))


def unfolded(subject: Subject) -> dict[str, np.ndarray]:
    """Returns the weights that the brain uses, {name: [rows, n]}; slopes have two rows, above and below zero."""
    assert subject.genome is not None and subject.brain is not None
    brain = subject.brain
    words = brain.record(subject.genome.params, brain.new_states(1)[0], np.zeros(brain.num_observations, np.float32))
    named = {name.removeprefix("weights_"): value for name, value in words.items() if name.startswith("weights_")}
    return {name: value.reshape(-1, brain.network.width) for name, value in named.items()}


def _genes(subject: Subject) -> Picture:
    assert subject.genome is not None and subject.brain is not None
    slots = {n: (start, shape) for n, (kind, start, shape) in subject.brain.layout.items() if kind == "genome"}
    with drawing(len(slots), 1, 0.5 + 0.62 * len(slots)) as (figure, axes):
        for axis, (name, (start, shape)) in zip(axes, slots.items(), strict=True):
            values = subject.genome.params[start : start + int(np.prod(shape))]
            row = min(ROW, len(values))
            grid = np.zeros(-(-len(values) // row) * row, np.float32)
            grid[: len(values)] = values
            strip(axis, grid.reshape(-1, row), name.replace("_", " "))
            axis.set_xticks([])
        return Picture(f"Genes by slot, up to {ROW} in a row.", svg(figure), _gene_table(subject.genome.params, slots))


def _strips(weights: dict[str, np.ndarray]) -> Picture:
    with drawing(len(weights), 1, 0.5 + 0.62 * len(weights)) as (figure, axes):
        for axis, (name, rows) in zip(axes, weights.items(), strict=True):
            strip(axis, rows, name.replace("_", " "), ("above", "below") if len(rows) == 2 else ())
            axis.set_xticks([])
        caption = "Weights that the genes unfold into; a column is a unit."
        return Picture(caption, svg(figure), _unit_table(weights))


def _slopes(slopes: dict[str, np.ndarray]) -> Picture:
    with drawing(1, 2, 2.9) as (figure, (plane, counts)):
        limit = 1.1 * max(largest(rows) for rows in slopes.values()) or 1.0
        plane.plot([-limit, limit], [-limit, limit], color=LINE, lw=1, zorder=0)
        for number, (name, rows) in enumerate(slopes.items()):
            color = COLORS[number % len(COLORS)]
            plane.scatter(rows[0], rows[1], s=9, color=color, alpha=0.7, label=name.replace("_", " "))
        plane.set(xlabel="slope above zero", ylabel="slope below zero", xlim=(-limit, limit), ylim=(-limit, limit))
        plane.set_aspect("equal")
        plane.legend(fontsize=7, loc="upper left", bbox_to_anchor=(1, 1))
        every = np.concatenate([rows.ravel() for rows in slopes.values()]).astype(np.float64)
        counts.hist(every[np.isfinite(every)], bins=31, color=SKY, alpha=0.8)
        counts.set(xlabel="slope", ylabel="number of slopes")
        caption = "The two slopes of each unit, and all slopes; a unit on the diagonal is linear."
        return Picture(caption, svg(figure), _unit_table(slopes))


def _gene_table(genes: np.ndarray, slots: dict[str, tuple[int, tuple[int, ...]]]) -> Table:
    """Returns a row for each gene. genes: [G]; slots: name -> first gene, shape."""
    rows = [
        (name, place, float(genes[start + place]))
        for name, (start, shape) in slots.items()
        for place in range(int(np.prod(shape)))
    ]
    return Table("Numbers", ("slot", "place", "gene"), tuple(rows))


def _unit_table(weights: dict[str, np.ndarray]) -> Table:
    """Returns a row for each unit of each layer. weights: name -> [rows, n]."""
    most = max(map(len, weights.values()))
    rows = [
        (name.replace("_", " "), unit, *column.tolist(), *[""] * (most - len(column)))
        for name, values in weights.items()
        for unit, column in enumerate(values.T)
    ]
    return Table("Numbers", ("weights", "unit", *(f"row {row}" for row in range(most))), tuple(rows))
