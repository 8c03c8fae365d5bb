"""Block-circulant weights that are powers of two: what they compress, and the accuracy by the side of a block.

Nets of one hidden layer of 256 ReLUs learn 3,000 images by descent, 20 times, both matrices block-circulant with blocks
of k x k (cut off at the edges; k = 1: dense). Then their weights become 0 or powers of two with a sign, 3 or 4 bits
each: `rounded`, to the nearest, without retraining; or `step by step`, the largest half first, then three quarters,
then all, with one more pass over the images after each of the first two, in which the others learn. Nets of 32 bits
learn two passes more as well. Biases have 32 bits, and are not counted. The ratio is 32 bits for each weight of the
dense net over the bits of the weights that are stored. Seeds draw images and initial weights. Near means within 1 %.
The source states the ratios; sides of blocks and bits are inferred, as those that give them, and its nets and
accuracies are not these.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

import numpy as np

from alife.analysis.markdown import table
from alife.analysis.statistics import Mean
from alife.analysis.studies.shared.block_circulant import Blocks, largest_exponent, powers_of_two
from alife.analysis.studies.shared.computed import Claim, ComputedStudy, DataParams
from alife.analysis.studies.shared.descent import descended
from alife.analysis.studies.shared.images import Images, load_images
from alife.analysis.studies.shared.rows import Row, at_least, chosen, difference, distinct, mean_of
from alife.analysis.studies.shared.trained import TrainedNet

HIDDEN, CLASSES, BLOCKS, BITS, WHOLE, NEAR = 256, 10, (1, 4, 16, 64, 256), (3, 4), 32, 0.01
STAGES = (0.5, 0.75, 1.0)  # shares of the weights that are powers of two
RATIOS = {"MNIST": (171, 16, 3), "CIFAR-10": (2731, 256, 3), "ImageNet": (128, 16, 4)}  # claimed; k and bits inferred
SOURCE, USE = "Qin et al., Electronics 8(1):78, 2019", "a use of such weights"


class Params(DataParams):
    """Number of seeds, a short form, and data."""


class Compression(ComputedStudy[Params]):
    """Measures accuracy and size of nets of block-circulant powers of two."""

    title: ClassVar[str] = "Block-circulant weights as powers of two"

    def cases(self) -> list[dict[str, Any]]:
        """Returns a case for each side of a block and seed."""
        blocks = (1, 16) if self.params.quick else BLOCKS
        return [{"block": block, "seed": seed} for seed in self.params.repetitions for block in blocks]

    def compute(self, case: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Returns a row for each number of bits. Raises UserError without data."""
        count, epochs = (1000, 3) if self.params.quick else (3000, 20)
        images, seed = load_images(self.params.data).drawn(count, 1000, case["seed"]), case["seed"]
        sizes = (images.train.shape[1], HIDDEN, CLASSES)
        shared = [Blocks(shape, case["block"]) for shape in zip(sizes[1:], sizes, strict=False)]
        rng = np.random.default_rng(seed)
        initial = [each.matrix(rng.normal(size=len(each.sizes)) * np.sqrt(2 / each.owners.shape[1])) for each in shared]
        net = descended(images, initial, partial(_circulant, shared), epochs, seed)
        stored = sum(len(each.sizes) for each in shared)
        dense = sum(each.owners.size for each in shared)
        whole = descended(images, net.weights, partial(_circulant, shared), len(STAGES) - 1, seed, net.biases)
        learned = replace(images, test=images.train, test_labels=images.train_labels)
        rows = [{"bits": WHOLE, "accuracy": whole.accuracy(images), "learned": whole.accuracy(learned)}]
        for bits in BITS:
            near = [b.matrix(powers_of_two(b.means(w), bits)) for b, w in zip(shared, net.weights, strict=True)]
            own = _step_by_step(images, net, shared, bits, seed)
            rows.append({"bits": bits, "accuracy": own.accuracy(images), "rounded": net.accuracy(images, near)})
        return [
            {"data": images.name, "weights": stored, "ratio": WHOLE * dense / (row["bits"] * stored), **row}
            for row in rows
        ]

    def claims(self, rows: Sequence[Row]) -> list[Claim]:
        """Returns the claims of the ratios, and of the accuracy near a dense net at a side of 16."""
        found = []
        for name, (ratio, block, bits) in RATIOS.items():
            got = WHOLE / bits * block
            text = f"{ratio} times fewer bits ({name}), as arithmetic"
            measured = f"32 bits over {bits}, times a side of {block}: {got:.4g}"
            found.append(Claim(SOURCE, text, measured, round(got) == ratio))
        for bits in (WHOLE, *sorted(BITS, reverse=True)):
            less, own = _less(rows, 16, bits), chosen(rows, block=16, bits=bits)[0]["ratio"]
            text = f"{own:.4g} times fewer bits: near a dense net of {WHOLE} bits (side 16, {bits} bits)"
            found.append(Claim(USE, text, f"accuracy less that of dense {less}", at_least(less, -NEAR)))
        return found

    def tables(self, rows: Sequence[Row]) -> list[str]:
        """Returns accuracy, step by step and rounded, and ratios, by the side of a block."""
        lines = []
        for bits in distinct(rows, "bits"):
            whole = bits == WHOLE
            lines.append(f"## {bits} bits{', any numbers' if whole else ''}\n")
            columns = {"accuracy": "accuracy"} if whole else {"step by step": "accuracy", "rounded": "rounded"}
            if whole and distinct(rows, "learned"):
                columns["accuracy on the images of training"] = "learned"
            cells = []
            for block in distinct(rows, "block"):
                own = chosen(rows, bits=bits, block=block)
                accuracies = [str(mean_of(own, column)) for column in columns.values()]
                cells.append([str(block), f"{own[0]['weights']:,}", f"{own[0]['ratio']:.4g}", *accuracies])
            lines += table(("k", "weights", "ratio", *columns), cells)
        return lines


def _less(rows: Sequence[Row], block: int, bits: int) -> Mean:
    return difference(rows, "accuracy", {"block": block, "bits": bits}, {"block": 1, "bits": WHOLE})


def _circulant(shared: Sequence[Blocks], number: int, matrix: np.ndarray) -> np.ndarray:
    """Returns the nearest block-circulant matrix [out, in]."""
    return shared[number].matrix(shared[number].means(matrix))


def _step_by_step(images: Images, net: TrainedNet, shared: Sequence[Blocks], bits: int, seed: int) -> TrainedNet:
    """Returns a net of powers of two, the largest weights first, while the others learn on (Zhou et al. 2017)."""
    means = [each.means(matrix) for each, matrix in zip(shared, net.weights, strict=True)]
    tops = [largest_exponent(each, bits) for each in means]
    fixed = [np.full(len(each), np.nan) for each in means]

    def constrain(number: int, matrix: np.ndarray) -> np.ndarray:
        own = shared[number].means(matrix)
        return shared[number].matrix(np.where(np.isnan(fixed[number]), own, fixed[number]))

    for share in STAGES:
        for number, matrix in enumerate(net.weights):
            _fix(fixed[number], shared[number].means(matrix), share, bits, tops[number])
        net = descended(images, net.weights, constrain, int(share < 1), seed, net.biases)
    return net


def _fix(fixed: np.ndarray, weights: np.ndarray, share: float, bits: int, top: int) -> None:
    """Fixes the largest of the weights [W] that are free, NaN in `fixed` [W], until their share is reached."""
    free = np.flatnonzero(np.isnan(fixed))
    missing = round(share * len(fixed)) - (len(fixed) - len(free))
    largest = free[np.argsort(-np.abs(weights[free]), kind="stable")[:missing]]
    fixed[largest] = powers_of_two(weights[largest], bits, top)
