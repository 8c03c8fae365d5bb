"""The error of recall of a hashed memory against its law, by the number of pairs stored.

Single pass: 256 memories of K = 64 bits store m pairs one after another, with normal values, by the brain's own store;
then all are recalled. The load is m / K. Keys are drawn bits, or hashes of unrelated inputs of 32 lanes by the brain's
own hash. The law has exact expectations for drawn bits (`alife.brains.memory.recall_law`); an item of age
a keeps (1 - 1/K)^a of its value. Measured and predicted errors, root mean squares over the deviation of values, are
called equal within 3 %.

Swept: pairs stored again and again until nothing changes, which is the least-squares solution of smallest length, in
float64, for drawn bits; its error on stored pairs, and the size of its recall at keys never stored, as geometric mean
over memories, since its mean does not exist at load 1. Walking keys, and keys of one transform of one-hot inputs (32
bits), store one pair for each bit, once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from alife.analysis.markdown import table
from alife.analysis.studies.shared.computed import Claim, ComputedParams, ComputedStudy
from alife.analysis.studies.shared.memory_bank import BITS, WIDTH, MemoryBank
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
from alife.brains.memory.recall_law import relative_errors

LOADS, EQUAL, EXACT = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0), 0.03, 1e-4
SWEPT = (0.25, 0.5, 0.75, 0.9, 1.0, 1.1, 1.5, 2.0)
PASSES = {  # kind -> rule, keys
    "delta, drawn bits": ("delta", False),
    "hebb, drawn bits": ("hebb", False),
    "delta, hashes": ("delta", True),
}
DERIVED, CONNOR = "derived from the rule", "O'Connor, associative memory by hashing"


class Params(ComputedParams):
    """Number of seeds, and a short form."""


class MemoryLaw(ComputedStudy[Params]):
    """Measures the error of recall by load."""

    title: ClassVar[str] = "The error of recall against its law"

    def cases(self) -> list[dict[str, Any]]:
        """Returns a case for each experiment, load and seed."""
        loads, swept = ((0.25, 1.0), (0.5, 1.0, 2.0)) if self.params.quick else (LOADS, SWEPT)
        kinds = [(kind, load) for kind in PASSES for load in loads]
        kinds += [("swept", load) for load in swept] + [("walking keys", 1.0), ("one-hot keys", 1.0)]
        return [{"kind": kind, "load": load, "seed": seed} for kind, load in kinds for seed in self.params.repetitions]

    def compute(self, case: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Returns the row of an experiment."""
        rng, load = np.random.default_rng([case["seed"], int(1000 * case["load"])]), case["load"]
        count = 64 if self.params.quick else 256
        if case["kind"] in PASSES:
            return [_single_pass(*PASSES[case["kind"]], load, count, rng)]
        return [_swept(load, count, rng) if case["kind"] == "swept" else _exact(case["kind"], rng)]

    def claims(self, rows: Sequence[Row]) -> list[Claim]:
        """Returns the claims of the laws, of capacity and of exact keys."""
        laws = [_follows(rows, kind) for kind in PASSES]
        kept = difference(_by_column(rows, "kept", "kept predicted"), "value", {"of": "kept"}, {"of": "kept predicted"})
        return [
            *(
                Claim(DERIVED, f"{kind}: the predicted error at every load", text, holds)
                for kind, (text, holds) in zip(PASSES, laws, strict=True)
            ),
            Claim(
                DERIVED,
                "an item of age a keeps (1 - 1/K)^a, delta, drawn bits",
                f"difference of the mean {kept}",
                within(kept, EQUAL),
            ),
            *_capacity(rows),
            *(_exactly(rows, kind) for kind in ("walking keys", "one-hot keys")),
        ]

    def tables(self, rows: Sequence[Row]) -> list[str]:
        """Returns errors by load, of a single pass and swept."""
        lines = []
        for rule in PASSES:
            lines.append(f"## A single pass: {rule}\n")
            cells = [
                [f"{load:g}", str(mean_of(rows, "error", kind=rule, load=load)), *_predicted(rows, rule, load)]
                for load in distinct(chosen(rows, kind=rule), "load")
            ]
            lines += table(("load", "error", "predicted", "measured over predicted"), cells)
        lines.append("## Swept until nothing changes\n")
        cells = [
            [f"{load:g}", *(str(mean_of(rows, column, kind="swept", load=load)) for column in ("error", "novel"))]
            for load in distinct(chosen(rows, kind="swept"), "load")
        ]
        return [*lines, *table(("load", "error on stored pairs", "size of recall at new keys"), cells)]


def _single_pass(rule: str, hashed: bool, load: float, count: int, rng: np.random.Generator) -> dict[str, Any]:
    """Returns measured and predicted error of memories that store each pair once, and what is left of the values."""
    stores, bank = round(load * BITS), MemoryBank(count, rule)
    drawn = [rng.normal(size=(count, WIDTH if hashed else BITS)) for _ in range(stores)]
    keys = [bank.hashed(each) if hashed else bank.key(np.where(each < 0, -1.0, 1.0)) for each in drawn]
    values = rng.normal(size=(stores, count))
    for key, value in zip(keys, values, strict=True):
        bank.write(key, value)
    recalled = np.stack([bank.recall(key) for key in keys])
    q, predicted = 1 - 1 / BITS, relative_errors(BITS, stores, rule)
    return {
        "error": float(np.sqrt(np.square(recalled - values).mean() / np.square(values).mean())),
        "predicted": float(np.sqrt(np.square(predicted).mean())),
        "kept": float((recalled * values).mean() / np.square(values).mean()),
        "kept predicted": float((q ** np.arange(stores)).mean()) if rule == "delta" else 1.0,
    }


def _swept(load: float, count: int, rng: np.random.Generator) -> dict[str, Any]:
    """Returns the error on stored pairs and the recall at new keys of the shortest least-squares solution."""
    stores = round(load * BITS)
    keys, new = (rng.choice([-1.0, 1.0], (count, number, BITS)) for number in (stores, 16))
    values = rng.normal(size=(count, stores, 1))
    weights = np.linalg.pinv(keys) @ values
    error = np.sqrt(np.square(keys @ weights - values).mean() / np.square(values).mean())
    recalled = np.square(new @ weights).mean(axis=(1, 2)) / np.square(values).mean()
    return {"error": float(error), "novel": float(np.exp(np.log(recalled).mean() / 2))}


def _exact(kind: str, rng: np.random.Generator) -> dict[str, Any]:
    """Returns the largest error of recall of one pair for each bit, stored once."""
    walking = kind == "walking keys"
    bank = MemoryBank(1) if walking else MemoryBank(1, bits=WIDTH)
    size = BITS if walking else WIDTH
    keys = [bank.walking(place) if walking else bank.one_round(np.eye(WIDTH)[[place]]) for place in range(size)]
    values = rng.normal(size=(size, 1))
    for key, value in zip(keys, values, strict=True):
        bank.write(key, value)
    return {"error": max(float(np.abs(bank.recall(k) - v).max()) for k, v in zip(keys, values, strict=True))}


def _predicted(rows: Sequence[Row], rule: str, load: float) -> tuple[str, str]:
    own = chosen(rows, kind=rule, load=load)
    ratios = [{**row, "ratio": row["error"] / row["predicted"]} for row in own]
    return f"{own[0]['predicted']:.3g}", str(mean_of(ratios, "ratio"))


def _follows(rows: Sequence[Row], rule: str) -> tuple[str, bool | None]:
    """Returns the ratios farthest from 1, and whether those at all loads are within the margin."""
    own = [{**row, "ratio": row["error"] / row["predicted"]} for row in chosen(rows, kind=rule)]
    ratios = {load: mean_of(own, "ratio", load=load) for load in distinct(own, "load")}
    load, worst = max(ratios.items(), key=lambda item: abs(item[1].value - 1))
    verdicts = [part for mean in ratios.values() for part in (at_least(mean, 1 - EQUAL), at_most(mean, 1 + EQUAL))]
    return f"farthest from 1, measured over predicted: {worst} at load {load:g}", all_hold(verdicts)


def _by_column(rows: Sequence[Row], *columns: str) -> list[Row]:
    """Returns the rows of the rule delta once for each column, as its value."""
    own = chosen(rows, kind="delta, drawn bits")
    return [{"seed": row["seed"], "of": column, "value": row[column]} for row in own for column in columns]


def _capacity(rows: Sequence[Row]) -> list[Claim]:
    """Returns the claims of capacity and of the interpolation peak."""
    loads = distinct(chosen(rows, kind="swept"), "load")
    below, above = max(load for load in loads if load < 1), min(load for load in loads if load > 1)
    inside, outside = (mean_of(rows, "error", kind="swept", load=load) for load in (below, above))
    capacity = all_hold([at_most(inside, EXACT), at_least(outside, EXACT)])
    text = f"error {inside} at load {below:g}, {outside} at load {above:g}"
    peak = [difference(rows, "novel", _label(1.0), _label(load)) for load in (min(loads), max(loads))]
    said = (
        f"recall at a new key at load 1 less that at {min(loads):g}: {peak[0]}; less that at {max(loads):g}: {peak[1]}"
    )
    return [
        Claim(CONNOR, "capacity just short of the number of bits: exact below, noise above", text, capacity),
        Claim(DERIVED, "swept, recall at new keys peaks at load 1", said, all_hold([at_least(p, 0) for p in peak])),
    ]


def _label(load: float) -> dict[str, Any]:
    return {"kind": "swept", "load": load}


def _exactly(rows: Sequence[Row], kind: str) -> Claim:
    largest = max(float(row["error"]) for row in chosen(rows, kind=kind))
    text = "exact up to K pairs" if kind == "walking keys" else "no crosstalk, one transform"
    return Claim(
        DERIVED,
        f"{kind}: {text}",
        f"largest error {largest:.2g}",
        largest < EXACT,
    )
