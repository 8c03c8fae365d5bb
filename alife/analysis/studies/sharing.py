"""Weights that unfold from fewer genes by random projections: what k genes can set of N weights.

The projection is that of brains (`projection`: k = 128 genes, N = r k weights, of a brain of 32 neurons), as the matrix
R that it applies. Fit: the genes nearest to N independent normal weights, by least squares; the error is its root mean
square over the deviation of the weights. Exact: half as many weights as genes, drawn, are set to normal numbers by the
smallest genes that do so; the spread is the variance of the other weights over that of those. Leverage of weight j, by
drawn importances lambda: lambda_j R_j (R^T Lambda R)^-1 R_j^T. Recovered: R^T w / r, the largest difference from the
genes that w unfolds from. Moved: the smallest and the largest change of a weight by one gene, times sqrt(k). Measured
and predicted are called equal within 3 %. Seeds draw flips, weights and importances.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from alife.analysis.markdown import table
from alife.analysis.studies.shared.computed import Claim, ComputedParams, ComputedStudy
from alife.analysis.studies.shared.rows import Row, all_hold, at_least, at_most, chosen, distinct, mean_of
from alife.brains.shared.projection import unfold
from alife.ops.reference import Reference
from alife.ops.vocabulary import Value

WIDTH, GENES, RATIOS, EQUAL, EXACT = 32, 128, (2, 4, 8, 16), 0.03, 1e-4
FLIPS, DRAWS = 1 << 16, 32  # seeds of flips between those of two seeds; sets of weights that are fitted
CONNOR, DERIVED = "O'Connor, weight sharing using random projections", "derived from the projection"


class Params(ComputedParams):
    """Number of seeds, and a short form."""


class Sharing(ComputedStudy[Params]):
    """Measures what the genes of a projection can set."""

    title: ClassVar[str] = "Weights shared by random projections"

    def cases(self) -> list[dict[str, Any]]:
        """Returns a case for each ratio of weights to genes, and seed."""
        ratios = RATIOS[:2] if self.params.quick else RATIOS
        return [{"ratio": ratio, "seed": seed} for ratio in ratios for seed in self.params.repetitions]

    def compute(self, case: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Returns the row of a projection."""
        ratio, rng = case["ratio"], np.random.default_rng([case["seed"], case["ratio"]])
        matrix = unfolding(ratio, case["seed"] * FLIPS)
        weights, genes = rng.normal(size=(ratio * GENES, DRAWS)), rng.normal(size=GENES)
        fitted = matrix @ np.linalg.lstsq(matrix, weights, rcond=None)[0]
        importances = np.exp(2 * rng.normal(size=len(matrix)))
        weighted = matrix * np.sqrt(importances)[:, None]
        leverages = np.square(np.linalg.qr(weighted)[0]).sum(axis=1)
        moved = np.abs(matrix) * np.sqrt(GENES)
        return [
            {
                "error": float(np.sqrt(np.square(fitted - weights).mean() / np.square(weights).mean())),
                "predicted": float(np.sqrt(1 - 1 / ratio)),
                **_exact(matrix, rng),
                "leverages": float(leverages.sum()),
                "largest leverage": float(leverages.max()),
                "recovered": float(np.abs(matrix.T @ (matrix @ genes) / ratio - genes).max()),
                "least moved": float(moved.min()),
                "most moved": float(moved.max()),
            }
        ]

    def claims(self, rows: Sequence[Row]) -> list[Claim]:
        """Returns the claims of the projection."""
        errors, spreads = (_relative(rows, *columns) for columns in (("error", "predicted"), ("spread", "law")))
        sums = max(abs(float(row["leverages"]) - GENES) for row in rows)
        back, residual = (max(float(row[name]) for row in rows) for name in ("recovered", "residual"))
        moved = min(row["least moved"] for row in rows), max(row["most moved"] for row in rows)
        all_alike = abs(moved[0] - 1) < EXACT > abs(moved[1] - 1)
        exact = f"largest error {residual:.2g} of {GENES // 2} weights set by {GENES} genes"
        spread = "spread over s / (k - s - 1), farthest from 1"
        return [
            Claim(
                CONNOR, "the projection is inverted in the other order", f"largest difference {back:.2g}", back < EXACT
            ),
            Claim(CONNOR, "some weights may be set exactly", exact, residual < EXACT),
            Claim(DERIVED, "the others spread by s / (k - s - 1)", f"{spread}: {spreads[0]}", spreads[1]),
            Claim(DERIVED, "the error of a fit is sqrt(1 - k/N)", f"measured over predicted: {errors[0]}", errors[1]),
            Claim(
                DERIVED, "leverages sum to k, whatever the importances", f"largest difference {sums:.2g}", sums < EXACT
            ),
            Claim(DERIVED, "one gene moves every weight by as much", f"{moved[0]:.6g} to {moved[1]:.6g}", all_alike),
        ]

    def tables(self, rows: Sequence[Row]) -> list[str]:
        """Returns the figures by the ratio of weights to genes."""
        columns = ("error", "predicted", "spread", "law", "largest leverage")
        cells = [
            [str(ratio), *(str(mean_of(rows, column, ratio=ratio)) for column in columns)]
            for ratio in distinct(rows, "ratio")
        ]
        return list(
            table(("weights over genes", "error", "predicted", "spread", "predicted", "largest leverage"), cells)
        )


def unfolding(ratio: int, flips: int) -> np.ndarray:
    """Returns R [r k, k] float64: column g has the weights that unfold from gene g alone. flips: the first seed."""
    o = Reference(WIDTH, {"genome": np.eye(GENES, dtype=np.float32)})
    genome = o.genome("genes", GENES // WIDTH, WIDTH)
    genes: list[Value] = [o.load(genome, row) for row in range(genome.rows)]
    rows = unfold(genes, ratio * GENES // WIDTH, flips)
    return np.concatenate([row.data.T for row in rows]).astype(np.float64)


def _exact(matrix: np.ndarray, rng: np.random.Generator) -> dict[str, float]:
    """Returns the error of weights that are set exactly, the spread of the others, and its law. matrix: [N, k]."""
    count = GENES // 2
    own = rng.permutation(len(matrix))
    wanted = rng.normal(size=(count, DRAWS))
    found = matrix @ np.linalg.lstsq(matrix[own[:count]], wanted, rcond=None)[0]
    residual = float(np.abs(found[own[:count]] - wanted).max())
    spread = float(np.square(found[own[count:]]).mean() / np.square(wanted).mean())
    return {"residual": residual, "spread": spread, "law": count / (GENES - count - 1)}


def _relative(rows: Sequence[Row], column: str, law: str) -> tuple[str, bool | None]:
    """Returns the ratio of measured to predicted that is farthest from 1, and whether all are within the margin."""
    own = [{**row, "over": row[column] / row[law]} for row in rows]
    ratios = [mean_of(chosen(own, ratio=ratio), "over") for ratio in distinct(own, "ratio")]
    worst = max(ratios, key=lambda mean: abs(mean.value - 1))
    return str(worst), all_hold([part for m in ratios for part in (at_least(m, 1 - EQUAL), at_most(m, 1 + EQUAL))])
