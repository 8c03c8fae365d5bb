"""The past of a watched run: its metrics at evenly spaced steps, and marked events."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from alife.viewer.clades import NO_CLADES, CladeCount
from alife.world import Metric

CAPACITY = 512  # points; a full history drops every second one and doubles its spacing
MOST = 6  # metrics shown at once: each has a color of its own


@dataclass(frozen=True)
class Event:
    """A marked moment. step: as the clock counts. text: a few words."""

    step: int
    text: str


class History:
    """Metrics at evenly spaced steps since the window opened.

    Attributes:
        metrics: that can be shown.
        clock: what `steps` counts.
        shown: names of the metrics that the graph shows, at most MOST.
        steps: [K] steps of the points.
        values: [K] values of each metric, by name; NaN where unknown.
        events: marked moments, by step.
        touches: moments at which the run was changed by hand.
        clades: [K] the living by clade at each point.
    """

    def __init__(self, metrics: Sequence[Metric], clock: str, shown: Iterable[str] = ()) -> None:
        """Starts empty. shown: names of metrics; those that are headlines if there are none."""
        self.metrics, self.clock = tuple(metrics), clock
        self.shown = [*shown][:MOST] or [one.name for one in metrics if one.headline][:MOST]
        self.steps: list[int] = []
        self.values: dict[str, list[float]] = {one.name: [] for one in metrics}
        self.events: list[Event] = []
        self.touches: list[Event] = []
        self.clades: list[CladeCount] = []
        self._spacing = 1

    def is_due(self, step: int) -> bool:
        """Returns True if a point at this step would be kept: it is at least the spacing after the last one."""
        return not self.steps or step >= self.steps[-1] + self._spacing

    def add(self, step: int, row: Mapping[str, float], clades: CladeCount = NO_CLADES) -> None:
        """Adds a point if it is due.

        Args:
            step: as the clock counts.
            row: values by name; those left out are unknown.
            clades: the living by clade.
        """
        if not self.is_due(step):
            return
        self.steps.append(step)
        self.clades.append(clades)
        for name, values in self.values.items():
            values.append(float(row.get(name, math.nan)))
        if len(self.steps) >= CAPACITY:
            self.steps, self.clades = self.steps[::2], self.clades[::2]
            self.values = {name: values[::2] for name, values in self.values.items()}
            self._spacing *= 2

    def mark(self, step: int, text: str) -> None:
        """Marks an event, once."""
        event = Event(step, text)
        if event not in self.events:
            self.events = sorted([*self.events, event], key=lambda one: one.step)

    def copy(self) -> History:
        """Returns a history that goes on by itself from here."""
        other = History(self.metrics, self.clock, self.shown)
        other.shown, other.steps, other.clades = [*self.shown], [*self.steps], [*self.clades]
        other.events, other.touches = [*self.events], [*self.touches]
        other.values = {name: [*values] for name, values in self.values.items()}
        other._spacing = self._spacing
        return other

    def cut(self, step: int) -> None:
        """Forgets what is after a step: the run has gone back to it."""
        kept = sum(known <= step for known in self.steps)
        self.steps, self.clades = self.steps[:kept], self.clades[:kept]
        self.values = {name: values[:kept] for name, values in self.values.items()}
        self.events = [event for event in self.events if event.step <= step]

    @property
    def marks(self) -> list[Event]:
        """Events and touches, by step."""
        return sorted([*self.events, *self.touches], key=lambda one: one.step)

    def toggle(self, name: str) -> bool:
        """Shows a metric or hides it; returns False if as many as fit are shown already."""
        if name in self.shown:
            self.shown.remove(name)
        elif len(self.shown) < MOST:
            self.shown.append(name)
        else:
            return False
        return True

    def plots(self) -> list[list[Metric]]:
        """Returns the metrics that are shown, those of one unit together, as they share an axis."""
        known = {one.name: one for one in self.metrics}
        units: dict[str, list[Metric]] = {}
        for name in self.shown:
            units.setdefault(known[name].unit or name, []).append(known[name])
        return list(units.values())

    def nearest(self, step: float) -> int | None:
        """Returns the place of the point nearest to a step; None if there is none."""
        return min(range(len(self.steps)), key=lambda k: abs(self.steps[k] - step), default=None)
