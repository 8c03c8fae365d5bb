"""Weights shared by random projections against weights of their own, at equal numbers of genes.

Nets of one hidden layer of ReLUs learn 1,000 digits by descent with momentum, 40 passes. `shared`: 32 units; the
weights of each layer unfold from 32, 64 or 128 genes, by the projection of the study `sharing`, and after each step
they are the nearest that genes can give. `sparse`: 32 units, as many genes, each of which is one drawn weight; the
others are 0. `narrow`: 1, 2 or 4 units, which have about as many weights. `whole`: 32 units with all weights. Biases
are genes, too. Accuracy is that on 597 test images. Seeds draw images, of 1,200 that they share, initial
weights, flips and places.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from alife.analysis.markdown import table
from alife.analysis.studies.shared.computed import Claim, ComputedParams, ComputedStudy
from alife.analysis.studies.shared.descent import Constrain, descended
from alife.analysis.studies.shared.images import load_images
from alife.analysis.studies.shared.rows import Row, at_least, chosen, difference, mean_of
from alife.analysis.studies.sharing import FLIPS, GENES, unfolding

HIDDEN, IMAGES, TESTED, PASSES, QUICK = 32, 1000, 597, 40, 10
PER_LAYER, UNITS, KEPT, COMPARISON = (32, 64, 128), (1, 2, 4), 0.97, "a comparison"


class Params(ComputedParams):
    """Number of seeds, and a short form."""


class EqualGenes(ComputedStudy[Params]):
    """Compares nets whose weights are shared with smaller ones of as many genes."""

    title: ClassVar[str] = "Shared weights against direct ones at equal genes"

    def cases(self) -> list[dict[str, Any]]:
        """Returns a case for each net and seed."""
        first = len(UNITS) - 1 if self.params.quick else 0
        arms = [("whole", HIDDEN), *(("narrow", units) for units in UNITS[first:])]
        arms += [(name, genes) for name in ("sparse", "shared") for genes in PER_LAYER[first:]]
        return [{"weights": arm, "size": size, "seed": seed} for seed in self.params.repetitions for arm, size in arms]

    def compute(self, case: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Returns the row of a net. Raises UserError without scikit-learn."""
        images, rng = load_images(None).drawn(IMAGES, TESTED, case["seed"]), np.random.default_rng(case["seed"])
        arm, size = case["weights"], case["size"]
        sizes = (images.train.shape[1], size if arm == "narrow" else HIDDEN, 10)
        matrices = [rng.normal(size=(b, a)) * np.sqrt(2 / a) for a, b in zip(sizes[:-1], sizes[1:], strict=True)]
        genes = sum(matrix.size for matrix in matrices)
        nearest: Constrain = _same
        if arm in ("sparse", "shared"):
            genes = len(matrices) * size
            nearest = _masked(matrices, size, rng) if arm == "sparse" else _unfolded(matrices, size, case["seed"])
            # as large as weights of their own
            matrices = [nearest(k, matrix) * np.sqrt(matrix.size / size) for k, matrix in enumerate(matrices)]
        net = descended(images, matrices, nearest, QUICK if self.params.quick else PASSES, case["seed"])
        learned = replace(images, test=images.train, test_labels=images.train_labels)
        accuracies = {"train accuracy": net.accuracy(learned), "accuracy": net.accuracy(images)}
        return [{"units": sizes[1], "genes": genes + sum(sizes[1:]), **accuracies}]

    def claims(self, rows: Sequence[Row]) -> list[Claim]:
        """Returns the claims that shared weights are more accurate, and near those of a whole net."""
        whole, found = mean_of(rows, "accuracy", weights="whole").value, []
        for size, units in zip(PER_LAYER, UNITS, strict=True):
            shared = {"weights": "shared", "size": size}
            if not chosen(rows, **shared):
                continue
            count = chosen(rows, **shared)[0]["genes"]
            for arm in ({"weights": "narrow", "size": units}, {"weights": "sparse", "size": size}):
                more = difference(rows, "accuracy", shared, arm)
                other = f"{chosen(rows, **arm)[0]['genes']} of a {arm['weights']} net"
                text = f"{count} genes of shared weights are more accurate than {other}"
                found.append(Claim(COMPARISON, text, f"by {more}", at_least(more, 0)))
            kept = mean_of([{**row, "kept": row["accuracy"] / whole} for row in chosen(rows, **shared)], "kept")
            text = f"{count} genes of shared weights keep {100 * KEPT:g} % of the accuracy of a whole net"
            found.append(Claim(COMPARISON, text, f"{kept} of the accuracy", at_least(kept, KEPT)))
        return found

    def tables(self, rows: Sequence[Row]) -> list[str]:
        """Returns the accuracy of each net."""
        cells = []
        for arm, size in dict.fromkeys((row["weights"], row["size"]) for row in rows):
            own = chosen(rows, weights=arm, size=size)
            means = [str(mean_of(own, column)) for column in ("train accuracy", "accuracy")]
            cells.append([arm, str(own[0]["units"]), str(own[0]["genes"]), *means])
        return list(table(("weights", "hidden units", "genes", "train accuracy", "test accuracy"), cells))


def _same(layer: int, matrix: np.ndarray) -> np.ndarray:
    return matrix


def _masked(matrices: Sequence[np.ndarray], genes: int, rng: np.random.Generator) -> Constrain:
    """Returns the constraint that all but k drawn weights of each matrix are 0."""
    masks = [rng.permuted(np.arange(matrix.size)).reshape(matrix.shape) < genes for matrix in matrices]
    return lambda layer, matrix: matrix * masks[layer]


def _unfolded(matrices: Sequence[np.ndarray], genes: int, seed: int) -> Constrain:
    """Returns the constraint that each matrix unfolds from k genes."""
    spans = []
    for layer, matrix in enumerate(matrices):
        ratio = -(-matrix.size // GENES)
        projection = unfolding(ratio, (2 * seed + layer) * FLIPS)[: matrix.size, :genes]
        spans.append(np.linalg.qr(projection)[0])  # [W, k], orthonormal
    return lambda layer, matrix: (spans[layer] @ (spans[layer].T @ matrix.ravel())).reshape(matrix.shape)
