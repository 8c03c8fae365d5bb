"""The sheet of metrics: those that the graph shows are chosen here."""

from __future__ import annotations

from collections.abc import Sequence

from alife.viewer.draw import theme
from alife.viewer.draw.graph import color_of
from alife.viewer.history import MOST, History
from alife.viewer.sheets.base import Row, Sheet


class MetricsSheet(Sheet):
    """Lists every metric with its last value, unit and meaning."""

    title = "Metrics of the graph"
    hint = f"enter or a click shows or hides a metric, {MOST} at most; esc closes"

    def __init__(self, history: History) -> None:
        """Lists the metrics of a history."""
        super().__init__()
        self._history = history

    def rows(self) -> Sequence[Row]:
        """Returns the metrics in the order of metrics.csv."""
        found = []
        for one in self._history.metrics:
            known = self._history.values[one.name]
            value = theme.format_number(known[-1]) if known and known[-1] == known[-1] else "-"
            color = color_of(one.name, self._history) if one.name in self._history.shown else theme.CARD
            found.append(Row(one.name.replace("_", " "), f"{value} {one.unit}".rstrip(), one.meaning, color))
        return found

    def choose(self) -> None:
        """Shows or hides the marked metric."""
        if self._history.metrics:
            self._history.toggle(self._history.metrics[self.at].name)
