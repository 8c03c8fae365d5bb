"""A picture of a fast transform, for the graph of a network."""

from __future__ import annotations

from functools import lru_cache

import pygame

from alife.viewer.draw import theme
from alife.viewer.draw.paper import Paper


@lru_cache(maxsize=16)
def butterfly(width: int, size: tuple[float, float], scale: float) -> pygame.Surface:
    """Returns a picture of a fast transform: at each level a lane meets the one whose number differs in one bit.

    Args:
        width: n, a power of two.
        size: points.
        scale: pixels a point.
    """
    paper = Paper.blank((round(size[0]), round(size[1])), scale, theme.PAPER)
    levels, pitch = width.bit_length() - 1, size[0] / width
    for level in range(levels):
        top, bottom = (size[1] * at / levels for at in (level, level + 1))
        for lane in range(width):
            for other in (lane, lane ^ 1 << level):
                paper.line(theme.BACKDROP, ((lane + 0.5) * pitch, top), ((other + 0.5) * pitch, bottom))
    return paper.surface
