"""Dropout by P partitions of a hidden layer, against independent draws with t = 1/P.

Independent: each neuron is dropped in each pass with probability t = 1/P. Partitions: each neuron draws its part once
in a cycle of P passes, and pass k drops part k; of equal sizes, or drawn, as floor(P xi). A pass is a batch. In each
case 8 nets (64 ReLUs, 12 times through 1,200 images) differ in their masks alone: their mean accuracy on test images,
without masks, and the deviation between them. The mean is called equal within 0.005. Seeds draw the images, the initial
weights and the masks.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from alife.analysis.markdown import table
from alife.analysis.statistics import Mean, t_mean
from alife.analysis.studies.shared.computed import Claim, ComputedStudy, DataParams
from alife.analysis.studies.shared.dropout import trained_with
from alife.analysis.studies.shared.images import load_images
from alife.analysis.studies.shared.rows import Row, at_most, chosen, difference, distinct, mean_of, within
from alife.brains.layers.partition import partition

NETS, HIDDEN, EQUAL = 8, 64, 0.005
METHODS = ("independent", "parts of equal sizes", "drawn parts")
SOURCE = "Keller et al., networks of linear complexity (slides)"


class Params(DataParams):
    """Number of seeds, a short form, and data."""


class Masks:
    """Masks of R nets, pass by pass, with the numbers drawn for them.

    drawn: of one net. spared: the share of neurons that no pass of a cycle dropped, of each cycle.
    """

    def __init__(self, method: str, parts: int, seed: int) -> None:
        self.method, self.parts, self.drawn = method, parts, 0
        self.spared: list[float] = []
        self._rng, self._seed, self._cycle = np.random.default_rng([seed, parts]), seed, np.zeros((0, 0, 0), bool)

    def __call__(self, number: int) -> np.ndarray:
        """Returns [R, n] factors of pass `number`: 0, or 1 / (1 - 1/P)."""
        place = number % self.parts
        if place == 0:
            self._cycle = self._kept(number // self.parts)
            self.spared.append(float(self._cycle.all(axis=0).mean()))
        masks: np.ndarray = self._cycle[place] * (self.parts / (self.parts - 1))
        return masks

    def _kept(self, cycle: int) -> np.ndarray:
        """Returns [P, R, n] True for neurons that are kept."""
        if self.method == "independent":
            self.drawn += self.parts * HIDDEN
            return self._rng.random((self.parts, NETS, HIDDEN)) >= 1 / self.parts
        self.drawn += HIDDEN
        keys = self._rng.integers(2**63, size=NETS)
        equal = self.method != "drawn parts"
        own = np.stack([partition(HIDDEN, self.parts, int(key), equal) for key in keys])
        kept: np.ndarray = own != np.arange(self.parts)[:, None, None]
        return kept


class Partitions(ComputedStudy[Params]):
    """Compares dropout by partitions with dropout by independent draws."""

    title: ClassVar[str] = "Dropout by partitions"

    def cases(self) -> list[dict[str, Any]]:
        """Returns a case for each number of parts and seed."""
        parts = (2, 5) if self.params.quick else range(2, 10)
        return [{"parts": count, "seed": seed} for seed in self.params.repetitions for count in parts]

    def compute(self, case: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Returns a row for each method. Raises UserError without data."""
        images, rows = load_images(self.params.data).drawn(1200, 1000, case["seed"]), []
        for method in METHODS:
            masks = Masks(method, case["parts"], case["seed"])
            found = trained_with(images, masks, NETS, HIDDEN, 2 if self.params.quick else 12, case["seed"])
            row = {"mean": float(found.mean()), "deviation": float(found.std(ddof=1))}
            row |= {"drawn": masks.drawn / len(masks.spared), "spared": float(np.mean(masks.spared))}
            rows.append({"data": images.name, "method": method, **row})
        return rows

    def claims(self, rows: Sequence[Row]) -> list[Claim]:
        """Returns the four claims, for parts of equal sizes."""
        first, second = {"method": METHODS[1]}, {"method": METHODS[0]}
        shift, ratio = difference(rows, "mean", first, second), variance_ratio(rows, METHODS[1])
        draws = {p: _sum(rows, "drawn", p, METHODS[0]) / _sum(rows, "drawn", p, METHODS[1]) for p in _parts(rows)}
        times = ", ".join(f"{each:g}" for each in draws.values())
        fewer = all(math.isclose(p, found) for p, found in draws.items())
        spared = {name: mean_of(rows, "spared", method=name) for name in METHODS[:2]}
        shares = [f"{spared[name].value:.3g}" for name in (METHODS[1], METHODS[0])]
        never = f"{shares[0]} of neurons not considered in a cycle, {shares[1]} if draws are independent"
        return [
            Claim(
                SOURCE,
                "equal mean accuracy (0.6057 and 0.6062)",
                f"partitions less independent {shift}",
                within(shift, EQUAL),
            ),
            Claim(SOURCE, "smaller deviation (0.009 against 0.0106)", f"ratio of variances {ratio}", at_most(ratio, 1)),
            Claim(SOURCE, "P times fewer draws", f"{times} times for P = {', '.join(map(str, draws))}", fewer),
            Claim(SOURCE, "every neuron is considered", never, spared[METHODS[1]].value == 0),
        ]

    def tables(self, rows: Sequence[Row]) -> list[str]:
        """Returns mean accuracy, and the ratio of variances, by the number of parts."""
        lines = ["## Mean accuracy\n"]
        lines += table(
            ("P", *METHODS),
            [[str(p), *(str(mean_of(rows, "mean", parts=p, method=m)) for m in METHODS)] for p in _parts(rows)],
        )
        lines.append("## Variance between nets, over that of independent draws: geometric means over seeds\n")
        found = [[str(p), *(str(variance_ratio(chosen(rows, parts=p), m)) for m in METHODS[1:])] for p in _parts(rows)]
        return [*lines, *table(("P", *METHODS[1:]), found)]


def _parts(rows: Sequence[Row]) -> list[int]:
    return distinct(rows, "parts")


def _sum(rows: Sequence[Row], column: str, parts: int, method: str) -> float:
    return sum(float(row[column]) for row in chosen(rows, parts=parts, method=method))


def variance_ratio(rows: Sequence[Row], method: str) -> Mean:
    """Returns the geometric mean over seeds of variances over those of independent draws, pooled over P."""
    logs = []
    for seed in distinct(rows, "seed"):
        squares = [
            sum(float(row["deviation"]) ** 2 for row in chosen(rows, seed=seed, method=name))
            for name in (method, METHODS[0])
        ]
        if all(squares):
            logs.append(math.log(squares[0] / squares[1]))
    if not logs:  # nets that do not differ
        return Mean(math.nan, 0.0, math.inf)
    found = t_mean(logs)
    return Mean(*(math.exp(min(each, 700.0)) for each in found))
