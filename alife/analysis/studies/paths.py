"""Nets that are sparse from scratch: accuracy against the number of paths, by their generator and signs.

P paths go through layers of 784, 300, 300 and 10 neurons, or of 64, 64, 64 and 10 for the digits of scikit-learn, as in
the brain `paths`: by points of Sobol's sequence, by permutations of blocks, or drawn independently, each on a grid of
1,024 (of 64) places, which are spread over the neurons of a layer. A weight is trained where a path leads, all others
stay 0; with fixed signs a weight has the sign of its path, (-1)^(p div 1024) or (-1)^(p div 64), and may only change in
size. Weights are different edges; `dense` has all. Nets learn 1,200 images, 15 times, by descent; accuracy is that on
test images. Seeds draw images and the sizes of initial weights; the wiring is the same for all. Near means within 2 %.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import numpy as np

from alife.analysis.markdown import table
from alife.analysis.studies.shared.computed import Claim, ComputedStudy, DataParams
from alife.analysis.studies.shared.descent import descended
from alife.analysis.studies.shared.images import load_images
from alife.analysis.studies.shared.rows import (
    Row,
    all_hold,
    at_least,
    chosen,
    difference,
    distinct,
    mean_of,
)
from alife.brains.layers.path_wiring import choose_dimensions, places, sobol_places
from alife.errors import UserError

NEAR, CHOSEN = 0.02, 256  # places among which dimensions of Sobol's sequence are chosen, at most
ARMS = {  # name -> generator, fixed signs
    "sobol": ("sobol", False),
    "sobol, fixed signs": ("sobol", True),
    "block": ("block", False),
    "iid": ("iid", False),
}


@dataclass(frozen=True)
class Plan:
    """Neurons of each layer, places of the grid, and numbers of paths."""

    sizes: tuple[int, ...]
    grid: int
    paths: tuple[int, ...]


SMALL = Plan((64, 64, 64, 10), 64, (64, 128, 256, 512, 1024))
LARGE = Plan((784, 300, 300, 10), 1024, (1024, 2048, 4096, 8192, 16384))
SOURCE = "Keller, Van keirsbilck, Yang, arXiv 2103.03543"


class Params(DataParams):
    """Number of seeds, a short form, and data."""


class Paths(ComputedStudy[Params]):
    """Measures the accuracy of nets of paths."""

    title: ClassVar[str] = "Paths: sparse from scratch"

    def cases(self) -> list[dict[str, Any]]:
        """Returns a case for each arm, number of paths and seed."""
        every = (SMALL if self.params.data is None else LARGE).paths
        counts = every[:3:2] if self.params.quick else every
        arms = [("dense", 0), *((arm, count) for arm in ARMS for count in counts)]
        return [{"arm": arm, "paths": count, "seed": seed} for seed in self.params.repetitions for arm, count in arms]

    def compute(self, case: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Returns the row of a net. Raises UserError without data, or for images of other sizes."""
        images = load_images(self.params.data).drawn(1200, 1000, case["seed"])
        plan = SMALL if self.params.data is None else LARGE
        if (pixels := images.train.shape[1]) != plan.sizes[0]:
            raise UserError(f"data: expected images of {plan.sizes[0]} pixels, got {pixels} in {images.name}")
        signs = _signs(plan, case["arm"], case["paths"])
        fixed = case["arm"] in ARMS and ARMS[case["arm"]][1]
        rng = np.random.default_rng(case["seed"])
        initial = [_initial(each, fixed, rng) for each in signs]
        epochs = 2 if self.params.quick else 15
        net = descended(images, initial, partial(_constrained, signs, fixed), epochs, case["seed"])
        weights = sum(int(np.count_nonzero(each)) for each in signs)
        return [{"data": images.name, "weights": weights, "accuracy": net.accuracy(images)}]

    def claims(self, rows: Sequence[Row]) -> list[Claim]:
        """Returns the claims of the abstract, and of the generators."""
        counts = [count for count in distinct(rows, "paths") if count]
        dense, found = {"arm": "dense"}, []
        all_weights = chosen(rows, arm="dense")[0]["weights"]
        for count in counts:
            less = difference(rows, "accuracy", {"arm": "sobol", "paths": count}, dense)
            share = chosen(rows, arm="sobol", paths=count)[0]["weights"] / all_weights
            text = f"sobol, {count} paths: near a dense net, with {100 * share:.0f} % of its weights"
            found.append(Claim(SOURCE, text, f"accuracy less that of dense {less}", at_least(less, -NEAR)))
        signs = {c: difference(rows, "accuracy", _at("sobol, fixed signs", c), _at("sobol", c)) for c in counts}
        better = {c: difference(rows, "accuracy", _at("sobol", c), _at("iid", c)) for c in counts}
        worst, least = (min(each.items(), key=lambda item: item[1].value) for each in (signs, better))
        linear = all(row["weights"] <= row["paths"] * (len(SMALL.sizes) - 1) for row in rows if row["paths"])
        near, ahead = (all_hold([at_least(m, -by) for m in each.values()]) for each, by in ((signs, NEAR), (better, 0)))
        said = f"weights {'at most' if linear else 'not always at most'} paths times layers"
        return [
            *found,
            Claim(SOURCE, "fixed signs: near free ones", f"least at {worst[0]} paths: {worst[1]}", near),
            Claim("a comparison", "sobol at least as accurate as iid", f"least at {least[0]} paths: {least[1]}", ahead),
            Claim(SOURCE, "cost linear in the number of paths", said, linear),
        ]

    def tables(self, rows: Sequence[Row]) -> list[str]:
        """Returns accuracy and weights by arm and number of paths."""
        counts = [count for count in distinct(rows, "paths") if count]
        lines = [f"Accuracy of a dense net: {mean_of(rows, 'accuracy', arm='dense')}.\n"]
        for title, column in (("Accuracy", "accuracy"), ("Weights", "weights")):
            lines.append(f"## {title}\n")
            form = str if column == "accuracy" else lambda mean: f"{mean.value:,.0f}"
            cells = [[arm, *(form(mean_of(rows, column, arm=arm, paths=count)) for count in counts)] for arm in ARMS]
            lines += table(("wiring", *(f"{count} paths" for count in counts)), cells)
        return lines


def _at(arm: str, count: int) -> dict[str, Any]:
    return {"arm": arm, "paths": count}


def _places(plan: Plan, generator: str, count: int) -> np.ndarray:
    """Returns the places of each path, [layers, P] int64 below the grid."""
    layers = len(plan.sizes) - 1
    if generator != "sobol" or plan.grid <= CHOSEN:
        return places(generator, layers, count, plan.grid)
    return np.stack([sobol_places(d, count, plan.grid) for d in choose_dimensions(layers, count, CHOSEN)])


def _signs(plan: Plan, arm: str, count: int) -> list[np.ndarray]:
    """Returns for each layer a matrix [out, in]: the sign of the first path between two neurons, 0 if there is none."""
    sizes = plan.sizes
    if arm == "dense":
        return [np.ones((outputs, inputs)) for inputs, outputs in zip(sizes, sizes[1:], strict=False)]
    visited = _places(plan, ARMS[arm][0], count) * np.array(sizes)[:, None] // plan.grid
    signs = np.where(np.arange(count) // plan.grid % 2, -1.0, 1.0)
    found = []
    for before, after, inputs, outputs in zip(visited, visited[1:], sizes, sizes[1:], strict=False):
        matrix = np.zeros((outputs, inputs))
        matrix[after[::-1], before[::-1]] = signs[::-1]
        found.append(matrix)
    return found


def _initial(signs: np.ndarray, fixed: bool, rng: np.random.Generator) -> np.ndarray:
    """Returns initial weights [out, in]: of the mean square of He, by the inputs that a neuron has."""
    inputs = np.maximum(np.count_nonzero(signs, axis=1, keepdims=True), 1)
    drawn = rng.normal(size=signs.shape) * np.sqrt(2 / inputs)
    initial: np.ndarray = np.abs(drawn) * signs if fixed else drawn * (signs != 0)
    return initial


def _constrained(signs: Sequence[np.ndarray], fixed: bool, number: int, matrix: np.ndarray) -> np.ndarray:
    """Returns a matrix [out, in] with weights where there are paths, of their signs if these are fixed."""
    own = signs[number]
    nearest: np.ndarray = own * np.maximum(own * matrix, 0) if fixed else matrix * (own != 0)
    return nearest
