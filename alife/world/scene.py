"""The picture of a world, as plain data that a window draws."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

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
class PaintedGround:
    """A ground whose cells are painted when they are looked at, until the next step.

    Attributes:
        shape: (H, W, 3).
        paint: returns the colors [R, C, 3] uint8 of rows [R] and columns [C].
    """

    shape: tuple[int, int, int]
    paint: Callable[[np.ndarray, np.ndarray], np.ndarray]

    def __array__(self, dtype: object = None, copy: bool | None = None) -> np.ndarray:
        """Returns all cells: [H, W, 3] uint8."""
        return self.paint(np.arange(self.shape[0]), np.arange(self.shape[1]))


@dataclass
class Scene:
    """A picture of a world, as plain data.

    width, height: world units; y points down. wraps: the plane is a torus. ground: [H, W, 3] uint8, row 0 at y = 0,
    stretched over the world, or None; of a large world a `PaintedGround`, of which only the cells in view are painted.
    smooth: colors change gradually between cells of the ground, as they do on the land of a shared world; else each
    cell is a square of one color. lines: [K, 4] x0, y0, x1, y1 with line_color
    [K, 3]. text: short facts to print beside it.
    """

    width: float
    height: float
    wraps: bool
    ground: np.ndarray | PaintedGround | None
    discs: Discs
    lines: np.ndarray = field(default_factory=lambda: np.zeros((0, 4), np.float32))
    line_color: np.ndarray = field(default_factory=lambda: np.zeros((0, 3), np.uint8))
    text: dict[str, str] = field(default_factory=dict)
    smooth: bool = False

    def frozen(self) -> Scene:
        """Returns a scene that shows this moment for ever: with all of its ground."""
        return self if self.ground is None else replace(self, ground=np.asarray(self.ground))

    def cells(self, down: np.ndarray, across: np.ndarray) -> np.ndarray:
        """Returns the colors of some cells of the ground, which is not None.

        Args:
            down, across: [R] rows and [C] columns.

        Returns:
            [R, C, 3] uint8.
        """
        if isinstance(self.ground, PaintedGround):
            return self.ground.paint(down, across)
        assert self.ground is not None
        colors: np.ndarray = self.ground.take(down, axis=0).take(across, axis=1)
        return colors


ASPECT = 1.25  # width over height of the view that a grid is made for
GAP = 0.06  # of the width of a scene, between two scenes of a grid
PAPER, BLANK = (236, 229, 212), (255, 253, 246)  # colors between the scenes, and of a scene without a ground
BLANK_CELLS = 32  # of the width of such a scene


def grid_of(scenes: Sequence[Scene], text: dict[str, str]) -> Scene:
    """Returns scenes of one size as one scene, row by row, in a grid.

    Args:
        scenes: K of them, whose grounds have one shape or are None.
        text: facts to print beside it.
    """
    one = scenes[0]
    grounds = [_ground(scene) for scene in scenes]
    high, wide = grounds[0].shape[:2]
    gap = max(round(GAP * wide), 1)
    pitch = (wide + gap) * one.width / wide, (high + gap) * one.height / high
    columns = _columns(len(scenes), pitch)
    rows = -(-len(scenes) // columns)
    ground = np.full((rows * (high + gap) - gap, columns * (wide + gap) - gap, 3), PAPER, np.uint8)
    corners = [(place % columns, place // columns) for place in range(len(scenes))]
    for (column, row), part in zip(corners, grounds, strict=True):
        ground[row * (high + gap) :, column * (wide + gap) :][:high, :wide] = part
    shifts = [(column * pitch[0], row * pitch[1]) for column, row in corners]
    discs = [
        Discs(d.x + x, d.y + y, d.radius, d.heading, d.color, d.row)
        for d, (x, y) in zip((scene.discs for scene in scenes), shifts, strict=True)
    ]
    joined = Discs(*(np.concatenate(parts) for parts in zip(*(vars(d).values() for d in discs), strict=True)))
    lines = np.concatenate([scene.lines + (x, y, x, y) for scene, (x, y) in zip(scenes, shifts, strict=True)])
    colors = np.concatenate([scene.line_color for scene in scenes])
    size = ground.shape[1] * one.width / wide, ground.shape[0] * one.height / high
    return Scene(*size, False, ground, joined, lines.astype(np.float32), colors, text, one.smooth)


def _columns(count: int, pitch: tuple[float, float]) -> int:
    """Returns the columns of a grid of `count` scenes, each as large as a view of ASPECT allows. pitch: of scenes."""

    def zoom(columns: int) -> tuple[float, int]:
        rows = -(-count // columns)
        return min(ASPECT / (columns * pitch[0]), 1 / (rows * pitch[1])), -columns * rows

    return max(range(1, count + 1), key=zoom)


def _ground(scene: Scene) -> np.ndarray:
    """Returns the ground [H, W, 3] of a scene, or a blank one."""
    if scene.ground is not None:
        return np.asarray(scene.ground)
    rows = max(round(BLANK_CELLS * scene.height / scene.width), 1)
    return np.full((rows, BLANK_CELLS, 3), BLANK, np.uint8)
