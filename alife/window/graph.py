"""How many live, and how well fed they are, over time."""

from __future__ import annotations

import numpy as np
import pygame

from alife.window import theme

KEPT = 512  # points; when full, every second one is dropped and the spacing doubles


class History:
    """Population and mean energy at evenly spaced steps since the window opened."""

    def __init__(self) -> None:
        self.steps: list[int] = []
        self.agents: list[int] = []
        self.energy: list[float] = []
        self._spacing = 1

    def add(self, step: int, agents: int, energy: float) -> None:
        """Note one step, unless it lies closer to the last one than the present spacing."""
        if self.steps and step < self.steps[-1] + self._spacing:
            return
        self.steps.append(step)
        self.agents.append(agents)
        self.energy.append(energy)
        if len(self.steps) >= KEPT:
            self.steps, self.agents, self.energy = self.steps[::2], self.agents[::2], self.energy[::2]
            self._spacing *= 2


def draw_graph(target: pygame.Surface, box: pygame.Rect, history: History) -> None:
    """Population as a filled curve from 0, mean energy as a line from 0, each to its own top."""
    pygame.draw.rect(target, theme.CARD, box, border_radius=6)
    plot = box.inflate(-16, -38).move(0, 3)
    for share in (0.0, 0.5, 1.0):
        y = plot.bottom - round(share * plot.height)
        pygame.draw.line(target, theme.LINE, (plot.left, y), (plot.right, y))
    top = _curve(target, plot, (history.steps, history.agents), theme.GREEN, filled=True)
    energy = [value for value in history.energy if np.isfinite(value)]
    theme.write(target, (box.left + 8, box.top + 3), f"agents, 0 to {theme.number(top)}", 11, theme.GREEN, "bold")
    if energy:
        high = _curve(target, plot, (history.steps[-len(energy) :], energy), theme.CLAY, filled=False)
        label = f"mean energy, 0 to {theme.number(high)}"
        theme.write(target, (box.right - 8, box.top + 3), label, 11, theme.CLAY, "bold right")
    for step, side in ((history.steps[0], ""), (history.steps[-1], "right")):
        x = plot.right if side else plot.left
        theme.write(target, (x, box.bottom - 16), f"step {step:,}", 10, theme.MUTED, side)


def _curve(
    target: pygame.Surface, plot: pygame.Rect, series: tuple[list[int], list[float]] | tuple[list[int], list[int]],
    color: theme.Color, filled: bool,
) -> float:  # fmt: skip
    """Draw one curve and return the value at its top."""
    steps, values = np.array(series[0], float), np.array(series[1], float)
    top = rounded_up(float(values.max()))
    x = plot.left + (steps - steps[0]) / max(steps[-1] - steps[0], 1) * plot.width
    y = plot.bottom - values / top * plot.height
    points = list(zip(x.tolist(), y.tolist(), strict=True))
    if filled and len(points) > 1:
        pale = tuple((c + 2 * p) // 3 for c, p in zip(color, theme.CARD, strict=True))
        pygame.draw.polygon(target, pale, [(points[0][0], plot.bottom), *points, (points[-1][0], plot.bottom)])
    if len(points) > 1:
        pygame.draw.aalines(target, color, False, points)
        pygame.draw.aalines(target, color, False, [(x, y + 0.6) for x, y in points])
    return top


def rounded_up(value: float) -> float:
    """The next number of the form 1, 1.5, 2, 3, 5 or 7.5 times a power of ten, for the top of an axis."""
    if not value > 0:
        return 1.0
    scale = 10.0 ** np.floor(np.log10(value))
    return float(next(k for k in (1, 1.5, 2, 3, 5, 7.5, 10) if k * scale >= value * 0.999999) * scale)
