"""The picture of a world of parts that defines no scene of its own: bodies on a plane, and what parts draw of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from alife.world import RGB, Discs, PaintedGround, Scene, View

PLANE = ("x", "y", "heading")  # columns of agents that have a place
BODY: RGB = (52, 84, 148)
EARTH: RGB = (176, 156, 116)
DrawGround = Callable[[np.ndarray, View, np.ndarray, np.ndarray], None]


def plain_scene(side: int, parts: Sequence[DrawGround], view: View, rows: np.ndarray) -> Scene:
    """Returns agents of one color, by size where they have one, on bare earth with what parts draw of the ground.

    Args:
        side: of the torus, cells.
        parts: `Part.draw_ground` of each, in order.
        view: columns, with those of `PLANE`.
        rows: [N] slots of the living agents.
    """

    def paint(down: np.ndarray, across: np.ndarray) -> np.ndarray:
        colors = np.full((len(down), len(across), 3), EARTH, np.uint8)
        for draw in parts:
            draw(colors, view, down, across)
        return colors

    radius = 0.1 + 0.45 * view["size"][rows] if "size" in view else np.full(len(rows), 0.5, np.float32)
    color = np.tile(np.array(BODY, np.uint8), (len(rows), 1))
    discs = Discs(view["x"][rows], view["y"][rows], radius, view["heading"][rows], color, rows)
    return Scene(side, side, True, PaintedGround((side, side, 3), paint), discs)
