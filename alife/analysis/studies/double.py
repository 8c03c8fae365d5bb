"""Sums of k doubly weighted transforms in place of a trained layer, without retraining, against a plain decomposition.

A sum of k transforms, each weighted before and after, is the matrix H * (A B^T), entry by entry, with A and B of k
columns (`alife.brains.double`): the nearest such to a matrix is given by the largest k singular parts of the matrix
divided by H, entry by entry. A net of two hidden layers of 64 ReLUs learns images of 64 pixels; the matrix between its
hidden layers is replaced by k transforms, or by its own k largest singular parts, which are as many weights (2 k n).
Errors are Frobenius norms over that of the matrix; `random` is a matrix of normal numbers. Seeds draw images, initial
weights and random matrices. The last three claims are of a use, to compile trained layers, that no source makes.
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
from alife.brains.double import compile_matrix
from alife.brains.layers.walsh_symmetry import walsh

WIDTH, TRANSFORMS, EXACT, KEPT, EQUAL = 64, (1, 2, 4, 8, 16, 32, 64), 1e-9, 0.97, 0.01
DERIVED, USE = "derived: Eckart and Young, Psychometrika 1, 1936", "a use of `compile_matrix`"


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
        images = load_images(None).drawn(1200, 1000, case["seed"])
        net = train(images, [WIDTH, WIDTH], case["seed"], 15 if self.params.quick else 30)
        trained, random = net.weights[1], np.random.default_rng(case["seed"]).normal(size=(WIDTH, WIDTH))
        whole, rows = net.accuracy(images), []
        for k in TRANSFORMS:
            near = {"double": _double(trained, k), "svd": _singular(trained, k)}
            kept = {name: net.accuracy(images, [net.weights[0], each, net.weights[2]]) for name, each in near.items()}
            rows.append(
                {
                    "transforms": k,
                    "whole": whole,
                    **{f"{name} error": _error(each, trained) for name, each in near.items()},
                    **{f"{name} kept": accuracy / whole for name, accuracy in kept.items()},
                    "random error": _error(_double(random, k), random),
                    "bound": _bound(trained, k),
                    "random bound": _bound(random, k),
                }
            )
        return rows

    def claims(self, rows: Sequence[Row]) -> list[Claim]:
        """Returns the claims of the bound, of k = n, and of the accuracy kept."""
        worst = max(abs(row[a] - row[b]) for row in rows for a, b in PAIRS)
        full = max(row["double error"] for row in chosen(rows, transforms=WIDTH))
        found = []
        for k in (4, 16):
            kept = mean_of(rows, "double kept", transforms=k)
            text = f"{k} transforms keep 97 % of the accuracy of a trained layer"
            found.append(Claim(USE, text, f"{kept} of the accuracy", at_least(kept, KEPT)))
        less = {k: _less(rows, k) for k in distinct(rows, "transforms") if 1 < k < WIDTH}
        k, most = min(less.items(), key=lambda item: item[1].high)
        verdicts = [at_least(each, -EQUAL) for each in less.values()]
        return [
            Claim(
                DERIVED,
                "the error of k transforms is that of the bound",
                f"largest difference {worst:.2g}",
                worst < EXACT,
            ),
            Claim(DERIVED, "k = n reaches every matrix", f"largest error {full:.2g}", full < EXACT),
            *found,
            Claim(
                USE,
                "as good as a plain decomposition of as many weights, within 1 %",
                f"at k = {k}, accuracy kept less that of a decomposition: {most}",
                all_hold(verdicts),
            ),
        ]

    def tables(self, rows: Sequence[Row]) -> list[str]:
        """Returns errors and accuracy by the number of transforms."""
        columns = {
            "error, trained": "double error",
            "error, random": "random error",
            "error of a decomposition": "svd error",
            "accuracy kept": "double kept",
            "kept by a decomposition": "svd kept",
        }
        cells = [
            [str(k), *(str(mean_of(rows, column, transforms=k)) for column in columns.values())]
            for k in distinct(rows, "transforms")
        ]
        lines = [f"Accuracy of the whole net: {mean_of(rows, 'whole')}.\n"]
        return [*lines, *table(("k", *columns), cells)]


PAIRS = (("double error", "bound"), ("random error", "random bound"))


def _less(rows: Sequence[Row], k: int) -> Mean:
    """Returns the accuracy that k transforms keep, less that of a decomposition: its mean and interval."""
    own = [
        {"seed": row["seed"], "by": name, "kept": row[f"{name} kept"]}
        for row in chosen(rows, transforms=k)
        for name in ("double", "svd")
    ]
    return difference(own, "kept", {"by": "double"}, {"by": "svd"})


def _double(matrix: np.ndarray, k: int) -> np.ndarray:
    """Returns the nearest sum of k transforms to a matrix [n, n], as a matrix."""
    after, before = compile_matrix(matrix, k)
    near: np.ndarray = _hadamard(len(matrix)) * (after.T @ before)
    return near


def _singular(matrix: np.ndarray, k: int) -> np.ndarray:
    """Returns the k largest singular parts of a matrix [n, n]."""
    left, sizes, right = np.linalg.svd(matrix)
    near: np.ndarray = (left[:, :k] * sizes[:k]) @ right[:k]
    return near


def _bound(matrix: np.ndarray, k: int) -> float:
    """Returns the least error of k transforms: of the singular values of a matrix [n, n] over H that are left out."""
    sizes = np.linalg.svd(matrix / _hadamard(len(matrix)), compute_uv=False)
    return float(np.sqrt(np.square(sizes[k:]).sum() / np.square(sizes).sum()))


def _hadamard(n: int) -> np.ndarray:
    """Returns the transform as a matrix [n, n] that keeps lengths."""
    matrix: np.ndarray = walsh(n) / np.sqrt(n)
    return matrix


def _error(near: np.ndarray, matrix: np.ndarray) -> float:
    return float(np.linalg.norm(near - matrix) / np.linalg.norm(matrix))
