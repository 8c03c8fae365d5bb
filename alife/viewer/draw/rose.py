"""A rose: values of sectors around a body that faces up, a petal for each channel, as long as its value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from alife.viewer.draw import theme
from alife.viewer.draw.paper import Paper, Point

INNER, OPEN = 13, 0.9  # points of radius where petals begin; share of a sector that they take
RIM = 7  # points of tint beyond petals
ARC = 8  # points of the arc of a petal
SMALL = 0.01  # of the range: values that show no petal


@dataclass(frozen=True)
class Channel:
    """Sensors of one kind, one for each sector.

    Attributes:
        name: of the kind.
        sensors: numbers of the sensors, the first sector ahead, then on to the left.
        low, high: range of the values.
        color: of its petals.
    """

    name: str
    sensors: tuple[int, ...]
    low: float
    high: float
    color: theme.Color

    def share(self, value: float) -> float:
        """Returns a value as a share of the larger end of the range, from -1 to 1."""
        size = max(abs(self.low), abs(self.high)) or 1.0
        return float(np.clip(np.nan_to_num(value) / size, -1.0, 1.0))


def sector_at(center: tuple[float, float], radius: float, sectors: int, at: tuple[float, float]) -> int | None:
    """Returns the sector at a point; None outside of the rose. center, radius, at: points."""
    x, y = at[0] - center[0], center[1] - at[1]
    if not 0 < np.hypot(x, y) <= radius:
        return None
    turned = (np.arctan2(y, x) - np.pi / 2) / (2 * np.pi) * sectors
    return int(np.floor(turned + 0.5)) % sectors


def draw_rose(
    paper: Paper,
    center: tuple[int, int],
    radius: int,
    channels: Sequence[Channel],
    values: Sequence[float],
    tints: Sequence[theme.Color] = (),
) -> None:
    """Draws it. Petals of values below 0 are outlines.

    Args:
        paper: to draw on.
        center, radius: points.
        channels: with equal numbers of sectors.
        values: of all sensors.
        tints: colors behind the petals of all sensors, with a rim that no petal covers; () for none.
    """
    sectors = len(channels[0].sensors)
    span = 2 * np.pi / sectors
    paper.circle(theme.CARD, center, radius)
    reach, slots = (radius - RIM if tints else radius), len(channels)
    for sector in range(sectors if tints else 0):
        for place, channel in enumerate(channels):
            first = np.pi / 2 + (sector + 0.5 - place / slots) * span
            inner, outer = (
                _arc(center, INNER, first, first - span / slots, ARC),
                _arc(center, radius, first - span / slots, first, ARC),
            )
            paper.polygon(tints[channel.sensors[sector]], [*inner, *outer])
    for share in (0.5, 1.0):
        paper.lines(theme.LINE, _arc(center, INNER + share * (reach - INNER), 0, 2 * np.pi, 73))
    for sector in range(sectors):
        edge = np.pi / 2 + (sector - 0.5) * span
        paper.line(theme.LINE, _arc(center, INNER, edge, edge, 1)[0], _arc(center, radius, edge, edge, 1)[0])
        wide = OPEN * span / slots
        for place, channel in enumerate(channels):
            share = channel.share(values[channel.sensors[sector]])
            middle = np.pi / 2 + sector * span + ((slots - 1) / 2 - place) * wide
            if abs(share) >= SMALL:
                radii = (INNER, INNER + abs(share) * (reach - INNER))
                _draw_petal(paper, center, radii, (middle, wide), channel.color, share > 0)
    x, y = center
    paper.polygon(theme.INK, [(x, y - 9), (x + 6, y + 6), (x, y + 3), (x - 6, y + 6)])


def _arc(center: Point, radius: float, first: float, last: float, count: int) -> list[Point]:
    """Returns points of a circle from one angle to another, up being 90 degrees. first, last: radians."""
    angles = np.linspace(first, last, count)
    x, y = center[0] + radius * np.cos(angles), center[1] - radius * np.sin(angles)
    return list(zip(x.tolist(), y.tolist(), strict=True))


def _draw_petal(
    paper: Paper, center: Point, radii: Point, place: tuple[float, float], color: theme.Color, filled: bool
) -> None:
    """Draws a petal, filled or as an outline. radii: of its ends. place: its middle and width, radians."""
    first, last = place[0] - 0.45 * place[1], place[0] + 0.45 * place[1]
    shape = [*_arc(center, radii[0], first, last, ARC), *_arc(center, radii[1], last, first, ARC)]
    if filled:
        paper.polygon(color, shape)
    paper.lines(color, [*shape, shape[0]])
