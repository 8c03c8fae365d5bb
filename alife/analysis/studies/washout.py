"""The likeness of two inputs from layer to layer, the predicted curve, and an input that is added again.

Random genomes of the brain `wht` (256 neurons, 32 layers, each weight a gene, no memory) see pairs of inputs of a given
cosine. The cosine of the outputs of a layer is a mean over 32 pairs; the prediction is that of wide layers
(`alife.analysis.instruments.shared.mean_field`) for the genome's own slopes. It is called met within 0.03. `injection`
k: the input is added again after every k-th layer; 0: never. Growth is the length of a small difference (1/1000 of the
input) relative to the layer's length, over that at the input, as geometric mean over pairs. Seeds draw genomes and
inputs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, cast

import numpy as np

from alife.analysis.instruments.shared.mean_field import predicted
from alife.analysis.markdown import code, table
from alife.analysis.studies.shared.computed import Claim, ComputedParams, ComputedStudy
from alife.analysis.studies.shared.rows import (
    Row,
    all_hold,
    at_least,
    at_most,
    chosen,
    difference,
    distinct,
    mean_of,
    within,
)
from alife.brains import Brain, make_brain
from alife.brains.wht import Wht

INPUTS, PAIRS, DEPTHS, MET = 200, 32, (1, 2, 4, 8, 16, 32), 0.03
STARTS, INJECTIONS, UNITS = (0.0, 0.5, 0.9), (0, 1, 4), ("switch", "relu", "tanh")
SMALL, LARGE = 1e-3, 10.0  # a difference; the length of inputs, beside which the constant lane is small
CONNOR, DERIVED = "O'Connor, a few thoughts about neural networks", "derived: Cho and Saul 2009; Poole et al. 2016"


class Params(ComputedParams):
    """Number of seeds, and a short form."""


class Washout(ComputedStudy[Params]):
    """Measures the likeness of inputs by depth."""

    title: ClassVar[str] = "Washing out of inputs by depth"

    def cases(self) -> list[dict[str, Any]]:
        """Returns a case for each start, injection or unit, and seed."""
        starts, units = ((0.0,), ("switch",)) if self.params.quick else (STARTS, UNITS)
        kinds = [{"kind": "cosine", "unit": "switch", "injection": k, "start": c} for k in INJECTIONS for c in starts]
        kinds += [{"kind": "growth", "unit": unit, "injection": 0, "start": 1.0} for unit in units]
        return [{**kind, "seed": seed} for seed in self.params.repetitions for kind in kinds]

    def compute(self, case: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Returns a row for each depth."""
        brain = made(case["unit"], case["injection"])
        rng = np.random.default_rng([case["seed"], int(10 * case["start"])])
        x, y = rng.normal(size=(2, PAIRS, INPUTS)) * LARGE
        pair = x + SMALL * y if case["kind"] == "growth" else case["start"] * x + np.sqrt(1 - case["start"] ** 2) * y
        seen = np.concatenate([x, pair]).astype(np.float32)
        genome = brain.init(1, case["seed"])
        notes = brain.notes(np.repeat(genome, 2 * PAIRS, axis=0), brain.new_states(2 * PAIRS), seen)
        if case["kind"] == "growth":
            ratios = {0: _sizes(notes["input"]), **{d: _sizes(notes[f"layer_{d}"]) for d in DEPTHS}}
            return [{"depth": d, "growth": float(np.exp(np.log(ratios[d] / ratios[0]).mean()))} for d in DEPTHS]
        weights = {name: values[0] for name, values in notes.items() if name.startswith("weights_")}
        law = predicted(cast(Wht, brain.network), weights, _cosines(notes["input"])).mean(axis=1)
        return [
            {"depth": d, "cosine": float(_cosines(notes[f"layer_{d}"]).mean()), "predicted": float(law[d])}
            for d in DEPTHS
        ]

    def claims(self, rows: Sequence[Row]) -> list[Claim]:
        """Returns the claims of washing out, of its law, and of what cures it."""
        deep = chosen(rows, kind="cosine", depth=DEPTHS[-1])
        start = min(distinct(deep, "start"))
        washed = mean_of(deep, "cosine", injection=0, start=start)
        found = [
            Claim(CONNOR, "inputs become alike with depth", f"cosine {start:g} becomes {washed}", at_least(washed, 0.9))
        ]
        for k in INJECTIONS[1:]:
            less = difference(deep, "cosine", {"injection": k, "start": start}, {"injection": 0, "start": start})
            text = f"an input added again after every {'layer' if k == 1 else f'{k} layers'} keeps them apart"
            found.append(Claim(CONNOR, text, f"cosine at depth {DEPTHS[-1]} changes by {less}", at_most(less, 0)))
        for k in INJECTIONS:
            worst, holds = _law(rows, k)
            found.append(Claim(DERIVED, f"the cosine follows the prediction, injection {k}", worst, holds))
        growth = mean_of(rows, "growth", kind="growth", unit="switch", depth=DEPTHS[-1])
        same = all_hold([at_least(growth, 0.8), at_most(growth, 1.25)])
        text = "small differences keep their size with switches, within a factor of 1.25"
        return [*found, Claim(DERIVED, text, f"grown {growth} times at depth {DEPTHS[-1]}", same)]

    def tables(self, rows: Sequence[Row]) -> list[str]:
        """Returns cosines measured and predicted, and growth, by depth."""
        lines = ["## Cosine by depth, measured and predicted\n"]
        cells = [
            [f"{c:g}", str(k), *(_both(rows, k, c, depth) for depth in DEPTHS)]
            for c in distinct(chosen(rows, kind="cosine"), "start")
            for k in INJECTIONS
        ]
        lines += table(("start", "injection", *(f"depth {depth}" for depth in DEPTHS)), cells)
        lines.append("## Growth of small differences by depth\n")
        own = chosen(rows, kind="growth")
        cells = [
            [code(unit), *(str(mean_of(own, "growth", unit=unit, depth=depth)) for depth in DEPTHS)]
            for unit in distinct(own, "unit")
        ]
        return [*lines, *table(("unit", *(f"depth {depth}" for depth in DEPTHS)), cells)]


def made(unit: str, injection: int) -> Brain:
    """Returns the brain that is measured."""
    spec = {"name": "wht", "width": 256, "layers": DEPTHS[-1], "unit": unit, "injection": injection}
    return make_brain({**spec, "memory": None, "projection": None}, INPUTS, 4)


def _cosines(values: np.ndarray) -> np.ndarray:
    """Returns the cosines [P] of pairs: rows p and P + p of [2 P, n]."""
    a, b = np.split(values.astype(np.float64), 2)
    found: np.ndarray = (a * b).sum(axis=1) / (np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1))
    return found


def _sizes(values: np.ndarray) -> np.ndarray:
    """Returns the lengths [P] of differences of pairs, rows p and P + p of [2 P, n], over the length of the first."""
    a, b = np.split(values.astype(np.float64), 2)
    found: np.ndarray = np.linalg.norm(a - b, axis=1) / np.linalg.norm(a, axis=1)
    return found


def _law(rows: Sequence[Row], injection: int) -> tuple[str, bool | None]:
    """Returns the largest mean deviation from the prediction, and whether all are within the margin."""
    own = [{**r, "off": r["cosine"] - r["predicted"]} for r in chosen(rows, kind="cosine", injection=injection)]
    off = {
        (start, depth): mean_of(own, "off", start=start, depth=depth)
        for start in distinct(own, "start")
        for depth in DEPTHS
    }
    (start, depth), worst = max(off.items(), key=lambda item: abs(item[1].value))
    return f"largest deviation {worst}, from {start:g} at depth {depth}", all_hold(
        [within(each, MET) for each in off.values()]
    )


def _both(rows: Sequence[Row], injection: int, start: float, depth: int) -> str:
    own = chosen(rows, kind="cosine", injection=injection, start=start, depth=depth)
    return f"{mean_of(own, 'cosine')}; {mean_of(own, 'predicted').value:.3g}"
