"""Sums of k doubly weighted transforms in place of a trained layer, without retraining, against a plain decomposition.

A sum of k transforms, each weighted before and after, is the matrix H * (A B^T), entry by entry, with A and B of k
columns (`alife.brains.double`): the nearest such to a matrix is given by the largest k singular parts of the matrix
divided by H, entry by entry, so that neither signs, which weights have, nor another search can be nearer by its
entries. `on examples`: nearest by the outputs on the 1,200 images of training, by alternating least squares from there.
`units exchanged`: the units of both hidden layers, whose order is free, first exchange places, in 1,500 trials each of
which is kept where it lowers the bound. A net of two hidden layers of 64 ReLUs learns images of 64 pixels; the matrix
between its hidden layers is replaced by k transforms, or by a matrix of rank k, which has as many weights (2 k n):
its own k largest singular parts, or those that are nearest on the same examples. Errors are Frobenius norms over that
of the matrix; `random` is a matrix of normal numbers. Accuracy is that on 597 other images. Seeds draw images, initial
weights, pairs of units and random matrices. Uses, to compile trained layers, are claims that no source makes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from alife.analysis.markdown import table
from alife.analysis.statistics import Mean
from alife.analysis.studies.shared.computed import Claim, ComputedParams, ComputedStudy
from alife.analysis.studies.shared.images import load_images
from alife.analysis.studies.shared.rows import Row, all_hold, at_least, chosen, difference, distinct, mean_of
from alife.analysis.studies.shared.trained import train
from alife.analysis.studies.shared.transform_sums import Near, bound, decomposition, exchanged, transforms

WIDTH, TRANSFORMS, QUICK, EXACT, KEPT, EQUAL = 64, (1, 2, 4, 8, 16, 32, 64), (4, 16, 64), 1e-9, 0.97, 0.01
DERIVED, USE = "derived: Eckart and Young, Psychometrika 1, 1936", "a use of `compile_matrix`"
NEAREST, FITTED = "nearest", "on examples"
EXCHANGED, EXCHANGED_FITTED = "nearest, units exchanged", "on examples, units exchanged"
PLAIN, PLAIN_FITTED = "rank k", "rank k, on examples"
ON_EXAMPLES = (FITTED, EXCHANGED_FITTED, PLAIN_FITTED)
TRIES = 1500


class Params(ComputedParams):
    """Number of seeds, and a short form."""


class Double(ComputedStudy[Params]):
    """Measures error and accuracy of k transforms in place of a layer."""

    title: ClassVar[str] = "Double weighting in place of a trained layer"

    def cases(self) -> list[dict[str, Any]]:
        """Returns a case for each seed."""
        return [{"seed": seed} for seed in self.params.repetitions]

    def compute(self, case: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Returns a row for each number of transforms. Raises UserError without scikit-learn."""
        quick, seed = self.params.quick, case["seed"]
        images = load_images(None).drawn(1200, 1000, seed)
        net = train(images, [WIDTH, WIDTH], seed, 15 if quick else 30)
        trained, random = net.weights[1], np.random.default_rng(seed).normal(size=(WIDTH, WIDTH))
        forms, seen = _forms(TRIES // 10 if quick else TRIES, seed), net.activations(images.train)[1]
        whole, rows = net.accuracy(images), []
        for k in QUICK if quick else TRANSFORMS:
            near = {name: form(trained, k, seen if name in ON_EXAMPLES else None) for name, form in forms.items()}
            kept = {name: net.accuracy(images, [net.weights[0], each, net.weights[2]]) for name, each in near.items()}
            rows.append(
                {
                    "transforms": k,
                    "whole": whole,
                    **{f"{name}: error": _error(each, trained) for name, each in near.items()},
                    **{f"{name}: kept": accuracy / whole for name, accuracy in kept.items()},
                    "random error": _error(transforms(random, k), random),
                    "bound": bound(trained, k),
                    "random bound": bound(random, k),
                }
            )
        return rows

    def claims(self, rows: Sequence[Row]) -> list[Claim]:
        """Returns the claims of the bound, of k = n, and of the accuracy kept."""
        worst = max(abs(row[a] - row[b]) for row in rows for a, b in PAIRS)
        full = max(row[f"{NEAREST}: error"] for row in chosen(rows, transforms=WIDTH))
        found = [
            Claim(
                DERIVED,
                "the error of k transforms is that of the bound",
                f"largest difference {worst:.2g}",
                worst < EXACT,
            ),
            Claim(DERIVED, "k = n reaches every matrix", f"largest error {full:.2g}", full < EXACT),
        ]
        for name in (NEAREST, FITTED):
            for k in (4, 16):
                kept = mean_of(rows, f"{name}: kept", transforms=k)
                text = f"{name}: {k} transforms keep 97 % of the accuracy of a trained layer"
                found.append(Claim(USE, text, f"{kept} of the accuracy", at_least(kept, KEPT)))
        for one, other in ((NEAREST, PLAIN), (FITTED, PLAIN), (FITTED, PLAIN_FITTED)):
            text = f"{one}: as good as {other}, of as many weights, within 1 %"
            found.append(_claim(rows, one, other, text, -EQUAL))
        for one, other in ((EXCHANGED, NEAREST), (EXCHANGED_FITTED, FITTED)):
            found.append(_claim(rows, one, other, f"{one}: more accurate than without the exchange", 0.0))
        return found

    def tables(self, rows: Sequence[Row]) -> list[str]:
        """Returns errors and accuracy by the number of transforms."""
        lines = [f"Accuracy of the whole net: {mean_of(rows, 'whole')}.\n"]
        errors = {f"{name}: error": name for name in _forms(0, 0) if name not in ON_EXAMPLES}
        for title, columns in (
            ("Accuracy kept", {f"{name}: kept": name for name in _forms(0, 0)}),
            ("Error", errors | {"random error": "nearest, random"}),
        ):
            lines.append(f"## {title}\n")
            cells = [
                [str(k), *(str(mean_of(rows, column, transforms=k)) for column in columns)]
                for k in distinct(rows, "transforms")
            ]
            lines += table(("k", *columns.values()), cells)
        return lines


PAIRS = ((f"{NEAREST}: error", "bound"), ("random error", "random bound"))


def _forms(tries: int, seed: int) -> dict[str, Near]:
    """Returns the forms by name. tries, seed: of exchanges of units."""
    moved = exchanged(transforms, tries, seed)
    sums: dict[str, Near] = {NEAREST: transforms, FITTED: transforms, EXCHANGED: moved, EXCHANGED_FITTED: moved}
    return {**sums, PLAIN: decomposition, PLAIN_FITTED: decomposition}


def _claim(rows: Sequence[Row], one: str, other: str, text: str, least: float) -> Claim:
    """Returns the claim that one form keeps more than another, or less by at most -`least`, at each k."""
    more = {k: _more(rows, k, one, other) for k in distinct(rows, "transforms") if 1 < k < WIDTH}
    k, lowest = min(more.items(), key=lambda item: item[1].value)
    verdict = all_hold([at_least(each, least) for each in more.values()])
    return Claim(USE, text, f"accuracy kept less that of the other, least at k = {k}: {lowest}", verdict)


def _more(rows: Sequence[Row], k: int, one: str, other: str) -> Mean:
    """Returns the accuracy that one form keeps, less that of another: its mean and interval."""
    own = [
        {"seed": row["seed"], "by": name, "kept": row[f"{name}: kept"]}
        for row in chosen(rows, transforms=k)
        for name in (one, other)
    ]
    return difference(own, "kept", {"by": one}, {"by": other})


def _error(near: np.ndarray, matrix: np.ndarray) -> float:
    return float(np.linalg.norm(near - matrix) / np.linalg.norm(matrix))
