"""Layers that keep few samples of their weights, without retraining: accuracy against the share of weights kept.

A net of one hidden layer of ReLUs learns at most 10,000 images (Adam, penalty `l2`); its two matrices are then replaced
by samples of them, biases kept, and at most 1,000 test images are classified. The share is N samples over the number
of weights; `not 0` is the share of weights that are hit at least once. `neuron`: N samples of each neuron's weights;
`layer`: one distribution over a whole matrix. `by w`: the probability of a weight is |w|; `by w x`: |w| times the root
mean square of its input over the training images. `magnitude` keeps the largest |w| (or |w| times input) of a matrix as
they are, `random` any, each as many as the samples of a neuron hit. `each image` samples anew for each image, by |w x|
of that image: weights of pixels that are 0 are never hit. Ratios are to the accuracy of the whole net; seeds draw the
images, the initial weights and the samples. Between two shares that were measured, figures lie on a straight line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from alife.analysis.markdown import table
from alife.analysis.statistics import Mean, t_mean
from alife.analysis.studies.shared.computed import Claim, ComputedStudy, DataParams
from alife.analysis.studies.shared.images import Images, load_images
from alife.analysis.studies.shared.rows import Row, at_least, chosen, difference, distinct, mean_of
from alife.analysis.studies.shared.trained import TrainedNet, train
from alife.brains.layers.sampled_counts import sample
from alife.brains.layers.sampling import Scheme

SHARES = (0.06, 0.12, 0.25, 0.5, 1.0)
NETS = ((256, 1e-4), (256, 1.0), (1024, 1e-4), (1024, 1.0))  # hidden units, l2
QUICK_NETS = ((64, 1e-4), (256, 1.0))
KEPT, SHARE = 0.97, 0.12  # the claim
NEURON = "systematic, neuron, by w"  # the method that the slides describe
READINGS = (NEURON, "systematic, neuron, by w x", "each image")  # of the claim, as the slides leave importance open
DISTINCT = "each image"  # the only one that hits fewer weights than it has samples at this share
IMAGES = 100  # that are sampled for each image


class Params(DataParams):
    """Number of seeds, a short form, and data."""


class Sampled(ComputedStudy[Params]):
    """Measures the accuracy that samples of the weights of trained nets keep."""

    title: ClassVar[str] = "Samples of the weights of a trained net"

    def cases(self) -> list[dict[str, Any]]:
        """Returns a case for each net and seed."""
        nets = QUICK_NETS if self.params.quick else NETS
        return [{"hidden": h, "l2": l2, "seed": seed} for seed in self.params.repetitions for h, l2 in nets]

    def compute(self, case: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Returns the accuracy of the whole net, and with each method and share. Raises UserError without data."""
        sizes, epochs = ((1000, 500), 20) if self.params.quick else ((10_000, 1000), 6)
        images = load_images(self.params.data).drawn(*sizes, case["seed"])
        net = train(images, [case["hidden"]], case["seed"], epochs, case["l2"])
        inputs = [np.sqrt((each**2).mean(axis=0)) for each in net.activations(images.train)[:-1]]
        whole, rows = net.accuracy(images), list[dict[str, Any]]()
        for share in SHARES:
            for method, matrices in _variants(net, inputs, share, case["seed"]).items():
                accuracy = net.accuracy(images, matrices)
                rows.append({"method": method, "share": share, "not 0": _filled(matrices), "accuracy": accuracy})
            if case["hidden"] == 256:
                found = _each_image(net, images, share, case["seed"], 20 if self.params.quick else IMAGES)
                rows.append({"method": "each image", "share": share, **found})
        return [
            {"data": images.name, "whole": whole, **row, "ratio": row["accuracy"] / row.pop("of", whole)}
            for row in rows
        ]

    def claims(self, rows: Sequence[Row]) -> list[Claim]:
        """Returns the claim of 97 % from 12 % for each net, by each reading of it."""
        found = []
        for hidden, l2 in _nets(rows):
            own = chosen(rows, hidden=hidden, l2=l2, share=SHARE)
            for method in (each for each in READINGS if each in distinct(own, "method")):
                kept = mean_of(own, "ratio", method=method)
                text = f"97 % of the accuracy from 12 % of the weights: {method}; {hidden} hidden units, l2 {l2:g}"
                found.append(Claim(SOURCE, text, f"{kept} of the accuracy", at_least(kept, KEPT)))
            own = chosen(rows, hidden=hidden, l2=l2)
            if DISTINCT in distinct(own, "method"):
                kept = interpolated(own, DISTINCT, "not 0", "ratio", SHARE)
                text = (
                    f"97 % of the accuracy from 12 % of distinct weights: {DISTINCT}; {hidden} hidden units, l2 {l2:g}"
                )
                found.append(Claim(SOURCE, text, f"{kept} of the accuracy", at_least(kept, KEPT)))
        return found

    def tables(self, rows: Sequence[Row]) -> list[str]:
        """Returns the curve of each net by method, and differences at the claimed share."""
        lines = []
        for hidden, l2 in _nets(rows):
            own = chosen(rows, hidden=hidden, l2=l2)
            whole = mean_of(own, "whole", method=NEURON, share=SHARE)
            lines += [f"## {hidden} hidden units, l2 {l2:g}\n", f"Accuracy of the whole net: {whole}. Ratios to it:\n"]
            lines += table(("method", *(f"share {share:g}" for share in SHARES)), _curves(own))
            lines += ["Share of weights that are not 0:\n"]
            lines += table(("method", *(f"share {share:g}" for share in SHARES)), _curves(own, "not 0"))
        return [*lines, *_needed(rows), *_differences(rows)]


def _nets(rows: Sequence[Row]) -> list[tuple[int, float]]:
    return list(dict.fromkeys((row["hidden"], row["l2"]) for row in rows))


def _curves(rows: Sequence[Row], column: str = "ratio") -> list[list[str]]:
    form = str if column == "ratio" else lambda mean: f"{mean.value:.3f}"
    methods = distinct(rows, "method")
    return [[m, *(form(mean_of(rows, column, method=m, share=share)) for share in SHARES)] for m in methods]


def interpolated(rows: Sequence[Row], method: str, given: str, column: str, at: float) -> Mean:
    """Returns a column of a method where another one, which grows, is `at`: its mean over seeds and interval.

    It is NaN where the other one does not get there with every seed.
    """
    found = []
    for seed in distinct(rows, "seed"):
        own = sorted(chosen(rows, method=method, seed=seed), key=lambda row: float(row["share"]))
        known = np.maximum.accumulate([float(row[given]) for row in own])
        reached = known[-1] >= at
        found.append(float(np.interp(at, known, [float(row[column]) for row in own])) if reached else np.nan)
    return t_mean(found)


def _needed(rows: Sequence[Row]) -> list[str]:
    """Returns the share of samples with which each method keeps 97 % of the accuracy."""
    cells = []
    for method in distinct(rows, "method"):
        means = [
            interpolated(own, method, "ratio", "share", KEPT) if method in distinct(own, "method") else None
            for own in (chosen(rows, hidden=hidden, l2=l2) for hidden, l2 in _nets(rows))
        ]
        cells.append(
            [method, *("" if m is None else str(m) if np.isfinite(m.value) else "not with every seed" for m in means)]
        )
    heads = (f"{hidden}, l2 {l2:g}" for hidden, l2 in _nets(rows))
    return [f"## Share that keeps {100 * KEPT:g} % of the accuracy\n", *table(("method", *heads), cells)]


def _differences(rows: Sequence[Row]) -> list[str]:
    """Returns how much more of the accuracy than others samples keep at the claimed share, with as many weights."""
    others = [method for method in distinct(rows, "method") if method in ("magnitude, by w", "random")]
    lines = [f"## Samples of a neuron less others, at share {SHARE:g} and as many weights\n"]
    found = [
        [
            f"{hidden}, l2 {l2:g}",
            *(
                str(
                    difference(
                        chosen(rows, hidden=hidden, l2=l2, share=SHARE), "ratio", {"method": NEURON}, {"method": o}
                    )
                )
                for o in others
            ),
        ]
        for hidden, l2 in _nets(rows)
    ]
    return [*lines, *table(("net", *others), found)]


def _variants(net: TrainedNet, inputs: list[np.ndarray], share: float, seed: int) -> dict[str, list[np.ndarray]]:
    """Returns the matrices of each method."""
    found: dict[str, list[np.ndarray]] = {}
    ones = [np.ones(len(each)) for each in inputs]
    for name, scales in (("w", ones), ("w x", inputs)):
        for unit in ("neuron", "layer"):
            schemes: tuple[Scheme, ...] = ("systematic", "stratified", "multinomial")
            for scheme in schemes if (name, unit) == ("w", "neuron") else schemes[:1]:
                key = f"{scheme}, {unit}, by {name}"
                pairs = zip(net.weights, scales, strict=True)
                found[key] = [_sampled(w, x, share, unit, scheme, seed) for w, x in pairs]
        kept = [int(np.count_nonzero(each)) for each in found[f"systematic, neuron, by {name}"]]
        ranks = [np.abs(w) * x for w, x in zip(net.weights, scales, strict=True)]
        found[f"magnitude, by {name}"] = list(map(_kept, net.weights, ranks, kept))
        if name == "w":
            rng = np.random.default_rng(seed)
            noise = [rng.random(w.shape) for w in net.weights]
            found["random"] = list(map(_kept, net.weights, noise, kept))
    return found


def _sampled(w: np.ndarray, x: np.ndarray, share: float, unit: str, scheme: Scheme, seed: int) -> np.ndarray:
    """Returns a matrix [out, in] from samples of |w x|, x [in] the sizes of inputs."""
    x = np.maximum(x, 1e-3 * x.max())  # a pixel that is always 0 in training
    rows = (w * x).reshape(1, -1) if unit == "layer" else w * x
    counts, scale = sample(rows, max(round(share * rows.shape[1]), 1), scheme, seed)
    matrix: np.ndarray = (counts * scale[:, None]).reshape(w.shape) / x
    return matrix


def _kept(w: np.ndarray, ranks: np.ndarray, count: int) -> np.ndarray:
    """Returns a matrix with its `count` weights of the highest ranks; the others are 0. Both [out, in]."""
    least = np.partition(ranks.ravel(), -count)[-count]
    return np.where(ranks >= least, w, 0.0)


def _filled(matrices: Sequence[np.ndarray]) -> float:
    return sum(np.count_nonzero(each) for each in matrices) / sum(each.size for each in matrices)


def _each_image(net: TrainedNet, images: Images, share: float, seed: int, count: int) -> dict[str, Any]:
    """Returns the accuracy of samples drawn for each image, of some, and of the whole net on these."""
    x, labels, hit = images.test[:count], images.test_labels[:count], 0
    of = net.activations(x)[-1].argmax(axis=1) == labels
    right = np.empty(len(x), bool)
    for place, image in enumerate(x):
        h = image
        for number, (w, b) in enumerate(zip(net.weights, net.biases, strict=True), 1):
            counts, scale = sample(w * h, max(round(share * w.shape[1]), 1), "systematic", seed * IMAGES + place)
            hit += int(np.count_nonzero(counts))
            z = counts.sum(axis=1) * scale + b
            h = z if number == len(net.weights) else np.maximum(z, 0)
        right[place] = h.argmax() == labels[place]
    filled = hit / (len(x) * sum(w.size for w in net.weights))
    return {"not 0": filled, "accuracy": float(right.mean()), "of": float(of.mean())}


SOURCE = "Keller et al., networks of linear complexity (slides); Mordido et al., arXiv 1905.12253"
