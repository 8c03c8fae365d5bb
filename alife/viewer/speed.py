"""Speed of a watched run, from slow motion to as fast as possible, and how fast it really goes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

STEPS: tuple[float, ...] = (1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8, 16, 32, float("inf"))  # a frame
FULL = len(STEPS) - 1  # the place of full speed
BUDGET = 0.025  # seconds of stepping in a frame at full speed: the picture still moves
MEASURED = 0.5  # seconds over which rates are taken


@dataclass
class Speed:
    """The speed that is set.

    Attributes:
        place: its place in `STEPS`.
        owed: fraction of a step that slow motion has not taken yet.
        before: its place before full speed.
    """

    place: int = STEPS.index(1)
    owed: float = 0.0
    before: int = STEPS.index(1)

    def change(self, by: int) -> None:
        """Goes faster (1) or slower (-1), within `STEPS`."""
        self.place = min(max(self.place + by, 0), len(STEPS) - 1)

    def toggle_full(self) -> None:
        """Goes at full speed, or as before."""
        if self.place == FULL:
            self.place = self.before
        else:
            self.before, self.place = self.place, FULL

    def full(self) -> Self:
        """Returns full speed, whatever is set."""
        return type(self)(FULL)

    def due(self) -> Iterator[None]:
        """Yields once for each step of this frame."""
        if self.place == FULL:
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
        if self.place == FULL:
            return "full speed"
        return f"1 step in {1 / steps:.0f} frames" if steps < 1 else f"{steps:.0f} step{'s' * (steps > 1)} a frame"


class Rates:
    """Measured speed over the last half second.

    Attributes:
        frames: frames a second.
        steps: steps a second.
    """

    def __init__(self) -> None:
        self.frames = self.steps = 0.0
        self._settled = False
        self._since, self._frames, self._first = time.perf_counter(), 0, -1

    def count(self, step: int) -> None:
        """Counts a frame. step: the number of steps done before it is drawn."""
        now = time.perf_counter()
        self._first = step if self._first < 0 else min(self._first, step)  # less after going back
        self._frames += 1
        elapsed = now - self._since
        if elapsed >= MEASURED or not self._settled:
            self.frames, self.steps = self._frames / elapsed, (step - self._first) / elapsed
        if elapsed >= MEASURED:
            self._settled, self._since, self._frames, self._first = True, now, 0, step
