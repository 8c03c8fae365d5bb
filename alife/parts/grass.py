"""Grass: the colors of a ground by its plants, bare earth to lush green; the second kind of plant is violet."""

from __future__ import annotations

import math

import numpy as np

from alife.parts.ground import BIN
from alife.parts.plain_scene import EARTH
from alife.world import RGB, Mark, View


def grass_colors() -> np.ndarray:
    """Returns [2 * 256, 3] uint8: for each kind of plant, the color of 0 to 255/256 units of biomass."""
    lush = (np.arange(256) / 255)[:, None] ** 0.7
    plants = (np.array((84, 140, 60)), np.array((138, 104, 164)))
    return np.concatenate([EARTH + (plant - EARTH) * lush for plant in plants]).astype(np.uint8)


GRASS = grass_colors()


def some_of(colors: np.ndarray) -> tuple[RGB, ...]:
    """Returns at most 13 of the colors [N, 3], evenly chosen."""
    chosen = colors[np.linspace(0, len(colors) - 1, min(len(colors), 13)).round().astype(int)]
    return tuple((int(red), int(green), int(blue)) for red, green, blue in chosen)


PLANTS = Mark("ground", some_of(GRASS[:256]), "plants", "bare earth", "1 unit a cell or more")


def grass(view: View, down: np.ndarray, across: np.ndarray) -> np.ndarray:
    """Returns the colors of cells of the ground: [R, C, 3] uint8.

    Args:
        view: columns of a world with a pasture.
        down, across: [R] rows and [C] columns of the cells.
    """
    side = math.isqrt(view["biomass"].size)
    row = down // BIN * (side * BIN) + down % BIN * BIN  # cells lie in bins of BIN x BIN
    cells = row[:, None] + (across // BIN * BIN**2 + across % BIN)
    level = np.clip(view["biomass"].take(cells) >> 8, 0, 255) + 256 * view["kind"].take(cells).astype(np.int32)
    colors: np.ndarray = GRASS.take(level, axis=0)
    return colors
