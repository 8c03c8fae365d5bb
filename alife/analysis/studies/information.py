"""Bits that layers share with the input and the label while a net learns, counted in bins and by MINE.

Nets of 16 and 8 units, tanh or ReLUs, learn 1,000 images (Adam, no penalty) and are measured with these images after 1
to 128 passes. I(T; X) of a layer T and the image: the entropy of its row of units in bins, as T follows from X. I(T; Y)
with the label Y: counted and corrected as in `inspect`, beside the same with labels in shuffled order, mean of 5. Each
unit has 2, 4 or 30 bins: of its `own` extremes at that pass, or of -1 to 1 (tanh) or 0 to the largest output of the
layer at any pass (ReLUs), `fixed`. `MINE` estimates the last hidden layer without bins, from a third of the images, by
networks of 300 or 1,200 updates. Compression is a fall of I(T; X) by 0.1 bits or more from pass 8, where fitting is
taken to end, to 128. An estimate is saturated, as `inspect` warns, if more than half of the rows are distinct; nothing
is concluded from it. Entropies of 1,000 images are at most log2 1,000, 9.97 bits; those of their labels at most 3.32.
Seeds draw images, of 1,200 that they share if they are the digits, initial weights and the order of images.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from alife.analysis.instruments.information import SATURATED
from alife.analysis.instruments.shared.counting import coded, entropy, quantized, shared
from alife.analysis.instruments.shared.mine import mine
from alife.analysis.markdown import table
from alife.analysis.statistics import Mean, t_mean
from alife.analysis.studies.shared.computed import Claim, ComputedStudy, DataParams
from alife.analysis.studies.shared.images import load_images
from alife.analysis.studies.shared.rows import Row, at_least, at_most, chosen, difference, distinct, mean_of
from alife.analysis.studies.shared.trained import snapshots

HIDDEN, IMAGES, TESTED, SHUFFLES = (16, 8), 1000, 597, 5
PASSES, FIT = (1, 4, 8, 32, 128), 8
UNITS, BINS, LEVELS, UPDATES, QUICK = ("tanh", "relu"), ("own", "fixed"), (2, 4, 30), (300, 1200), (60, 120)
DEEP, FALL, NEAR, DECISIVE, HALF = 2, 0.1, 0.1, 1.0, 0.5
TISHBY, SAXE, GEIGER = "Shwartz-Ziv and Tishby, arXiv 1703.00810", "Saxe et al., ICLR 2018", "Geiger, arXiv 2003.09671"
BELGHAZI, WARNED = "Belghazi et al., ICML 2018", "the warning of `inspect`"


class Params(DataParams):
    """Number of seeds, a short form, and data."""


class Information(ComputedStudy[Params]):
    """Measures information of layers through training."""

    title: ClassVar[str] = "Information of layers while a net learns"

    def cases(self) -> list[dict[str, Any]]:
        """Returns a case for each kind of unit and seed."""
        return [{"unit": unit, "seed": seed} for seed in self.params.repetitions for unit in UNITS]

    def compute(self, case: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Returns a row for each number of passes, layer and way to estimate. Raises UserError without data."""
        images = load_images(self.params.data).drawn(IMAGES, TESTED, case["seed"])
        passed, updates = ((1, FIT, 32), QUICK) if self.params.quick else (PASSES, UPDATES)
        nets = list(snapshots(images, HIDDEN, case["seed"], passed, case["unit"]))
        learned, rows = replace(images, test=images.train, test_labels=images.train_labels), list[dict[str, Any]]()
        layers = [net.activations(images.train)[1:-1] for net in nets]
        tops = [max(float(each[k].max()) for each in layers) for k in range(len(HIDDEN))]
        for passes, net, found in zip(passed, nets, layers, strict=True):
            errors = {"train error": 1 - net.accuracy(learned), "test error": 1 - net.accuracy(images)}
            for number, (values, top) in enumerate(zip(found, tops, strict=True), 1):
                low, high = (-1.0, 1.0) if case["unit"] == "tanh" else (0.0, top)
                for one in _counted(values, images.train_labels, low, high):
                    rows.append({"passes": passes, "layer": number, **errors, **one})
            if passes in (FIT, passed[-1]):
                for one in _neural(images.train, found[-1], images.train_labels, updates):
                    rows.append({"passes": passes, "layer": DEEP, **errors, **one})
        return [{"data": images.name, **row} for row in rows]

    def claims(self, rows: Sequence[Row]) -> list[Claim]:
        """Returns the claims of compression, of bins, of saturation and of MINE."""
        return [*_compression(rows), *_bins(rows), *_labels(rows), *_saturation(rows)]

    def tables(self, rows: Sequence[Row]) -> list[str]:
        """Returns bits by passes for each kind of unit, of the last hidden layer, and of the first by entropy."""
        lines = []
        for unit in distinct(rows, "unit"):
            own = chosen(rows, unit=unit)
            lines.append(f"## {unit}: errors\n")
            kinds = ("train error", "test error")
            cells = [[kind, *(str(mean_of(own, kind, passes=p)) for p in distinct(own, "passes"))] for kind in kinds]
            lines += table(("error", *(f"pass {passes}" for passes in distinct(own, "passes"))), cells)
            lines.append(f"## {unit}: I(T; X), bits\n")
            lines += _table(own, "input bits")
            lines.append(f"## {unit}: I(T; Y), bits, and the same of shuffled labels\n")
            lines += _table(own, "label bits", "shuffled")
        return lines


def _table(rows: Sequence[Row], column: str, null: str = "") -> Iterator[str]:
    """Yields the lines of a table: a row for each layer and way to estimate, a column for each number of passes."""
    cells = []
    for layer, bins, levels in dict.fromkeys((row["layer"], row["bins"], row["levels"]) for row in rows):
        own = chosen(rows, layer=layer, bins=bins, levels=levels)
        texts = [f"layer {layer}, {bins} {levels}"]
        for passes in distinct(rows, "passes"):
            some = [row for row in chosen(own, passes=passes) if row.get(column, "") != ""]
            text = str(mean_of(some, column)) if some else ""
            texts.append(f"{text}; {mean_of(some, null).value:.3g}" if some and null else text)
        cells += [texts] if any(texts[1:]) else []
    return table(("estimate", *(f"pass {passes}" for passes in distinct(rows, "passes"))), cells)


def _change(rows: Sequence[Row], column: str, since: int = FIT, **labels: Any) -> Mean:
    """Returns the change of a column to the last pass."""
    return difference(rows, column, {"passes": _last(rows), **labels}, {"passes": since, **labels})


def _last(rows: Sequence[Row]) -> int:
    return max(int(row["passes"]) for row in rows)


def _updates(rows: Sequence[Row]) -> list[int]:
    return distinct(chosen(rows, bins="MINE"), "levels")


def _compression(rows: Sequence[Row]) -> list[Claim]:
    """Returns the claims that layers of tanh are compressed and those of ReLUs are not, by each estimate."""
    found = []
    ways = [("own", levels) for levels in LEVELS] + [("MINE", _updates(rows)[0])]
    for bins, levels in ways:
        name = f"{levels} bins" if bins == "own" else bins
        tanh, relu = (_change(rows, "input bits", unit=unit, layer=DEEP, bins=bins, levels=levels) for unit in UNITS)
        for unit, source, change, holds in (
            ("tanh", TISHBY, tanh, at_most(tanh, -FALL)),
            ("relu", SAXE, relu, at_least(relu, -FALL)),
        ):
            text = f"{unit}: {'' if unit == 'tanh' else 'no '}compression after fitting, {name}"
            full = bins in BINS and _saturated(chosen(rows, unit=unit, layer=DEEP, bins=bins, levels=levels))
            note = ", saturated" if full else ""
            found.append(Claim(source, text, f"by {change} bits{note}", None if full else holds))
    return found


def _saturated(rows: Sequence[Row]) -> bool:
    """Returns True if more than half of the rows are distinct, in the mean over seeds, after fitting and at the end."""
    return all(mean_of(rows, "distinct", passes=passes).value > SATURATED for passes in (FIT, _last(rows)))


def _bins(rows: Sequence[Row]) -> list[Claim]:
    """Returns the claim that bins decide: the span of changes of one layer of one net between ways to count."""
    found = []
    for unit in UNITS:
        spans = []
        for seed in distinct(rows, "seed"):
            own = chosen(rows, seed=seed, unit=unit, layer=DEEP)
            changes = [
                float(_change(own, "input bits", bins=bins, levels=levels).value) for bins in BINS for levels in LEVELS
            ]
            spans.append(max(changes) - min(changes))
        span = t_mean(spans)
        text = f"bins decide, {unit}: changes of one layer differ by {DECISIVE:g} bit and more between bins"
        found.append(Claim(GEIGER, text, f"by {span} bits", at_least(span, DECISIVE)))
    return found


def _labels(rows: Sequence[Row]) -> list[Claim]:
    """Returns the claims of I(T; Y), and of MINE."""
    found = []
    for unit in UNITS:
        own = chosen(rows, unit=unit, layer=DEEP)
        grown = _change(own, "label bits", 1, bins="own", levels=2)
        found.append(Claim(TISHBY, f"{unit}: I(T; Y) grows, 2 bins", f"by {grown} bits", at_least(grown, 0)))
    own, (few, many) = chosen(rows, bins="MINE", passes=_last(rows)), _updates(rows)
    null = mean_of(own, "shuffled", levels=few)
    more = difference(own, "input bits", {"levels": many}, {"levels": few})
    text = "MINE of I(T; X), which has no bound, grows with updates"
    return [
        *found,
        Claim(BELGHAZI, "MINE of shuffled labels is 0, within 0.1", f"{null} bits", at_most(null, NEAR)),
        Claim("derived from the bound", text, f"by {more} bits from {few} to {many}", at_least(more, 0)),
    ]


def _saturation(rows: Sequence[Row]) -> list[Claim]:
    """Returns the claims of what estimates are where rows are distinct."""
    counted = [row for row in rows if row["bins"] in BINS and row["label bits"] > NEAR]
    shares = [{**row, "share": row["shuffled"] / row["label bits"]} for row in counted]
    warned, others = ([row for row in shares if (row["distinct"] > SATURATED) == flag] for flag in (True, False))
    least = _extreme(warned, min)
    most = _extreme(others, max)
    whole = [
        {**row, "short": np.log2(IMAGES) - row["input bits"]}
        for row in chosen(rows, layer=1, bins="own", levels=LEVELS[-1])
    ]
    short = mean_of(whole, "short")
    return [
        Claim(
            "derived: at most log2 of the images",
            f"with {LEVELS[-1]} bins I(T; X) of 16 units is that of the number of images, at every pass",
            f"below log2 {IMAGES:,} by {short} bits",
            at_most(short, NEAR),
        ),
        Claim(WARNED, "where it warns, shuffled labels give half of the bits", f"least {least}", at_least(least, HALF)),
        Claim(WARNED, "where it does not, they give less than half", f"most {most}", at_most(most, HALF)),
    ]


def _extreme(rows: Sequence[Row], which: Any) -> Mean:
    """Returns the mean over seeds of the least or largest share of bits that shuffled labels give."""
    return t_mean([which(row["share"] for row in chosen(rows, seed=seed)) for seed in distinct(rows, "seed")])


def _counted(values: np.ndarray, labels: np.ndarray, low: float, high: float) -> Iterator[dict[str, Any]]:
    """Yields estimates in bins. values: [T, n]. labels: [T]. low, high: of fixed bins."""
    for bins in BINS:
        ends = (
            (values.min(axis=0), values.max(axis=0))
            if bins == "own"
            else (np.full(values.shape[1], e) for e in (low, high))
        )
        first, last = ends
        for levels in LEVELS:
            codes = coded(quantized(values, first, last, levels))
            found = shared([(codes, labels)], SHUFFLES)
            yield {
                "bins": bins,
                "levels": levels,
                "input bits": round(entropy(codes, corrected=False), 5),
                "distinct": (int(codes.max()) + 1) / len(codes),
                "label bits": round(float(found.bits[0]), 5),
                "shuffled": round(float(found.null[0]), 5),
            }


def _neural(x: np.ndarray, values: np.ndarray, labels: np.ndarray, updates: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Yields estimates by MINE. x: [T, I]. values: [T, n]. labels: [T]. updates: numbers of them, the fewest first."""
    y = np.eye(int(labels.max()) + 1)[labels]
    other = np.random.default_rng(0).permutation(y)
    for number, count in enumerate(updates):
        found: dict[str, Any] = {"bins": "MINE", "levels": count, "input bits": round(mine(x, values, count), 5)}
        if not number:
            bits, null = (round(mine(values, each, count), 5) for each in (y, other))
            found |= {"label bits": bits, "shuffled": null}
        yield found
