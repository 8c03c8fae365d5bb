"""Redundancy of a layer, and loops of weights, while a net overfits: against its loss and its error on test images.

A net of 32 ReLUs learns 200 digits, of which a share have wrong labels, or 1,000 right ones (Adam, no penalty), and is
measured after 1 to 128 passes. Of the outputs of the hidden layer for 200 images of training: VECA, the variance of the
eigenvalues of their covariance, and the participation ratio, the dimensions in use. Of the weights: the persistence of
loops of weights above 0, as in the source; that of |w| over that of the same weights in shuffled order; and neural
persistence, the mean of both matrices. For comparison: the norm of all weights, and the number of passes itself.
Correlations are Spearman's: along `training`, all passes that were measured of the net with 40 % wrong labels; while
`overfitting`, from its least test loss on, three passes at least; between `nets`, those of a seed after the last pass.
Strong is 0.7 or more. Seeds draw images, of 1,200 that they share, labels and initial weights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from alife.analysis.instruments.homology import balanced
from alife.analysis.instruments.shared.persistence import loops, neural_persistence, relevance
from alife.analysis.instruments.veca import redundancy
from alife.analysis.markdown import table
from alife.analysis.statistics import Mean, spearman, t_mean
from alife.analysis.studies.shared.computed import Claim, ComputedParams, ComputedStudy
from alife.analysis.studies.shared.images import Images, load_images
from alife.analysis.studies.shared.rows import Row, at_least, at_most, chosen, difference, distinct, mean_of
from alife.analysis.studies.shared.trained import TrainedNet, snapshots

HIDDEN, SEEN, TESTED, STRONG, MORE, FEWEST = 32, 200, 1000, 0.7, 0.05, 3
PASSES, QUICK = (1, 2, 4, 8, 12, 16, 24, 32, 48, 64, 96, 128), (2, 12, 48)
NETS = ((200, 0.0), (200, 0.2), (200, 0.4), (200, 0.6), (1000, 0.0))  # images, share of wrong labels
OVERFITS, GOOD = {"images": 200, "wrong": 0.4}, {"images": 1000, "wrong": 0.0}
PLACES = ("training", "overfitting", "nets")
MEASURES = ("veca", "participation", "persistence", "over shuffled", "neural", "norm", "passes")
GE, PHOM, CONTROL = "Ge et al., AAAI 34:13791, 2020", "Watanabe and Yamana, DSAA 2021", "a comparison"


class Params(ComputedParams):
    """Number of seeds, and a short form."""


class Redundancy(ComputedStudy[Params]):
    """Correlates measures of redundancy with the test loss of nets that overfit."""

    title: ClassVar[str] = "Redundancy while a net overfits"

    def cases(self) -> list[dict[str, Any]]:
        """Returns a case for each net and seed."""
        nets = (NETS[2], NETS[4]) if self.params.quick else NETS
        return [{"images": n, "wrong": share, "seed": seed} for seed in self.params.repetitions for n, share in nets]

    def compute(self, case: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Returns a row for each number of passes. Raises UserError without scikit-learn."""
        images = load_images(None).drawn(case["images"], TESTED, case["seed"])
        rng, rows = np.random.default_rng([case["seed"], int(10 * case["wrong"])]), []
        learned = replace(images, train_labels=_mislabeled(images.train_labels, case["wrong"], rng))
        passes = QUICK if self.params.quick else PASSES
        for number, net in zip(passes, snapshots(learned, [HIDDEN], case["seed"], passes), strict=True):
            found = redundancy(net.activations(images.train[:SEEN])[1])
            measured = {name: found[name] for name in ("veca", "participation")} | topology(net, rng)
            rows.append(
                {
                    "data": images.name,
                    "passes": number,
                    "train error": 1
                    - net.accuracy(replace(learned, test=learned.train, test_labels=learned.train_labels)),
                    "test loss": _loss(net, images),
                    "test error": 1 - net.accuracy(images),
                    **measured,
                }
            )
        return rows

    def claims(self, rows: Sequence[Row]) -> list[Claim]:
        """Returns the claims of VECA and of loops, and what the number of passes alone would tell."""
        return [*_along(rows), *_between(rows)]

    def tables(self, rows: Sequence[Row]) -> list[str]:
        """Returns measures by passes, and all correlations."""
        lines = []
        for net in (OVERFITS, GOOD):
            own = chosen(rows, **net)
            lines.append(f"## {net['images']} images, {100 * net['wrong']:g} % wrong labels\n")
            columns = ("passes", "train error", "test error", "test loss", *MEASURES[:-1])
            cells = [
                [str(n), *(str(mean_of(own, column, passes=n)) for column in columns[1:])]
                for n in distinct(own, "passes")
            ]
            lines += table(columns, cells)
        lines.append("## Correlations of ranks\n")
        found = correlations(rows)
        places = [(place, against) for place in distinct(found, "place") for against in distinct(found, "against")]
        cells = [[m, *(_shown(chosen(found, measure=m, place=p, against=a)) for p, a in places)] for m in MEASURES]
        return [*lines, *table(("measure", *(f"{place}, {against}" for place, against in places)), cells)]


def _along(rows: Sequence[Row]) -> list[Claim]:
    """Returns the claims of correlations along training."""
    found = chosen(correlations(rows), against="test loss")
    whole, late = (mean_of(found, "correlation", measure="veca", place=place) for place in PLACES[:2])
    more = difference(found, "correlation", *({"measure": m, "place": PLACES[1]} for m in ("veca", "passes")))
    growths = [_growth(rows, "veca", net) for net in (OVERFITS, GOOD)]
    errors = [np.exp(t_mean(_growth(rows, "test error", net)).value) for net in (OVERFITS, GOOD)]
    ratio = t_mean([a - b for a, b in zip(*growths, strict=True)])
    times = " and ".join(
        f"{np.exp(t_mean(growth).value):.3g} times as the test error grows {error:.3g} times"
        for growth, error in zip(growths, errors, strict=True)
    )
    rising = "VECA grows more where the test error does, over the second half of the passes that were measured"
    return [
        Claim(GE, "VECA grows with the test loss along training", f"correlation {whole}", at_least(whole, STRONG)),
        Claim(GE, "VECA grows with the test loss while overfitting", f"correlation {late}", at_least(late, STRONG)),
        Claim(
            CONTROL,
            "VECA goes with the test loss more than the number of passes does",
            f"by {more}",
            at_least(more, MORE),
        ),
        Claim(CONTROL, rising, f"{times}; log of the ratio {ratio}", at_least(ratio, 0)),
    ]


def _between(rows: Sequence[Row]) -> list[Claim]:
    """Returns the claims of correlations between nets."""
    found = chosen(correlations(rows), against="test loss", place="nets")
    means = {name: mean_of(found, "correlation", measure=name) for name in MEASURES[:-1]}
    dims = means["participation"]
    fewer, loops_text = Mean(-dims.value, -dims.high, -dims.low), "loops of {} tell nets that overfit, by either sign"
    return [
        Claim(
            GE, "VECA ranks nets by their test loss", f"correlation {means['veca']}", at_least(means["veca"], STRONG)
        ),
        Claim(
            CONTROL,
            "nets with fewer dimensions in use have a higher test loss",
            f"correlation {fewer}",
            at_least(fewer, STRONG),
        ),
        *(
            Claim(PHOM, loops_text.format(text), f"correlation {means[name]}", _either(means[name]))
            for name, text in (("persistence", "weights above 0"), ("over shuffled", "|w| over shuffled"))
        ),
        Claim(
            CONTROL,
            "the norm of all weights tells them, by either sign",
            f"correlation {means['norm']}",
            _either(means["norm"]),
        ),
    ]


def _either(mean: Mean) -> bool | None:
    """Returns whether a correlation is strong, of either sign."""
    above, below = at_least(mean, STRONG), at_most(mean, -STRONG)
    return True if above or below else False if above is False and below is False else None


def _growth(rows: Sequence[Row], column: str, net: Row) -> list[float]:
    """Returns the logarithm of the growth of a column over the second half of the passes, for each seed."""
    groups = [chosen(rows, seed=seed, **net) for seed in distinct(rows, "seed")]
    return [float(np.log(own[-1][column] / own[len(own) // 2][column])) for own in groups]


def _shown(rows: Sequence[Row]) -> str:
    """Returns the mean correlation as text, if there is one."""
    return str(mean_of(rows, "correlation")) if rows else ""


def topology(net: TrainedNet, rng: np.random.Generator) -> dict[str, float]:
    """Returns the persistence of loops and neural persistence of a net of one hidden layer. rng: orders the shuffle."""
    weights = [w.T for w in net.weights]
    largest = max(float(np.abs(w).max()) for w in weights)
    shuffled = [rng.permuted(w.ravel()).reshape(w.shape) for w in weights]
    own, null = (_persistence([np.abs(w) for w in balanced(each)]) for each in (weights, shuffled))
    return {
        "persistence": _persistence([np.maximum(w, 0) for w in balanced(weights)]),
        "over shuffled": own / null,
        "neural": float(np.mean([neural_persistence(w, largest) for w in weights])),
        "norm": float(np.sqrt(sum(np.sum(w**2) for w in weights))),
    }


def _persistence(weights: Sequence[np.ndarray]) -> float:
    """Returns the sum of birth less death over the loops of two matrices [n_in, n_out], 0 or more."""
    points = loops(*map(relevance, weights))
    return float(np.sum(points[:, 0] - points[:, 1]))


def _mislabeled(labels: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    """Returns labels [N] of which a share are others, drawn."""
    kinds = int(labels.max()) + 1
    wrong = rng.random(len(labels)) < share
    found: np.ndarray = np.where(wrong, (labels + rng.integers(1, kinds, len(labels))) % kinds, labels)
    return found


def _loss(net: TrainedNet, images: Images) -> float:
    """Returns the mean cross-entropy on test images, in nats."""
    y = net.activations(images.test)[-1]
    y = y - y.max(axis=1, keepdims=True)
    logs = y - np.log(np.exp(y).sum(axis=1, keepdims=True))
    return -float(logs[np.arange(len(y)), images.test_labels].mean())


def correlations(rows: Sequence[Row]) -> list[Row]:
    """Returns a row for each measure, seed and place: its correlation of ranks with the test loss and the error."""
    found = list[Row]()
    for seed in distinct(rows, "seed"):
        own, last = chosen(rows, seed=seed, **OVERFITS), max(row["passes"] for row in rows)
        least = min(range(len(own)), key=lambda place: own[place]["test loss"])
        groups = own, own[min(least, len(own) - FEWEST) :], chosen(rows, seed=seed, passes=last)
        for place, group in zip(PLACES, groups, strict=True):
            for against in ("test loss", "test error"):
                for measure in MEASURES:
                    value = spearman([row[measure] for row in group], [row[against] for row in group])
                    if value == value:
                        found.append(
                            {"seed": seed, "place": place, "against": against, "measure": measure, "correlation": value}
                        )
    return found
