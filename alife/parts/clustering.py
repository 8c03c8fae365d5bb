"""Clustering: how much more often agents share a bin than a uniform scatter would."""

from __future__ import annotations

from typing import Any

import numpy as np

from alife.parts.ground import BIN
from alife.parts.part import Part
from alife.parts.plane import pair_correlation
from alife.world import Fields, Metric


class Clustering(Part):
    """A metric of clustering."""

    metrics = (Metric("pair_correlation", "", "chance of a neighbor in the same bin over that of a uniform scatter"),)

    def metric_values(self, fields: Fields, rows: np.ndarray, params: Any) -> dict[str, float | int]:
        """Returns the values of its metrics; rows: [N] living slots."""
        return {"pair_correlation": pair_correlation(fields["x"][rows], fields["y"][rows], params.side // BIN, BIN)}
