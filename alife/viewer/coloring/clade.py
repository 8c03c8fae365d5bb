"""Colors by clade: the living descendants of one founder."""

from __future__ import annotations

import numpy as np

from alife.viewer.coloring.groups import Grouped


class Clade(Grouped):
    """Colors agents by the founder that they descend from."""

    title = "clade"
    noun = "clade of founder"
    meaning = "descendants of one founder"

    def labels(self, rows: np.ndarray) -> np.ndarray:
        """Returns the ids of founders: [N] slots -> [N]."""
        return self.life.fields.rows("clade", rows)
