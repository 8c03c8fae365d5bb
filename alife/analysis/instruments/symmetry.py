"""Symmetry: a genome's function up to exchanges of units, its fingerprint, and the distance of two genomes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pydantic

from alife.analysis.instruments.shared.base import Instrument
from alife.analysis.instruments.shared.symmetries import UnitSymmetry, other_genes, symmetry_of
from alife.analysis.report.drawing import drawing, grid, hide_unused, strip, svg
from alife.analysis.report.finding import Facts, Finding, NotApplicable, Picture, Table
from alife.analysis.report.subject import Measurable, Subject, as_subject
from alife.brains.layers.relu_symmetry import digest
from alife.config import params

SHOWN = 16  # characters of a fingerprint, 64 bits
MOST = 12  # panels of the picture
SAME = 1e-4  # distance up to which two genomes are one function: float32 weights differ by about 1e-7


COMPARED = (
    "The units of the second genome are exchanged and scaled so that its weights come near those of the first, which "
    "leaves its function as it is. Distances are ||a - b|| / sqrt(||a||^2 + ||b||^2): 0 for equal weights, about 1 for "
    f"unrelated ones; up to {SAME:g} the genomes are the same function. Other genes are those of memories, for example."
)


class Params(params.Params):
    """Precision of the fingerprint."""

    digits: int = pydantic.Field(
        3, ge=1, le=8, description="decimals of weights in the fingerprint; the fewer, the less rounding changes it"
    )


@dataclass(frozen=True)
class Result:
    """A genome's function, up to the exchanges and scales that leave it unchanged.

    Petzka, Trimmel, Sminchisescu, "Notes on the symmetries of 2-layer ReLU-networks", NLDL 2020, for dense layers; for
    Walsh-Hadamard layers `alife.brains.layers.walsh_symmetry` derives them.

    Attributes:
        group: what acts on the weights, in a sentence.
        exchanges: log10 of the number of genomes that differ by exchanges and signs alone; scales are not counted.
        removed: hidden units that are silent, constant, without effect or copies of others; None for
            Walsh-Hadamard layers, which keep all.
        fingerprint: of the brain and the canonical form, 64 bits in hexadecimal digits.
        form: weights in canonical form; for each member of dense layers [L, n + 1, n] and the last matrix [n, n], of
            Walsh-Hadamard layers slopes [L, 2, n] and injections [L, n].
    """

    group: str
    exchanges: float
    removed: int | None
    fingerprint: str
    form: tuple[np.ndarray, ...]


@dataclass(frozen=True)
class Comparison:
    """Two genomes of one kind of brain, as functions.

    Distances are ||a - b|| / sqrt(||a||^2 + ||b||^2) over all weights: 0 for equal ones, about 1 for unrelated ones.

    Attributes:
        same: True if they are one function up to rounding: `aligned` and `others` are at most 1e-4.
        raw: distance of the weights, unit by unit as they are.
        aligned: distance of the canonical form of the first and the second one aligned to it.
        others: distance of genes that are not weights of layers, such as those of memories.
    """

    same: bool
    raw: float
    aligned: float
    others: float


def measure(subject: Measurable, params: Params | None = None) -> Result:
    """Returns the canonical form and the fingerprint of a genome.

    Args:
        subject: a genome; its world is not needed.
        params: precision of the fingerprint; None: the defaults.

    Raises:
        NotApplicable: no genome, or a network of which no exchange of units is known.
    """
    subject = as_subject(subject)
    return _result(subject, symmetry_of(subject), params or Params())


def _result(subject: Subject, symmetry: UnitSymmetry, params: Params) -> Result:
    form = symmetry.form
    brain = json.dumps(subject.brain.spec() if subject.brain else {}, sort_keys=True)
    content = [np.frombuffer(brain.encode(), np.uint8), *form, *other_genes(subject)]
    fingerprint = digest(content, params.digits)[:SHOWN]
    return Result(symmetry.group, symmetry.exchanges, symmetry.removed, fingerprint, tuple(form))


def compare(one: Measurable, other: Measurable) -> Comparison:
    """Compares two genomes of one kind of brain as functions.

    Args:
        one, other: genomes; their worlds are not needed.

    Raises:
        NotApplicable: another brain, no genome, or a network of which no exchange of units is known.
    """
    one, other = as_subject(one), as_subject(other)
    first, second = symmetry_of(one), symmetry_of(other)
    sizes = [(s.brain.spec(), s.brain.num_observations, s.brain.num_actions) for s in (one, other) if s.brain]
    if sizes[0] != sizes[1]:
        raise NotApplicable(f"{one.name} and {other.name} have different brains, and units are matched only within one")
    aligned, others = _distance(*first.matched(second)), _distance(other_genes(one), other_genes(other))
    same = aligned <= SAME and others <= SAME
    return Comparison(same, _distance(first.weights, second.weights), aligned, others)


def _distance(a: list[np.ndarray], b: list[np.ndarray]) -> float:
    """Returns ||a - b|| / sqrt(||a||^2 + ||b||^2) over all arrays; 0 if all are 0."""
    difference = sum(float(np.sum((x - y) ** 2)) for x, y in zip(a, b, strict=True))
    size = sum(float(np.sum(x**2)) for x in (*a, *b))
    return float(np.sqrt(difference / size)) if size > 0 else 0.0


class Symmetry(Instrument[Params]):
    """The canonical form of the weights, and its fingerprint."""

    order = 24
    definition = (
        "Dense layers: W, b, V -> P D W, P D b, V D^-1 P^T leaves V f(W x + b) as it is for a permutation P and a "
        "diagonal D above 0 (ReLU) or of 1 and -1 (tanh): Petzka, Trimmel, Sminchisescu, Notes on the symmetries of "
        "2-layer ReLU-networks, NLDL 2020. Walsh-Hadamard layers of two slopes: with H the transform, chi_k its row k "
        "and X_k the exchange of lane j with j xor k, H chi_k = X_k H; so slopes times c chi_k are undone by shifting "
        "the next layer by k and dividing by c. The canonical form is a fixed choice among all these genomes; the "
        "fingerprint is SHA-256 of it, of the genes beside the layers, and of the brain's parameters, rounded. Equal "
        "fingerprints: equal functions up to rounding. Other symmetries are known only in degenerate cases."
    )

    def measure(self, subject: Subject) -> Finding | None:
        """Returns the fingerprint and a picture of the canonical form.

        Raises:
            NotApplicable: as the function `measure`.
        """
        result = measure(subject, self.params)
        text = (
            "Different genomes can be the same function, because the units of a layer can be exchanged and scaled. "
            f"{result.group} Two genomes with the same fingerprint act alike, up to rounding; genomes that differ in "
            "one weight, even by an amount that hardly matters, have different ones."
        )
        facts: Facts = {
            "fingerprint": result.fingerprint,
            "genomes by exchanges and signs": f"10^{result.exchanges:.1f}",
        }
        if result.removed is not None:
            facts["hidden units without effect"] = result.removed
        return Finding("Function", text, facts, pictures=[_picture(result)])

    def compare(self, first: Subject, second: Subject) -> Finding | None:
        """Returns whether two genomes are the same function, and their distances.

        Raises:
            NotApplicable: as the function `compare`.
        """
        found = compare(first, second)
        facts: Facts = {
            "same function": "yes, up to rounding" if found.same else "no",
            "aligned distance": found.aligned,
            "distance as they are": found.raw,
            "distance of other genes": found.others,
        }
        return Finding("Function: the same or not", COMPARED, facts)


def _picture(result: Result) -> Picture:
    """Draws the canonical form of the first member."""
    first, second = result.form[:2]
    panels = [*_strips(first, second)] if first.shape[1] == 2 else [*_matrices(first, second)]
    left = len(panels) - MOST
    panels = panels[:MOST]
    flat = first.shape[1] == 2
    rows, columns = (len(panels), 1) if flat else grid(len(panels))
    with drawing(rows, columns, 0.5 + (0.62 if flat else 2.6) * rows) as (figure, axes):
        for axis, (title, values) in zip(axes, panels, strict=False):
            strip(axis, values, title, ("above", "below") if flat and len(values) == 2 else ())
            axis.set(xticks=[], **({} if flat else {"yticks": []}))
        hide_unused(axes, len(panels))
        caption = "Weights in canonical form, of the first member; a column is a hidden unit."
        caption += f" {left} more are not shown." if left > 0 else ""
        return Picture(caption, svg(figure), _numbers(panels))


def _strips(slopes: np.ndarray, injections: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    for number, (pair, injection) in enumerate(zip(slopes, injections, strict=True), 1):
        yield f"slopes of layer {number}", pair
        if injection.any():
            yield f"input added after layer {number}", injection[None]


def _matrices(layers: np.ndarray, last: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """Yields matrices without rows of lanes that are not in use, and the output as a column for each of its units."""
    for number, layer in enumerate(layers, 1):
        yield f"layer {number}, biases in the last row", layer[np.append(layer[:-1].any(axis=1), True)]
    yield "output", last[:, np.append(True, last[:, 1:].any(axis=0))].T


def _numbers(panels: list[tuple[str, np.ndarray]]) -> Table:
    """Returns a row for each unit and a column for each row of a panel; of matrices the length of a unit's weights."""
    columns, values = ["unit"], list[np.ndarray]()
    for title, rows in panels:
        pair = title.startswith("slopes")
        columns += [f"{title}, {name}" for name in ("above", "below")] if pair else [title]
        values += list(rows) if pair or len(rows) == 1 else [np.sqrt(np.sum(rows**2, axis=0))]
    units = enumerate(zip(*(value.tolist() for value in values), strict=True), 1)
    return Table("Numbers", tuple(columns), tuple((unit, *row) for unit, row in units))
