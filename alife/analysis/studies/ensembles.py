"""Ensembles of nets on random views of their own: what attacks on one member do to the others, and to their mean.

Four nets of 32 ReLUs, that differ in their initial weights, learn 1,200 of the digits of scikit-learn, 60 times. A view
is x -> H D x, with H the Walsh-Hadamard transform and D random signs: `own views`, another D for each member;
`one view`, the same; `16 numbers`: of each view the first 16 of its 64 numbers. `untrained`: own views and initial
weights. At 200 images that were not seen a member is attacked by a step of eps C / |C|, C its gradient in the image of
the nearest other class over the right one: eps is 0.1, 1, 1.5 or 3 times the distance at which it would err if no
switch changed. The prediction for the same score of another member is a change of eps C1.C2 / |C1|. Carried: the change
of other members over that of the attacked one, from sums over attacks. Misled: the share that then err, of those that
were right. Seeds draw images, initial weights and views.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from alife.analysis.markdown import table
from alife.analysis.studies.shared.computed import Claim, ComputedParams, ComputedStudy
from alife.analysis.studies.shared.images import Images, load_images
from alife.analysis.studies.shared.rows import Row, all_hold, at_least, at_most, chosen, difference, distinct, mean_of
from alife.analysis.studies.shared.trained import TrainedNet, train
from alife.analysis.studies.shared.transfer import attacks, scores

MEMBERS, HIDDEN, FEW, ATTACKED, SHARES, MET = 4, 32, 16, 200, (0.1, 1.0, 1.5, 3.0), 0.05
ARMS = {  # name -> own views, numbers of a view (None: all), trained
    "one view": (False, None, True),
    "own views": (True, None, True),
    "one view, 16 numbers": (False, FEW, True),
    "own views, 16 numbers": (True, FEW, True),
    "untrained": (True, None, False),
}
VIEWS = (("own views", "one view"), ("own views, 16 numbers", "one view, 16 numbers"))
CONNOR, DERIVED = "O'Connor, ensembles by random projections", "derived: the condensed vector C"
KROGH = "Krogh and Vedelsby, NIPS 1994"


class Params(ComputedParams):
    """Number of seeds, and a short form."""


class Ensembles(ComputedStudy[Params]):
    """Measures how far attacks on a member carry over."""

    title: ClassVar[str] = "Ensembles of random views"

    def cases(self) -> list[dict[str, Any]]:
        """Returns a case for each arm and seed."""
        return [{"arm": arm, "seed": seed} for seed in self.params.repetitions for arm in ARMS]

    def compute(self, case: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Returns a row for each size of attacks. Raises UserError without scikit-learn."""
        images = load_images(None).drawn(1200, 1000, case["seed"])
        nets = _members(case["arm"], images, case["seed"], 6 if self.params.quick else 60)
        x, labels, rows = images.test[:ATTACKED], images.test_labels[:ATTACKED], []
        for share in SHARES:
            found = attacks(nets, x, labels, share)
            squares = max(float((found.predicted**2).sum()), 1e-30)
            rows.append(
                {
                    "share": share,
                    "slope": float((found.predicted * found.measured).sum()) / squares,
                    "correlation": float(np.corrcoef(found.predicted, found.measured)[0, 1]),
                    "carried": float(found.measured.sum() / found.attacked.sum()),
                    "cosine": float(found.cosines.mean()),
                    "attacked": float(found.fooled.mean()),
                    "others": float(found.others.mean()),
                    "mean": float(found.mean.mean()),
                    **_errors(nets, images),
                }
            )
        return rows

    def claims(self, rows: Sequence[Row]) -> list[Claim]:
        """Returns the claims of the prediction, of views of their own, of the mean, and of the identity."""
        found, trained = [], [arm for arm in distinct(rows, "arm") if arm != "untrained"]
        for share in (0.1, 1.0):
            slope = mean_of(rows, "slope", arm="own views", share=share)
            text = f"another member changes by eps C1.C2 / |C1|, within 5 %: {share:g} of the distance to an error"
            verdict = all_hold([at_least(slope, 1 - MET), at_most(slope, 1 + MET)])
            found.append(Claim(DERIVED, text, f"measured over predicted {slope}", verdict))
        for own, one in (pair for pair in VIEWS if set(pair) <= set(trained)):
            less = difference(rows, "others", {"arm": own, "share": 1.5}, {"arm": one, "share": 1.5})
            text = f"{own}: fewer other members are misled than on {one}"
            found.append(Claim(CONNOR, text, f"share of other members misled changes by {less}", at_most(less, 0)))
            less = difference(rows, "cosine", {"arm": own}, {"arm": one})
            text = f"{own}: gradients of members are less alike than on {one}"
            found.append(Claim(CONNOR, text, f"cosine changes by {less}", at_most(less, 0)))
        more = {arm: difference(_long(rows, arm), "accuracy", {"of": "mean"}, {"of": "members"}) for arm in trained}
        arm, least = min(more.items(), key=lambda item: item[1].value)
        verdict = all_hold([at_least(each, 0) for each in more.values()])
        text = "the mean of members is more accurate than members"
        found.append(Claim(CONNOR, text, f"least, {arm}: by {least}", verdict))
        worst = max(row["identity"] for row in rows)
        text = "squared error of the mean: that of members less their spread about the mean"
        return [*found, Claim(KROGH, text, f"largest relative difference {worst:.2g}", worst < 1e-9)]

    def tables(self, rows: Sequence[Row]) -> list[str]:
        """Returns attacks by arm and size, and errors by arm."""
        lines = []
        for share in distinct(rows, "share"):
            lines += [f"## Attacks of {share:g} times the distance to an error\n"]
            own = chosen(rows, share=share)
            lines += table(("members", *ATTACK), [_cells(own, arm, ATTACK) for arm in distinct(own, "arm")])
        own = chosen(rows, share=SHARES[0])
        lines += ["## Accuracy and errors, without attacks\n"]
        return [*lines, *table(("members", *ERRORS), [_cells(own, arm, ERRORS) for arm in distinct(own, "arm")])]


ATTACK = {
    "carried": "carried",
    "cosine of C": "cosine",
    "measured over predicted": "slope",
    "attacked member misled": "attacked",
    "others misled": "others",
    "mean misled": "mean",
}
ERRORS = {
    "accuracy of members": "accuracy members",
    "accuracy of the mean": "accuracy mean",
    "squared error of members": "error members",
    "spread about the mean": "spread",
    "squared error of the mean": "error mean",
}


def _cells(rows: Sequence[Row], arm: str, columns: Mapping[str, str]) -> list[str]:
    return [arm, *(str(mean_of(rows, column, arm=arm)) for column in columns.values())]


def _long(rows: Sequence[Row], arm: str) -> list[Row]:
    """Returns the accuracies of the mean and of members as rows of their own."""
    return [
        {"seed": row["seed"], "of": of, "accuracy": row[f"accuracy {of}"]}
        for row in chosen(rows, arm=arm, share=SHARES[0])
        for of in ("mean", "members")
    ]


def _members(arm: str, images: Images, seed: int, epochs: int) -> list[TrainedNet]:
    """Returns the members, as nets of images: their first weights are those of views, times the view."""
    own, count, trained = ARMS[arm]
    found = []
    for member in range(MEMBERS):
        view = _view(images.train.shape[1], [seed, member if own else 0])[:count]
        seen = Images(images.name, images.train @ view.T, images.train_labels, images.test @ view.T, images.test_labels)
        net = train(seen, [HIDDEN], MEMBERS * seed + member, epochs) if trained else _initial(len(view), seed, member)
        found.append(TrainedNet((net.weights[0] @ view, net.weights[1]), net.biases))
    return found


def _view(inputs: int, seed: Sequence[int]) -> np.ndarray:
    """Returns H D, [I, I]; I is a power of two."""
    places = np.arange(inputs)
    signs = np.random.default_rng(seed).choice((-1.0, 1.0), inputs)
    view: np.ndarray = (1.0 - 2.0 * (np.bitwise_count(places[:, None] & places) % 2)) / np.sqrt(inputs) * signs
    return view


def _initial(inputs: int, seed: int, member: int) -> TrainedNet:
    rng = np.random.default_rng([seed, member, 1])
    shapes = ((HIDDEN, inputs), (10, HIDDEN))
    weights = tuple(rng.normal(size=shape) * np.sqrt(2 / shape[1]) for shape in shapes)
    return TrainedNet(weights, (np.zeros(HIDDEN), np.zeros(10)))


def _errors(nets: Sequence[TrainedNet], images: Images) -> dict[str, float]:
    """Returns accuracies and squared errors of members and of their mean, with the identity's relative difference."""
    outputs = scores(nets, images.test)
    outputs = np.exp(outputs - outputs.max(axis=2, keepdims=True))
    outputs /= outputs.sum(axis=2, keepdims=True)
    wanted, mean = np.eye(outputs.shape[2])[images.test_labels], outputs.mean(axis=0)
    members, spread, whole = (
        float(np.square(each).sum(axis=-1).mean()) for each in (outputs - wanted, outputs - mean, mean - wanted)
    )
    right = outputs.argmax(axis=2) == images.test_labels
    return {
        "accuracy members": float(right.mean()),
        "accuracy mean": float((mean.argmax(axis=1) == images.test_labels).mean()),
        "error members": members,
        "spread": spread,
        "error mean": whole,
        "identity": abs(whole - (members - spread)) / whole,
    }
