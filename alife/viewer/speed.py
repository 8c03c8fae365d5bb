"""How fast a watched life goes: from slow motion to as fast as possible."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

STEPS: tuple[float, ...] = (1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8, 16, 32, float("inf"))  # a frame
BUDGET = 0.025  # seconds of stepping in a frame when as fast as possible: the picture still moves


@dataclass
class Speed:
    """A place on the scale `STEPS`, and the part of a step still owed to slow motion."""

    place: int = STEPS.index(1)
    owed: float = 0.0

    def change(self, by: int) -> None:
        """Faster (1) or slower (-1), within the scale."""
        self.place = min(max(self.place + by, 0), len(STEPS) - 1)

    def due(self) -> Iterator[None]:
        """Once for each step due in a frame."""
        if self.place == len(STEPS) - 1:
            until = time.perf_counter() + BUDGET
            while time.perf_counter() < until:
                yield
            return
        self.owed += STEPS[self.place]
        while self.owed >= 1:
            self.owed -= 1
            yield

    def __str__(self) -> str:
        steps = STEPS[self.place]
        if self.place == len(STEPS) - 1:
            return "full speed"
        return f"1 step in {1 / steps:.0f} frames" if steps < 1 else f"{steps:.0f} step{'s' * (steps > 1)} a frame"
