"""The accuracy of nets of ReLU, tanh, SELU, PReLU and ELU, by depth.

Nets of 1 to 16 hidden layers of 64 units learn 1,200 of the digits of scikit-learn, 20 times (Adam, rate 0.001, batches
of 50, without normalization or dropout), one for each unit, depth and seed, and classify images that they have not
seen. Initial weights have the spread that is customary for a unit: 2/n for ReLU and ELU, 2/(1.0625 n) for PReLU, whose
slope below 0 is 0.25 at first and learned for each layer, and 1/n for tanh and SELU. The rate is the same for all, and
not tuned. Seeds draw images and initial weights. The source compares units in a convolutional net on photographs of
cats and dogs (validation accuracy 0.8320 with ReLU), which are not at hand here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from alife.analysis.markdown import code, table
from alife.analysis.statistics import Mean
from alife.analysis.studies.shared.computed import Claim, ComputedParams, ComputedStudy
from alife.analysis.studies.shared.images import load_images
from alife.analysis.studies.shared.rows import Row, all_hold, at_least, chosen, difference, distinct, mean_of
from alife.analysis.studies.shared.unit_nets import UNITS, UnitNet

WIDTH, CLASSES, DEPTHS, EPOCHS = 64, 10, (1, 2, 4, 8, 16), 20
QUICK_DEPTHS, QUICK_EPOCHS = (1, 8), 4
SOURCE = "a comparison of activation functions on images of cats and dogs (0.8320)"


class Params(ComputedParams):
    """Number of seeds, and a short form."""


class Units(ComputedStudy[Params]):
    """Compares units by depth."""

    title: ClassVar[str] = "Units against depth"

    def cases(self) -> list[dict[str, Any]]:
        """Returns a case for each unit, depth and seed."""
        depths = QUICK_DEPTHS if self.params.quick else DEPTHS
        return [
            {"unit": unit, "depth": depth, "seed": seed}
            for seed in self.params.repetitions
            for unit in UNITS
            for depth in depths
        ]

    def compute(self, case: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Returns the row of a net. Raises UserError without scikit-learn."""
        images = load_images(None).drawn(1200, 1000, case["seed"])
        net = UnitNet(case["unit"], [images.train.shape[1], *[WIDTH] * case["depth"], CLASSES], case["seed"])
        net.learn(images, QUICK_EPOCHS if self.params.quick else EPOCHS, case["seed"])
        learned = net.accuracy(images.train, images.train_labels)
        return [{"accuracy": net.accuracy(images.test, images.test_labels), "learned": learned}]

    def claims(self, rows: Sequence[Row]) -> list[Claim]:
        """Returns the claim that ReLU is the best, for each depth."""
        found = []
        for depth in distinct(rows, "depth"):
            less = {unit: _less(rows, unit, depth) for unit in distinct(rows, "unit") if unit != "relu"}
            rival, worst = min(less.items(), key=lambda item: item[1].value)
            layers = f"{depth} hidden layer{'s' * (depth > 1)}"
            measured = f"accuracy less that of {rival}, the best other: {worst}"
            verdict = all_hold([at_least(each, 0) for each in less.values()])
            found.append(Claim(SOURCE, f"ReLU is the best of five units: {layers}", measured, verdict))
        return found

    def tables(self, rows: Sequence[Row]) -> list[str]:
        """Returns the accuracy on images of tests and of training, by unit and depth."""
        depths, lines = distinct(rows, "depth"), []
        for title, column in (("Accuracy", "accuracy"), ("Accuracy on the images of training", "learned")):
            lines.append(f"## {title}\n")
            cells = [
                [code(unit), *(str(mean_of(rows, column, unit=unit, depth=depth)) for depth in depths)]
                for unit in distinct(rows, "unit")
            ]
            lines += table(("unit", *(f"depth {depth}" for depth in depths)), cells)
        return lines


def _less(rows: Sequence[Row], unit: str, depth: int) -> Mean:
    return difference(chosen(rows, depth=depth), "accuracy", {"unit": "relu"}, {"unit": unit})
