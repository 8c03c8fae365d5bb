"""The picture of a world, as plain data that a window draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

View = Mapping[str, np.ndarray]  # column name -> array: a snapshot, or the live fields


@dataclass
class Discs:
    """Bodies to draw. x, y, radius: [N] world units; heading: [N] radians; color: [N, 3] uint8.

    row: [N] slots of agents; -1 is a thing, such as food, which has no face and cannot be selected.
    """

    x: np.ndarray
    y: np.ndarray
    radius: np.ndarray
    heading: np.ndarray
    color: np.ndarray
    row: np.ndarray


@dataclass
class Scene:
    """A picture of a world, as plain data.

    width, height: world units; y points down. wraps: the plane is a torus. ground: [H, W, 3] uint8, row 0 at y = 0,
    stretched over the world, or None. smooth: colors change gradually between cells of the ground, as they do on the
    land of a shared world; else each cell is a square of one color. lines: [K, 4] x0, y0, x1, y1 with line_color
    [K, 3]. text: short facts to print beside it.
    """

    width: float
    height: float
    wraps: bool
    ground: np.ndarray | None
    discs: Discs
    lines: np.ndarray = field(default_factory=lambda: np.zeros((0, 4), np.float32))
    line_color: np.ndarray = field(default_factory=lambda: np.zeros((0, 3), np.uint8))
    text: dict[str, str] = field(default_factory=dict)
    smooth: bool = False
