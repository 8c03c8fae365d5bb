"""Price statistics: which traits go with many offspring, over all that have died.

Price, "Selection and covariance", Nature 227, 1970: the change of a mean trait under selection is the covariance of
offspring number with the trait, over mean offspring.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from alife.parts.bite_target import Biter
from alife.parts.grazing import Grazer
from alife.parts.part import Part
from alife.world import UNIT, Columns, Fields, Metric, Vector, column, i64, per_agent


class Counted(Grazer, Biter):
    """An agent with traits and intake."""


class PriceSums(Columns, table="one", namespace="totals"):
    """Sums over the dead."""

    price: Vector[int] = column("int64", (8,), meaning="sums over the dead, see `price_statistics`")


@per_agent(reductions=("price",))
def price_statistics(a: Counted, totals: PriceSums) -> None:
    """Adds the dead to sums for the Price covariances of offspring number w with z: n, w, then z and w z of each z."""
    if a.died != 0:
        w = i64(a.offspring)
        totals.price[0] += 1
        totals.price[1] += w
        for t in range(3):
            z = i64(a.life_plants) + i64(a.life_meat)
            if t == 0:
                z = i64(a.size * UNIT)
            elif t == 1:
                z = i64(a.diet * UNIT)
            totals.price[2 + 2 * t] += z
            totals.price[3 + 2 * t] += w * z


def price_covariances(sums: np.ndarray) -> dict[str, float]:
    """Returns covariances of lifetime offspring with size, diet and intake over all dead, over mean offspring.

    sums: [8] int64, see `price_statistics`.
    """
    n, w = max(int(sums[0]), 1), int(sums[1])
    out = {}
    for k, name in enumerate(("size", "diet", "intake")):
        z, wz = int(sums[2 + 2 * k]) / UNIT, int(sums[3 + 2 * k]) / UNIT
        out[f"price_{name}"] = (wz / n - w / n * z / n) / (w / n) if w else 0.0
    return out


class PriceStatistics(Part):
    """Covariances of offspring with traits."""

    columns = (PriceSums,)
    settle = (price_statistics,)
    metrics = tuple(
        Metric(f"price_{name}", unit, f"covariance of lifetime offspring with {name} over mean offspring (Price)")
        for name, unit in (("size", ""), ("diet", ""), ("intake", "energy"))
    )

    def metric_values(self, fields: Fields, rows: np.ndarray, params: Any) -> dict[str, float | int]:
        """Returns the values of its metrics; rows: [N] living slots."""
        return price_covariances(fields["price"][0])
