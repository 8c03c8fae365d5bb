"""Samples of the filters of a convolutional net, without retraining, against samples of its dense layers.

A net of 8 and 16 filters of 5 x 5, each layer averaged over 2 x 2 (3 x 3 for the digits of scikit-learn), then 64 ReLUs
and 10 outputs learns 3,000 images, 6 times, by Adam. Then the weights of its filters, of its dense layers, or of all
are replaced by N samples of each filter's, or each neuron's, weights (`systematic`, by |w|), biases kept: the share is
N over their number. `not 0` is the share of those weights that are hit at least once. Ratios are to the accuracy of the
whole net on 1,000 images that it has not seen. Seeds draw images, initial weights and samples. The source samples a net
for CIFAR-10, which is not at hand here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from alife.analysis.markdown import table
from alife.analysis.studies.shared.computed import Claim, ComputedStudy, DataParams
from alife.analysis.studies.shared.conv_net import ConvNet, plan_for
from alife.analysis.studies.shared.images import load_images
from alife.analysis.studies.shared.rows import Row, at_least, at_most, chosen, difference, distinct, mean_of
from alife.brains.layers.sampled_counts import sample

SHARES, KEPT, SHARE = (0.06, 0.12, 0.25, 0.5, 1.0), 0.88, 0.5
PARTS = {"filters": (0, 1), "dense layers": (2, 3), "all": (0, 1, 2, 3)}  # name -> numbers of layers
SOURCE = "Keller et al., networks of linear complexity (slides); Mordido et al., arXiv 1905.12253"


class Params(DataParams):
    """Number of seeds, a short form, and data."""


class Convolution(ComputedStudy[Params]):
    """Measures the accuracy that samples of filters keep."""

    title: ClassVar[str] = "Samples of convolutional filters"

    def cases(self) -> list[dict[str, Any]]:
        """Returns a case for each seed."""
        return [{"seed": seed} for seed in self.params.repetitions]

    def compute(self, case: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Returns a row for each part of the net and share. Raises UserError without data."""
        count, epochs = (1000, 15) if self.params.quick else (3000, 6)
        images, seed = load_images(self.params.data).drawn(count, 1000, case["seed"]), case["seed"]
        net = ConvNet(plan_for(images.train.shape[1]), seed)
        net.learn(images, epochs, seed)
        whole, rows = net.accuracy(images), []
        for share in SHARES:
            for name, numbers in PARTS.items():
                weights = [_sampled(w, share, seed) if n in numbers else w for n, w in enumerate(net.weights)]
                own, accuracy = [weights[n] for n in numbers], net.accuracy(images, weights)
                filled = sum(np.count_nonzero(w) for w in own) / sum(w.size for w in own)
                row = {"part": name, "share": share, "not 0": filled, "accuracy": accuracy, "ratio": accuracy / whole}
                rows.append({"data": images.name, "whole": whole, **row})
        return rows

    def claims(self, rows: Sequence[Row]) -> list[Claim]:
        """Returns the claims of 88 % from half, and of less redundant filters at each share."""
        kept = mean_of(rows, "ratio", part="filters", share=SHARE)
        text = "filters, 50 % sampled: 88 % of the accuracy (CIFAR-10)"
        found = [Claim(SOURCE, text, f"{kept} of the accuracy", at_least(kept, KEPT))]
        for share in distinct(rows, "share")[:-1]:
            less = difference(chosen(rows, share=share), "ratio", {"part": "filters"}, {"part": "dense layers"})
            text = f"filters are less redundant than dense layers: share {share:g}"
            found.append(
                Claim(SOURCE, text, f"accuracy kept less that with sampled dense layers {less}", at_most(less, 0))
            )
        return found

    def tables(self, rows: Sequence[Row]) -> list[str]:
        """Returns the accuracy kept, and weights that are not 0, by part and share."""
        lines = [f"Accuracy of the whole net: {mean_of(rows, 'whole')}.\n"]
        for title, column in (("Accuracy kept", "ratio"), ("Share of weights that are not 0", "not 0")):
            lines.append(f"## {title}\n")
            cells = [
                [part, *(str(mean_of(rows, column, part=part, share=share)) for share in distinct(rows, "share"))]
                for part in distinct(rows, "part")
            ]
            lines += table(("samples of", *(f"share {share:g}" for share in distinct(rows, "share"))), cells)
        return lines


def _sampled(w: np.ndarray, share: float, seed: int) -> np.ndarray:
    """Returns a matrix [filters, weights] of samples of each row's."""
    counts, scale = sample(w, max(round(share * w.shape[1]), 1), "systematic", seed)
    matrix: np.ndarray = counts * scale[:, None]
    return matrix
