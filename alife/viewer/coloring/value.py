"""Colors by a number of each agent, over a fixed range or that of the living."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np

from alife.simulation.population import spread
from alife.viewer.coloring.base import Coloring, stops
from alife.viewer.draw.graph import round_up
from alife.viewer.draw.palettes import RAMP, shaded
from alife.viewer.draw.theme import format_number
from alife.viewer.interface import Life
from alife.world import Mark, Scene

SAMPLED = 512  # agents whose values give the range
AGREED = 30  # calls between new ranges
MOST = 98  # percentile at the high end of a range


class Value(Coloring):
    """Base of colors by a number.

    Attributes:
        unit: of the number.
        low, high: ends of the range; high None: a round number near the highest of the living.
        words: words for both ends, if numbers are not enough.
        table: [LEVELS, 3] colors from low to high.
    """

    unit: str = ""
    low: float = 0.0
    high: float | None = None
    words: tuple[str, str] = ("", "")
    table: np.ndarray = RAMP

    def __init__(self, life: Life) -> None:
        """See `Coloring`."""
        super().__init__(life)
        self._top, self._calls = 1.0, 0

    @abstractmethod
    def values(self, rows: np.ndarray, scene: Scene) -> np.ndarray:
        """Returns the numbers of agents: [N] slots -> [N]; NaN where not known yet."""

    def colors(self, rows: np.ndarray, scene: Scene) -> np.ndarray:
        """Returns colors [N, 3] of agents by their numbers. rows: [N] slots."""
        values = self.values(rows, scene)
        if self.high is None and self._calls % AGREED == 0 and len(values):
            self._agree(spread(values, SAMPLED))
        self._calls += 1
        low, high = self.range
        return shaded(self.table, (values - low) / (high - low))

    def _agree(self, values: np.ndarray) -> None:
        """Sets the high end of the range by values [K]. While few are known it may be set again at once."""
        known = values[np.isfinite(values)]
        if known.size:
            self._top = round_up(float(np.percentile(known, MOST)) - self.low) + self.low
        else:
            self._calls = -1

    @property
    def range(self) -> tuple[float, float]:
        """The ends of the range."""
        return self.low, self._top if self.high is None else self.high

    def legend(self) -> tuple[Mark, ...]:
        """Returns one ramp, with its ends, the unit at the high one."""
        ends = [format_number(end) for end in self.range]
        ends[1] = f"{ends[1]} {self.unit}".strip() + (" or more" if self.high is None else "")
        low, high = (f"{end}: {word}" if word else end for end, word in zip(ends, self.words, strict=True))
        return (Mark("agent", stops(self.table), "", low, high),)
